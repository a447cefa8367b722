"""Parses a number and a unit as people write them: durations ('12 hours') and sizes ('5 MiB').

The parsers raise ValueError with a message that says how to write it. There are no calendar units: a month has no fixed
length, and a year is 365 days.
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
_LONGEST = "10 years"

DURATION_PATTERN = rf"^[0-9]+(\.[0-9]+)? ?({'|'.join(_UNITS)})$"
SIZE_PATTERN = rf"^[0-9]+ ?({'|'.join(_SIZES)})$"


class OutOfBounds(ValueError):
    """A readable value that is too small or too big. `problem`: which of the two; `hint`: what is allowed."""

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(f"it is {problem}; {hint}")
        self.problem, self.hint = problem, hint


def parse_duration(text: object, *, shortest: str = "", longest: str = _LONGEST) -> timedelta:
    """The duration of a text such as '30 s' or '12 hours'. It must be longer than zero and within the bounds. Raises
    ValueError or OutOfBounds."""
    number, unit = _parse_number_and_unit(text)
    limit, limit_unit = _parse_number_and_unit(longest)
    if number > limit * limit_unit / unit:
        raise OutOfBounds("too long", f"the longest is '{longest}'")
    length = number * unit
    if shortest and length < parse_duration(shortest):
        raise OutOfBounds("too short", f"the shortest is '{shortest}'")
    if not length:
        raise OutOfBounds("too short", "write more than nothing, such as '1 minute'; without the key its default holds")
    return length


def _parse_number_and_unit(text: object) -> tuple[float, timedelta]:
    if not isinstance(text, str) or not re.match(DURATION_PATTERN, text.strip()):
        raise ValueError("write a number and a unit, such as '30 s', '5 minutes', '12 hours' or '3 days'")
    number, unit = re.findall(r"[0-9.]+|[a-z]+", text)
    return float(number), _UNITS[unit]


def parse_size(value: object) -> int:
    """A positive number of bytes, from a number or a text such as '5 MiB'. Raises ValueError or OutOfBounds."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if not isinstance(value, str) or not re.match(SIZE_PATTERN, value.strip()) or len(value) > 16:
        raise ValueError("write a number of bytes, or a number and a unit, such as '5 MiB'")
    number, unit = re.findall(r"[0-9]+|[A-Za-z]+", value)
    if not (count := int(number) * _SIZES[unit]):
        raise OutOfBounds("too small", "write more than nothing, such as '5 MiB'")
    return count
