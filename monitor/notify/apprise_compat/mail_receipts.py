"""What the failure of a mail means. An SMTP reply is clear at every step. Without one, a failure is clear only before
the mail server had any of the mail."""

from __future__ import annotations

import smtplib
import socket
import ssl
from enum import StrEnum

from monitor.model import Receipt, ReceiptKind
from monitor.notify.apprise_compat.log_receipts import UNCLEAR

NO_MAIL_YET = Receipt(
    ReceiptKind.TRY_LATER, "the mail server was too slow, or ended the session, before it had any of the mail"
)


_NO_TLS = "TLS failed with {server}: this port may not speak TLS; try mailto://, or port 465 or 587"
_CAUSES: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "the mail server's name was not found: {server}"),
    (ConnectionRefusedError, "no mail server listens at {server}: connection refused"),
    (ssl.SSLCertVerificationError, "the mail server's certificate is not trusted: {server}"),
    (ssl.SSLError, _NO_TLS),
    (smtplib.SMTPNotSupportedError, _NO_TLS),  # of STARTTLS
    (smtplib.SMTPServerDisconnected, "the mail server {server} ended the session before the mail, or was too slow"),
)


class MailStep(StrEnum):
    """What failed, as the receipt says it."""

    CONNECTION = "the mail server refused the connection"
    LOGIN = "the mail server refused the login"
    RECIPIENT = "the mail server refused the recipient"
    MESSAGE = "the mail server did not take the message"


def receipt_of_mail_error(error: Exception, step: MailStep, *, server: str, mail_begun: bool) -> Receipt:
    """The receipt of a mail that failed at this step. `server`: host and port, which are no secret; `mail_begun`: the
    server has got some of the mail."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, _ = next(iter(error.recipients.values()))  # a channel has one recipient
        return _receipt_of_reply(code, MailStep.RECIPIENT, mail_begun=mail_begun)
    if isinstance(error, smtplib.SMTPResponseException):
        return _receipt_of_reply(error.smtp_code, step, mail_begun=mail_begun)
    if step is MailStep.MESSAGE:
        return receipt_in_doubt(mail_begun=mail_begun)
    return Receipt(ReceiptKind.TRY_LATER, _explain_lost_session(error, step, server))


def words_of_reply(error: Exception) -> str:
    """What the mail server has said; "" if it is no reply that failed."""
    reply: bytes | str = ""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        _, reply = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
    return reply.decode(errors="replace") if isinstance(reply, bytes) else reply


def _explain_lost_session(error: Exception, step: MailStep, server: str) -> str:
    """Why the session ended before the mail, as far as it is known."""
    if isinstance(error, smtplib.SMTPNotSupportedError) and step is MailStep.LOGIN:
        return f"the mail server {server} offers no login; it may need TLS: try mailtos://"
    for kind, cause in _CAUSES:
        if isinstance(error, kind):
            return cause.format(server=server)
    return f"the mail server {server} could not be reached"


def _receipt_of_reply(code: int, step: MailStep, *, mail_begun: bool) -> Receipt:
    """RFC 5321, section 4.2.1: 4yz is a temporary failure, 5yz a permanent one; both mean that the mail was not
    accepted."""
    kind = {4: ReceiptKind.TRY_LATER, 5: ReceiptKind.REFUSED}.get(code // 100)
    return Receipt(kind, f"{step} ({code})") if kind else receipt_in_doubt(mail_begun=mail_begun)


def receipt_in_doubt(*, mail_begun: bool) -> Receipt:
    """The receipt of a mail that the server has not answered to."""
    return UNCLEAR if mail_begun else NO_MAIL_YET
