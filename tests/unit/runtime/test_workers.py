"""Processes that can be killed at a deadline: what comes back, what is lost, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import pickle
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from structlog.testing import capture_logs

from monitor.errors import FeedUnreadable, WorkerLost, WorkerNotStarted
from monitor.ingest.ingest_poll import PollResult, ingest_poll
from monitor.model import Claim, Entry, Feed, FetchOutcome, FetchResult, RedactedEntry
from monitor.runtime.sandbox import PARSER
from monitor.runtime.workers import messages, processes, worker
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from monitor.telemetry import LogEvent
from tests.support.building import NOON, source
from tests.support.patience import LONG, PATIENCE

PLAIN = WorkerSetup(None)
SHORT = timedelta(seconds=0.5)


def double(number: int) -> int:
    return number * 2


def unreadable(text: str) -> None:
    raise FeedUnreadable(text)


def timed_out() -> None:
    raise TimeoutError("the function's own")


def hang(started: str) -> None:
    Path(started).write_text(str(os.getpid()))
    time.sleep(3600)


def answer_later() -> int:
    time.sleep(0.5)
    return os.getpid()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    sys.exit(3)


def get_pid() -> int:
    return os.getpid()


def leave_a_ring() -> int:
    """Much garbage that holds itself, as a parser leaves it."""
    ring: list[object] = [bytearray(64 * 2**20)]
    ring.append(ring)
    return os.getpid()


def cannot_travel() -> object:
    return threading.Lock()


def alive(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def resident(pid: int) -> int:
    """Bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def processes_of(parent: int) -> set[str]:
    """The modules that Python processes below this one run, those of the fork server too."""
    found: set[str] = set()
    for folder in Path("/proc").iterdir():
        with contextlib.suppress(OSError, IndexError, ValueError):
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) == parent and alive(int(folder.name)):
                command = (folder / "cmdline").read_text().split("\0")
                module = next((word for word in command if word.startswith("monitor.")), command[0])
                found |= {module.rpartition(".")[2]} | processes_of(int(folder.name))
    return found


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  other processes set no asyncio.Event
        await asyncio.sleep(0.02)


def pid_in(path: Path) -> int:
    return int(path.read_text() or 0) if path.exists() else 0


@pytest.fixture(scope="module", autouse=True)
def fork_server() -> Iterator[None]:
    """A fork server that has loaded this module: each process that calls a function of it would import it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processes._Servers, "current", None)
        patch.setattr(processes._Servers, "preloaded", (*processes._Servers.preloaded, __name__))
        yield
        if processes._Servers.current is not None:
            processes._Servers.current.close()


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    before = processes_of(os.getpid())  # other tests have helpers
    pool = Workers(1, setup=PLAIN)
    yield pool
    pool.close()
    async with asyncio.timeout(PATIENCE):  # what was killed at a deadline may need a moment to end
        await until(lambda: processes_of(os.getpid()) <= before | {"fork_server"})


async def test_run_gives_what_the_function_gives(workers: Workers) -> None:
    """Arguments go to another process and the result comes back."""
    assert await workers.run(double, 21, deadline=LONG) == 42
    assert await workers.run(os.getpid, deadline=LONG) != os.getpid()


async def test_errors_of_the_function_reach_the_caller(workers: Workers) -> None:
    """Ours as they are, others as a line. The process lives on."""
    pid = await workers.run(os.getpid, deadline=LONG)
    with pytest.raises(FeedUnreadable, match="empty document"):
        await workers.run(unreadable, "empty document", deadline=LONG)
    with pytest.raises(WorkerLost, match="TimeoutError: the function's own"):
        await workers.run(timed_out, deadline=LONG)
    assert await workers.run(os.getpid, deadline=LONG) == pid


async def test_a_call_is_killed_at_its_deadline_and_the_process_replaced(workers: Workers, tmp_path: Path) -> None:
    """What does not end is killed, told as WorkerLost, and the next call runs."""
    with pytest.raises(WorkerLost, match=r"more than 0\.5 s"):
        await workers.run(hang, str(tmp_path / "pid"), deadline=SHORT)
    await until(lambda: not alive(pid_in(tmp_path / "pid")))
    assert await workers.run(double, 2, deadline=LONG) == 4


async def test_a_process_that_dies_is_told_and_replaced(workers: Workers) -> None:
    """A crash (or the kernel's out-of-memory killer) is WorkerLost, and the next call runs."""
    with pytest.raises(WorkerLost, match="died"):
        await workers.run(die, deadline=LONG)
    assert await workers.run(double, 2, deadline=LONG) == 4


async def test_a_process_that_dies_idle_does_not_break_the_next_call(workers: Workers) -> None:
    """The kernel's out-of-memory killer takes idle processes too."""
    pid = await workers.run(os.getpid, deadline=LONG)
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not alive(pid))
    assert await workers.run(double, 2, deadline=LONG) == 4


