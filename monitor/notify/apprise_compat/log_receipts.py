"""Reads from Apprise's log lines why an attempt failed.

Apprise returns only that an attempt failed; its log says why. The log lines name hosts, topics and users, so nothing of
them is passed on: a receipt's detail is in our own words. In doubt the result of an attempt is unknown: it is tried
again, and the reader is told that the message may be there already. This module finds the cases in which the message
surely did not arrive. Mails have receipts of their own (`mail_receipts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.model import Receipt, ReceiptKind

ACCEPTED = Receipt(ReceiptKind.ACCEPTED, "accepted")
UNCLEAR = Receipt(ReceiptKind.UNKNOWN, "no connection, or no clear answer")
NO_RECIPIENT = Receipt(ReceiptKind.REFUSED, "the channel's address names no recipient that it takes")
NOT_LOOKED_UP = Receipt(ReceiptKind.TRY_LATER, "the server could not be asked who the recipient is")
_HTTP_STATUS = re.compile(r"error=(\d{3})")
_TRY_LATER = frozenset({408, 425, 429})
# A proxy passed the message on, and got no answer in time or none that it understood (520, 524: Cloudflare's): the
# server behind it may have accepted it.
_PROXY_IN_DOUBT = frozenset({504, 520, 524})
_NO_RECIPIENT = re.compile(r"There (?:are|were) not?\b.* (?:notify|targets)\.?$")  # logged before anything is sent
_CAUSE_PREFIX = "Socket Exception: "  # nearly every plug-in begins the line of the error so

# The errors of urllib3 before anything was sent. The text before "(Caused by" may quote the URL.
_BEFORE_SENDING = re.compile(
    r"Max retries exceeded with url: .*\(Caused by (?:"
    r"(?P<name>NameResolutionError)|(?P<late>ConnectTimeoutError)|(?P<connection>NewConnectionError)"
    r"|(?P<certificate>SSLError\(SSLCertVerificationError))\(",
    re.DOTALL,
)
_DETAILS_BEFORE_SENDING = {
    "name": "the server's name was not found",
    "late": "the server did not take the connection in time",
    "connection": "the server could not be reached",
    "certificate": "the server's certificate is not trusted",
}


@dataclass(frozen=True, slots=True)
class AppriseLogLine:
    """A line of Apprise's log."""

    level: str
    text: str


def receipt_for(
    lines: Iterable[AppriseLogLine], last_status: int | None = None, *, says_accepted: bool = False
) -> Receipt:
    """The receipt of a failed attempt, by its log lines. `last_status`: the status of the last HTTP answer, for
    plug-ins that log none; `says_accepted`: all answers say that they accepted the message, and the plug-in may only
    not expect their status."""
    logged = tuple(lines)
    # Not at DEBUG: these lines quote the message itself, and what a server wrote.
    codes = [int(code) for line in logged if line.level != "DEBUG" for code in _HTTP_STATUS.findall(line.text)]
    causes = [line.text.removeprefix(_CAUSE_PREFIX) for line in logged if line.text.startswith(_CAUSE_PREFIX)]
    if codes:
        taken = UNCLEAR if causes else ACCEPTED
        return taken if says_accepted else _receipt_from_status(codes[-1])
    if any(line.level == "WARNING" and _NO_RECIPIENT.match(line.text) for line in logged):
        return NOT_LOOKED_UP if causes else NO_RECIPIENT
    if any(line.level == "INFO" and line.text.startswith("Sent ") for line in logged):
        return UNCLEAR  # a part of the message has arrived
    if not causes:
        return _receipt_from_status(last_status) if last_status and last_status >= 300 else UNCLEAR
    matches = [_BEFORE_SENDING.match(cause[cause.find("Max retries") :]) for cause in causes]
    if all(matches) and (last := matches[-1]):
        return Receipt(ReceiptKind.TRY_LATER, _DETAILS_BEFORE_SENDING[last.lastgroup or "connection"])
    return UNCLEAR


def _receipt_from_status(status: int) -> Receipt:
    if status in _PROXY_IN_DOUBT:
        return Receipt(ReceiptKind.UNKNOWN, f"a proxy before the server answered {status}: it waited in vain")
    later = status in _TRY_LATER or status >= 500
    return Receipt(ReceiptKind.TRY_LATER if later else ReceiptKind.REFUSED, f"the server answered {status}")
