"""Calls to the database, one after the other and together."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from monitor.errors import StoreFailed, StoreRefused
from monitor.store.engine.store_thread import MAX_BATCH_SIZE, BatchCommitter, StoreThread
from tests.conftest import Elapse
from tests.support.patience import PATIENCE


@pytest.fixture
def thread() -> Iterator[StoreThread]:
    made = StoreThread()
    yield made
    made.close()


@dataclass
class Work:
    """What is asked for comes doubled; it notes the jobs of each call, and fails as it is told to."""

    calls: list[list[int]] = field(default_factory=list)
    poison: frozenset[int] = frozenset()
    failing: int = 0  # so many calls find no database
    free: threading.Event = field(default_factory=threading.Event)

    def __call__(self, jobs: Sequence[int]) -> list[int]:
        self.free.wait(PATIENCE)
        self.calls.append(list(jobs))
        if self.failing:
            self.failing -= 1
            raise StoreFailed("out of reach")
        if self.poison & set(jobs):
            raise StoreRefused("a text that it cannot hold")
        return [2 * job for job in jobs]


async def asked(together: BatchCommitter[int, int], work: Work, count: int) -> list[int | BaseException]:
    """What comes of so many jobs that are asked for while the database is busy with the first."""
    asking = [asyncio.create_task(together.run(number)) for number in range(count)]
    await asyncio.sleep(0)
    work.free.set()
    return await asyncio.gather(*asking, return_exceptions=True)


async def test_what_waits_at_the_same_time_is_done_together(thread: StoreThread) -> None:
    """In the order in which it was asked for, and never more than so many at once."""
    work = Work()
    assert await asked(BatchCommitter(thread, work), work, MAX_BATCH_SIZE + 10) == [
        2 * number for number in range(MAX_BATCH_SIZE + 10)
    ]
    assert [number for call in work.calls for number in call] == list(range(MAX_BATCH_SIZE + 10))
    assert max(map(len, work.calls)) == MAX_BATCH_SIZE
    assert len(work.calls) <= 3


@pytest.mark.parametrize(("company", "calls"), [(0, [[1], [2]]), (1, [[1, 2]])])
async def test_a_job_waits_for_others_to_share_its_commit(
    thread: StoreThread, elapse: Elapse, company: float, calls: list[list[int]]
) -> None:
    """One that comes a moment later is done with it, if that is wished for."""
    work = Work()
    work.free.set()
    together: BatchCommitter[int, int] = BatchCommitter(thread, work, company)
    first = asyncio.create_task(together.run(1))
    await elapse(0.2)
    second = asyncio.create_task(together.run(2))
    await elapse(1)
    assert [await second, await first] == [4, 2]
    assert work.calls == calls


async def test_one_that_cannot_be_done_takes_no_other_with_it(thread: StoreThread) -> None:
    """Each is tried alone, and only the one hears of it."""
    work = Work(poison=frozenset({2}))
    *others, last = await asked(BatchCommitter(thread, work), work, 4)
    assert (others[:2], last) == ([0, 2], 6)
    assert isinstance(others[2], StoreRefused)


async def test_a_database_that_cannot_be_used_is_waited_for(
    thread: StoreThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is lost meanwhile, and it is asked once for all of them."""
    monkeypatch.setattr("monitor.store.engine.store_thread.RETRY_PAUSE", 0)
    work = Work(failing=2)
    assert await asked(BatchCommitter(thread, work), work, 3) == [0, 2, 4]
    assert len(work.calls) <= 4


async def test_after_a_while_it_is_told(thread: StoreThread, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits must be able to give up."""
    monkeypatch.setattr("monitor.store.engine.store_thread.MAX_OUTAGE_WAIT", 0)
    work = Work(failing=10)
    assert all(isinstance(each, StoreFailed) for each in await asked(BatchCommitter(thread, work), work, 3))


async def test_what_nobody_waits_for_any_more_is_not_done(thread: StoreThread) -> None:
    """A poll that was cancelled before its commit began leaves nothing."""
    work = Work()
    together: BatchCommitter[int, int] = BatchCommitter(thread, work)
    first, second = asyncio.create_task(together.run(1)), asyncio.create_task(together.run(2))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.sleep(0)
    work.free.set()
    assert await first == 2
    assert work.calls == [[1]]
