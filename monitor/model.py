"""The frozen values that everyone speaks, in the words of the field.

They hold no behaviour beyond naming themselves: what is decided about them is decided in the pure floors
(`matching`, `stories`, `alerting`, `intake`), what is done with them in the adapters. All times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

# --- where things stand in the user's files ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a user's file; lines and columns count from 1."""

    file: str
    line: int = 1
    col: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}"


# --- sources, and what they give --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """Something that is polled. `wire`: the agency whose texts it carries as its own; `every`: how often, at best."""

    id: str
    url: str
    name: str
    every: timedelta
    language: str | None = None
    publisher: str | None = None
    wire: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask "has it changed?" with: kept and sent back word for word."""

    etag: str | None = None
    last_modified: str | None = None


class FetchOutcome(StrEnum):
    """How a fetch ended."""

    DOCUMENT = "document"
    NOT_MODIFIED = "not modified"
    GONE = "gone"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one fetch of a source brought. `problem` is one line for a person: what, and what to do.

    `headers` have lower-case names. `retry_after` is how long the server asked us to stay away.
    """

    outcome: FetchOutcome
    url: str
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    validators: Validators = Validators()
    problem: str | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as a feed gives it: plain text (no HTML), dates as the feed wrote them, links absolute."""

    guid: str | None = None
    link: str | None = None
    title: str = ""
    summary: str = ""
    content: str = ""
    published: str | None = None
    updated: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A parsed document. `problem`: it was ill-formed, and this is what could still be read from it."""

    entries: tuple[Entry, ...]
    title: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """An entry as we keep it. `(source, uid)` is its identity, `version` counts the texts it has had (from 1).

    `published` is the effective date: the claimed one where that is sane, else the moment we first saw it
    (`dated` says which). `baseline`: it was there when its source was first polled.
    """

    source: str
    uid: str
    title: str
    text: str
    seen: datetime
    published: datetime
    dated: bool = False
    version: int = 1
    url: str | None = None
    canonical: str | None = None
    language: str | None = None
    digest: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    baseline: bool = False


# --- rules and entities -----------------------------------------------------------------------------------------


class Level(StrEnum):
    """How much an alert matters."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class RuleStatus(StrEnum):
    """Whether a rule runs."""

    LIVE = "live"
    OFF = "off"


class OncePer(StrEnum):
    """What a rule alerts at most once for."""

    ARTICLE = "article"
    STORY = "story"


class Field(StrEnum):
    """The parts of an article that words are looked for in."""

    TITLE = "title"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase as the rule's author wrote it (`*` at an end of a word opens it); `language` may be "any"."""

    text: str
    language: str = "any"


@dataclass(frozen=True, slots=True)
class Words:
    """Holds where one of its terms stands."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class EntityNamed:
    """Holds where a sure name of the entity stands."""

    entity: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """Holds where all of its conditions hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Holds where one of its conditions holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Holds where one span of each condition stands together: in one sentence (`words` is None), or with at most
    `words` words between the first and the last of them (two Han or kana characters count as a word)."""

    conditions: tuple[Condition, ...]
    words: int | None = None


@dataclass(frozen=True, slots=True)
class In:
    """Holds where its condition holds within one field."""

    field: Field
    condition: Condition


Condition = Words | EntityNamed | AllOf | AnyOf | Near | In


@dataclass(frozen=True, slots=True)
class AlertPolicy:
    """Whom a rule tells (names of routes; none: the default route), and how often."""

    to: tuple[str, ...] = ()
    once_per: OncePer = OncePer.STORY


@dataclass(frozen=True, slots=True)
class RuleTest:
    """An example of the rule's author: an article that must (`fires`) or must not hit as news."""

    fires: bool
    title: str
    text: str = ""
    language: str | None = None
    date: datetime | None = None
    source: str | None = None
    url: str | None = None
    place: Place = Place("")


