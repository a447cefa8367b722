"""A SQLite file: one engine that writes and one that only reads, and a lock that keeps a second daemon away."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.errors import StoreFailed, StoreLocked
from monitor.runtime.safe_paths import PRIVATE_FOLDER
from monitor.store.engine.damaged_rows import json_or_damaged
from monitor.store.engine.database import Database, Identity
from monitor.store.engine.read_only_files import ImmutableFile, find_immutable_file, require_writable
from monitor.store.engine.sqlite_files import (
    LOG,
    LOG_INDEX,
    make_files_private,
    make_private_file,
    open_lock_file,
    require_safe_folder,
)

_MIN_VERSION = (3, 35)  # RETURNING
_FREE_SHARE = 0.1  # of the file
_VACUUM_PAGES = 100  # given back in one transaction: others wait for it
_PAGE_COUNTS = ("freelist_count", "page_count")
# In an INSERT that returns ids: the last 128 statements are cached, and each number of rows is one.
_ROWS_PER_INSERT = 50
_BUSY_TIMEOUT = 20_000  # ms: the longest that a writer waits for another process
_COMMON_PRAGMAS = (
    "busy_timeout=0",  # `_set_pragma` waits
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL can lose the last commits on power loss
    f"busy_timeout={_BUSY_TIMEOUT}",
)
_MIGRATE_PRAGMAS = (
    _COMMON_PRAGMAS[0],
    "auto_vacuum=INCREMENTAL",  # it writes, and takes effect only before the first table
    *_COMMON_PRAGMAS[1:],
    "secure_delete=ON",  # copying a table leaves its old pages behind
)  # without foreign keys: Alembic alters a table by copying it, and dropping the old one would empty what refers to it
_WRITE_PRAGMAS = (*_COMMON_PRAGMAS, "foreign_keys=ON", "secure_delete=ON")  # what is deleted is overwritten
_IMMUTABLE = "immutable"  # what a connection has under this name: the ImmutableFile that it reads, or None
_READ_PRAGMAS = (f"busy_timeout={_BUSY_TIMEOUT}", "query_only=ON")


class SqliteDatabase(Database):
    """The database in a file; `path` is the file's. Raises StoreFailed if SQLite is too old."""

    kind = "SQLite"
    shared = False
    advice = "is it writable, and a database of news-monitor?"

    def __init__(self, url: URL) -> None:
        if sqlite3.sqlite_version_info < _MIN_VERSION:
            oldest = ".".join(map(str, _MIN_VERSION))
            raise StoreFailed(
                f"SQLite {sqlite3.sqlite_version} is too old: Python must be built with {oldest} or newer"
            )
        self._configured_path = Path(str(url.database))
        self.path = Path(os.path.realpath(self._configured_path))  # SQLite's other files and ours are beside this one
        url = url.set(database=str(self.path))
        self.name = str(self._configured_path)
        self._files = str(self._configured_path), f"{self.path}{LOG}", f"{self.path}{LOG_INDEX}"
        self.write = _build_engine(url, "BEGIN IMMEDIATE", _WRITE_PRAGMAS)
        self.read = _build_engine(url, "BEGIN", _READ_PRAGMAS)
        self._migrate = _build_engine(url, "BEGIN IMMEDIATE", _MIGRATE_PRAGMAS)
        for engine in (self.write, self._migrate):
            event.listen(engine, "do_connect", lambda *_: require_writable(self.path))
        event.listen(self.read, "do_connect", self._choose_file)

    def close(self) -> None:
        if self.replaced is not None:
            self._flush_log()
        super().close()
        self._migrate.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        self.require_not_replaced()  # a new connection would apply the log of the old file to the new one
        with super().writing() as connection:
            self.require_not_replaced()
            yield connection
            self.require_not_replaced()  # if it fails, nothing is committed

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self.require_not_replaced()
        with super().reading() as connection:
            self.require_not_replaced()
            with _require_unchanged(connection.info.get(_IMMUTABLE)):
                yield connection

    def _choose_file(
        self, _dialect: object, record: ConnectionPoolEntry, args: list[object], options: dict[str, object]
    ) -> None:
        """Called before each connection of the engine that reads."""
        immutable = record.info[_IMMUTABLE] = find_immutable_file(self.path)
        if immutable is not None:
            args[0], options["uri"] = immutable.uri, True

    def _read_identity(self) -> Identity:
        """The inodes of the file, its log and the log's index. All three exist from the first read or write in a
        transaction on."""
        return tuple(map(_read_inode, self._files))

    def _describe_change(self, known: Identity, found: Identity) -> str:
        for file, before, after in zip(self._files, known, found, strict=True):
            if before != after:
                return f"{file} was {'deleted or moved' if after is None else 'replaced by another file'}"
        raise AssertionError  # it is called only if there is a change

    def _flush_log(self) -> None:
        """Move all that is committed from the log into the file that we have open, wherever that is now. A log beside
        another file would be taken by SQLite for that file's own. A new connection would do just that; where none is
        open, SQLite has moved it all already."""
        if not self.write.pool.checkedin():  # type: ignore[attr-defined]  # of the pool that files have
            return
        connection = self.write.raw_connection()
        try:
            with suppress(sqlite3.Error):
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def exists(self) -> bool:
        return self.path.exists()

    def size(self) -> int:
        files = (self.path, self.path.with_name(f"{self.path.name}{LOG}"))
        return sum(file.stat().st_size for file in files if file.exists())

    @contextmanager
    def hold_exclusively(self) -> Iterator[None]:
        self._make_folder()
        make_files_private(self.path, create=False)
        with open_lock_file(self.path) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise StoreLocked(
                    f"{self.path} is in use by another news-monitor (process {holder}): stop it, or give this one "
                    "its own `database` in monitor.yaml; several daemons can share a PostgreSQL"
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            self._held = True
            try:
                yield
            finally:
                self._held = False

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        self._make_folder()
        make_files_private(self.path, create=True)
        with self._migrate.begin() as connection:  # BEGIN IMMEDIATE is the lock
            yield connection

    def copy_to(self, path: Path) -> None:
        """Write a complete and compact copy of what is committed, while others go on writing. Raises sqlite3.Error,
        StoreFailed."""
        immutable = find_immutable_file(self.path)
        name = self.path if immutable is None else immutable.uri
        with (
            _require_unchanged(immutable),
            closing(sqlite3.connect(name, isolation_level=None, uri=immutable is not None)) as source,
        ):
            source.execute("VACUUM INTO ?", (str(path),))

    def backup(self, path: Path) -> None:
        if path.exists():
            raise StoreFailed(f"{path} exists already: name a new file, or delete it")
        if not path.parent.is_dir():
            raise StoreFailed(f"cannot copy {self.path} to {path}: there is no folder {path.parent}; make it first")
        try:
            require_safe_folder(path.parent)
            self._copy_atomically(path)
        except (OSError, sqlite3.Error) as error:
            raise StoreFailed(f"cannot copy {self.path} to {path}: {error}") from None

    def _copy_atomically(self, path: Path) -> None:
        """Make a copy that is complete or does not exist, even after a power cut. Only its owner may read it."""
        partial = path.with_name(f"{path.name}.half")
        try:
            make_private_file(partial)
            self.copy_to(partial)
            sync_to_disk(partial)  # not every SQLite does so after VACUUM INTO
            partial.replace(path)
            sync_to_disk(path.parent)
        finally:
            partial.unlink(missing_ok=True)

    def check(self) -> Iterator[str]:
        with self.reading() as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            yield from (line for line in found if line != "ok")
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
                yield f"table {row[0]}, row {row[1]}: the {row[2]} that it refers to does not exist"

    def reclaim_space(self) -> Iterator[None]:
        excess = self._count_excess_pages()
        while excess > 0:
            self._run_script(f"PRAGMA incremental_vacuum({_VACUUM_PAGES})")
            yield
            before, excess = excess, self._count_excess_pages()
            if excess >= before:  # others delete too; and a file that another program made may be unable to shrink
                break
        # optimize: every table, as this connection has used none
        self._run_script("PRAGMA analysis_limit=400; PRAGMA optimize=0x10002")
        self._run_script("PRAGMA wal_checkpoint(TRUNCATE)", busy=0.2)  # while it waits for a reader, others wait for it

    def _run_script(self, script: str, *, busy: float = _BUSY_TIMEOUT / 1000) -> None:
        """Run statements that SQLAlchemy cannot run to their end, or that must be outside of a transaction."""
        self.require_not_replaced()  # connecting would create a missing file
        try:
            with closing(sqlite3.connect(self.path, timeout=busy, isolation_level=None)) as connection:
                connection.executescript(script)
        except sqlite3.Error as error:
            raise StoreFailed(f"{self.path}: {error}; {self.advice}") from None

    def _count_excess_pages(self) -> int:
        """How many pages should be given back. Some may stay free: the next articles then need no new space."""
        with self.reading() as connection:
            free, pages = (connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one() for pragma in _PAGE_COUNTS)
        return int(free - pages * _FREE_SHARE)

    def enter_section(self, connection: Connection) -> None:
        del connection  # BEGIN IMMEDIATE has waited

    def require_folder(self) -> None:
        """As for every database."""
        missing = [folder for folder in self._configured_path.parents if not folder.exists()]
        if len(missing) > 1:
            raise self._without_folder(missing[-1])

    def _without_folder(self, folder: Path) -> StoreFailed:
        return StoreFailed(
            f"cannot make the database {self._configured_path}: there is no folder {folder}; make it, or fix "
            "`database` in monitor.yaml"
        )

    def _make_folder(self) -> None:
        """Create the last folder only: if more are missing, the path is mistyped, or a disk is not mounted."""
        try:
            self._configured_path.parent.mkdir(PRIVATE_FOLDER, exist_ok=True)
        except FileNotFoundError:
            missing = [folder for folder in self._configured_path.parents if not folder.exists()]
            raise self._without_folder(missing[-1]) from None
        except FileExistsError:
            what = "a link that leads nowhere" if self._configured_path.parent.is_symlink() else "not a folder"
            raise StoreFailed(
                f"cannot make the database {self._configured_path}: {self._configured_path.parent} is {what}; fix it, "
                "or `database` in monitor.yaml"
            ) from None
        except OSError as error:
            raise StoreFailed(
                f"cannot make the folder of the database {self._configured_path}: {error.strerror}"
            ) from None


def _require_unchanged(immutable: ImmutableFile | None) -> AbstractContextManager[None]:
    return nullcontext() if immutable is None else immutable.require_unchanged()


def _read_inode(path: str) -> tuple[int, int] | None:
    """The device and inode, which identify the file; None if there is no file."""
    try:
        found = os.stat(path)  # noqa: PTH116 - for each transaction, three times; making a Path takes ten times as long
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:  # a disk or a file server that fails for a while has replaced nothing
        raise StoreFailed(f"cannot look at {path}: {error.strerror}") from None
    return found.st_dev, found.st_ino


def sync_to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, would survive a power cut."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _build_engine(url: URL, begin: str, pragmas: tuple[str, ...]) -> Engine:
    engine = create_engine(url, insertmanyvalues_page_size=_ROWS_PER_INSERT, json_deserializer=json_or_damaged)

    def prepare(connection: sqlite3.Connection, record: ConnectionPoolEntry) -> None:
        del record
        connection.isolation_level = None  # sqlite3 must not open transactions on its own
        connection.text_factory = _decode_leniently
        try:
            for pragma in pragmas:
                _set_pragma(connection, pragma)
        except sqlite3.Error:  # a file that is no database: SQLAlchemy would leave the connection open
            connection.close()
            raise

    def start(connection: Connection) -> None:
        """By the driver: SQLAlchemy would take longer for this than for all else of an empty transaction."""
        try:
            connection.connection.cursor().execute(begin)
        except sqlite3.Error as error:
            raise DBAPIError.instance(begin, None, error, sqlite3.Error) from error

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", start)
    return engine


def _decode_leniently(raw: bytes) -> str:
    """Decode a text, even if its bytes are damaged. sqlite3's own decoder would refuse the whole statement, each time,
    as if the database could not be used; this one is a tenth of a microsecond faster."""
    return raw.decode("utf-8", "replace")


def _set_pragma(connection: sqlite3.Connection, pragma: str) -> None:
    """Set a pragma. The first change to WAL needs the file alone, and SQLite does not wait for that. So processes that
    open a new file at the same time must wait here."""
    pause = 50  # ms
    for attempts_left in reversed(range(_BUSY_TIMEOUT // pause)):
        try:
            connection.execute(f"PRAGMA {pragma}")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or not attempts_left:
                raise
            time.sleep(pause / 1000)
        else:
            return
