"""What came of an article: matches, its story, alerts, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.outcome import MatchOutcome, Reason
from monitor.model.rules import Field, Level
from monitor.model.sources import Article


class MatchKind(StrEnum):
    """News: the evidence is complete in title and lead. Mention: only deeper in the text."""

    NEWS = "news"
    MENTION = "mention"


class MentionCause(StrEnum):
    """What makes a match a mention."""

    OUTSIDE = "outside"  # the evidence is complete only beyond where news may end
    TITLE_HAS_NONE = "title has none"  # the rule's title_has_some
    OTHER_TITLE = "other title"  # the title is about the matter of another rule
    MENTION = "mention"  # the rule's second condition
    MENTION_IF = "mention_if"


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: `text` is the article's own field from `start` to `end` (string offsets), found through `term`.

    Of authors and tags, which are several, `start` and `end` count in all of them joined by ", ". `node`: the name that
    the rule gives the condition that it holds for, or nothing.
    """

    field: Field
    start: int
    end: int
    text: str
    term: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An article met a rule: which version of it, as what, how much it matters, and the spans that say why.

    `by`: for each condition that the rule's `by` names, the values that it found in title and lead, "entity:ID" or
    "word:LANGUAGE:TEXT"; none where it found nothing there. `cause`: what makes a mention one. Neither is stored:
    a match that is read back has none.
    """

    rule: str
    rule_version: str
    kind: MatchKind
    evidence: tuple[Span, ...]
    level: Level
    by: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    cause: MentionCause | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Story:
    """One development, reported by many articles. `title` is its first article's."""

    id: str
    title: str
    opened: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """The same happening, across languages and follow-ups, as one rule sees it. `title` is its first article's.

    `possibly_of`: the id of the older event of the same rule that it is possibly the same as, and `doubt`: why that is
    not sure, in words ("both Busan, both today; the words differ").
    """

    id: str
    rule: str
    title: str
    opened: datetime
    possibly_of: str | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class ComparedArticle:
    """The older article that one was compared with when it joined a story or an event, or opened one beside it.
    `words`: its headline, then which facts agreed, which differed and which were not known, as people read it."""

    source: str
    uid: str
    words: str


class AlertKind(StrEnum):
    """New: the first of its subject. Possibly: that too, where the subject is possibly the same as an older one that
    was sent. Update: the same subject again. Digest: several together, that waited."""

    NEW = "new"
    POSSIBLY = "possibly"
    UPDATE = "update"
    DIGEST = "digest"

    @property
    def reason(self) -> Reason:
        """Why what it sends is sent."""
        return _SENT[self]


_SENT = {
    AlertKind.NEW: Reason.FIRST,
    AlertKind.POSSIBLY: Reason.POSSIBLY_SAME,
    AlertKind.UPDATE: Reason.UPDATE,
    AlertKind.DIGEST: Reason.DIGEST,
}


def independent_publisher_of(wire: str | None, publisher: str) -> str:
    """Who says it: ten outlets that print one agency's text are one voice."""
    return wire or publisher


@dataclass(frozen=True, slots=True)
class AlertCandidate:
    """What a rule hears in one article: all that it takes to tell it, now or later.

    `key`: what the rule tells at most once (an article, a story or an event). `publisher` and `wire`: who prints it,
    and the agency whose text it is (None: its own). `facts`: the numbers in it, by what they count. `mark`:
    what it says of itself ("flash", "corrected", "withdrawn" ...). `because`: the evidence in words. `unsure`: of what
    is only listed in a digest as suppressed, what is not known ("one of the two names no place").
    """

    rule: str
    rule_title: str
    level: Level
    key: str
    routes: tuple[str, ...]
    article: Article
    story: Story
    event: Event | None
    publisher: str
    wire: str | None
    facts: tuple[tuple[str, int], ...]
    sentence: str
    highlights: tuple[tuple[int, int], ...]
    evidence_words: str
    wire_status: str | None = None
    official: bool = False
    uncertainty: str = ""

    @property
    def independent_publisher(self) -> str:
        """Who says it."""
        return independent_publisher_of(self.wire, self.publisher)


