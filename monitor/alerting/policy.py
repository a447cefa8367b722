"""The policy stages: each may hold a match back, or let it wait, and says why; what passes all becomes an alert.

The order of STAGES is the order in which a person asks: is it news at all, is it fresh, did we miss it, have we told it
already and is this worth an update, may it wait a little, is it enough for this hour. A rule in shadow goes through the
same stages, says what it would have done, and tells nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property

from monitor.alerting import again
from monitor.alerting.quote import quote
from monitor.alerting.told import AN_HOUR, Account, Told
from monitor.alerting.waiting import next_digest, waiting, waiting_id
from monitor.alerting.wording import alert_id, evidence_in_words, in_words
from monitor.model import (
    Again,
    Alert,
    AlertKind,
    Article,
    Claim,
    Decided,
    Event,
    Field,
    Hearing,
    Match,
    MatchKind,
    OncePer,
    Rule,
    RuleStatus,
    Story,
    WaitKind,
    time_of_day,
)

_BEYOND = {Field.TITLE: "outside its title", Field.LEAD: "deeper in the text than its lead"}  # where evidence ends
BASELINE_AGE = timedelta(hours=12)  # for rules without a max_age: a source's whole past is not news
LATE = timedelta(hours=1)  # what is older than this and comes late through no fault of its own is told together
CATCHING_UP = timedelta(minutes=10)  # from the first of it: by then most sources were polled once
BEHIND = timedelta(minutes=10)  # a poll that comes so much later than it was planned


@dataclass(frozen=True, slots=True)
class Away:
    """How long an article's source was not polled, though it should have been."""

    since: datetime
    until: datetime

    def missed(self, article: Article, now: datetime) -> bool:
        """Whether an article comes late only because of that. What came just before may not have been polled either."""
        return self.since - LATE < article.published and now - article.published > LATE


