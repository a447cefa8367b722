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
Result = TypeVar("Result")

MAX_OUTAGE_WAIT = 60  # s that a job waits for a database that cannot be used: less than a poll's lease
RETRY_PAUSE = 1  # s until it is asked again
MAX_BATCH_SIZE = 50  # jobs at most: a reader of the log, and a person who waits, should see them one after the other
BATCH_WINDOW = (
    0.02  # s that a commit waits for others to share it: nobody notices, and it costs as much for ten as for one
)


class StoreThread:
    """Runs calls to the store, in the order in which they were asked for. `ended` is told of each of them, in the
    thread: whether the database has answered."""

    def __init__(self, metrics: Metrics | None = None, on_call_end: Callable[[bool], object] | None = None) -> None:
        self._metrics = metrics or Metrics()
        self._on_call_end = on_call_end
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
                if self._on_call_end is not None:
                    self._on_call_end(answered)

        return await asyncio.get_running_loop().run_in_executor(self._executor, timed)

    def close(self) -> None:
        """Wait for the last call to end."""
        self._executor.shutdown()


class BatchCommitter(Generic[Job, Result]):
    """Does jobs that wait for the database at the same time in one call of `work`, so that they share its commit. A job
    that the database could do at once waits for others for `company` seconds at most.

    `work` does all of its jobs or none, at most `most` in one call. Where it fails with several, each is done alone, so
    that one that cannot be done takes no other with it. While the database cannot be used at all, everything waits for
    it, up to PATIENCE.
    """

    def __init__(
        self,
        thread: StoreThread,
        work: Callable[[Sequence[Job]], Sequence[Result]],
        window: float = 0.0,
        max_batch: int = MAX_BATCH_SIZE,
    ) -> None:
        self._thread = thread
        self._work = work
        self._window = window
        self._max_batch = max_batch
        self._pending: list[_PendingJob[Job, Result]] = []
        self._worker: asyncio.Task[None] | None = None

    async def run(self, job: Job) -> Result:
        """What `work` gives or raises for this job. If nobody waits any more before it has begun, it is not done."""
        future: Future[Result] = asyncio.get_running_loop().create_future()
        self._pending.append(_PendingJob(job, future, clock.monotonic()))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._run_batches(), name="commit")
        return await future

    async def _run_batches(self) -> None:
        while self._pending:
            if (remaining := self._pending[0].since + self._window - clock.monotonic()) > 0:
                await asyncio.sleep(remaining)
            jobs = [job for job in self._pending[: self._max_batch] if not job.future.done()]
            del self._pending[: self._max_batch]
            error = await self._run_batch(jobs) if jobs else None
            if error is None:
                continue
            if is_database_unusable(error) or len(jobs) == 1:
                await self._fail_or_requeue(jobs, error)
                continue
            for job in jobs:
                if job_error := await self._run_batch([job]):
                    await self._fail_or_requeue([job], job_error)

    async def _run_batch(self, jobs: list[_PendingJob[Job, Result]]) -> BaseException | None:
        """Do them; what came in between, if they could not be done."""
        call = self._thread.run(self._work, [job.job for job in jobs])
        (results,) = await asyncio.gather(call, return_exceptions=True)
        if isinstance(results, BaseException):
            return results
        for job, result in zip(jobs, results, strict=True):
            if not job.future.done():
                job.future.set_result(result)
        return None

    async def _fail_or_requeue(self, jobs: list[_PendingJob[Job, Result]], error: BaseException) -> None:
        """Tell those who wait; or have them wait on, if it is the database that has to recover."""
        is_outage, now = is_database_unusable(error), clock.monotonic()
        for job in jobs:
            if not job.future.done() and not (is_outage and now < job.since + MAX_OUTAGE_WAIT):
                job.future.set_exception(error)
        requeued = [job for job in jobs if not job.future.done()]
        if requeued:
            log.error(LogEvent.DATABASE_PROBLEM, waiting=len(requeued) + len(self._pending), problem=str(error))
            self._pending[:0] = requeued
            await asyncio.sleep(RETRY_PAUSE)


def is_database_unusable(error: BaseException) -> bool:
    """Whether it is the database that has to recover, and no matter of what it was given; one that was replaced does
    not."""
    return isinstance(error, StoreFailed) and not isinstance(error, StoreRefused | StoreReplaced)


@dataclass(frozen=True, slots=True)
class _PendingJob(Generic[Job, Result]):
    """A job, who waits for it, and since when (on the monotonic clock)."""

    job: Job
    future: Future[Result]
    since: float
