"""A match on its way through the policy, with all that a stage may ask about it: built once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property

from monitor.alerting.ledger import NotificationLedger, SubjectRecord
from monitor.alerting.quotes import quote_best_sentence
from monitor.alerting.subject_keys import article_key, event_key, mention_key, shadow_key, story_key, unsure_key
from monitor.alerting.wording import evidence_in_words
from monitor.model import (
    AlertCandidate,
    Article,
    Claim,
    Event,
    Match,
    MatchKind,
    OncePer,
    Rule,
    RuleStatus,
    Story,
    time_of_day,
)

LATE = timedelta(hours=1)  # what is older than this and comes late through no fault of its own is sent together


@dataclass(frozen=True, slots=True)
class PollGap:
    """How long an article's source was not polled, though it should have been."""

    since: datetime
    until: datetime

    def has_delayed(self, article: Article) -> bool:
        """Whether an article comes late only because of that. What came just before may not have been polled either."""
        return self.since - LATE < article.published

    def needs_catch_up(self, article: Article, now: datetime) -> bool:
        """Whether it comes so late that it is told together with what else does."""
        return self.has_delayed(article) and now - article.published > LATE


def find_poll_gap(claim: Claim, now: datetime) -> PollGap | None:
    """Whether what a poll brings comes late because its source was not polled when it should have been."""
    unpolled = claim.unpolled_window(now)
    return PollGap(*unpolled) if unpolled else None


@dataclass(frozen=True, slots=True)
class DecisionContext:
    """What deciding knows beside articles and rules: the zone of the desk, and whether the articles come late."""

    zone: tzinfo = UTC
    poll_gap: PollGap | None = None


@dataclass(frozen=True)
class Case:
    """A match and all that is asked about it. `event`: the one that its story is of, also where the rule tells stories
    by now. `how`: how its article joined the story; `unsure`: what was not known there of one of the two, in words
    ("one of the two names no place"); empty where nothing was, as with copies."""

    rule: Rule
    match: Match
    article: Article
    story: Story
    ledger: NotificationLedger
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

    @property
    def subject_key(self) -> str:
        """What this rule tells at most once."""
        once_per = self.rule.alert.once_per
        if once_per is OncePer.ARTICLE:
            return article_key(self.rule.id, self.article.source, self.article.uid)
        if once_per is OncePer.EVENT and self.event is not None:
            return event_key(self.rule.id, self.event.id)
        return self._of_story

    @property
    def _of_story(self) -> str:
        return story_key(self.rule.id, self.story.id)

    @property
    def key(self) -> str:
        """Under which name the state remembers it. What only waits for a digest is a subject of its own."""
        key = mention_key(self._of_story) if self.match.kind is MatchKind.MENTION else self.subject_key
        return shadow_key(key) if self.shadow else key

    @property
    def shadow(self) -> bool:
        """Whether the rule may tell nobody."""
        return self.rule.status is RuleStatus.SHADOW

    @property
    def subject_in_words(self) -> str:
        """What it tells at most once."""
        return f"this {self.rule.alert.once_per}"

    @property
    def display_id(self) -> str:
        """By which people find it."""
        return self.event.id if self.event and self.rule.alert.once_per is OncePer.EVENT else self.story.id

    @property
    def record(self) -> SubjectRecord | None:
        """What was heard and told of it in the last days."""
        return self.ledger.find_record(self.key, self.now)

    @property
    def was_sent_before(self) -> bool:
        """Whether it was told, or would have been, however long ago."""
        return any(key in self.ledger for key in self.possible_keys)

    @property
    def possible_keys(self) -> tuple[str, ...]:
        """Under which it may have been told, or wait: before the rule was in shadow, or when it told stories and not
        events, or events and not stories."""
        if self.rule.alert.once_per is OncePer.ARTICLE:
            return (self.key, self.subject_key)
        of_event = [event_key(self.rule.id, self.event.id)] if self.event is not None else []
        return (self.key, self.subject_key, self._of_story, *of_event)

    @property
    def ledger_keys(self) -> tuple[str, ...]:
        """All keys that the ledger is asked about: also those of what it is possibly the same as, and of the digest of
        what is held in doubt."""
        rule = self.rule.id
        older = [event_key(rule, self.event.possibly_of)] if self.event and self.event.possibly_of else []
        return (*self.possible_keys, *older, unsure_key(rule, self.article.source, self.article.uid))

    @property
    def first_reason(self) -> str:
        """Why it is told, where it was not told before."""
        return f"first alert of {self.subject_in_words}"

    def format_time(self, moment: datetime) -> str:
        """As people read it."""
        return time_of_day(moment, self.context.zone, self.now)

    @cached_property
    def candidate(self) -> AlertCandidate:
        """What the rule hears in this article."""
        quoted = quote_best_sentence(self.article, self.match.evidence)
        return AlertCandidate(
            rule=self.rule.id,
            rule_title=self.rule.title,
            level=self.match.level,
            key=self.key,
            routes=self.rule.alert.to or ("default",),
            article=self.article,
            story=self.story,
            event=self.event if self.rule.alert.once_per is OncePer.EVENT else None,
            publisher=self.publisher or self.article.source,
            wire=self.wire,
            facts=self.facts,
            sentence=quoted.sentence,
            highlights=quoted.marks,
            evidence_words=evidence_in_words(self.match),
            wire_status=self.wire_status,
            official=self.official,
        )
