"""What falls due with time alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerting.case import Case, DecisionContext, PollGap
from monitor.alerting.earlier_updates import advance_updates
from monitor.alerting.evaluation import evaluate
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.mutes import Mutes
from monitor.alerting.release import ReleasedAlert, release_due
from monitor.model import (
    Alert,
    AlertKind,
    AlertPolicy,
    Field,
    Level,
    Match,
    MatchDecision,
    MatchKind,
    PendingChange,
    PendingKind,
    Rule,
    RuleStatus,
    Span,
    Story,
    UpdateTrigger,
)
from monitor.state import State
from tests.support.building import HOUR, MINUTE, NOON, article, explained, reason_of, rule

EVIDENCE = (Span(Field.TITLE, 26, 34, "missiles", "missile*"),)
AWAY = PollGap(NOON - 10 * HOUR, NOON)


def by(**policy: object) -> Rule:
    return replace(rule(), alert=AlertPolicy(**policy))  # type: ignore[arg-type]


class Desk:
    """A state, rules, and a clock that is told."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = {each.id: each for each in rules}
        self.told = NotificationLedger()

    def hear(
        self,
        uid: str = "a",
        at: datetime = NOON,
        story: str = "S1",
        kind: MatchKind = MatchKind.NEWS,
        of: str = "launch",
        **case: object,
    ) -> MatchDecision:
        """An article of a story, from an outlet of its own."""
        its = self.rules[of]
        match = Match(of, "v1", kind, EVIDENCE, case.pop("level", its.level))  # type: ignore[arg-type]
        published = case.pop("published", None)
        heard = article(uid, seen=at, of=f"of {uid}", published=published)  # type: ignore[arg-type]
        return evaluate(Case(its, match, heard, Story(story, story, NOON), State([self.told, Mutes()]), at, **case))  # type: ignore[arg-type]

    def fall(self, at: datetime) -> tuple[list[ReleasedAlert], list[PendingChange]]:
        return release_due(self.rules, self.told, Mutes(), at)

    def alerts(self, at: datetime) -> list[Alert]:
        tellings, moved = self.fall(at)
        assert moved == []
        return [each.alert for each in tellings]


def uids(alert: Alert) -> list[str]:
    return [item.uid for item in alert.items] or [alert.article.uid]


def test_what_is_held_is_told_when_the_wait_is_over() -> None:
    """Once, in the words of the first, if the others say nothing more; as if it were told now."""
    desk = Desk(by(wait_at_least=2 * MINUTE))
    first = desk.hear("a")
    assert explained(first) == ("deferred: first alert of this story, 2 minutes later; it is sent at 12:02")
    assert explained(desk.hear("b", NOON + MINUTE)) == "suppressed: this story is deferred until 12:02 (S1)"
    assert desk.alerts(NOON + MINUTE) == []
    (alert,) = desk.alerts(NOON + 2 * MINUTE)
    assert (alert.kind, alert.at, uids(alert), alert.publisher_count) == (AlertKind.NEW, NOON + 2 * MINUTE, ["a"], 2)
    assert reason_of(alert) == "“missiles” in the title; first alert of this story, 2 minutes later"
    assert desk.alerts(NOON + HOUR) == []
    assert explained(desk.hear("c", NOON + HOUR)) == "suppressed: launch sent this story at 12:02 (S1)"


def test_only_the_alerts_that_are_named_are_released() -> None:
    """The others stay pending, and are released later."""
    desk = Desk(by(wait_at_least=2 * MINUTE))
    pending = [desk.hear(story, story=story).pending for story in ("S1", "S2")]
    (first, second) = [each.id for each in pending if each is not None]
    for only in (second, first):
        (released,), _ = release_due(desk.rules, desk.told, Mutes(), NOON + 2 * MINUTE, {only})
        assert [each.id for each in released.pending] == [only]
    assert desk.told.pending == []


