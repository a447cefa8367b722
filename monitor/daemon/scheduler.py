"""The clockwork: a few fixed jobs, never one for each source.

`tick` claims and polls sources that are due, once a second and whenever polls have ended; which of them, `fairness`
says. Delivery's turn sends what is due, once a second too. What is done more rarely (`Job`) is wired in `app`. When a
source is due is written in the database (`intake.pace` decides it), so it survives a restart. Nothing is decided here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Never

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import clock
from monitor.active_config import ActiveConfigHolder
from monitor.daemon import systemd
from monitor.daemon.admission import admit_sources, count_poll_slots
from monitor.daemon.outage_log import DatabaseOutageLog
from monitor.daemon.progress import LastRun, WorkKind
from monitor.daemon.supervisor import supervise
from monitor.delivery import Dispatcher
from monitor.errors import StoreFailed, StoreReplaced
from monitor.model import Claim
from monitor.pipeline import LEASE, Pipeline
from monitor.sources.http.host_queue import HostQueue
from monitor.sources.http.stalled_requests import StalledRequests
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queues.claims import Claims
from monitor.telemetry import LogEvent, log
from monitor.telemetry.metrics import Metrics

POLLS_END = timedelta(seconds=4)  # how long polls in flight may go on after SIGTERM; then they are given back
REFILL = 0.05  # s from the end of a poll to the next tick: polls that end together are replaced together
FIRST = 4  # times as many sources as there are slots are looked at first: most of them wait for nobody
CLOCK = 5  # s between two looks at whether the clock was set back
SENDING_ENDS = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that is done again and again beside polling and delivering; the first time at the start. `once`: also
    where everything is done once."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[object]]
    in_once_mode: bool = False


class Daemon:
    """Runs until it is told to stop. `line_of` an address: whom it waits for; `slots`: how many polls at once, but for
    those whose servers are silent (`silence`); `turns` is told of every turn; `jobs`: what else is done meanwhile;
    `reload`: takes up edits of the files."""

    def __init__(
        self,
        active: ActiveConfigHolder,
        pipeline: Pipeline,
        dispatcher: Dispatcher,
        *,
        claims: Claims,
        thread: StoreThread,
        line_of: Callable[[str], HostQueue],
        slots: int,
        silence: StalledRequests,
        turns: LastRun,
        metrics: Metrics,
        jobs: Sequence[Job] = (),
        reload: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._active = active
        self._pipeline = pipeline
        self._dispatcher = dispatcher
        self._claims = claims
        self._thread = thread
        self._line_of = line_of
        self._slots = slots
        self._silence = silence
        self._turns = turns
        self._metrics = metrics
        self._reload = reload
        second = timedelta(seconds=1)
        self._jobs = (Job(WorkKind.TICK, second, self.tick), Job(WorkKind.DELIVERY, second, dispatcher.run_once), *jobs)
        self._polls: dict[asyncio.Task[object], Claim] = {}
        self._outage = DatabaseOutageLog()
        self._unpolled: list[Claim] = []  # polls that came to nothing: their claims are given back with the next tick
        self._ended = asyncio.Event()  # a poll has, or its server is silent
        silence.on_stalled = self._ended.set
        self._asked = asyncio.Event()  # for a reload
        self._ticking = asyncio.Lock()
        self._replaced: StoreReplaced | None = None
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Poll and deliver until `stop` is set; then end or give back what is in flight, within 10 s. Raises
        StoreReplaced after such an end, if the database is not the same any more."""
        self._stop = stop
        # misfire_grace_time: APScheduler drops a job that starts a second late unless told otherwise
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        for job in self._jobs:
            every = job.every.total_seconds()
            scheduler.add_job(self._turn, "interval", (job,), seconds=every, id=job.name, next_run_time=clock.now())
        scheduler.start()
        works = {"refill": self._refill, "time": lambda: self._keep_time(scheduler), "reload": self._reload_when_asked}
        beside = [asyncio.create_task(supervise(name, work), name=name) for name, work in works.items()]
        systemd.notify_ready(self._at_work())
        try:
            await stop.wait()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.wait(beside)  # so that systemd hears nothing after STOPPING
            scheduler.shutdown(wait=False)
            await self._end()
        if self._replaced is not None:
            raise self._replaced

    def request_reload(self) -> None:
        """Have edits of the files taken up now, without waiting for a look at them: as soon as `run` has begun, and
        once more if they are being read already."""
        self._asked.set()

    async def _reload_when_asked(self) -> Never:
        while True:
            await self._asked.wait()
            self._asked.clear()
            systemd.notify_reloading()
            try:
                if self._reload is not None:
                    await self._guarded(self._reload)
            finally:
                systemd.notify_ready(self._at_work())

    def _at_work(self) -> str:
        active = self._active.current
        return f"polling {len(active.sources)} sources for {len(active.rules.rules)} rules"

    async def run_once(self, stop: asyncio.Event) -> None:
        """Poll every source, due or not, and deliver what is due; `stop` ends it early, as it ends `run`."""
        work, stopping = asyncio.create_task(self._once()), asyncio.create_task(stop.wait())
        await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not work.done():
            work.cancel()
            await self._end()
        with suppress(asyncio.CancelledError):
            await work

    async def _once(self) -> None:
        waiting = list(self._active.current.sources)
        while waiting:
            chosen = self._may_begin(waiting)
            begun = set(chosen)
            waiting = [source for source in waiting if source not in begun]
            self._begin(
                await self._thread.run(self._claims.claim_all, chosen, clock.now(), lease=LEASE, limit=len(chosen))
            )
            if waiting and self._polls:
                await asyncio.wait(self._polls, return_when=asyncio.FIRST_COMPLETED)
        if self._polls:
            await asyncio.wait(self._polls)  # and not gather, which would cancel them with us
        for job in self._jobs:
            if job.in_once_mode:
                await job.work()
        await self._dispatcher.send_all_due()

    async def _turn(self, job: Job) -> None:
        with suppress(asyncio.CancelledError):  # APScheduler cancels at shutdown, and writes a traceback of it
            await self._guarded(job.work)
            self._turns.record_run(job.name, clock.monotonic())

    async def _guarded(self, work: Callable[[], Awaitable[object]]) -> None:
        """A database that cannot be used for a while must not end the clockwork."""
        try:
            await work()
        except StoreReplaced as error:
            self._end_without(error)
        except StoreFailed as error:
            self._outage.record_refusal(error, clock.monotonic())
        self._outage.check_recovery(clock.monotonic())

    def _end_without(self, error: StoreReplaced) -> None:
        """End: what is polled and sent from now on could not be kept."""
        if self._replaced is None:
            log.error(LogEvent.DATABASE_REPLACED, problem=str(error))
        self._replaced = error
        self._stop.set()

    async def _refill(self) -> Never:
        while True:
            await self._ended.wait()
            await asyncio.sleep(REFILL)
            self._ended.clear()
            await self._guarded(self.tick)

    async def _keep_time(self, scheduler: AsyncIOScheduler) -> Never:
        """All falls due by the clock on the wall: set back by an hour, it would let nothing happen for one."""
        while True:
            wall, steady = clock.now(), clock.monotonic()
            await asyncio.sleep(CLOCK)
            ahead = timedelta(seconds=clock.monotonic() - steady) - (clock.now() - wall)
            if ahead > timedelta(seconds=1):
                log.warning(LogEvent.CLOCK_SET_BACK, seconds=round(ahead.total_seconds()))
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=clock.now())
                await self._guarded(
                    lambda: self._thread.run(self._claims.register_sources, self._active.current.sources, clock.now())
                )

    async def tick(self) -> None:
        """Claim what is due and may be polled now, and begin to poll it."""
        async with self._ticking:
            if self._unpolled:
                unpolled, self._unpolled = self._unpolled, []
                await self._thread.run(self._claims.release, unpolled)
            if len(self._polls) >= self._places():
                return
            now = clock.now()
            if chosen := await self._chosen(now):
                self._begin(await self._thread.run(self._claims.claim_due, chosen, now, lease=LEASE, limit=len(chosen)))

    async def _chosen(self, now: datetime) -> list[str]:
        """What is due and may begin: among the longest due, and only where these leave places free among all. After an
        outage all are due at once, for many ticks."""
        most = FIRST * self._slots
        first = await self._thread.run(self._claims.find_due, now, most)
        chosen = self._may_begin(first)
        if len(first) < most or len(self._polls) + len(chosen) >= self._places():
            return chosen
        return self._may_begin(await self._thread.run(self._claims.find_due, now))

    def _places(self) -> int:
        """How many polls may be under way now: the places of those whose servers are silent are lent to others."""
        return count_poll_slots(self._slots, self._silence.count_among(self._polls))

    def _may_begin(self, waiting: Iterable[str]) -> list[str]:
        sources = self._active.current.sources
        known = (source for source in waiting if source in sources)
        polling = {claim.source for claim in self._polls.values() if claim.source in sources}
        return admit_sources(known, polling, lambda source: self._line_of(sources[source].url), slots=self._places())

    def _begin(self, claims: Iterable[Claim]) -> None:
        now = clock.now()
        for claim in claims:
            self._metrics.record_poll_start(claim, now)
            task: asyncio.Task[object] = asyncio.create_task(self._pipeline.poll(claim), name=f"poll {claim.source}")
            self._polls[task] = claim
            task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[object]) -> None:
        claim = self._polls.pop(task)
        if not task.cancelled() and task.exception() is None and task.result() is None:
            self._unpolled.append(claim)
        self._metrics.polls_in_flight.dec()
        self._ended.set()

    async def _end(self) -> None:
        systemd.notify_stopping()
        log.info(LogEvent.STOPPING, polls=len(self._polls))
        polls = dict(self._polls)
        await asyncio.gather(self._end_polls(polls), self._dispatcher.stop(SENDING_ENDS))

    async def _end_polls(self, polls: dict[asyncio.Task[object], Claim]) -> None:
        if not polls:
            return
        _, running = await asyncio.wait(polls, timeout=POLLS_END.total_seconds())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with suppress(StoreReplaced):
            await self._thread.run(self._claims.release, [polls[task] for task in running])
