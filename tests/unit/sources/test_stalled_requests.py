"""Which tasks wait for a server that has had the word for a while."""

from __future__ import annotations

import asyncio

from monitor.sources.http import stalled_requests
from monitor.sources.http.stalled_requests import StalledRequests
from tests.conftest import Elapse

MOMENT = stalled_requests.STALLED_AFTER / 100


async def test_a_task_waits_from_a_second_on_until_its_server_has_spoken(elapse: Elapse) -> None:
    """Neither before nor after; and whoever wants to know is told of the moment."""
    known, told, spoken = StalledRequests(), asyncio.Event(), asyncio.Event()
    known.on_stalled = told.set

    async def ask() -> None:
        with known.track_request():
            await spoken.wait()
        assert known.count_among([task]) == 0

    task = asyncio.create_task(ask())
    await elapse(stalled_requests.STALLED_AFTER - MOMENT)
    assert (known.count_among([task]), told.is_set()) == (0, False)
    await elapse(2 * MOMENT)
    assert (known.count_among([task]), told.is_set()) == (1, True)
    spoken.set()
    await task


async def test_silence_ends_when_the_server_has_spoken(elapse: Elapse) -> None:
    """What is done with the answer is none, however long it takes, and whether or not there was silence before."""
    known, told = StalledRequests(), asyncio.Event()
    known.on_stalled = told.set
    task = asyncio.current_task()
    assert task is not None
    with known.track_request() as spoken:
        await elapse(stalled_requests.STALLED_AFTER)
        assert (known.count_among([task]), told.is_set()) == (1, True)
        spoken()
        assert known.count_among([task]) == 0
    told.clear()
    with known.track_request() as spoken:
        spoken()
        await elapse(stalled_requests.STALLED_AFTER + MOMENT)
        assert known.count_among([task]) == 0
    assert not told.is_set()


async def test_each_waits_from_its_own_moment_on(elapse: Elapse) -> None:
    """One is answered before its moment, one begins half a second later, one is cancelled meanwhile."""
    known, told = StalledRequests(), 0

    def tell() -> None:
        nonlocal told
        told += 1

    known.on_stalled = tell

    async def ask(seconds: float) -> None:
        with known.track_request() as spoken:
            await asyncio.sleep(seconds)
            spoken()

    answered, gone = (asyncio.create_task(ask(seconds)) for seconds in (stalled_requests.STALLED_AFTER / 2, 60))
    await elapse(stalled_requests.STALLED_AFTER / 2)
    late = asyncio.create_task(ask(60))
    gone.cancel()
    await elapse(stalled_requests.STALLED_AFTER * 0.7)  # past the moment of those that were first
    assert (known.count_among([answered, gone, late]), told) == (0, 0)
    await elapse(stalled_requests.STALLED_AFTER * 0.5)
    assert (known.count_among([answered, gone, late]), told) == (1, 1)
    late.cancel()
    await asyncio.gather(late, gone, return_exceptions=True)
    assert known.count_among([late]) == 0


async def test_whoever_is_answered_soon_is_not_told_of(elapse: Elapse) -> None:
    """Its moment never comes."""
    known, told = StalledRequests(), asyncio.Event()
    known.on_stalled = told.set
    with known.track_request():
        await asyncio.sleep(0)
    await elapse(stalled_requests.STALLED_AFTER + MOMENT)
    assert not told.is_set()
