"""Restores the database, and prunes the archive."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.errors import StoreFailed
from monitor.model import Retention
from monitor.services.commands.slices import pause_between
from monitor.store.engine.database import Database
from monitor.store.engine.sqlite import SqliteDatabase
from monitor.store.engine.sqlite_restore import RestoredBackup, restore_database
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.search.index import build_slices, count_missing, load_index_state, switch_index


@dataclass(frozen=True, slots=True)
class PruneCounts:
    """How many were deleted, or would be. `known`: known entries, whose articles left the archive before."""

    articles: int
    alerts: int
    fetches: int
    known: int


def restore_backup(database: Database, backup: Path, now: datetime) -> RestoredBackup:
    """Put a backup in the place of the database. Raises StoreFailed if a daemon runs on it, if the backup cannot be
    used, or for a PostgreSQL."""
    if not isinstance(database, SqliteDatabase):
        command = shlex.join(["pg_restore", "--clean", "--if-exists", f"--dbname={database.name}", str(backup)])
        raise StoreFailed(f"PostgreSQL has its own tool for this: stop all daemons, then {command}")
    return restore_database(database, backup, now)


def prune_database(database: Database, retention: Retention, now: datetime, *, dry_run: bool = False) -> PruneCounts:
    """Delete what has been stored for its time. With `dry_run` it is only counted: a preview."""
    slices = ArchivePruner(database, retention).prune_slices(now, dry_run=dry_run)
    total: Counter[str] = Counter()
    for counts in slices if dry_run else pause_between(slices):
        total += counts
    return PruneCounts(total["articles"], total["alerts"], total["fetches"], total["known"])


def build_search_index(database: Database) -> tuple[int, Iterator[int]]:
    """Switch the search index on, and add the stored articles that it does not have, the newest first. Returns how many
    are missing, and how many each slice adds; it may be stopped after any of them, and goes on from there. Raises
    StoreFailed if this SQLite can have none."""
    problem = switch_index(database, wanted=True)
    if problem is not None:
        raise StoreFailed(problem)
    return count_missing(database), pause_between(build_slices(database))


def drop_search_index(database: Database) -> bool:
    """Switch the search index off, which deletes it. Returns whether there was one."""
    with database.reading() as connection:
        was_on = load_index_state(connection).is_on
    switch_index(database, wanted=False)
    return was_on
