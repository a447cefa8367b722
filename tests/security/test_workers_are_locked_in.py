"""The workers of the daemon, as it starts them: what they have, and that they are in their sandbox before they work."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from monitor.errors import WorkerLost
from monitor.runtime.sandbox import PARSER, SENDER, SandboxProfile, missing_protections
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from tests.support.patience import LONG

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sandbox"),
    pytest.mark.skipif(
        bool(missing_protections()) and not os.environ.get("CI"), reason=f"this kernel lacks: {missing_protections()}"
    ),
]


@pytest.fixture(params=[PARSER, SENDER], ids=lambda profile: profile.name)
async def workers(request: pytest.FixtureRequest) -> AsyncIterator[Workers]:
    """Of each profile. They run functions of Python itself: they may not read the module of a test."""
    profile: SandboxProfile = request.param
    made = Workers(1, setup=WorkerSetup(profile))
    yield made
    made.close()


async def list_descriptors(workers: Workers) -> dict[int, str]:
    """What is open, by number."""
    found = {}
    for number in range(64):
        try:
            name: str = await workers.run(os.readlink, f"/proc/self/fd/{number}", deadline=LONG)
        except WorkerLost as error:
            assert "FileNotFoundError" in str(error)  # noqa: PT017
        else:
            found[number] = re.sub(r"\d+", "N", name)
    return found


async def test_a_worker_has_five_descriptors(workers: Workers) -> None:
    """/dev/null, the pipe twice, its socket, and a file that says how much memory it uses."""
    found = await list_descriptors(workers)
    assert [found.pop(number) for number in range(3)] == ["/dev/null", "pipe:[N]", "pipe:[N]"]
    assert sorted(found.values()) == ["/proc/N/statm", "socket:[N]"]


async def test_a_worker_reads_neither_files_nor_what_others_print(workers: Workers, tmp_path: Path) -> None:
    """It has entered its sandbox before its first call. All workers print into one pipe."""
    (tmp_path / "monitor.yaml").touch()
    parent = await workers.run(os.getppid, deadline=LONG)
    for path in (tmp_path / "monitor.yaml", "/proc/self/fd/1", f"/proc/{parent}/maps", f"/proc/{os.getpid()}/environ"):
        with pytest.raises(WorkerLost, match="PermissionError"):
            await workers.run(os.open, str(path), os.O_RDONLY, deadline=LONG)
    assert await workers.run(os.open, os.__file__, os.O_RDONLY, deadline=LONG) > 2


async def test_what_a_worker_sets_on_its_output_holds_for_it_alone() -> None:
    """O_NONBLOCK would make the others fail where the pipe is full."""
    workers = Workers(2, setup=WorkerSetup(SENDER))
    try:
        async with workers.reserved() as one, workers.reserved() as other:
            await one.run(os.set_blocking, 1, False, deadline=LONG)
            assert await one.run(os.get_blocking, 1, deadline=LONG) is False
            assert await one.run(os.get_blocking, 2, deadline=LONG) is False
            assert await other.run(os.get_blocking, 1, deadline=LONG) is True
    finally:
        workers.close()


def test_nobody_reaches_a_named_end_of_a_pair_of_sockets() -> None:
    """A sender may name one of its pair, because the filter cannot see names. It gets no more than the name by that."""
    ours, theirs = socket.socketpair()
    with ours, theirs, socket.socket(socket.AF_UNIX) as other:
        name = f"\0news-monitor-test-{os.getpid()}"
        ours.bind(name)
        with pytest.raises(OSError, match="Invalid argument"):
            ours.listen()
        with pytest.raises(ConnectionRefusedError):
            other.connect(name)


def is_dumpable() -> int:
    """1 or 0, as the kernel says (PR_GET_DUMPABLE)."""
    return ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)  # type: ignore[no-any-return]


async def test_the_fork_server_is_read_by_root_only() -> None:
    """Its forks have it from there: this one enters no sandbox, which would see to it too."""
    workers = Workers(1, setup=WorkerSetup(None))
    try:
        assert await workers.run(is_dumpable, deadline=LONG) == 0
    finally:
        workers.close()
