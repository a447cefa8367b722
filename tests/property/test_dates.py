"""Whatever stands where a date should: a moment in UTC, or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.intake.dates import latest_of, moment_of
from tests.building import NOON

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
    for moment in (moment_of(raw, zone=zone, language="zh"), latest_of(raw, NOON)):
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
    assert moment_of(moment.strftime(form)) == moment
