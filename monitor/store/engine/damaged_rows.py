"""Rows with values that cannot be read, because they are damaged or something else wrote them. The other rows are read
all the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from monitor.telemetry import LogEvent, log


class ValueUnreadable(ValueError):
    """A value cannot be converted to its column's type. The statement that reads it raises this; `str(error)` says what
    the column holds."""


class DamagedJson:
    """Takes the place of a value that is not JSON. It has no attributes or items, so the error appears where its row is
    used, and not in the statement that reads a thousand other rows with it."""

    def __repr__(self) -> str:
        return "no JSON"


def json_or_damaged(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """The value of a JSON column, or DamagedJson. SQLite accepts any text in such a column."""
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return DamagedJson()


@contextmanager
def skip_if_unreadable(row: str) -> Iterator[None]:
    """Read one row in this block. If the row is damaged, the block ends, an error is logged, and the program goes
    on."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        _log_once(row, f"{type(error).__name__}: {error}")


@lru_cache(maxsize=1000)
def _log_once(row: str, problem: str) -> None:
    """Where several daemons share a database, the same row may be read each second."""
    log.error(LogEvent.ROW_UNREADABLE, row=row, problem=problem, todo="restore it from a backup")