async def test_work_that_exits_does_not_end_the_caller(workers: Workers) -> None:
    """SystemExit in a process stays there."""
    with pytest.raises(WorkerLost, match="SystemExit"):
        await workers.run(leave, deadline=LONG)


async def test_a_result_that_is_no_data_is_an_error_of_the_call(workers: Workers) -> None:
    """It breaks nothing, and neither do arguments that cannot be passed."""
    with pytest.raises(TypeError, match="pickle"):
        await workers.run(double, threading.Lock(), deadline=LONG)  # type: ignore[arg-type]
    with pytest.raises(WorkerLost, match="TypeError"):
        await workers.run(cannot_travel, deadline=LONG)
    assert await workers.run(double, 2, deadline=LONG) == 4


async def test_cancelling_the_caller_kills_the_work(workers: Workers, tmp_path: Path) -> None:
    """A cancelled call is cancelled as asyncio knows it, its process ends, and the next call runs in another."""
    task = asyncio.create_task(workers.run(hang, str(tmp_path / "pid"), deadline=LONG))
    await until(lambda: pid_in(tmp_path / "pid"))
    pid = pid_in(tmp_path / "pid")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await workers.run(os.getpid, deadline=LONG) != pid
    await until(lambda: not alive(pid))


async def test_a_call_that_waits_for_a_process_can_be_cancelled(workers: Workers, tmp_path: Path) -> None:
    """Cancelling one that waits leaves the running one alone."""
    first = asyncio.create_task(workers.run(hang, str(tmp_path / "pid"), deadline=LONG))
    await until(lambda: pid_in(tmp_path / "pid"))
    pid = pid_in(tmp_path / "pid")
    second = asyncio.create_task(workers.run(double, 1, deadline=LONG))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    assert alive(pid)
    first.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await first


async def test_closing_ends_calls_that_run_and_calls_that_come(workers: Workers, tmp_path: Path) -> None:
    """close() is quick whatever runs; callers are told, not left waiting."""
    task = asyncio.create_task(workers.run(hang, str(tmp_path / "pid"), deadline=LONG))
    await until(lambda: pid_in(tmp_path / "pid"))
    pid = pid_in(tmp_path / "pid")
    workers.close()
    assert not alive(pid)
    with pytest.raises(WorkerLost, match="stopped"):
        await task
    with pytest.raises(WorkerLost, match="closed"):
        await workers.run(double, 1, deadline=LONG)


async def test_a_process_heeds_no_ctrl_c(workers: Workers) -> None:
    """Ctrl-C at the terminal goes to the whole group; the daemon decides when its workers end."""
    pid = await workers.run(os.getpid, deadline=LONG)
    os.kill(pid, signal.SIGINT)
    assert await workers.run(os.getpid, deadline=LONG) == pid


async def test_memory_is_bounded() -> None:
    """A call that wants more than its process may have is WorkerLost, and takes nothing with it."""
    bounded = Workers(1, setup=WorkerSetup(PARSER))
    try:
        with pytest.raises(WorkerLost, match="memory"):
            await bounded.run(bytearray, 2**31, deadline=LONG)
        assert await bounded.run(abs, -4, deadline=LONG) == 4
    finally:
        bounded.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
async def test_what_big_work_leaves_is_given_back() -> None:
    """Garbage that holds itself too, which Python would look for much later."""
    workers = Workers(1, setup=PLAIN)
    try:
        pid = await workers.run(get_pid, deadline=LONG)  # it imports this module, which is big work too
        before = resident(pid)
        await workers.run(leave_a_ring, deadline=LONG)
        assert resident(pid) < before + 32 * 2**20
    finally:
        workers.close()


