"""The operator is told of the canary's failure once, again each day, and of its end."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import Level, NoticeKind
from monitor.notices.canary import CanaryResult, CanaryState, decide_canary_notice
from tests.support.building import HOUR, NOON

GOOD = CanaryResult("desk", 5.0, None)
BAD = CanaryResult("phone", None, "the server answered 503")
OPERATOR = ("phone", "desk")


def test_a_failure_is_reported_once_and_its_end() -> None:
    """On a channel that works; the state is what the next run needs."""
    state, notice = decide_canary_notice(CanaryState(), [GOOD, BAD], OPERATOR, NOON)
    assert notice is not None
    assert (notice.kind, notice.level, notice.channels) == (NoticeKind.PROBLEM, Level.HIGH, ("desk",))
    assert notice.title == "The canary did not arrive: phone"
    assert "phone: the server answered 503" in notice.text
    state, again = decide_canary_notice(state, [GOOD, BAD], OPERATOR, NOON + 6 * HOUR)
    assert again is None
    state, over = decide_canary_notice(state, [GOOD, CanaryResult("phone", 6.0, None)], OPERATOR, NOON + 12 * HOUR)
    assert over is not None
    assert (over.kind, over.channels, state) == (NoticeKind.RECOVERY, OPERATOR, CanaryState())
    assert over.title == "The canary arrives again: phone"


def test_a_lasting_failure_is_reported_each_day_and_another_one_at_once() -> None:
    """With both channels down, the notice goes to both, for later."""
    day = timedelta(days=1)
    state, _ = decide_canary_notice(CanaryState(), [GOOD, BAD], OPERATOR, NOON)
    state, reminder = decide_canary_notice(state, [GOOD, BAD], OPERATOR, NOON + day)
    assert reminder is not None
    assert reminder.kind is NoticeKind.REMINDER
    worse = [CanaryResult("desk", None, "no answer"), BAD]
    _, notice = decide_canary_notice(state, worse, OPERATOR, NOON + day + HOUR)
    assert notice is not None
    assert (notice.kind, notice.channels) == (NoticeKind.PROBLEM, OPERATOR)


def test_a_canary_that_arrives_is_no_news() -> None:
    """Nothing is reported, and nothing is remembered."""
    assert decide_canary_notice(CanaryState(), [GOOD], OPERATOR, NOON) == (CanaryState(), None)
