"""A terminal, for what is printed otherwise where a person looks at it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from threading import Timer

from click import unstyle

from tests.e2e.whole import ROOT
from tests.patience import PATIENCE


def on_terminal(columns: int, *arguments: str, folder: Path = ROOT) -> list[str]:
    """The lines that Python prints with these arguments on a terminal that is so wide."""
    ours, theirs = pty.openpty()
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(columns), "TERM": "xterm"}
    process = subprocess.Popen([sys.executable, *arguments], stdout=theirs, env=surroundings, cwd=folder)
    os.close(theirs)
    printed = b""
    late = Timer(PATIENCE, process.kill)
    late.start()
    with suppress(OSError):  # the other end is closed, and all was read
        while some := os.read(ours, 4096):
            printed += some
    os.close(ours)
    status = process.wait()
    late.cancel()
    assert status == 0
    return unstyle(printed.decode()).splitlines()
