"""Puts a backup in the place of a SQLite database, and keeps the database that was there."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.engine import URL

from monitor.errors import StoreFailed
from monitor.model import UNSENT_STATES
from monitor.store.engine.sqlite import SqliteDatabase, sync_to_disk
from monitor.store.engine.sqlite_files import LOG, LOG_INDEX, make_private_file
from monitor.store.engine.tables import delivery


@dataclass(frozen=True, slots=True)
class RestoredBackup:
    """What a restore did. `kept`: where the database that was there is kept now; None: there was none. `unsent`: how
    many messages are not sent in the backup, so that they may come a second time."""

    kept: Path | None
    unsent: int


def restore_database(database: SqliteDatabase, backup: Path, now: datetime) -> RestoredBackup:
    """Put a complete, undamaged backup in the place of the database. At every moment, even after a power cut, one of
    the two is there. The messages that are not sent in the backup may have been sent since, and will say so. Raises
    StoreFailed if somebody uses the database, or if the backup cannot be used; then nothing is changed."""
    with database.hold_exclusively(), closing(_open_backup(backup)) as source:
        _require_usable(source, database.path)
        kept = database.path.with_name(f"{database.path.name}.before-restore-{now:%Y%m%dT%H%M%S}")
        half = database.path.with_name(f"{database.path.name}.half")
        had_database = database.exists()
        try:
            unsent = _copy_whole(source, half)
            if had_database:
                _empty_log(database.path)
                os.link(database.path, kept)
            # A log beside another file would be taken for that file's own, also if its database was deleted.
            _move_logs(database.path, kept)
            half.replace(database.path)
            sync_to_disk(database.path.parent)
        except (OSError, sqlite3.Error) as error:
            _move_logs(kept, database.path)
            kept.unlink(missing_ok=True)
            raise StoreFailed(f"cannot put {backup} in the place of {database.path}: {error}") from None
        finally:
            half.unlink(missing_ok=True)
    return RestoredBackup(kept if had_database else None, unsent)


def _open_backup(backup: Path) -> SqliteDatabase:
    return SqliteDatabase(URL.create("sqlite", database=str(backup)))


def _require_usable(backup: SqliteDatabase, current: Path) -> None:
    """Raises StoreFailed if this is no backup, a damaged one, one of another version, or the database itself."""
    if current.exists() and backup.path.samefile(current):
        raise StoreFailed(f"{backup.name} is the database itself: name a backup")
    backup.require_schema()
    if (damaged := next(backup.check(), None)) is not None:
        raise StoreFailed(f"{backup.name} is damaged ({damaged}): restore an older backup")


def _copy_whole(backup: SqliteDatabase, half: Path) -> int:
    """A backup that is in use has a log; so it is copied by SQLite, which reads that too. Returns how many messages
    are not sent in it."""
    make_private_file(half)
    backup.copy_to(half)
    with closing(_open_backup(half)) as copy, copy.writing() as connection:
        # a daemon may have sent these since the backup was made
        may_be_sent = update(delivery).where(delivery.c.state.in_(UNSENT_STATES)).values(repeat=True)
        unsent = connection.execute(may_be_sent).rowcount
    sync_to_disk(half)
    return unsent


def _empty_log(path: Path) -> None:
    """Move what the log holds into the database. A damaged database keeps its log."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, isolation_level=None)) as connection:
        is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if is_busy:
            raise StoreFailed(f"{path} is being read by another command: try again when it has ended")


def _move_logs(path: Path, to: Path) -> None:
    for end in (LOG, LOG_INDEX):
        if (log := Path(f"{path}{end}")).exists():
            log.replace(f"{to}{end}")
