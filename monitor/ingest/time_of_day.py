"""Parses the time of day in a feed's date: 12:00, 12:00:00.123, T120000, 3 PM, 오후 3시, 下午3:07, 12h30."""

from __future__ import annotations

import re

from monitor.languages import collect_words

_MORNING = collect_words(lambda language: language.calendar.morning)
_AFTERNOON = collect_words(lambda language: language.calendar.afternoon)
_NIGHT = collect_words(lambda language: language.calendar.night)  # twelve may belong to this day or to the next
_DAY_HALVES = "|".join((*_MORNING, *_AFTERNOON, *_NIGHT))

TIME_OF_DAY = re.compile(
    rf"(?:(?P<before>{_DAY_HALVES}|\b[AP]\.?M\.?)\s*)?"
    r"(?:(?<=\d)T(?P<h1>\d\d)(?:(?P<m1>\d\d)(?P<s1>\d\d)?)?(?:[.,]\d+)?(?![\d:])"
    r"|(?<![\d:.,+-])(?:"
    r"(?P<h2>\d\d?):(?P<m2>\d\d?)(?::(?P<s2>\d\d)(?:[.,:]\d+)?)?(?![\d:])"
    r"|(?P<h3>\d\d?)\s*(?:[시時时点點]|h(?![^\W\d_]))\s*(?:(?P<m3>\d\d?)\s*[분分]?(?:\s*(?P<s3>\d\d?)\s*[초秒])?)?(?!\d)"
    r"|(?P<h4>\d\d?)(?:[:.](?P<m4>\d\d))?\s*Uhr\b"
    r"|(?P<h5>\d\d?)(?=\s*[AP]\.?\s?M\b)"
    r")(?:\s*(?P<half>[AP]\.?\s?M\b\.?|[صم](?!\w)))?)",
    re.IGNORECASE,
)
_GROUPS = tuple(
    [f"{part}{way}" for way in range(1, 6) if f"{part}{way}" in TIME_OF_DAY.groupindex] for part in "hms"
)  # the groups that may hold the hour, the minute and the second


def parse_time_of_day(text: str) -> tuple[int, int, int] | None:
    """Hour (24 only as the end of a day), minute and second; None if there is no time.

    Raises ValueError for 13 AM or 24:30. Other hours and minutes out of range are returned as they are.
    """
    match = TIME_OF_DAY.search(text)
    if match is None:
        return None
    hour, minute, second = (int(next(filter(None, match.group(*groups)), 0)) for groups in _GROUPS)
    if half := (match["before"] or match["half"] or "").lower():
        hour = _hour_to_24h(hour, half)
    return validate_time(hour, minute, second)


def validate_time(hour: int, minute: int, second: int) -> tuple[int, int, int]:
    """The time. Raises ValueError if it is after the end of the day."""
    if hour == 24 and (minute or second):
        raise ValueError
    return hour, minute, min(second, 59) if second == 60 else second  # we cannot represent a leap second


def _hour_to_24h(hour: int, half: str) -> int:
    """An hour of a half of the day in 24 hours; some feeds write 15:00 PM. Raises ValueError if it is ambiguous."""
    if half[0] in "aص" or half in _MORNING:
        if hour > 12:
            raise ValueError
        return hour % 12
    if half in _NIGHT and hour % 12 < 5:
        raise ValueError
    return hour % 12 + 12 if hour <= 12 else hour
