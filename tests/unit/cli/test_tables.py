"""Tables on a terminal: what goes into other commands is never cut, and what others wrote is shown as it is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.e2e.whole import ROOT
from tests.patience import PATIENCE
from tests.terminal import on_terminal

STORY, EVENTS = "S746401c3a4eecfd6", ("E8307918f4585aa05", "Ee2025677614ddbcc")
HEADLINE = "[video] [/b] Two missiles fly over the sea :fire: and fall into it"
PRINTS = f"""
from monitor.cli.output.tables import print_table
row = ({STORY!r}, {", ".join(EVENTS)!r}, "2026-01-05 21:50:00 KST", {HEADLINE!r})
print_table(("story", "event", "last", "title"), [row], whole=("story", "event"))
"""


@pytest.mark.parametrize("columns", [110, 60, 30, 4])
def test_no_id_is_cut_on_a_terminal(columns: int) -> None:
    """All else gives way; where nothing is left to give, a line is wider than the terminal."""
    lines = on_terminal(columns, "-c", PRINTS)
    assert [id_ for id_ in (STORY, *EVENTS) if not any(id_ in line for line in lines)] == []
    assert max(len(line.rstrip()) for line in lines) <= max(columns, len(f"    event {EVENTS[0]},"))
    assert "…" not in "".join(lines)


def test_where_a_table_would_be_too_narrow_to_read_each_row_is_lines_of_its_own() -> None:
    """It begins with its name; each cell stands behind its head, and what is too long for a line goes on indented."""
    assert [line.rstrip() for line in on_terminal(60, "-c", PRINTS)] == [
        STORY,
        f"    event {', '.join(EVENTS)}",
        "    last 2026-01-05 21:50:00 KST",
        "    title [video] [/b] Two missiles fly over the sea :fire:",
        "    and fall into it",
    ]


def test_what_others_wrote_is_shown_as_it_is() -> None:
    """Nothing in a headline is taken for a sign of ours."""
    ended = subprocess.run(
        [sys.executable, "-c", PRINTS],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=PATIENCE,
    )
    assert HEADLINE in ended.stdout.decode()
