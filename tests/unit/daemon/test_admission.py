"""Which of the due sources are polled now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.daemon.admission import OVERLAP, READ_ALL_EVERY, Backlog, count_affordable_polls, count_poll_slots
from monitor.sources.http.host_queue import HostQueue

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def line_of(source: str) -> HostQueue | None:
    """By the first letter: a wide line takes three, the others one; what begins with x is polled no more."""
    return None if source[0] == "x" else HostQueue(source[0], 3 if source[0] == "w" else 1)


def backlog_of(due: str) -> Backlog:
    """All that is due at noon."""
    backlog = Backlog(line_of)
    backlog.replace(due.split(), all_read_at=NOON)
    return backlog


@pytest.mark.parametrize(
    ("due", "polling", "slots", "chosen"),
    [
        ("", "", 9, ""),
        ("a1 b1 c1", "", 9, "a1 b1 c1"),  # nobody is in anybody's way
        ("a1 b1 c1", "", 2, "a1 b1"),  # the longest due first
        ("a1 b1", "c1 d1", 3, "a1"),  # those in flight hold slots
        ("a1 b1", "c1 d1", 2, ""),
        ("a1 b1", "c1 d1 e1", 2, ""),  # more in flight than slots
        ("a1 a2 a3 b1", "", 3, "a1 b1"),  # one of a line; the next does not wait behind it
        ("a2 a3 b1", "a1", 3, "b1"),  # a place that is taken by a poll in flight
        ("w1 w2 w3 w4 a1", "", 9, "w1 w2 w3 a1"),  # as many as a line has places
        ("w3 w4 a1", "w1 w2", 9, "w3 a1"),
        ("a1 b1", "a1", 9, "b1"),  # its lease has ended, and it still runs
        ("w1 w2", "w1", 9, "w2"),
        ("x1 a1", "", 9, "a1"),  # a source that has left the config
        ("a1", "x1", 1, ""),  # and one whose last poll still runs
    ],
)
def test_who_may_begin(due: str, polling: str, slots: int, chosen: str) -> None:
    """As many as there are slots for, and of each line as many as it has places."""
    assert backlog_of(due).admit(polling.split(), slots) == chosen.split()


def test_what_waits_for_its_host_is_looked_at_when_the_host_is_free() -> None:
    """Until then nobody asks where it belongs, however many they are."""
    asked: list[str] = []

    def note(source: str) -> HostQueue | None:
        asked.append(source)
        return line_of(source)

    backlog = Backlog(note)
    backlog.replace([f"a{number}" for number in range(1000)], all_read_at=NOON)
    assert backlog.admit([], 9) == ["a0"]
    asked.clear()
    assert backlog.admit(["a0"], 9) == []
    assert asked == ["a0"]
    asked.clear()
    assert backlog.admit([], 9) == ["a1"]
    assert set(asked) <= {"a1", "a2"}
    assert len(backlog) == 998


def test_the_longest_due_goes_first_whatever_it_has_waited_for() -> None:
    """A host with many sources does not keep its slot when it becomes free: others are due longer."""
    backlog = backlog_of("a1 b1 a2 b2 c1")
    assert backlog.admit([], 2) == ["a1", "b1"]
    assert backlog.admit(["a1", "b1"], 3) == ["c1"]
    backlog.add(["d1"], NOON + SECOND)
    assert backlog.admit(["a1", "c1"], 3) == ["b2"]
    assert backlog.admit(["c1"], 2) == ["a2"]
    assert backlog.admit([], 9) == ["d1"]


def test_what_waits_is_held_once() -> None:
    """What has become due is read with an overlap."""
    backlog = backlog_of("a1 a2")
    assert backlog.admit([], 1) == ["a1"]
    backlog.add(["a2", "b1"], NOON + SECOND)
    assert backlog.admit([], 9) == ["a2", "b1"]
    assert len(backlog) == 0


@pytest.mark.parametrize(
    ("seconds", "since"),
    [(0, 0), (1, 0), (READ_ALL_EVERY.total_seconds(), None), (-1, None)],
    ids=["at once", "a second later", "after a while", "the clock was set back"],
)
def test_only_what_has_become_due_is_read_again(seconds: float, since: float | None) -> None:
    """Once all were read; and now and then all of them."""
    read_from = backlog_of("a1 a2").read_from(NOON + seconds * SECOND)
    assert read_from == (None if since is None else NOON + since * SECOND - OVERLAP)


def test_after_each_read_the_next_begins_there() -> None:
    """What is read does not grow with time."""
    backlog = backlog_of("a1 a2")
    backlog.add([], NOON + 20 * SECOND)
    assert backlog.read_from(NOON + 21 * SECOND) == NOON + 20 * SECOND - OVERLAP
    assert backlog.read_from(NOON + 19 * SECOND) is None  # the clock was set back


@pytest.mark.parametrize("part", [["a1"], []])
def test_all_are_read_if_some_may_be_missing(part: Iterable[str]) -> None:
    """Only some were read; or others poll them too."""
    backlog = Backlog(line_of)
    assert backlog.read_from(NOON) is None
    backlog.replace(part)
    assert backlog.read_from(NOON) is None
    backlog = backlog_of("a1")
    backlog.mark_incomplete()
    assert backlog.read_from(NOON) is None


@pytest.mark.parametrize(("silent", "places"), [(0, 64), (1, 65), (64, 128), (191, 255), (192, 256), (1000, 256)])
def test_the_slots_of_silent_servers_are_lent(silent: int, places: int) -> None:
    """Each to one other poll; all in all no more than four times the slots."""
    assert count_poll_slots(64, silent) == places


@pytest.mark.parametrize(
    ("polling", "free", "most"),
    [(0, 3_900, 959), (0, 100, 9), (30, 100, 39), (30, 67, 30), (30, 20, 19), (0, 60, 1), (0, 0, 1), (5, 0, 1)],
)
def test_no_poll_takes_the_last_descriptors(polling: int, free: int, most: int) -> None:
    """A reserve is left for all else; and one poll always may run."""
    assert count_affordable_polls(polling, free) == most
