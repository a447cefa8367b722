"""One worker: a process that takes one call after the other, and its successors.

A process that passes a deadline, dies, sends what is no reply, or uses the processor while no call runs is killed; the
next call starts another.
"""

from __future__ import annotations

import asyncio
import pickle
import socket
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any, Final, TypeVar, TypeVarTuple

from monitor.errors import WorkerLost, WorkerNotStarted
from monitor.runtime.sandbox import missing_protections
from monitor.runtime.workers import messages
from monitor.runtime.workers.connection import Connection, WorkerClosed
from monitor.runtime.workers.processes import Process, start_process
from monitor.runtime.workers.serve import WorkerSetup
from monitor.telemetry import LogEvent, log

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

CAN_FORK: Final = sys.platform == "linux"  # other systems have libraries that cannot be forked
WATCH: Final = timedelta(seconds=30)  # between two looks at the CPU of a process
IDLE_CPU: Final = timedelta(seconds=5)  # that a process may use beyond the time of its calls
START: Final = timedelta(seconds=60)  # for a process to start (on a machine that swaps; an import that hangs)


class Worker:
    """`setup`: how each of its processes is set up; `tasks_each`: after so many calls one is replaced; 0: never."""

    def __init__(self, setup: WorkerSetup, tasks_each: int) -> None:
        self._setup = setup
        self._tasks_each = tasks_each
        self._process: Process | None = None
        self._connection: Connection | None = None
        self._calls = 0  # of this process
        self._busy = 0.0  # s that they took, without the one that runs
        self._since = 0.0  # when the one that runs began, by the clock of the event loop
        self._check: asyncio.Task[None] | None = None
        self._forks = CAN_FORK
        self._running = False
        self._closed = False

    async def run(self, function: Callable[[*Ts], T], *args: *Ts, deadline: timedelta, fresh: bool = False) -> T:
        """As `Workers.run`."""
        if fresh and self._calls:
            self._kill()
        self._running, self._since = True, asyncio.get_running_loop().time()
        try:
            try:
                result = await self._ask(await self._get_connection(), function, args, deadline)
            except messages.CallDeclined:
                self._kill()
                result = await self._ask(await self._get_connection(), function, args, deadline)
        except WorkerClosed:
            raise WorkerLost(await self._explain_end()) from None
        except (messages.ReplyInvalid, messages.CallDeclined) as error:
            self._kill()
            raise WorkerLost(f"the worker process sent {error}, and was killed") from None
        except asyncio.CancelledError:
            self._kill()
            raise
        finally:
            self._running = False
            self._busy += asyncio.get_running_loop().time() - self._since
            if 0 < self._tasks_each <= self._calls:  # however the last call ended
                self._kill()
        return result

    async def _ask(
        self, connection: Connection, function: Callable[..., T], args: tuple[Any, ...], deadline: timedelta
    ) -> T:
        self._calls += 1
        message = messages.encode_call(self._calls, function, args)
        timeout = asyncio.timeout(deadline.total_seconds())
        try:
            async with timeout:
                await connection.send(message)
                reply = await connection.receive()
        except TimeoutError:
            self._kill()
            raise WorkerLost(f"the work took more than {deadline.total_seconds():g} s and was killed") from None
        return messages.decode_result(reply, self._calls, function)

    async def _get_connection(self) -> Connection:
        """A process that waits for a call. Raises WorkerNotStarted."""
        if self._connection is not None and not self._connection.is_idle:  # it has died, for example for its memory
            self._kill()
        if self._connection is None:
            self._raise_if_closed()
            self._connection = await self._start()
            self._raise_if_closed()  # another thread may have called `close`
        return self._connection

    def _raise_if_closed(self) -> None:
        if self._closed:
            self._kill()
            raise WorkerNotStarted("the worker processes have been closed")

    async def _start(self) -> Connection:
        try:
            ours, theirs = socket.socketpair()
        except OSError as error:
            raise WorkerNotStarted(f"no worker process can be started ({error})") from None
        connection = Connection(ours)
        try:
            with theirs:
                self._process = process = start_process(theirs, forked=self._forks)
            async with asyncio.timeout(START.total_seconds()):
                await connection.send(pickle.dumps(self._setup))
                ready = messages.decode_ready(await connection.receive())
        except (OSError, WorkerClosed, messages.ReplyInvalid) as error:  # TimeoutError is an OSError
            connection.close()
            self._kill()
            if isinstance(error, (TimeoutError, WorkerClosed)):  # what is loaded may not bear to be forked
                self._forks = CAN_FORK and not self._forks
            problem = str(error) or "it ended, or hung, before its first call"
            raise WorkerNotStarted(f"no worker process can be started ({problem})") from None
        except asyncio.CancelledError:
            connection.close()
            raise
        self._calls, self._busy, self._forks = 0, 0.0, CAN_FORK
        self._watch(process)
        if ready.missing:
            _report_missing(ready.missing)
        return connection

    def _watch(self, process: Process) -> None:
        """Look at the CPU of this process from time to time, until it is replaced. A timer holds no task open."""

        def check() -> None:
            if self._process is process:
                self._check = asyncio.create_task(self._check_cpu(process), name="check a worker's CPU")

        asyncio.get_running_loop().call_later(WATCH.total_seconds(), check)

    async def _check_cpu(self, process: Process) -> None:
        try:
            used = await asyncio.to_thread(process.read_cpu)
        except RuntimeError:  # there may be no more threads
            used = None
        if self._process is not process:
            return
        now = asyncio.get_running_loop().time()
        busy = self._busy + (now - self._since if self._running else 0)
        if used is None or used <= busy + IDLE_CPU.total_seconds():
            self._watch(process)
            return
        log.warning(LogEvent.WORKER_SPINS, cpu_s=round(used), calls_s=round(busy), calls=self._calls)
        if self._running:
            process.kill()  # the call then finds that its process has ended
        else:
            self._kill()

    async def _explain_end(self) -> str:
        """Why a process has closed its socket within a call."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        process, self._process = self._process, None
        if process is None:
            return "the worker process was stopped before it was done"
        try:
            code = await asyncio.to_thread(process.wait)
        except RuntimeError:  # there may be no more threads
            process.kill()
            return "the worker process died"
        return f"the worker process died (exit code {code})"

    def _kill(self) -> None:
        """End the process, if there is one, without waiting for that."""
        connection, self._connection = self._connection, None
        process, self._process = self._process, None
        if connection is not None:
            connection.close()
        if process is not None:
            process.kill()

    def retire(self) -> None:
        """Take no more calls; end the process without waiting for that. No call may run."""
        self._closed = True
        self._kill()

    def close(self) -> None:
        """Kill the process, and wait for its end. A call that runs raises WorkerLost. From any thread."""
        self._closed = True
        process, self._process = self._process, None
        if process is not None:
            process.wait()
        if not self._running:
            self._kill()


@cache
def _report_missing(lines: tuple[str, ...]) -> None:
    """Log, once, what a process lacks beyond what the log of the start has: what it has loaded may have a thread."""
    if unexpected := set(lines) - set(missing_protections()):
        log.warning(LogEvent.SANDBOX_INCOMPLETE, missing=sorted(unexpected))
