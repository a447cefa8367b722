"""What is possibly the same as something older: it is sent, under the thread of that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from monitor.alerting.case import Case, DecisionContext, PollGap
from monitor.alerting.evaluation import evaluate
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.mutes import Mutes
from monitor.alerting.release import release_due
from monitor.alerting.subject_keys import first_key
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
    Reason,
    Rule,
    RuleStatus,
    Span,
    Story,
    UpdateTrigger,
)
from monitor.state import State
from tests.support.building import HOUR, MINUTE, NOON, article, explained, reason_of, rule

EVIDENCE = (Span(Field.TITLE, 26, 34, "missiles", "missile*"),)
DOUBT = "both Busan, both today; the words differ"
OLDER = Event("E1", "launch", "One", NOON)
YOUNGER = Event("E2", "launch", "Two", NOON, "E1", DOUBT)
YOUNGEST = Event("E3", "launch", "Three", NOON, "E2", DOUBT)
FIRST = "“missiles” in the title; first alert of this event"
IN_DOUBT = f"{FIRST}; possibly the same as E1: {DOUBT}"


def by(**policy: Any) -> Rule:
    return replace(rule(), alert=AlertPolicy(**{"once_per": OncePer.EVENT, **policy}))


class Desk:
    """A state, one rule, and a clock that is told."""

    def __init__(self, its: Rule | None = None) -> None:
        self.rule = its or by()
        self.told = NotificationLedger()
        self._count = 0

    def hear(self, event: Event, at: datetime = NOON, kind: MatchKind = MatchKind.NEWS, **case: Any) -> MatchDecision:
        """One more article of an event, from an outlet of its own."""
        self._count += 1
        its = self.rule
        heard = article(f"a{self._count}", seen=at, of=f"outlet {self._count}", published=case.pop("published", None))
        match = Match(its.id, its.version, kind, EVIDENCE, its.level)
        story = Story(f"S{self._count}", event.title, event.opened)
        return evaluate(Case(its, match, heard, story, State([self.told, Mutes()]), at, event=event, **case))

    def sent(self, event: Event, at: datetime = NOON, **case: Any) -> Alert:
        decided = self.hear(event, at, **case)
        assert decided.alert is not None, explained(decided)
        return decided.alert

    def alerts(self, at: datetime) -> list[Alert]:
        tellings, _ = release_due({self.rule.id: self.rule}, self.told, Mutes(), at)
        return [each.alert for each in tellings]


def kinds(sent: Iterable[Alert]) -> list[tuple[str | None, str]]:
    return [(alert.event, alert.kind) for alert in sent]


def test_it_is_sent_under_the_thread_of_the_older_one() -> None:
    """At the level of the rule, and with the doubt in its reason; it counts for the older one in nothing."""
    desk = Desk()
    first, second = desk.sent(OLDER), desk.hear(YOUNGER, NOON + MINUTE)
    assert second.alert is not None
    assert explained(second) == f"sent: {IN_DOUBT}"
    made = second.alert
    assert (made.kind, made.thread, reason_of(made), made.level) == (
        AlertKind.POSSIBLY,
        first.id,
        IN_DOUBT,
        first.level,
    )
    assert (made.dedup_key, made.event, made.publisher_count) == ("launch event E2", "E2", 1)
    older = desk.told.find_record("launch event E1", NOON)
    assert older is not None
    assert (older.update_count, len(older.independent_publishers)) == (0, 1)


def test_a_third_is_under_the_same_thread() -> None:
    """What is possibly the same as what is possibly the same: a thread is one first message and what answers it."""
    desk = Desk()
    first, second, third = (
        desk.sent(event, NOON + number * 10 * MINUTE) for number, event in enumerate((OLDER, YOUNGER, YOUNGEST))
    )
    assert [each.thread for each in (first, second, third)] == [None, first.id, first.id]
    assert reason_of(third).endswith(f"possibly the same as E2: {DOUBT}")


def test_its_later_articles_are_its_own() -> None:
    """Held as already told, or updates of it: they go under the thread too."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.LEVEL_RISES, UpdateTrigger.NEW_FACT}), cooldown=HOUR))
    first = desk.sent(OLDER)
    desk.sent(YOUNGER, NOON + MINUTE)
    assert explained(desk.hear(YOUNGER, NOON + 2 * MINUTE)).startswith(
        "suppressed: launch sent this event at 12:01 (E2)"
    )
    update = desk.sent(YOUNGER, NOON + 2 * HOUR, facts=(("dead", 3),))
    assert (update.kind, update.thread, update.event) == (AlertKind.UPDATE, first.id, "E2")
    assert reason_of(update) == "“missiles” in the title; update: new fact: 3 dead; first sent at 12:01"
    assert first_key(update.dedup_key) == "launch event E2"
    again = desk.sent(OLDER, NOON + 3 * HOUR, facts=(("dead", 3),))
    assert (again.kind, again.thread, first_key(again.dedup_key)) == (AlertKind.UPDATE, first.id, "launch event E1")


