"""The daemon's end, whatever hangs."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sys
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE
from tests.support.whole import ROOT, Daemon, until, write_config

# Python runs a file of this name when it starts.
HANGING = """\
import pathlib, socket, time
real = socket.getaddrinfo
def getaddrinfo(host, *rest, **more):
    if host == "slow.test":
        pathlib.Path("asked").touch()
        time.sleep(3600)
    return real(host, *rest, **more)
socket.getaddrinfo = getaddrinfo
"""


async def test_a_name_that_hangs_holds_no_end_up(tmp_path: Path) -> None:
    """A lookup cannot be stopped; the process ends all the same."""
    (tmp_path / "sitecustomize.py").write_text(HANGING, encoding="utf-8")
    write_config(tmp_path, {"slow": "http://slow.test/feed"})
    path = os.pathsep.join(map(str, (tmp_path, ROOT)))
    async with Daemon(tmp_path, {"PYTHONPATH": path}) as daemon:
        await until((tmp_path / "asked").exists)
        assert await daemon.end(signal.SIGTERM) == 0
    assert "Traceback" not in daemon.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_every_usual_signal_ends_it_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    """At the end there is a word in the log, and no traceback."""
    write_config(tmp_path, {"quick": "http://127.0.0.1:9/feed"})
    async with Daemon(tmp_path, in_interpreter=True) as daemon:
        await until(lambda: "daemon.started" in daemon.log.read_text())
        assert await daemon.end(number) == 0
    assert '"event": "daemon.stopped"' in daemon.log.read_text()
    assert "Traceback" not in daemon.log.read_text()


async def test_a_terminal_that_is_closed_ends_it(tmp_path: Path) -> None:
    """SIGHUP asks for a reload elsewhere; here nobody is left to ask for anything."""
    write_config(tmp_path, {"quick": "http://127.0.0.1:9/feed"})
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        command = f'exec "{sys.executable}" -m monitor run 2>log'
        os.execve("/bin/sh", ["sh", "-c", command], {**os.environ, "PYTHONPATH": str(ROOT)})
    await until(lambda: (tmp_path / "log").exists() and "daemon.started" in (tmp_path / "log").read_text())
    os.close(terminal)
    _, ended = await asyncio.wait_for(asyncio.to_thread(os.waitpid, process, 0), PATIENCE)
    assert os.waitstatus_to_exitcode(ended) == 0
    assert '"event": "daemon.stopped"' in (tmp_path / "log").read_text()