async def test_processes_are_renewed_after_so_many_calls() -> None:
    """What leaks in a process ends with it."""
    renewed = Workers(1, setup=PLAIN, tasks_each=2)
    try:
        pids = [await renewed.run(os.getpid, deadline=LONG) for _ in range(4)]
    finally:
        renewed.close()
    assert pids[0] == pids[1] != pids[2] == pids[3]


async def test_a_process_is_renewed_also_if_its_last_call_fails() -> None:
    """Otherwise one that was taken over could stay for ever."""
    renewed = Workers(1, setup=PLAIN, tasks_each=2)
    try:
        first = await renewed.run(os.getpid, deadline=LONG)
        with pytest.raises(FeedUnreadable):
            await renewed.run(unreadable, "no feed", deadline=LONG)
        assert await renewed.run(os.getpid, deadline=LONG) != first
    finally:
        renewed.close()


async def test_calls_in_the_background_leave_a_process_to_others(tmp_path: Path) -> None:
    """Though more of them come than there are processes, and none ends."""
    workers = Workers(2, setup=PLAIN)
    started = [str(tmp_path / name) for name in "abc"]
    hanging = [asyncio.create_task(workers.run(hang, each, deadline=LONG, background=True)) for each in started]
    try:
        await until(lambda: pid_in(tmp_path / "a"))
        assert await workers.run(double, 4, deadline=LONG) == 8
        assert not (tmp_path / "b").exists()
    finally:
        for task in hanging:
            task.cancel()
        await asyncio.gather(*hanging, return_exceptions=True)
        workers.close()


async def test_warm_starts_every_process() -> None:
    """After warm() each process has answered once, and calls run side by side."""
    pair = Workers(2, setup=PLAIN)
    try:
        await pair.warm(os.getpid)
        pids = await asyncio.gather(*(pair.run(answer_later, deadline=LONG) for _ in range(2)))
    finally:
        pair.close()
    assert len(set(pids)) == 2


async def test_extra_processes_start_when_all_are_at_work_and_go_again(tmp_path: Path) -> None:
    """More calls than processes that stay: each runs at once, up to the extra ones; the next waits for the first that
    ends. When they are done only the usual ones are left."""
    elastic = Workers(1, setup=PLAIN, extra=2)
    hanging = [
        asyncio.create_task(elastic.run(hang, str(tmp_path / f"{number}"), deadline=LONG)) for number in range(3)
    ]
    try:
        async with asyncio.timeout(PATIENCE):
            await until(lambda: all(pid_in(tmp_path / f"{number}") for number in range(3)))
            pids = [pid_in(tmp_path / f"{number}") for number in range(3)]
            waits = asyncio.create_task(elastic.run(double, 21, deadline=LONG))
            await asyncio.sleep(0.1)
            assert not waits.done()
            for task in hanging:
                task.cancel()
            assert await waits == 42
            await until(lambda: not any(alive(pid) for pid in pids))
            await asyncio.gather(*hanging, return_exceptions=True)
            assert len(elastic._slots) == 1
            assert await asyncio.gather(*(elastic.run(double, n, deadline=LONG) for n in range(3))) == [0, 2, 4]
            await until(lambda: len(elastic._slots) == 1)  # the last one may just be starting
    finally:
        elastic.close()


async def test_one_idle_extra_process_stays_beside_those_that_hang(tmp_path: Path) -> None:
    """Quick calls, one after the other, need no process of their own each."""
    elastic = Workers(1, setup=PLAIN, extra=2)
    hanging = asyncio.create_task(elastic.run(hang, str(tmp_path / "pid"), deadline=LONG))
    try:
        async with asyncio.timeout(PATIENCE):
            await until(lambda: pid_in(tmp_path / "pid"))
            pids = [await elastic.run(os.getpid, deadline=LONG) for _ in range(5)]
            assert len(set(pids)) == 1
            hanging.cancel()
            await asyncio.gather(hanging, return_exceptions=True)
            assert len(elastic._slots) == 1
    finally:
        elastic.close()


