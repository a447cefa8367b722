"""Apprise's plug-in for mail, with headers, a plain text and timeouts of our own.

Every mail program shows an update under its first alert. For that, the Message-ID of the first mail must be known
later, when the update refers to it: it is made of the alert's id and the sender's domain. A mail that is sent again has
the same Message-ID, so that many mail servers and programs show it once. Programs that also look at subjects (Gmail)
begin a new thread all the same.

Apprise makes its own Message-ID for each mail, and a header of ours would come in addition: a mail with two is
malformed. It makes the plain text from the HTML, and loses the highlights. It writes each header as one line, and a
long headline in another script is then longer than a mail server accepts. And it has one timeout for all stages of a
session.
"""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_string
from email.header import Header, decode_header, make_header
from email.mime.text import MIMEText
from typing import Any

from apprise import NotifyFormat, NotifyType
from apprise.exception import AppriseException
from apprise.plugins.deltachat import NotifyDeltaChat
from apprise.plugins.email import EmailMessage, NotifyEmail, SecureMailMode
from apprise.utils.parse import is_email, parse_emails

from monitor.model import Level, Message, Receipt
from monitor.notify.apprise_compat.log_receipts import NO_RECIPIENT, UNCLEAR
from monitor.notify.apprise_compat.mail_receipts import (
    MailStep,
    receipt_in_doubt,
    receipt_of_mail_error,
    words_of_reply,
)
from monitor.notify.apprise_compat.own_receipts import OwnReceipts
from monitor.notify.apprise_compat.tls_context import make_tls_context
from monitor.notify.smtp_session import SmtpStage, StagedSmtp, StagedSmtpSsl
from monitor.notify.timeouts import SendTimeouts

# X-Priority as most programs read it, and Importance (RFC 2156).
_PRIORITIES = {
    Level.CRITICAL: ("1", "high"),
    Level.HIGH: ("2", "high"),
    Level.MEDIUM: ("3", "normal"),
    Level.LOW: ("4", "low"),
    Level.INFO: ("5", "low"),
}
_HEADER_LINE = 76  # so that with the blank before it an encoded word has at most 75 characters (RFC 2047, section 2)
_SESSION_ERRORS = (OSError, smtplib.SMTPException, RuntimeError)


def find_wrong_address(url: str) -> str | None:
    """Which part of a mail channel's URL should have mail addresses, and has something else: Apprise sends nothing
    there. None: all are addresses. With a user, `from` may be the name of the sender."""
    parsed: Any = NotifyEmail.parse_url(url)  # type: ignore[no-untyped-call]
    if not parsed:
        return None
    options = ["to", "cc", "bcc"] if parsed["user"] else ["from", "to", "cc", "bcc"]
    values = {f"`{option}`": parsed["qsd"].get(option, "") for option in options}
    values["its path"] = NotifyEmail.split_path(parsed["fullpath"])  # type: ignore[no-untyped-call]
    found: dict[str, list[str]] = {part: parse_emails(value) for part, value in values.items()}  # type: ignore[no-untyped-call]
    return next((part for part, addresses in found.items() if not all(map(is_email, addresses))), None)


