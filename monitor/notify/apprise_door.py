"""Sends one message to one channel through Apprise, in a worker process, and says what the server answered.

Apprise runs in a process that can be killed: its time-outs do not bound a server that drips, and its own thread pool
lets seven hung servers starve the healthy ones. Retries, backoff and limits are ours (`alerting.attempts`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from urllib.parse import unquote, urlencode

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat

from monitor.model import Message, Receipt, ReceiptKind
from monitor.notify.mails import as_meant
from monitor.notify.receipts import Line, receipt_for
from monitor.notify.smtp_session import smtp_stages_timed
from monitor.notify.timeouts import SendTimeouts, is_over_smtp

# `redirect=no`: requests answers a 302 by a GET without the body, and Apprise reports the lost message as sent.
# `optional`, `retry`: ours to decide. So are the time-outs to connect (`cto`) and to answer (`rto`): `SendTimeouts`.
FORCED = {"redirect": "no", "optional": "no", "retry": "0"}
TIMEOUTS = ("cto", "rto")
# Apprise tells a failure for one of them as a failure for all: the others would get the message at every attempt.
SEVERAL = "it has several recipients (cc and bcc count); write one channel for each, and name them all in a route"
NO_MAIL_YET = Receipt(
    ReceiptKind.TRY_LATER, "the mail server was too slow, or ended the session, before it had any of the mail"
)
_LOGGER = logging.getLogger("apprise")


def send(url: str, message: Message, timeouts: SendTimeouts | None = None) -> Receipt:
    """One attempt. The receipt's detail holds no word of Apprise's own: its log lines name hosts, topics and users."""
    bounds = timeouts or SendTimeouts()
    # A fresh object for each message: a reused one waits 5.5 s between two sends.
    door = Apprise(asset=AppriseAsset(app_id="News Monitor", service_timeout=0, secure_logging=True))
    if not door.add(with_forced(url, bounds)):
        return Receipt(ReceiptKind.REFUSED, "Apprise does not know this kind of channel, or its address is incomplete")
    if len(door) != 1 or _several(door[0]):  # told by `check` and at start; sending would flood those who accept
        return Receipt(ReceiptKind.REFUSED, SEVERAL)
    html = _is_mail(url)
    body, body_format = (message.html, NotifyFormat.HTML) if html else (message.text, NotifyFormat.TEXT)
    meant = as_meant(door[0], message) if html else nullcontext()
    # What went wrong stands in Apprise's log only.
    with meant, smtp_stages_timed(bounds) as stage, _listening_at(logging.DEBUG):
        result = door.notify(title=message.title, body=body, body_format=body_format, log_level=logging.DEBUG)
    if result:
        return Receipt(ReceiptKind.ACCEPTED, "accepted")
    receipt = receipt_for(Line(line.level, line.message) for each in result.results for line in each.logs())
    if receipt.kind is ReceiptKind.UNKNOWN and is_over_smtp(url) and not stage.mail_begun:
        return NO_MAIL_YET
    return receipt


def with_forced(url: str, timeouts: SendTimeouts | None = None) -> str:
    """The URL with the options that we force, whatever it said of them."""
    address, _, query = url.partition("?")
    # What else it says stays as it is written: decoded and encoded again, the blank in "Bearer TOKEN" would be a plus.
    options = [option for option in query.split("&") if option]
    ours = {*FORCED, *TIMEOUTS}
    kept = [option for option in options if unquote(option.partition("=")[0]).strip().lower() not in ours]
    bounds = timeouts or SendTimeouts()
    waits = (f"{wait.total_seconds():g}" for wait in (bounds.connect, bounds.http_answer))
    forced = FORCED | dict(zip(TIMEOUTS, waits, strict=True))
    return f"{address}?{'&'.join([*kept, urlencode(forced)])}"


def fault_of(url: str) -> str | None:
    """What is wrong with a channel's URL, for `check`; it never quotes the URL."""
    if re.search(r"[?&]optional=(y|1|t)", url, re.IGNORECASE):
        return "`optional=yes` would report a lost message as sent; remove it"
    with _listening_at(logging.CRITICAL):  # its complaints quote the URL
        made = Apprise.instantiate(with_forced(url), suppress_exceptions=True)
    if not isinstance(made, NotifyBase):
        scheme = url.partition("://")[0] if "://" in url else ""
        kind = f"a channel of the kind '{scheme}'" if scheme.isalnum() else "such a channel"
        return f"Apprise does not know {kind}, or its address is incomplete; see Apprise's list of services"
    return SEVERAL if _several(made) else None


def _is_mail(url: str) -> bool:
    return url.lower().startswith(("mailto:", "mailtos:"))


def _several(made: object) -> bool:
    assert isinstance(made, NotifyBase)
    return len(made) > 1 or bool(getattr(made, "cc", None) or getattr(made, "bcc", None))


@contextmanager
def _listening_at(level: int) -> Iterator[None]:
    """Apprise's logger at a level of its own for a while."""
    before = _LOGGER.level
    _LOGGER.setLevel(level)
    try:
        yield
    finally:
        _LOGGER.setLevel(before)


def load() -> None:
    """Load Apprise's plug-ins, so that the first message is quick."""
    Apprise.instantiate("json://localhost", suppress_exceptions=True)
