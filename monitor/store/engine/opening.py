"""Opens the database that a URL names: SQLite or PostgreSQL."""

from __future__ import annotations

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from monitor.errors import StoreFailed
from monitor.store.engine.database import Database
from monitor.store.engine.postgresql import PostgresDatabase
from monitor.store.engine.sqlite import SqliteDatabase

_URL_HINT = "write sqlite:///PATH, or postgresql://USER@HOST/NAME"
_POSTGRESQL_DRIVERS = {"postgresql", "postgres", "postgresql+psycopg"}


def open_database(url: str) -> Database:
    """The database that a SQLAlchemy URL names; it does not connect yet. Raises StoreFailed."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        raise StoreFailed(f"`database` is no database URL: {_URL_HINT}") from None
    if parsed.drivername in _POSTGRESQL_DRIVERS:
        return PostgresDatabase(parsed)
    if parsed.get_backend_name() != "sqlite" or parsed.database in {None, "", ":memory:"}:
        raise StoreFailed(f"cannot use the database {parsed.render_as_string()}: {_URL_HINT}")
    return SqliteDatabase(parsed)
