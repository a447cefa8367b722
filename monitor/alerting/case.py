"""A case: a match, with everything that a stage of the policy may ask about it. It is built once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property, reduce

from monitor.alerting.ledger import NotificationLedger, SubjectRecord
from monitor.alerting.pending import without_text
from monitor.alerting.quotes import MatchQuote, quote_match
from monitor.alerting.subject_keys import article_key, event_key, mention_key, shadow_key, story_key, unsure_key
from monitor.model import (
    DEFAULT_ROUTE,
    AlertCandidate,
    Article,
    Claim,
    ClauseCode,
    DeskTime,
    Event,
    Match,
    MatchKind,
    OncePer,
    ReasonClause,
    ReasonClauses,
    Rule,
    RuleStatus,
    Story,
)
from monitor.state import State

LATE = timedelta(hours=1)  # articles that are older than this, and come late because of a gap, are sent together


@dataclass(frozen=True, slots=True)
class PollGap:
    """A time in which an article's source was not polled, though it should have been."""

    since: datetime
    until: datetime

    def has_delayed(self, article: Article) -> bool:
        """Whether the article comes late only because of the gap. What came just before it may not have been polled
        either."""
        return self.since - LATE < article.published

    def needs_catch_up(self, article: Article, now: datetime) -> bool:
        """Whether the article comes so late that it is sent together with all others that do."""
        return self.has_delayed(article) and now - article.published > LATE


