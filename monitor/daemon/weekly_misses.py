"""Reports once a week what the rules have missed.

The articles of a week take a minute or more to look through. It is done in slices in a thread of its own, and a pause
as long as the slice follows each: polls and deliveries go on, and the database answers in between.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from monitor import clock
from monitor.active_config import ActiveConfig, ActiveConfigHolder
from monitor.daemon.report_sender import ReportSender
from monitor.lab.rule_misses import build_miss_notices, find_due_week, key_of_week
from monitor.services.queries.misses import MissLedger, MissLimits, MissPeriod, search_misses
from monitor.store.commit.notice_writer import is_notice_written
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread

LOOK_EVERY = timedelta(minutes=10)
_SLICE = 0.05  # s


class WeeklyMisses:
    """Sends the notices of a week when they are due. `deliver` is called after a commit that left something to send."""

    def __init__(
        self, active: ActiveConfigHolder, database: Database, thread: StoreThread, deliver: Callable[[], None]
    ) -> None:
        self._active = active
        self._database = database
        self._thread = thread
        self._reports = ReportSender(database, thread, deliver)
        self._done: str | None = None  # the key of the last week that was looked through

    async def run_once(self) -> None:
        """Send the notices that are due now. Raises StoreFailed."""
        await self.report(clock.now())

    async def report(self, now: datetime) -> None:
        """Send the notices that are due by then, unless this or another daemon has sent them. Raises StoreFailed."""
        active = self._active.current
        since, due = find_due_week(now, active.zone)
        key = key_of_week(due)
        settings = active.config.settings
        if key == self._done or not (settings.operator and settings.weekly_misses):
            return
        if not await self._thread.run(self._is_sent, key):
            ledger = await self._search(active, MissPeriod(since, due))
            await self._reports.send(build_miss_notices(ledger.misses, settings, due, now))
        self._done = key

    def _is_sent(self, key: str) -> bool:
        with self._database.reading() as connection:
            return is_notice_written(connection, key)

    async def _search(self, active: ActiveConfig, period: MissPeriod) -> MissLedger:
        steps = search_misses(active.config, active.rules, self._database, period, MissLimits())
        while True:
            began = clock.monotonic()
            ledger = await asyncio.to_thread(_run_slice, steps)
            if ledger is not None:
                return ledger
            await asyncio.sleep(clock.monotonic() - began)


def _run_slice(steps: Iterator[MissLedger | None]) -> MissLedger | None:
    """Take steps for a short time. Returns the ledger after the last one."""
    until = clock.monotonic() + _SLICE
    for ledger in steps:
        if ledger is not None or clock.monotonic() >= until:
            return ledger
    return None
