"""The dates that feeds write, and which of them can be true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.ingest.dates import is_plausible, parse_date, parse_latest_date
from tests.support.building import NOON


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
        # ISO 8601: a minus of typesetters, PostgreSQL's and Java's offsets, basic and week dates, an hour alone
        ("2026-01-05 12:00:00 −05:00", "2026-01-05 17:00"),
        ("2026-01-05 12:00:00 +09", "2026-01-05 03:00"),
        ("2026-01-05T12:00:00+09:00[Asia/Seoul]", "2026-01-05 03:00"),
        ("20260105", "2026-01-05 00:00"),
        ("202601051205", "2026-01-05 12:05"),
        ("20260105120530", "2026-01-05 12:05"),
        ("2026-W02-1", "2026-01-05 00:00"),
        ("2026W021T120000Z", "2026-01-05 12:00"),
        ("2026-01-05T12Z", "2026-01-05 12:00"),
        ("2026-01-05+09:00", "2026-01-04 15:00"),
        # offsets from UTC by name, before and behind
        ("2026-01-05 12:00 GMT+9", "2026-01-05 03:00"),
        ("(GMT+09:00) 2026-01-05 12:00", "2026-01-05 03:00"),
        # the end of a day, and a leap second
        ("2026-01-05T24:00:00Z", "2026-01-06 00:00"),
        ("2026-12-31 24:00", "2027-01-01 00:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31 23:59"),
        ("2026-01-05T24:30:00Z", None),
        # Korean
        ("2026년 1월 5일 월요일 오후 3시 5분", "2026-01-05 15:05"),
        ("2026. 1. 5. 오전 9:05", "2026-01-05 09:05"),
        ("입력 2026.01.05. 오후 12:05", "2026-01-05 12:05"),
        ("2026.01.05 (월) 15:05 KST", "2026-01-05 06:05"),
        ("2026년 1월 5일 오전 12시 5분", "2026-01-05 00:05"),
        ("2026-01-05 PM 3:05", "2026-01-05 15:05"),
        # Japanese: weekdays, digits of full width, years of an era
        ("2026年1月5日(月) 15時05分", "2026-01-05 15:05"),
        ("2026年1月5日（月） 午後３時０５分", "2026-01-05 15:05"),
        ("午後0時5分 2026年1月5日", "2026-01-05 12:05"),
        ("2026/01/05 15:05 JST", "2026-01-05 06:05"),
        ("令和8年1月5日 15:05", "2026-01-05 15:05"),
        ("令和元年5月1日", "2019-05-01 00:00"),
        # Chinese: of the mainland, and of Taiwan with its years
        ("2026 年 1 月 5 日 上午 9:05", "2026-01-05 09:05"),
        ("2026年01月05日15:05", "2026-01-05 15:05"),
        ("2026-01-05 15时05分", "2026-01-05 15:05"),
        ("2026年1月5日 星期一 凌晨3:05", "2026-01-05 03:05"),
        ("2026年1月5日 晚上12:05", None),  # the one midnight or the other
        ("民國115年1月5日 下午3:05", "2026-01-05 15:05"),
        ("中華民國115年01月05日", "2026-01-05 00:00"),
        ("115年1月5日", "2026-01-05 00:00"),
        ("115/01/05 15:05", "2026-01-05 15:05"),
        # Russian and Ukrainian
        ("понедельник, 5 января 2026 г. 15:05", "2026-01-05 15:05"),
        ("5 января 2026, 15:05 МСК", "2026-01-05 12:05"),
        ("15:05, 5 января 2026", "2026-01-05 15:05"),
        ("15:05 05.01.2026", "2026-01-05 15:05"),
        ("Пн, 05 янв. 2026 15:05:00 +0300", "2026-01-05 12:05"),
        ("5 мая 2026", "2026-05-05 00:00"),
        ("понеділок, 5 травня 2026 р. 15:05", "2026-05-05 15:05"),
        ("12 лист. 2026 15:05", "2026-11-12 15:05"),
        # Polish
        ("pon., 5 sty 2026 15:05:00 +0100", "2026-01-05 14:05"),
        ("poniedziałek, 12 października 2026 r. 15:05", "2026-10-12 15:05"),
        ("12 września 2026", "2026-09-12 00:00"),
        # German
        ("Montag, 5. Januar 2026, 15:05 Uhr", "2026-01-05 15:05"),
        ("5. März 2026 15.05 Uhr MEZ", "2026-03-05 14:05"),
        ("Mo, 05 Dez 2025 15:05:00 +0100", "2025-12-05 14:05"),
        ("05.01.2026, 15 Uhr", "2026-01-05 15:00"),
        # French: "mar." is a Tuesday, and March
        ("mar., 06 janv. 2026 12:00:00 +0100", "2026-01-06 11:00"),
        ("mardi 6 janvier 2026 à 12h30", "2026-01-06 12:30"),
        ("1er août 2026 - 9h", "2026-08-01 09:00"),
        ("6 mar 2026", "2026-03-06 00:00"),
        # Spanish
        ("lunes, 5 de enero de 2026 - 15:05", "2026-01-05 15:05"),
        ("mar, 06 ene 2026 15:05:00 -0300", "2026-01-06 18:05"),
        ("5 de septiembre de 2026, 3:05 p. m.", "2026-09-05 15:05"),
        # Arabic, with its digits too
        ("5 يناير 2026 15:05", "2026-01-05 15:05"),
        ("الاثنين، ٥ يناير ٢٠٢٦ - ١٥:٠٥", "2026-01-05 15:05"),
        ("5 فبراير 2026 3:05 م", "2026-02-05 15:05"),
        # English: of C programs, with the time and the zone before the year; of people; of RFC 850
        ("Mon Jan  5 12:00:00 2026", "2026-01-05 12:00"),
        ("Mon Jan 05 12:00:00 +0900 2026", "2026-01-05 03:00"),
        ("Mon Jan 5 12:00:00 EST 2026", "2026-01-05 17:00"),
        ("January 5th, 2026 at 3:05 pm", "2026-01-05 15:05"),
        ("3:05 p.m. on Jan 5, 2026", "2026-01-05 15:05"),
        ("Jan. 5, 2026 3 PM EST", "2026-01-05 20:00"),
        ("Monday, 05-Jan-26 12:00:00 GMT", "2026-01-05 12:00"),
        ("2026 Jan 5 15:05", "2026-01-05 15:05"),
        ("Posted 5 January 2026 · 3 min read", "2026-01-05 00:00"),
        # day and month in figures: only where it can be told which is which
        ("25/12/2025 15:05", "2025-12-25 15:05"),
        ("12/25/2025 3:05 PM", "2025-12-25 15:05"),
        ("05/05/2026", "2026-05-05 00:00"),
        ("05/01/2026", None),
        ("05-01-2026 12:00", None),
        ("26.01.05", None),  # a day of 2026 in Korea, of 2005 in Germany
        ("5/1/26", None),
        # halves of the day that do not fit
        ("2026-01-05 13:00 AM", None),
        ("2026-01-05 15:00 PM", "2026-01-05 15:00"),
        # a zone that we do not know is not none
        ("2026-01-05 12:00 CLST", None),
        ("2026-01-05 12:00 ET", None),
        ("2026-01-05 12:00 Europe/Moscow", None),
        ("2026-01-05 12:00 +2500", None),
        # two dates
        ("2026-01-05 12:00 - 2026-01-06 13:00", None),
        # seconds with a fraction
        ("1767614400.5", "2026-01-05 12:00"),
        # relative, or not whole
        ("2 hours ago", None),
        ("어제 12:00", None),
        ("5분 전", None),
        ("вчера, 12:00", None),
        ("昨天 12:00", None),
        ("２時間前", None),
        ("heute, 12:00 Uhr", None),
        ("hace 5 horas", None),
        ("January 2026", None),
        ("5 January", None),
        ("12:00", None),
        ("1.2.3", None),
        ("-1767614400", None),
        ("99999999999999", None),
        # prose
        (f"{'word ' * 60}2026-01-05", None),
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
    moment = parse_date(raw)
    assert (moment and f"{moment:%Y-%m-%d %H:%M}") == expected
    assert moment is None or moment.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("raw", "zone", "language", "expected"),
    [
        # the source's zone is that of dates without one, in summer too
        ("2026-01-05 12:00", "Asia/Seoul", None, "2026-01-05 03:00"),
        ("2026-07-05 12:00", "Europe/Paris", None, "2026-07-05 10:00"),
        ("2026-01-05", "Asia/Seoul", None, "2026-01-04 15:00"),
        ("2026-01-05T12:00:00Z", "Asia/Seoul", None, "2026-01-05 12:00"),
        # CST is China's time to those who write Chinese
        ("Mon, 05 Jan 2026 12:00:00 CST", "UTC", "zh-Hans", "2026-01-05 04:00"),
        ("Mon, 05 Jan 2026 12:00:00 CST", "UTC", "en-US", "2026-01-05 18:00"),
        ("Mon, 05 Jan 2026 12:00:00 CST", "UTC", "no tag", "2026-01-05 18:00"),
    ],
)
def test_what_a_source_says_of_its_zone(raw: str, zone: str, language: str | None, expected: str) -> None:
    """It counts where the date itself does not say."""
    assert f"{parse_date(raw, zone=ZoneInfo(zone), language=language):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        # the day in Seoul ends at three in the afternoon, in UTC
        ("2026-01-04", "2026-01-04 15:00"),
        ("2026-01-05", "2026-01-05 12:00"),
        ("2026-01-06", "2026-01-05 12:00"),  # begins in three hours there, and has begun farther east
        ("2026-01-07", "2026-01-06 15:00"),  # has begun nowhere
        ("2026-01-04 9시", "2026-01-04 00:00"),
        ("1767582000", "2026-01-05 03:00"),
        ("0001-01-02", "1-01-02 15:32"),  # an empty date, as some programs write it, in the time of that place then
        ("9999-12-30", "9999-12-29 15:00"),
    ],
)
def test_a_day_is_that_of_the_zone(raw: str, expected: str) -> None:
    """A day without a time counts as late as it can, where it is a day."""
    latest = parse_latest_date(raw, NOON, zone=ZoneInfo("Asia/Seoul"))
    assert f"{latest:%Y-%m-%d %H:%M}" == expected


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
    assert is_plausible(claimed, NOON) is expected