def test_the_first_message_says_what_was_heard_meanwhile() -> None:
    """The article with the higher level, or with more facts, takes the place of the first; and that one says so."""
    desk = Desk(by(wait_at_least=10 * MINUTE))
    desk.hear("a", level=Level.MEDIUM)
    more = desk.hear("b", NOON + MINUTE, level=Level.CRITICAL)
    assert explained(more) == (
        "deferred: first alert of this story, 10 minutes later; it says more than what was deferred, until 12:10"
    )
    assert [(each.before.candidate.article.uid, each.after, explained(each)) for each in more.pending_changes] == [
        ("a", None, "suppressed: a later report of of b says more, and is sent instead")
    ]
    desk.hear("c", NOON + 2 * MINUTE, facts=(("dead", 3),), level=Level.LOW)
    assert desk.alerts(NOON + 9 * MINUTE) == []
    (alert,) = desk.alerts(NOON + 10 * MINUTE)
    assert (uids(alert), alert.level) == (["c"], Level.CRITICAL)


def test_what_is_withdrawn_while_it_waits_is_not_told() -> None:
    """And the match that waited says so. What somebody reports after that is news again."""
    desk = Desk(by(wait_at_least=10 * MINUTE))
    desk.hear("a")
    others = desk.hear("b", NOON + MINUTE, wire_status="withdrawn")  # another outlet's headline may only sound so
    assert explained(others).startswith("suppressed: this story is deferred until")
    desk = Desk(by(wait_at_least=10 * MINUTE))
    desk.hear("a")
    kill = desk.hear("b", NOON + MINUTE, wire_status="withdrawn", publisher="of a")
    assert explained(kill) == "suppressed: it was withdrawn before it was sent"
    assert [(each.before.candidate.article.uid, each.after) for each in kill.pending_changes] == [("a", None)]
    assert desk.alerts(NOON + HOUR) == []
    desk.hear("c", NOON + HOUR)
    assert [uids(alert) for alert in desk.alerts(NOON + 2 * HOUR)] == [["c"]]


def test_an_update_that_is_withdrawn_while_it_waits_is_not_told() -> None:
    """Also where the rule tells no corrections; where it does, the correction says what it corrects."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT})))
    desk.hear("a")
    desk.hear("b", NOON + MINUTE, facts=(("dead", 5),))
    kill = desk.hear("c", NOON + 2 * MINUTE, wire_status="withdrawn", publisher="of b")
    assert explained(kill) == "suppressed: it was withdrawn before the update was sent"
    assert [each.before.candidate.article.uid for each in kill.pending_changes] == ["b"]
    assert desk.alerts(NOON + timedelta(1)) == []


def test_an_update_waits_for_the_cooldown_and_grows() -> None:
    """What comes meanwhile is in it: the greatest number, and every reason; one that says nothing new is held."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT, UpdateTrigger.OFFICIAL_SOURCE}), cooldown=3 * HOUR))
    first = desk.hear("a").alert
    assert first is not None
    five = desk.hear("b", NOON + HOUR, facts=(("dead", 5),))
    assert (
        explained(five)
        == "deferred: update: new fact: 5 dead; first sent at 12:00; no update before 15:00 (cooldown: 3 hours)"
    )
    again = desk.hear("c", NOON + HOUR, facts=(("dead", 5),))
    assert explained(again) == (
        "suppressed: launch sent this story at 12:00 (S1); sent again if: new fact, official source; "
        "an update is deferred until 15:00"
    )
    official = desk.hear("d", NOON + HOUR, official=True)
    assert [each.before.candidate.article.uid for each in official.pending_changes] == ["b"]
    desk.hear("e", NOON + 2 * HOUR, facts=(("dead", 50),))
    (alert,) = desk.alerts(NOON + 3 * HOUR)
    assert (alert.kind, uids(alert), alert.thread) == (AlertKind.UPDATE, ["e"], first.id)
    assert reason_of(alert) == (
        "“missiles” in the title; update: new fact: 50 dead; an official source reports it; first sent at 12:00"
    )
    later = desk.hear("f", NOON + 4 * HOUR, facts=(("dead", 90),))
    assert explained(later).endswith("no update before 6 Jan, 03:00 (cooldown: 3 hours; for this update 12 hours)")


