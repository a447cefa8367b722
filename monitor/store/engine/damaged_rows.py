"""Rows that do not hold what they should: damaged, or written by something else. What is read beside them goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from monitor.telemetry import LogEvent, log


class ValueUnreadable(ValueError):
    """A value that its column's type cannot be made of. It is raised by the statement that reads it; `str(error)` says
    what stands there."""


class DamagedJson:
    """In the place of a value that is no JSON: it has the shape of nothing, so whoever reads it finds that out, and not
    the statement that brought its row and a thousand others."""

    def __repr__(self) -> str:
        return "no JSON"


def json_or_damaged(text: str | bytes) -> Any:  # noqa: ANN401 - JSON
    """What a column of JSON holds. SQLite takes any text into one."""
    try:
        return json.loads(text)
    except (ValueError, TypeError):
        return DamagedJson()


@contextmanager
def skip_if_unreadable(row: str) -> Iterator[None]:
    """Read one row within: if it is not as it should be, the log has it, and what follows goes on without it."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        _log_once(row, f"{type(error).__name__}: {error}")


@lru_cache(maxsize=1000)
def _log_once(row: str, problem: str) -> None:
    """Where several daemons share a database, such a row may be read each second."""
    log.error(LogEvent.ROW_UNREADABLE, row=row, problem=problem, todo="restore it from a backup")
