"""What both kinds of database share: transactions, the translation of their errors, and the creation of the schema.

`sqlite` and `postgresql` hold what differs; `opening` chooses between them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Never, TypeVar

from sqlalchemy import Connection, Engine, Executable, Table, inspect, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from monitor.errors import StoreFailed, StoreRefused, StoreReplaced
from monitor.store.engine.damaged_rows import ValueUnreadable
from monitor.store.engine.tables import metadata

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

T = TypeVar("T")
Identity = tuple[object, ...]
_VARIABLES = 5_000
# Classes of PostgreSQL's error codes.
_LIMIT_PASSED, _WRONG_STATE = "54", "25"
_MIGRATIONS = Path(__file__).parents[1] / "migrations"


class Database(ABC):
    """A database. `kind`: its product; `name`: what messages call it, without a password; `shared`: several daemons may
    use it; `replaced`: what happened to it, once `require_not_replaced` has found another database in its place.

    `write` and `read` are its engines; `read` cannot change anything.
    """

    kind: str
    name: str
    shared: bool
    replaced: str | None = None
    write: Engine
    read: Engine

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes. Raises StoreFailed."""
        with self.translate_errors(), self.write.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads. Raises StoreFailed."""
        with self.translate_errors(), self.read.begin() as connection:
            yield connection

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turn errors of the database driver, and values that cannot be read, into one line for a person. Raises
        StoreFailed or StoreRefused."""
        try:
            yield
        except ValueUnreadable as error:
            raise StoreRefused(f"{self.name} has a value that cannot be read ({error}); {self.advice}") from error
        except DBAPIError as error:
            message = str(error.orig).strip().partition("\n")[0]
            raise (StoreFailed if _is_outage(error) else StoreRefused)(
                f"{self.name}: {message}; {self.advice}"
            ) from error

    def require_not_replaced(self) -> None:
        """Check that the database is still the one that the first call found. It does so only while the database is
        held (`hold_exclusively`). Raises StoreReplaced if it was deleted or replaced: writes would be lost, and what
        the process has in memory belongs to another database. Raises StoreFailed."""
        if not self._held:
            return
        found, known = self._read_identity(), self._known
        if found == known:
            return
        if known is None:
            self._known = None if None in found else found  # a part that does not exist yet may come
            return
        self.raise_replaced(self._describe_change(known, found))

    def raise_replaced(self, change: str) -> Never:
        """Raises StoreReplaced. `change`: what happened to the database, in words."""
        self.replaced = (
            f"{change} while it was in use: anything written now would be lost, so the daemon ends; start it "
            "again, and it uses the database that it then finds"
        )
        raise StoreReplaced(self.replaced)

    _known: Identity | None = None
    _held = False

    @abstractmethod
    def _read_identity(self) -> Identity:
        """What tells it from another database of the same name; None for each part that does not exist. Raises
        StoreFailed."""

    @abstractmethod
    def _describe_change(self, known: Identity, found: Identity) -> str:
        """What happened to it, in words."""

    def upgrade(self) -> bool:
        """Create the schema if the database is empty. Several processes may do so at once, and if one is killed
        meanwhile, the database stays empty. Returns whether it was created. Raises StoreFailed, also for a database of
        another version."""
        if self.exists():  # only looked at first: SQLite counts a change when it is merely opened to be migrated
            with self.reading() as connection:
                self._read_revision(connection)
        with self.translate_errors(), self.migrating() as connection:
            if self._read_revision(connection) is not None:
                return False
            _run_migrations(connection)
            return True

    def require_schema(self) -> None:
        """For commands that only read. Raises StoreFailed if the database is empty, does not say its version, or is of
        another version."""
        with self.reading() as connection:
            found = self._read_revision(connection)
        if found is None:
            raise StoreFailed(f"{self.name} has no tables yet: `news-monitor run` creates them")

    def _read_revision(self, connection: Connection) -> str | None:
        """The version of its schema; None if it is empty. Raises StoreFailed if it is another version than ours, or if
        there are tables of ours and nothing says of which version they are."""
        found: str | None = None
        tables = inspect(connection).get_table_names()
        if "alembic_version" in tables:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        if found is None and (ours := sorted(metadata.tables.keys() & set(tables))):
            raise StoreFailed(
                f"{self.name} has tables ({', '.join(ours[:3])} ...), but alembic_version is missing or empty, "
                "so nothing says which version wrote them: restore a backup, or name another database in monitor.yaml"
            )
        if found is not None and found < (revision := read_revision()):
            raise StoreFailed(
                f"{self.name} was written by an older news-monitor (schema {found}), and this version reads only "
                f"schema {revision}; nothing in it was changed: move it away, or name another database in "
                "monitor.yaml; `news-monitor run` then creates a new one"
            )
        if found is not None and found > revision:
            raise StoreFailed(
                f"{self.name} was written by a newer news-monitor (schema {found}): install that version again, or "
                "restore an older backup"
            )
        return found

    def close(self) -> None:
        """Close all connections."""
        self.write.dispose()
        self.read.dispose()

    @property
    @abstractmethod
    def advice(self) -> str:
        """What to check when the database refuses something."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether the database exists; it may be empty."""

    def require_folder(self) -> None:
        """Raises StoreFailed if the database cannot be made, because of the folder that it would be in."""
        return

    @abstractmethod
    def size(self) -> int:
        """Its size on disk, in bytes. Raises StoreFailed."""

    @abstractmethod
    def hold_exclusively(self) -> AbstractContextManager[None]:
        """Keep other daemons away from the database, unless it is `shared`. Raises StoreLocked."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[Connection]:
        """A transaction in which no other process migrates."""

    @abstractmethod
    def backup(self, path: Path) -> None:
        """Write a complete copy of what is committed to a new file, while others go on writing. Raises StoreFailed."""

    @abstractmethod
    def check(self) -> Iterator[str]:
        """Yields what is damaged, one line each. Raises StoreFailed if the database cannot be read at all."""

    @abstractmethod
    def reclaim_space(self) -> Iterator[None]:
        """Free the space of deleted rows and update the planner's statistics, in short steps."""

    @abstractmethod
    def enter_section(self, connection: Connection) -> None:
        """Wait until no other process is in the serial section. The end of the transaction leaves it."""