def test_a_correction_tells_what_waits_too() -> None:
    """It does not wait; with it goes what did, and nothing of that comes again."""
    desk = Desk(by(again_if=frozenset(UpdateTrigger), more_publishers=9, cooldown=3 * HOUR))
    desk.hear("a")
    desk.hear("b", NOON + HOUR, facts=(("dead", 5),))
    corrected = desk.hear("c", NOON + 2 * HOUR, wire_status="corrected")
    assert corrected.alert is not None
    assert explained(corrected).endswith("update: new fact: 5 dead; it was corrected; first sent at 12:00")
    assert [each.before.candidate.article.uid for each in corrected.pending_changes] == ["b"]
    assert desk.alerts(NOON + timedelta(1)) == []
    assert explained(desk.hear("d", NOON + timedelta(1), facts=(("dead", 5),))).startswith("suppressed: launch sent")


def test_a_shorter_cooldown_counts_for_what_is_decided_after_the_edit() -> None:
    """An update that was deferred before the edit goes into the one that is sent, or is due sooner."""
    by_hour = by(again_if=frozenset({UpdateTrigger.NEW_FACT}))
    for cooldown, report_at, due in ((10 * MINUTE, 20, None), (40 * MINUTE, 20, 40), (3 * HOUR, 20, 60)):
        desk = Desk(by_hour)
        desk.hear("a")
        desk.hear("b", NOON + 10 * MINUTE, facts=(("dead", 5), ("hurt", 20)))
        desk.rules["launch"] = replace(by_hour, alert=replace(by_hour.alert, cooldown=cooldown))
        later = desk.hear("c", NOON + report_at * MINUTE, facts=(("dead", 9),))
        if due is None:
            assert explained(later).endswith("update: new fact: 9 dead, 20 hurt; first sent at 12:00")
            assert later.alert is not None
            assert desk.told.pending == []
        else:
            assert later.pending is not None
            assert later.pending.due == NOON + due * MINUTE
            assert explained(later).endswith("(cooldown: 40 minutes)") is (due == 40)


def test_an_update_beyond_the_limit_of_the_hour_keeps_its_time() -> None:
    """It says what it waits for: no cooldown."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=MINUTE, most_an_hour=1))
    desk.hear("a")
    desk.hear("b", NOON + 10 * MINUTE, facts=(("dead", 5),))
    later = desk.hear("c", NOON + 20 * MINUTE, facts=(("dead", 9),))
    assert later.pending is not None
    assert later.pending.due == NOON + HOUR
    assert explained(later).endswith("it says more than what was deferred, until 13:00")


def test_an_update_that_comes_after_the_cooldown_is_told_at_once() -> None:
    """Nobody waits for what has passed."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=HOUR))
    desk.hear("a")
    assert desk.hear("b", NOON + HOUR, facts=(("dead", 5),)).alert is not None


def test_the_rest_of_an_hour_is_one_digest() -> None:
    """An hour after the first of them; a line for each story, and each is told by it."""
    desk = Desk(by(most_an_hour=2))
    told = [desk.hear(f"a{n}", NOON + n * MINUTE, story=f"S{n}") for n in range(5)]
    assert [each.alert is not None for each in told] == [True, True, False, False, False]
    assert explained(told[2]) == (
        "deferred: first alert of this story; launch has sent 2 within the hour; the rest is sent together"
    )
    assert (
        explained(desk.hear("b", NOON + 5 * MINUTE, story="S4"))
        == "suppressed: this story is deferred until 13:00 (S4)"
    )
    assert desk.alerts(NOON + HOUR - MINUTE) == []
    (digest,) = desk.alerts(NOON + HOUR)
    assert (digest.kind, uids(digest), digest.level) == (AlertKind.DIGEST, ["a2", "a3", "a4"], Level.HIGH)
    assert digest.rule_title == "About launch: 3 stories, beyond the messages of an hour"
    assert explained(desk.hear("c", NOON + HOUR, story="S3")) == "suppressed: launch sent this story at 13:00 (S3)"
    assert desk.hear("d", NOON + HOUR, story="S9").alert is not None  # a digest is no message of the hour


