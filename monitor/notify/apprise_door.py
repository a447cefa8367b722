"""Sends one message to one channel through Apprise, in a worker process, and says what the server answered.

Apprise runs in a process that can be killed: its time-outs do not bound a server that drips, and its own thread pool
lets seven hung servers starve the healthy ones. Retries, backoff and limits are ours (`alerting.attempts`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlencode

from apprise import Apprise, AppriseAsset, AppriseResult, NotifyBase, NotifyFormat, NotifyType

from monitor.model import Message, MessageType, Receipt, ReceiptKind
from monitor.notify.http_recorder import Exchange, record_exchange
from monitor.notify.log_receipts import AppriseLogLine, receipt_for
from monitor.notify.mail_headers import override_mail_content
from monitor.notify.response_checks import receipt_of_bodies
from monitor.notify.smtp_session import SmtpStage, time_smtp_stages
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
NOTHING_SENT = "Apprise reported success, but no server has answered anything: nothing shows that it was sent"
NO_ANSWER = "sent; channels of this kind never say whether a message arrived"
_BY_TYPE = "map"  # the action of plug-ins for incidents that leaves it to the type whether to open or to close one
_LOGGER = logging.getLogger("apprise")


def send_message(url: str, message: Message, timeouts: SendTimeouts | None = None) -> Receipt:
    """One attempt. The receipt's detail holds no word of Apprise's own: its log lines name hosts, topics and users."""
    bounds = timeouts or SendTimeouts()
    # A fresh object for each message: a reused one waits 5.5 s between two sends.
    door = Apprise(asset=AppriseAsset(app_id="News Monitor", service_timeout=0, secure_logging=True))
    if not door.add(with_forced_options(url, bounds)):
        return Receipt(ReceiptKind.REFUSED, "Apprise does not know this kind of channel, or its address is incomplete")
    if len(door) != 1 or _has_several_recipients(
        door[0]
    ):  # told by `check` and at start; sending would flood those who accept
        return Receipt(ReceiptKind.REFUSED, SEVERAL)
    for each in _types_to_try(door[0], message.type):
        attempt = _attempt_send(door, message, each, bounds, html=_is_mail(url))
        if not attempt.result or attempt.exchange.answered:
            break  # otherwise the plug-in had nothing to do for this type, and has sent nothing
    if receipt := receipt_of_bodies(_kinds_of(door[0]), attempt.exchange.responses):
        return receipt
    if attempt.result:
        return _receipt_of_success(attempt.exchange)
    receipt = receipt_for(
        AppriseLogLine(line.level, line.message) for each in attempt.result.results for line in each.logs()
    )
    if receipt.kind is ReceiptKind.UNKNOWN and is_over_smtp(url) and not attempt.stage.mail_begun:
        return NO_MAIL_YET
    return receipt


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What Apprise says of one attempt, and what was seen of it from outside."""

    result: AppriseResult
    exchange: Exchange
    stage: SmtpStage


def _attempt_send(
    door: Apprise, message: Message, type_: MessageType, timeouts: SendTimeouts, *, html: bool
) -> _Attempt:
    body, body_format = (message.html, NotifyFormat.HTML) if html else (message.text, NotifyFormat.TEXT)
    meant = override_mail_content(door[0], message) if html else nullcontext()
    listening = _override_log_level(logging.DEBUG)  # what went wrong is in Apprise's log only
    with meant, listening, time_smtp_stages(timeouts) as stage, record_exchange() as exchange:
        result = door.notify(
            title=message.title,
            body=body,
            body_format=body_format,
            notify_type=NotifyType(type_),
            log_level=logging.DEBUG,
        )
    return _Attempt(result, exchange, stage)


def _types_to_try(plugin: NotifyBase, type_: MessageType) -> list[MessageType]:
    """The message's type, and where the kind of channel may make no message of it, the next ones that it may make one
    of. Plug-ins for incidents may take a success for "close the incident" and an info for "add a note to it": then
    nobody reads it. So there a success is an info, and what sends nothing for an info is tried with a warning."""
    if getattr(plugin, "action", None) != _BY_TYPE:
        return [type_]
    rising = [MessageType.INFO, MessageType.WARNING, MessageType.FAILURE]
    return rising[rising.index(type_) :] if type_ in rising else rising


def _receipt_of_success(exchange: Exchange) -> Receipt:
    """Apprise's own word is not enough: plug-ins report success when they found nothing to do."""
    if exchange.answered:
        return Receipt(ReceiptKind.ACCEPTED, "accepted")
    if exchange.datagrams:
        return Receipt(ReceiptKind.ACCEPTED, NO_ANSWER)
    return Receipt(ReceiptKind.REFUSED, NOTHING_SENT)


def with_forced_options(url: str, timeouts: SendTimeouts | None = None) -> str:
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
    with _override_log_level(logging.CRITICAL):  # its complaints quote the URL
        made = Apprise.instantiate(with_forced_options(url), suppress_exceptions=True)
    if not isinstance(made, NotifyBase):
        scheme = url.partition("://")[0] if "://" in url else ""
        kind = f"a channel of the kind '{scheme}'" if scheme.isalnum() else "such a channel"
        return f"Apprise does not know {kind}, or its address is incomplete; see Apprise's list of services"
    return SEVERAL if _has_several_recipients(made) else None


def _kinds_of(plugin: NotifyBase) -> Collection[str]:
    """The names of a channel's kind. They are its class's: Kodi's objects write over theirs."""
    of_class: Any = type(plugin)
    kinds: Collection[str] = of_class.schemas(of_class)
    return kinds


def _is_mail(url: str) -> bool:
    return url.lower().startswith(("mailto:", "mailtos:"))


def _has_several_recipients(made: object) -> bool:
    assert isinstance(made, NotifyBase)
    return len(made) > 1 or bool(getattr(made, "cc", None) or getattr(made, "bcc", None))


@contextmanager
def _override_log_level(level: int) -> Iterator[None]:
    """Apprise's logger at a level of its own for a while."""
    before = _LOGGER.level
    _LOGGER.setLevel(level)
    try:
        yield
    finally:
        _LOGGER.setLevel(before)


def load_plugins() -> None:
    """Load Apprise's plug-ins, so that the first message is quick."""
    Apprise.instantiate("json://localhost", suppress_exceptions=True)
