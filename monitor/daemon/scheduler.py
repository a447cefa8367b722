"""The daemon's loop: a few fixed jobs, never one job for each source.

`tick` claims and polls due sources, once a second. `refill` does so whenever polls have ended, with the sources that
wait in memory. `admission` chooses which of them. The delivery job sends what is due, once a second too. Rarer jobs
(`Job`) are wired in `app`. The database holds when a source is due (`ingest.poll_schedule` decides it), so this
survives a restart. Nothing is decided here.
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
from monitor.daemon.admission import Backlog, count_affordable_polls, count_poll_slots
from monitor.daemon.outage_log import DatabaseOutageLog
from monitor.daemon.progress import LastRun, WorkKind
from monitor.daemon.supervisor import supervise
from monitor.delivery import Dispatcher
from monitor.errors import StoreFailed, StoreReplaced
from monitor.model import Claim
from monitor.pipeline import LEASE, Pipeline
from monitor.runtime import descriptors
from monitor.sources.http.host_queue import HostQueue
from monitor.sources.http.stalled_requests import StalledRequests
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queues.claims import Claims
from monitor.telemetry import LogEvent, log
from monitor.telemetry.metrics import Metrics
from monitor.telemetry.shortages import log_shortage

POLL_GRACE = timedelta(seconds=4)  # how long polls in flight may go on after SIGTERM; then their claims are released
REFILL_DELAY = 0.05  # s from the end of a poll to the next refill: polls that end together are replaced together
CANDIDATES_PER_SLOT = 4  # due sources that are looked at first: most of them wait for no other poll
CLOCK_CHECK_EVERY = 5  # s; was the clock set back?
SEND_GRACE = timedelta(seconds=4)


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is done at the start and then `every` so often, beside polling and delivery. `in_once_mode`: `run_once`
    does it too."""

    name: str
    every: timedelta
    work: Callable[[], Awaitable[object]]
    in_once_mode: bool = False


