"""Which tasks wait for a server that has had the word for a while.

Such a task needs a socket and nothing else: what bounds work that is done at once (`daemon.schedule`) may leave it out
of the count until the server has spoken. A body that comes slowly is no silence: it is taken in and held in memory. It
is told when one begins to wait, and ends nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

AFTER = 1.0  # s


class Silence:
    """For one event loop. `told` is called whenever one more task waits."""

    def __init__(self) -> None:
        self.told: Callable[[], object] = lambda: None
        self._waiting: set[asyncio.Task[object] | None] = set()

    def among(self, tasks: Iterable[asyncio.Task[object]]) -> int:
        """How many of these wait."""
        return sum(task in self._waiting for task in tasks)

    @contextmanager
    def heard(self) -> Iterator[Callable[[], None]]:
        """Within, the task that runs us asks a server; what it gives is called when that has spoken."""
        task = asyncio.current_task()
        timer = asyncio.get_running_loop().call_later(AFTER, self._begun, task)

        def spoken() -> None:
            timer.cancel()
            self._waiting.discard(task)

        try:
            yield spoken
        finally:
            spoken()

    def _begun(self, task: asyncio.Task[object] | None) -> None:
        self._waiting.add(task)
        self.told()