async def test_extra_processes_come_once_they_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that could not be started take no room from others, leave nothing behind, and are tried again."""
    before = descriptors()
    elastic = Workers(1, setup=PLAIN, extra=1)
    hanging = asyncio.create_task(elastic.run(hang, str(tmp_path / "pid"), deadline=LONG))
    try:
        async with asyncio.timeout(PATIENCE):
            await until(lambda: pid_in(tmp_path / "pid"))
            refused: list[object] = []

            def refuse(*given: object, **options: object) -> None:
                refused.append((given, options))
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

            monkeypatch.setattr(worker, "start_process", refuse)
            waits = asyncio.create_task(elastic.run(double, 21, deadline=LONG))
            await until(lambda: refused and len(elastic._slots) == 1)
            monkeypatch.undo()
            assert await waits == 42
    finally:
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        elastic.close()
    await until(lambda: descriptors() <= before + OF_FORK_SERVER)


OF_FORK_SERVER = 3  # descriptors: its socket, and the pipe for what workers write


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


REFUSED = """
import asyncio, os
from datetime import timedelta
from monitor.errors import WorkerNotStarted
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.processes import preload_module
from monitor.runtime.workers.serve import WorkerSetup

async def main():
    preload_module("full")
    workers, others = Workers(1, setup=WorkerSetup(None)), Workers(1, setup=WorkerSetup(None))
    pid, server = [await workers.run(function, deadline=timedelta(seconds=60)) for function in (os.getpid, os.getppid)]
    try:
        await others.run(os.getpid, deadline=timedelta(seconds=60))
    except WorkerNotStarted as error:
        print(error)
    print(await workers.run(os.getpid, deadline=timedelta(seconds=60)) == pid)
    print(await others.run(os.getppid, deadline=timedelta(seconds=60)) == os.getpid())
    others._slots[0]._kill()
    print(await others.run(os.getppid, deadline=timedelta(seconds=60)) == server)
    workers.close()
    others.close()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process is started on its own")
async def test_a_fork_that_is_refused_harms_no_other_worker(tmp_path: Path) -> None:
    """There are too many processes for a moment. The next one is not forked, those after it are again."""
    (tmp_path / "full.py").write_text(
        "import errno, os\nfork, tries = os.fork, []\ndef refuse():\n    tries.append(1)\n"
        "    if len(tries) == 2:\n        raise BlockingIOError(errno.EAGAIN, 'full')\n    return fork()\n"
        "os.fork = refuse\n"
    )
    (tmp_path / "main.py").write_text(REFUSED)
    ended = await run_script(tmp_path / "main.py")
    lines = ended.stdout.splitlines()
    assert lines == [
        "no worker process can be started (it ended, or hung, before its first call)",
        "True",
        "True",
        "True",
    ], ended.stderr
    assert "no worker can be forked" in ended.stderr


ORPHAN = """
import asyncio, os, sys
from datetime import timedelta
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup

async def main():
    workers = Workers(1, setup=WorkerSetup(None))
    for function in (os.getpid, os.getppid):
        print(await workers.run(function, deadline=timedelta(seconds=60)), flush=True)
    if sys.argv[1] == "killed":
        os.kill(os.getpid(), 9)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.parametrize("end", ["killed", "unclosed"])
@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
async def test_processes_die_with_their_parent(tmp_path: Path, end: str) -> None:
    """Neither kill -9 nor forgetting close() leaves a process behind, and no fork server."""
    script = tmp_path / "orphan.py"
    script.write_text(ORPHAN)
    ended = await run_script(script, end)
    assert ended.stderr == ""
    worker, server = map(int, ended.stdout.split())
    await until(lambda: not alive(worker) and not alive(server))


HUNG = """
import asyncio, os, sys
from datetime import timedelta
from pathlib import Path
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from tests.unit.runtime.test_workers import hang, pid_in, until

async def main():
    workers = Workers(1, setup=WorkerSetup(None))
    hanging = asyncio.create_task(workers.run(hang, sys.argv[1], deadline=timedelta(seconds=600)))
    await until(lambda: pid_in(Path(sys.argv[1])))
    os.kill(os.getpid(), 9)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