def test_what_was_held_may_find_the_hour_full() -> None:
    """It waits on, for the digest; its match says so."""
    desk = Desk(by(most_an_hour=1, wait_at_least=2 * MINUTE))
    desk.hear("a", story="S1")
    desk.hear("b", NOON + MINUTE, story="S2")
    assert [uids(alert) for alert in desk.alerts(NOON + 2 * MINUTE)] == [["a"]]
    tellings, (moved,) = desk.fall(NOON + 3 * MINUTE)
    assert tellings == []
    assert moved.after is not None
    assert (moved.after.kind, moved.after.due) == (PendingKind.RATE_LIMIT, NOON + 2 * MINUTE + HOUR)
    assert explained(moved) == (
        "deferred: first alert of this story, 2 minutes later; launch has sent 1 within the hour; "
        "the rest is sent together"
    )
    assert [(alert.kind, uids(alert)) for alert in desk.alerts(moved.after.due)] == [(AlertKind.DIGEST, ["b"])]


def test_an_update_in_a_full_hour_is_in_the_digest_with_what_follows() -> None:
    """One line for its story, of the last article; not told twice when the hour is over."""
    desk = Desk(
        by(most_an_hour=1, again_if=frozenset({UpdateTrigger.CORRECTED, UpdateTrigger.NEW_FACT}), cooldown=MINUTE)
    )
    desk.hear("a")
    assert desk.hear("b", NOON + 2 * MINUTE, facts=(("dead", 5),)).pending is not None
    desk.hear("c", NOON + 3 * MINUTE, wire_status="corrected")
    now = NOON + HOUR  # before the digest is made, another correction
    told = desk.hear("d", now, wire_status="withdrawn")
    assert told.alert is not None
    assert "new fact: 5 dead; it was withdrawn" in explained(told)
    assert desk.alerts(now + HOUR) == []


def test_mentions_go_out_together_in_the_morning() -> None:
    """One message for all rules that tell the same people, at the lowest level."""
    quiet = replace(rule("talks", level=Level.LOW), title="Talks")
    desk = Desk(by(), quiet, replace(rule("far"), alert=AlertPolicy(to=("phone",))))
    for n, (uid, of) in enumerate((("a", "launch"), ("b", "talks"), ("c", "launch"), ("d", "far"))):
        desk.hear(uid, NOON + n * MINUTE, story=f"S{n // 2}", of=of, kind=MatchKind.MENTION)
    held = desk.hear("e", story="S0", kind=MatchKind.MENTION)
    assert explained(held) == (
        "suppressed: only mentioned, deeper in the text than its lead, and launch sent this story already (S0), or will"
    )
    assert desk.alerts(NOON + 19 * HOUR) == []
    digests = desk.alerts(NOON + 20 * HOUR)
    assert sorted((digest.routes, uids(digest)) for digest in digests) == [
        (("default",), ["a", "c", "b"]),
        (("phone",), ["d"]),
    ]
    assert {(digest.kind, digest.level) for digest in digests} == {(AlertKind.DIGEST, Level.INFO)}
    (first,) = [digest for digest in digests if len(digest.items) == 3]
    assert first.rule_title == "2 rules: 3 stories, only mentioned"
    assert (first.rule, first.story, first.article.uid) == ("launch", "S0", "a")  # as its first line
    assert desk.hear("f", NOON + 21 * HOUR, story="S0", kind=MatchKind.MENTION).pending is None
    assert desk.hear("g", NOON + 21 * HOUR, story="S0").alert is not None  # that it was mentioned tells no news


