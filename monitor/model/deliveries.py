"""Channels, deliveries and their receipts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.model.decisions import Alert
from monitor.model.notices import Notice
from monitor.model.places import Place
from monitor.sanitize import sanitize, sanitize_line


@dataclass(frozen=True, slots=True)
class Channel:
    """One address. The URL is a secret as a whole: it is never shown, logged or stored."""

    name: str
    url: str = field(repr=False)
    place: Place = Place("")


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pending"
    SENDING = "sending"
    RETRY = "retry"
    ACCEPTED = "accepted"
    DEAD = "dead"
    DISCARDED = "discarded"


class ReceiptKind(StrEnum):
    """How one attempt ended. Unknown: the server may or may not have the message."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRY_LATER = "try later"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Receipt:
    """How one attempt ended; `detail` is the server's answer in one line, free of secrets and safe to show."""

    kind: ReceiptKind
    detail: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", sanitize_line(self.detail))


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert (or notice) on one channel, claimed: this is attempt number `attempt` (from 1), after `refusals`.

    `repeat`: an earlier attempt ended unknown, so the reader may already have the message. `forgiven`: so many attempts
    were made before an operator said: try again. They keep their numbers and count no more, nor do their refusals.
    """

    id: int
    channel: str
    alert: Alert | Notice
    attempt: int
    repeat: bool = False
    refusals: int = 0
    forgiven: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a title, and a body as plain text and as HTML. `id`: of the alert or notice that it tells;
    `answers`: of the alert whose update it is. Channels that can show them together do.

    All that is sent passes here, and is made safe to show once more: what older versions have stored is not. The title
    is one line, for it becomes a header.
    """

    title: str
    text: str
    html: str
    id: str = ""
    answers: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", sanitize_line(self.title))
        object.__setattr__(self, "text", sanitize(self.text))
        object.__setattr__(self, "html", sanitize(self.html))
