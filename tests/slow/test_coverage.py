"""Whatever a source's rate, bursts, document and pace: each rollover is reported, and no poll that overlapped."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bench.world.simulated import World, intervals, moments, polls
from monitor.ingest.poll_schedule import MIN_INTERVAL
from monitor.model import Source, SourceStats

MINUTE = timedelta(minutes=1)


@st.composite
def sources(draw: st.DrawFn) -> Source:
    """Asked every minute to every four hours, within bounds or without."""
    every = draw(st.integers(1, 240)) * MINUTE
    bounds = st.one_of(st.none(), st.integers(1, 600).map(lambda minutes: minutes * MINUTE / 2))
    made = Source("wire", "https://wire.test/feed", "Wire", every)
    return replace(made, fastest=draw(bounds), slowest=draw(bounds))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A steady rate, and bursts of up to forty times as much; any document."""
    base, peak = draw(st.floats(0.1, 60)), draw(st.floats(0, 2000))
    starts = draw(st.lists(st.floats(0, 12), max_size=3))
    chance = random.Random(draw(st.integers(0, 2**32)))

    def rate(at: float) -> float:
        return base + peak * any(start <= at < start + 0.25 for start in starts)

    return World(draw(st.integers(5, 60)), moments(rate, base + peak, 12, chance), dated=draw(st.booleans()))


@given(sources(), worlds())
def test_each_rollover_is_reported_and_nothing_else_is(source: Source, world: World) -> None:
    """A possible gap is said exactly where nothing of the document before is left; what is lost is always in one."""
    made = list(polls(source, world, 12))
    assert [poll.reported for poll in made[1:]] == [poll.replaced for poll in made[1:]]
    assert not made[0].reported
    assert all(poll.reported for poll in made if poll.lost)


@given(sources(), worlds())
def test_the_pace_stays_between_its_bounds(source: Source, world: World) -> None:
    """However busy, silent or lossy a source is."""
    fastest = min(source.fastest or MIN_INTERVAL, source.every)
    slowest = max(source.slowest or source.every, source.every)
    waits = intervals(list(polls(source, world, 12)))
    assert all(fastest <= wait <= slowest for wait in waits[1:])  # the first is spread


@given(sources(), worlds())
def test_what_is_learnt_survives_the_database(source: Source, world: World) -> None:
    """After any poll, through its row."""
    for poll in list(polls(source, world, 12))[-3:]:
        assert SourceStats.of_row(poll.found.stats.to_row()) == poll.found.stats
