"""What is logged when the system gives no more file descriptors."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from io import StringIO

import pytest

from monitor.telemetry import LogEvent, log
from monitor.telemetry.logs import close_log
from monitor.telemetry.shortages import LOG_EVERY, is_shortage, log_shortage

SHORT = OSError(errno.EMFILE, "Too many open files")


def wrapped(error: Exception) -> Exception:
    """What a library makes of it."""
    try:
        try:
            raise error
        except OSError as cause:
            raise RuntimeError("cannot connect") from cause
    except RuntimeError as outer:
        return outer


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (SHORT, True),
        (OSError(errno.ENFILE, ""), True),
        (OSError(errno.ENOMEM, ""), True),
        (wrapped(SHORT), True),
        (ExceptionGroup("all failed", [ValueError(), wrapped(SHORT)]), True),
        (OSError(errno.ECONNREFUSED, ""), False),
        (wrapped(OSError(errno.ENOENT, "")), False),
        (ValueError("Too many open files"), False),  # a text proves nothing
        (None, False),
    ],
)
def test_a_shortage_is_known_by_its_number(error: BaseException | None, short: bool) -> None:
    """Wherever it is among the causes."""
    assert is_shortage(error) is short


def test_causes_in_a_circle_are_looked_at_once() -> None:
    """Two errors can each be the context of the other."""
    one, other = ValueError(), ValueError()
    one.__context__, other.__context__ = other, one
    assert not is_shortage(one)


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time of the clock, which a test may change; nothing has been logged so far."""
    now = [1_000.0]
    monkeypatch.setattr("monitor.telemetry.shortages.monotonic", lambda: now[0])
    monkeypatch.setattr("monitor.telemetry.shortages._State.logged_at", None)
    monkeypatch.setattr("monitor.telemetry.shortages._State.count", 0)
    return now


def by_library(error: Exception) -> None:
    """As asyncio logs it."""
    logging.getLogger("asyncio").error("socket.accept() out of system resource", exc_info=error)


def by_us(error: Exception) -> None:
    """With the error itself."""
    log.error(LogEvent.TASK_RESTARTED, work="x", exc_info=error)


def by_us_within(error: Exception) -> None:
    """Where it is being handled."""
    try:
        raise error  # noqa: TRY301 - as what is called there would
    except Exception:
        log.exception(LogEvent.POLL_CRASHED, source="x")


@pytest.mark.parametrize("write", [by_library, by_us, by_us_within, log_shortage])
def test_whoever_logs_it_it_is_one_line_a_minute(
    write: Callable[[Exception], None], moment: list[float], logged: StringIO
) -> None:
    """Which says how often it happened."""
    for _ in range(20):
        write(wrapped(SHORT))
    moment[0] += LOG_EVERY
    write(SHORT)
    close_log()
    first, second = logged.getvalue().splitlines()
    assert '"event": "resources.short"' in first
    assert '"times": 1,' in first
    assert "RuntimeError: cannot connect" in first
    assert '"times": 20,' in second


@pytest.mark.parametrize("write", [by_library, by_us, by_us_within])
def test_all_other_errors_are_logged_each_time(
    write: Callable[[Exception], None], moment: list[float], logged: StringIO
) -> None:
    """With their stack, or what there is of it."""
    del moment
    for _ in range(3):
        write(ValueError("another"))
    close_log()
    assert logged.getvalue().count("ValueError: another") == 3
