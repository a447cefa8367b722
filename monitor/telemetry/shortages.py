"""Logs that the system gives this process no more file descriptors or memory: one line a minute.

Everything fails then, thousands of times a second. The reason is the same each time, so the lines of all loggers whose
error is such a shortage become this one, which counts them.
"""

from __future__ import annotations

import errno
import logging
import sys
from collections.abc import MutableMapping
from time import monotonic
from typing import Any

from monitor.telemetry.log_events import LogEvent
from monitor.telemetry.structlog_compat import structlog

LOG_EVERY = 60.0  # s
_ERRORS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_TODO = (
    "allow the process more open files (LimitNOFILE= in the unit, `ulimit -n` in a shell), or see what holds them; it "
    "goes on with those that it has"
)


class _State:
    """When the last line was written, and how often there was a shortage since then."""

    logged_at: float | None = None
    count = 0


def is_shortage(error: BaseException | None) -> bool:
    """Whether this error, or one that caused it, says that a resource of the process or the system has run out."""
    pending, seen = [error], set[int]()
    while pending:
        each = pending.pop()
        if each is None or id(each) in seen:
            continue
        if isinstance(each, OSError) and each.errno in _ERRORS:
            return True
        seen.add(id(each))
        pending += [
            each.__cause__,
            each.__context__,
            *(each.exceptions if isinstance(each, BaseExceptionGroup) else ()),
        ]
    return False


def log_shortage(problem: object) -> None:
    """Note a shortage, and log it if the last line is a minute old. `problem`: the error, or a sentence."""
    now = monotonic()
    _State.count += 1
    if _State.logged_at is not None and now - _State.logged_at < LOG_EVERY:
        return
    structlog.get_logger().error(
        LogEvent.RESOURCES_SHORT,
        problem=f"{type(problem).__name__}: {problem}" if isinstance(problem, BaseException) else str(problem),
        times=_State.count,
        todo=_TODO,
    )
    _State.logged_at, _State.count = now, 0


def filter_record(record: logging.LogRecord) -> bool:
    """A filter of the standard library: takes out what is logged by libraries for a shortage."""
    error = record.exc_info[1] if record.exc_info else None
    if not is_shortage(error):
        return True
    log_shortage(error)
    return False


def _find_error(exc_info: object) -> BaseException | None:
    """The error behind `exc_info`, in any form in which loggers take it."""
    match exc_info:
        case BaseException():
            return exc_info
        case (_, BaseException() as error, _):
            return error
        case None | False:
            return None
        case _:
            return sys.exc_info()[1]


def filter_event(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: takes out our own events with a traceback of a shortage."""
    del logger, method
    error = _find_error(event.get("exc_info"))
    if not is_shortage(error):
        return event
    log_shortage(error)
    raise structlog.DropEvent
