"""When work was done last."""

from __future__ import annotations

from datetime import timedelta

from monitor import clock
from monitor.daemon.turns import Turns, Work


def ages(turns: Turns, now: float) -> dict[Work, float]:
    return {work: turns.age(work, now) / timedelta(seconds=1) for work in Work}


def test_each_kind_of_work_has_its_age() -> None:
    """Each for itself, and the start counts as its first time."""
    turns = Turns(100)
    assert ages(turns, 100) == dict.fromkeys(Work, 0)
    turns.record_run(Work.TICK, 105)
    turns.record_run("any other job", 105)
    assert ages(turns, 107) == {**dict.fromkeys(Work, 7), Work.TICK: 2}


def test_a_refusal_ends_a_call_and_is_no_answer() -> None:
    """So that a database that refuses can be told from one that hangs."""
    began = clock.monotonic()
    turns = Turns(began - 60)
    turns.record_call(False)
    assert turns.age(Work.CALL, began) <= timedelta(0)
    assert turns.age(Work.DATABASE, began) == timedelta(seconds=60)
    turns.record_call(True)
    assert turns.age(Work.DATABASE, began) <= timedelta(0)
