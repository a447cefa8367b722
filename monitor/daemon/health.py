"""What the daemon knows of itself, and what of that is a problem.

Every 10 s `beat` tells the database that we live, and takes from it how old the sources' good polls are and what waits
or is dead in the outbox. Everything else is answered from memory and at once, however long the database hangs. It only
reports: whom to tell of what is decided in `alerting`, and whether to go on living in `watchdog`.
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
from monitor.store.queries.ages import PendingDeliveries, SourceAges, find_pending_by_channel, source_ages
from monitor.store.queues.dead_letters import find_dead_letters
from monitor.telemetry.metrics import Metrics

BEAT = timedelta(seconds=10)
PATIENCE = timedelta(seconds=30)  # the longest that the clockwork and the database are waited for
SLOW = timedelta(seconds=5)
# For so long and in so many polls no poll goes well: a source that is down for a moment wakes nobody, and neither does
# a machine whose network comes up after us.
ALL_FAIL = timedelta(minutes=1)
FAILURES = 3


class Grade(IntEnum):
    """How bad it is; a problem is what a person should be woken for."""

    OK = 0
    WARNING = 1
    PROBLEM = 2


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One thing that was looked at, and what is to be said of it."""

    name: str
    grade: Grade
    message: str


class DaemonHealth:
    """Of one daemon. `running`: what it runs now; `sources`: the ids of what it polls now; `zone`: in which times are
    told."""

    def __init__(
        self,
        database: Database,
        daemons: DaemonRecord,
        *,
        thread: StoreThread,
        turns: LastRun,
        metrics: Metrics,
        running: Callable[[], RunningVersion],
        sources: Callable[[], Collection[str]],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._daemons = daemons
        self._thread = thread
        self._turns = turns
        self._metrics = metrics
        self._running = running
        self._sources = sources
        self._zone = zone
        self._beaten = clock.monotonic()
        self._took = timedelta(0)
        self._known = False  # whether the database has our row
        self._ages = SourceAges({}, {})
        self._waiting: dict[str, PendingDeliveries] = {}
        self._dead: list[DeadLetters] = []
        metrics.build.labels(monitor.__version__).set(1)

    async def write_heartbeat(self) -> None:
        """Write the heartbeat, and read the counts that are reported. Raises StoreFailed."""
        began = clock.monotonic()
        known = await self._thread.run(self._exchange, self._running(), list(self._sources()), clock.now(), began)
        self._ages, self._waiting, self._dead = known
        self._beaten = clock.monotonic()
        self._took = timedelta(seconds=self._beaten - began)

    def _exchange(
        self, running: RunningVersion, sources: Collection[str], now: datetime, turned: float
    ) -> tuple[SourceAges, dict[str, PendingDeliveries], list[DeadLetters]]:
        self._database.require_not_replaced()
        ticked, delivered = (now - self._turns.age(work, turned) for work in (WorkKind.TICK, WorkKind.DELIVERY))
        database = self._database
        if not self._daemons.record_heartbeat(running, now, ticked=ticked, delivered=delivered):
            if self._known and not database.shared:  # the row of the last daemon is never pruned
                database.raise_replaced(f"{database.name} was overwritten with another database")
            self._daemons.record_start(monitor.__version__, running, now)
        self._known = True
        return source_ages(database, sources), dict(find_pending_by_channel(database)), find_dead_letters(database)

    def checks(self, now: datetime, monotonic: float) -> list[HealthCheck]:
        """How it is doing, with the reasons. `now` and `monotonic` are the same moment on both clocks."""
        return [
            self._turned("tick", "the last tick was", WorkKind.TICK, monotonic),
            self._turned("delivery", "the last turn was", WorkKind.DELIVERY, monotonic),
            self._database_answers(monotonic),
            self._outbox(now),
            self._source_ages(now),
            self._files(now),
        ]

    def render_metrics(self, checks: list[HealthCheck], now: datetime) -> bytes:
        """All metrics, as Prometheus reads them; those that are a matter of the moment are of this one."""
        metrics = self._metrics
        for check in checks:
            metrics.checks.labels(check.name).set(check.grade)
        metrics.config_faults.set(len(self._running().faults))
        metrics.sources.set(len(self._ages.good))
        metrics.set_last_success(self._ages.good)
        metrics.sources_failing.set(len(self._ages.failing))
        metrics.sources_unverified.set(self._ages.unverified)
        metrics.outbox_waiting.set(sum(channel.deliveries for channel in self._waiting.values()))
        oldest = min((channel.since for channel in self._waiting.values()), default=now)
        metrics.outbox_dead.set(sum(each.deliveries for each in self._dead))
        metrics.outbox_oldest.set(max((now - oldest).total_seconds(), 0))
        return metrics.render_exposition()

    def _turned(self, name: str, last: str, work: WorkKind, monotonic: float) -> HealthCheck:
        age = self._turns.age(work, monotonic)
        return HealthCheck(name, Grade.PROBLEM if age > PATIENCE else Grade.OK, f"{last} {_format_age(age)} ago")

    def _database_answers(self, monotonic: float) -> HealthCheck:
        """By the heartbeat, which writes: a database that is locked, or whose disk is full, can still be read."""
        if self._database.replaced is not None:
            return HealthCheck("database", Grade.PROBLEM, self._database.replaced)
        age = timedelta(seconds=monotonic - self._beaten)
        if age <= PATIENCE:
            grade = Grade.WARNING if self._took > SLOW else Grade.OK
            took = f"{self._took.total_seconds():.3f} s"
            return HealthCheck(
                "database", grade, f"the database took the last heartbeat {_format_age(age)} ago, within {took}"
            )
        if self._turns.age(WorkKind.CALL, monotonic) > PATIENCE:
            what = "has not answered"
        elif self._turns.age(WorkKind.DATABASE, monotonic) > PATIENCE:
            what = "has refused everything"
        else:
            what = "can be read, and has taken nothing"
        return HealthCheck("database", Grade.PROBLEM, f"the database {what} for {_format_age(age)}; see the log")

    def _outbox(self, now: datetime) -> HealthCheck:
        late = {name: channel for name, channel in self._waiting.items() if now - channel.since > CHANNEL.min_duration}
        waits = ((name, self._time(channel.since, now)) for name, channel in sorted(late.items()))
        problems = [f"channel {name}: its oldest alert waits since {at}" for name, at in waits]
        problems += [each.explain(self._time(each.since, now)) for each in self._dead]
        if problems:
            return HealthCheck("outbox", Grade.PROBLEM, "; ".join(problems))
        deliveries = sum(channel.deliveries for channel in self._waiting.values())
        return HealthCheck("outbox", Grade.OK, f"deliveries that wait: {deliveries}" if deliveries else "nothing waits")

    def _source_ages(self, now: datetime) -> HealthCheck:
        outage = self._ages.outage
        lasts = outage is not None and outage.failures >= FAILURES and now - outage.since >= ALL_FAIL
        # Where others are polled seldom, one that is down says nothing of this machine.
        if outage is not None and lasts and (outage.sources > 1 or len(self._ages.good) == 1):
            which = "the source" if outage.sources == 1 else f"{outage.sources} sources"
            since = f"no poll has gone well since {self._time(outage.since, now)}"
            failed = f"{outage.failures} polls of {which} failed ({outage.problem})"
            return HealthCheck("sources", Grade.PROBLEM, f"{since}: {failed}; is this machine's network up?")
        grade = Grade.WARNING if self._ages.failing else Grade.OK
        return HealthCheck("sources", grade, "; ".join(self._said_of_sources(now)) or "nothing is known of them yet")

    def _said_of_sources(self, now: datetime) -> Iterator[str]:
        ages = self._ages
        if ages.failing:
            since = self._time(min(ages.failing.values()), now)
            yield f"{len(ages.failing)} of {len(ages.good)} sources fail; the oldest since {since}"
        if ages.unverified:
            yield f"{ages.unverified} were never polled well"
        if ages.oldest:
            yield f"the good poll that is the longest ago was at {self._time(ages.oldest, now)}"

    def _files(self, now: datetime) -> HealthCheck:
        running = self._running()
        return HealthCheck("files", Grade.WARNING if running.faults else Grade.OK, running.describe(self._zone, now))

    def _time(self, moment: datetime, now: datetime) -> str:
        return time_of_day(moment, self._zone, now)


def _format_age(age: timedelta) -> str:
    return f"{max(round(age.total_seconds()), 0)} s"
