"""The only clock. All code below the daemon gets `now` as an argument. All times are aware and UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never jumps, to measure how long something took."""
    return time.monotonic()
