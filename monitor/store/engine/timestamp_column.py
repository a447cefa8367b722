"""The type of the columns that hold a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, TypeDecorator
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

from monitor.store.engine.damaged_rows import ValueUnreadable


class _SqliteDateTime(sqlite.DATETIME):
    """As SQLite's own type writes it, at a fraction of its cost: a poll leaves ten of them."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:
        """In letters that sort as the moments do."""
        del dialect
        return lambda value: None if value is None else value.isoformat(" ", "microseconds")

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[object], datetime | None]:
        """SQLite takes anything into a column: what is no moment raises ValueUnreadable."""
        del dialect, coltype
        return _datetime_from_text


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time. SQLite has no time zones, so it is stored without one and given back with it."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """As each kind of database has it."""
        known = _SqliteDateTime() if dialect.name == "sqlite" else DateTime()  # type: ignore[no-untyped-call]  # SQLAlchemy's
        return dialect.type_descriptor(known)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC, without its zone."""
        del dialect
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """Aware again."""
        del dialect
        return None if value is None else value.replace(tzinfo=UTC)


def _datetime_from_text(value: Any | None) -> datetime | None:  # noqa: ANN401
    try:
        return None if value is None else datetime.fromisoformat(value)
    except (ValueError, TypeError):
        raise ValueUnreadable(f"{value!r:.50} is no moment") from None
