"""The daemon as systemd has it: what it says on the notify socket, and what a hung one does not say."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.whole import ROOT, Daemon, Site, document, now, rss, serving, until, write_config


@pytest.fixture
async def told(tmp_path: Path) -> AsyncIterator[list[list[str]]]:
    """What comes over a notify socket: the lines of each datagram, in order."""
    messages: list[list[str]] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)

        async def listen() -> None:
            while True:
                messages.append((await asyncio.get_running_loop().sock_recv(listening, 4096)).decode().split("\n"))

        task = asyncio.create_task(listen())
        yield messages
        task.cancel()


def surroundings(folder: Path, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "1500000", **more}


def firsts(told: list[list[str]]) -> list[str]:
    return [message[0] for message in told]


async def test_systemd_is_told_of_start_reload_work_and_end(tmp_path: Path, told: list[list[str]]) -> None:
    """READY with what runs, WATCHDOG while it works, RELOADING with its time and READY after it, STOPPING."""
    site = Site()
    async with serving(site):
        site.pages["/wire"] = document(rss(("A quiet day", "/quiet", now())))
        write_config(tmp_path, {"wire": site.url("/wire")})
        async with Daemon(tmp_path, surroundings(tmp_path)) as daemon:
            await until(lambda: firsts(told).count("WATCHDOG=1") > 2)
            daemon.process.send_signal(signal.SIGHUP)
            await until(lambda: firsts(told).count("READY=1") == 2)
            assert await daemon.end(signal.SIGTERM) == 0
    await until(lambda: "STOPPING=1" in firsts(told))
    said = [first for first in firsts(told) if first != "WATCHDOG=1"]
    assert said == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]
    (reloading,) = (message for message in told if message[0] == "RELOADING=1")
    assert reloading[1].removeprefix("MONOTONIC_USEC=").isdecimal()
    assert told[0][1].startswith("STATUS=polling 1 sources for ")


# Python runs a file of this name when it starts. The loop hangs as it would in a function of ours that never ends.
HANGING = """\
import os, time
if os.environ.get("HANG_WHEN"):
    from monitor.daemon.schedule import Daemon
    real = Daemon.tick
    async def tick(self):
        while os.path.exists(os.environ["HANG_WHEN"]):
            time.sleep(0.1)
        await real(self)
    Daemon.tick = tick
"""


async def test_a_hung_loop_gives_no_proof_of_work(tmp_path: Path, told: list[list[str]]) -> None:
    """systemd then ends it; with SIGABRT, as the unit asks, every thread leaves its stack."""
    (tmp_path / "sitecustomize.py").write_text(HANGING)
    write_config(tmp_path, {"quick": "http://127.0.0.1:9/feed"})
    hang = tmp_path / "hang"
    path = os.pathsep.join(map(str, (tmp_path, ROOT)))
    async with Daemon(tmp_path, surroundings(tmp_path, PYTHONPATH=path, HANG_WHEN=str(hang))) as daemon:
        await until(lambda: "WATCHDOG=1" in firsts(told))
        hang.touch()
        await until(lambda: _silent_for(told, 2), within=30)
        assert await daemon.end(signal.SIGABRT) == -signal.SIGABRT
    assert "most recent call first" in daemon.log.read_text()


_heard: dict[int, float] = {}


def _silent_for(told: list[list[str]], seconds: float) -> bool:
    """Longer than systemd would wait."""
    moment = asyncio.get_running_loop().time()
    return moment - _heard.setdefault(len(told), moment) > seconds