async def test_a_process_at_work_dies_with_its_parent_too(tmp_path: Path) -> None:
    """It reads no socket meanwhile: the kernel ends it."""
    script, pid = tmp_path / "hung.py", tmp_path / "pid"
    script.write_text(HUNG)
    await run_script(script, str(pid))
    await until(lambda: not alive(pid_in(pid)))


STOPPED_SERVER = """
import asyncio, os, signal, sys
from datetime import timedelta
from pathlib import Path
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from tests.unit.runtime.test_workers import hang, pid_in, until

async def main():
    workers = Workers(2, setup=WorkerSetup(None))
    server = await workers.run(os.getppid, deadline=timedelta(seconds=60))
    hanging = asyncio.create_task(workers.run(hang, sys.argv[1], deadline=timedelta(seconds=600)))
    await until(lambda: pid_in(Path(sys.argv[1])))
    print(server, await workers.run(os.getpid, deadline=timedelta(seconds=60)), flush=True)
    os.kill(server, signal.SIGSTOP)
    os.kill(os.getpid(), 9)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
async def test_processes_die_with_their_parent_though_the_fork_server_is_stopped(tmp_path: Path) -> None:
    """It then sees no end of its socket, and could not end the worker that is at work."""
    script, pid = tmp_path / "stopped.py", tmp_path / "pid"
    script.write_text(STOPPED_SERVER)
    ended = await run_script(script, str(pid))
    left = [*map(int, ended.stdout.split()), pid_in(pid)]
    assert len(left) == 3, ended.stderr
    try:
        async with asyncio.timeout(PATIENCE):
            await until(lambda: not any(map(alive, left)))
    finally:
        for process in filter(alive, left):
            os.kill(process, signal.SIGKILL)


def spin_behind_calls(seconds: float) -> int:
    """As code that has taken the process over may, though the call returns."""

    def spin() -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pass

    threading.Thread(target=spin, daemon=True).start()
    return os.getpid()


def work(seconds: float) -> int:
    """Use CPU for so long."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="the clock of another process is Linux")
async def test_a_process_that_spins_between_its_calls_is_killed(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next call gets another process."""
    monkeypatch.setattr(worker, "WATCH", timedelta(seconds=0.1))
    monkeypatch.setattr(worker, "IDLE_CPU", timedelta(seconds=0.5))
    with capture_logs() as lines:
        spinning = await workers.run(spin_behind_calls, 600.0, deadline=LONG)
        async with asyncio.timeout(PATIENCE):
            await until(lambda: not alive(spinning))
        assert await workers.run(os.getpid, deadline=LONG) != spinning
    assert [line["event"] for line in lines] == [LogEvent.WORKER_SPINS]


@pytest.mark.skipif(sys.platform != "linux", reason="the clock of another process is Linux")
async def test_a_process_that_works_in_its_calls_stays(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much CPU they take together."""
    monkeypatch.setattr(worker, "WATCH", timedelta(seconds=0.05))
    monkeypatch.setattr(worker, "IDLE_CPU", timedelta(seconds=0.5))
    assert len({await workers.run(work, 0.3, deadline=LONG) for _ in range(5)}) == 1
    await asyncio.sleep(0.2)
    assert len({await workers.run(work, 0.3, deadline=LONG) for _ in range(2)}) == 1


async def run_script(script: Path, *args: str) -> subprocess.CompletedProcess[str]:
    folders = (str(script.parent), str(Path(__file__).parents[3]))
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(script), *args],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
    )


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process is started on its own")
async def test_calls_go_on_when_the_fork_server_was_killed() -> None:
    """The kernel's out-of-memory killer may choose it: its processes end with it, and all is started again."""
    workers = Workers(1, setup=PLAIN)
    try:
        pid, server = [await workers.run(function, deadline=LONG) for function in (os.getpid, os.getppid)]
        os.kill(server, signal.SIGKILL)
        await until(lambda: not alive(pid))
        assert await workers.run(os.getppid, deadline=LONG) not in {server, os.getpid()}
    finally:
        workers.close()