def find_poll_gap(claim: Claim, now: datetime) -> PollGap | None:
    """The gap because of which the articles of this poll come late; None if there is none."""
    unpolled = claim.unpolled_window(now)
    return PollGap(*unpolled) if unpolled else None


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What deciding knows besides articles and rules: the time zone of the desk, and whether the articles come late.
    `is_requested`: a person asks for alerts of stored articles, which count as being as old as when they came."""

    zone: tzinfo = UTC
    poll_gap: PollGap | None = None
    is_requested: bool = False


@dataclass(frozen=True)
class Case:
    """A match and everything that is asked about it.

    `event`: the event of its story; it is known even if the rule now has `once_per: story`. `join_reason`: how its
    article joined the story or the event. `uncertainty`: in words, what was not known there about one of the two
    articles ("one of the two articles names no known place"); empty if all was known, as with copies. `quote`: what a
    message shows of the match, if that was worked out before. `source_publisher`: who publishes what its source brings,
    if an article does not say it; empty: not known here.
    """

    rule: Rule
    match: Match
    article: Article
    story: Story
    state: State
    now: datetime
    event: Event | None = None
    join_reason: str = ""
    uncertainty: str = ""
    publisher: str = ""
    wire: str | None = None
    wire_status: str | None = None
    official: bool = False
    facts: tuple[tuple[str, int], ...] = ()
    context: DecisionContext = field(default_factory=DecisionContext)
    quote: MatchQuote | None = None
    source_publisher: str = ""

    @property
    def ledger(self) -> NotificationLedger:
        """What was sent and what is pending."""
        return self.state[NotificationLedger]

    @property
    def subject_event(self) -> Event | None:
        """Its event, if the rule sends events as new."""
        return self.event if self.rule.alert.once_per is OncePer.EVENT else None

    @property
    def subject_key(self) -> str:
        """The key of what this rule sends as new at most once."""
        if self.rule.alert.once_per is OncePer.ARTICLE:
            return article_key(self.rule.id, self.article.source, self.article.uid)
        return event_key(self.rule.id, event.id) if (event := self.subject_event) is not None else self._own_story_key

    @property
    def _own_story_key(self) -> str:
        return story_key(self.rule.id, self.story.id)

    @property
    def key(self) -> str:
        """The key under which the ledger has it. What is only listed in a digest is a subject of its own."""
        key = mention_key(self._own_story_key) if self.match.kind is MatchKind.MENTION else self.subject_key
        return shadow_key(key) if self.shadow else key

    @property
    def shadow(self) -> bool:
        """Whether the rule is in shadow, and sends nothing."""
        return self.rule.status is RuleStatus.SHADOW

    @property
    def display_id(self) -> str:
        """The id by which people find its event or story."""
        return self.story.id if (event := self.subject_event) is None else event.id

    @property
    def record(self) -> SubjectRecord | None:
        """The ledger's record of its subject. After an edit of the rule's `once_per` it goes on from the records from
        before the edit, so that nothing is sent twice and updates go on. (The ledger forgets a record after 14 days
        without activity.) The source of the article counts in it by the name that it has now."""
        found = (self.ledger.find_record(key, self.now) for key in self.own_keys)
        records = [record for record in found if record is not None]
        if not records:
            return None
        record = replace(reduce(SubjectRecord.merge, records), key=self.key)
        is_agency = self.wire == self.article.source  # it counts by its id, with or without a name
        return record if is_agency else record.with_source_name(self.article.source, self.source_publisher)

    @property
    def was_sent_before(self) -> bool:
        """Whether it was sent, or would have been in shadow, however long ago."""
        return any(key in self.ledger for key in self.possible_keys)

    @property
    def own_keys(self) -> tuple[str, ...]:
        """Its key, and those that it had before the rule's `once_per` was edited. (A mention has the same one.)"""
        if self.match.kind is MatchKind.MENTION:
            return (self.key,)
        return (self.key, *(map(shadow_key, self._former_keys) if self.shadow else self._former_keys))

    @property
    def possible_keys(self) -> tuple[str, ...]:
        """The keys under which it may have been sent or may be pending: also from before the rule was in shadow."""
        return (*self.own_keys, self.subject_key, *self._former_keys)

    @property
    def _former_keys(self) -> tuple[str, ...]:
        """The keys that its subject had if the rule's `once_per` was another one. A rule that sends every article sends
        those too that are about something it sent as a story or event."""
        if self.rule.alert.once_per is OncePer.ARTICLE:
            return ()
        of_article = article_key(self.rule.id, self.article.source, self.article.uid)
        event_keys = [event_key(self.rule.id, self.event.id)] if self.event is not None else []
        return (self._own_story_key, *event_keys, of_article)

    @property
    def ledger_keys(self) -> tuple[str, ...]:
        """All keys that the ledger is asked for. They include those of the subject that it is possibly the same as, and
        of its entry in the digest of articles suppressed in doubt."""
        rule = self.rule.id
        older_keys = [event_key(rule, self.event.possibly_of)] if self.event and self.event.possibly_of else []
        return (*self.possible_keys, *older_keys, unsure_key(rule, self.article.source, self.article.uid))

    @property
    def first_reason(self) -> ReasonClauses:
        """Why it is sent, if it was not sent before."""
        first = ReasonClause(ClauseCode.FIRST_ALERT, once_per=self.rule.alert.once_per)
        return (first, ReasonClause(ClauseCode.SENT_ON_REQUEST)) if self.context.is_requested else (first,)

    def desk_time(self, moment: datetime) -> DeskTime:
        """The moment as people read it."""
        return DeskTime.from_moment(moment, self.context.zone, self.now)

    def subject_clause(self, code: ClauseCode, at: datetime | None = None) -> ReasonClause:
        """A clause about what the rule sends as new at most once."""
        time = None if at is None else self.desk_time(at)
        return ReasonClause(
            code, rule=self.rule.id, once_per=self.rule.alert.once_per, subject=self.display_id, at=time
        )

    @cached_property
    def candidate(self) -> AlertCandidate:
        """What the rule takes from this article."""
        quote = self.quote or quote_match(self.article, self.match)
        return AlertCandidate(
            rule=self.rule.id,
            rule_title=self.rule.title,
            level=self.match.level,
            key=self.key,
            routes=self.rule.alert.to or (DEFAULT_ROUTE,),
            article=without_text(self.article),
            story=self.story,
            event=self.subject_event,
            publisher=self.publisher or self.article.source,
            wire=self.wire,
            facts=self.facts,
            sentence=quote.sentence,
            highlights=quote.highlights,
            evidence_words=quote.evidence_words,
            wire_status=self.wire_status,
            official=self.official,
        )
