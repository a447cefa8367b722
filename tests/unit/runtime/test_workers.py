"""Processes that can be killed at a deadline: what comes back, what is lost, and that nothing stays behind."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import multiprocessing
import multiprocessing.forkserver
import multiprocessing.util
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pebble
import pebble.pool.process
import pytest

from monitor.errors import FeedUnreadable, WorkerLost, WorkerNotStarted
from monitor.runtime.workers import CHECK_SELDOM, Workers, check_workers_seldom
from tests.patience import LONG, PATIENCE

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


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    sys.exit(3)


def swell() -> int:
    return len(bytearray(2**31))


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


async def until(condition: Callable[[], object]) -> None:
    while not condition():  # noqa: ASYNC110  other processes set no asyncio.Event
        await asyncio.sleep(0.02)


def pid_in(path: Path) -> int:
    return int(path.read_text() or 0) if path.exists() else 0


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    before = set(threading.enumerate())  # a library that another test has loaded may keep a thread
    pool = Workers(1)
    yield pool
    pool.close()
    assert [t.name for t in set(threading.enumerate()) - before if "asyncio" not in t.name] == []
    assert multiprocessing.active_children() == []


async def test_run_gives_what_the_function_gives(workers: Workers) -> None:
    """Arguments go to another process and the result comes back."""
    assert await workers.run(double, 21, deadline=LONG) == 42
    assert await workers.run(os.getpid, deadline=LONG) != os.getpid()


async def test_errors_of_the_function_come_through_as_they_are(workers: Workers) -> None:
    """An error is the same in the caller, a TimeoutError of the function's own too, and the process lives on."""
    pid = await workers.run(os.getpid, deadline=LONG)
    with pytest.raises(FeedUnreadable, match="empty document"):
        await workers.run(unreadable, "empty document", deadline=LONG)
    with pytest.raises(TimeoutError, match="the function's own"):
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
    slot = workers._slots[0]
    await until(lambda: slot._pool is None or not slot._pool.active)
    assert await workers.run(double, 2, deadline=LONG) == 4


async def test_work_that_exits_does_not_end_the_caller(workers: Workers) -> None:
    """SystemExit in a process stays there."""
    with pytest.raises(WorkerLost, match="SystemExit"):
        await workers.run(leave, deadline=LONG)


async def test_a_result_that_cannot_travel_is_told(workers: Workers) -> None:
    """A result that cannot be pickled is an error of the call and breaks nothing."""
    with pytest.raises(TypeError, match="pickle"):
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
    bounded = Workers(1, memory=2**30)
    try:
        with pytest.raises(WorkerLost, match="memory"):
            await bounded.run(swell, deadline=LONG)
        assert await bounded.run(double, 2, deadline=LONG) == 4
    finally:
        bounded.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")
async def test_what_big_work_leaves_is_given_back() -> None:
    """Garbage that holds itself too, which Python would look for much later."""
    workers = Workers(1)
    try:
        await workers.run(os.getpid, deadline=LONG)
        pid = await workers.run(leave_a_ring, deadline=LONG)
        assert resident(pid) < 64 * 2**20
    finally:
        workers.close()


async def test_processes_are_renewed_after_so_many_calls() -> None:
    """What leaks in a process ends with it."""
    renewed = Workers(1, tasks_each=2)
    try:
        pids = [await renewed.run(os.getpid, deadline=LONG) for _ in range(4)]
    finally:
        renewed.close()
    assert pids[0] == pids[1] != pids[2] == pids[3]


async def test_warm_starts_every_process() -> None:
    """After warm() each process has answered once, and calls run side by side."""
    pair = Workers(2)
    try:
        await pair.warm(os.getpid)
        pids = await asyncio.gather(*(pair.run(os.getpid, deadline=LONG) for _ in range(2)))
    finally:
        pair.close()
    assert len(set(pids)) == 2


async def test_extra_processes_start_when_all_are_at_work_and_go_again(tmp_path: Path) -> None:
    """More calls than processes that stay: each runs at once, up to the extra ones; the next waits for the first that
    ends. When they are done only the usual ones are left."""
    elastic = Workers(1, extra=2)
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
    elastic = Workers(1, extra=2)
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


