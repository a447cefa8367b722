"""A number and a unit, as people write them: durations ('12 hours') and sizes ('5 MiB').

They raise ValueError with a message that says how to write it. No calendar units: a month has no fixed length, and a
year is 365 days.
"""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), timedelta(seconds=1)),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), timedelta(hours=1)),
    **dict.fromkeys(("d", "day", "days"), timedelta(days=1)),
    **dict.fromkeys(("week", "weeks"), timedelta(weeks=1)),
    **dict.fromkeys(("year", "years"), timedelta(days=365)),
}
_SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "KiB": 2**10, "MiB": 2**20}
_LONGEST = timedelta(days=3660)

DURATION_PATTERN = rf"^[0-9]+(\.[0-9]+)? ?({'|'.join(_UNITS)})$"
SIZE_PATTERN = rf"^[0-9]+ ?({'|'.join(_SIZES)})$"


def duration(text: object) -> timedelta:
    """A positive duration, such as '30 s' or '12 hours'."""
    if not isinstance(text, str) or not re.match(DURATION_PATTERN, text.strip()):
        raise ValueError("write a number and a unit, such as '30 s', '5 minutes', '12 hours' or '3 days'")
    number, unit = re.findall(r"[0-9.]+|[a-z]+", text)
    if float(number) > _LONGEST / _UNITS[unit]:
        raise ValueError("it is longer than ten years")
    if not (length := float(number) * _UNITS[unit]):
        raise ValueError("it must be longer than nothing")
    return length


def size(value: object) -> int:
    """A positive number of bytes, given as such or as text, such as '5 MiB'."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if not isinstance(value, str) or not re.match(SIZE_PATTERN, value.strip()) or len(value) > 16:
        raise ValueError("write a number of bytes, or a number and a unit, such as '5 MiB'")
    number, unit = re.findall(r"[0-9]+|[A-Za-z]+", value)
    if not (count := int(number) * _SIZES[unit]):
        raise ValueError("it must be more than nothing")
    return count
