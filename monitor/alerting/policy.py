"""The policy stages: each may hold a match back, or let it wait, and says why; what passes all becomes an alert
(`judging`).

The order of STAGES is the order in which a person asks: is it news at all, is it fresh, did we miss it, have we told it
already and is this worth an update, may it wait a little, is it enough for this hour. A rule in shadow goes through the
same stages, says what it would have done, and tells nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property

from monitor.alerting import updates
from monitor.alerting.ledger import AN_HOUR, NotificationLedger, SubjectRecord
from monitor.alerting.pending import next_digest
from monitor.alerting.quotes import quote_best_sentence
from monitor.alerting.subject_keys import article_key, event_key, mention_key, shadow_key, story_key, unsure_key
from monitor.alerting.wording import again_in_words, duration_in_words, evidence_in_words
from monitor.model import (
    AlertCandidate,
    Article,
    Claim,
    Event,
    Match,
    MatchKind,
    MentionCause,
    NewsIn,
    OncePer,
    PendingAlert,
    PendingKind,
    Reason,
    Rule,
    RuleStatus,
    Story,
    time_of_day,
)

_BEYOND = {  # where evidence ends
    NewsIn.TITLE: "outside its title",
    NewsIn.ABOUT: "behind its first sentence",
    NewsIn.LEAD: "deeper in the text than its lead",
}
_BY_CAUSE = {
    MentionCause.TITLE_HAS_NONE: "under a title that has none of it",
    MentionCause.OTHER_TITLE: "under a title about another rule",
    MentionCause.MENTION: "as its mention says",
    MentionCause.MENTION_IF: "as its mention_if says",
}
BASELINE_AGE = timedelta(hours=12)  # for rules without a max_age: a source's whole past is not news
_PAST = "its source's past (a first poll, or a burst of entries)"
LATE = timedelta(hours=1)  # what is older than this and comes late through no fault of its own is told together
CATCHING_UP = timedelta(minutes=10)  # from the first of it: by then most sources were polled once


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
        return f"the first that {self.rule.id} hears of {self.subject_in_words}"

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


@dataclass(frozen=True, slots=True)
class Suppress:
    """Not told, and why. `listens`: it counts among what is heard of its subject all the same; `same`: it is held as
    the same as what was told, or waits to be; `withdraws`: what waited, and need not any more."""

    reason: Reason
    why: str
    is_recorded: bool = False
    is_duplicate: bool = False
    withdrawn: PendingAlert | None = None


@dataclass(frozen=True, slots=True)
class Defer:
    """Told later, for the reason that will be given then; `until` says what it waits for. `replaces`: what waited for
    the same, and says less."""

    kind: PendingKind
    due: datetime
    why: str
    until: str
    replaces: PendingAlert | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Told again, and why; `replaces`: with what waited for that."""

    why: str
    replaces: PendingAlert | None = None
    is_immediate: bool = False


Ruling = Suppress | Defer | Update | None
Stage = Callable[[Case], Ruling]


# --- the stages -------------------------------------------------------------------------------------------------------


def _check_mention(case: Case) -> Ruling:
    if case.match.kind is not MatchKind.MENTION:
        return None
    cause = case.match.cause or MentionCause.OUTSIDE
    only = f"only mentioned, {_BEYOND[case.rule.news_in] if cause is MentionCause.OUTSIDE else _BY_CAUSE[cause]}"
    if (old := reason_if_stale(case)) is not None:
        return Suppress(Reason.MENTION, f"{only}; {old.why}")
    waits = case.ledger.find_pending(PendingKind.MENTION, case.key) is not None
    if waits or case.was_sent_before:
        known = f"{only}, and {case.rule.id} has told {case.subject_in_words} already ({case.display_id}), or will"
        return Suppress(Reason.MENTION, known, is_recorded=waits)
    if case.shadow:
        return Suppress(Reason.MENTION, only)
    due = next_digest(case.now, case.context.zone)
    return Defer(
        PendingKind.MENTION, due, only, f"mentions go out together at {due.astimezone(case.context.zone):%H:%M}"
    )


