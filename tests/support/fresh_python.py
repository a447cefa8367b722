"""A program in a Python process of its own, for what a process cannot take back."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.patience import PATIENCE

_ROOT = Path(__file__).parents[2]


def run_program(code: str, *args: str, **environment: str) -> str:
    """What a fresh Python prints that runs this."""
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        env={**os.environ, "PYTHONPATH": str(_ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
