"""The column type for times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, TypeDecorator
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from monitor.store.engine.damaged_rows import ValueUnreadable


class _SqliteDateTime(sqlite.DATETIME):
    """Writes the same text as SQLAlchemy's own type for SQLite, but much faster: a poll writes ten of them."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        """Text that sorts in the order of the times."""
        del dialect
        return lambda value: None if value is None else value.isoformat(" ", "microseconds")

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[object], datetime | None]:
        """Raises ValueUnreadable for a value that is no time: SQLite accepts anything in a column."""
        del dialect, coltype
        return _datetime_from_text


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite has no time zones, so it is stored without one and returned with it."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """The type that this kind of database uses."""
        known = _SqliteDateTime() if dialect.name == "sqlite" else DateTime()  # type: ignore[no-untyped-call]  # SQLAlchemy's
        return dialect.type_descriptor(known)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The time in UTC, without its zone."""
        del dialect
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """The time with its zone UTC."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def _datetime_from_text(value: Any | None) -> datetime | None:  # noqa: ANN401
    try:
        return None if value is None else datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise ValueUnreadable(f"{value!r:.50} is not a time") from None
