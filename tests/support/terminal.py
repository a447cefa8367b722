"""A terminal, for what is printed otherwise where a person looks at it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from io import BytesIO, TextIOWrapper
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from click import unstyle

from monitor.cli import main
from tests.support.patience import PATIENCE
from tests.support.whole import ROOT


def on_terminal(columns: int, *arguments: str, folder: Path = ROOT, stream: str = "stdout") -> list[str]:
    """The lines that Python prints with these arguments on a terminal that is so wide. `stream`: stdout or stderr,
    which is the terminal."""
    ours, theirs = pty.openpty()
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(columns), "TERM": "xterm"}
    ends: dict[str, Any] = {stream: theirs}
    process = subprocess.Popen([sys.executable, *arguments], env=surroundings, cwd=folder, **ends)
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


class _Terminal(BytesIO):
    """What a stream writes to."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def show(arguments: list[str], monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> tuple[str, str]:
    """What a command writes to standard output, which is a terminal or not, and to standard error."""
    raws = _Terminal(terminal=terminal), _Terminal(terminal=False)  # a bar of progress would be our own
    with monkeypatch.context() as patch:
        patch.setattr(sys, "argv", ["news-monitor", *arguments])
        patch.setattr(sys, "stdout", TextIOWrapper(raws[0], encoding="utf-8"))
        patch.setattr(sys, "stderr", TextIOWrapper(raws[1], encoding="utf-8"))
        patch.setattr("monitor.cli.relaxed", lambda: None)
        with suppress(SystemExit):
            main()
        sys.stdout.flush()
        sys.stderr.flush()
        return raws[0].getvalue().decode(), raws[1].getvalue().decode()  # its streams close them when they go
