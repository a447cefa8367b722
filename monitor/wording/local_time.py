"""Moments in the time zone of the desk."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo


def format_local_time(moment: datetime | None, timezone: str) -> str:
    """A moment as people in the configured time zone read it; "never" for none."""
    return "never" if moment is None else f"{moment.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M:%S %Z}"
