"""Two polls at the same instant that bring the same story make one alert (`bench/same_story.py` tries more)."""

from __future__ import annotations

from bench.same_story import race

TRIES = 50


def test_the_same_story_at_the_same_instant_is_one_alert(empty_url: str) -> None:
    """Two sections on one database of either kind decide one after the other, whoever is first."""
    tally = race(empty_url, TRIES)
    assert tally.alerts == {1: TRIES}
    assert tally.deliveries == TRIES
