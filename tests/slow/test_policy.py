"""Whatever comes, in whatever order, and whatever the clock does: nothing is lost, and nothing is told twice."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerting.case import Case, DecisionContext, PollGap
from monitor.alerting.evaluation import evaluate
from monitor.alerting.ledger import DOUBTS_APART, RECORD_RETENTION, NotificationLedger
from monitor.alerting.mutes import Mutes
from monitor.alerting.release import release_due
from monitor.model import (
    Alert,
    AlertKind,
    AlertPolicy,
    Event,
    Field,
    Level,
    Match,
    MatchDecision,
    MatchKind,
    OncePer,
    PendingKind,
    Rule,
    RuleStatus,
    Span,
    Story,
    UpdateTrigger,
)
from monitor.state import State
from tests.support.building import HOUR, MINUTE, NOON, article, explained, reason_of, rule

TICK = MINUTE / 2  # `due` looks twice a minute
EVIDENCE = (Span(Field.TITLE, 26, 34, "missiles", "missile*"),)
STORIES = ("S1", "S2", "S3", "S4")
EVENTS = {"S1": "E1", "S2": "E1", "S3": "E2", "S4": "E3"}  # one of two stories
OLDER = {"E2": "E1", "E3": "E2"}  # what each is possibly the same as
UNSURE = "one of the two articles names no known place"
DOUBT = "both Busan, both today; the words differ"
ALL = frozenset(UpdateTrigger)
UPDATES = {"again_if": ALL, "more_publishers": 2, "cooldown": 20 * MINUTE}
POLICIES: dict[str, dict[str, object]] = {
    "plain": {},
    "article": {"once_per": OncePer.ARTICLE},
    "event": {"once_per": OncePer.EVENT},
    "held": {"wait_at_least": 5 * MINUTE},
    "capped": {"most_an_hour": 1},
    "updates": UPDATES,
    "everything": {"once_per": OncePer.EVENT, "wait_at_least": 2 * MINUTE, "most_an_hour": 3, **UPDATES},
    "capped articles": {"once_per": OncePer.ARTICLE, "most_an_hour": 1},
}
RULES: dict[str, Rule] = {
    name: replace(rule(name), alert=AlertPolicy(**policy))  # type: ignore[arg-type]
    for name, policy in POLICIES.items()
}


@dataclass(frozen=True)
class Coming:
    """A match of an article of a story, so long after the one before."""

    after: timedelta
    story: str
    publisher: str
    rule: str
    kind: MatchKind = MatchKind.NEWS
    dead: int = 0
    level: Level = Level.HIGH
    mark: str | None = None
    late: bool = False  # it was written five hours ago, when its source could not be polled
    status: RuleStatus = RuleStatus.LIVE  # of its rule, from now on
    unsure: str = ""

    @property
    def facts(self) -> tuple[tuple[str, int], ...]:
        return (("dead", self.dead),) if self.dead else ()


@st.composite
def coming(
    draw: st.DrawFn,
    names: Sequence[str] = tuple(RULES),
    marks: Sequence[str | None] = (None,),
    stories: Sequence[str] = STORIES,
    statuses: Sequence[RuleStatus] = (RuleStatus.LIVE,),
) -> Coming:
    return Coming(
        after=draw(st.sampled_from(GAPS)),
        story=draw(st.sampled_from(stories)),
        publisher=draw(st.sampled_from("abcde")),
        rule=draw(st.sampled_from(names)),
        kind=draw(st.sampled_from([MatchKind.NEWS, MatchKind.NEWS, MatchKind.NEWS, MatchKind.MENTION])),
        dead=draw(st.sampled_from([0, 0, 3, 50])),
        level=draw(st.sampled_from([Level.HIGH, Level.HIGH, Level.CRITICAL])),
        mark=draw(st.sampled_from(marks)),
        late=draw(st.sampled_from([False, False, True])),
        status=draw(st.sampled_from(statuses)),
        unsure=draw(st.sampled_from(["", "", UNSURE])),
    )


GAPS = (*(minutes * MINUTE for minutes in (0, 0, 1, 3, 30, 90)), timedelta(1), timedelta(8), timedelta(15))
MARKS = (None, None, None, "flash", "corrected", "withdrawn")
EDITED = (RuleStatus.LIVE, RuleStatus.LIVE, RuleStatus.LIVE, RuleStatus.SHADOW)
COMINGS = st.one_of(
    st.lists(coming(marks=MARKS), min_size=1, max_size=14),
    st.lists(coming(("updates", "everything"), MARKS, ("S1", "S3")), min_size=3, max_size=14),  # which meet each other
    st.lists(coming(marks=MARKS, statuses=EDITED), min_size=1, max_size=14),
    st.lists(coming(("held", "everything"), MARKS, ("S1", "S3"), EDITED), min_size=3, max_size=14),
)


class Desk:
    """A state and a clock; what was sent, and what has become of each match. `crashes`: whether a draft is thrown away,
    and all decided again, before it is taken over; `doubts`: whether anything is possibly the same as something
    older."""

    def __init__(self, *, crashes: bool = False, doubts: bool = True) -> None:
        self.told = NotificationLedger()
        self.sent: list[Alert] = []
        self.fate: dict[int, MatchDecision | str] = {}
        self._matches: dict[str, int] = {}  # by article
        self._rules = dict(RULES)  # as they are now
        self._crashes = crashes
        self.doubts = doubts
        self.has_gathered = False  # something in doubt was deferred because its thread had such a message just now
        self._last = NOON

    def take(self, batch: Iterable[tuple[int, Coming, datetime]], now: datetime) -> None:
        """Decide on what one poll brings, and commit it."""
        several = list(batch)
        if self._crashes:
            self._decided(several, self.told.draft(), now)
        draft = self.told.draft()
        for number, decided in self._decided(several, draft, now):
            self.fate[number] = decided
            self.has_gathered |= decided.pending is not None and decided.pending.kind is PendingKind.POSSIBLY
            for moved in decided.pending_changes:
                self._moved(moved.before.candidate.article.uid, explained(moved))
            if decided.alert is not None:
                self.sent.append(decided.alert)
        self.told = draft.commit()

    def _decided(
        self, batch: Sequence[tuple[int, Coming, datetime]], told: NotificationLedger, now: datetime
    ) -> list[tuple[int, MatchDecision]]:
        return [(number, self._judged(number, each, told, seen, now)) for number, each, seen in batch]

    def _judged(
        self, number: int, each: Coming, told: NotificationLedger, seen: datetime, now: datetime
    ) -> MatchDecision:
        its = self._rules[each.rule] = replace(RULES[each.rule], status=each.status)
        uid = f"{number}"
        self._matches[uid] = number
        match = Match(its.id, its.version, each.kind, EVIDENCE, each.level)
        away = PollGap(now - 6 * HOUR, now) if each.late else None
        news = article(uid, of=each.publisher, seen=seen, published=seen - 5 * HOUR if each.late else seen)
        case = Case(
            its,
            match,
            news,
            Story(each.story, each.story, NOON),
            State([told, Mutes()]),
            now,
            event=self._event(EVENTS[each.story], its.id) if its.alert.once_per is OncePer.EVENT else None,
            uncertainty=each.unsure,
            publisher=each.publisher,
            wire_status=each.mark,
            facts=each.facts,
            context=DecisionContext(poll_gap=away),
        )
        return evaluate(case)

    def _event(self, name: str, its: str) -> Event:
        older = OLDER.get(name) if self.doubts else None
        return Event(f"{name} {its}", its, "", NOON, f"{older} {its}" if older else None, DOUBT if older else "")

    def fall(self, now: datetime) -> None:
        """What time brings, committed."""
        if self._crashes:
            release_due(self._rules, self.told.draft(), Mutes(), now)
        draft = self.told.draft()
        tellings, moved = release_due(self._rules, draft, Mutes(), now)
        for telling in tellings:
            self.sent.append(telling.alert)
            assert all(self._rules[line[0]].status is RuleStatus.LIVE for line in _lines(telling.alert))
            for waited in telling.pending:
                self._moved(waited.candidate.article.uid, f"sent: {reason_of(telling.alert)}")
        for each in moved:
            self.has_gathered |= each.after is not None and each.after.kind is PendingKind.POSSIBLY
            self._moved(each.before.candidate.article.uid, explained(each))
        self.told = draft.commit()

    def _moved(self, uid: str, why: str) -> None:
        self.fate[self._matches[uid]] = why

    def until(self, now: datetime, *, begin: datetime) -> None:
        """Look at each moment in which something is due, as `due` would soon after."""
        while self.told.pending:
            due = max(min(each.due for each in self.told.pending), begin)
            if due > now:
                return
            self.fall(due)

    def live(self, comings: Sequence[Coming], sizes: Sequence[int] = ()) -> None:
        """All of it, in polls of these sizes, and then until nothing waits. What one poll brings comes at one time."""
        now, taken, left = NOON, 0, list(sizes)
        while taken < len(comings):
            size = left.pop(0) if left else 1
            now += sum((each.after for each in comings[taken : taken + 1]), timedelta(0))
            self.until(now, begin=NOON)
            batch = [(taken + n, each, now) for n, each in enumerate(comings[taken : taken + size])]
            self.take(batch, now)
            taken += size
        self.end(now)

    def end(self, now: datetime) -> None:
        for _ in range(200):
            if not self.told.pending:
                return
            now = max(now, min(each.due for each in self.told.pending))
            self.fall(now)
        raise AssertionError(f"it waits for ever: {self.told.pending}")

    @property
    def keys(self) -> list[str]:
        return [alert.dedup_key for alert in self.sent]

    def reasons(self) -> list[str]:
        return [fate if isinstance(fate, str) else explained(fate) for _, fate in sorted(self.fate.items())]


def subjects(sent: Iterable[Alert]) -> Counter[tuple[str, str, str | None]]:
    """How often each subject was told for the first time, alone or in a digest: by rule and event, story or article."""
    told: Counter[tuple[str, str, str | None]] = Counter()
    for alert in sent:
        for rule_id, story, event, uid, reason in _lines(alert):
            if "update: " in reason or "suppressed" in reason:
                continue
            once_per = RULES[rule_id].alert.once_per
            kind = "mention" if "only mentioned" in reason else "news"
            name = (
                uid if once_per is OncePer.ARTICLE and kind == "news" else event if event and kind == "news" else story
            )
            told[rule_id, kind, name] += 1
    return told


def _lines(alert: Alert) -> list[tuple[str, str, str | None, str, str]]:
    if alert.items:
        return [(each.rule, each.story, each.event, each.uid, reason_of(each)) for each in alert.items]
    return [(alert.rule, alert.story, alert.event, alert.article.uid, reason_of(alert))]


def expected(comings: Sequence[Coming]) -> set[tuple[str, str, str | None]]:
    """What must be told: all that somebody reported as news, and has not been put in shadow since."""
    shadow = {each.rule: number for number, each in enumerate(comings) if each.status is RuleStatus.SHADOW}
    news = (
        subject_of(number, each)
        for number, each in enumerate(comings)
        if each.kind is MatchKind.NEWS and number > shadow.get(each.rule, -1)
    )
    return {(rule_id, "news", name) for rule_id, name in news}


def subject_of(number: int, each: Coming) -> tuple[str, str]:
    """Of what its rule hears it: of an article, a story or an event."""
    event = f"{EVENTS[each.story]} {each.rule}"
    once_per = RULES[each.rule].alert.once_per
    return each.rule, {OncePer.ARTICLE: f"{number}", OncePer.EVENT: event, OncePer.STORY: each.story}[once_per]


def assert_whole(desk: Desk, comings: Sequence[Coming]) -> None:
    """Nothing twice, nothing lost, and no match without its end."""
    assert len(set(desk.keys)) == len(desk.keys)
    told = subjects(desk.sent)
    assert set(told.values()) <= {1}
    assert len(desk.fate) == len(comings)
    shadow = {f"{number}" for number, each in enumerate(comings) if each.status is RuleStatus.SHADOW}
    assert shadow.isdisjoint(line[3] for alert in desk.sent for line in _lines(alert))
    assert all(reason.startswith(("sent: ", "suppressed: ")) for reason in desk.reasons()), desk.reasons()
    if not any(each.mark == "withdrawn" for each in comings):
        assert expected(comings) <= told.keys()
    assert_news_in_updates(desk, comings)
    assert_threads(desk, comings)
    assert_quiet_threads(desk)
    listed = Counter((item.rule, item.uid) for alert in desk.sent for item in alert.items if item.unsure)
    assert set(listed.values()) <= {1}
    assert all(comings[int(uid)].unsure for _, uid in listed)


def assert_threads(desk: Desk, comings: Sequence[Coming]) -> None:
    """What is possibly the same as something that was sent is sent under its thread, as are updates; all else begins
    one."""
    older = OLDER if desk.doubts else {}
    roots: dict[tuple[str, str], str] = {}  # of each subject, the first message of its thread
    for alert in desk.sent:
        if alert.items:
            lines = (line for line in alert.items if not line.unsure and "only mentioned" not in reason_of(line))
            for line in lines:
                roots.setdefault((line.rule, line.event or line.story), alert.thread or alert.id)
            continue
        if RULES[alert.rule].alert.once_per is OncePer.ARTICLE:
            assert (alert.kind, alert.thread) == (AlertKind.NEW, None)
            continue
        subject = alert.event or alert.story
        if alert.kind is AlertKind.UPDATE:
            assert alert.thread == roots[alert.rule, subject]
            continue
        name, _, its = subject.partition(" ")
        root = roots.get((alert.rule, f"{older.get(name)} {its}".strip()))
        assert alert.kind is (AlertKind.NEW if alert.thread is None else AlertKind.POSSIBLY)
        assert alert.thread in {None, root}
        assert alert.thread is not None or root is None or not lately(alert.rule, comings)
        roots[alert.rule, subject] = alert.thread or alert.id


def assert_quiet_threads(desk: Desk) -> None:
    """No thread gets two messages in doubt within ten minutes."""
    last: dict[str | None, datetime] = {}
    for alert in desk.sent:
        if alert.is_in_doubt:
            assert alert.thread not in last or abs(alert.at - last[alert.thread]) >= DOUBTS_APART
            last[alert.thread] = alert.at


def lately(rule_id: str, comings: Sequence[Coming]) -> bool:
    """Whether all of them came to a live rule, and so soon after each other that it remembers them, with ten days by
    which the clock may jump."""
    live = all(each.status is RuleStatus.LIVE for each in comings if each.rule == rule_id)
    return live and sum((each.after for each in comings), timedelta(0)) < RECORD_RETENTION - timedelta(10)


def assert_news_in_updates(desk: Desk, comings: Sequence[Coming]) -> None:
    """No update says what another has said; none leaves out what was heard, however long it waited."""
    said: Counter[tuple[str, str, str]] = Counter()
    for alert in desk.sent:
        for rule_id, story, event, _, reason in _lines(alert):
            said.update((rule_id, event or story, each) for each in reason.partition("update: ")[2].split("; ")[:-1])
    assert {each: number for each, number in said.items() if number > 1 and "publishers" not in each[2]} == {}
    heard: dict[tuple[str, str], list[Coming]] = defaultdict(list)
    for number, each in enumerate(comings):
        if each.kind is MatchKind.NEWS and RULES[each.rule].alert.again_if:
            heard[subject_of(number, each)].append(each)
    for (rule_id, name), some in heard.items():
        if any(each.mark == "withdrawn" for each in some) or not lately(rule_id, comings):
            continue
        account = desk.told.find_record(f"{rule_id} {RULES[rule_id].alert.once_per} {name}", NOON)
        assert account is not None
        assert account.facts.get("dead", 0) == max(each.dead for each in some)
        assert account.level == max((each.level for each in some), key=lambda level: level.rank)


@given(COMINGS)
def test_every_match_is_told_or_held_with_a_reason(comings: list[Coming]) -> None:
    """What waits is told later, or its match says why it is not; each subject is told once, updates with new keys."""
    desk = Desk()
    desk.live(comings)
    assert_whole(desk, comings)


@given(COMINGS, st.lists(st.integers(1, 5), max_size=8))
def test_doubt_holds_nothing_back(comings: list[Coming], sizes: list[int]) -> None:
    """What is possibly the same as something older is told as if it were not: the same subjects. Where no thread had
    two in ten minutes, and no hour is full, it is the same messages at the same times."""
    sure, doubting = Desk(doubts=False), Desk()
    for desk in (sure, doubting):
        desk.live(comings, sizes)
        assert_whole(desk, comings)
    assert subjects(doubting.sent) == subjects(sure.sent)
    if doubting.has_gathered:
        return
    capped = {name for name, each in RULES.items() if each.alert.most_an_hour is not None}
    made = [
        sorted((each.dedup_key, each.at) for each in desk.sent if each.rule not in capped and not each.items)
        for desk in (sure, doubting)
    ]
    assert made[0] == made[1]


@given(COMINGS, st.lists(st.integers(1, 5), max_size=8))
def test_what_is_listed_as_suppressed_changes_nothing_else(comings: list[Coming], sizes: list[int]) -> None:
    """All other messages are the same; and whatever was suppressed by a live rule although something was not known is
    in a digest, unless the rule was put in shadow, or the article took back what waited."""
    known, unsure = Desk(), Desk()
    known.live([replace(each, unsure="") for each in comings], sizes)
    unsure.live(comings, sizes)
    assert_whole(unsure, comings)
    assert [each for each in unsure.sent if not any(item.unsure for item in each.items)] == known.sent
    listed = {item.uid for alert in unsure.sent for item in alert.items if item.unsure}
    shadow = {each.rule for each in comings if each.status is RuleStatus.SHADOW}
    for number, each in enumerate(comings):
        same = any(words in known.reasons()[number] for words in ("sent this", "waits to be told"))
        news = each.kind is MatchKind.NEWS and each.rule not in shadow
        if each.unsure and same and news and each.mark != "withdrawn":
            assert f"{number}" in listed


@given(COMINGS, st.lists(st.integers(1, 5), max_size=8))
def test_a_crash_before_the_commit_changes_nothing(comings: list[Coming], sizes: list[int]) -> None:
    """However the articles come in polls: drafts that are thrown away leave no trace."""
    calm, crashing = Desk(), Desk(crashes=True)
    calm.live(comings, sizes)
    crashing.live(comings, sizes)
    assert crashing.sent == calm.sent
    assert crashing.reasons() == calm.reasons()
    assert_whole(calm, comings)


@given(st.lists(coming(marks=MARKS), min_size=1, max_size=10))
def test_one_poll_or_many_decide_alike(comings: list[Coming]) -> None:
    """What comes at one moment is told alike, whether it is committed together or one by one."""
    together = [replace(each, after=timedelta(0)) for each in comings]
    one, many = Desk(), Desk()
    one.live(together, [len(together)])
    many.live(together)
    assert many.sent == one.sent
    assert many.reasons() == one.reasons()


JUMPS = st.lists(st.sampled_from([timedelta(0), timedelta(0), timedelta(1), timedelta(-1)]), min_size=10, max_size=10)


@given(st.lists(coming(marks=(None, None, "corrected")), min_size=1, max_size=10), JUMPS)
def test_a_clock_that_jumps_loses_nothing(comings: list[Coming], jumps: list[timedelta]) -> None:
    """A day forward or back, in the middle of holds, cooldowns and caps: all is told, once."""
    desk, now = Desk(), NOON
    for number, (each, jump) in enumerate(zip(comings, jumps, strict=False)):
        now += each.after + jump
        desk.fall(now)
        desk.take([(number, each, now)], now)
    desk.end(now)
    assert_whole(desk, comings)


FRESH = coming(names=("event", "held", "everything", "plain"))


@settings(max_examples=200)
@given(st.data(), st.lists(FRESH, min_size=2, max_size=10))
def test_the_order_of_five_minutes_matters_little(data: st.DataObject, comings: list[Coming]) -> None:
    """The same articles in another order tell the same subjects; of each with one alert more at the most."""
    near = [replace(each, after=timedelta(0), late=False) for each in comings]
    other = data.draw(st.permutations(list(enumerate(near))))
    straight, shuffled = Desk(), Desk()
    for desk, order in ((straight, list(enumerate(near))), (shuffled, other)):
        step = 5 * MINUTE / len(near)
        for place, (number, each) in enumerate(order):
            now = NOON + place * step
            desk.until(now, begin=NOON)
            desk.take([(number, each, now)], now)
        desk.end(NOON + 5 * MINUTE)
        assert_whole(desk, near)
    news = [{key for key in subjects(desk.sent) if key[1] == "news"} for desk in (straight, shuffled)]
    assert news[0] == news[1]
    counts = [
        Counter((alert.rule, alert.event or alert.story) for alert in desk.sent if not alert.items)
        for desk in (straight, shuffled)
    ]
    assert all(abs(counts[0][key] - counts[1][key]) <= 1 for key in counts[0] | counts[1])