def test_a_mention_of_what_was_told_since_is_no_news() -> None:
    """Its match says why it was not told."""
    desk = Desk(by())
    desk.hear("a", kind=MatchKind.MENTION)
    assert desk.hear("b", NOON + HOUR).alert is not None
    tellings, (moved,) = desk.fall(NOON + 20 * HOUR)
    assert (tellings, moved.after) == ([], None)
    assert (
        explained(moved) == "suppressed: only mentioned, deeper in the text than its lead, and launch has sent it since"
    )
    assert desk.told.pending == []


def test_what_was_missed_is_told_together_and_once() -> None:
    """As soon as the first of it is due, whatever came later, and however old: it is no fault of the news."""
    desk = Desk(replace(by(), max_age=HOUR), rule("talks"))
    missed = DecisionContext(poll_gap=AWAY)
    old = NOON - 5 * HOUR
    first = desk.hear("a", context=missed, published=old)
    assert explained(first) == (
        "deferred: its source could not be polled from 02:00 to 12:00; what was missed is sent together"
    )
    desk.hear("b", NOON + 9 * MINUTE, story="S2", context=missed, published=old)
    desk.hear("c", NOON + 9 * MINUTE, story="S2", of="talks", context=missed, published=old)
    assert explained(desk.hear("d", NOON + MINUTE)) == "suppressed: this story is deferred until 12:10 (S1)"
    (digest,) = desk.alerts(NOON + 10 * MINUTE)
    assert uids(digest) == ["a", "b", "c"]
    assert digest.rule_title == "2 rules: 3 stories, that could not be polled in time"
    assert desk.alerts(NOON + HOUR) == []


def test_a_rule_that_has_gone_tells_what_it_let_wait() -> None:
    """It was decided while the rule was there."""
    desk = Desk(by(wait_at_least=MINUTE, most_an_hour=1))
    desk.hear("a")
    desk.hear("b", story="S2")
    desk.hear("c", story="S3", kind=MatchKind.MENTION)
    desk.rules.clear()
    assert sorted(uids(alert) for alert in desk.alerts(NOON + MINUTE)) == [["a"], ["b"]]
    assert [uids(alert) for alert in desk.alerts(NOON + timedelta(1))] == [["c"]]


def test_a_clock_that_goes_back_lets_nothing_wait_for_ever() -> None:
    """What waits by another time is told now."""
    desk = Desk(by(wait_at_least=HOUR, most_an_hour=1), rule("talks"))
    desk.hear("a")
    desk.hear("b", of="talks", kind=MatchKind.MENTION)
    assert len(desk.alerts(NOON - timedelta(1))) == 2


def test_digests_have_keys_of_their_own() -> None:
    """Two digests of the same rule and kind are two."""
    desk = Desk(by(most_an_hour=1))
    keys = []
    for hour in range(3):
        now = NOON + 3 * hour * HOUR
        for n in range(3):
            desk.hear(f"{hour}{n}", now, story=f"S{hour}{n}")
        keys += [alert.dedup_key for alert in desk.alerts(now + HOUR)]
    assert len(set(keys)) == 3


def test_what_matters_most_stands_first_in_a_digest() -> None:
    """Only some lines are shown: those of the highest level."""
    desk = Desk(by(most_an_hour=1))
    for n, level in enumerate((Level.LOW, Level.LOW, Level.CRITICAL, Level.MEDIUM)):
        desk.hear(f"a{n}", NOON + n * MINUTE, story=f"S{n}", level=level)
    tellings, _ = desk.fall(NOON + HOUR)
    (telling,) = tellings
    assert [item.level for item in telling.alert.items] == [Level.CRITICAL, Level.MEDIUM, Level.LOW]
    assert (telling.alert.article.uid, telling.alert.story, telling.pending[0].candidate.article.uid) == (
        "a2",
        "S2",
        "a2",
    )


