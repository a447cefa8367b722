"""A SQLite file: one engine that writes and one that only reads, and a lock that keeps a second daemon away."""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.errors import StoreFailed, StoreTaken
from monitor.store.database import Database

_OLDEST = (3, 35)  # RETURNING
_BUSY = 20_000  # ms: the longest that a writer waits for another process
_MIGRATING = (
    f"busy_timeout={_BUSY}",
    "auto_vacuum=INCREMENTAL",  # only before the first table does it take effect
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL can lose the last commits on power loss
)  # without foreign keys: Alembic alters a table by copying it, and dropping the old one would empty what refers to it
_WRITING = (*_MIGRATING, "foreign_keys=ON")
_READING = (f"busy_timeout={_BUSY}", "query_only=ON")


class SqliteDatabase(Database):
    """The database in a file; `path` is the file's. Raises StoreFailed if SQLite is too old."""

    shared = False
    advice = "is it writable, and a database of news-monitor?"

    def __init__(self, url: URL) -> None:
        if sqlite3.sqlite_version_info < _OLDEST:
            oldest = ".".join(map(str, _OLDEST))
            raise StoreFailed(
                f"SQLite {sqlite3.sqlite_version} is too old: Python must be built with {oldest} or newer"
            )
        self.path = Path(str(url.database))
        self.name = str(self.path)
        self.write = _engine(url, "BEGIN IMMEDIATE", _WRITING)
        self.read = _engine(url, "BEGIN", _READING)
        self._migrate = _engine(url, "BEGIN IMMEDIATE", _MIGRATING)

    def close(self) -> None:
        super().close()
        self._migrate.dispose()

    def exists(self) -> bool:
        return self.path.exists()

    @contextmanager
    def taken(self) -> Iterator[None]:
        self._make_folder()
        with self._lock() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise StoreTaken(
                    f"{self.path} is in use by another news-monitor (process {holder}): stop it, or give this one "
                    "a `database` of its own in monitor.yaml; several daemons can share a PostgreSQL"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        self._make_folder()
        with self._migrate.begin() as connection:  # BEGIN IMMEDIATE is the lock
            yield connection
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise StoreFailed(
                    f"{self.path}: the upgrade would leave the table {broken[0]} in disorder; it is as it was"
                )

    def copy(self, connection: Connection, tag: str) -> None:
        del connection  # it holds the lock; what is copied is what was committed before
        kept = self.path.with_name(f"{self.path.name}.{tag}")
        half = kept.with_name(f"{kept.name}.half")
        try:
            half.unlink(missing_ok=True)
            self.copy_to(half)
            shutil.copymode(self.path, half)
            half.replace(kept)
        except (OSError, sqlite3.Error) as error:
            half.unlink(missing_ok=True)
            raise StoreFailed(
                f"cannot copy {self.path} to {kept} before its upgrade ({error}): make room, or copy it yourself and "
                "run `news-monitor db upgrade --no-copy`"
            ) from None

    def copy_to(self, path: Path) -> None:
        """A whole and compact copy of what is committed, while others go on writing. Raises sqlite3.Error."""
        source = sqlite3.connect(self.path, isolation_level=None)
        try:
            source.execute("VACUUM INTO ?", (str(path),))
        finally:
            source.close()

    def enter_section(self, connection: Connection) -> None:
        del connection  # BEGIN IMMEDIATE has waited

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreFailed(f"cannot make the folder of the database {self.path}: {error.strerror}") from None

    def _lock(self) -> TextIO:
        lock = self.path.with_name(self.path.name + ".lock")
        try:
            return lock.open("a+", encoding="ascii")
        except OSError as error:
            raise StoreFailed(f"cannot open {lock}, which keeps other daemons away: {error.strerror}") from None


def _engine(url: URL, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(url)

    def prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        del record
        connection.isolation_level = None  # sqlite3 must not open transactions on its own
        try:
            for pragma in pragmas:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:  # a file that is no database: SQLAlchemy would leave the connection open
            connection.close()
            raise

    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine
