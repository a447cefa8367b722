"""Feeds systemd's watchdog, but only while work is really done: a process that merely lives is not enough.

systemd ends a service that sends no WATCHDOG=1 for WatchdogSec, and starts it again. So the daemon sends it only while
each kind of work has been done lately. It withholds it for what a restart repairs:

    the event loop hangs               nobody calls `feed`
    a call to the database never ends  no call has ended for half of WatchdogSec: the thread that makes them is stuck
    the tick or delivery hangs         it has not run for 5 minutes
    the database refuses everything    no answer for 15 minutes: a restart opens new connections, names and files, which
                                       is all that the daemon can repair itself

It does not withhold it for what a restart does not repair:

    a shorter outage of the database   a PostgreSQL that is restarted or out of reach, a full disk: a restart would only
                                       try again, and lose the receipts that are still to be recorded. The log and
                                       `status` report it
    a slow database                    jobs wait behind many commits, each of which may wait 20 s for a lock: hence
                                       their 5 minutes
    slow channels                      a delivery run starts to send and does not wait for the end
"""

from __future__ import annotations

from datetime import timedelta

from monitor.daemon import systemd
from monitor.daemon.progress import LastRun, WorkKind
from monitor.telemetry import LogEvent, log

DEFAULT_INTERVAL = timedelta(seconds=90)  # without a watchdog of systemd; what is overdue is logged all the same
MAX_RUN_AGE = timedelta(minutes=5)
MAX_OUTAGE = timedelta(minutes=15)


class Watchdog:
    """Feeds systemd's watchdog by what `last_run` says. `interval`: systemd's WatchdogSec, in which `feed` is called
    three times; None: systemd has no watchdog for this service. `now` is `clock.monotonic()`."""

    def __init__(self, interval: timedelta | None, last_run: LastRun) -> None:
        max_call_age = (interval or DEFAULT_INTERVAL) / 2
        self._max_age = {
            WorkKind.CALL: max_call_age,
            WorkKind.DATABASE: MAX_OUTAGE,
            WorkKind.TICK: MAX_RUN_AGE,
            WorkKind.DELIVERY: MAX_RUN_AGE,
        }
        self._last_run = last_run
        self._logged: list[WorkKind] = []

    def overdue_work(self, now: float) -> list[WorkKind]:
        """The work that has not been done for too long."""
        return [work for work, max_age in self._max_age.items() if self._last_run.age(work, now) > max_age]

    def feed(self, now: float) -> bool:
        """Send WATCHDOG=1 to systemd if no work is overdue; returns whether it was sent. Overdue work is logged
        once."""
        overdue = self.overdue_work(now)
        if overdue and overdue != self._logged:
            log.error(LogEvent.WATCHDOG_WITHHELD, missing=[work.value for work in overdue])
        self._logged = overdue
        return not overdue and systemd.notify_watchdog()
