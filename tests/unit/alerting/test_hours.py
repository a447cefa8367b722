"""Hours begin and end by the clock of their zone, whatever its changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerting.hours import find_next_hours, is_within_hours, list_intervals
from monitor.model import ClockSpan, Hours

DAILY, WORKDAYS = frozenset(range(7)), frozenset(range(5))
MINUTE = timedelta(minutes=1)
BERLIN, NEW_YORK, LORD_HOWE = "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"
CASABLANCA, SEOUL = "Africa/Casablanca", "Asia/Seoul"
# The local days on which the clock is put forward and back; Lord Howe does it by half an hour, Morocco for Ramadan.
CHANGES = {
    BERLIN: (date(2026, 3, 29), date(2026, 10, 25)),
    NEW_YORK: (date(2026, 3, 8), date(2026, 11, 1)),
    LORD_HOWE: (date(2026, 10, 4), date(2026, 4, 5)),
    CASABLANCA: (date(2026, 3, 22), date(2026, 2, 15)),
    SEOUL: (date(2026, 3, 29), date(2026, 10, 25)),  # it changes nothing there
}


def hours(begin: str, end: str, zone: str = "UTC", weekdays: frozenset[int] = DAILY) -> Hours:
    spans = (ClockSpan(weekdays, time.fromisoformat(begin), time.fromisoformat(end)),)
    return Hours("desk", zone, spans)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "change", "span", "began", "length"),
    [
        # put forward: a part of the span is left out, or all of it
        (BERLIN, 0, ("01:00", "04:00"), "2026-03-29 00:00", 120),
        (BERLIN, 0, ("02:30", "04:00"), "2026-03-29 01:00", 60),
        (BERLIN, 0, ("01:00", "02:30"), "2026-03-29 00:00", 60),
        (BERLIN, 0, ("02:15", "02:45"), None, 0),
        (NEW_YORK, 0, ("01:00", "04:00"), "2026-03-08 06:00", 120),
        (NEW_YORK, 0, ("02:30", "04:00"), "2026-03-08 07:00", 60),
        (NEW_YORK, 0, ("02:15", "02:45"), None, 0),
        (LORD_HOWE, 0, ("01:00", "04:00"), "2026-10-03 14:30", 150),
        (LORD_HOWE, 0, ("02:15", "04:00"), "2026-10-03 15:30", 90),
        (LORD_HOWE, 0, ("02:05", "02:25"), None, 0),
        (CASABLANCA, 0, ("01:00", "04:00"), "2026-03-22 01:00", 120),
        (CASABLANCA, 0, ("02:30", "04:00"), "2026-03-22 02:00", 60),
        # put back: what comes twice belongs to it whole
        (BERLIN, 1, ("01:00", "04:00"), "2026-10-24 23:00", 240),
        (BERLIN, 1, ("02:30", "04:00"), "2026-10-25 00:30", 150),
        (BERLIN, 1, ("01:00", "02:30"), "2026-10-24 23:00", 150),
        (BERLIN, 1, ("02:15", "02:45"), "2026-10-25 00:15", 90),
        (NEW_YORK, 1, ("00:00", "03:00"), "2026-11-01 04:00", 240),
        (NEW_YORK, 1, ("01:30", "03:00"), "2026-11-01 05:30", 150),
        (LORD_HOWE, 1, ("01:00", "04:00"), "2026-04-04 14:00", 210),
        (LORD_HOWE, 1, ("01:45", "04:00"), "2026-04-04 14:45", 165),
        (CASABLANCA, 1, ("01:00", "04:00"), "2026-02-15 00:00", 240),
        (CASABLANCA, 1, ("02:30", "04:00"), "2026-02-15 01:30", 150),
        # no change there
        (SEOUL, 0, ("01:00", "04:00"), "2026-03-28 16:00", 180),
        (SEOUL, 1, ("02:30", "04:00"), "2026-10-24 17:30", 90),
    ],
)
def test_a_span_over_a_change_of_the_clock(
    zone: str, change: int, span: tuple[str, str], began: str | None, length: int
) -> None:
    """It begins when its clock time first comes, and ends when it last does."""
    found = list(list_intervals(hours(*span, zone), CHANGES[zone][change], 1))
    expected = [] if began is None else [(utc(began), utc(began) + length * MINUTE)]
    assert found == expected


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("change", [0, 1])
def test_whole_days_and_nights_have_no_hole(zone: str, change: int) -> None:
    """A day is as long as it is there, and a night over the change ends in the morning by the clock."""
    day = CHANGES[zone][change]
    local = datetime.combine(day, time(), ZoneInfo(zone))
    midnight, next_midnight = local.astimezone(UTC), (local + timedelta(days=1)).astimezone(UTC)
    whole = hours("00:00", "00:00", zone)
    assert list(list_intervals(whole, day, 1)) == [(midnight, next_midnight)]
    ((_, end),) = list_intervals(hours("22:00", "06:30", zone), day - timedelta(days=1), 1)
    assert end.astimezone(ZoneInfo(zone)).time() == time(6, 30)


OFFICE = hours("09:00", "18:00", BERLIN, WORKDAYS)


@pytest.mark.parametrize(
    ("hours_of_step", "now", "begin"),
    [
        (OFFICE, "2026-11-25 08:00", "2026-11-25 08:00"),  # it is nine: they have just begun
        (OFFICE, "2026-11-25 16:59", "2026-11-25 16:59"),
        (OFFICE, "2026-11-25 17:00", "2026-11-26 08:00"),  # the end does not belong to them
        (OFFICE, "2026-11-25 02:12", "2026-11-25 08:00"),
        (OFFICE, "2026-11-27 18:00", "2026-11-30 08:00"),  # Friday evening
        (OFFICE, "2026-03-28 12:00", "2026-03-30 07:00"),  # over the change to summer time
        (OFFICE, "2026-10-24 12:00", "2026-10-26 08:00"),
        # over midnight: what began on Sunday lasts into Monday
        (hours("22:00", "06:00", SEOUL), "2026-11-29 20:30", "2026-11-29 20:30"),
        (hours("22:00", "06:00", SEOUL, frozenset({6})), "2026-11-29 20:59", "2026-11-29 20:59"),
        (hours("22:00", "06:00", SEOUL, frozenset({6})), "2026-11-29 21:00", "2026-12-06 13:00"),
        # a span in the gap does not begin on that day
        (hours("02:15", "02:45", BERLIN), "2026-03-28 12:00", "2026-03-30 00:15"),
        (hours("02:15", "02:45", BERLIN, frozenset({6})), "2026-03-23 12:00", "2026-04-05 00:15"),
    ],
)
def test_hours_begin(hours_of_step: Hours, now: str, begin: str) -> None:
    """The first moment from now on that is within them."""
    assert find_next_hours(hours_of_step, utc(now)) == utc(begin)


def test_on_a_holiday_no_span_begins() -> None:
    """A date of one year, and one of every year; a night that began on the day before lasts."""
    closed = frozenset({date(2026, 11, 30)})
    office = replace(hours("09:00", "18:00", "UTC", WORKDAYS), holidays=closed)
    yearly = replace(office, yearly_holidays=frozenset({(12, 1)}))
    assert find_next_hours(office, utc("2026-11-30 10:00")) == utc("2026-12-01 09:00")
    assert find_next_hours(yearly, utc("2026-11-30 10:00")) == utc("2026-12-02 09:00")
    nights = replace(hours("22:00", "06:00"), holidays=closed)
    assert is_within_hours(nights, utc("2026-11-30 05:00"))
    assert find_next_hours(nights, utc("2026-11-30 23:00")) == utc("2026-12-01 22:00")


def test_many_holidays_do_not_hide_the_next_hours() -> None:
    """Not even those of one weekday in a year."""
    mondays = frozenset(date(2026, 1, 5) + timedelta(weeks=number) for number in range(60))
    weekly = replace(hours("09:00", "10:00", "UTC", frozenset({0})), holidays=mondays)
    assert find_next_hours(weekly, utc("2026-01-01 00:00")) == utc("2027-03-01 09:00")


def test_hours_that_never_begin_are_none() -> None:
    """No weekday, no hours."""
    assert find_next_hours(hours("09:00", "18:00", "UTC", frozenset()), utc("2026-11-30 10:00")) is None


CLOCK_TIMES = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
SPANS = st.builds(ClockSpan, st.frozensets(st.integers(0, 6), min_size=1), CLOCK_TIMES, CLOCK_TIMES)


@given(
    zone=st.sampled_from(sorted(CHANGES)),
    spans=st.lists(SPANS, min_size=1, max_size=3),
    change=st.integers(0, 1),
    minutes=st.integers(-3 * 1440, 3 * 1440),
    holiday=st.integers(-2, 2),
)
def test_hours_are_what_the_clock_on_the_wall_shows(
    zone: str, spans: list[ClockSpan], change: int, minutes: int, holiday: int
) -> None:
    """Around a change: within them if the clock says so; and where it shows a time twice, perhaps before or after too.
    What `find_next_hours` returns is within them, and nothing between is."""
    day = CHANGES[zone][change]
    tested = Hours("tested", zone, tuple(spans), frozenset({day + timedelta(days=holiday)}))
    now = datetime.combine(day, time(), UTC) + minutes * MINUTE
    shown = now.astimezone(ZoneInfo(zone))
    by_the_wall = _is_shown_within(tested, shown)
    comes_twice = shown.replace(fold=0).utcoffset() > shown.replace(fold=1).utcoffset()  # type: ignore[operator]
    assert is_within_hours(tested, now) == by_the_wall or (comes_twice and is_within_hours(tested, now))
    begin = find_next_hours(tested, now)
    assert begin is not None
    assert is_within_hours(tested, begin)
    assert begin == now or not is_within_hours(tested, begin - MINUTE)
    between = (now + (begin - now) * share for share in (0, 0.25, 0.5, 0.75))
    assert begin == now or not any(is_within_hours(tested, moment) for moment in between)


def _is_shown_within(tested: Hours, shown: datetime) -> bool:
    """By the time on the wall alone."""
    today, yesterday, at = shown.date(), shown.date() - timedelta(days=1), shown.time()
    for span in tested.spans:
        is_overnight = span.end <= span.begin
        begins_today = today.weekday() in span.weekdays and not tested.is_holiday(today)
        if begins_today and at >= span.begin and (is_overnight or at < span.end):
            return True
        began_yesterday = yesterday.weekday() in span.weekdays and not tested.is_holiday(yesterday)
        if is_overnight and began_yesterday and at < span.end:
            return True
    return False
