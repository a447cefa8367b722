"""Opens the database that a URL names: SQLite or PostgreSQL."""

from __future__ import annotations

from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError

from monitor.errors import StoreFailed
from monitor.store.engine.database import Database
from monitor.store.engine.database_url import URL_HINT, parse_database_url
from monitor.store.engine.postgresql import PostgresDatabase
from monitor.store.engine.sqlite import SqliteDatabase

_POSTGRESQL_DRIVERS = {"postgresql", "postgres", "postgresql+psycopg"}


def open_database(url: str) -> Database:
    """The database that a SQLAlchemy URL names; it does not connect yet. Raises StoreFailed."""
    parsed = parse_database_url(url)
    try:
        return _build_database(parsed)
    except (ArgumentError, ValueError, TypeError):  # what follows the "?" does not suit the driver
        raise StoreFailed(
            f"`database` has options that {parsed.get_backend_name()} does not take: {URL_HINT}"
        ) from None


def _build_database(url: URL) -> Database:
    if url.drivername in _POSTGRESQL_DRIVERS:
        return PostgresDatabase(url)
    if url.drivername.partition("+")[0] != "sqlite" or url.database in {None, "", ":memory:"}:
        raise StoreFailed(f"`database` names a database that cannot be used ({url.drivername}): {URL_HINT}")
    return SqliteDatabase(url)
