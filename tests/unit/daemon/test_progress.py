"""When work was done last."""

from __future__ import annotations

from datetime import timedelta

from monitor import clock
from monitor.daemon.progress import LastRun, WorkKind


def ages(turns: LastRun, now: float) -> dict[WorkKind, float]:
    return {work: turns.age(work, now) / timedelta(seconds=1) for work in WorkKind}


def test_each_kind_of_work_has_its_age() -> None:
    """Each for itself, and the start counts as its first time."""
    turns = LastRun(100)
    assert ages(turns, 100) == dict.fromkeys(WorkKind, 0)
    turns.record_run(WorkKind.TICK, 105)
    turns.record_run("any other job", 105)
    assert ages(turns, 107) == {**dict.fromkeys(WorkKind, 7), WorkKind.TICK: 2}


def test_a_refusal_ends_a_call_and_is_no_answer() -> None:
    """So that a database that refuses can be told from one that hangs."""
    began = clock.monotonic()
    turns = LastRun(began - 60)
    turns.record_call(False)
    assert turns.age(WorkKind.CALL, began) <= timedelta(0)
    assert turns.age(WorkKind.DATABASE, began) == timedelta(seconds=60)
    turns.record_call(True)
    assert turns.age(WorkKind.DATABASE, began) <= timedelta(0)
