"""Channels, deliveries and their receipts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from monitor.model.channel_address import ChannelAddress
from monitor.model.decisions import Alert
from monitor.model.file_positions import Place
from monitor.model.notices import Notice
from monitor.model.rules import Level
from monitor.model.send_rates import SendRate
from monitor.sanitize import sanitize_line, sanitize_message


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A template of messages that a user has written: its file, as monitor.yaml names it, and its text. The end of the
    name says what it makes."""

    file: str
    source: str = field(repr=False)

    @property
    def is_html(self) -> bool:
        """It makes HTML."""
        return self.file.endswith((".html", ".html.j2"))

    @property
    def is_markdown(self) -> bool:
        """It makes Markdown."""
        return self.file.endswith((".md", ".md.j2"))


@dataclass(frozen=True, slots=True)
class Channel:
    """One address. The whole URL is a secret: it is never shown, logged or stored.

    rate       how often it may be sent to; None: as often as its server answers
    fallback   the channel that gets what waits for this one once it has failed for `patience`
    template   how its messages are written; None: by their default form
    test       where the canary's messages go
    is_complete  False: placeholders are in its URL, because a command that sends nothing lacks its secrets
    """

    name: str
    url: str = field(repr=False)
    place: Place = Place("")
    rate: SendRate | None = None
    fallback: str | None = None
    patience: timedelta = timedelta(minutes=15)
    template: MessageTemplate | None = None
    test: Channel | None = None
    is_complete: bool = True

    @property
    def scheme(self) -> str:
        """See `scheme_of_channel`."""
        return scheme_of_channel(self.url)

    @property
    def address(self) -> ChannelAddress:
        """What may be stored of its URL."""
        return ChannelAddress.of_url(self.scheme, self.url)


def scheme_of_channel(url: str) -> str:
    """The scheme of a channel's URL, in lower case: its kind, as `mailto` or `ntfy`. "" if the URL has none, as where
    the whole URL is a secret that a command goes without."""
    scheme, separator, _ = url.partition("://")
    return scheme.lower() if separator else ""


class DeliveryState(StrEnum):
    """The state of a delivery."""

    PENDING = "pending"
    SENDING = "sending"
    RETRY = "retry"
    ACCEPTED = "accepted"
    DEAD = "dead"
    DISCARDED = "discarded"


WAITING_STATES = (DeliveryState.PENDING, DeliveryState.RETRY)
"""It is due now or later."""

UNSETTLED_STATES = (*WAITING_STATES, DeliveryState.SENDING)
"""The daemon goes on with it by itself."""

UNSENT_STATES = (*UNSETTLED_STATES, DeliveryState.DEAD)
"""It may still be sent: what is dead is revived when its channel works, or by an operator."""


