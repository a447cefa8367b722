"""Worker processes that can be killed at a deadline.

Work that may never end (parsing documents of strangers, plugins that talk to servers) runs here, so that no document
and no server can stop the daemon. This module does not know what the work is, does not repeat it, and stores nothing of
it: the caller decides what a lost worker means.

Every process has its own pebble pool. A pool with several processes is broken as a whole when an idle one dies (the
kernel's out-of-memory killer kills idle ones too), and it cannot warm each of its processes.

On Linux a fork server forks them: a small process of one thread that has loaded in advance what they all need
(`preload_module`). So they start at once, and share these pages. It ends with the daemon, and they end with it. If it
cannot be reached any more (somebody has cleaned the folder for temporary files, where its socket is), another one is
started. If none can be started, the processes are started without it.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import resource
import signal
import stat
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from multiprocessing import forkserver, get_context, util
from multiprocessing.context import ForkServerContext, SpawnContext
from pathlib import Path
from threading import Thread
from typing import TypeVar, TypeVarTuple
from weakref import WeakSet

from pebble import CONSTS, ProcessExpired, ProcessPool

from monitor import clock
from monitor.errors import WorkerLost, WorkerNotStarted
from monitor.runtime.forkserver_compat import close_fork_server_pipe, stop_fork_server
from monitor.runtime.malloc_tuning import MemoryTrimmer
from monitor.telemetry.log_writer import write_stderr_in_thread

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

# A deadline counts from the moment when a process takes the work. This limits the wait for that (a machine that swaps,
# an import that hangs).
START = timedelta(seconds=60)
CHECK_EVERY = 1  # s; is there still a process?
CHECK_SELDOM = 0.5  # s between two checks of a process, in a program that runs for long; pebble's default is 0.1
PR_SET_PDEATHSIG = 1


def preload_module(module: str) -> None:
    """Load a module once for all worker processes, which then share its pages. It must start no thread. Call this
    before the first process is started: later it has no effect."""
    forkserver.set_forkserver_preload([module])


def check_workers_seldom() -> None:
    """For a program that runs for long: check each process twice a second only. Idle processes then cost little. What
    a process has done is known at once all the same; that its deadline has passed, or that it has died, a moment later.
    A command would only end later."""
    CONSTS.sleep_unit = CHECK_SELDOM


class Workers:
    """A pool of `count` processes. `memory`: the address space of each in bytes; `tasks_each`: after so many calls a
    process is replaced; `extra`: how many more are started while all are busy, and ended as soon as fewer are needed;
    each of these calls `prepare` before it is used."""

    def __init__(
        self,
        count: int,
        *,
        memory: int | None = None,
        tasks_each: int = 0,
        extra: int = 0,
        prepare: Callable[[], object] = os.getpid,
    ) -> None:
        self.count = count
        self._limit = count + extra
        self._prepare = prepare
        self._growing: asyncio.Task[None] | None = None
        self._closed = False
        self._new_slot = partial(Worker, memory, tasks_each)
        self._slots = [self._new_slot() for _ in range(count)]
        self._ending_slots: list[Worker] = []
        self._waiting = 0  # calls for which no slot is free
        self._free: asyncio.LifoQueue[Worker] = asyncio.LifoQueue()  # last in, first out: the warmest goes first
        for slot in self._slots:
            self._free.put_nowait(slot)

    async def run(self, function: Callable[[*Ts], T], *args: *Ts, deadline: timedelta) -> T:
        """Call `function` in a process; returns or raises what it does. Raises WorkerLost if the process was killed at
        the deadline, or died, and WorkerNotStarted if the call was never begun.

        `function`, its arguments and its result are passed between processes: it must be top-level, and they picklable.
        """
        async with self.reserved() as worker:
            return await worker.run(function, *args, deadline=deadline)

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
                await asyncio.sleep(CHECK_EVERY)

    def _return_slot(self, slot: Worker) -> None:
        """Free the process; or end it, if there are extra ones, no call waits for it and another one is idle: then the
        next call needs no start."""
        if len(self._slots) <= self.count or self._free.qsize() <= self._waiting:
            self._free.put_nowait(slot)
        else:
            self._remove_slot(slot)

    def _remove_slot(self, slot: Worker) -> None:
        self._slots.remove(slot)
        slot.close()
        self._ending_slots = [*(old for old in self._ending_slots if old.is_ending), slot]

    async def warm(self, function: Callable[[], object]) -> None:
        """Start every process and call `function` once in each, so that the first real call is quick."""
        slots = [await self._free.get() for _ in range(self.count)]
        try:
            await asyncio.gather(*(slot.run(function, deadline=START) for slot in slots))
        finally:
            for slot in slots:
                self._free.put_nowait(slot)

    def close(self) -> None:
        """Kill all processes. Calls that still run raise WorkerLost."""
        self._closed = True
        for slot in self._slots:
            slot.close()
        for slot in (*self._slots, *self._ending_slots):
            slot.wait(timedelta(seconds=5))
        with suppress(OSError):
            _temporary_folder()  # when it ends, multiprocessing complains if there is no folder to remove


class Worker:
    """One process; when it ends, the next call starts another in its place."""

    def __init__(self, memory: int | None, tasks_each: int) -> None:
        self._memory = memory
        self._tasks_each = tasks_each
        self._pool: ProcessPool | None = None
        self._future: Future[object] | None = None
        self._ending: list[Thread] = []
        self._closed = False
        self._worked = False  # whether the process has finished a call
        _slots.add(self)

    @property
    def busy(self) -> bool:
        """Whether a call is running."""
        return self._future is not None and not self._future.done()

    async def run(self, function: Callable[[*Ts], T], *args: *Ts, deadline: timedelta) -> T:
        """As `Workers.run`."""
        future: Future[T] = self._schedule(function, args, deadline)
        pool, waiter = self._pool, asyncio.wrap_future(future)
        end = clock.monotonic() + (deadline + START).total_seconds()
        assert pool is not None
        try:
            # pebble forgets a call that comes at the moment when it gives up its pool
            while not waiter.done() and pool.active and (remaining := end - clock.monotonic()) > 0:
                await asyncio.wait((waiter,), timeout=min(remaining, CHECK_EVERY))
        finally:
            if waiter.done() and not waiter.cancelled():
                waiter.exception()  # asyncio complains of errors that nobody has read
            if not future.done():  # this task is being cancelled, or the process never began the work
                future.cancel()
                if pool.active:
                    self._end()
        self._worked = self._worked or not _is_broken(future)
        return _unwrap_result(future, deadline)

    def _schedule(self, function: Callable[[*Ts], T], args: tuple[*Ts], deadline: timedelta) -> Future[T]:
        if self._closed:
            raise WorkerNotStarted("the worker processes have been closed")
        from_scratch = False
        if (
            self._pool is not None and not self._pool.active
        ):  # its process died while it was idle, and pebble gave up the pool
            from_scratch = not self._worked
            self._end()
        if self._pool is None:
            self._pool = _start_pool(self._memory, self._tasks_each, from_scratch=from_scratch)
            self._worked = False
        try:
            future = self._pool.schedule(_run_task, args=(function, args), timeout=deadline.total_seconds())
        except RuntimeError as error:
            raise WorkerNotStarted(f"the worker process cannot take work ({error})") from None
        self._future = future
        return future

    def _end(self) -> None:
        """Kill the process without waiting for it; the next call starts another."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.stop()  # type: ignore[no-untyped-call]
            thread = Thread(target=pool.join, name="worker-end", daemon=True)
            try:
                thread.start()
            except RuntimeError:  # there may be no more threads
                pool.join()
            else:
                self._ending = [*(t for t in self._ending if t.is_alive()), thread]

    def close(self) -> None:
        self._closed = True
        if self._future is not None:
            self._future.cancel()
        self._end()

    @property
    def is_ending(self) -> bool:
        """Whether one of its processes has not ended yet."""
        return any(thread.is_alive() for thread in self._ending)

    def wait(self, timeout: timedelta) -> None:
        for thread in self._ending:
            thread.join(timeout.total_seconds())
        self._ending = []


