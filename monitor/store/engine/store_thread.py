"""The thread that speaks with the database, so that the event loop never waits for a disk; and calls made together.

One thread: SQLite has one writer, and threads that queue here wait fairly, where threads that queue for SQLite's lock
sleep and retry.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, ParamSpec, TypeVar

from monitor import clock
from monitor.errors import StoreFailed, StoreRefused, StoreReplaced
from monitor.telemetry import LogEvent, log
from monitor.telemetry.metrics import Metrics

P = ParamSpec("P")
T = TypeVar("T")
Job = TypeVar("Job")
Done = TypeVar("Done")

MAX_OUTAGE_WAIT = 60  # s that a job waits for a database that cannot be used: less than a poll's lease
RETRY_PAUSE = 1  # s until it is asked again
MAX_BATCH_SIZE = 50  # jobs at most: a reader of the log, and a person who waits, should see them one after the other
BATCH_WINDOW = (
    0.02  # s that a commit waits for others to share it: nobody notices, and it costs as much for ten as for one
)


class StoreThread:
    """Runs calls to the store, in the order in which they were asked for. `ended` is told of each of them, in the
    thread: whether the database has answered."""

    def __init__(self, metrics: Metrics | None = None, ended: Callable[[bool], object] | None = None) -> None:
        self._metrics = metrics or Metrics()
        self._ended = ended
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `function` gives or raises. A call that has begun ends, even if nobody waits for it any more."""

        def timed() -> T:
            answered = True
            try:
                with self._metrics.store.time():
                    return function(*args, **kwargs)
            except StoreFailed as error:
                answered = isinstance(error, StoreRefused)
                raise
            finally:
                if self._ended is not None:
                    self._ended(answered)

        return await asyncio.get_running_loop().run_in_executor(self._executor, timed)

    def close(self) -> None:
        """Wait for the last call to end."""
        self._executor.shutdown()


class BatchCommitter(Generic[Job, Done]):
    """Does jobs that wait for the database at the same time in one call of `work`, so that they share its commit. A job
    that the database could do at once waits for others for `company` seconds at most.

    `work` does all of its jobs or none, at most `most` in one call. Where it fails with several, each is done alone, so
    that one that cannot be done takes no other with it. While the database cannot be used at all, everything waits for
    it, up to PATIENCE.
    """

    def __init__(
        self,
        thread: StoreThread,
        work: Callable[[Sequence[Job]], Sequence[Done]],
        company: float = 0.0,
        most: int = MAX_BATCH_SIZE,
    ) -> None:
        self._thread = thread
        self._work = work
        self._company = company
        self._most = most
        self._waiting: list[_PendingJob[Job, Done]] = []
        self._working: asyncio.Task[None] | None = None

    async def run(self, job: Job) -> Done:
        """What `work` gives or raises for this job. If nobody waits any more before it has begun, it is not done."""
        future: Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting.append(_PendingJob(job, future, clock.monotonic()))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._until_done(), name="commit")
        return await future

    async def _until_done(self) -> None:
        while self._waiting:
            if (early := self._waiting[0].since + self._company - clock.monotonic()) > 0:
                await asyncio.sleep(early)
            wanted = [each for each in self._waiting[: self._most] if not each.future.done()]
            del self._waiting[: self._most]
            error = await self._done(wanted) if wanted else None
            if error is None:
                continue
            if is_database_unusable(error) or len(wanted) == 1:
                await self._failed(wanted, error)
                continue
            for each in wanted:
                if own := await self._done([each]):
                    await self._failed([each], own)

    async def _done(self, wanted: list[_PendingJob[Job, Done]]) -> BaseException | None:
        """Do them; what came in between, if they could not be done."""
        doing = self._thread.run(self._work, [each.job for each in wanted])
        (ended,) = await asyncio.gather(doing, return_exceptions=True)
        if isinstance(ended, BaseException):
            return ended
        for each, done in zip(wanted, ended, strict=True):
            if not each.future.done():
                each.future.set_result(done)
        return None

    async def _failed(self, wanted: list[_PendingJob[Job, Done]], error: BaseException) -> None:
        """Tell those who wait; or have them wait on, if it is the database that has to recover."""
        recovers, now = is_database_unusable(error), clock.monotonic()
        for each in wanted:
            if not each.future.done() and not (recovers and now < each.since + MAX_OUTAGE_WAIT):
                each.future.set_exception(error)
        again = [each for each in wanted if not each.future.done()]
        if again:
            log.error(LogEvent.DATABASE_PROBLEM, waiting=len(again) + len(self._waiting), problem=str(error))
            self._waiting[:0] = again
            await asyncio.sleep(RETRY_PAUSE)


def is_database_unusable(error: BaseException) -> bool:
    """Whether it is the database that has to recover, and no matter of what it was given; one that was replaced does
    not."""
    return isinstance(error, StoreFailed) and not isinstance(error, StoreRefused | StoreReplaced)


@dataclass(frozen=True, slots=True)
class _PendingJob(Generic[Job, Done]):
    """A job, who waits for it, and since when (on the monotonic clock)."""

    job: Job
    future: Future[Done]
    since: float
