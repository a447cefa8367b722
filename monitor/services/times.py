"""Reads a time as people write it."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.config.language.durations import parse_duration
from monitor.errors import InvalidRequest

_DAYS = {"today": 0, "yesterday": 1}


def parse_time(text: str, now: datetime, zone: str) -> datetime:
    """A time as people write it: '3 days' (ago), a date with or without a time, today or yesterday (their first
    moment), in the time zone. Raises InvalidRequest."""
    if (days_ago := _DAYS.get(text.lower())) is not None:
        today = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (today - timedelta(days=days_ago)).astimezone(UTC)
    with suppress(ValueError):
        return now - parse_duration(text)
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    except (ValueError, OverflowError):  # a time of the year 1, in UTC
        raise InvalidRequest(
            f"'{text}' is not a time: write '3 days' (ago), today, 2026-01-05 or '2026-01-05 09:00'"
        ) from None
