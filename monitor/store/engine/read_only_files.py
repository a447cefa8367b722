"""Reads a SQLite file that may not be written, or whose folder may not: an archive on a read-only disk, or one that its
owner has closed.

To read a file in WAL mode, SQLite writes: it makes a log and an index of the log beside the file. Where it cannot, it
reads nothing. Where only the file is closed, it leaves both behind, closed as well, and the daemon cannot use them
later. So such a file is opened as one that nobody changes (`immutable`), unless there is a log. A log with its index
can be read as they are. A log without an index cannot be, and leaving the log out would hide the latest commits.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.exc import DBAPIError

from monitor.errors import StoreFailed
from monitor.store.engine.damaged_rows import ValueUnreadable
from monitor.store.engine.sqlite_files import LOG, LOG_INDEX


@dataclass(frozen=True, slots=True)
class ImmutableFile:
    """A database file that is opened as one that nobody changes, and the time (ns) and size that it had then."""

    path: Path
    stamp: tuple[int, int]

    @property
    def uri(self) -> str:
        """The name by which SQLite opens it so."""
        return f"file:{quote(str(self.path))}?immutable=1"

    @contextmanager
    def require_unchanged(self) -> Iterator[None]:
        """For the time in which it is read. Raises StoreFailed if the file was changed since it was opened: the answer
        may mix both states, and an error of the database may come from that."""
        try:
            yield
        except (DBAPIError, sqlite3.Error, ValueUnreadable):
            self._compare_stamp()
            raise
        self._compare_stamp()

    def _compare_stamp(self) -> None:
        try:
            is_unchanged = _read_stamp(self.path) == self.stamp
        except FileNotFoundError:
            is_unchanged = False
        if not is_unchanged:
            raise StoreFailed(f"{self.path} was changed while it was read: run the command again")


def find_immutable_file(path: Path) -> ImmutableFile | None:
    """The file, if it must be opened as one that nobody changes; None: SQLite can open it as usual. Raises StoreFailed
    if it cannot be read without writing."""
    if not path.exists() or (unwritable := _find_unwritable_path(path)) is None:
        return None
    log, index = Path(f"{path}{LOG}"), Path(f"{path}{LOG_INDEX}")
    if log.exists() and index.exists():
        return None
    if not log.exists() or not log.stat().st_size:
        return ImmutableFile(path, _read_stamp(path))
    raise StoreFailed(
        f"{log} has the latest commits, and {unwritable} cannot be written, so it cannot be read there: copy both "
        f"{path.name} and {log.name} into a folder that you may write, make the copies writable, and name that copy "
        "under `database`"
    )


def require_writable(path: Path) -> None:
    """Raises StoreFailed if the file is there and may not be written, or its folder may not. SQLite would say so only
    after it has left a log there."""
    if path.exists() and (part := _find_unwritable_path(path)) is not None:
        what = path if part == path else f"{part}, the folder of {path.name},"
        raise StoreFailed(f"{what} is read-only, so nothing can be stored; commands that only read work")


def _find_unwritable_path(path: Path) -> Path | None:
    """The file or its folder, if it may not be written. Root that acts as the owner may also reach a file in a folder
    that is closed to the owner, but only with its effective rights."""
    parts = (path, path.parent)
    return next((part for part in parts if not os.access(part, os.W_OK, effective_ids=True)), None)


def _read_stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size