def test_what_the_older_one_said_is_no_update_of_what_is_in_doubt() -> None:
    """Until the doubt is removed: then it is news of another event."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT})))
    desk.sent(OLDER, facts=(("ships", 14),))
    desk.sent(YOUNGER, NOON + MINUTE)
    assert desk.hear(YOUNGER, NOON + 2 * HOUR, facts=(("ships", 14),)).alert is None
    update = desk.sent(YOUNGER, NOON + 3 * HOUR, facts=(("ships", 14), ("dead", 3)))
    assert reason_of(update) == "“missiles” in the title; update: new fact: 3 dead; first sent at 12:01"
    sure = desk.sent(SURE, NOON + 4 * HOUR, join_reason=REMOVED, facts=(("ships", 14),))
    assert sure.kind is AlertKind.NEW


def test_a_correction_of_what_is_in_doubt_is_sent_also_if_the_older_one_was_corrected() -> None:
    """It says that this report was wrong, and not the older one."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.CORRECTED})))
    desk.sent(OLDER)
    desk.sent(OLDER, NOON + MINUTE, wire_status="corrected")
    desk.sent(YOUNGER, NOON + 2 * MINUTE)
    assert desk.sent(YOUNGER, NOON + 3 * MINUTE, wire_status="corrected").kind is AlertKind.UPDATE


def test_publishers_of_the_older_one_are_none_of_what_is_in_doubt() -> None:
    desk = Desk(by(again_if=frozenset({UpdateTrigger.MORE_PUBLISHERS}), more_publishers=3))
    desk.sent(OLDER)
    for minute in (1, 2):
        desk.hear(OLDER, NOON + minute * MINUTE)
    desk.sent(YOUNGER, NOON + 3 * MINUTE)
    for hour in (2, 3):
        assert desk.hear(YOUNGER, NOON + hour * HOUR).alert is None
    assert "update: 3 more independent publishers" in reason_of(desk.sent(YOUNGER, NOON + 4 * HOUR))


def test_only_events_are_in_doubt() -> None:
    """A rule that tells stories, or articles, tells each by itself."""
    assert kinds([*map(Desk().sent, (OLDER, YOUNGER))]) == [("E1", "new"), ("E2", "possibly")]
    for once_per in (OncePer.STORY, OncePer.ARTICLE):
        desk = Desk(by(once_per=once_per))
        assert [desk.sent(each).kind for each in (OLDER, YOUNGER)] == ["new", "new"]


FOURTH = Event("E4", "launch", "Four", NOON, "E1", "in another language")


def in_doubt_together(desk: Desk) -> Alert:
    """The message that lists what came within ten minutes of the first message in doubt."""
    first, second = desk.sent(OLDER), desk.sent(YOUNGER, NOON + MINUTE)
    for minutes, event in ((3, YOUNGEST), (9, FOURTH)):
        assert desk.hear(event, NOON + minutes * MINUTE).pending is not None
        assert desk.alerts(NOON + minutes * MINUTE) == []
    (digest,) = desk.alerts(NOON + 11 * MINUTE)
    assert (digest.kind, digest.thread, second.thread) == (AlertKind.DIGEST, first.id, first.id)
    return digest


def test_a_thread_gets_one_message_in_doubt_in_ten_minutes() -> None:
    """It lists all that came meanwhile, each with its own reason; then the ten minutes begin again."""
    desk = Desk()
    digest = in_doubt_together(desk)
    assert digest.is_in_doubt
    assert (digest.level, digest.channel_level) == (desk.rule.level, Level.LOW)
    assert [(line.event, reason_of(line)) for line in digest.items] == [
        ("E3", f"{FIRST}; possibly the same as E2: {DOUBT}"),
        ("E4", f"{FIRST}; possibly the same as E1: in another language"),
    ]
    fifth = replace(FOURTH, id="E5")
    assert explained(desk.hear(fifth, NOON + 20 * MINUTE)) == (
        "deferred: first alert of this event; possibly the same as E1; what is in doubt goes into its thread together, "
        "once in 10 minutes"
    )
    (alone,) = desk.alerts(NOON + 21 * MINUTE)
    assert (alone.kind, alone.event, alone.thread) == (AlertKind.POSSIBLY, "E5", digest.thread)


