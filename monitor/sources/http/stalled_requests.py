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


class StalledRequests:
    """For one event loop. `told` is called whenever one more task waits."""

    def __init__(self) -> None:
        self.on_stalled: Callable[[], object] = lambda: None
        self._asking: dict[asyncio.Task[object] | None, float] = {}  # and since when, by the loop; the oldest first
        self._waiting: set[asyncio.Task[object] | None] = set()
        self._timer: asyncio.TimerHandle | None = None  # one for all: nearly every server answers at once

    def count_among(self, tasks: Iterable[asyncio.Task[object]]) -> int:
        """How many of these wait."""
        return sum(task in self._waiting for task in tasks)

    @contextmanager
    def track_request(self) -> Iterator[Callable[[], None]]:
        """Within, the task that runs us asks a server; what it gives is called when that has spoken."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        self._asking[task] = since = loop.time()
        if self._timer is None:
            self._timer = loop.call_at(since + AFTER, self._look, loop)

        def spoken() -> None:
            self._asking.pop(task, None)
            self._waiting.discard(task)

        try:
            yield spoken
        finally:
            spoken()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        """Who has begun to wait; and when the next one may."""
        self._timer, begun = None, len(self._waiting)
        for task, since in list(self._asking.items()):
            if since + AFTER > loop.time():
                self._timer = loop.call_at(since + AFTER, self._look, loop)
                break
            del self._asking[task]
            self._waiting.add(task)
        if len(self._waiting) > begun:
            self.on_stalled()