@dataclass(frozen=True, slots=True)
class Rule:
    """What matters to somebody. `version` is a digest of what it says, entities included; `max_age` None: no limit."""

    id: str
    title: str
    level: Level
    condition: Condition
    version: str
    status: RuleStatus = RuleStatus.LIVE
    unless: Condition | None = None
    max_age: timedelta | None = None
    alert: AlertPolicy = AlertPolicy()
    tests: tuple[RuleTest, ...] = ()
    place: Place = Place("")


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, place, organisation or weapon with the names that are enough to know it by."""

    id: str
    kind: str
    name: str
    sure: tuple[Term, ...]
    tests: tuple[RuleTest, ...] = ()
    place: Place = Place("")


# --- what came of an article ------------------------------------------------------------------------------------


class MatchKind(StrEnum):
    """News: the evidence is complete in title and lead. Mention: only deeper in the text."""

    NEWS = "news"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: `text` is the article's own field from `start` to `end` (string offsets), found through `term`."""

    field: Field
    start: int
    end: int
    text: str
    term: str


@dataclass(frozen=True, slots=True)
class Match:
    """An article met a rule: which version of it, as what, and the spans that say why."""

    rule: str
    rule_version: str
    kind: MatchKind
    evidence: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """One development, told by many articles. `title` is its first article's."""

    id: str
    title: str
    opened: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    """A decision to tell somebody, with its reason. `dedup_key` is unique for ever: it is what "once" means.

    `sentence` quotes the article; `marks` are the (start, end) offsets of the fired words in it.
    """

    id: str
    dedup_key: str
    rule: str
    rule_title: str
    level: Level
    at: datetime
    reason: str
    routes: tuple[str, ...]
    story: str
    article: Article
    sentence: str
    marks: tuple[tuple[int, int], ...]
    kind: str = "new"


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of one match: an alert, or none; always with the reason, which a person reads."""

    match: Match
    reason: str
    alert: Alert | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one article: the story it belongs to and a decision for each match."""

    article: Article
    story: Story
    joined: str
    decisions: tuple[Decided, ...]


# --- channels and deliveries ------------------------------------------------------------------------------------


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
    """How one attempt ended; `detail` is the server's answer in one line, free of secrets."""

    kind: ReceiptKind
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on one channel, claimed for sending: this is attempt number `attempt` (from 1).

    `repeat`: an earlier attempt ended unknown, so the reader may already have the message.
    """

    id: int
    channel: str
    alert: Alert
    attempt: int
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a title, and a body as plain text and as HTML."""

    title: str
    text: str
    html: str


# --- settings ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of fetching and sending; every one of them can be set under `limits` in monitor.yaml."""

    connect: timedelta = timedelta(seconds=10)
    idle: timedelta = timedelta(seconds=15)
    total: timedelta = timedelta(seconds=30)
    wire_bytes: int = 5 * 2**20
    decoded_bytes: int = 8 * 2**20
    redirects: int = 5
    entries: int = 500
    polls: int = 64
    per_host: int = 8
    gap: timedelta = timedelta(seconds=1)
    parse: timedelta = timedelta(seconds=10)
    send: timedelta = timedelta(seconds=60)
    attempts: int = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """What monitor.yaml says, with paths resolved and secrets filled in. `routes` always has "default"."""

    timezone: str
    database: str
    channels: Mapping[str, Channel]
    routes: Mapping[str, tuple[str, ...]]
    operator: tuple[str, ...] = ()
    allow: tuple[IPv4Network | IPv6Network, ...] = ()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the user's files say."""

    settings: Settings
    sources: Mapping[str, Source]
    rules: Mapping[str, Rule]
    entities: Mapping[str, Entity]


# --- polls ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """A source claimed for one poll. `token` fences: whoever claimed it later makes this claim void."""

    source: str
    token: int
    planned: datetime
    validators: Validators = Validators()
    failures: int = 0
    first: bool = True


@dataclass(frozen=True, slots=True)
class Polled:
    """What one poll leaves behind of its source, besides its articles."""

    claim: Claim
    at: datetime
    fetched: Fetched
    next_at: datetime
    failures: int
    entries: int = 0
    problem: str | None = None
