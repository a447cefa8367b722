"""What was decided on an article: matches, its story, alerts, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.model.outcome import ClauseCode, MatchOutcome, Reason, ReasonClause, ReasonClauses
from monitor.model.rules import Field, Level
from monitor.model.sources import Article

STORIES = ""
"""The scope of stories; the scope of an event is the id of its rule."""


class MatchKind(StrEnum):
    """News: the evidence is complete in title and lead. Mention: it is complete only deeper in the text."""

    NEWS = "news"
    MENTION = "mention"


class MentionCause(StrEnum):
    """Why a match is a mention."""

    OUTSIDE = "outside"  # the evidence is complete only beyond where news may end
    TITLE_HAS_NONE = "title has none"  # the rule's title_has_some
    OTHER_TITLE = "other title"  # the title is about what another rule is for
    MENTION = "mention"  # the rule's second condition
    MENTION_IF = "mention_if"


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: `text` is the article's own field from `start` to `end` (string offsets), found through `term`.

    For authors and tags, of which there are several, `start` and `end` count in all of them joined by ", ". `node`: the
    name that the rule gives to the condition that this is evidence for, or "".
    """

    field: Field
    start: int
    end: int
    text: str
    term: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """The comparable tokens of an article's title and text, joined by blanks (`text.folding`)."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """An article that meets a rule: which version of the rule, as news or a mention, at which level, and the spans that
    show why.

    `by`: for each condition that the rule's `by` names, the values that it found in title and lead, "entity:ID" or
    "word:LANGUAGE:TEXT"; none if it found nothing there. `cause`: why it is a mention. Neither is stored: a match that
    is read back has neither.
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
    """One development, reported by many articles. `title`: that of its first article."""

    id: str
    title: str
    opened: datetime


class IdentityMarkKind(StrEnum):
    """What a person did to two stories or events. MERGE: the second became part of the first. SPLIT: it was split off
    the first."""

    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Event:
    """The same happening as one rule sees it, across languages and follow-ups. `title`: that of its first article.

    `possibly_of`: the id of the older event of the same rule that it is possibly the same as. `doubt`: why that is not
    sure, in words ("both Busan, both today; the words differ").
    """

    id: str
    rule: str
    title: str
    opened: datetime
    possibly_of: str | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class ComparedArticle:
    """The older article that an article was compared with when it joined a story or an event, or opened another one.
    `words`: the headline of the older article, then which facts agreed, which differed and which were not known, as
    people read it."""

    source: str
    uid: str
    words: str


class AlertKind(StrEnum):
    """New: the first of its subject. Possibly: the first of its subject too, but the subject is possibly the same as an
    older one that was sent. Update: the same subject again. Digest: several pending alerts together."""

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
    """The publisher as it counts among independent ones: all outlets that print one agency's text count as that
    agency."""
    return wire or publisher


