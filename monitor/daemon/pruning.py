"""The hourly walk through the archive, in the thread that speaks with the database: a slice at a time, so that polls
and deliveries get in between."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from monitor import clock
from monitor.store.retention import Pruning
from monitor.store.thread import StoreThread
from monitor.telemetry import Event, log

EVERY = timedelta(hours=1)


async def prune(pruning: Pruning, thread: StoreThread) -> None:
    """Let go what has been kept for its time, and say how much that was."""
    slices = pruning.prune_slices(clock.now())
    gone: Counter[str] = Counter()
    while (slice_ := await thread.run(lambda: next(slices, None))) is not None:
        gone += slice_
    if gone:
        log.info(Event.PRUNED, **gone)