class MailPlugin(OwnReceipts, NotifyEmail):  # type: ignore[no-untyped-call]
    """Sends a mail as `NotifyEmail` does, but for what this module says. Call `begin_attempt` before each attempt.

    `message`: what the headers and the plain text are taken from; without it they are Apprise's. `stage`: how far the
    session has come.
    """

    message: Message | None = None
    stage: SmtpStage
    _step: MailStep
    _part_accepted = False

    def begin_attempt(self, message: Message | None, timeouts: SendTimeouts) -> None:
        """Begin an attempt to send, with its own time; `message` as the class says."""
        self.message, self.stage = message, SmtpStage.begin(timeouts)
        self.failure, self.server_words, self._part_accepted = None, "", False

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: NotifyType = NotifyType.INFO,
        attach: Any = None,  # noqa: ANN401 - the signature of `NotifyEmail.send`
        body_format: NotifyFormat | str | None = None,
        **options: Any,  # noqa: ANN401
    ) -> bool:
        """Send one mail, which may be a part of a long message; True if the server has accepted it."""
        del notify_type, options
        if not self.targets:
            self.failure = NO_RECIPIENT
            return False
        self.throttle()  # type: ignore[no-untyped-call]
        try:
            session = self._connect()
            try:
                self._log_in(session)
                for mail in self._prepare_mails(body, title, attach, body_format):
                    self._step = MailStep.MESSAGE
                    session.sendmail(self._sender(), mail.to_addrs, self._complete_mail(mail.body, title))
                    self._part_accepted = True
            finally:
                with suppress(*_SESSION_ERRORS):  # what comes after the answer to the mail changes nothing
                    session.quit()
        except (*_SESSION_ERRORS, AppriseException) as error:
            server = f"{self.smtp_host}:{self.port}"
            failure = receipt_of_mail_error(error, self._step, server=server, mail_begun=self.stage.mail_begun)
            self.failure = UNCLEAR if self._part_accepted else failure
            self.server_words = words_of_reply(error)
            return False
        return True

    def receipt_of_failure(self) -> Receipt:
        """The receipt of an attempt that Apprise calls failed."""
        return self.failure or receipt_in_doubt(mail_begun=self.stage.mail_begun)

    def _connect(self) -> StagedSmtp:
        self._step = MailStep.CONNECTION
        address = (self.smtp_host, self.port)
        if self.secure_mode == SecureMailMode.SSL:
            context = make_tls_context(verify=self.verify_certificate)
            return StagedSmtpSsl(self.stage, *address, timeout=self.socket_connect_timeout, context=context)
        return StagedSmtp(self.stage, *address, timeout=self.socket_connect_timeout)

    def _log_in(self, session: StagedSmtp) -> None:
        if self.secure_mode == SecureMailMode.STARTTLS:
            session.starttls(context=make_tls_context(verify=self.verify_certificate))
        if self.user and self.password:
            self._step = MailStep.LOGIN
            session.login(self.user, self.password)

    def _prepare_mails(
        self, body: str, title: str, attach: object, body_format: NotifyFormat | str | None
    ) -> Iterator[EmailMessage]:
        headers = {"X-Application": self.app_id, **self._thread_headers(), **self._sort_headers(), **self.headers}
        headers |= self._protocol_headers(body)  # type: ignore[no-untyped-call]
        mails: Iterator[EmailMessage] = self.prepare_emails(
            subject=title,
            body=body,
            notify_format=self.resolve_format(body_format),
            from_addr=self.from_addr,
            to=self.targets,
            cc=self.cc,
            bcc=self.bcc,
            reply_to=self.reply_to,
            smtp_host=self.smtp_host,
            attach=attach,
            headers=headers,
            names=self.names,
            pgp=self.pgp,
            pgp_mode=self.pgp_mode,
            inline=self.inline,
            tzinfo=self.tzinfo,
        )
        return mails

    def _thread_headers(self) -> dict[str, str]:
        if self.message is None or not self.message.in_reply_to:
            return {}
        first = self._message_id(self.message.in_reply_to)
        return {"In-Reply-To": first, "References": first}

    def _sort_headers(self) -> dict[str, str]:
        """What mail programs sort, filter and answer by: no absence note answers a mail that a program has sent
        (RFC 3834), a filter finds every rule (RFC 2919), and a high level is marked as important."""
        if self.message is None:
            return {}
        list_id = f"<{self.message.rule or 'notices'}.news-monitor.{self._domain()}>"
        priority, importance = _PRIORITIES[self.message.level or Level.INFO]
        return {
            "Auto-Submitted": "auto-generated",
            "List-Id": list_id,
            "X-Priority": priority,
            "Importance": importance,
        }

    def _complete_mail(self, prepared: str, title: str) -> str:
        """The mail with headers that fold, and with our Message-ID and our plain text if there is a message. A mail
        that is signed or encrypted (`pgp=`) keeps the text that Apprise has made."""
        mail: Any = message_from_string(prepared)
        for name, value in mail.items():
            # what is one word, as a Message-ID, stays on the line of its name
            if name == "Subject" or " " in value or "=?" in value:
                read = make_header(decode_header(value), header_name=name)
                header = _make_subject(title) if name == "Subject" else read
                mail.replace_header(name, header.encode(maxlinelen=_HEADER_LINE))
        if self.message and self.message.id:
            mail.replace_header("Message-ID", self._message_id(self.message.id))
        if self.message and mail.get_content_type() == "multipart/alternative":
            mail.get_payload()[0] = MIMEText(self.message.text, "plain", "utf-8")
        completed: str = mail.as_string()
        return completed

    def _message_id(self, alert: str) -> str:
        """The Message-ID of the mail of this alert."""
        return f"<{alert}@{self._domain()}>"

    def _domain(self) -> str:
        """The part after the @ of the address that it is sent from."""
        return self._sender().rpartition("@")[2]

    def _sender(self) -> str:
        return str(self.from_addr[1])


def _make_subject(title: str) -> Header:
    """The title as a header. Encoded is also what is ASCII and could not be folded, or would be read as encoded."""
    words = title.split()
    is_plain = title.isascii() and "=?" not in title and all(len(word) < _HEADER_LINE for word in words)
    return Header(" ".join(words), "us-ascii" if is_plain else "utf-8", header_name="Subject")


class DeltaChatPlugin(NotifyDeltaChat, MailPlugin):  # type: ignore[no-untyped-call]
    """Delta Chat's messages are mails, too."""
