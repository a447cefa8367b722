"""The state of the daemon, and which parts of it are a problem.

Every 10 s `write_heartbeat` writes to the database that the daemon is alive. It also reads how long ago each source was
polled well, and the pending and dead deliveries of the outbox. All else is answered from memory at once, however long
the database hangs. This module only reports: `notices` decides what the operator is sent, and `watchdog` whether the
process keeps running.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo

import monitor
from monitor import clock
from monitor.daemon.progress import LastRun, WorkKind
from monitor.model import DeadLetters, RunningVersion, time_of_day
from monitor.notices.troubles import CHANNEL
from monitor.store.engine.daemons import DaemonRecord
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queries.ages import (
    HeldDeliveries,
    PendingDeliveries,
    SourceAges,
    find_held_by_channel,
    find_pending_by_channel,
    source_ages,
)
from monitor.store.queues.outbox import find_dead_letters
from monitor.telemetry.metrics import Metrics

PATIENCE = timedelta(seconds=30)  # a job or the database that takes longer is a problem
SLOW = timedelta(seconds=5)
# A problem only if all polls fail for so long, and so many of them fail. Nobody is woken by a source that is down for a
# moment, or by a machine whose network comes up after the daemon.
MIN_OUTAGE = timedelta(minutes=1)
MIN_OUTAGE_FAILURES = 3


class Grade(IntEnum):
    """How bad it is. A problem should wake a person."""

    OK = 0
    WARNING = 1
    PROBLEM = 2


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """The result of one check: its grade, and a message for people."""

    name: str
    grade: Grade
    message: str


class DaemonHealth:
    """The health of one daemon. `last_run`: when each kind of work was done last; `running`: returns what the daemon
    runs now; `sources`: returns the ids of the sources that it polls now; `zone`: the time zone of the messages."""

    def __init__(
        self,
        database: Database,
        daemons: DaemonRecord,
        *,
        thread: StoreThread,
        last_run: LastRun,
        metrics: Metrics,
        running: Callable[[], RunningVersion],
        sources: Callable[[], Collection[str]],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._daemons = daemons
        self._thread = thread
        self._last_run = last_run
        self._metrics = metrics
        self._running = running
        self._sources = sources
        self._zone = zone
        self._last_heartbeat = clock.monotonic()
        self._heartbeat_took = timedelta(0)
        self._has_row = False  # whether the database has the row of this daemon
        self._ages = SourceAges({}, {})
        self._pending: dict[str, PendingDeliveries] = {}
        self._held: dict[str, HeldDeliveries] = {}
        self._dead_letters: list[DeadLetters] = []
        metrics.build.labels(monitor.__version__).set(1)

    async def write_heartbeat(self) -> None:
        """Write the heartbeat, and read what `checks` reports from the database. Raises StoreFailed."""
        started = clock.monotonic()
        reports = await self._thread.run(
            self._write_and_read, self._running(), list(self._sources()), clock.now(), started
        )
        self._ages, self._pending, self._held, self._dead_letters = reports
        self._last_heartbeat = clock.monotonic()
        self._heartbeat_took = timedelta(seconds=self._last_heartbeat - started)

    def _write_and_read(
        self, running: RunningVersion, sources: Collection[str], now: datetime, monotonic: float
    ) -> tuple[SourceAges, dict[str, PendingDeliveries], dict[str, HeldDeliveries], list[DeadLetters]]:
        self._database.require_not_replaced()
        ticked, delivered = (now - self._last_run.age(work, monotonic) for work in (WorkKind.TICK, WorkKind.DELIVERY))
        database = self._database
        if not self._daemons.record_heartbeat(running, now, ticked=ticked, delivered=delivered):
            if self._has_row and not database.shared:  # the row of the last daemon is never pruned
                database.raise_replaced(f"{database.name} was overwritten with another database")
            self._daemons.record_start(monitor.__version__, running, now)
        self._has_row = True
        pending, held = find_pending_by_channel(database, now), find_held_by_channel(database, now)
        return source_ages(database, sources), dict(pending), dict(held), find_dead_letters(database)

    def checks(self, now: datetime, monotonic: float) -> list[HealthCheck]:
        """The result of each check. `now` and `monotonic` are the same moment on both clocks."""
        return [
            self._check_last_run("tick", "the last tick was", WorkKind.TICK, monotonic),
            self._check_last_run("delivery", "the last run was", WorkKind.DELIVERY, monotonic),
            self._check_database(monotonic),
            self._check_outbox(now),
            self._check_sources(now),
            self._check_files(now),
        ]

    def is_well(self) -> bool:
        """Whether no check is a problem now."""
        return all(check.grade is not Grade.PROBLEM for check in self.checks(clock.now(), clock.monotonic()))

    def render_metrics(self, checks: list[HealthCheck], now: datetime) -> bytes:
        """All metrics in the text format of Prometheus. The gauges are set from `checks` and from the state at
        `now`."""
        metrics = self._metrics
        for check in checks:
            metrics.checks.labels(check.name).set(check.grade)
        metrics.config_faults.set(len(self._running().faults))
        metrics.sources.set(len(self._ages.good))
        metrics.set_last_success(self._ages.good)
        metrics.sources_failing.set(len(self._ages.failing))
        metrics.sources_unverified.set(len(self._ages.unverified))
        metrics.outbox_waiting.set(sum(channel.deliveries for channel in self._pending.values()))
        metrics.outbox_held.set(sum(channel.deliveries for channel in self._held.values()))
        oldest = min((channel.since for channel in self._pending.values()), default=now)
        metrics.outbox_dead.set(sum(dead.deliveries for dead in self._dead_letters))
        metrics.outbox_oldest.set(max((now - oldest).total_seconds(), 0))
        return metrics.render_exposition()

    def _check_last_run(self, name: str, prefix: str, work: WorkKind, monotonic: float) -> HealthCheck:
        age = self._last_run.age(work, monotonic)
        return HealthCheck(name, Grade.PROBLEM if age > PATIENCE else Grade.OK, f"{prefix} {_format_age(age)} ago")

    def _check_database(self, monotonic: float) -> HealthCheck:
        """By the heartbeat, because it writes: a database that is locked, or whose disk is full, can still be read."""
        if self._database.replaced is not None:
            return HealthCheck("database", Grade.PROBLEM, self._database.replaced)
        age = timedelta(seconds=monotonic - self._last_heartbeat)
        if age <= PATIENCE:
            grade = Grade.WARNING if self._heartbeat_took > SLOW else Grade.OK
            duration = f"{self._heartbeat_took.total_seconds():.3f} s"
            return HealthCheck(
                "database", grade, f"the database took the last heartbeat {_format_age(age)} ago, within {duration}"
            )
        if self._last_run.age(WorkKind.CALL, monotonic) > PATIENCE:
            problem = "has not answered"
        elif self._last_run.age(WorkKind.DATABASE, monotonic) > PATIENCE:
            problem = "has refused everything"
        else:
            problem = "can be read, and has accepted no write"
        return HealthCheck("database", Grade.PROBLEM, f"the database {problem} for {_format_age(age)}; see the log")

    def _check_outbox(self, now: datetime) -> HealthCheck:
        stalled = {
            name: channel for name, channel in self._pending.items() if now - channel.since > CHANNEL.min_duration
        }
        stalled_since = ((name, self._format_time(channel.since, now)) for name, channel in sorted(stalled.items()))
        problems = [f"channel {name}: its oldest alert waits since {since}" for name, since in stalled_since]
        problems += [dead.explain(self._format_time(dead.since, now)) for dead in self._dead_letters]
        if problems:
            return HealthCheck("outbox", Grade.PROBLEM, "; ".join(problems))
        deliveries = sum(channel.deliveries for channel in self._pending.values())
        held = sum(channel.deliveries for channel in self._held.values())
        message = f"deliveries waiting: {deliveries}" if deliveries else "nothing waits"
        return HealthCheck("outbox", Grade.OK, f"{message}; held by the hours of routes: {held}" if held else message)

    def _check_sources(self, now: datetime) -> HealthCheck:
        outage = self._ages.outage
        persists = outage is not None and outage.failures >= MIN_OUTAGE_FAILURES and now - outage.since >= MIN_OUTAGE
        # One source that is down says nothing about this machine, if the others are polled seldom.
        if outage is not None and persists and (outage.sources > 1 or len(self._ages.good) == 1):
            failing = "the source" if outage.sources == 1 else f"{outage.sources} sources"
            since = f"no poll has gone well since {self._format_time(outage.since, now)}"
            failed = f"{outage.failures} polls of {failing} failed ({outage.problem})"
            return HealthCheck("sources", Grade.PROBLEM, f"{since}: {failed}; is this machine's network up?")
        grade = Grade.WARNING if self._ages.failing else Grade.OK
        return HealthCheck("sources", grade, "; ".join(self._list_source_ages(now)) or "nothing is known of them yet")

    def _list_source_ages(self, now: datetime) -> Iterator[str]:
        ages = self._ages
        if ages.failing:
            since = self._format_time(min(ages.failing.values()), now)
            yield f"{len(ages.failing)} of {len(ages.good)} sources fail; the oldest since {since}"
        if ages.unverified:
            yield f"{len(ages.unverified)} not polled yet"
        if ages.oldest:
            yield f"the least recent good poll was at {self._format_time(ages.oldest, now)}"

    def _check_files(self, now: datetime) -> HealthCheck:
        running = self._running()
        return HealthCheck("files", Grade.WARNING if running.faults else Grade.OK, running.describe(self._zone, now))

    def _format_time(self, moment: datetime, now: datetime) -> str:
        return time_of_day(moment, self._zone, now)


def _format_age(age: timedelta) -> str:
    return f"{max(round(age.total_seconds()), 0)} s"
