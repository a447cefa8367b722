"""Adds the articles of an existing archive to the search index, in the thread of the database: a slice at a time, so
that polls and deliveries get their turn in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.search.index import build_slices
from monitor.telemetry import LogEvent, log

LOOK_EVERY = timedelta(minutes=1)
_PAUSE = 0.1  # s after a slice, which takes less: polls have most of the time


async def build_index(database: Database, thread: StoreThread) -> None:
    """Add what is missing, and log how much that was."""
    slices = build_slices(database)
    added = 0
    while (count := await thread.run(lambda: next(slices, None))) is not None:
        added += count
        await asyncio.sleep(_PAUSE)
    if added:
        log.info(LogEvent.INDEX_BUILT, articles=added)