class PendingKind(StrEnum):
    """What something waits for."""

    HOLD = "hold"  # the rule's wait_at_least
    UPDATE = "update"  # the rule's cooldown
    RATE_LIMIT = "cap"  # so many messages an hour
    MENTION = "mention"  # mentions go out once a day
    IN_DOUBT = "unsure"  # so does what was suppressed as the same although something is not known
    CATCH_UP = "catch-up"  # it came while this service was down

    @property
    def is_digested(self) -> bool:
        """Whether those that fall due together are told in one message."""
        return self in (PendingKind.RATE_LIMIT, PendingKind.MENTION, PendingKind.IN_DOUBT, PendingKind.CATCH_UP)

    @property
    def reason(self) -> Reason:
        """Why it is deferred."""
        return _DEFERRED[self]


_DEFERRED = {
    PendingKind.HOLD: Reason.HOLD,
    PendingKind.UPDATE: Reason.COOLDOWN,
    PendingKind.RATE_LIMIT: Reason.RATE_LIMIT,
    PendingKind.MENTION: Reason.MENTION,
    PendingKind.IN_DOUBT: Reason.IN_DOUBT,
    PendingKind.CATCH_UP: Reason.CATCH_UP,
}


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """A hearing that is told later. Of each kind, a rule has one for each key (`id` says so); `since`: when it began;
    `why`: what makes it worth telling, in words."""

    id: str
    kind: PendingKind
    since: datetime
    due: datetime
    why: str
    candidate: AlertCandidate


@dataclass(frozen=True, slots=True)
class PendingChange:
    """What waits on as something else (`after`), or need not any more (None); `decision`: that on its match now."""

    before: PendingAlert
    after: PendingAlert | None
    outcome: MatchOutcome


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a digest: a rule's story, or one article that was suppressed. `reason` says why it waited; `unsure`:
    of what was suppressed, what is not known, and `same_as`: the headline of the story or event that it was taken for,
    by when it is sent."""

    rule: str
    rule_title: str
    level: Level
    story: str
    event: str | None
    source: str
    uid: str
    title: str
    url: str | None
    sentence: str
    reason: str
    unsure: str = ""
    same_as: str = ""


@dataclass(frozen=True, slots=True)
class EarlierAlert:
    """What an alert is possibly the same as, as people are reminded of it: the headline under which that was sent
    first, and when; `doubt`: why it is not sure that the two are the same, in words."""

    title: str
    sent_at: datetime
    doubt: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A decision to tell somebody, with its reason. `dedup_key` is unique for ever: it is what "once" means.

    `sentence` quotes the article; `marks` are the (start, end) offsets of the fired words in it. `thread`: the id of
    the first alert of the same subject, or of the older one that it is possibly the same as; None if it is the first
    itself. `also`: who else reports it, by when it is sent; `voices`: how many of all who do are independent. `older`:
    of what is possibly the same as something older, what was sent of that. `items`: the lines of a digest, the first of
    which gives it its rule, story and article.
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
    highlights: tuple[tuple[int, int], ...]
    kind: AlertKind = AlertKind.NEW
    event: str | None = None
    thread: str | None = None
    also_reported_by: tuple[str, ...] = ()
    publisher_count: int = 1
    items: tuple[Item, ...] = ()
    earlier: EarlierAlert | None = None


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """What came of one match: an alert, something that waits, or nothing; `decision` says which, and why.

    `hearing`: None where the rule does not listen (old news). `shadow_key`: the rule is in shadow, and would have told;
    by this the state remembers it, as it does a telling by the alert's `dedup_key`. `moved`: what waited, and what
    became of it by this article. `why_event`: why it is of its event, in words (None: of none); `compared`: with which
    older article of that, or of another event, it was compared.
    """

    match: Match
    outcome: MatchOutcome
    alert: Alert | None = None
    pending: PendingAlert | None = None
    shadow_key: str | None = None
    candidate: AlertCandidate | None = None
    pending_changes: tuple[PendingChange, ...] = ()
    event_reason: str | None = None
    compared: ComparedArticle | None = None

    @property
    def explanation(self) -> str:
        """The decision in a sentence."""
        return str(self.outcome)


@dataclass(frozen=True, slots=True)
class ArticleDecision:
    """What came of one article: the story it belongs to (None: no rule hit it, and stories of what no rule hits were
    not asked for), how it joined it, who prints it, and a decision for each match. `compared`: with which older article
    of that story, or of another one, it was compared."""

    article: Article
    story: Story | None
    join_reason: str
    decisions: tuple[MatchDecision, ...]
    publisher: str = ""
    wire: str | None = None
    compared: ComparedArticle | None = None

    @property
    def event(self) -> Event | None:
        """The event that it belongs to, of the first rule that has one."""
        events = (each.candidate.event for each in self.decisions if each.candidate is not None)
        return next((event for event in events if event is not None), None)
