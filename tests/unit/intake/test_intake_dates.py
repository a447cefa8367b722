"""The dates that feeds write, and which of them can be true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.intake.dates import moment_of, sane
from tests.building import NOON


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # RFC 822, and what is made of it
        ("Mon, 05 Jan 2026 12:00:00 GMT", "2026-01-05 12:00"),
        ("Mon, 05 Jan 2026 12:00:00 +0900", "2026-01-05 03:00"),
        ("Mon, 5 Jan 2026 12:00:00", "2026-01-05 12:00"),
        ("Mon, 05 Jan 2026 12:00:00 EST", "2026-01-05 17:00"),
        ("Mon, 05 Jan 2026 12:00:00 KST", "2026-01-05 03:00"),
        ("Mon, 05 Jan 2026 12:00:00 JST", "2026-01-05 03:00"),
        ("Mon, 05 Jan 2026 12:00:00 CST", "2026-01-05 18:00"),
        ("Mon, 05 Jan 2026 12:00:00 +0800 (CST)", "2026-01-05 04:00"),  # the offset outweighs the comment
        ("Mon, 05 Jan 26 12:00:00 GMT", "2026-01-05 12:00"),
        ("Mon, 05 Jan 2099 12:00:00 GMT", "2099-01-05 12:00"),  # a date; whether it can be true is `sane`'s to say
        # ISO 8601, and what is made of it
        ("2026-01-05T12:00:00Z", "2026-01-05 12:00"),
        ("2026-01-05T12:00:00.123+09:00", "2026-01-05 03:00"),
        ("2026-01-05 12:00:00", "2026-01-05 12:00"),
        ("2026-01-05 12:00:00+09", "2026-01-05 03:00"),  # an offset of hours alone, as databases print it
        ("2026-01-05T12:00:00-05:00", "2026-01-05 17:00"),
        ("2026-01-05", "2026-01-05 00:00"),
        ("2026/01/05 12:00:00", "2026-01-05 12:00"),
        ("20260105T120000Z", "2026-01-05 12:00"),
        # other languages
        ("2026年1月5日 12:00", "2026-01-05 12:00"),
        # the half of the day stands before the hour in East Asia, and the hour may be a word
        ("2026-01-05 오후 3:00", "2026-01-05 15:00"),
        ("2026년 1월 5일 오전 9시 05분", "2026-01-05 09:05"),
        ("2026年1月5日 下午3:07", "2026-01-05 15:07"),
        ("2026年01月05日 午後11時30分", "2026-01-05 23:30"),
        ("2026년 01월 05일 12:00:00", "2026-01-05 12:00"),
        ("05.01.2026 12:00", "2026-01-05 12:00"),
        ("Пн, 05 Янв 2026 12:00:00 +0300", "2026-01-05 09:00"),
        ("lun., 05 janv. 2026 12:00:00 +0100", "2026-01-05 11:00"),
        # for people
        ("Monday, January 5, 2026 - 12:00", "2026-01-05 12:00"),
        ("Jan 5, 2026 12:00 PM EST", "2026-01-05 17:00"),
        ("Jan 5, 2026 12:30 a.m.", "2026-01-05 00:30"),
        # for machines
        ("1767614400", "2026-01-05 12:00"),
        ("1767614400123", "2026-01-05 12:00"),
        # no dates
        ("Sun, 05 Jan 2026 25:61:00 GMT", None),
        ("0000-00-00 00:00:00", None),
        ("2026-02-30", None),
        ("0001-01-01T00:00:00+09:00", None),  # before the first year
        ("yesterday", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_a_date_is_read_as_its_feed_means_it(raw: str | None, expected: str | None) -> None:
    """The forms that feeds write are read to the minute, in UTC; what is no date is None."""
    moment = moment_of(raw)
    assert (moment and f"{moment:%Y-%m-%d %H:%M}") == expected
    assert moment is None or moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("claimed", "expected"),
    [
        (NOON - timedelta(days=400), True),  # old is not insane: max_age judges it
        (NOON + timedelta(minutes=9), True),  # servers' clocks differ
        (NOON + timedelta(hours=9), False),  # local time in Seoul that was written as UTC
        (datetime(1, 1, 1, tzinfo=UTC), False),  # an empty date of some languages
        (datetime(1970, 1, 1, tzinfo=UTC), False),  # an epoch of 0
        (None, False),
    ],
)
def test_a_sane_date_can_be_true(claimed: datetime | None, expected: bool) -> None:
    """No article is of the future, and none is older than feeds."""
    assert sane(claimed, NOON) is expected
