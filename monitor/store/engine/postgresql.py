"""A PostgreSQL database, which several equal daemons may share. Its locks end with their transaction, or with their
process."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, Text, cast, create_engine, func, inspect, select
from sqlalchemy.engine import URL

from monitor.errors import StoreFailed
from monitor.store.engine.database import Database, Identity
from monitor.store.engine.tables import metadata
from monitor.wording.commands import INSTALL_LOCKED

# The numbers of our advisory locks: "NM", then which one.
_SECTION_LOCK = 0x4E4D_0001
_MIGRATION_LOCK = 0x4E4D_0002
_CONNECT_TIMEOUT = 10  # s
# A server that disappears without an answer (a cable, a firewall) is noticed within a minute, long before TCP gives up.
_KEEPALIVES = {"keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 3, "tcp_user_timeout": 50_000}
# A process that is stopped inside the section would hold it forever; a lock that is not granted is a problem to report.
_SESSION_OPTIONS = "-c idle_in_transaction_session_timeout=60s -c lock_timeout=20s"
_READ_ONLY_OPTIONS = f"{_SESSION_OPTIONS} -c default_transaction_read_only=on"


class PostgresDatabase(Database):
    """The database behind a URL. Raises StoreFailed if the driver is not installed."""

    kind = "PostgreSQL"
    shared = True
    advice = "is the server up, and is this a database of news-monitor that the user may write?"

    def __init__(self, url: URL) -> None:
        plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database)
        self.name = plain.render_as_string()
        self.write = _build_engine(url, _SESSION_OPTIONS)
        self.read = _build_engine(url, _READ_ONLY_OPTIONS)

    def exists(self) -> bool:
        return True

    def size(self) -> int:
        with self.reading() as connection:
            return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())

    @contextmanager
    def hold_exclusively(self) -> Iterator[None]:
        self._held = True
        yield

    def _read_identity(self) -> Identity:
        """The numbers (oid) of the database and of a table: they change when either is created again or restored."""
        query = "SELECT oid, to_regclass('alembic_version')::oid FROM pg_database WHERE datname = current_database()"
        with self.reading() as connection:
            return tuple(connection.exec_driver_sql(query).one())

    def _describe_change(self, known: Identity, found: Identity) -> str:
        del known
        return f"{self.name} {'has lost its tables' if found[1] is None else 'was recreated or restored'}"

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        with self.write.begin() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
            if encoding != "UTF8":
                raise StoreFailed(f"{self.name} has the encoding {encoding}: make it with ENCODING 'UTF8'")
            yield connection

    def backup(self, path: Path) -> None:
        command = shlex.join(["pg_dump", "--format=custom", f"--file={path}", self.name])
        raise StoreFailed(f"PostgreSQL has its own tool for this: {command}")

    def check(self) -> Iterator[str]:
        with self.reading() as connection:
            existing = set(inspect(connection).get_table_names())
            for table in metadata.sorted_tables:
                if table.name in existing:  # measured as text, so that values that are stored apart are read too
                    connection.execute(select(*(func.count(func.length(cast(column, Text))) for column in table.c)))
        yield from ()  # damage raises an error

    def reclaim_space(self) -> Iterator[None]:
        yield from ()  # autovacuum does it

    def enter_section(self, connection: Connection) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SECTION_LOCK})")


def _build_engine(url: URL, options: str) -> Engine:
    own_options = url.query.get("options")
    options = f"{own_options} {options}" if isinstance(own_options, str) else options
    address = url.set(drivername="postgresql+psycopg").difference_update_query(["options"])
    arguments = {
        "connect_timeout": _CONNECT_TIMEOUT,
        "application_name": "news-monitor",
        "options": options,
        **_KEEPALIVES,
    }
    try:
        # pre_ping: after a restart of the server the pool is full of dead connections
        return create_engine(address, connect_args=arguments, pool_pre_ping=True)
    except ImportError:  # it is not installed, or it does not find the library that it needs
        raise StoreFailed(
            f"PostgreSQL needs a driver, psycopg: {INSTALL_LOCKED}, into the same venv, from the source folder"
        ) from None