def reason_if_stale(case: Case) -> Suppress | None:
    """Why it is too old to be news, if it is; that asks the ledger nothing."""
    article, limit = case.article, case.rule.max_age
    if article.baseline:
        if not article.dated:
            return Suppress(Reason.UNDATED, f"it came with {_PAST}, and has no date of its own")
        limit = limit or BASELINE_AGE
    age = case.now - article.published
    if limit is None or age <= limit or (case.context.poll_gap and case.context.poll_gap.has_delayed(article)):
        return None
    if case.rule.max_age is None:
        counts = f"where {duration_in_words(limit)} count for a rule without max_age"
        return Suppress(Reason.BACKLOG, f"published {duration_in_words(age)} ago, and came with {_PAST}, {counts}")
    return Suppress(
        Reason.TOO_OLD, f"published {duration_in_words(age)} ago, and max_age is {duration_in_words(limit)}"
    )


def _check_already_sent(case: Case) -> Ruling:
    ruling = _check_sent_or_deferred(case)
    return replace(ruling, is_duplicate=ruling.withdrawn is None) if isinstance(ruling, Suppress) else ruling


def _check_sent_or_deferred(case: Case) -> Ruling:
    account = case.record
    if account is None or account.last_sent_at is None:
        return (
            _check_already_deferred(case, [case.key])
            or _check_sent_long_ago(case)
            or _check_already_deferred(case, case.possible_keys)
        )
    if case.shadow and case.subject_key in case.ledger:  # what it told while it was live says more
        return _check_sent_long_ago(case)
    heard, hearing, policy = account.after_match(case.candidate, case.now), case.candidate, case.rule.alert
    before = _find_pending(case, [case.key], PendingKind.RATE_LIMIT, PendingKind.UPDATE)
    new = updates.find_update_reasons(
        policy, hearing, heard.after_send(before.candidate, case.now, None) if before else heard
    )
    if not new:
        return _nothing_new(case, account, before)
    why = _explain_update(case, account, updates.merge_candidates(before.candidate, hearing) if before else hearing)
    if any(reason in updates.AT_ONCE for reason, _ in new):
        return Update(why, before, is_immediate=True)
    due = before.due if before else updates.next_update_time(policy, account, case.now)
    if before is None and case.now >= due:
        return Update(why)
    return Defer(
        before.kind if before else PendingKind.UPDATE, due, why, f"no update before {case.format_time(due)}", before
    )


def _nothing_new(case: Case, account: SubjectRecord, before: PendingAlert | None) -> Suppress:
    """Of what was told, and of the update that waits."""
    if before is not None and _is_withdrawal(case, before):
        withdrawn = "it was withdrawn while an update waited to be told"
        return Suppress(Reason.WITHDRAWN, withdrawn, is_recorded=True, withdrawn=before)
    waits = f"; an update waits until {case.format_time(before.due)}" if before else ""
    return Suppress(Reason.ALREADY_SENT, f"{_explain_already_sent(case, account)}{waits}", is_recorded=True)


def _is_withdrawal(case: Case, waits: PendingAlert) -> bool:
    """Whether what waits is taken back by who has told it: another's headline may only sound so."""
    return (
        case.wire_status == "withdrawn"
        and case.candidate.independent_publisher == waits.candidate.independent_publisher
    )


def _explain_update(case: Case, account: SubjectRecord, hearing: AlertCandidate) -> str:
    """Why it is told again."""
    first = case.format_time(account.first_sent_at or account.last_sent_at or case.now)
    return updates.explain_update(case.rule.alert, hearing, account.after_match(case.candidate, case.now), first)


def _find_pending(case: Case, keys: Iterable[str], *kinds: PendingKind) -> PendingAlert | None:
    """What waits under one of these keys, as one of these kinds."""
    found = (case.ledger.find_pending(kind, key) for key in keys for kind in kinds)
    return next((each for each in found if each is not None), None)