def test_what_is_in_doubt_of_two_threads_is_not_gathered() -> None:
    desk = Desk()
    desk.sent(OLDER)
    other = desk.sent(Event("E8", "launch", "Other", NOON))
    desk.sent(YOUNGER)
    assert desk.sent(Event("E9", "launch", "Nine", NOON, "E8", DOUBT), NOON + MINUTE).thread == other.id


def test_what_was_listed_in_doubt_was_sent() -> None:
    """Its next report is suppressed, and its update goes under the thread."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=MINUTE))
    thread = in_doubt_together(desk).thread
    assert explained(desk.hear(FOURTH, NOON + 12 * MINUTE)).startswith("suppressed: launch sent this event at 12:11")
    update = desk.sent(FOURTH, NOON + HOUR, facts=(("dead", 3),))
    assert (update.kind, update.thread) == (AlertKind.UPDATE, thread)


def test_a_later_report_goes_into_what_is_in_doubt_and_waits() -> None:
    """If it says more; else it is suppressed as deferred."""
    desk = Desk()
    desk.sent(OLDER)
    desk.sent(YOUNGER)
    desk.hear(FOURTH, NOON + MINUTE, publisher="One")
    again = explained(desk.hear(FOURTH, NOON + 2 * MINUTE))
    assert again.startswith("suppressed: this event is deferred until 12:10 (E4)")
    more = desk.hear(FOURTH, NOON + 3 * MINUTE, facts=(("dead", 3),))
    assert [change.outcome.reason for change in more.pending_changes] == [Reason.SUPERSEDED]
    (alone,) = desk.alerts(NOON + 10 * MINUTE)
    assert (alone.kind, alone.article.uid) == (AlertKind.POSSIBLY, "a5")


def test_a_rule_in_shadow_keeps_back_what_is_in_doubt() -> None:
    """As all that is deferred: nothing is sent, and the match says why."""
    desk = Desk()
    desk.sent(OLDER)
    desk.sent(YOUNGER)
    desk.hear(YOUNGEST, NOON + MINUTE)
    desk.rule = replace(desk.rule, status=RuleStatus.SHADOW)
    sent, (change,) = release_due({desk.rule.id: desk.rule}, desk.told, Mutes(), NOON + 10 * MINUTE)
    assert (sent, change.outcome.reason) == ([], Reason.SHADOW)


def stale(desk: Desk) -> None:
    desk.hear(OLDER, published=NOON - 9 * HOUR)


def mentioned(desk: Desk) -> None:
    desk.hear(OLDER, kind=MatchKind.MENTION)
    desk.alerts(NOON + 20 * HOUR)


def in_shadow(desk: Desk) -> None:
    desk.rule = replace(desk.rule, status=RuleStatus.SHADOW)
    desk.hear(OLDER)
    desk.rule = replace(desk.rule, status=RuleStatus.LIVE)


def withdrawn(desk: Desk) -> None:
    desk.rule = replace(desk.rule, alert=replace(desk.rule.alert, wait_at_least=MINUTE))
    desk.hear(OLDER, publisher="One")
    desk.hear(OLDER, publisher="One", wire_status="withdrawn")
    desk.rule = by()


@pytest.mark.parametrize("before", [stale, mentioned, in_shadow, withdrawn, lambda _: None])
def test_what_was_not_sent_is_no_thread(before: Any) -> None:
    """Held, only mentioned, in shadow, taken back, or not known: then it is news like any other."""
    desk = Desk(replace(by(), max_age=8 * HOUR))
    before(desk)
    made = desk.sent(YOUNGER)
    assert (made.kind, made.thread, reason_of(made)) == (AlertKind.NEW, None, FIRST)


def test_an_alert_that_has_left_the_archive_is_no_thread() -> None:
    """Its account may be kept for longer, without it."""
    desk = Desk()
    desk.sent(OLDER)
    account = desk.told.find_record("launch event E1", NOON)
    assert account is not None
    desk.told.put_record(replace(account, first_alert=None))
    made = desk.sent(YOUNGER)
    assert (made.kind, made.thread) == (AlertKind.NEW, None)


def test_a_rule_in_shadow_would_have_told_it() -> None:
    """It is held by nothing but that."""
    desk = Desk(replace(by(), status=RuleStatus.SHADOW))
    desk.hear(OLDER)
    assert explained(desk.hear(YOUNGER)) == f"suppressed: launch is in shadow; it would have sent: {FIRST}"


@pytest.mark.parametrize("apart", [0 * MINUTE, MINUTE])
def test_what_waits_is_in_doubt_once_the_older_one_was_sent(apart: Any) -> None:
    """Whichever of them has the lower id, and also where one moment brings them all."""
    desk = Desk(by(wait_at_least=5 * MINUTE))
    for number, event in enumerate((YOUNGEST, YOUNGER, OLDER) if not apart else (OLDER, YOUNGER, YOUNGEST)):
        assert explained(desk.hear(event, NOON + number * apart)).startswith("deferred: ")
    sent = [*desk.alerts(NOON + 10 * MINUTE), *desk.alerts(NOON + 20 * MINUTE)]
    assert kinds(sent) == [("E1", "new"), ("E2", "possibly"), ("E3", "possibly")]
    assert {each.thread for each in sent[1:]} == {sent[0].id}
    assert reason_of(sent[1]) == f"{FIRST}, 5 minutes later; possibly the same as E1: {DOUBT}"


def test_what_waits_is_new_where_the_older_one_was_not_sent() -> None:
    """It was taken back while both waited."""
    desk = Desk(by(wait_at_least=5 * MINUTE))
    desk.hear(OLDER, publisher="One")
    desk.hear(YOUNGER, NOON + MINUTE)
    desk.hear(OLDER, NOON + 2 * MINUTE, publisher="One", wire_status="withdrawn")
    assert kinds(desk.alerts(NOON + HOUR)) == [("E2", "new")]


def test_it_counts_within_the_hour_and_goes_into_digests() -> None:
    """A line of a digest says so too."""
    desk = Desk(by(most_an_hour=1))
    desk.sent(OLDER)
    assert "launch has sent 1 within the hour" in explained(desk.hear(YOUNGER, NOON + MINUTE))
    (digest,) = desk.alerts(NOON + HOUR)
    (line,) = digest.items
    assert (digest.kind, line.event, reason_of(line)) == (AlertKind.DIGEST, "E2", IN_DOUBT)
    full = Desk(by(most_an_hour=2))
    assert kinds([full.sent(OLDER), full.sent(YOUNGER)]) == [("E1", "new"), ("E2", "possibly")]
    assert full.hear(YOUNGEST).pending is not None


def test_what_was_missed_is_told_together() -> None:
    """In doubt or not; nothing of it is held."""
    desk = Desk()
    away = DecisionContext(poll_gap=PollGap(NOON - 10 * HOUR, NOON))
    for event in (OLDER, YOUNGER):
        desk.hear(event, published=NOON - 5 * HOUR, context=away)
    (digest,) = desk.alerts(NOON + HOUR)
    assert [line.event for line in digest.items] == ["E1", "E2"]


SURE = replace(YOUNGER, possibly_of=None, doubt="")
REMOVED = "surely another than E1: each names another place (Busan, Ulsan)"


def test_what_is_surely_another_after_all_is_new_in_a_thread_of_its_own() -> None:
    """It rings at its level, once; updates go into its own thread from then on."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT})))
    older, younger = desk.sent(OLDER), desk.sent(YOUNGER)
    assert younger.is_in_doubt
    sure = desk.sent(SURE, NOON + MINUTE, join_reason=REMOVED)
    assert (sure.kind, sure.thread, sure.event) == (AlertKind.NEW, None, "E2")
    assert not sure.is_in_doubt
    assert len({older.id, younger.id, sure.id}) == 3
    assert explained(desk.hear(SURE, NOON + 2 * MINUTE)).startswith("suppressed: ")
    update = desk.sent(SURE, NOON + 5 * HOUR, facts=(("dead", 9),))
    assert (update.kind, update.thread) == (AlertKind.UPDATE, sure.id)


def test_what_is_surely_another_does_not_wait_with_what_is_in_doubt() -> None:
    """A message in doubt that waits for its thread is replaced."""
    desk = Desk()
    desk.sent(OLDER)
    desk.sent(YOUNGER)
    other = Event("E4", "launch", "Four", NOON, "E1", DOUBT)
    waits = desk.hear(other, NOON + MINUTE)
    assert waits.pending is not None
    sure = desk.sent(replace(other, possibly_of=None, doubt=""), NOON + 2 * MINUTE, join_reason=REMOVED)
    assert (sure.kind, sure.thread) == (AlertKind.NEW, None)
    assert desk.alerts(NOON + HOUR) == []


def test_what_is_held_rings_if_the_doubt_is_removed_meanwhile() -> None:
    """Also if the later report says nothing else that is new."""
    desk = Desk(by(wait_at_least=5 * MINUTE))
    desk.hear(OLDER)
    desk.hear(YOUNGER)
    desk.hear(SURE, NOON + MINUTE, join_reason=REMOVED)
    assert kinds(desk.alerts(NOON + HOUR)) == [("E1", AlertKind.NEW), ("E2", AlertKind.NEW)]
