"""What was suppressed as the same although something was not known: it is listed once a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from monitor.alerting.case import Case
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
STORY = Story("S1", "One", NOON)
PLACE = "one of the two articles names no known place"
MORNING = NOON + 20 * HOUR
LISTED = f"because {PLACE}, it is listed in the digest at 08:00"


def by(name: str = "launch", **policy: Any) -> Rule:
    return replace(rule(name), alert=AlertPolicy(**policy))


class Desk:
    """A state, rules, and a clock that is told."""

    def __init__(self, *rules: Rule) -> None:
        self.rules = {each.id: each for each in rules or (rule(),)}
        self.told = NotificationLedger()

    def hear(
        self, uid: str, at: datetime = NOON, unsure: str = "", *, of: str = "launch", **case: Any
    ) -> MatchDecision:
        """An article of the story, from an outlet of its own."""
        its = self.rules[of]
        match = Match(of, its.version, case.pop("kind", MatchKind.NEWS), EVIDENCE, its.level)
        heard = article(uid, seen=at, of=f"of {uid}", published=case.pop("published", None))
        story, state = case.pop("story", STORY), State([self.told, Mutes()])
        return evaluate(Case(its, match, heard, story, state, at, uncertainty=unsure, **case))

    def alerts(self, at: datetime) -> list[Alert]:
        return [each.alert for each in release_due(self.rules, self.told, Mutes(), at)[0]]


def test_it_waits_for_the_daily_digest() -> None:
    """A line for each article, with what is not known; at the level of what is no news."""
    desk = Desk()
    first = desk.hear("a")
    assert first.alert is not None
    held = [desk.hear("b", NOON + MINUTE, PLACE), desk.hear("c", NOON + 2 * MINUTE, "its day is not known")]
    assert explained(held[0]) == f"deferred: launch sent this story at 12:00 (S1); {LISTED}"
    assert [each.pending and each.pending.kind for each in held] == [PendingKind.IN_DOUBT, PendingKind.IN_DOUBT]
    assert all(each.candidate is not None and each.candidate.key == "launch story S1" for each in held)
    assert desk.alerts(MORNING - MINUTE) == []
    (digest,) = desk.alerts(MORNING)
    assert (digest.kind, digest.level) == (AlertKind.DIGEST, Level.INFO)
    assert digest.rule_title == "About launch: 2 articles, suppressed as the same although something is not known"
    assert [(line.uid, line.unsure, line.level) for line in digest.items] == [
        ("b", PLACE, Level.HIGH),
        ("c", "its day is not known", Level.HIGH),
    ]
    assert reason_of(digest.items[0]) == f"“missiles” in the title; suppressed as the same as S1, although {PLACE}"
    assert desk.alerts(MORNING + 48 * HOUR) == []


def test_what_is_sure_is_not_listed() -> None:
    """As copies are; nor is what is told, or held for another reason."""
    desk = Desk(replace(rule(), max_age=HOUR))
    assert desk.hear("a", unsure=PLACE).alert is not None
    assert desk.hear("b", NOON + MINUTE).pending is None
    assert desk.hear("c", NOON + MINUTE, PLACE, published=NOON - 9 * HOUR).pending is None
    assert desk.hear("d", NOON + MINUTE, PLACE, kind=MatchKind.MENTION).pending is None
    assert desk.alerts(MORNING) == []


def test_it_changes_nothing_of_what_it_was_taken_for() -> None:
    """Its voice counts, as any; the digest is no telling of the story."""
    plain, unsure = (
        Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT}))),
        Desk(by(again_if=frozenset({UpdateTrigger.NEW_FACT}))),
    )
    for desk, words in ((plain, ""), (unsure, PLACE)):
        desk.hear("a")
        desk.hear("b", NOON + MINUTE, words)
        desk.alerts(MORNING)
    assert unsure.told.find_record("launch story S1", NOON) == plain.told.find_record("launch story S1", NOON)
    assert plain.told.find_record("launch story S1", NOON) is not None
    for desk in (plain, unsure):
        update = desk.hear("c", MORNING + HOUR, facts=(("dead", 3),)).alert
        assert update is not None
        assert (update.kind, first_key(update.dedup_key)) == (AlertKind.UPDATE, "launch story S1")


def test_an_update_is_told_and_not_listed() -> None:
    """It says something new, so it is not suppressed."""
    desk = Desk(by(again_if=frozenset({UpdateTrigger.LEVEL_RISES, UpdateTrigger.NEW_FACT})))
    desk.hear("a")
    assert desk.hear("b", NOON + 2 * HOUR, PLACE, facts=(("dead", 3),)).alert is not None
    assert desk.alerts(MORNING) == []


def test_beside_what_waits_it_is_listed_too() -> None:
    """And what waits is told all the same."""
    desk = Desk(by(wait_at_least=10 * MINUTE))
    desk.hear("a")
    assert (
        explained(desk.hear("b", NOON + MINUTE, PLACE))
        == f"deferred: this story is deferred until 12:10 (S1); {LISTED}"
    )
    assert [alert.article.uid for alert in desk.alerts(NOON + HOUR)] == ["a"]
    assert [line.uid for alert in desk.alerts(MORNING) for line in alert.items] == ["b"]


def test_who_takes_back_what_waits_lists_nothing() -> None:
    """It is withdrawn, as without doubt."""
    desk = Desk(by(wait_at_least=10 * MINUTE))
    desk.hear("a", publisher="One")
    back = desk.hear("b", NOON + MINUTE, PLACE, publisher="One", wire_status="withdrawn")
    assert (back.pending, [each.after for each in back.pending_changes]) == (None, [None])
    assert desk.alerts(MORNING) == []


def test_an_article_is_listed_once() -> None:
    """Whatever its versions, before its digest and after it."""
    desk = Desk()
    desk.hear("a")
    desk.hear("b", NOON + MINUTE, PLACE)
    assert explained(desk.hear("b", NOON + 2 * MINUTE, PLACE)) == "suppressed: launch sent this story at 12:00 (S1)"
    assert len(desk.alerts(MORNING)) == 1
    assert desk.hear("b", MORNING + MINUTE, PLACE).pending is None


def test_rules_have_digests_of_their_own() -> None:
    """So that the lines of one do not hide those of another; and mentions have theirs."""
    desk = Desk(by("launch"), by("quake"))
    for name in ("launch", "quake"):
        desk.hear("a", of=name)
        desk.hear("b", NOON + MINUTE, PLACE, of=name)
    desk.hear("c", NOON + MINUTE, of="quake", kind=MatchKind.MENTION, story=Story("S9", "Nine", NOON))
    made = [(alert.rule, len(alert.items)) for alert in desk.alerts(MORNING)]
    assert sorted(made) == [("launch", 1), ("quake", 1), ("quake", 1)]


def test_what_was_told_long_ago_is_listed_too() -> None:
    """Where only the key of its subject is remembered."""
    desk = Desk()
    desk.told.add_sent_key("launch story S1")
    held = desk.hear("b", NOON, PLACE)
    assert (explained(held), held.candidate) == (
        f"deferred: launch sent this story already (S1); {LISTED}",
        None,
    )
    assert [line.uid for alert in desk.alerts(MORNING) for line in alert.items] == ["b"]


def test_of_an_event_the_event_is_named() -> None:
    """By which people find it."""
    desk = Desk(by(once_per=OncePer.EVENT))
    event = Event("E1", "launch", "", NOON)
    desk.hear("a", event=event)
    desk.hear("b", NOON + MINUTE, PLACE, event=event)
    (digest,) = desk.alerts(MORNING)
    assert reason_of(digest) == f"suppressed as the same as E1, although {PLACE}"
    assert (digest.items[0].event, digest.event) == ("E1", "E1")


def test_a_rule_may_list_nothing() -> None:
    """`unsure: silent`: it is held, as what is sure."""
    desk = Desk(by(lists_unsure=False))
    desk.hear("a")
    assert explained(desk.hear("b", NOON + MINUTE, PLACE)) == "suppressed: launch sent this story at 12:00 (S1)"
    assert desk.alerts(MORNING) == []


@pytest.mark.parametrize("late", [False, True])
def test_a_rule_in_shadow_lists_nothing(late: bool) -> None:
    """Nor does one that was put in shadow before the morning."""
    shadow = replace(rule(), status=RuleStatus.SHADOW)
    desk = Desk(rule() if late else shadow)
    desk.hear("a")
    decided = desk.hear("b", NOON + MINUTE, PLACE)
    assert (decided.pending is not None) is late
    desk.rules["launch"] = shadow
    tellings, moved = release_due(desk.rules, desk.told, Mutes(), MORNING)
    assert tellings == []
    assert [explained(each) for each in moved] == (
        ["suppressed: launch was put in shadow before it was sent"] if late else []
    )
