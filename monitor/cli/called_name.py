"""The command that starts this program, for hints to the user."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from monitor.cli.command_tree import PROGRAM


def find_called_name() -> str:
    """The program's name if PATH finds this one; else the path that was typed, quoted for the shell."""
    called, found = Path(sys.argv[0]), shutil.which(PROGRAM)
    if called.name != PROGRAM:  # python -m monitor
        return f"{shlex.quote(sys.executable)} -m monitor"
    return PROGRAM if found and called.resolve() == Path(found).resolve() else shlex.quote(str(called))
