"""A muted story: nothing of it is sent, and each match says what would have been."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.alerting.case import Case, DecisionContext, PollGap
from monitor.alerting.evaluation import evaluate
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.mutes import Mute, Mutes
from monitor.alerting.release import release_due
from monitor.errors import NotLoaded
from monitor.model import (
    AlertKind,
    AlertPolicy,
    Event,
    Field,
    Level,
    Match,
    MatchDecision,
    MatchKind,
    OncePer,
    RuleStatus,
    Span,
    Story,
    UpdateTrigger,
)
from monitor.state import State
from tests.support.building import HOUR, MINUTE, NOON, article, explained, rule

ENDS = NOON + 24 * HOUR
EVIDENCE = (Span(Field.TITLE, 26, 34, "missiles", "missile*"),)
AGAIN = frozenset({UpdateTrigger.NEW_FACT, UpdateTrigger.LEVEL_RISES})
UNTIL = "is muted until 6 Jan, 12:00 (`stories unmute {id}` ends that); not sent: "


class Desk:
    """A rule, a ledger, and what is muted."""

    def __init__(self, *muted: str, status: RuleStatus = RuleStatus.LIVE, **policy: object) -> None:
        self.rule = replace(rule(status=status), alert=AlertPolicy(**policy))  # type: ignore[arg-type]
        self.ledger, self.mutes = NotificationLedger(), Mutes()
        self.mute(*muted)

    def mute(self, *ids: str, at: datetime = NOON, until: datetime = ENDS) -> None:
        self.mutes.by_id.load({id_: Mute(id_, at, until, "ann") for id_ in ids})

    def decide(
        self,
        uid: str,
        at: datetime = NOON,
        *,
        story: str = "S1",
        kind: MatchKind = MatchKind.NEWS,
        level: Level = Level.MEDIUM,
        published: datetime | None = None,
        **case: object,
    ) -> MatchDecision:
        match, report = Match("launch", "v1", kind, EVIDENCE, level), article(uid, seen=at, of=uid, published=published)
        state, of_story = State([self.ledger, self.mutes]), Story(story, story, NOON)
        return evaluate(Case(self.rule, match, report, of_story, state, at, **case))  # type: ignore[arg-type]

    def release(self, at: datetime) -> tuple[int, list[str]]:
        released, changes = release_due({"launch": self.rule}, self.ledger, self.mutes, at)
        return len(released), [explained(change) for change in changes]


def test_nothing_of_a_muted_story_is_sent() -> None:
    """Not even what cannot wait, such as a higher level. Another story of the rule is sent."""
    desk = Desk(again_if=AGAIN)
    assert desk.decide("a", level=Level.MEDIUM).alert is not None
    desk.mute("S1")
    risen = desk.decide("b", NOON + HOUR, level=Level.CRITICAL)
    update = "update: the level rises from medium to critical; first sent at 12:00"
    assert (explained(risen), risen.alert) == (f"suppressed: S1 {UNTIL.format(id='S1')}{update}", None)
    assert desk.decide("c", NOON + HOUR, story="S2").alert is not None


def test_a_first_alert_is_sent_after_the_mute() -> None:
    """Once, and it counts who reported it meanwhile."""
    desk = Desk("S1")
    assert explained(desk.decide("a")) == f"suppressed: S1 {UNTIL.format(id='S1')}first alert of this story"
    assert desk.decide("b", ENDS - MINUTE).alert is None
    alert = desk.decide("c", ENDS).alert
    assert alert is not None
    assert (alert.kind, alert.publisher_count) == (AlertKind.NEW, 3)
    assert desk.decide("d", ENDS + MINUTE).alert is None


def test_a_muted_event_is_muted_in_all_its_stories() -> None:
    """And another event of the same story is not."""
    desk = Desk("E1", once_per=OncePer.EVENT)
    event, other = (Event(id_, "launch", "", NOON) for id_ in ("E1", "E2"))
    for story in ("S1", "S2"):
        muted = desk.decide(f"of {story}", story=story, event=event)
        assert explained(muted) == f"suppressed: E1 {UNTIL.format(id='E1')}first alert of this event"
    assert desk.decide("b", event=other).alert is not None


def test_a_rule_that_no_longer_sends_events_is_not_muted_by_one() -> None:
    """What comes, and what was deferred meanwhile, are asked the same."""
    desk, event = Desk("E1", wait_at_least=20 * MINUTE), Event("E1", "launch", "", NOON)
    assert desk.decide("a", event=event).pending is not None
    assert desk.release(NOON + 20 * MINUTE) == (1, [])


def test_of_two_mutes_the_later_end_is_shown() -> None:
    """A person must end that one, too."""
    desk = Desk("S1", once_per=OncePer.EVENT)
    desk.mute("E1", until=NOON + HOUR)
    assert "S1 is muted until 6 Jan" in explained(desk.decide("a", event=Event("E1", "launch", "", NOON)))


@pytest.mark.parametrize("kind", [MatchKind.NEWS, MatchKind.MENTION])
@pytest.mark.parametrize("is_deferred", [True, False])
def test_what_is_due_after_the_mute_is_deferred_as_ever(kind: MatchKind, *, is_deferred: bool) -> None:
    """What would be sent before its end is suppressed at once."""
    desk = Desk(wait_at_least=20 * MINUTE)
    due = NOON + (20 * MINUTE if kind is MatchKind.NEWS else 20 * HOUR)
    desk.mute("S1", until=due - MINUTE if is_deferred else due + MINUTE)
    decided = desk.decide("a", kind=kind)
    assert (decided.pending is not None) is is_deferred
    assert explained(decided).startswith("deferred: " if is_deferred else "suppressed: S1 is muted until ")
    assert desk.release(due) == (int(is_deferred), [])


@pytest.mark.parametrize("kind", [MatchKind.NEWS, MatchKind.MENTION])
def test_what_was_deferred_before_the_mute_is_not_sent_while_it_lasts(kind: MatchKind) -> None:
    """Alone or in a digest; it does not come later either."""
    desk = Desk(wait_at_least=20 * MINUTE)
    (due,) = {pending.due for pending in [desk.decide("a", kind=kind).pending] if pending is not None}
    desk.mute("S1")
    assert desk.release(due) == (0, ["suppressed: S1 was muted before it was sent"])
    assert desk.release(ENDS + 24 * HOUR) == (0, [])


def test_what_comes_late_is_muted_too() -> None:
    """Where many articles of several stories are sent together."""
    desk = Desk("S1")
    late = DecisionContext(poll_gap=PollGap(NOON - 5 * HOUR, NOON))
    for story in ("S1", "S2"):
        desk.decide(story, story=story, published=NOON - 2 * HOUR, context=late)
    assert desk.release(NOON + 10 * MINUTE) == (1, [])


def test_a_repeat_is_a_repeat_though_it_is_muted() -> None:
    """`muted` is only what would have been sent."""
    desk = Desk()
    desk.decide("a")
    desk.mute("S1")
    assert "launch sent this story at 12:00" in explained(desk.decide("b", NOON + HOUR))


def test_a_report_that_is_withdrawn_during_the_mute_is_not_sent_after_it() -> None:
    """The withdrawal counts, though it is muted itself."""
    desk = Desk(wait_at_least=HOUR)
    desk.decide("a")
    desk.mute("S1", until=NOON + 30 * MINUTE)
    desk.decide("a", NOON + 10 * MINUTE, wire_status="withdrawn")
    assert desk.release(NOON + 2 * HOUR) == (0, [])


@pytest.mark.parametrize("wait", [HOUR, 6 * HOUR])
def test_a_correction_during_a_mute_goes_into_the_deferred_update(wait: timedelta) -> None:
    """Otherwise that would be sent after the mute, or after `unmute`, without it. It is not sent while the mute
    lasts."""
    desk = Desk(again_if=AGAIN | {UpdateTrigger.CORRECTED}, cooldown=wait)
    desk.decide("a", facts=(("dead", 2),))
    assert desk.decide("b", NOON + 10 * MINUTE, facts=(("dead", 90),)).pending is not None
    desk.mute("S1", at=NOON + 20 * MINUTE, until=NOON + 5 * HOUR)
    corrected = desk.decide("c", NOON + 30 * MINUTE, facts=(("dead", 9),), wire_status="corrected")
    due = NOON + wait
    assert explained(corrected) == (
        "deferred: update: new fact: 90 dead; it was corrected; first sent at 12:00; "
        f"it says more than what was deferred, until {due:%H:%M}"
    )
    assert [change.before.candidate.article.uid for change in corrected.pending_changes] == ["b"]
    (pending,) = desk.ledger.pending
    assert (pending.due, pending.candidate.article.uid, pending.candidate.wire_status) == (due, "c", "corrected")
    muted = ["suppressed: S1 was muted before it was sent"] if wait == HOUR else []
    assert desk.release(due) == (1 - len(muted), muted)


@pytest.mark.parametrize("wait", [HOUR, 6 * HOUR])
def test_a_higher_level_during_a_mute_goes_into_what_is_deferred(wait: timedelta) -> None:
    """Also into the first alert of a story."""
    desk = Desk(again_if=AGAIN, wait_at_least=wait)
    desk.decide("a", level=Level.MEDIUM)
    desk.mute("S1", until=NOON + 5 * HOUR)
    desk.decide("b", NOON + 10 * MINUTE, level=Level.CRITICAL)
    (pending,) = desk.ledger.pending
    assert (pending.due, pending.candidate.level) == (NOON + wait, Level.CRITICAL)


def test_a_rule_in_shadow_would_not_have_sent_what_is_muted() -> None:
    """As a live one."""
    muted = explained(Desk("S1", status=RuleStatus.SHADOW).decide("a"))
    assert muted == f"suppressed: S1 {UNTIL.format(id='S1')}first alert of this story; launch is in shadow"


def test_a_mute_holds_from_when_it_was_made() -> None:
    """`why` decides again on what came before."""
    desk = Desk()
    desk.mute("S1", at=NOON + HOUR)
    assert desk.decide("a").alert is not None


def test_what_was_not_loaded_is_not_known() -> None:
    """It is not taken for a story that nobody has muted."""
    desk = Desk()
    desk.mutes = Mutes(complete=False)
    with pytest.raises(NotLoaded, match="whether S1 is muted"):
        desk.decide("a")
