"""Room for attempts: few while all are quick, more while some are slow."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from monitor.notify.send_limiter import SendLimiter
from tests.support.patience import PATIENCE


class Attempts:
    """Attempts that have begun and end when they are told to."""

    def __init__(self, room: SendLimiter) -> None:
        self._room = room
        self.running = 0
        self.end = asyncio.Event()

    async def attempt(self, channel: str = "desk") -> None:
        """One of them."""
        async with self._room.slot(channel) as begin:
            begin()
            self.running += 1
            try:
                await self.end.wait()
            finally:
                self.running -= 1


async def until_running(attempts: Attempts, count: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while attempts.running != count:  # noqa: ASYNC110 - it is what is looked at
            await asyncio.sleep(0.01)
    await nothing_to_do()


async def nothing_to_do() -> None:
    """The loop has done all that can be done now: what could begin has begun."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_quick_attempts_share_the_usual_room() -> None:
    """No more than usual run while none of them is slow."""
    attempts = Attempts(SendLimiter(2, 10, slow=timedelta(hours=1)))
    tasks = [asyncio.create_task(attempts.attempt()) for _ in range(6)]
    await until_running(attempts, 2)
    assert attempts.running == 2
    attempts.end.set()
    await asyncio.gather(*tasks)


async def test_slow_attempts_give_their_place_to_others() -> None:
    """All begin, two after two, although none ends; but no more than the most."""
    attempts = Attempts(SendLimiter(2, 7, slow=timedelta(0)))
    tasks = [asyncio.create_task(attempts.attempt(f"a{number}")) for number in range(9)]
    await until_running(attempts, 7)
    assert attempts.running == 7
    attempts.end.set()
    await asyncio.gather(*tasks)


async def test_what_has_not_begun_is_not_slow() -> None:
    """A place whose process is still to be started, or whose message to be claimed, is passed on to nobody."""
    room = SendLimiter(1, 10, slow=timedelta(0))
    after = Attempts(room)
    async with room.slot("desk") as begin:
        task = asyncio.create_task(after.attempt())
        await nothing_to_do()
        assert after.running == 0
        begin()
        await until_running(after, 1)
    after.end.set()
    await task


async def test_a_place_is_given_back_once() -> None:
    """After slow attempts, ended or cancelled, the usual room is as large as before."""
    room = SendLimiter(2, 10, slow=timedelta(0))
    first = Attempts(room)
    tasks = [asyncio.create_task(first.attempt(f"a{number}")) for number in range(4)]
    await until_running(first, 4)
    tasks[0].cancel()
    first.end.set()
    await asyncio.gather(*tasks, return_exceptions=True)
    room._slow, room._slow_channels = timedelta(hours=1), set()
    second = Attempts(room)
    tasks = [asyncio.create_task(second.attempt()) for _ in range(5)]
    await until_running(second, 2)
    assert second.running == 2
    second.end.set()
    await asyncio.gather(*tasks)


async def test_slow_channels_leave_a_place_to_the_others() -> None:
    """Twenty that hang again and again, and a healthy one: it begins at once, also where each place is theirs."""
    room = SendLimiter(4, 20, slow=timedelta(0))
    first = Attempts(room)
    tasks = [asyncio.create_task(first.attempt(f"hung{number}")) for number in range(20)]
    await until_running(first, 20)  # nobody knew
    first.end.set()
    await asyncio.gather(*tasks)
    room._slow = timedelta(hours=1)
    hung, healthy = Attempts(room), Attempts(room)
    tasks = [asyncio.create_task(hung.attempt(f"hung{number}")) for number in range(20)]
    await until_running(hung, 3)
    tasks.append(asyncio.create_task(healthy.attempt("desk")))
    await nothing_to_do()
    assert (hung.running, healthy.running) == (3, 1)
    hung.end.set()
    healthy.end.set()
    await asyncio.gather(*tasks)
