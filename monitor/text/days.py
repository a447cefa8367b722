"""Which days a title or a lead names: reports of today's and of tomorrow's launch may differ only in the day.

`days_named` returns the days as bits of one number, so two texts name the same day if their numbers share a bit. Only
days within a fortnight of the article count, so 32 bits are enough; what is older is background. `find_days` returns
where any day is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache

from monitor.languages import LANGUAGES
from monitor.text.folding import lower_keeping_length
from monitor.text.months import MONTHS

_MAX_DAYS_AWAY = 14  # days
_DAY = timedelta(days=1)
_CALENDAR = date.min + timedelta(days=60), date.max - timedelta(days=60)  # within it, nearby days exist as well
_WEEKDAYS = {code: language.calendar.weekdays for code, language in LANGUAGES.items() if language.calendar.weekdays}
WEEKDAYS = {name: number for weekdays in _WEEKDAYS.values() for number, names in enumerate(weekdays) for name in names}
"""Names of weekdays in lower case -> 0 (Monday) to 6."""
_WEEKDAY = re.compile(
    "|".join(sorted((name for name in WEEKDAYS if len(name) > 3 or ord(name[0]) > 0x1000), reverse=True))
)
_NUMBER = re.compile(r"(?<![\d.,])\d{1,2}(?!\d)")
_DAY_WITH_SIGN = re.compile(r"(?:(?P<month>\d{1,2})\s?[月월]\s?)?(?P<day>\d{1,2})\s?[日일号號](?![간째間目本])")
_WORD_BEFORE = re.compile(r"\b([^\W\d_]+)\.?\s$")
_MONTH_REACH = max(map(len, MONTHS)) + 3
_DAY_END = re.compile(r"(?:st|nd|rd|th)?\b(?![:.,]?\d)")  # not a time of day, not an amount
_WORD_AFTER = re.compile(r"(?:\.|st|nd|rd|th)?\s(?:de\s)?([^\W\d_]+)\b")


def days_named(text: str, written: datetime) -> int:
    """Return the days that a text names, as bits; 0: none. `written`: when it was written."""
    bits, today = 0, written.date()
    if not _CALENDAR[0] < today < _CALENDAR[1]:  # a feed may date its articles to the year 1
        return bits
    for day in _resolve_named_days(text.lower(), today):
        if abs((day - today).days) <= _MAX_DAYS_AWAY:
            bits |= 1 << day.toordinal() % 32
    return bits


def _resolve_named_days(text: str, today: date) -> Iterator[date]:
    for name in _WEEKDAY.findall(text):
        # The most recent one, or tomorrow: where the news comes from it may be tomorrow already.
        tomorrow = today + _DAY
        yield tomorrow - timedelta(days=(tomorrow.weekday() - WEEKDAYS[name]) % 7)
    for _, month, day in _find_dates(text):
        candidates = [
            candidate for candidate in _list_candidate_dates(today, day) if not month or candidate.month == month
        ]
        if candidates:
            yield min(candidates, key=lambda candidate: abs((candidate - today).days))


def _find_dates(text: str) -> Iterator[tuple[tuple[int, int], int, int]]:
    """Where each date is, its month, and its day. A month of 0 means that no month is named."""
    last_end = 0
    for number in _NUMBER.finditer(text):
        start = number.start()
        if start < last_end:
            continue
        if day_with_sign := _DAY_WITH_SIGN.match(text, start):
            yield day_with_sign.span(), int(day_with_sign["month"] or 0), int(day_with_sign["day"])
            last_end = day_with_sign.end()
        elif word := _month_before(text, max(start - _MONTH_REACH, last_end), number):
            yield (word.start(1), number.end()), MONTHS[word[1]], int(number[0])
            last_end = number.end()
        elif word := _month_after(text, number):
            yield (start, word.end()), MONTHS[word[1]], int(number[0])


_MIN_LETTERS = 4  # letters of an alphabet: a shorter name may be another word (sun, mar)
_IN_DIGITS = re.compile(r"(?<!\d)(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([./])\d{1,2}\2\d{4})(?!\d)")


def find_days(text: str, language: str | None) -> list[tuple[int, int]]:
    """Return where a text names a day: a weekday, a date, or a day or week relative to today; in the order of the
    text. `language`: a primary subtag; if it is unknown or not supported, the words of all languages count."""
    lowercase = lower_keeping_length(text).replace("’", "'")
    spans = {span for span, _, _ in _find_dates(lowercase)}
    spans.update(
        match.span() for pattern in (_IN_DIGITS, _words_for_days(language)) for match in pattern.finditer(lowercase)
    )
    return sorted(spans)


@cache
def _words_for_days(language: str | None) -> re.Pattern[str]:
    languages = (language,) if language in _WEEKDAYS else _WEEKDAYS
    return re.compile("|".join(_words_of_language(code) for code in languages))


def _words_of_language(language: str) -> str:
    calendar = LANGUAGES[language].calendar
    names = {name for forms in calendar.weekdays for name in forms if len(name) >= _MIN_LETTERS or name > "\u1100"}
    weekdays = "|".join(
        calendar.weekday_context.format(name) if name in calendar.ambiguous_weekdays else name
        for name in sorted(names, reverse=True)
    )
    if not LANGUAGES[language].is_spaced:
        return f"{weekdays}|{calendar.relative_days}"
    # A weekday may be inflected or joined with the next word (Montagabend, 월요일부터); with particles every word may.
    end = r"(?!\w)" if LANGUAGES[language].has_word_edges else ""
    return rf"(?<!\w)(?:{weekdays})|(?<!\w)(?:{calendar.relative_days}){end}"


def _month_before(text: str, search_start: int, number: re.Match[str]) -> re.Match[str] | None:
    """Matches the month in `Jan. 4`."""
    word = _WORD_BEFORE.search(text, search_start, number.start())
    return word if word and word[1] in MONTHS and _DAY_END.match(text, number.end()) else None


def _month_after(text: str, number: re.Match[str]) -> re.Match[str] | None:
    """Matches the month in `4 January`."""
    word = _WORD_AFTER.match(text, number.end())
    before = text[number.start() - 1 : number.start()]
    return word if word and word[1] in MONTHS and not (before == ":" or before.isalnum()) else None


def _list_candidate_dates(today: date, day: int) -> Iterator[date]:
    """The days with this number in this month, the one before and the one after."""
    middle = today.replace(day=15)
    for date_in_month in (middle - timedelta(days=30), middle, middle + timedelta(days=30)):
        try:
            yield date_in_month.replace(day=day)
        except ValueError:  # the month has no such day
            continue
