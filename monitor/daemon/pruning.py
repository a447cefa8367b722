"""The hourly walk through the archive, in the thread that speaks with the database: a slice at a time, so that polls
and deliveries get in between."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from monitor import clock
from monitor.store.engine.store_thread import StoreThread
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.telemetry import LogEvent, log

EVERY = timedelta(hours=1)


async def prune_archive(pruning: ArchivePruner, thread: StoreThread) -> None:
    """Let go what has been kept for its time, and say how much that was."""
    slices = pruning.prune_slices(clock.now())
    gone: Counter[str] = Counter()
    while (slice_ := await thread.run(lambda: next(slices, None))) is not None:
        gone += slice_
    if gone:
        log.info(LogEvent.PRUNED, **gone)