@pytest.mark.parametrize("cooldown", [MINUTE * 7, 20 * MINUTE, HOUR, 3 * HOUR])
def test_deferred_updates_are_due_by_a_cooldown_that_was_shortened(cooldown: timedelta) -> None:
    """At the edit, without a further report. A longer cooldown, and other kinds of pending alerts, change nothing."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT})), replace(by(wait_at_least=HOUR), id="held"))
    desk.hear("a")
    desk.hear("b", NOON + 5 * MINUTE, facts=(("dead", 5),))
    desk.hear("c", of="held")
    desk.rules["launch"] = by(again_if=frozenset({UpdateTrigger.NEW_FACT}), cooldown=cooldown)
    at = NOON + 10 * MINUTE
    changes = list(advance_updates(desk.told.pending, desk.rules, desk.told, at, UTC))
    due = {pending.candidate.rule: pending.due for pending in desk.told.pending}
    assert due == {"launch": NOON + min(cooldown, HOUR), "held": NOON + HOUR}
    assert [explained(change) for change in changes] == (
        []
        if cooldown >= HOUR
        else [
            (
                "deferred: update: new fact: 5 dead; first sent at 12:00; "
                f"no update before {NOON + cooldown:%H:%M} (cooldown: {cooldown.seconds // 60} minutes)"
            )
        ]
    )
    assert list(advance_updates(desk.told.pending, desk.rules, desk.told, at, UTC)) == []


def test_deferred_updates_of_a_rule_that_is_gone_keep_their_time() -> None:
    """Nothing says what its cooldown would be."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT})))
    desk.hear("a")
    desk.hear("b", NOON + 5 * MINUTE, facts=(("dead", 5),))
    assert list(advance_updates(desk.told.pending, {}, desk.told, NOON + 10 * MINUTE, UTC)) == []


@pytest.mark.parametrize("kind", [MatchKind.NEWS, MatchKind.MENTION])
def test_a_rule_that_was_switched_off_sends_nothing_that_was_deferred(kind: MatchKind) -> None:
    """Until then its deferred alerts keep their time: the rule may be on again by then."""
    desk = Desk(by(wait_at_least=10 * MINUTE))
    desk.hear("a", kind=kind)
    (pending,) = desk.told.pending
    desk.rules["launch"] = replace(desk.rules["launch"], status=RuleStatus.OFF)
    assert desk.fall(pending.due - MINUTE) == ([], [])
    tellings, (moved,) = desk.fall(pending.due)
    assert tellings == []
    assert (moved.after, explained(moved)) == (None, "suppressed: launch was switched off before it was sent")
    assert desk.told.pending == []


def test_a_rule_that_was_put_in_shadow_tells_nothing_that_waited() -> None:
    """Whoever silences a rule at night means it; the matches say what became of them."""
    desk = Desk(by(wait_at_least=10 * MINUTE))
    desk.hear("a")
    desk.rules["launch"] = replace(desk.rules["launch"], status=RuleStatus.SHADOW)
    tellings, (moved,) = desk.fall(NOON + 10 * MINUTE)
    assert tellings == []
    assert (moved.after, explained(moved)) == (None, "suppressed: launch was put in shadow before it was sent")


def test_a_correction_makes_the_next_update_wait_no_longer() -> None:
    """It came at once, and is no step of the cooldown."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.CORRECTED, UpdateTrigger.NEW_FACT}), cooldown=3 * HOUR))
    desk.hear("a")
    assert desk.hear("b", NOON + MINUTE, wire_status="corrected").alert is not None
    waits = desk.hear("c", NOON + 2 * MINUTE, facts=(("dead", 5),)).pending
    assert waits is not None
    assert waits.due == NOON + MINUTE + 3 * HOUR
