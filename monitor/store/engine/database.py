"""What both kinds of database have in common: transactions, their errors, and the way of the schema.

`sqlite` and `postgresql` hold what differs; `opening` chooses between them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Never, TypeVar

from sqlalchemy import Connection, Engine, Executable, Table, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from monitor.errors import StoreFailed, StoreRefused, StoreReplaced, StoreSchemaTooNew, StoreSchemaTooOld
from monitor.store.engine.damaged_rows import ValueUnreadable

if TYPE_CHECKING:
    from alembic.config import Config

    from monitor.matching import RuleSet

T = TypeVar("T")
Identity = tuple[object, ...]
_VARIABLES = 5_000
_MIGRATIONS = Path(__file__).parents[1] / "migrations"


class Database(ABC):
    """A database. `kind` is its make, `name` what messages call it, without a password; `shared`: several daemons may
    work on it; `replaced`: what has become of it, once `require_in_place` has found that it is another one.

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
        """Foreign errors of the database, and values in it that cannot be read, as one line for a person."""
        try:
            yield
        except ValueUnreadable as error:
            raise StoreRefused(f"{self.name} holds what cannot be read ({error}); {self.advice}") from error
        except DBAPIError as error:
            message = str(error.orig).strip().partition("\n")[0]
            unusable = isinstance(error, OperationalError | InterfaceError)
            raise (StoreFailed if unusable else StoreRefused)(f"{self.name}: {message}; {self.advice}") from error

    def require_not_replaced(self) -> None:
        """Raises StoreReplaced if it was deleted or replaced since it was asked for the first time while `taken`: what
        is written would be lost, and what is remembered belongs to another one. Raises StoreFailed."""
        if not self._held:
            return
        found, known = self._identity(), self._known
        if found == known:
            return
        if known is None:
            self._known = None if None in found else found  # what is not there yet may come
            return
        self.raise_replaced(self._change(known, found))

    def raise_replaced(self, change: str) -> Never:
        """Raises StoreReplaced: what was found shows that it is another one. `change`: what has happened to it."""
        self.replaced = (
            f"{change} while it was in use: what would be written now would be lost, so the daemon ends; start it "
            "again, and it goes on with what is there then"
        )
        raise StoreReplaced(self.replaced)

    _known: Identity | None = None
    _held = False

    @abstractmethod
    def _identity(self) -> Identity:
        """What tells it from another one by its name; None for what is not there. Raises StoreFailed."""

    @abstractmethod
    def _change(self, known: Identity, found: Identity) -> str:
        """What has happened to it, in words."""

    def upgrade(self, *, copy: bool = True, rules: Callable[[], RuleSet] | None = None) -> bool:
        """Bring the schema to this version's, after a copy; several processes may do so at once, and one that is
        killed meanwhile leaves everything as it was. `rules`: gives those that run, whose entities identity knows;
        asked only where something is to be worked out from articles. True if it was made from nothing. Raises
        StoreNewer, StoreFailed.
        """
        with self.translate_errors(), self.migrating() as connection:
            found = self._revision(connection)
            if found == list_revisions()[-1]:
                return False
            if found is not None and copy:
                self.copy(connection, f"before-{list_revisions()[-1]}")
            _run_migrations(connection, found, rules)
            self.verify_migrated(connection)
            return found is None

    def require_schema(self) -> None:
        """Raises StoreFailed if there is nothing in the database yet, StoreOlder or StoreNewer if it is of another
        version: for commands that only look."""
        with self.reading() as connection:
            found = self._revision(connection)
        if found is None:
            raise StoreFailed(f"{self.name} holds nothing yet: `news-monitor run` makes its tables")
        if found != list_revisions()[-1]:
            raise StoreSchemaTooOld(
                f"{self.name} is of an older news-monitor (schema {found}): `news-monitor db upgrade`"
            )

    def _revision(self, connection: Connection) -> str | None:
        found: str | None = None
        if inspect(connection).has_table("alembic_version"):
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        if found is not None and found not in list_revisions():
            raise StoreSchemaTooNew(
                f"{self.name} was written by a newer news-monitor (schema {found}): install that version again, or "
                "restore the copy made before its upgrade"
            )
        return found

    def close(self) -> None:
        """Give all connections back."""
        self.write.dispose()
        self.read.dispose()

    @property
    @abstractmethod
    def advice(self) -> str:
        """What to look at when the database refuses something."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether there is a database to ask; it may be empty."""

    @abstractmethod
    def size(self) -> int:
        """The bytes that it takes on its disk. Raises StoreFailed."""

    @abstractmethod
    def hold_exclusively(self) -> AbstractContextManager[None]:
        """Hold the database against other daemons, unless it is `shared`. Raises StoreTaken."""

    @abstractmethod
    def migrating(self) -> AbstractContextManager[Connection]:
        """A transaction in which no other process migrates."""

    @abstractmethod
    def verify_migrated(self, connection: Connection) -> None:
        """Check that a migration has left no reference to a row that is gone, before it is committed. It reads
        everything, so it is called only then. Raises StoreFailed."""

    @abstractmethod
    def copy(self, connection: Connection, tag: str) -> None:
        """Keep a copy of everything, by the name of `tag`, before `connection` changes it. Raises StoreFailed."""

    @abstractmethod
    def backup(self, path: Path) -> None:
        """A whole copy of what is committed, in a new file, while others go on writing. Raises StoreFailed."""

    @abstractmethod
    def check(self) -> Iterator[str]:
        """What is damaged, a line each. Raises StoreFailed if it cannot even be read."""

    @abstractmethod
    def reclaim_space(self) -> Iterator[None]:
        """Give back the room of what was deleted, and keep the planner's figures fresh; a short step at a time."""

    @abstractmethod
    def enter_section(self, connection: Connection) -> None:
        """Wait until no other process is in the serial section; it is left with the transaction."""


def build_insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, which is the same on both kinds and stands in neither's common part."""
    return build_insert_for(connection.dialect.name, table)


def build_insert_for(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """The same, by the name of the connection's dialect: for statements that are kept."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def write_rows(connection: Connection, statement: Executable, rows: Sequence[Mapping[str, object]]) -> None:
    """Run a statement for all the rows, in their order; with none there is nothing to run. All set the same columns."""
    if rows:
        connection.execute(statement, rows)


def in_batches(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, as many at a time as one statement may bind: databases allow some ten thousands."""
    rest = iter(values)
    while batch := list(islice(rest, _VARIABLES)):
        yield batch


def list_revisions() -> list[str]:
    """Of the schema, the newest last: with them begin the names of the migrations' files."""
    return sorted(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def alembic_config() -> Config:
    """Where Alembic finds the migrations."""
    # 10 MiB that a daemon would hold for good: loaded only where there is something to migrate.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _run_migrations(connection: Connection, found: str | None, rules: Callable[[], RuleSet] | None) -> None:
    from alembic import command  # noqa: PLC0415 - as above

    config = alembic_config()
    config.attributes.update(connection=connection, found=found, rules=rules)
    command.upgrade(config, "head")
