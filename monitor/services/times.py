"""Reads a time as people write it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.config.language.durations import parse_duration
from monitor.errors import InvalidRequest

_DAYS = {"today": 0, "yesterday": 1}
_CLOCK_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}")


def parse_time(text: str, now: datetime, zone: str) -> datetime:
    """A time as people write it: '3 days' (ago), a date with or without a time, today or yesterday (their first
    moment), in the time zone. Raises InvalidRequest."""
    if (days_ago := _DAYS.get(text.lower())) is not None:
        today = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (today - timedelta(days=days_ago)).astimezone(UTC)
    with suppress(ValueError):
        return now - parse_duration(text)
    try:
        return _parse_date(text, zone)
    except (ValueError, OverflowError):
        raise InvalidRequest(
            f"'{text}' is not a time: write '3 days' (ago), today, 2026-01-05 or '2026-01-05 09:00'"
        ) from None


def parse_time_to_come(text: str, now: datetime, zone: str) -> datetime:
    """A time to come as people write it: the next 09:00, or a date with or without a time, in the time zone. Raises
    InvalidRequest if it is past."""
    try:
        found = _find_next(text, now, ZoneInfo(zone)) if _CLOCK_TIME.fullmatch(text) else _parse_date(text, zone)
    except (ValueError, OverflowError):
        raise InvalidRequest(f"'{text}' is not a time: write 09:00, 2026-01-05 or '2026-01-05 09:00'") from None
    if found <= now:
        raise InvalidRequest(f"'{text}' is past")
    return found


def _parse_date(text: str, zone: str) -> datetime:
    """Raises ValueError, or OverflowError for a time that the year 1 or 9999 does not have in UTC."""
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def _find_next(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """The next time at which clocks of the zone show this. When they are set back, they show an hour twice. Raises
    ValueError."""
    hour, minute = map(int, text.split(":"))
    today = now.astimezone(zone).date()
    candidates = [
        datetime.combine(today + timedelta(days=days), time(hour, minute, fold=fold), zone).astimezone(UTC)
        for days in range(2)
        for fold in (0, 1)
    ]
    return next(candidate for candidate in candidates if candidate > now)
