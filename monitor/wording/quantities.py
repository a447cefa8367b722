"""Counts and lengths of time in words."""

from __future__ import annotations

from datetime import timedelta


def duration_in_words(length: timedelta) -> str:
    """A length of time in the unit that a person would use."""
    if length < timedelta(minutes=1):
        return format_count(round(length / timedelta(seconds=1)), "second")
    minutes = round(length / timedelta(minutes=1))
    for unit, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size or (minutes >= size and minutes % size == 0):
            return format_count(minutes // size, unit)
    return format_count(minutes, "minute")


def format_count(number: int, noun: str) -> str:
    """1 day, 2 days; 1 story, 2 stories; 1 match, 2 matches."""
    ending = "es" if noun.endswith(("s", "x", "ch", "sh")) else "s"
    plural = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}{ending}"
    return f"{number} {noun}" if number == 1 else f"{number} {plural}"


def abbreviate_limit(length: timedelta) -> str:
    """The shortest length of time for tables that is not below this one: what took 2 min 20 s was done within 3 min."""
    for step, least in ((timedelta(seconds=1), 0), (timedelta(minutes=1), 60), (timedelta(hours=1), 86_400)):
        if length.total_seconds() > least:
            length = -(-length // step) * step
    return abbreviate_duration(length)


def abbreviate_duration(length: timedelta) -> str:
    """A length of time for tables, in two units at most: 8 s, 4 min, 1 h 20 min, 2 d 3 h."""
    seconds = round(length.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes = round(seconds / 60)
    for (unit, size), (part, smaller) in ((("d", 1440), ("h", 60)), (("h", 60), ("min", 1))):
        if minutes >= size:
            whole, rest = divmod(minutes, size)
            rest //= smaller
            return f"{whole} {unit} {rest} {part}" if rest else f"{whole} {unit}"
    return f"{minutes} min"
