"""A terminal, for what is printed otherwise where a person looks at it."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from click import unstyle

from tests.e2e.whole import ROOT


def on_terminal(columns: int, *arguments: str, folder: Path = ROOT) -> list[str]:
    """The lines that Python prints with these arguments on a terminal that is so wide."""
    ours, theirs = pty.openpty()
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": str(columns), "TERM": "xterm"}
    subprocess.run([sys.executable, *arguments], stdout=theirs, env=surroundings, cwd=folder, check=True, timeout=60)
    os.close(theirs)
    printed = b""
    try:
        while some := os.read(ours, 4096):
            printed += some
    except OSError:  # the other end is closed, and all was read
        pass
    finally:
        os.close(ours)
    return unstyle(printed.decode()).splitlines()
