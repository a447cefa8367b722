"""Prunes the archive every hour, in the thread of the database. It works in slices, so that polls and deliveries get
their turn in between."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from monitor import clock
from monitor.store.engine.store_thread import StoreThread
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.telemetry import LogEvent, log

PRUNE_EVERY = timedelta(hours=1)


async def prune_archive(pruner: ArchivePruner, thread: StoreThread) -> None:
    """Delete what is older than its retention time, and log how much that was."""
    slices = pruner.prune_slices(clock.now())
    deleted: Counter[str] = Counter()
    while (counts := await thread.run(lambda: next(slices, None))) is not None:
        deleted += counts
    if deleted:
        log.info(LogEvent.PRUNED, **deleted)