DYING = """
import asyncio, os
from datetime import timedelta
from monitor.errors import WorkerLost
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.processes import preload_module
from monitor.runtime.workers.serve import WorkerSetup

async def main():
    preload_module("dying")
    workers = Workers(1, setup=WorkerSetup(None))
    for _ in range(2):
        try:
            print(await workers.run(os.getppid, deadline=timedelta(seconds=60)) == os.getpid())
        except WorkerLost as error:
            print(type(error).__name__)
    workers.close()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process is started on its own")
@pytest.mark.parametrize("fault", ["os.register_at_fork(after_in_child=lambda: os._exit(3))", "os._exit(3)"])
async def test_where_a_forked_process_dies_at_its_start_the_next_one_is_not_forked(tmp_path: Path, fault: str) -> None:
    """Whatever the fork server has loaded that does not bear it, and if it dies itself."""
    (tmp_path / "dying.py").write_text(f"import os\n{fault}\n")
    (tmp_path / "main.py").write_text(DYING)
    ended = await run_script(tmp_path / "main.py")
    assert ended.stdout.split() == ["WorkerNotStarted", "True"], ended.stderr


async def test_where_no_process_can_be_started_the_call_is_not_started() -> None:
    """It is neither a fault of the work nor of ours. Later calls try again."""
    workers = Workers(1, setup=PLAIN)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    await asyncio.sleep(0)  # the loop has its descriptors
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, limits[1]))
    try:
        with pytest.raises(WorkerNotStarted, match=r"no worker process can be started .*Too many open files"):
            await workers.run(double, 2, deadline=LONG)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert await workers.run(double, 2, deadline=LONG) == 4
    workers.close()


THREADED = """
import asyncio, threading, time
from datetime import timedelta
from monitor.runtime.sandbox import PARSER
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.processes import preload_module
from monitor.runtime.workers.serve import WorkerSetup

async def main():
    preload_module("threaded")
    workers = Workers(1, setup=WorkerSetup(PARSER))
    for _ in range(2):
        print(await workers.run(abs, -4, deadline=timedelta(seconds=60)))
        workers._slots[0]._kill()
    workers.close()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no sandbox")
async def test_a_process_that_could_not_lock_itself_in_as_a_whole_is_logged_once(tmp_path: Path) -> None:
    """A module that starts a thread would weaken every worker, and nobody would know."""
    start = "threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()"
    hook = f"os.register_at_fork(after_in_child=lambda: {start})"
    (tmp_path / "threaded.py").write_text(f"import os, threading, time\n{hook}\n")
    (tmp_path / "main.py").write_text(THREADED)
    ended = await run_script(tmp_path / "main.py")
    assert ended.stdout.count("sandbox.incomplete") == 1, ended.stdout + ended.stderr
    assert "several threads" in ended.stdout


SECRET = "s3cr3t-of-the-daemon"


def list_environment() -> dict[str, str]:
    return dict(os.environ) | {"at its start": Path("/proc/self/environ").read_text(encoding="utf-8")}


def list_descriptors() -> list[str]:
    """What each descriptor is, without the one that reads this folder."""
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.append(str(descriptor.readlink()).partition(":")[0])
    return [kind for kind in found if not kind.startswith("/proc/")]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("forked", [True, False])
async def test_a_process_inherits_no_secret_and_no_descriptor(monkeypatch: pytest.MonkeyPatch, *, forked: bool) -> None:
    """Of the environment it has only what Python and the C library read; of descriptors its socket and the streams."""
    monkeypatch.setattr(processes._Servers, "current", None)
    monkeypatch.setenv("SMTP_PASSWORD", SECRET)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", f"/run/{SECRET}")
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{SECRET}@proxy.example")
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    os.set_inheritable(writing, True)
    workers = Workers(1, setup=PLAIN)
    workers._slots[0]._forks = forked
    try:
        seen = await workers.run(list_environment, deadline=LONG)
        assert SECRET not in str(seen)
        assert "HTTPS_PROXY" not in seen
        descriptors = await workers.run(list_descriptors, deadline=LONG)
        assert sorted(descriptors) == ["/dev/null", "pipe", "pipe", "socket"]
    finally:
        workers.close()
        os.close(reading)
        os.close(writing)
        if (server := processes._Servers.current) is not None:
            server.close()


