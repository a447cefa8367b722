"""What is said of what runs."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model import RunningVersion
from tests.support.building import HOUR, NOON

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
    barge = RunningVersion(NOON, 3, 5, NOON, ("a.yaml:1:1: x",), left_out={"a.yaml": ("barge",)})
    assert barge.describe(SEOUL, now) == (
        "running the version of 21:00 without its faulty parts: 1 fault; "
        "rule barge does not run: nothing is sent for it"
    )
    assert plain.describe(SEOUL, now + timedelta(days=3)) == "running the version of 5 Jan, 21:00"


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ({}, "every rule runs"),
        ({"a": ("b",)}, "rule b does not run: nothing is sent for it; every other rule runs"),
        ({"a": tuple("bcdef"), "g": ("h",)}, "rules b, c, d, e, f, h do not run: nothing is sent for them; every "),
        ({"a.yaml": (), "c": ("d",)}, "rule d does not run: nothing is sent for it; nothing in a.yaml is used; every "),
    ],
)
def test_the_effect_of_faults_names_all_that_is_silent(left_out: dict[str, tuple[str, ...]], said: str) -> None:
    """Rules by their ids, and files of which not even the ids can be read."""
    running = RunningVersion(NOON, 3, 5, NOON, ("a.yaml:1:1: x",), left_out=left_out)
    assert running.describe_effect_of_faults().startswith(said)


def test_one_line_names_only_some_of_many_rules() -> None:
    """It is also the title of a notice."""
    running = RunningVersion(NOON, 3, 5, NOON, ("x",), left_out={"a": tuple("bcdef")})
    assert running.describe(SEOUL, NOON).endswith("rules b, c, d and 2 more do not run: nothing is sent for them")


def test_a_row_gives_the_value_back() -> None:
    """As it is stored in the table of daemons; a daemon of an earlier version writes no `left_out`."""
    row = RunningVersion(NOON, 3, 5).to_row()
    del row["left_out"]
    assert RunningVersion.from_row(row) == RunningVersion(NOON, 3, 5)
    for running in (RunningVersion(NOON, 3, 5), RunningVersion(NOON, 3, 5, NOON, ("x",), ("limits",), {"a": ("b",)})):
        assert RunningVersion.from_row(running.to_row()) == running