_slots: WeakSet[Worker] = WeakSet()  # all workers of this process


def _is_broken(future: Future[T]) -> bool:
    """Whether the process died, or was stopped, before it had done the work."""
    return future.cancelled() or isinstance(future.exception(), BrokenProcessPool)


def _unwrap_result(future: Future[T], deadline: timedelta) -> T:
    if future.cancelled():
        raise WorkerLost("the worker process was stopped before it was done")
    error = future.exception()
    if isinstance(error, ProcessExpired):
        raise WorkerLost(f"the worker process died (exit code {error.exitcode})") from None
    if isinstance(error, BrokenProcessPool):
        raise WorkerLost(f"the worker process died ({error})") from None
    # An error of the function has a cause, in which pebble says where it is from; pebble's own TimeoutError has none.
    if isinstance(error, TimeoutError) and error.__cause__ is None:
        raise WorkerLost(f"the work took more than {deadline.total_seconds():g} s and was killed") from None
    return future.result()


def _start_pool(memory: int | None, tasks_each: int, *, from_scratch: bool) -> ProcessPool:
    """A pool of one process, started in the first way that works. Raises WorkerNotStarted."""
    problem: Exception | None = None
    for context in (get_context("spawn"),) if from_scratch else _list_start_contexts():
        try:
            return _create_pool(context, memory, tasks_each)
        except (BrokenProcessPool, OSError) as error:
            problem = error.__cause__ or error  # type: ignore[assignment]  # pebble's own errors do not say why
        except RuntimeError as error:  # there may be no more threads, and every way needs some
            problem = error
            break
    raise WorkerNotStarted(f"no worker process can be started ({problem})")