async def test_a_process_that_has_network_gets_the_variables_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy, and the certificates of a company."""
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/own.pem")
    monkeypatch.setenv("SMTP_PASSWORD", SECRET)
    workers = Workers(1, setup=WorkerSetup(None, processes.select_network_environment()))
    try:
        seen = await workers.run(list_environment, deadline=LONG)
    finally:
        workers.close()
    assert (seen["https_proxy"], seen["SSL_CERT_FILE"]) == ("http://proxy.example:3128", "/etc/ssl/own.pem")
    assert SECRET not in str(seen)


# --- what a process may send ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Harmless:
    text: str
    number: int = 0


def repeat(text: str, times: int) -> str:
    return text * times


def return_harmless(value: object) -> Harmless:
    return value  # type: ignore[return-value]


def return_text(text: str) -> list[str]:
    return [text]


async def test_halves_of_surrogate_pairs_are_replaced(workers: Workers) -> None:
    """Databases refuse them. Nothing else of the reply changes."""
    assert await workers.run(return_text, "half \ud83d of a pair 😀", deadline=LONG) == ["half \ufffd of a pair 😀"]


def return_feed(*entries: Entry) -> Feed:
    return Feed(entries)


async def test_an_entry_with_halves_of_surrogate_pairs_is_stored_and_one_that_hides_another_is_plain(
    workers: Workers,
) -> None:
    """Polls would fail with a traceback, or an entry would be hidden in another."""
    entry = Entry("a\ud800", "https://x.test/\udc00", "Kim\udfff")
    hiding = RedactedEntry.from_entries(entry, Entry("c"))
    feed = await workers.run(return_feed, hiding, Entry("b"), deadline=LONG)
    assert [type(each) for each in feed.entries] == [Entry, Entry]
    claim = Claim("wire", "https://wire.test/feed", 1, NOON, is_first_poll=False, last_ok=NOON)
    fetched = FetchResult(FetchOutcome.DOCUMENT, claim.url, 200)
    result = ingest_poll(PollResult(claim, source("wire"), fetched, feed), {}, NOON, max_articles=10)
    assert [(article.uid, article.title) for article in result.articles] == [("a\ufffd", "Kim\ufffd"), ("b", "")]


@pytest.mark.parametrize(
    "value",
    [7, None, "text", {"text": 7}, {"text": "a", "number": "b"}, {"number": 1}, [1], {"text": "a", "number": 2**70}],
    ids=repr,
)
async def test_a_process_refuses_what_its_daemon_would(workers: Workers, value: object) -> None:
    """A fault of ours in a reader ends no process: a reply that is not of its type is always a lie."""
    pid = await workers.run(os.getpid, deadline=LONG)
    with pytest.raises(WorkerLost, match=r"^what the work gives is out of bounds|^the work failed: OverflowError"):
        await workers.run(return_harmless, value, deadline=LONG)
    assert await workers.run(return_harmless, Harmless("a", 1), deadline=LONG) == Harmless("a", 1)
    assert await workers.run(os.getpid, deadline=LONG) == pid


async def test_a_process_sends_no_longer_reply_than_the_daemon_takes(workers: Workers) -> None:
    pid = await workers.run(os.getpid, deadline=LONG)
    with pytest.raises(WorkerLost, match=r"^what the work gives is out of bounds: \d+ bytes"):
        await workers.run(repeat, "a" * 1_000, messages.MAX_REPLY // 1_000 + 1, deadline=LONG)
    assert len(await workers.run(repeat, "a" * 1_000_000, 4, deadline=LONG)) == 4_000_000
    assert await workers.run(os.getpid, deadline=LONG) == pid


class Evil:
    """Runs a command in whoever unpickles it."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self.path,)


def write_to_the_daemon(message: bytes) -> str:
    """As code that a document has brought into the process might."""
    descriptors = (path for path in Path("/proc/self/fd").iterdir() if path.is_socket())
    socket.socket(fileno=os.dup(int(next(descriptors).name))).sendall(message)
    time.sleep(3600)
    return "never"


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(messages.HEADER) + message


CALL = 2  # the number of a call in its process


