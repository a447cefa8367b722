"""Limits how many attempts run at the same time: few while all are quick, more while some are slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

SLOW = timedelta(seconds=2)  # most servers answer sooner; slow channels should not delay the others


class SendLimiter:
    """Slots for `usual` attempts. An attempt that takes longer than `slow` goes on, but frees its slot for the next
    one, up to `limit` attempts in all. A channel has one attempt at a time, so no more run than there are channels."""

    def __init__(self, usual: int, limit: int, slow: timedelta = SLOW) -> None:
        self._usual_slots = asyncio.Semaphore(usual)
        self._all_slots = asyncio.Semaphore(limit)
        self._slow = slow

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[Callable[[], None]]:
        """A slot for one attempt; waits until one is free. Yields a function to call when the attempt begins: only from
        then on its time counts as slow. What comes before (a claim, the start of a process) frees no slot."""
        async with self._all_slots:
            await self._usual_slots.acquire()
            holds_slot, timer = True, None

            def release() -> None:
                nonlocal holds_slot
                if holds_slot:
                    holds_slot = False
                    self._usual_slots.release()

            def begin() -> None:
                nonlocal timer
                timer = asyncio.get_running_loop().call_later(self._slow.total_seconds(), release)

            try:
                yield begin
            finally:
                if timer is not None:
                    timer.cancel()
                release()
