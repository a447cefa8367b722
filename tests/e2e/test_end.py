"""The daemon's end, whatever hangs."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.e2e.whole import ROOT, Daemon, until, write_config

# Python runs a file of this name when it starts.
HANGING = """\
import pathlib, socket, time
real = socket.getaddrinfo
def getaddrinfo(host, *rest, **more):
    if host == "slow.test":
        pathlib.Path("asked").touch()
        time.sleep(120)
    return real(host, *rest, **more)
socket.getaddrinfo = getaddrinfo
"""


async def test_a_name_that_hangs_holds_no_end_up(tmp_path: Path) -> None:
    """A lookup cannot be stopped; the process ends within 10 s all the same."""
    (tmp_path / "sitecustomize.py").write_text(HANGING, encoding="utf-8")
    write_config(tmp_path, {"slow": "http://slow.test/feed"})
    path = os.pathsep.join(map(str, (tmp_path, ROOT)))
    async with Daemon(tmp_path, {"PYTHONPATH": path}) as daemon:
        await until((tmp_path / "asked").exists)
        assert await daemon.end(signal.SIGTERM) == 0
    assert "Traceback" not in daemon.log.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_every_usual_signal_ends_it_in_good_order(tmp_path: Path, number: signal.Signals) -> None:
    """Also a terminal that is closed; at the end there is a word in the log, and no traceback."""
    write_config(tmp_path, {"quick": "http://127.0.0.1:9/feed"})
    async with Daemon(tmp_path) as daemon:
        await until(lambda: "started" in daemon.log.read_text())
        assert await daemon.end(number) == 0
    assert '"event": "stopped"' in daemon.log.read_text()
    assert "Traceback" not in daemon.log.read_text()
