"""The clockwork: two fixed jobs a second, never one for each source.

`tick` claims the sources that are due, as many as there are free slots, and polls them; `deliver` sends what is due.
When a source is due is written in the database (`intake.pace` decides it), so it survives a restart. Nothing is
decided here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import clock
from monitor.delivery import Dispatcher
from monitor.errors import StoreFailed
from monitor.model import Claim
from monitor.pipeline import LEASE, Pipeline
from monitor.store.claims import Claims
from monitor.store.thread import StoreThread
from monitor.telemetry import Event, log

POLLS_END = timedelta(seconds=4)  # how long polls in flight may go on after SIGTERM; then they are given back
SENDING_ENDS = timedelta(seconds=4)


class Daemon:
    """Runs until it is told to stop. `slots`: how many polls may be under way at once."""

    def __init__(
        self, pipeline: Pipeline, dispatcher: Dispatcher, *, claims: Claims, thread: StoreThread, slots: int
    ) -> None:
        self._pipeline = pipeline
        self._dispatcher = dispatcher
        self._claims = claims
        self._thread = thread
        self._slots = slots
        self._polls: dict[asyncio.Task[object], Claim] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Poll and deliver until `stop` is set; then end or give back what is in flight, within 10 s."""
        # misfire_grace_time: APScheduler drops a job that starts a second late unless told otherwise
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        for job in (self.tick, self._dispatcher.turn):
            scheduler.add_job(_guarded, "interval", (job,), seconds=1, id=job.__qualname__, next_run_time=clock.now())
        scheduler.start()
        try:
            await stop.wait()
        finally:
            scheduler.shutdown(wait=False)
            await self._end()

    async def once(self, stop: asyncio.Event) -> None:
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
        waiting = list(self._pipeline.active.sources)
        while waiting:
            ids, waiting = waiting[: self._slots], waiting[self._slots :]
            self._begin(await self._thread.run(self._claims.all, ids, clock.now(), lease=LEASE, most=len(ids)))
            if self._polls:
                await asyncio.wait(self._polls)  # and not gather, which would cancel them with us
        await self._dispatcher.finish()

    async def tick(self) -> None:
        """Claim what is due, as far as there are free slots, and begin to poll it."""
        free, now = self._slots - len(self._polls), clock.now()
        if free <= 0 or not await self._thread.run(self._claims.anything_due, now):
            return
        # A poll that outlives its lease (many sources of one slow host wait in line) is not begun a second time.
        polling = {claim.source for claim in self._polls.values()}
        ids = [source for source in self._pipeline.active.sources if source not in polling]
        self._begin(await self._thread.run(self._claims.due, ids, now, lease=LEASE, most=free))

    def _begin(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            task: asyncio.Task[object] = asyncio.create_task(self._pipeline.poll(claim), name=f"poll {claim.source}")
            self._polls[task] = claim
            task.add_done_callback(self._polls.pop)

    async def _end(self) -> None:
        log.info(Event.STOPPING, polls=len(self._polls))
        polls = dict(self._polls)
        await asyncio.gather(self._end_polls(polls), self._dispatcher.stop(SENDING_ENDS))

    async def _end_polls(self, polls: dict[asyncio.Task[object], Claim]) -> None:
        if not polls:
            return
        _, running = await asyncio.wait(polls, timeout=POLLS_END.total_seconds())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._thread.run(self._claims.release, [polls[task] for task in running])


async def _guarded(job: object) -> None:
    """A database that cannot be used for a while must not end the clockwork."""
    assert callable(job)
    try:
        await job()
    except StoreFailed as error:
        log.error(Event.STORE_PROBLEM, problem=str(error))
