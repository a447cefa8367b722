"""Counts and lengths of time in words."""

from __future__ import annotations

from datetime import timedelta


def duration_in_words(length: timedelta) -> str:
    """A length of time in the unit that a person would use."""
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