ORPHAN = """
import asyncio, os, sys
from datetime import timedelta
from monitor.runtime.workers import CHECK_SELDOM, Workers, check_workers_seldom

async def main():
    workers = Workers(1)
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
    ended = await asyncio.to_thread(
        subprocess.run, [sys.executable, str(script), end], capture_output=True, check=False
    )
    if end == "unclosed":  # after kill -9 multiprocessing's own tracker tells what it cleaned up
        assert ended.stderr == b""
    worker, server = map(int, ended.stdout.split())
    await until(lambda: not alive(worker) and not alive(server))


HUNG = """
import asyncio, os, sys
from datetime import timedelta
from pathlib import Path
from monitor.runtime.workers import CHECK_SELDOM, Workers, check_workers_seldom
from tests.unit.runtime.test_workers import hang, pid_in, until

async def main():
    workers = Workers(1)
    hanging = asyncio.create_task(workers.run(hang, sys.argv[1], deadline=timedelta(seconds=600)))
    await until(lambda: pid_in(Path(sys.argv[1])))
    os.kill(os.getpid(), 9)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux")
async def test_a_process_at_work_dies_with_its_parent_too(tmp_path: Path) -> None:
    """It looks at no pipe meanwhile: the kernel ends it."""
    script, pid = tmp_path / "hung.py", tmp_path / "pid"
    script.write_text(HUNG)
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(script), str(pid)],
        capture_output=True,
        check=False,
        env=environment,
    )
    await until(lambda: not alive(pid_in(pid)))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process is started anew")
async def test_calls_go_on_when_the_fork_server_was_killed() -> None:
    """The kernel's out-of-memory killer may choose it: its processes end with it, and all is started again."""
    workers = Workers(1)
    try:
        pid, server = [await workers.run(function, deadline=LONG) for function in (os.getpid, os.getppid)]
        os.kill(server, signal.SIGKILL)
        slot = workers._slots[0]
        await until(lambda: not alive(pid) and (slot._pool is None or not slot._pool.active))
        assert await workers.run(os.getppid, deadline=LONG) not in {server, os.getpid()}
    finally:
        workers.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process is started anew")
async def test_calls_go_on_when_the_folder_of_the_fork_server_was_cleaned() -> None:
    """Others clean the folder for temporary files: its socket is gone, and with it the way to new processes."""
    workers = Workers(1, tasks_each=1)
    try:
        server = await workers.run(os.getppid, deadline=LONG)
        shutil.rmtree(multiprocessing.util.get_temp_dir())
        seen = {await parent_or_lost(workers) for _ in range(3)}
        assert os.getpid() not in seen, "it is forked again, and not spawned"
        assert seen - {server, None}
        await until(lambda: not alive(server))
    finally:
        workers.close()


async def parent_or_lost(workers: Workers) -> int | None:
    """Of a process; None where that process was lost before it took the call, which may happen once."""
    try:
        return await workers.run(os.getppid, deadline=LONG)
    except WorkerLost:
        return None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process is started anew")
async def test_a_new_fork_server_waits_for_those_at_work(tmp_path: Path) -> None:
    """What the old one forked would end with it: meanwhile processes are started without one."""
    workers, others = Workers(1), Workers(1)
    try:
        server = await workers.run(os.getppid, deadline=LONG)
        hanging = asyncio.create_task(workers.run(hang, str(tmp_path / "pid"), deadline=LONG))
        await until(lambda: pid_in(tmp_path / "pid"))
        shutil.rmtree(multiprocessing.util.get_temp_dir())
        assert await others.run(os.getppid, deadline=LONG) == os.getpid()
        assert alive(pid_in(tmp_path / "pid"))
        hanging.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await hanging
        others.close()
        others = Workers(1)
        assert await others.run(os.getppid, deadline=LONG) not in {server, os.getpid()}
    finally:
        workers.close()
        others.close()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process is started anew")
