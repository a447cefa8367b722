"""Pools of workers: processes that can be killed at a deadline.

Work that may never end (parsing documents of strangers, plug-ins that talk to servers) runs here, so that no document
and no server can stop the daemon. A pool does not know what the work is, does not repeat it, and stores nothing of it:
the caller decides what a lost worker means.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext, suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar, TypeVarTuple

from monitor.errors import WorkerLost
from monitor.runtime.workers.serve import WorkerSetup
from monitor.runtime.workers.worker import START, Worker

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

RETRY = 1  # s before an extra process is tried again that could not be started


def do_nothing() -> None:
    """A call that only shows that a process takes calls."""


class Workers:
    """A pool of `count` processes. `setup`: how each is set up; `tasks_each`: after so many calls one is replaced;
    `extra`: how many more are started while all are busy, and ended as soon as fewer are needed; each of these calls
    `prepare` before it is used."""

    def __init__(
        self,
        count: int,
        *,
        setup: WorkerSetup,
        tasks_each: int = 0,
        extra: int = 0,
        prepare: Callable[[], object] = do_nothing,
    ) -> None:
        self.count = count
        self._limit = count + extra
        self._prepare = prepare
        self._growing: asyncio.Task[None] | None = None
        self._closed = False
        self._new_slot = partial(Worker, setup, tasks_each)
        self._slots = [self._new_slot() for _ in range(count)]
        self._waiting = 0  # calls for which no slot is free
        self._background = asyncio.Lock()
        self._free: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()  # last in, first out: the warmest goes first
        for slot in self._slots:
            self._free.put_nowait(slot)

    async def run(
        self,
        function: Callable[[*Ts], T],
        *args: *Ts,
        deadline: timedelta,
        fresh: bool = False,
        background: bool = False,
    ) -> T:
        """Call `function` in a process; returns or raises what it does. Raises WorkerLost if the process was killed at
        the deadline, or died, and WorkerNotStarted if the call was never begun.

        `function` is passed by its name, so it must be top-level. Its arguments are pickled. Its result must be data of
        the type that its annotation says: dataclasses, collections, text, numbers, times. `fresh`: in a process that
        has run no call. `background`: after all other calls of this kind, so that they take one process at most.
        """
        async with self._background if background else nullcontext(), self.reserved() as worker:
            return await worker.run(function, *args, deadline=deadline, fresh=fresh)

    @asynccontextmanager
    async def reserved(self) -> AsyncIterator[Worker]:
        """Yields a worker that does no other work within the block; waits until one is free."""
        slot = await self._take_slot()
        try:
            yield slot
        finally:
            self._return_slot(slot)

    async def _take_slot(self) -> Worker:
        self._waiting += 1
        try:
            if self._short_of_slots() and (self._growing is None or self._growing.done()):
                self._growing = asyncio.create_task(self._grow(), name="start processes")
            return await self._free.get()
        finally:
            self._waiting -= 1

    def _short_of_slots(self) -> bool:
        return self._free.qsize() < self._waiting and len(self._slots) < self._limit and not self._closed

    async def _grow(self) -> None:
        """Start extra processes, one after the other. On a busy machine many at once would start slowly; calls would
        then wait longer, and cause even more to be started."""
        while self._short_of_slots():
            slot = self._new_slot()
            self._slots.append(slot)
            started = False
            with suppress(WorkerLost):
                try:
                    await slot.run(self._prepare, deadline=START)
                    started = True
                finally:
                    (self._return_slot if started else self._remove_slot)(slot)
            if not started:  # the calls that wait may get a process that becomes free
                await asyncio.sleep(RETRY)

    def _return_slot(self, slot: Worker) -> None:
        """Free the process; or end it, if there are extra ones, no call waits for it and another one is idle: then the
        next call needs no start."""
        if len(self._slots) <= self.count or self._free.qsize() <= self._waiting:
            self._free.put_nowait(slot)
        else:
            self._remove_slot(slot)

    def _remove_slot(self, slot: Worker) -> None:
        self._slots.remove(slot)
        slot.retire()

    async def warm(self, function: Callable[[], object]) -> None:
        """Start every process and call `function` once in each, so that the first real call is quick."""
        slots = [await self._free.get() for _ in range(self.count)]
        try:
            await asyncio.gather(*(slot.run(function, deadline=START) for slot in slots))
        finally:
            for slot in slots:
                self._free.put_nowait(slot)

    def close(self) -> None:
        """Kill all processes, and wait for their end. Calls that still run raise WorkerLost. From any thread."""
        self._closed = True
        for slot in self._slots:
            slot.close()
