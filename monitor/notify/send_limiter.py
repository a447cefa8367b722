"""Limits how many attempts run at the same time: few while all are quick, more while some are slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import timedelta

SLOW = timedelta(seconds=1)  # most servers answer sooner; slow channels should not delay the others
KEPT = 10  # one slot in so many is kept for channels that are not slow


class SendLimiter:
    """Slots for `usual` attempts. An attempt that takes longer than `slow` goes on, but frees its slot for the next
    one, up to `limit` attempts in all. A channel has one attempt at a time, so no more run than there are channels.

    A channel is slow if its last attempt was. Slow channels never use all slots: however many of them hang, another
    channel finds one that is free, or soon will be.
    """

    def __init__(self, usual: int, limit: int, slow: timedelta = SLOW) -> None:
        self._all_slots, self._slow_slots = asyncio.Semaphore(limit), asyncio.Semaphore(_share_of_slow(limit))
        self._usual_slots, self._usual_slow_slots = asyncio.Semaphore(usual), asyncio.Semaphore(_share_of_slow(usual))
        self._slow = slow
        self._slow_channels: set[str] = set()

    @asynccontextmanager
    async def slot(self, channel: str) -> AsyncIterator[Callable[[], None]]:
        """A slot for one attempt on a channel; waits until one is free. Yields a function to call when the attempt
        begins: only from then on its time counts as slow. What comes before (a claim, the start of a process) frees no
        slot."""
        is_slow = channel in self._slow_channels
        with ExitStack() as whole, ExitStack() as until_slow:
            if is_slow:
                await _acquire(self._slow_slots, whole)
                await _acquire(self._usual_slow_slots, until_slow)
            await _acquire(self._all_slots, whole)
            await _acquire(self._usual_slots, until_slow)
            timer = None

            def note_slow() -> None:
                self._slow_channels.add(channel)
                until_slow.close()

            def begin() -> None:
                nonlocal timer
                self._slow_channels.discard(channel)
                timer = asyncio.get_running_loop().call_later(self._slow.total_seconds(), note_slow)

            try:
                yield begin
            finally:
                if timer is not None:
                    timer.cancel()


def _share_of_slow(slots: int) -> int:
    return max(1, slots - max(1, slots // KEPT))


async def _acquire(slots: asyncio.Semaphore, stack: ExitStack) -> None:
    """Wait for a slot, which is given back when the stack is closed."""
    await slots.acquire()
    stack.callback(slots.release)
