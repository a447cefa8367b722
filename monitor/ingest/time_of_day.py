"""The time of day in a date as a feed wrote it: 12:00, 12:00:00.123, T120000, 3 PM, 오후 3시, 下午3:07, 12h30."""

from __future__ import annotations

import re

_MORNING = "오전 새벽 아침 上午 午前 早上 凌晨 清晨"
_AFTERNOON = "오후 낮 저녁 下午 午後 午后 中午 傍晚"
_NIGHT = "밤 晚上 晩上 夜"  # at twelve it is the next day's morning already, or not
_HALVES = "|".join((*_MORNING.split(), *_AFTERNOON.split(), *_NIGHT.split()))

CLOCK = re.compile(
    rf"(?:(?P<before>{_HALVES}|\b[AP]\.?M\.?)\s*)?"
    r"(?:(?<=\d)T(?P<h1>\d\d)(?:(?P<m1>\d\d)(?P<s1>\d\d)?)?(?:[.,]\d+)?(?![\d:])"
    r"|(?<![\d:.,+-])(?:"
    r"(?P<h2>\d\d?):(?P<m2>\d\d?)(?::(?P<s2>\d\d)(?:[.,:]\d+)?)?(?![\d:])"
    r"|(?P<h3>\d\d?)\s*(?:[시時时点點]|h(?![^\W\d_]))\s*(?:(?P<m3>\d\d?)\s*[분分]?(?:\s*(?P<s3>\d\d?)\s*[초秒])?)?(?!\d)"
    r"|(?P<h4>\d\d?)(?:[:.](?P<m4>\d\d))?\s*Uhr\b"
    r"|(?P<h5>\d\d?)(?=\s*[AP]\.?\s?M\b)"
    r")(?:\s*(?P<half>[AP]\.?\s?M\b\.?|[صم](?!\w)))?)",
    re.IGNORECASE,
)
_WAYS = tuple(
    [f"{part}{way}" for way in range(1, 6) if f"{part}{way}" in CLOCK.groupindex] for part in "hms"
)  # in which groups an hour, a minute and a second may stand


def parse_time_of_day(text: str) -> tuple[int, int, int] | None:
    """Hour (24 only as the end of a day), minute and second; None if there is no time. Raises ValueError for 13 AM, or
    24:30; other hours and minutes out of range are given as they stand."""
    time = CLOCK.search(text)
    if time is None:
        return None
    hour, minute, second = (int(next(filter(None, time.group(*ways)), 0)) for ways in _WAYS)
    if half := (time["before"] or time["half"] or "").lower():
        hour = _hour_to_24h(hour, half)
    return validate_time(hour, minute, second)


def validate_time(hour: int, minute: int, second: int) -> tuple[int, int, int]:
    """The time, unless it is after the end of its day."""
    if hour == 24 and (minute or second):
        raise ValueError
    return hour, minute, min(second, 59) if second == 60 else second  # no clock of ours shows a leap second


def _hour_to_24h(hour: int, half: str) -> int:
    """An hour of a half of the day as one of the day; some write 15:00 PM."""
    if half[0] in "aص" or half in _MORNING:
        if hour > 12:
            raise ValueError
        return hour % 12
    if half in _NIGHT and hour % 12 < 5:
        raise ValueError
    return hour % 12 + 12 if hour <= 12 else hour
