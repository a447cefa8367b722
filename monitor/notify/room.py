"""Room for attempts that run side by side: few while all are quick, more while some are slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

SLOW = timedelta(seconds=2)  # most servers answer sooner; a channel that waits behind slow ones should not notice


class SendingRoom:
    """Places for `usual` attempts. One that takes longer than `slow` gives its place to the next and goes on, up to
    `most` attempts in all. A channel has one attempt at a time, so that no more run than there are channels."""

    def __init__(self, usual: int, most: int, slow: timedelta = SLOW) -> None:
        self._quick = asyncio.Semaphore(usual)
        self._all = asyncio.Semaphore(most)
        self._slow = slow

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place for one attempt; waits for it."""
        async with self._all:
            await self._quick.acquire()
            counted = True

            def release() -> None:
                nonlocal counted
                if counted:
                    counted = False
                    self._quick.release()

            timer = asyncio.get_running_loop().call_later(self._slow.total_seconds(), release)
            try:
                yield
            finally:
                timer.cancel()
                release()
