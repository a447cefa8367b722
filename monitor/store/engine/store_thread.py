"""The thread that talks to the database, so that the event loop never waits for a disk; and a committer that runs
several jobs in one call.

It is one thread because SQLite has one writer. Jobs that queue here are served in order; threads that wait for SQLite's
lock sleep and retry.
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
RETRY_PAUSE = 1  # s until the database is tried again
MAX_BATCH_SIZE = 50  # jobs: people who read the log, or wait, should see them one after the other
# s that a commit waits for others to share it: nobody notices, and it costs as much for ten as for one
BATCH_WINDOW = 0.02


class StoreThread:
    """Runs calls to the store, in the order in which they were made. `on_call_end` is called after each of them, in the
    thread, with whether the database answered."""

    def __init__(self, metrics: Metrics | None = None, on_call_end: Callable[[bool], object] | None = None) -> None:
        self._metrics = metrics or Metrics()
        self._on_call_end = on_call_end
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="store")

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Returns or raises what `function` does. A call that has begun runs to its end, even if nobody waits for it
        any more."""

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
        """Wait until the last call has ended."""
        self._executor.shutdown()


class BatchCommitter(Generic[Job, Result]):
    """Runs jobs that wait for the database at the same time in one call of `work`, so that they share its commit. A job
    that the database could do at once waits `window` seconds at most for others.

    `work` does all of its jobs or none; one call has at most `max_batch`. If it fails with several jobs, each is run
    alone, so that a job that cannot be done does not affect the others. While the database cannot be used at all, all
    jobs wait for it, up to MAX_OUTAGE_WAIT.
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
        """Returns or raises what `work` does for this job. If the caller stops waiting before the job has begun, it is
        not run."""
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
        """Run these jobs; returns the error if they could not be done."""
        call = self._thread.run(self._work, [job.job for job in jobs])
        (results,) = await asyncio.gather(call, return_exceptions=True)
        if isinstance(results, BaseException):
            return results
        for job, result in zip(jobs, results, strict=True):
            if not job.future.done():
                job.future.set_result(result)
        return None

    async def _fail_or_requeue(self, jobs: list[_PendingJob[Job, Result]], error: BaseException) -> None:
        """Pass the error to the callers; or queue the jobs again if the database has to recover."""
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
    """Whether the error means that the database has to recover, and is not the fault of a job. A database that was
    replaced does not recover."""
    return isinstance(error, StoreFailed) and not isinstance(error, StoreRefused | StoreReplaced)


@dataclass(frozen=True, slots=True)
class _PendingJob(Generic[Job, Result]):
    """A job, the future of its caller, and since when it waits (on the monotonic clock)."""

    job: Job
    future: Future[Result]
    since: float
