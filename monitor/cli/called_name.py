"""How the user calls this program."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from monitor.cli.command_tree import PROGRAM


def find_called_name() -> str:
    """What calls this program again in the same shell: its name if PATH leads to it, else the path that was typed."""
    called, found = Path(sys.argv[0]), shutil.which(PROGRAM)
    if called.name != PROGRAM:  # python -m monitor
        return f"{shlex.quote(sys.executable)} -m monitor"
    return PROGRAM if found and called.resolve() == Path(found).resolve() else shlex.quote(str(called))
