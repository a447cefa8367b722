"""Records anew what the commands print: python -m tests.integration.golden

The commands are the lines of `recorded/*.txt` that begin with `$`: add one there and record. The diff of git shows what
has changed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.integration.golden.test_golden import RECORDED, print_all

with tempfile.TemporaryDirectory() as made:
    for name, text in print_all(Path(made), "sqlite:///monitor.db").items():
        (RECORDED / name).write_text(text, encoding="utf-8")
