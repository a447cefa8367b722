"""When a source is polled next."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.intake.pace import BACKOFF_CAP, GONE_PAUSE, UNREACHED_CAP, next_poll
from monitor.model import Fetched, FetchOutcome
from tests.building import HOUR, MINUTE, NOON, source

EVERY = 5 * MINUTE


def following(
    outcome: FetchOutcome = FetchOutcome.DOCUMENT,
    *,
    name: str = "wire",
    every: timedelta = EVERY,
    planned: datetime = NOON,
    now: datetime = NOON,
    failures: int = 0,
    first: bool = False,
    retry_after: timedelta | None = None,
    status: int | None = 503,
) -> datetime:
    fetched = Fetched(outcome, "u", status, retry_after=retry_after)
    return next_poll(source(name, every), fetched, planned=planned, now=now, failures=failures, first=first)


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        (timedelta(0), 1),
        (timedelta(seconds=90), 1),  # a slow poll moves nothing
        (EVERY, 2),  # a slot missed is a slot missed
        (timedelta(hours=2, seconds=1), 25),  # after a pause: the next slot, not all the missed ones
        (-MINUTE, 1),  # polled before its time, by `run --once`
    ],
)
@pytest.mark.parametrize("outcome", [FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED])
def test_a_healthy_source_keeps_its_phase(outcome: FetchOutcome, late: timedelta, expected: int) -> None:
    """The next poll is a whole number of intervals after the planned one, and ahead of us."""
    assert following(outcome, now=NOON + late) == NOON + EVERY * expected


@pytest.mark.parametrize(
    ("failures", "retry_after", "wait"),
    [
        (1, None, EVERY),
        (2, None, 2 * EVERY),
        (4, None, 8 * EVERY),
        (50, None, BACKOFF_CAP),  # never given up
        (1, timedelta(hours=1), timedelta(hours=1)),  # the server's wish
        (3, timedelta(seconds=1), 4 * EVERY),  # is a lower bound
        (50, timedelta(hours=24), timedelta(hours=24)),
    ],
)
def test_a_failing_source_is_asked_less_and_less(failures: int, retry_after: timedelta | None, wait: timedelta) -> None:
    """Twice the wait for each failure, up to a cap, and never before the server's Retry-After."""
    assert following(FetchOutcome.FAILED, failures=failures, retry_after=retry_after) == NOON + wait


def test_a_source_that_is_not_reached_is_asked_soon() -> None:
    """No answer at all may be our own network: after an outage of a night we are back within a quarter of an hour."""
    assert following(FetchOutcome.FAILED, failures=50, status=None) == NOON + UNREACHED_CAP


def test_a_slow_source_is_never_asked_more_often_for_failing() -> None:
    """The cap does not shorten an interval that is longer than it."""
    assert following(FetchOutcome.FAILED, every=24 * HOUR, failures=9) == NOON + 24 * HOUR


def test_a_source_that_is_gone_is_asked_once_a_day() -> None:
    """410 is meant for good, but people repair their sites."""
    assert following(FetchOutcome.GONE, failures=1) == NOON + GONE_PAUSE


def test_first_polls_spread_over_the_interval() -> None:
    """A thousand sources that began in one second do not stay together, and each keeps its place."""
    moments = [following(name=f"s{i}", first=True) for i in range(1000)]
    shares = [(moment - NOON) / EVERY for moment in moments]
    assert 0.2 <= min(shares) < 0.25
    assert 0.95 < max(shares) <= 1
    counts = [sum(share // 0.1 == tenth for share in shares) for tenth in range(2, 10)]
    assert min(counts) > 60
    assert moments == [following(name=f"s{i}", first=True) for i in range(1000)]