async def test_where_no_fork_server_can_be_had_processes_are_started_without(workers: Workers) -> None:
    """Somebody else has taken the name of its folder: what is there cannot be trusted."""
    await workers.run(os.getpid, deadline=LONG)
    folder = multiprocessing.util.get_temp_dir()
    shutil.rmtree(folder)
    to_elsewhere(folder)
    try:
        other = Workers(1)
        assert await other.run(os.getppid, deadline=LONG) == os.getpid()
        other.close()
    finally:
        back_again(folder)


def to_elsewhere(folder: str) -> None:
    Path(folder).symlink_to("/")


def back_again(folder: str) -> None:
    Path(folder).unlink()
    Path(folder).mkdir(0o700)


DYING = """
import asyncio, os
from datetime import timedelta
from monitor.errors import WorkerLost
from monitor.runtime.workers import Workers, preload_module

async def main():
    preload_module("dying")
    workers = Workers(1)
    for _ in range(2):
        try:
            print(await workers.run(os.getppid, deadline=timedelta(seconds=60)) == os.getpid())
        except WorkerLost:
            print("lost")
    workers.close()

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each process is started anew")
async def test_where_what_is_forked_dies_at_its_start_the_next_one_is_started_from_scratch(tmp_path: Path) -> None:
    """Whatever the fork server has in its memory that does not bear it."""
    (tmp_path / "dying.py").write_text("import os\nos.register_at_fork(after_in_child=lambda: os._exit(3))\n")
    (tmp_path / "main.py").write_text(DYING)
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, str(tmp_path / "main.py")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(Path(__file__).parents[3])))},
    )
    assert ended.stdout.split() == ["lost", "True"], ended.stderr


async def test_where_no_process_can_be_started_the_call_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told as what it is: no fault of the work, nor of ours."""
    workers = Workers(1)
    monkeypatch.setattr(multiprocessing.util, "spawnv_passfds", refuse)
    monkeypatch.setattr(multiprocessing.forkserver._forkserver, "connect_to_new_process", refuse)
    monkeypatch.setattr(multiprocessing.forkserver, "connect_to_new_process", refuse)
    with pytest.raises(WorkerNotStarted, match=r"no worker process can be started .*Resource temporarily unavailable"):
        await workers.run(double, 2, deadline=LONG)
    monkeypatch.undo()
    assert await workers.run(double, 2, deadline=LONG) == 4
    workers.close()


async def test_extra_processes_come_once_there_are_threads_for_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that could not be started take no room from others, leave nothing behind, and are tried again."""
    before = set(threading.enumerate())
    elastic = Workers(1, extra=1)
    hanging = asyncio.create_task(elastic.run(hang, str(tmp_path / "pid"), deadline=LONG))
    try:
        async with asyncio.timeout(PATIENCE):
            await until(lambda: pid_in(tmp_path / "pid"))
            processes = multiprocessing.active_children()
            asked: list[object] = []
            start = threading.Thread.start

            def no_thread_but_one(thread: threading.Thread) -> None:
                asked.append(thread)
                if len(asked) % 2 == 0:
                    raise RuntimeError("can't start new thread")
                start(thread)

            monkeypatch.setattr(threading.Thread, "start", no_thread_but_one)
            waits = asyncio.create_task(elastic.run(double, 21, deadline=LONG))
            await until(lambda: len(asked) > 1 and len(elastic._slots) == 1)
            assert multiprocessing.active_children() == processes
            monkeypatch.undo()
            assert await waits == 42
    finally:
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)
        elastic.close()
    await until(lambda: set(threading.enumerate()) <= before)


def refuse(*given: object) -> None:
    """As the system does where a user has too many processes."""
    del given
    raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))


async def test_a_program_that_runs_for_long_checks_its_processes_seldom(monkeypatch: pytest.MonkeyPatch) -> None:
    """The threads of an idle process then sleep so long at a time; they would wake ten times a second."""
    monkeypatch.setattr(pebble.CONSTS, "sleep_unit", pebble.CONSTS.sleep_unit)
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(seconds)

    monkeypatch.setattr(pebble.pool.process, "time", SimpleNamespace(sleep=sleep, time=time.time))
    check_workers_seldom()
    workers = Workers(1)
    try:
        assert await workers.run(double, 21, deadline=LONG) == 42
    finally:
        await asyncio.to_thread(workers.close)
    assert set(slept) == {CHECK_SELDOM}
