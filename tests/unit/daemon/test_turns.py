"""Whether the clockwork turns."""

from __future__ import annotations

from datetime import timedelta

from monitor.daemon.turns import PATIENCE, Part, Turns

STILL = PATIENCE.total_seconds()


def test_a_part_that_does_not_turn_is_stuck() -> None:
    """Each part for itself, and the start counts as its first turn."""
    turns = Turns(100)
    assert turns.stuck(100 + STILL) == []
    turns.turned(Part.TICK, 105)
    turns.turned(Part.DATABASE, 105)
    assert turns.stuck(101 + STILL) == [Part.DELIVER]
    assert turns.age(Part.TICK, 101 + STILL) == timedelta(seconds=STILL - 4)
    assert turns.stuck(106 + STILL) == list(Part)
    turns.turned(Part.DELIVER, 106 + STILL)
    assert turns.stuck(106 + STILL) == [Part.TICK, Part.DATABASE]
