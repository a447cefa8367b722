"""The thread that speaks with the database, so that the event loop never waits for a disk; and calls made together.

One thread: SQLite has one writer, and threads that queue here wait fairly, where threads that queue for SQLite's lock
sleep and retry.
"""

from __future__ import annotations

import asyncio
from asyncio import Future
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, ParamSpec, TypeVar

from monitor.errors import StoreFailed, StoreRefused
from monitor.telemetry.metrics import Metrics

P = ParamSpec("P")
T = TypeVar("T")
Job = TypeVar("Job")
Done = TypeVar("Done")

TOGETHER = 50  # jobs at most: a reader of the log, and a person who waits, should see them one after the other


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


class Together(Generic[Job, Done]):
    """Does jobs that wait for the database at the same time in one call of `work`, so that they share its commit.

    `work` does all of its jobs or none. Where it fails with several, each is done alone, so that one that cannot be
    done takes no other with it; a database that cannot be used at all is asked only once.
    """

    def __init__(self, thread: StoreThread, work: Callable[[Sequence[Job]], Sequence[Done]]) -> None:
        self._thread = thread
        self._work = work
        self._waiting: list[tuple[Job, Future[Done]]] = []
        self._working: asyncio.Task[None] | None = None

    async def run(self, job: Job) -> Done:
        """What `work` gives or raises for this job. If nobody waits any more before it has begun, it is not done."""
        future: Future[Done] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._until_done(), name="commit")
        return await future

    async def _until_done(self) -> None:
        while self._waiting:
            wanted = [(job, future) for job, future in self._waiting[:TOGETHER] if not future.done()]
            del self._waiting[:TOGETHER]
            if wanted and not await self._done(wanted):
                for each in wanted:
                    await self._done([each])

    async def _done(self, wanted: list[tuple[Job, Future[Done]]]) -> bool:
        """False if each must be tried alone."""
        doing = self._thread.run(self._work, [job for job, _ in wanted])
        (ended,) = await asyncio.gather(doing, return_exceptions=True)
        if isinstance(ended, BaseException):
            broken = isinstance(ended, StoreFailed) and not isinstance(ended, StoreRefused)
            if len(wanted) > 1 and not broken:
                return False
            for _, future in wanted:
                if not future.done():
                    future.set_exception(ended)
            return True
        for (_, future), done in zip(wanted, ended, strict=True):
            if not future.done():
                future.set_result(done)
        return True