def _check_sent_long_ago(case: Case) -> Ruling:
    if case.was_sent_before:
        verb = "would have told" if case.shadow and case.subject_key not in case.ledger else "has told"
        return Suppress(
            Reason.ALREADY_SENT, f"{case.rule.id} {verb} {case.subject_in_words} already ({case.display_id})"
        )
    return None


def _check_already_deferred(case: Case, keys: Iterable[str]) -> Ruling:
    waits = _find_pending(case, keys, PendingKind.HOLD, PendingKind.RATE_LIMIT, PendingKind.CATCH_UP)
    if waits is None:
        return None
    accounts = [
        account for key in case.possible_keys if (account := case.ledger.find_record(key, case.now)) is not None
    ]
    alone = {voice for account in accounts for voice in account.independent_publishers} == {
        waits.candidate.independent_publisher
    }
    if alone and _is_withdrawal(case, waits):  # what others have reported too stands
        return Suppress(
            Reason.WITHDRAWN, "it was withdrawn while it waited to be told", is_recorded=True, withdrawn=waits
        )
    if case.wire_status != "withdrawn" and updates.has_new_information(
        case.candidate, SubjectRecord(case.key, case.rule.id, case.now).after_send(waits.candidate, case.now, None)
    ):
        return Defer(
            waits.kind,
            waits.due,
            waits.why,
            f"it says more than what waited, until {case.format_time(waits.due)}",
            waits,
        )
    why = f"{case.subject_in_words} waits to be told at {case.format_time(waits.due)} ({case.display_id}){_explain_joining(case)}"
    return Suppress(Reason.ALREADY_DEFERRED, why, is_recorded=True)


def _explain_already_sent(case: Case, account: SubjectRecord) -> str:
    told_at = account.last_sent_at or case.now
    verb = "would have told" if case.shadow else "has told"
    told = f"{case.rule.id} {verb} {case.subject_in_words} at {case.format_time(told_at)} ({case.display_id})"
    return f"{told}{_explain_joining(case)}{_explain_again_if(case.rule)}"


def _explain_joining(case: Case) -> str:
    return f"; {case.join_reason}" if case.join_reason else ""


def _explain_again_if(rule: Rule) -> str:
    named = again_in_words(rule.alert)
    return f"; told again if: {named}" if named else ""


def _check_catch_up(case: Case) -> Ruling:
    away = case.context.poll_gap
    if away is None or not away.needs_catch_up(case.article, case.now):
        return None
    gone = f"its source could not be polled from {case.format_time(away.since)} to {case.format_time(away.until)}"
    return Defer(PendingKind.CATCH_UP, case.now + CATCHING_UP, gone, "what was missed is told together")


def _check_hold(case: Case) -> Ruling:
    wait = case.rule.alert.wait_at_least
    if not wait:
        return None
    due = case.now + wait
    return Defer(
        PendingKind.HOLD,
        due,
        f"{case.first_reason}, {duration_in_words(wait)} later",
        f"it is told at {case.format_time(due)}",
    )


def _check_rate_limit(case: Case) -> Ruling:
    return defer_if_rate_limited(case.rule, case.ledger, case.now, case.first_reason)


def defer_if_rate_limited(rule: Rule, told: NotificationLedger, now: datetime, why: str) -> Defer | None:
    """Where the rule has sent as many messages within the hour as it may, the rest waits for a digest."""
    most = rule.alert.most_an_hour
    if most is None or len(lately := told.recent_sends(rule.id, now)) < most:
        return None
    due = min(*lately, now) + AN_HOUR
    return Defer(
        PendingKind.RATE_LIMIT, due, why, f"{rule.id} has sent {len(lately)} within the hour; the rest is told together"
    )


STAGES: tuple[Stage, ...] = (
    _check_mention,
    reason_if_stale,
    _check_already_sent,
    _check_catch_up,
    _check_hold,
    _check_rate_limit,
)
