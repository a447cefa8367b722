"""Whatever stands where a date should: a moment in UTC, or none."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.ingest import dates
from monitor.ingest.dates import parse_date, parse_latest_date
from tests.support.building import NOON

_PIECES = (
    "2026 1 05 13 31 0 99 1767614400 115 元 - / . , : T Z + ( ) 年 月 日 년 월 일 時 시 분 h Uhr 오후 下午 AM p.m. م"
    " 令和 民國 Jan января marca mar. Tue GMT KST CST EST +0900 -05:00 12:00 24:00 23:59:60 25:61 W02 W53-7 ² ٥ \ud800"
)
pieces = st.lists(st.sampled_from([" ", *_PIECES.split()]), max_size=12).map("".join)


@settings(max_examples=1500)
@given(st.one_of(st.text(max_size=40), pieces))
def test_nothing_raises_and_every_moment_is_in_utc(raw: str) -> None:
    """Text of any kind, and pieces of dates in any order."""
    zone = timezone(timedelta(hours=9))
    for moment in (parse_date(raw, zone=zone, language="zh"), parse_latest_date(raw, NOON)):
        assert moment is None or moment.utcoffset() == timedelta(0)


_FORMS = (
    "%a, %d %b %Y %H:%M:%S +0000",
    "%A, %d-%b-%y %H:%M:%S GMT",
    "%a %b %d %H:%M:%S %Y",
    "%a %b %d %H:%M:%S UTC %Y",
    "%B %d, %Y at %I:%M:%S %p",
    "%Y-%m-%dT%H:%M:%S.%fZ",
    "%Y%m%dT%H%M%SZ",
    "%Y%m%d%H%M%S",
    "%Y/%m/%d %H:%M:%S",
    "%d.%m.%Y %H:%M:%S",
    "%H:%M:%S, %d.%m.%Y",
    "%G-W%V-%u %H:%M:%S",
    "%Y年%m月%d日 %H時%M分%S秒",
    "%Y년 %m월 %d일 %H시 %M분 %S초",
)


@given(st.datetimes(datetime(1995, 1, 1), datetime(2060, 1, 1)), st.sampled_from(_FORMS))  # noqa: DTZ001 - UTC is added
def test_every_moment_is_read_back(naive: datetime, form: str) -> None:
    """In each of the usual forms, to the second."""
    moment = naive.replace(microsecond=0, tzinfo=UTC)
    assert parse_date(moment.strftime(form)) == moment


def _number(most: int, width: int = 2) -> st.SearchStrategy[str]:
    return st.integers(0, most).map(lambda number: f"{number:0{width}d}")


_clock = st.tuples(_number(26), _number(61), _number(61)).map(":".join)
_zone = st.one_of(
    st.sampled_from(["GMT", "UTC", "UT", "Z", " Z", "", "EST", "+0000", "-0000", "+1400", "+14:01", "-09:99", "+9"]),
    st.tuples(st.sampled_from("+-"), _number(16), st.sampled_from(["", ":"]), _number(75)).map("".join),
)
_months = st.sampled_from([*calendar.month_abbr[1:], "jan", "MAY", "Sept", "Foo"])
_days = st.sampled_from(["", "Mon, ", "Tue, ", "Sat, ", "mon, ", "Sunday, ", "Mon "])
_year = st.one_of(_number(9999, 4), st.sampled_from(["2026", "1999", "0026", "26", "9999", "0001"]))
_rfc_822 = st.tuples(_days, st.one_of(_number(33), _number(33, 1)), _months, _year, _clock, _zone).map(
    lambda parts: f"{parts[0]}{' '.join(parts[1:])}"
)
_iso_8601 = st.builds(
    "{}-{}-{}{}{}{}{}".format,
    _year,
    _number(13),
    _number(33),
    st.sampled_from("Tt _"),
    _clock,
    st.sampled_from(["", ".5", ".123", ",123", ".123456789", ".202601011200", "."]),
    _zone,
)


@settings(max_examples=3000)
@given(st.one_of(_rfc_822, _iso_8601), st.sampled_from([None, "zh", "he", "en"]))
def test_the_usual_spellings_mean_what_taking_them_apart_gives(raw: str, language: str | None) -> None:
    """Known by one look, or not, and whole or out of range: the same moment, and a time where one is written."""
    zone = timezone(timedelta(hours=9))
    said = [parse_latest_date(raw, NOON, zone=zone, language=language), parse_date(raw, zone=zone, language=language)]
    with pytest.MonkeyPatch.context() as chain_alone:
        chain_alone.setattr(dates, "_USUAL_FORMS", ())
        apart = [
            parse_latest_date(raw, NOON, zone=zone, language=language),
            parse_date(raw, zone=zone, language=language),
        ]
    assert said == apart