class Daemon:
    """Runs until it is stopped. `host_queue_for`: returns the queue in which the polls of a URL wait; `slots`: how many
    polls may run at once, not counting those whose servers are silent (`stalled`); `last_run`: notes each run of a job;
    `jobs`: the further jobs; `reload`: reloads the edited files; `check_channels`: finds what is wrong with the
    channels of the start."""

    def __init__(
        self,
        active: ActiveConfigHolder,
        pipeline: Pipeline,
        dispatcher: Dispatcher,
        *,
        claims: Claims,
        thread: StoreThread,
        host_queue_for: Callable[[str], HostQueue],
        slots: int,
        stalled: StalledRequests,
        correct_times: Callable[[datetime], object],
        last_run: LastRun,
        metrics: Metrics,
        jobs: Sequence[Job] = (),
        reload: Callable[[], Awaitable[object]] | None = None,
        check_channels: Callable[[], Awaitable[object]] | None = None,
    ) -> None:
        self._active = active
        self._pipeline = pipeline
        self._dispatcher = dispatcher
        self._claims = claims
        self._thread = thread
        self._host_queue_for = host_queue_for
        self._slots = slots
        self._stalled = stalled
        self._last_run = last_run
        self._metrics = metrics
        self._reload = reload
        self._check_channels = check_channels
        self._correct_times = correct_times
        second = timedelta(seconds=1)
        self._jobs = (Job(WorkKind.TICK, second, self.tick), Job(WorkKind.DELIVERY, second, dispatcher.run_once), *jobs)
        self._backlog = Backlog(self._find_queue)
        self._backlog_config = active.current  # the config with which it was read
        self._polls: dict[asyncio.Task[object], Claim] = {}
        self._outage = DatabaseOutageLog()
        self._unpolled: list[Claim] = []  # claims of polls that did not happen: the next tick releases them
        self._poll_ended = asyncio.Event()  # a poll has ended, or its server is silent
        stalled.on_stalled = self._poll_ended.set
        self._reload_requested = asyncio.Event()
        self._tick_lock = asyncio.Lock()
        self._replaced: StoreReplaced | None = None
        self._stop = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Poll and deliver until `stop` is set. Then end what is in flight, or release its claims, within 10 s. Raises
        StoreReplaced after that, if another database is now in the place of the one that was opened."""
        self._stop = stop
        # misfire_grace_time: without it, APScheduler drops a job that starts a second late
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        for job in self._jobs:
            every = job.every.total_seconds()
            scheduler.add_job(self._run_job, "interval", (job,), seconds=every, id=job.name, next_run_time=clock.now())
        scheduler.start()
        background = {
            "refill": self._refill_slots,
            "time": lambda: self._watch_clock(scheduler),
            "reload": self._reload_when_asked,
        }
        tasks = [asyncio.create_task(supervise(name, work), name=name) for name, work in background.items()]
        systemd.notify_ready(self._describe_work())
        try:
            await stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)  # so that systemd gets nothing after STOPPING
            scheduler.shutdown(wait=False)
            await self._shut_down()
        if self._replaced is not None:
            raise self._replaced

    def request_reload(self) -> None:
        """Have the edited files reloaded now, without waiting for the next check of them: as soon as `run` has begun,
        and once more if a reload is under way already."""
        self._reload_requested.set()

    async def check_channels(self) -> None:
        """Log what is wrong with the channels of the start, and have `status` show it. It takes most of a second."""
        if self._check_channels is not None:
            await self._run_guarded(self._check_channels)

    async def _reload_when_asked(self) -> Never:
        while True:
            await self._reload_requested.wait()
            self._reload_requested.clear()
            systemd.notify_reloading()
            try:
                if self._reload is not None:
                    await self._run_guarded(self._reload)
            finally:
                systemd.notify_ready(self._describe_work())

    def _describe_work(self) -> str:
        active = self._active.current
        return f"polling {len(active.sources)} sources for {len(active.rules.rules)} rules"

    async def run_once(self, stop: asyncio.Event) -> None:
        """Poll every source, due or not, and deliver what is due. `stop` ends it early, in the same way as `run`."""
        work, stopping = asyncio.create_task(self._run_all_once()), asyncio.create_task(stop.wait())
        await asyncio.wait((work, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not work.done():
            work.cancel()
            await self._shut_down()
        with suppress(asyncio.CancelledError):
            await work

    async def _run_all_once(self) -> None:
        self._backlog.replace(self._active.current.sources)
        while self._backlog:
            admitted = self._admit(self._count_slots())
            self._start_polls(
                await self._thread.run(self._claims.claim_all, admitted, clock.now(), lease=LEASE, limit=len(admitted))
            )
            if self._backlog and self._polls:
                await asyncio.wait(self._polls, return_when=asyncio.FIRST_COMPLETED)
        if self._polls:
            await asyncio.wait(self._polls)  # not gather, which would cancel the polls together with this task
        for job in self._jobs:
            if job.in_once_mode:
                await job.work()
        await self._dispatcher.send_all_due()

    async def _run_job(self, job: Job) -> None:
        with suppress(asyncio.CancelledError):  # APScheduler cancels jobs at shutdown, and logs a traceback for it
            await self._run_guarded(job.work)
            self._last_run.record_run(job.name, clock.monotonic())

    async def _run_guarded(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do the work. A database that cannot be used for a while is logged, and does not end the daemon."""
        try:
            await work()
        except StoreReplaced as error:
            self._stop_replaced(error)
        except StoreFailed as error:
            self._outage.record_refusal(error, clock.monotonic())
        self._outage.check_recovery(clock.monotonic())

    def _stop_replaced(self, error: StoreReplaced) -> None:
        """Stop the daemon: what it polls and sends from now on could not be stored."""
        if self._replaced is None:
            log.error(LogEvent.DATABASE_REPLACED, problem=str(error))
        self._replaced = error
        self._stop.set()

    async def _refill_slots(self) -> Never:
        while True:
            await self._poll_ended.wait()
            await asyncio.sleep(REFILL_DELAY)
            self._poll_ended.clear()
            await self._run_guarded(self.refill)

    async def _watch_clock(self, scheduler: AsyncIOScheduler) -> Never:
        """All jobs, polls and deliveries are due by the wall clock. If it is set back by an hour, nothing would happen
        for an hour: so run all jobs and polls now, and let deliveries wait as long as they were meant to."""
        while True:
            wall, monotonic = clock.now(), clock.monotonic()
            await asyncio.sleep(CLOCK_CHECK_EVERY)
            set_back = timedelta(seconds=clock.monotonic() - monotonic) - (clock.now() - wall)
            if set_back > timedelta(seconds=1):
                log.warning(LogEvent.CLOCK_SET_BACK, seconds=round(set_back.total_seconds()))
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=clock.now())
                await self._run_guarded(self._catch_up_with_clock)

    async def _catch_up_with_clock(self) -> None:
        await self._thread.run(self._correct_times, clock.now())
        await self._thread.run(self._claims.register_sources, self._active.current.sources, clock.now())

    async def tick(self) -> None:
        """Claim the sources that are due and may be polled now, and start to poll them."""
        await self._poll_due(reads_due=True)

    async def refill(self) -> None:
        """The same when polls have ended. What has become due since the last tick waits for the next one, at most a
        second: so the database is not read after every poll."""
        await self._poll_due(reads_due=False)

    async def _poll_due(self, *, reads_due: bool) -> None:
        async with self._tick_lock:
            if self._unpolled:
                unpolled, self._unpolled = self._unpolled, []
                await self._thread.run(self._claims.release, unpolled)
                self._backlog.mark_incomplete()  # they are due again, since long ago
            if len(self._polls) >= self._count_unlimited_slots():
                return
            now = clock.now()
            if sources := await self._choose_due(now, reads_due=reads_due):
                claims = await self._thread.run(self._claims.claim_due, sources, now, lease=LEASE, limit=len(sources))
                if len(claims) < len(sources):  # other daemons poll what we have in the backlog
                    self._backlog.mark_incomplete()
                self._start_polls(claims)

    async def _choose_due(self, now: datetime, *, reads_due: bool) -> list[str]:
        """The due sources that may be polled now. Only the longest due ones are looked at; all of them only if slots
        are left. After an outage all sources are due at once, for many ticks. Once all were looked at, those that are
        left wait for busy hosts: they stay in the backlog. Then only what has become due since is read, and only if
        `reads_due`."""
        if self._backlog_config is not self._active.current:
            self._backlog_config = self._active.current
            self._backlog.mark_incomplete()
        if since := self._backlog.read_from(now):
            if reads_due:
                self._backlog.add(await self._thread.run(self._claims.find_due, now, since=since), now)
            return self._admit(self._count_slots()) if len(self._backlog) else []
        limit = CANDIDATES_PER_SLOT * self._slots
        longest_due = await self._thread.run(self._claims.find_due, now, limit=limit)
        are_all = len(longest_due) < limit
        self._backlog.replace(longest_due, all_read_at=now if are_all else None)
        slots = self._count_slots() if longest_due else 0
        admitted = self._admit(slots)
        if are_all or len(self._polls) + len(admitted) >= slots:
            return admitted
        self._backlog.replace(await self._thread.run(self._claims.find_due, now), all_read_at=now)
        return self._admit(slots)

    def _count_slots(self) -> int:
        """How many polls may run now: as many as there are slots and file descriptors for. Descriptors are counted only
        here, once for a tick, and only while sources are due: on older kernels that takes a while."""
        free = descriptors.count_free()
        wanted, affordable = self._count_unlimited_slots(), count_affordable_polls(len(self._polls), free)
        if affordable <= len(self._polls) < wanted:
            log_shortage(f"{free} file descriptors are left, so other polls wait")
        return min(wanted, affordable)

    def _count_unlimited_slots(self) -> int:
        """Polls whose servers are silent lend their slots to others."""
        return count_poll_slots(self._slots, self._stalled.count_among(self._polls))

    def _admit(self, slots: int) -> list[str]:
        return self._backlog.admit({claim.source for claim in self._polls.values()}, slots)

    def _find_queue(self, source: str) -> HostQueue | None:
        configured = self._active.current.sources.get(source)
        return None if configured is None else self._host_queue_for(configured.url)

    def _start_polls(self, claims: Iterable[Claim]) -> None:
        now = clock.now()
        for claim in claims:
            self._metrics.record_poll_start(claim, now)
            task: asyncio.Task[object] = asyncio.create_task(self._pipeline.poll(claim), name=f"poll {claim.source}")
            self._polls[task] = claim
            task.add_done_callback(self._finish_poll)

    def _finish_poll(self, task: asyncio.Task[object]) -> None:
        claim = self._polls.pop(task)
        if not task.cancelled() and task.exception() is None and task.result() is None:
            self._unpolled.append(claim)
        self._metrics.polls_in_flight.dec()
        self._poll_ended.set()

    async def _shut_down(self) -> None:
        systemd.notify_stopping()
        log.info(LogEvent.STOPPING, polls=len(self._polls))
        polls = dict(self._polls)
        await asyncio.gather(self._end_polls(polls), self._dispatcher.stop(SEND_GRACE))

    async def _end_polls(self, polls: dict[asyncio.Task[object], Claim]) -> None:
        if not polls:
            return
        _, running = await asyncio.wait(polls, timeout=POLL_GRACE.total_seconds())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        with suppress(StoreReplaced):
            await self._thread.run(self._claims.release, [polls[task] for task in running])