def evil_messages(path: str) -> Iterator[tuple[str, bytes]]:
    evil = pickle.dumps(Evil(path))
    nested = b"\x91" * 100_000 + b"\xc0"
    yield "pickle", framed(evil)
    yield "pickle as a result", framed(msgspec.msgpack.encode(messages.Returned(CALL, evil)))
    yield "nested", framed(nested)
    yield "nested result", framed(msgspec.msgpack.encode(messages.Returned(CALL, msgspec.Raw(nested))))
    yield "not a number", framed(msgspec.msgpack.encode(messages.Returned(CALL, float("nan"))))
    yield "half of a pair", framed(b"\x93\xa8Returned\x02\xa3\xed\xa0\x80")
    yield "extension", framed(msgspec.msgpack.encode(messages.Returned(CALL, msgspec.msgpack.Ext(1, b"x"))))
    yield "an array of 2**32 elements", framed(b"\xdd\xff\xff\xff\xff")
    yield "another call", framed(msgspec.msgpack.encode(messages.Returned(CALL + 1, 13)))
    yield "error of no kind", framed(msgspec.msgpack.encode(["Failed", CALL, "StoreReplaced", "stop"]))
    yield "long error", framed(msgspec.msgpack.encode(["Failed", CALL, "WorkerLost", "x" * 10_000]))
    yield "number of no call", framed(msgspec.msgpack.encode(["Returned", 2**64 - 1, 13]))
    yield "ready again", framed(msgspec.msgpack.encode(messages.Ready()))
    yield "too long", (2**62).to_bytes(messages.HEADER) + b"x"
    yield "negative length", b"\xff" * messages.HEADER
    yield "empty", framed(b"")
    yield "other bytes", framed(os.urandom(1000))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_nothing_that_a_process_sends_runs_in_the_daemon(workers: Workers, tmp_path: Path) -> None:
    """Its process is killed, and the next call has another one."""
    path = tmp_path / "evil"
    pickle.loads(pickle.dumps(Evil(str(path))))  # what unpickling would do
    path.rmdir()
    for name, message in evil_messages(str(path)):
        assert await workers.run(double, 2, deadline=LONG) == 4
        with pytest.raises(WorkerLost, match="sent"):
            await workers.run(write_to_the_daemon, message, deadline=LONG)
        assert not path.exists(), name


def answer_in_advance(message: bytes) -> int:
    threading.Timer(0.5, write_to_the_daemon, args=(message,)).start()
    return os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_a_process_cannot_answer_before_it_is_asked(workers: Workers) -> None:
    """A reply that waits in the socket would be taken for that of the next call, for another document."""
    reply = framed(msgspec.msgpack.encode(messages.Returned(CALL, 13)))
    pid = await workers.run(answer_in_advance, reply, deadline=LONG)
    connection = workers._slots[0]._connection
    assert connection is not None
    await until(lambda: not connection.is_idle)
    assert await workers.run(double, 2, deadline=LONG) == 4
    await until(lambda: not alive(pid))


def fail_at_length() -> None:
    raise FeedUnreadable("no feed " * 100_000)


async def test_the_line_of_an_error_is_short(workers: Workers) -> None:
    """It goes to the log and into the database, at each poll."""
    with pytest.raises(FeedUnreadable) as raised:
        await workers.run(fail_at_length, deadline=LONG)
    assert len(str(raised.value)) <= messages.MAX_LINE


async def test_a_reply_that_comes_byte_by_byte_passes_the_deadline(workers: Workers) -> None:
    """The daemon goes on meanwhile."""
    message = (2**20).to_bytes(messages.HEADER) + b"a little"
    with pytest.raises(WorkerLost, match=r"more than 0\.5 s"):
        await workers.run(write_to_the_daemon, message, deadline=SHORT)


def speak(text: str) -> None:
    print(text, flush=True)
    os.write(2, b"\x1b]0;title\x07 an error\n")


async def test_what_a_process_writes_is_logged_and_cleaned(
    workers: Workers, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not on our streams: it could write lines that look like ours."""
    await workers.run(speak, "\x1b[2Ja line", deadline=LONG)
    await until(lambda: len(caplog.messages) == 2)
    assert caplog.messages == ["[2Ja line", "]0;title an error"]
    assert capfd.readouterr().out == ""
