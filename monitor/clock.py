"""The only clock. Everything below the daemon takes `now` as an argument; all times are aware and UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never jumps; for measuring how long something took."""
    return time.monotonic()
