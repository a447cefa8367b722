"""Tells the log of a database that cannot be used: at once, each minute while it lasts, and when it is over.

Several jobs ask it every second; a line for each refusal would bury everything else.
"""

from __future__ import annotations

from monitor.errors import StoreFailed
from monitor.telemetry import LogEvent, log

AGAIN = 60  # s between two lines
OVER = 30  # s without a refusal: longer than a writer waits for a lock before it is refused


class DatabaseOutageLog:
    """One for the daemon. `now` is on the monotonic clock."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._told = 0.0
        self._refused = 0.0

    def record_refusal(self, error: StoreFailed, now: float) -> None:
        """The database has refused something."""
        if self._began is None or now - self._told >= AGAIN:
            log.error(LogEvent.DATABASE_PROBLEM, problem=str(error))
            self._told = now
        self._began = now if self._began is None else self._began
        self._refused = now

    def check_recovery(self, now: float) -> None:
        """Time has passed."""
        if self._began is not None and now - self._refused >= OVER:
            log.info(LogEvent.DATABASE_RECOVERED, seconds=round(self._refused - self._began))
            self._began = None
