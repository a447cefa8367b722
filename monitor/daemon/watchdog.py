"""The watchdog is fed with proof of work, and not with life.

systemd ends a service that gives no WATCHDOG=1 for WatchdogSec, and starts it again. So it is given only while each
kind of work has been done lately, and withheld for what a restart heals:

    the event loop hangs               nobody calls `feed`
    a call to the database never ends  no call has ended for half of WatchdogSec: the thread that makes them is stuck
    the tick or delivery hangs         it has not turned for 5 minutes
    the database refuses everything    no answer for 15 minutes: a restart takes new connections, names and files, which
                                       is all that we can mend ourselves

and not for what it does not heal:

    a database that refuses for less   a PostgreSQL that is restarted or out of reach, a full disk: a restart would only
                                       repeat the question, and lose the receipts that wait to be recorded. The log and
                                       `status` tell
    a database that is slow            the turns wait behind many commits, each of which may wait 20 s for a lock: hence
                                       their 5 minutes
    channels that are slow             a turn begins the sending and does not wait for it
"""

from __future__ import annotations

from datetime import timedelta

from monitor.daemon import systemd
from monitor.daemon.progress import LastRun, WorkKind
from monitor.telemetry import LogEvent, log

USUAL = timedelta(seconds=90)  # where systemd asks for no proof, `missing` still tells: for people
TURN = timedelta(minutes=5)
OUTAGE = timedelta(minutes=15)


class Watchdog:
    """Fed from `turns`. `interval`: systemd's WatchdogSec, in which `feed` is called three times; None: it asks for no
    proof. `now` is `clock.monotonic()`."""

    def __init__(self, interval: timedelta | None, turns: LastRun) -> None:
        call = (interval or USUAL) / 2
        self._patience = {WorkKind.CALL: call, WorkKind.DATABASE: OUTAGE, WorkKind.TICK: TURN, WorkKind.DELIVERY: TURN}
        self._turns = turns
        self._told: list[WorkKind] = []

    def overdue_work(self, now: float) -> list[WorkKind]:
        """The work that has not been done for too long."""
        return [work for work, patience in self._patience.items() if self._turns.age(work, now) > patience]

    def feed(self, now: float) -> bool:
        """Give systemd its WATCHDOG=1 if all work goes on; whether it was given. What is missing is logged once."""
        missing = self.overdue_work(now)
        if missing and missing != self._told:
            log.error(LogEvent.WATCHDOG_WITHHELD, missing=[work.value for work in missing])
        self._told = missing
        return not missing and systemd.notify_watchdog()
