"""Two polls at the same instant that bring the same story make one alert (`tests/bench/same_story.py` tries more)."""

from __future__ import annotations

from pathlib import Path

from tests.bench.same_story import race

TRIES = 50


def test_the_same_story_at_the_same_instant_is_one_alert(tmp_path: Path) -> None:
    """Two sections on one database decide one after the other, whoever is first."""
    tally = race(tmp_path, TRIES)
    assert tally.alerts == {1: TRIES}
    assert tally.deliveries == TRIES
