"""Which days a text names, in many languages."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monitor.text.days import days_named, find_days
from tests.support.building import NOON  # a Monday, the fifth of January


def bit(day: date) -> int:
    return 1 << day.toordinal() % 32


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("North Korea fired on Sunday", date(2026, 1, 4)),
        ("fired on Monday", date(2026, 1, 5)),
        ("fired on Tuesday", date(2026, 1, 6)),  # it is Tuesday there already
        ("fired on Wednesday", date(2025, 12, 31)),
        ("북한이 4일 쏘았다", date(2026, 1, 4)),
        ("지난 31일 쏘았다", date(2025, 12, 31)),
        ("일요일에 쏘았다", date(2026, 1, 4)),
        ("1月4日、発射した", date(2026, 1, 4)),
        ("12月31日发射", date(2025, 12, 31)),
        ("周日发射", date(2026, 1, 4)),
        ("5 января запущена", date(2026, 1, 5)),
        ("в воскресенье запущена", date(2026, 1, 4)),
        ("Jan. 4", date(2026, 1, 4)),
        ("January 4th", date(2026, 1, 4)),
        ("4 January", date(2026, 1, 4)),
    ],
)
def test_days_that_are_named(text: str, day: date) -> None:
    """By the day of the week, the number of the day, or its date."""
    assert days_named(text, NOON) == bit(day)


@pytest.mark.parametrize(
    "text", ["", "4일간 훈련", "40 missiles", "in May 2025", "20 февраля", "31 июня", "Sunderland"]
)
def test_what_names_no_day_of_late(text: str) -> None:
    """Spans, other numbers, days that are long ago, and those that no calendar has."""
    assert days_named(text, NOON) == 0


@pytest.mark.parametrize("year", [1, 9999])
@pytest.mark.parametrize(("month", "day"), [(1, 1), (12, 31)])
def test_the_ends_of_the_calendar_are_days_too(year: int, month: int, day: int) -> None:
    """A feed dates its articles to any year."""
    assert days_named("fired on Sunday, 4 January", datetime(year, month, day, tzinfo=UTC)) >= 0


@pytest.mark.parametrize(
    ("language", "text", "days"),
    [
        ("en", "From Friday or May 5 to 5 June: Sundays", ["Friday", "May 5", "5 June", "Sunday"]),
        ("en", "Today, next week, tonight’s talks, 2026-01-05", ["Today", "next week", "tonight", "2026-01-05"]),
        ("de", "Am Montagabend, übermorgen, am 5. März, 05.01.2026", ["Montag", "übermorgen", "5. März", "05.01.2026"]),
        ("fr", "Aujourd’hui, lundi ou la semaine prochaine", ["Aujourd’hui", "lundi", "la semaine prochaine"]),
        ("es", "El lunes, mañana o el 5 de marzo", ["lunes", "mañana", "5 de marzo"]),
        ("it", "Lunedì, domani o il 5 marzo", ["Lunedì", "domani", "5 marzo"]),
        ("pt", "Na segunda-feira, amanhã", ["segunda", "amanhã"]),
        ("pl", "We wtorek, od poniedziałku, jutro", ["wtorek", "poniedziałku", "jutro"]),
        ("ru", "В среду, послезавтра, 5 марта", ["среду", "послезавтра", "5 марта"]),
        ("uk", "У вівторок, завтра", ["вівторок", "завтра"]),
        ("ko", "오는 3일과 내일, 다음 주 월요일부터", ["3일", "내일", "다음 주", "월요일"]),
        ("zh", "定於9月3日、明天或下周一", ["9月3日", "明天", "下周"]),
        ("ja", "９月３日、来週の月曜、あす", ["９月３日", "来週", "月曜", "あす"]),
        (None, "Montag, Monday, jutro, 周一", ["Montag", "Monday", "jutro", "周一"]),
        ("tr", "Monday", ["Monday"]),  # not spoken: the words of all
    ],
)
def test_days_are_found_where_they_stand(language: str | None, text: str, days: list[str]) -> None:
    """Weekdays, dates, and days and weeks seen from today, in any of our languages."""
    assert [text[start:end] for start, end in find_days(text, language)] == days


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It may rain, the sun is up, and 4 missiles flew in May 2025"),
        ("de", "Guten Morgen, hier ist der Fall"),
        ("es", "Por la mañana, segunda vez"),
        ("pt", "Pela segunda vez"),
        ("ru", "Охрана окружающей среды"),
        ("ko", "4일간 훈련, 다음 주요 과제"),
        ("zh", "今日头条发布"),
    ],
)
def test_what_is_no_day(language: str, text: str) -> None:
    """Months, mornings, spans, and words that only look like one."""
    assert find_days(text, language) == []