@dataclass(frozen=True, slots=True)
class AlertCandidate:
    """What a rule takes from one article: all that is needed to send it, now or later.

    key              what the rule sends as new at most once (an article, a story or an event)
    article          without its text
    publisher        who prints it; `wire`: the agency whose text it is (None: it is its own text)
    facts            the numbers in it, by what they count
    sentence         the sentence to quote; `highlights`: the (start, end) offsets of the evidence in it
    evidence_words   the evidence in words
    wire_status      what it says of itself ("flash", "corrected", "withdrawn" ...)
    uncertainty      if it is only listed in a digest as suppressed: what is not known ("one of the two articles names
                     no known place")
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
        """Who reports it, as it counts among independent publishers."""
        return independent_publisher_of(self.wire, self.publisher)

    @property
    def evidence_clause(self) -> ReasonClause:
        """The evidence, as the reason of an alert begins with it."""
        return ReasonClause(ClauseCode.EVIDENCE, words=self.evidence_words)


class PendingKind(StrEnum):
    """What a pending alert waits for."""

    HOLD = "hold"  # the rule's wait_at_least
    UPDATE = "update"  # the rule's cooldown
    RATE_LIMIT = "cap"  # so many messages an hour
    MENTION = "mention"  # mentions are sent once a day
    IN_DOUBT = "unsure"  # once a day too: articles that were suppressed as the same although something is not known
    POSSIBLY = "possibly"  # its thread had a message in doubt just now
    CATCH_UP = "catch-up"  # it came while its source could not be polled

    @property
    def is_digested(self) -> bool:
        """Whether those that are due together are sent in one message."""
        return self not in (PendingKind.HOLD, PendingKind.UPDATE)

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
    PendingKind.POSSIBLY: Reason.POSSIBLY_SAME,
    PendingKind.CATCH_UP: Reason.CATCH_UP,
}


@dataclass(frozen=True, slots=True)
class PendingAlert:
    """A candidate that is sent later. Of each kind, a rule has one for each key, and `id` is made from both. `since`:
    when it was deferred. `why`: what makes it worth sending."""

    id: str
    kind: PendingKind
    since: datetime
    due: datetime
    why: ReasonClauses
    candidate: AlertCandidate


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A pending alert that becomes another one (`after`), or is no longer needed (None). `outcome`: what becomes of its
    match now."""

    before: PendingAlert
    after: PendingAlert | None
    outcome: MatchOutcome


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a digest: a rule's story, or one article that was suppressed.

    `why`: why it was deferred. For a suppressed article, `unsure`: what is not known, and `same_as`: the headline of
    the story or event that it was taken for, as of when the digest is sent. `number`: of the line in the message, from
    1, which it keeps when the article of another line is erased; 0: an earlier version made it.
    """

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
    why: ReasonClauses
    unsure: str = ""
    same_as: str = ""
    number: int = 0


@dataclass(frozen=True, slots=True)
class EarlierAlert:
    """The alert that this one is possibly the same as, as people are reminded of it: the headline under which it was
    first sent, and when. `doubt`: why it is not sure that the two are the same, in words."""

    title: str
    sent_at: datetime
    doubt: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A decision to send somebody a message, with its reason.

    dedup_key         unique for ever: it is what "once" means
    sentence          a quote from the article; `highlights`: the (start, end) offsets of the evidence in it
    thread            the id of the first alert of the same subject, or of the older subject that it is possibly the
                      same as; None if this is the first
    also_reported_by  who else reports it, as of when it is sent
    publisher_count   how many independent publishers report it
    items             the lines of a digest; the first gives the alert its rule, story and article. A digest with a
                      thread lists what is possibly the same as the older subject
    earlier           if it is possibly the same as something older: what was sent of that
    """

    id: str
    dedup_key: str
    rule: str
    rule_title: str
    level: Level
    at: datetime
    why: ReasonClauses
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

    @property
    def is_in_doubt(self) -> bool:
        """Whether all that it says is possibly the same as something older that was sent."""
        return self.kind is AlertKind.POSSIBLY or (self.kind is AlertKind.DIGEST and self.thread is not None)

    @property
    def channel_level(self) -> Level:
        """The level by which channels choose a priority, a sound or a colour: what is in doubt never rings."""
        return min(self.level, Level.LOW, key=lambda level: level.rank) if self.is_in_doubt else self.level


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """What was decided on one match: an alert, a pending alert, or nothing. `outcome` says which, and why.

    `candidate`: None if the rule takes nothing from the article (old news). `shadow_key`: if the rule is in shadow and
    would have sent it, the key by which the ledger remembers it, as it remembers an alert by its `dedup_key`.
    `pending_changes`: what this article changes about pending alerts. `event_reason`: why the match belongs to its
    event, in words (None: it belongs to none). `compared`: the older article of that event, or of another one, that it
    was compared with.
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


@dataclass(frozen=True, slots=True)
class ArticleDecision:
    """What was decided on one article: its story (None: no rule hit it, and such articles were not to join stories),
    how it joined the story, who prints it, and a decision for each match. `compared`: the older article of that story,
    or of another one, that it was compared with. `folded`: its words, folded; None: not known."""

    article: Article
    story: Story | None
    join_reason: str
    decisions: tuple[MatchDecision, ...]
    publisher: str = ""
    wire: str | None = None
    compared: ComparedArticle | None = None
    folded: FoldedText | None = None

    @property
    def event(self) -> Event | None:
        """The event that it belongs to, of the first rule that has one."""
        events = (decision.candidate.event for decision in self.decisions if decision.candidate is not None)
        return next((event for event in events if event is not None), None)
