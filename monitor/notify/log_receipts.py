"""What Apprise's log lines of a failed attempt mean.

Apprise says only that an attempt failed; what happened stands in its log. The lines name hosts, topics and users, so
that nothing of them leaves: a receipt's detail is in our own words. In doubt an attempt is unknown, which is tried
again and tells the reader that the message may be there already; what is known not to have arrived is told apart here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.model import Receipt, ReceiptKind

UNCLEAR = Receipt(ReceiptKind.UNKNOWN, "no connection, or no clear answer")
_HTTP_STATUS = re.compile(r"error=(\d{3})")
_TRY_LATER = frozenset({408, 425, 429})
# A proxy has passed the message on and got no answer in time, or none that it understood (520, 524: Cloudflare's): the
# server behind it may have taken it.
_PROXY_IN_DOUBT = frozenset({504, 520, 524})
_NOBODY = re.compile(r"There (?:are|were) not?\b.* (?:notify|targets)\.?$")  # said before anything is sent
_CAUSE = "Socket Exception: "  # how nearly every plug-in begins the line with the error itself

# The errors of urllib3 that come before anything was sent. What stands before "(Caused by" may quote the URL.
_BEFORE_SENDING = re.compile(
    r"Max retries exceeded with url: .*\(Caused by (?:"
    r"(?P<name>NameResolutionError)|(?P<late>ConnectTimeoutError)|(?P<connection>NewConnectionError)"
    r"|(?P<certificate>SSLError\(SSLCertVerificationError))\(",
    re.DOTALL,
)
_SAID_BEFORE = {
    "name": "the server's name was not found",
    "late": "the server did not take the connection in time",
    "connection": "the server could not be reached",
    "certificate": "the server's certificate is not trusted",
}

_MAIL_BEGINS = "Connecting to remote SMTP server"
_MAIL_LOGIN = "Applying user credentials"
_MAIL_SENT_TO = "Email To: "  # logged when the session stands, before the message goes out
_MAIL_ANSWER = re.compile(r"\((?P<code>\d{3}), b['\"]")  # smtplib's errors: (550, b'...')
_MAIL_RECIPIENT = re.compile(r"\{.*?: \((?P<code>\d{3}), b['\"]", re.DOTALL)  # {'...': (550, b'...')}


@dataclass(frozen=True, slots=True)
class AppriseLogLine:
    """A line of Apprise's log."""

    level: str
    text: str


def receipt_for(lines: Iterable[AppriseLogLine]) -> Receipt:
    """The receipt of a failed attempt."""
    said = tuple(lines)
    # Not at DEBUG: there the message itself is quoted, and what a server wrote.
    codes = [int(code) for line in said if line.level != "DEBUG" for code in _HTTP_STATUS.findall(line.text)]
    if codes:
        return _receipt_from_status(codes[-1])
    if any(line.level == "WARNING" and _NOBODY.match(line.text) for line in said):
        return Receipt(ReceiptKind.REFUSED, "the channel's address names no recipient that it takes")
    causes = [line.text.removeprefix(_CAUSE) for line in said if line.text.startswith(_CAUSE)]
    if not causes or any(line.level == "INFO" and line.text.startswith("Sent ") for line in said):
        return UNCLEAR  # or a part of it has arrived
    if any(line.text.startswith(_MAIL_BEGINS) for line in said):
        return _receipt_from_mail_log([line.text for line in said], causes[-1])
    found = [_BEFORE_SENDING.match(cause[cause.find("Max retries") :]) for cause in causes]
    if all(found) and (last := found[-1]):
        return Receipt(ReceiptKind.TRY_LATER, _SAID_BEFORE[last.lastgroup or "connection"])
    return UNCLEAR


def _receipt_from_status(status: int) -> Receipt:
    if status in _PROXY_IN_DOUBT:
        return Receipt(ReceiptKind.UNKNOWN, f"a proxy before the server answered {status}: it waited in vain")
    later = status in _TRY_LATER or status >= 500
    return Receipt(ReceiptKind.TRY_LATER if later else ReceiptKind.REFUSED, f"the server answered {status}")


def _receipt_from_mail_log(lines: Sequence[str], cause: str) -> Receipt:
    """A mail's: what SMTP answered is clear at every stage; without an answer, only the time before the message is."""
    recipient, answer = _MAIL_RECIPIENT.match(cause), _MAIL_ANSWER.match(cause)
    if any(line.startswith(_MAIL_SENT_TO) for line in lines):
        if recipient:
            return _receipt_from_smtp_reply(recipient, "the mail server refused the recipient")
        return _receipt_from_smtp_reply(answer, "the mail server did not take the message") if answer else UNCLEAR
    if answer:
        login = any(line.startswith(_MAIL_LOGIN) for line in lines)
        return _receipt_from_smtp_reply(answer, f"the mail server refused the {'login' if login else 'connection'}")
    if re.match(r"\[Errno -\d+\]", cause):  # the resolver's numbers are below zero
        return Receipt(ReceiptKind.TRY_LATER, "the mail server's name was not found")
    if "CERTIFICATE_VERIFY_FAILED" in cause:
        return Receipt(ReceiptKind.TRY_LATER, "the mail server's certificate is not trusted")
    return Receipt(ReceiptKind.TRY_LATER, "the mail server could not be reached, or ended the session before the mail")


def _receipt_from_smtp_reply(answer: re.Match[str], what: str) -> Receipt:
    """RFC 5321, section 4.2.1: 4yz is for now, 5yz for good; in both cases the mail was not taken."""
    kind = {"4": ReceiptKind.TRY_LATER, "5": ReceiptKind.REFUSED}.get(answer["code"][0])
    return Receipt(kind, f"{what} ({answer['code']})") if kind else UNCLEAR
