"""Tracks which tasks have waited for a server for a while: for its answer, or for the next piece of a body.

Such a task needs only a socket, so the limit on concurrent work (`daemon.admission`) need not count it until the server
goes on. The fetcher does not track the rest of a long body, because that is held in memory. Nothing is cancelled here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

STALLED_AFTER = 1.0  # s


class StalledRequests:
    """For one event loop. `on_stalled` is called when one more task has stalled."""

    def __init__(self) -> None:
        self.on_stalled: Callable[[], object] = lambda: None
        self._asked_at: dict[asyncio.Task[object] | None, float] = {}  # by the loop's clock; the oldest first
        self._stalled: set[asyncio.Task[object] | None] = set()
        self._timer: asyncio.TimerHandle | None = None  # one for all tasks: nearly every server answers at once

    def count_among(self, tasks: Iterable[asyncio.Task[object]]) -> int:
        """How many of these tasks have stalled."""
        return sum(task in self._stalled for task in tasks)

    @contextmanager
    def track_request(self) -> Iterator[Callable[[], None]]:
        """Tracks a request of the current task. Yields a function to call when the server has answered."""
        task, loop = asyncio.current_task(), asyncio.get_running_loop()
        self._asked_at[task] = asked_at = loop.time()
        if self._timer is None:
            self._timer = loop.call_at(asked_at + STALLED_AFTER, self._find_stalled, loop)

        def on_answer() -> None:
            self._asked_at.pop(task, None)
            self._stalled.discard(task)

        try:
            yield on_answer
        finally:
            on_answer()

    def _find_stalled(self, loop: asyncio.AbstractEventLoop) -> None:
        """Finds the tasks that have stalled since the last call, and sets the timer for the next one."""
        self._timer, stalled_before = None, len(self._stalled)
        for task, asked_at in list(self._asked_at.items()):
            if asked_at + STALLED_AFTER > loop.time():
                self._timer = loop.call_at(asked_at + STALLED_AFTER, self._find_stalled, loop)
                break
            del self._asked_at[task]
            self._stalled.add(task)
        if len(self._stalled) > stalled_before:
            self.on_stalled()
