"""When a source is polled next."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.ingest.poll_schedule import (
    BACKOFF_CAP,
    GONE_PAUSE,
    HINT_CAP,
    UNREACHABLE_CAP,
    compute_latest_poll,
    compute_poll_interval,
    next_poll,
    parse_poll_hint,
    poll_after_overload,
    rate_at,
    within_interval,
)
from monitor.model import FetchOutcome, FetchResult, Source, SourceStats
from tests.support.building import HOUR, MINUTE, NOON, source

EVERY = 5 * MINUTE
DAY = 24 * HOUR
BUSY = SourceStats(since=NOON - 9 * DAY, last_new_at=NOON, rate=300.0, entries=30, arrivals=100)  # every other minute
CALM = SourceStats(since=NOON - 9 * DAY, last_new_at=NOON, rate=2.0, entries=30, arrivals=100)


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
    of: Source | None = None,
    habits: SourceStats | None = None,
) -> datetime:
    fetched = FetchResult(outcome, "u", status, retry_after=retry_after)
    polled, learnt = of or source(name, every), habits or SourceStats()
    return next_poll(polled, fetched, learnt, planned=planned, now=now, failures=failures, is_first_poll=first)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (source(every=EVERY), EVERY),
        (source(every=MINUTE / 12), MINUTE),
        (source(every=HOUR), HOUR),
        (replace(source(every=EVERY), cron="0 6 * * *"), EVERY),
        (replace(source(every=EVERY), cron="2 * * * *"), 2 * MINUTE),
    ],
)
def test_what_was_too_much_work_goes_on_soon(of: Source, expected: timedelta) -> None:
    """As soon as usual, but not within a minute; a day between its own times is too long for what is left of news."""
    assert poll_after_overload(of, NOON) == NOON + expected


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
    assert following(FetchOutcome.FAILED, failures=50, status=None) == NOON + UNREACHABLE_CAP


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


@pytest.mark.parametrize(
    ("habits", "bounds", "expected"),
    [
        (SourceStats(), {}, EVERY),  # nothing known yet
        (CALM, {}, EVERY),  # an hour and more passes before its document is replaced
        (BUSY, {}, 2 * MINUTE),  # 30 entries, 300 an hour: replaced in 6 minutes
        (replace(BUSY, rate=3000.0), {}, MINUTE),  # never below the bound,
        (replace(BUSY, rate=3000.0), {"fastest": MINUTE / 3}, MINUTE / 3),  # which is the user's
        (replace(BUSY, rate=3000.0), {"fastest": HOUR}, EVERY),  # and never makes it slower
        (replace(BUSY, last_new_at=NOON - 12 * HOUR), {}, EVERY),  # it was busy yesterday
        (replace(BUSY, entries=0), {}, EVERY),
        (replace(CALM, tightened=0.5), {}, EVERY / 2),  # after a gap
        (replace(CALM, tightened=0.5, hint=HOUR), {"slowest": DAY}, EVERY / 2),  # a wish is no reason to lose entries
        (replace(BUSY, hint=HOUR), {"slowest": DAY}, 2 * MINUTE),
        (replace(CALM, hint=HOUR), {}, EVERY),  # the user's word stands
        (replace(CALM, hint=HOUR), {"slowest": DAY}, HOUR),  # unless he allows more
        (replace(CALM, hint=2 * DAY), {"slowest": DAY}, DAY),
        (replace(CALM, hint=MINUTE), {"slowest": DAY}, EVERY),  # a wish never shortens
        (replace(CALM, hint=HOUR), {"slowest": MINUTE}, EVERY),
        (replace(CALM, last_new_at=NOON - 47 * HOUR), {"slowest": DAY}, EVERY),  # a weekend
        (replace(CALM, last_new_at=NOON - 2 * DAY), {"slowest": DAY}, 2 * EVERY),
        (replace(CALM, last_new_at=NOON - 3 * DAY), {"slowest": DAY}, 4 * EVERY),
        (replace(CALM, last_new_at=NOON - 300 * DAY), {"slowest": HOUR}, HOUR),
        (replace(CALM, last_new_at=NOON - 300 * DAY), {}, EVERY),  # silence never makes an alert late by itself
        (replace(CALM, eased=4.0), {}, 4 * EVERY),  # it refused us a while ago
        (replace(BUSY, eased=2.0), {}, 4 * MINUTE),
    ],
)
def test_the_interval_follows_the_source_between_the_users_bounds(
    habits: SourceStats, bounds: dict[str, timedelta], expected: timedelta
) -> None:
    """Shorter where its document would be replaced, longer where it is silent or asks for it."""
    polled = replace(source(), fastest=bounds.get("fastest"), slowest=bounds.get("slowest"))
    assert compute_poll_interval(polled, habits, NOON) == expected
    assert following(of=polled, habits=habits) == NOON + expected


def test_a_source_that_is_asked_every_few_seconds_stays_so() -> None:
    """The bound of a minute is for sources that are asked less often than that."""
    quick = source(every=MINUTE / 6)
    assert compute_poll_interval(quick, replace(BUSY, rate=1e6), NOON) == MINUTE / 6


def test_a_source_that_was_refused_for_asking_too_often_is_asked_less() -> None:
    """Four times the interval, with the backoff of every failure above it."""
    refused = replace(CALM, eased=4.0)
    waits = [following(FetchOutcome.FAILED, failures=n, habits=refused) - NOON for n in (1, 2, 3, 4, 50)]
    assert waits == [4 * EVERY, 4 * EVERY, 4 * EVERY, 8 * EVERY, BACKOFF_CAP]


def test_a_source_with_times_of_its_own_is_polled_at_them() -> None:
    """In its own zone. A failed poll is tried again like others, and at its next time at the latest; where we are asked
    to stay away, it is polled at the next time after that."""
    morning = replace(source(), cron="0 8,20 * * mon-fri", zone="Asia/Seoul")  # noon UTC is 21:00 on a Monday there
    next_morning = NOON + 11 * HOUR
    assert following(of=morning) == next_morning
    assert following(of=morning, first=True) == next_morning
    assert following(of=morning, habits=BUSY) == next_morning
    assert following(of=morning, now=next_morning, planned=next_morning) == next_morning + 12 * HOUR
    assert following(FetchOutcome.FAILED, of=morning, failures=1) == NOON + 5 * MINUTE
    late = replace(morning, every=24 * HOUR)
    assert following(FetchOutcome.FAILED, of=late, failures=1) == next_morning
    evening = next_morning + 12 * HOUR
    assert following(FetchOutcome.FAILED, of=morning, failures=1, retry_after=12 * HOUR) == evening
    assert following(FetchOutcome.GONE, of=morning, failures=1) == next_morning + 24 * HOUR
    assert within_interval(morning, NOON) == next_morning
    assert compute_latest_poll(morning, SourceStats(), NOON) == next_morning


def test_a_time_that_never_comes_gives_no_source_up() -> None:
    """The 31st of February."""
    assert following(of=replace(source(), cron="0 0 31 2 *")) == NOON + BACKOFF_CAP


def test_how_late_a_source_that_is_well_may_be_planned() -> None:
    """What was planned later, was planned under another config or another clock."""
    assert compute_latest_poll(source(), CALM, NOON) == NOON + EVERY
    assert compute_latest_poll(replace(source(), slowest=DAY), CALM, NOON) == NOON + DAY
    assert compute_latest_poll(source(), replace(CALM, eased=4.0), NOON) == NOON + 4 * EVERY


def test_a_source_counts_as_less_busy_while_nothing_new_comes() -> None:
    """By half every three hours, without a write."""
    assert [rate_at(BUSY, NOON + hours * HOUR) for hours in (-1, 0, 3, 6)] == [300, 300, 150, 75]
    assert rate_at(BUSY, NOON + 100_000 * DAY) < 1e-99
    assert rate_at(SourceStats(), NOON) == 0


@pytest.mark.parametrize(
    ("headers", "feed_hint", "expected"),
    [
        ({}, None, None),
        ({"cache-control": "public, max-age=300"}, None, 5 * MINUTE),
        ({"cache-control": "max-age=61, s-maxage=900"}, None, 2 * MINUTE),  # whole minutes; of s-maxage caches know
        ({"cache-control": 'MAX-AGE="300"'}, None, 5 * MINUTE),
        ({"cache-control": "max-age=300"}, HOUR, HOUR),  # the longest
        ({"cache-control": "max-age=300, no-cache"}, None, None),
        ({"cache-control": "max-age=0"}, None, None),
        ({"cache-control": "max-age=999999999999"}, None, HINT_CAP),
        ({"cache-control": "max-age=soon"}, None, None),
        ({"expires": "Mon, 05 Jan 2026 12:10:00 GMT"}, None, 10 * MINUTE),  # from now
        ({"expires": "Mon, 05 Jan 2026 12:10:00 GMT", "date": "Mon, 05 Jan 2026 12:08:00 GMT"}, None, 2 * MINUTE),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, None, None),
        ({"expires": "0"}, None, None),
        ({"expires": "-1"}, 3 * MINUTE, 3 * MINUTE),
        ({"cache-control": "no-store", "expires": "Mon, 05 Jan 2026 13:00:00 GMT"}, None, None),
        ({}, 30 * DAY, HINT_CAP),  # a feed that asks for once a month
    ],
)
def test_how_long_a_source_asks_to_be_left_alone(
    headers: dict[str, str], feed_hint: timedelta | None, expected: timedelta | None
) -> None:
    """The longest of what its server and its feed say, at most a day."""
    assert parse_poll_hint(headers, feed_hint, NOON) == expected