def away(claim: Claim, now: datetime) -> Away | None:
    """Whether a poll comes much later than planned: this service was down, or the source failed until now."""
    if claim.last_ok is None or (now - claim.planned <= BEHIND and not claim.failures):
        return None
    return Away(claim.last_ok, now)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What deciding knows beside articles and rules: the zone of the desk, and whether the articles come late."""

    zone: tzinfo = UTC
    away: Away | None = None


@dataclass(frozen=True)
class Case:
    """A match and all that is asked about it. `how`: how its article joined the story."""

    rule: Rule
    match: Match
    article: Article
    story: Story
    told: Told
    now: datetime
    event: Event | None = None
    how: str = ""
    publisher: str = ""
    wire: str | None = None
    mark: str | None = None
    official: bool = False
    facts: tuple[tuple[str, int], ...] = ()
    around: Circumstances = field(default_factory=Circumstances)

    @property
    def subject(self) -> str:
        """What this rule tells at most once."""
        once_per = self.rule.alert.once_per
        if once_per is OncePer.ARTICLE:
            return article_key(self.rule.id, self.article.source, self.article.uid)
        if once_per is OncePer.EVENT and self.event is not None:
            return f"{self.rule.id} event {self.event.id}"
        return self._of_story

    @property
    def _of_story(self) -> str:
        return f"{self.rule.id} story {self.story.id}"

    @property
    def key(self) -> str:
        """Under which name the state remembers it. What only waits for a digest is a subject of its own; and no rule's
        id has a colon, so what a rule in shadow would have told silences nothing once it is live."""
        key = f"mention: {self._of_story}" if self.match.kind is MatchKind.MENTION else self.subject
        return f"shadow: {key}" if self.shadow else key

    @property
    def shadow(self) -> bool:
        """Whether the rule may tell nobody."""
        return self.rule.status is RuleStatus.SHADOW

    @property
    def this(self) -> str:
        """What it tells at most once."""
        return f"this {self.rule.alert.once_per}"

    @property
    def name(self) -> str:
        """By which people find it."""
        return self.event.id if self.event and self.rule.alert.once_per is OncePer.EVENT else self.story.id

    @property
    def account(self) -> Account | None:
        """What was heard and told of it. A rule that told its story before it told events has told it all the same."""
        return self.told.account(self.key)

    @property
    def told_before(self) -> bool:
        """Whether it was told, or would have been, however long ago."""
        return any(key in self.told for key in self.keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """Under which it may have been told: before the rule was in shadow, or when it told stories and not events."""
        of_story = [self._of_story] if self.rule.alert.once_per is OncePer.EVENT else []
        return (self.key, self.subject, *of_story)

    @property
    def first(self) -> str:
        """Why it is told, where it was not told before."""
        return f"the first that {self.rule.id} hears of {self.this}"

    def time(self, moment: datetime) -> str:
        """As people read it."""
        return time_of_day(moment, self.around.zone, self.now)

    @cached_property
    def hearing(self) -> Hearing:
        """What the rule hears in this article."""
        quoted = quote(self.article, self.match.evidence)
        return Hearing(
            rule=self.rule.id,
            rule_title=self.rule.title,
            level=self.match.level,
            key=self.key,
            routes=self.rule.alert.to or ("default",),
            article=self.article,
            story=self.story,
            event=self.event,
            publisher=self.publisher or self.article.source,
            wire=self.wire,
            facts=self.facts,
            sentence=quoted.sentence,
            marks=quoted.marks,
            because=evidence_in_words(self.match),
            mark=self.mark,
            official=self.official,
        )


def article_key(rule: str, source: str, uid: str) -> str:
    """The dedup key of a rule that tells once an article."""
    return f"{rule} article {source} {uid}"


@dataclass(frozen=True, slots=True)
class Held:
    """Not told, and why. `listens`: it counts among what is heard of its subject all the same; `drops`: the ids of what
    need not wait any more."""

    why: str
    listens: bool = False
    drops: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """Told later, for the reason that will be given then; `until` says what it waits for."""

    kind: WaitKind
    due: datetime
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class Update:
    """Told again, and why."""

    why: str


Ruling = Held | Wait | Update | None
Stage = Callable[[Case], Ruling]


def judge(case: Case) -> Decided:
    """The decision on one match, with its reason; the state is told what follows from it."""
    ruling = next((ruling for stage in STAGES if (ruling := stage(case)) is not None), None)
    if isinstance(ruling, Held) and not ruling.listens:
        return Decided(case.match, _held(case, ruling.why))
    told, hearing = case.told, case.hearing
    account = told.account(case.key) or Account(case.key, case.rule.id, case.now)
    told.keep(account.heard(hearing, case.now))
    if isinstance(ruling, Held):
        for id_ in ruling.drops:
            told.drop(id_)
        return Decided(case.match, _held(case, ruling.why), hearing=hearing, drops=ruling.drops)
    if case.shadow:
        return _in_shadow(case, ruling)
    if isinstance(ruling, Update) and (full := too_many(case.rule, told, case.now, ruling.why)) is not None:
        ruling = full
    return _wait(case, ruling) if isinstance(ruling, Wait) else _tell(case, ruling)


def _wait(case: Case, ruling: Wait) -> Decided:
    waits = waiting(ruling.kind, case.hearing, ruling.why, case.now, ruling.due)
    case.told.wait(waits)
    return Decided(case.match, f"waits: {ruling.why}; {ruling.until}", waiting=waits, hearing=case.hearing)


def _tell(case: Case, update: Update | None) -> Decided:
    told, hearing = case.told, case.hearing
    reason = f"{hearing.because}; {update.why if update else case.first}"
    alert = alert_of(hearing, told.account(case.key), reason, case.now, update=update is not None)
    told.tells(hearing, alert, case.now)
    told.told(case.rule.id, case.now)
    drops = tuple(id_ for kind in (WaitKind.UPDATE, WaitKind.HOLD) if told.waits(id_ := waiting_id(kind, case.key)))
    for id_ in drops:
        told.drop(id_)
    return Decided(case.match, f"told: {reason}", alert, hearing=hearing, drops=drops)


def _in_shadow(case: Case, ruling: Wait | Update | None) -> Decided:
    why = ruling.why if ruling else case.first
    case.told.tells(case.hearing, None, case.now)
    would = f"held: {case.rule.id} is in shadow; it would have told: {case.hearing.because}; {why}"
    return Decided(case.match, would, shadow_key=case.key, hearing=case.hearing)


def _held(case: Case, why: str) -> str:
    return f"held: {why}; {case.rule.id} is in shadow" if case.shadow else f"held: {why}"


# --- the stages -------------------------------------------------------------------------------------------------------


def _mention(case: Case) -> Ruling:
    if case.match.kind is not MatchKind.MENTION:
        return None
    in_passing = [_BEYOND[case.rule.news_in]] if case.rule.news_in in _BEYOND else []
    in_passing += ["as its mention_if says"] if case.rule.mention_if is not None else []
    only = f"only mentioned, {' or '.join(in_passing)}"
    if (stale := _stale(case)) is not None:
        return Held(f"{only}; {stale.why}")
    if case.told_before or case.told.waits(waiting_id(WaitKind.MENTION, case.key)):
        return Held(f"{only}, and {case.rule.id} has told {case.this} already ({case.name}), or will")
    if case.shadow:
        return Held(only)
    due = next_digest(case.now, case.around.zone)
    return Wait(WaitKind.MENTION, due, only, f"mentions go out together at {due.astimezone(case.around.zone):%H:%M}")


def _stale(case: Case) -> Held | None:
    article, limit = case.article, case.rule.max_age
    if article.baseline:
        if not article.dated:
            return Held(
                "it came with its source's past (a first poll, or a burst of entries), and has no date of its own"
            )
        limit = limit or BASELINE_AGE
    age = case.now - article.published
    if limit is None or age <= limit or (case.around.away and case.around.away.missed(article, case.now)):
        return None
    return Held(f"published {in_words(age)} ago, and max_age is {in_words(limit)}")


def _already_told(case: Case) -> Ruling:
    account = case.account
    if account is None or account.told_at is None:
        return _waits_already(case) if account is not None else _told_long_ago(case)
    heard = account.heard(case.hearing, case.now)
    policy = case.rule.alert
    reasons = again.reasons(policy, case.hearing, heard)
    if not reasons:
        return Held(_told_at(case, account), listens=True)
    why = f"update: {'; '.join(words for _, words in reasons)}; {_first_told(case, account)}"
    due = again.update_due(policy, account, case.now)
    if case.now >= due or any(reason in again.AT_ONCE for reason, _ in reasons):
        return Update(why)
    if case.told.waits(waiting_id(WaitKind.UPDATE, case.key)):
        return Held(f"{'; '.join(words for _, words in reasons)}; an update waits already", listens=True)
    return Wait(WaitKind.UPDATE, due, why, f"no update before {case.time(due)}")


def _told_long_ago(case: Case) -> Ruling:
    if case.told_before:
        verb = "would have told" if case.shadow and case.subject not in case.told else "has told"
        return Held(f"{case.rule.id} {verb} {case.this} already ({case.name})")
    return None


def _waits_already(case: Case) -> Ruling:
    for kind in (WaitKind.HOLD, WaitKind.CAP, WaitKind.CATCH_UP):
        waits = case.told.waits(waiting_id(kind, case.key))
        if waits is not None:
            if case.mark == "withdrawn":
                return Held("it was withdrawn while it waited to be told", listens=True, drops=(waits.id,))
            waits_for = f"{case.this} waits to be told at {case.time(waits.due)} ({case.name})"
            return Held(f"{waits_for}{_joined(case)}", listens=True)
    return _told_long_ago(case)


def _told_at(case: Case, account: Account) -> str:
    told_at = account.told_at or case.now
    verb = "would have told" if case.shadow else "has told"
    told = f"{case.rule.id} {verb} {case.this} at {case.time(told_at)} ({case.name})"
    return f"{told}{_joined(case)}{_told_again_if(case.rule)}"


def _joined(case: Case) -> str:
    return f"; {case.how}" if case.how else ""


def _told_again_if(rule: Rule) -> str:
    wanted = [again for again in Again if again in rule.alert.again_if]
    names = [f"{rule.alert.more_publishers} {each}" if each is Again.MORE_PUBLISHERS else str(each) for each in wanted]
    return f"; told again if: {', '.join(names)}" if names else ""


def _first_told(case: Case, account: Account) -> str:
    return f"first told at {case.time(account.first_at or account.told_at or case.now)}"


def _missed(case: Case) -> Ruling:
    away = case.around.away
    if away is None or not away.missed(case.article, case.now):
        return None
    gone = f"its source could not be polled from {case.time(away.since)} to {case.time(away.until)}"
    return Wait(WaitKind.CATCH_UP, case.now + CATCHING_UP, gone, "what was missed is told together")


def _hold(case: Case) -> Ruling:
    wait = case.rule.alert.wait_at_least
    if not wait:
        return None
    due = case.now + wait
    return Wait(WaitKind.HOLD, due, f"{case.first}, {in_words(wait)} later", f"it is told at {case.time(due)}")


def _enough(case: Case) -> Ruling:
    return too_many(case.rule, case.told, case.now, case.first)


def too_many(rule: Rule, told: Told, now: datetime, why: str) -> Wait | None:
    """Where the rule has sent as many messages within the hour as it may, the rest waits for a digest."""
    most, lately = rule.alert.most_an_hour, told.lately(rule.id, now)
    if most is None or len(lately) < most:
        return None
    due = min(*lately, now) + AN_HOUR
    return Wait(WaitKind.CAP, due, why, f"{rule.id} has sent {len(lately)} within the hour; the rest is told together")


STAGES: tuple[Stage, ...] = (_mention, _stale, _already_told, _missed, _hold, _enough)


# --- alerts -----------------------------------------------------------------------------------------------------------


def alert_of(hearing: Hearing, account: Account | None, reason: str, now: datetime, *, update: bool) -> Alert:
    """The alert that tells what was heard: the first of its subject, or an update of it."""
    number = account.updates + 1 if update and account is not None else 0
    key = f"{hearing.key} update {number}" if update else hearing.key
    return Alert(
        id=alert_id(key),
        dedup_key=key,
        rule=hearing.rule,
        rule_title=hearing.rule_title,
        level=hearing.level,
        at=now,
        reason=reason,
        routes=hearing.routes,
        story=hearing.story.id,
        article=hearing.article,
        sentence=hearing.sentence,
        marks=hearing.marks,
        kind=AlertKind.UPDATE if update else AlertKind.NEW,
        event=hearing.event.id if hearing.event else None,
        thread=account.alert if account is not None else None,
        voices=len(account.voices) if account is not None else 1,
    )