class Blame(StrEnum):
    """Why a delivery is dead. Channel: the channel accepted nothing else meanwhile. Message: the channel accepted
    others meanwhile, or the message cannot be read back from the database."""

    CHANNEL = "channel"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The dead deliveries of one channel that died for the same reason (`blame`): how many, when the first of them died
    (`since`), and how the last attempt of the latest ended (`detail`)."""

    channel: str
    blame: Blame
    deliveries: int
    since: datetime
    detail: str = ""

    def explain(self, since: str) -> str:
        """What they are and what to do, in one line. `since`: the moment as people read it."""
        retry = f"`news-monitor outbox retry --dead --channel {self.channel}`"
        one = self.deliveries == 1
        what = (
            f"channel {self.channel}: {self.deliveries} {'delivery is' if one else 'deliveries are'} dead since {since}"
            f"{f' ({self.detail})' if self.detail and self.blame is not Blame.MESSAGE else ''}"
        )
        if self.blame is Blame.CHANNEL:
            them = "it" if one else "them"
            again = f"the next message that the channel accepts brings {them} along"
            return f"{what}; repair the channel: {again}; to send {them} now: {retry}"
        decide = f"send {'it' if one else 'them'} again: {retry}, or discard: `news-monitor outbox discard ID`"
        fault = "the message itself is" if one else "the messages themselves are"
        return f"{what}, and {fault} to blame: see `news-monitor outbox list --state dead`; {decide}"


class ReceiptKind(StrEnum):
    """How one attempt ended. Unverified: sent, and the kind of channel never says whether a message arrived. Unknown:
    the server may or may not have the message."""

    ACCEPTED = "accepted"
    UNVERIFIED = "unverified"
    REFUSED = "refused"
    TRY_LATER = "try later"
    UNKNOWN = "unknown"


MAX_DETAIL: Final = 1_000  # characters
MAX_RETRY_AFTER: Final = timedelta(days=7)  # no server is believed that asks for more


@dataclass(frozen=True, slots=True)
class Receipt:
    """How one attempt ended. `detail`: the server's answer in one line, free of secrets and safe to show. `throttled`:
    the server took nothing because it got too many messages. `retry_after`: how long it asked us to wait."""

    kind: ReceiptKind
    detail: Annotated[str, Meta(max_length=MAX_DETAIL)] = ""
    throttled: bool = field(default=False, compare=False)
    retry_after: timedelta | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "detail", sanitize_line(self.detail)[:MAX_DETAIL])
        if self.retry_after is not None:
            object.__setattr__(self, "retry_after", min(max(self.retry_after, timedelta(0)), MAX_RETRY_AFTER))

    @property
    def is_sent(self) -> bool:
        """Whether the message counts as sent: it is not tried again."""
        return self.kind in (ReceiptKind.ACCEPTED, ReceiptKind.UNVERIFIED)


@dataclass(frozen=True, slots=True)
class Handover:
    """What waits for a channel goes to its fallback too, because the channel has failed since that time."""

    channel: str
    failing_since: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert (or notice) on one channel, claimed for an attempt.

    attempt            the number of this attempt, from 1; `refusals`: how many were refused before
    may_be_duplicate   an earlier attempt ended unknown, or it waited in a backup that was restored: the reader may
                       already have the message
    forgiven_attempts  how many attempts were made before the delivery was dead and was revived, by an operator or
                       because its channel accepted a message; they keep their numbers, but neither they nor their
                       refusals count
    unknown_streak     how many of its last attempts in a row ended unknown
    held_by            the hours that it has waited for, in words; None: it did not wait for any
    throttled          how many of its attempts that are not forgiven ended because the server got too many messages:
                       they do not count
    due_at             when it was due first; None: with the claim
    claimed_at         when it was claimed for this attempt; None: unknown
    handover           why it goes to this channel, if that is the fallback of another one
    combined           deliveries that the same message makes: of alerts of other rules about the same article
    """

    id: int
    channel: str
    alert: Alert | Notice
    attempt: int
    may_be_duplicate: bool = False
    refusals: int = 0
    forgiven_attempts: int = 0
    unknown_streak: int = 0
    held_by: str | None = None
    throttled: int = 0
    due_at: datetime | None = None
    claimed_at: datetime | None = None
    handover: Handover | None = None
    combined: tuple[Delivery, ...] = ()

    @property
    def late_by(self) -> timedelta:
        """How long it has waited to be sent."""
        if self.due_at is None or self.claimed_at is None:
            return timedelta(0)
        return max(self.claimed_at - self.due_at, timedelta(0))

    def name_publishers(self, publisher_of: Callable[[str], str]) -> Delivery:
        """The delivery, with the names that readers know the other publishers by: a source without a name has its id
        for a publisher. If it has a name since then, it counts once. `publisher_of`: the name of a publisher, which may
        be the id of a source."""
        alert = self.alert
        if isinstance(alert, Notice) or not alert.also_reported_by:
            return self
        names = dict.fromkeys(map(publisher_of, alert.also_reported_by))
        names.pop(publisher_of(alert.article.source), None)
        count = alert.publisher_count - len(alert.also_reported_by) + len(names)
        named = replace(alert, also_reported_by=tuple(names), publisher_count=max(count, 1))
        return replace(self, alert=named)


class MessageType(StrEnum):
    """How serious a message is, in the four words of Apprise: channels colour, sort or page by them."""

    FAILURE = "failure"
    WARNING = "warning"
    INFO = "info"
    SUCCESS = "success"


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a title, and a body as plain text, and as HTML or Markdown for channels that show it.

    id            the id of the alert or notice that it sends
    in_reply_to   the id of the alert that this one updates; channels that can show both together do so
    replaces      the id of the first alert of the same subject (its own, if it is the first), for channels that show
                  only the latest
    rule, level   of the alert; a notice has no rule. Without a level, channels with priorities go by the type
    document      the JSON that a webhook gets
    link, source  of the article of an alert: its address, and the id of its source

    All that is sent passes here, and is made safe to show once more, because what older versions have stored may not
    be. The title is one line, because it becomes a header.
    """

    title: str
    text: str
    html: str = ""
    id: str = ""
    in_reply_to: str | None = None
    type: MessageType = MessageType.INFO
    markdown: str = ""
    rule: str = ""
    level: Level | None = None
    replaces: str = ""
    document: str = ""
    link: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", " ".join(sanitize_message(" ".join(self.title.split())).split()))
        for name in ("text", "html", "markdown"):
            object.__setattr__(self, name, sanitize_message(getattr(self, name)))