def _create_pool(context: ForkServerContext | SpawnContext, memory: int | None, tasks_each: int) -> ProcessPool:
    """A pool of one process that starts at once.

    SIGINT is blocked during the start: threads and, through exec, processes inherit the signal mask. So Ctrl-C at the
    terminal never reaches the process, not even while it still loads Python.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool = ProcessPool(
            max_workers=1,
            max_tasks=tasks_each,
            initializer=_init_worker,
            initargs=(os.getpid(), memory),
            context=context,
        )
        assert pool.active  # reading this starts it
    except RuntimeError:  # it has its process, but not all its threads
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return pool


def _list_start_contexts() -> Iterator[ForkServerContext | SpawnContext]:
    """The ways to start a process, the best first. Other systems than Linux have libraries that cannot be forked. And
    the fork server listens on a socket in the folder for temporary files: its name may be too long for a socket, and
    others may clean that folder."""
    if sys.platform == "linux":
        with suppress(OSError):
            forkserver.ensure_running()
            yield get_context("forkserver")
        if not any(slot.busy for slot in _slots):  # the processes that the server has forked end with it
            with suppress(OSError):
                _renew_fork_server()
                yield get_context("forkserver")
    yield get_context("spawn")


def _renew_fork_server() -> None:
    """Replace the fork server. Raises OSError."""
    stop_fork_server()
    folder = _temporary_folder()
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or stat.S_IMODE(status.st_mode) & 0o077:
        raise PermissionError(f"{folder} is not ours alone: whoever made it could answer in the fork server's place")
    forkserver.ensure_running()


def _temporary_folder() -> Path:
    """The folder of multiprocessing, made if it does not exist: its name stays the same. Raises OSError."""
    folder = Path(util.get_temp_dir())
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    return folder


# --- in the process ---------------------------------------------------------------------------------------------


def _init_worker(daemon: int, memory: int | None) -> None:
    write_stderr_in_thread()  # otherwise a call that waits until the log is read would be killed at its deadline
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # pebble's handler needs the interpreter, which C code may hold
    if sys.platform == "linux":
        # Sent when the *thread* that started this process ends: the only one of the fork server; without it, that of
        # the event loop, or pebble's manager thread, which lives as long as its pool.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        # Each process inherits this pipe, to start processes too. Only the daemon should hold it, so that the fork
        # server ends in whatever way the daemon dies.
        close_fork_server_pipe()
        if not _descends_from(daemon):  # it died before the call of prctl
            os._exit(1)
        if memory is not None:
            resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _descends_from(daemon: int) -> bool:
    """Whether the daemon is the parent of this process, or of the fork server that is its parent."""
    parent = os.getppid()
    try:
        stat = Path(f"/proc/{parent}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return daemon in {parent, int(stat.rpartition(")")[2].split()[1])}


def _run_task(function: Callable[[*Ts], T], args: tuple[*Ts]) -> T:
    try:
        return function(*args)
    except MemoryError:
        raise WorkerLost("the work needs more memory than a worker process may have") from None
    except (SystemExit, KeyboardInterrupt) as error:  # in the daemon they would end it
        raise WorkerLost(f"the work ended its process ({error!r})") from None
    finally:
        _memory.trim_if_grown()


_memory = MemoryTrimmer()
