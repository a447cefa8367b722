"""What is said of what runs."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from monitor.model import RunningVersion
from tests.building import HOUR, NOON

SEOUL = ZoneInfo("Asia/Seoul")


def test_the_line_says_what_runs_and_what_an_edit_lacks() -> None:
    """In the reader's zone; nothing is added where the files are what runs."""
    plain = RunningVersion(NOON, 3, 5)
    edited = RunningVersion(NOON, 3, 5, NOON + HOUR, ("a.yaml:1:1: x", "b.yaml:2:2: y"), ("limits", "database"))
    now = NOON + 2 * HOUR
    assert plain.describe(SEOUL, now) == "running the version of 21:00"
    assert edited.describe(SEOUL, now) == (
        "running the version of 21:00; your edit of 22:00 has 2 faults; "
        "changed, and applied at the next start: limits, database"
    )
    assert RunningVersion(NOON, 3, 5, NOON, ("a.yaml:1:1: x",)).describe(SEOUL, now) == (
        "running the version of 21:00 without its faulty parts: 1 fault"  # as at a start: nothing older goes on
    )
    assert plain.describe(SEOUL, now + timedelta(days=3)) == "running the version of 5 Jan, 21:00"


def test_a_row_gives_the_value_back() -> None:
    """As it is stored in the table of daemons."""
    for running in (RunningVersion(NOON, 3, 5), RunningVersion(NOON, 3, 5, NOON + HOUR, ("x",), ("limits",))):
        assert RunningVersion.from_row(running.to_row()) == running
