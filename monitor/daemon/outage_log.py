"""Logs that the database cannot be used: at once, each minute while this lasts, and when it is over.

Several jobs call the database every second. A line for each refusal would bury everything else.
"""

from __future__ import annotations

from monitor.errors import StoreFailed
from monitor.telemetry import LogEvent, log

LOG_EVERY = 60  # s
RECOVERED_AFTER = 30  # s without a refusal: longer than a writer waits for a lock before it is refused


class DatabaseOutageLog:
    """One object for the daemon. `now` is `clock.monotonic()`."""

    def __init__(self) -> None:
        self._started_at: float | None = None
        self._logged_at = 0.0
        self._refused_at = 0.0

    def record_refusal(self, error: StoreFailed, now: float) -> None:
        """Note that the database has refused a call; log it if the last line is old enough."""
        if self._started_at is None or now - self._logged_at >= LOG_EVERY:
            log.error(LogEvent.DATABASE_PROBLEM, problem=str(error))
            self._logged_at = now
        self._started_at = now if self._started_at is None else self._started_at
        self._refused_at = now

    def check_recovery(self, now: float) -> None:
        """Log that the outage is over, once nothing was refused for long enough."""
        if self._started_at is not None and now - self._refused_at >= RECOVERED_AFTER:
            log.info(LogEvent.DATABASE_RECOVERED, seconds=round(self._refused_at - self._started_at))
            self._started_at = None
