"""The daemon as systemd has it: what it says on the notify socket, and what a hung one does not say."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.whole import ROOT, Daemon, Site, document, now, rss, serving, until, write_config


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
        async with Daemon(tmp_path, surroundings(tmp_path), in_interpreter=True) as daemon:
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


# Python runs a file of this name when it starts: reading fails in a way that nobody foresaw, or takes long.
READING = """\
import os, time
if os.environ.get("TELL_READING"):
    from monitor.config.loading.user_files import UserFiles
    real = UserFiles.load
    def load(self, *seen):
        if os.path.exists("fail"):
            raise ZeroDivisionError("unforeseen")
        while os.path.exists("hold"):
            time.sleep(0.01)
        return real(self, *seen)
    UserFiles.load = load
"""


async def hang_up(daemon: Daemon, holds: Callable[[], object]) -> None:
    """Again and again, until something holds."""

    def holds_now() -> object:
        if daemon.process.returncode is None:
            # not send_signal(): it would take the exit code of one that has just ended from asyncio
            with suppress(ProcessLookupError):
                os.kill(daemon.process.pid, signal.SIGHUP)
        return holds()

    await until(holds_now)


async def test_a_hangup_at_any_time_ends_nothing(tmp_path: Path, told: list[list[str]]) -> None:
    """While it starts and ends nothing is asked for. Between, each RELOADING has its READY, even where a reload fails
    as nobody foresaw."""
    (tmp_path / "sitecustomize.py").write_text(READING)
    write_config(tmp_path, {"quick": "http://127.0.0.1:9/feed"})
    path = os.pathsep.join(map(str, (tmp_path, ROOT)))
    async with Daemon(tmp_path, surroundings(tmp_path, PYTHONPATH=path, TELL_READING="1")) as daemon:
        await until((tmp_path / "monitor.db").exists)
        await hang_up(daemon, lambda: "READY=1" in firsts(told))
        (tmp_path / "fail").touch()
        await hang_up(daemon, lambda: "ZeroDivisionError" in daemon.log.read_text())
        (tmp_path / "fail").unlink()
        failed = firsts(told).count("READY=1")
        await hang_up(daemon, lambda: firsts(told).count("READY=1") > failed)
        daemon.process.send_signal(signal.SIGTERM)
        await hang_up(daemon, lambda: daemon.process.returncode is not None)
        assert daemon.process.returncode == 0
    await until(lambda: "STOPPING=1" in firsts(told))
    said = [first for first in firsts(told) if first != "WATCHDOG=1"]
    reloads = (len(said) - 2) // 2
    assert said == ["READY=1", *["RELOADING=1", "READY=1"] * reloads, "STOPPING=1"]


async def test_many_hangups_are_one_reload(tmp_path: Path, told: list[list[str]]) -> None:
    """While one reads the files, which may be old ones, all others wait as one; and they hold no end up."""
    (tmp_path / "sitecustomize.py").write_text(READING)
    write_config(tmp_path, {"quick": "http://127.0.0.1:9/feed"})
    hold, path = tmp_path / "hold", os.pathsep.join(map(str, (tmp_path, ROOT)))
    async with Daemon(tmp_path, surroundings(tmp_path, PYTHONPATH=path, TELL_READING="1")) as daemon:

        async def work_goes_on() -> None:
            enough = firsts(told).count("WATCHDOG=1") + 2
            await until(lambda: firsts(told).count("WATCHDOG=1") >= enough)

        await until(lambda: "READY=1" in firsts(told))
        hold.touch()
        daemon.process.send_signal(signal.SIGHUP)
        await until(lambda: "RELOADING=1" in firsts(told))
        for _ in range(100):
            daemon.process.send_signal(signal.SIGHUP)
            await asyncio.sleep(0)
        await work_goes_on()
        hold.unlink()
        await until(lambda: firsts(told).count("READY=1") == 3)
        await work_goes_on()
        assert await daemon.end(signal.SIGTERM) == 0
    await until(lambda: "STOPPING=1" in firsts(told))
    said = [first for first in firsts(told) if first != "WATCHDOG=1"]
    assert said == ["READY=1", *["RELOADING=1", "READY=1"] * 2, "STOPPING=1"]


async def test_a_path_that_cannot_be_read_is_told_and_ends_nothing(tmp_path: Path, told: list[list[str]]) -> None:
    """However often it is looked at, and on request."""
    write_config(tmp_path, {"quick": "http://127.0.0.1:9/feed"})
    async with Daemon(tmp_path, surroundings(tmp_path), in_interpreter=True) as daemon:
        await until(lambda: "READY=1" in firsts(told))
        text = (tmp_path / "monitor.yaml").read_text()
        (tmp_path / "monitor.yaml").write_text(text.replace("[sources.yaml]", f"[sources.yaml, {'a' * 300}]"))
        await until(lambda: "File name too long" in daemon.log.read_text())
        daemon.process.send_signal(signal.SIGHUP)
        await until(lambda: firsts(told).count("READY=1") == 2)
        assert await daemon.end(signal.SIGTERM) == 0
    assert "Traceback" not in daemon.log.read_text()


# Python runs a file of this name when it starts. The loop hangs as it would in a function of ours that never ends.
HANGING = """\
import os, time
if os.environ.get("HANG_WHEN"):
    from monitor.daemon.scheduler import Daemon
    real = Daemon.tick
    async def tick(self):
        while os.path.exists(os.environ["HANG_WHEN"]):
            time.sleep(0.1)
        await real(self)
    Daemon.tick = tick
"""


async def test_a_hung_loop_gives_no_proof_of_work(tmp_path: Path, told: list[list[str]]) -> None:
    """Then systemd ends it; with SIGABRT, as the unit asks, every thread leaves its stack."""
    (tmp_path / "sitecustomize.py").write_text(HANGING)
    write_config(tmp_path, {"quick": "http://127.0.0.1:9/feed"})
    hang = tmp_path / "hang"
    path = os.pathsep.join(map(str, (tmp_path, ROOT)))
    async with Daemon(tmp_path, surroundings(tmp_path, PYTHONPATH=path, HANG_WHEN=str(hang))) as daemon:
        await until(lambda: "WATCHDOG=1" in firsts(told))
        hang.touch()
        await until(lambda: _silent_for(told, 2))
        assert await daemon.end(signal.SIGABRT) == -signal.SIGABRT
    assert "most recent call first" in daemon.log.read_text()


_heard: dict[int, float] = {}


def _silent_for(told: list[list[str]], seconds: float) -> bool:
    """Longer than systemd would wait."""
    moment = asyncio.get_running_loop().time()
    return moment - _heard.setdefault(len(told), moment) > seconds
