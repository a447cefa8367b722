"""Opens the database, brings its schema up to date, and keeps a second daemon away from a SQLite file."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.errors import StoreFailed, StoreNewer, StoreTaken

_OLDEST_SQLITE = (3, 35)  # RETURNING
_BUSY = 20_000  # ms: the longest that a writer waits for another process
_WRITING = (
    f"busy_timeout={_BUSY}",
    "auto_vacuum=INCREMENTAL",  # only before the first table does it take effect
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL can lose the last commits on power loss
    "foreign_keys=ON",
)
_READING = (f"busy_timeout={_BUSY}", "query_only=ON")


class Database:
    """A SQLite database: one engine that writes and one that only reads. `path` is the file's."""

    def __init__(self, url: str) -> None:
        try:
            parsed = make_url(url)
        except (ArgumentError, ValueError):  # ValueError: a port that is no number
            raise StoreFailed("`database` is no database URL: write sqlite:///PATH") from None
        if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
            raise StoreFailed(f"cannot use the database {parsed.render_as_string()}: write sqlite:///PATH")
        if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
            oldest = ".".join(map(str, _OLDEST_SQLITE))
            raise StoreFailed(
                f"SQLite {sqlite3.sqlite_version} is too old: Python must be built with {oldest} or newer"
            )
        self.path = Path(str(parsed.database))
        self.write = _engine(parsed, "BEGIN IMMEDIATE", _WRITING)
        self.read = _engine(parsed, "BEGIN", _READING)

    def upgrade(self) -> None:
        """Bring the schema to this version's; several processes may do so at once. Raises StoreNewer, StoreFailed."""
        _make_folder(self.path)
        with translated(self.path), self.write.begin() as connection:  # BEGIN IMMEDIATE is the lock
            _refuse_newer(connection, self.path)
            config = _alembic()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def exists(self) -> bool:
        """Whether there is a database yet."""
        return self.path.exists()

    def close(self) -> None:
        """Give all connections back."""
        self.write.dispose()
        self.read.dispose()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Hold the database against other daemons. Raises StoreTaken."""
        _make_folder(self.path)
        with _lock_of(self.path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise StoreTaken(
                    f"{self.path} is in use by another news-monitor (process {holder}): stop it, or give this one "
                    "a `database` of its own in monitor.yaml"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFailed(f"cannot make the folder of the database {path}: {error.strerror}") from None


def _lock_of(path: Path) -> TextIO:
    lock = path.with_name(path.name + ".lock")
    try:
        return lock.open("a+", encoding="ascii")
    except OSError as error:
        raise StoreFailed(f"cannot open {lock}, which keeps other daemons away: {error.strerror}") from None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Foreign errors of the database, as one line for a person."""
    try:
        yield
    except DBAPIError as error:
        raise StoreFailed(f"{path}: {error.orig}; is it writable, and a database of news-monitor?") from error


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


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _refuse_newer(connection: Connection, path: Path) -> None:
    found = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(_alembic()).walk_revisions()}
    if found is not None and found not in known:
        raise StoreNewer(
            f"{path} was written by a newer news-monitor (schema {found}): install that version again, or restore "
            "the copy made before its upgrade"
        )
