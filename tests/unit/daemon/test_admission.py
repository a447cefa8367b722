"""Which of the due sources are polled now."""

from __future__ import annotations

import pytest

from monitor.daemon.admission import admit_sources, count_poll_slots
from monitor.sources.http.host_queue import HostQueue


def line_of(source: str) -> HostQueue:
    """By the first letter: a wide line takes three, the others one."""
    return HostQueue(source[0], 3 if source[0] == "w" else 1)


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
    ],
)
def test_who_may_begin(due: str, polling: str, slots: int, chosen: str) -> None:
    """As many as there are slots for, and of each line as many as it has places."""
    assert admit_sources(due.split(), polling.split(), line_of, slots=slots) == chosen.split()


@pytest.mark.parametrize(("silent", "places"), [(0, 64), (1, 65), (64, 128), (191, 255), (192, 256), (1000, 256)])
def test_the_slots_of_silent_servers_are_lent(silent: int, places: int) -> None:
    """Each to one other poll; all in all no more than four times the slots."""
    assert count_poll_slots(64, silent) == places
