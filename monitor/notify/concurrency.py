"""Room for attempts that run side by side: few while all are quick, more while some are slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

SLOW = timedelta(seconds=2)  # most servers answer sooner; a channel that waits behind slow ones should not notice


class SendLimiter:
    """Places for `usual` attempts. One that takes longer than `slow` gives its place to the next and goes on, up to
    `most` attempts in all. A channel has one attempt at a time, so that no more run than there are channels."""

    def __init__(self, usual: int, most: int, slow: timedelta = SLOW) -> None:
        self._quick = asyncio.Semaphore(usual)
        self._all = asyncio.Semaphore(most)
        self._slow = slow

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Callable[[], None]]:
        """A place for one attempt; waits for it. Gives a function to call when the attempt begins: from then on its
        time counts. What comes before (a claim, a process that starts) lets nobody else begin the same."""
        async with self._all:
            await self._quick.acquire()
            counted, timer = True, None

            def release() -> None:
                nonlocal counted
                if counted:
                    counted = False
                    self._quick.release()

            def begin() -> None:
                nonlocal timer
                timer = asyncio.get_running_loop().call_later(self._slow.total_seconds(), release)

            try:
                yield begin
            finally:
                if timer is not None:
                    timer.cancel()
                release()