def _is_outage(error: DBAPIError) -> bool:
    """Whether the database has to recover. psycopg's classes of errors do not say so for two classes of codes: that a
    value passes a limit of an index is an OperationalError, but waiting does not help; that a server is read-only, as
    during a failover, is an InternalError, and ends."""
    code = getattr(error.orig, "sqlstate", None) or ""
    return code.startswith(_WRONG_STATE) or (
        isinstance(error, OperationalError | InterfaceError) and not code.startswith(_LIMIT_PASSED)
    )


def build_insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT with ON CONFLICT. Both kinds write it the same way, but SQLAlchemy's common part does not have it."""
    return build_insert_for(connection.dialect.name, table)


def build_insert_for(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The same, by the name of the connection's dialect: for cached statements."""
    if dialect == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - slow to import, and SQLite does without it

    return postgresql.insert(table)


def write_rows(connection: Connection, statement: Executable, rows: Sequence[Mapping[str, object]]) -> None:
    """Run a statement for all rows, in their order; do nothing if there are none. All rows set the same columns."""
    if rows:
        connection.execute(statement, rows)


def in_batches(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, as many at a time as one statement may bind: databases allow some ten thousands."""
    rest = iter(values)
    while batch := list(islice(rest, _VARIABLES)):
        yield batch


def read_revision() -> str:
    """The schema's revision: the names of the migrations' files begin with theirs."""
    # Alembic takes 10 MiB, which a daemon would never give back: it is loaded only if there is something to migrate.
    return max(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _run_migrations(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - as above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
