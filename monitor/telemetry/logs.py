"""Writes the log to stderr: as lines for people on a terminal, as lines with their priority in systemd's journal (which
adds the time itself), and as JSON elsewhere.

The loggers of the libraries go the same way, and so does all else that is written to stderr: warnings, tracebacks of
threads. Secrets are removed, whatever wrote them. Whoever logs never waits for the stream (`log_writer`).
"""

from __future__ import annotations

import atexit
import logging
import os
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import UTC, tzinfo
from typing import Any, TextIO

from monitor.sanitize import sanitize_text
from monitor.telemetry.log_events import LogEvent
from monitor.telemetry.log_lines import TerminalFormat, format_journal_lines
from monitor.telemetry.log_writer import LogStream, LogWriter
from monitor.telemetry.shortages import filter_event, filter_record
from monitor.telemetry.structlog_compat import structlog
from monitor.url_secrets import SHORTEST_IN_TEXT

# Below warnings they log tokens, topics and message texts, or (pymorphy3) where their dictionaries are.
_VERBOSE_LOGGERS = (
    "apprise", "urllib3", "requests", "mail.log", "apscheduler", "asyncio", "aiohttp.access", "alembic", "pymorphy3",
)  # fmt: skip
_CLOSE_TIMEOUT = 2.0  # s that the end of the process waits for the log to be written

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def configure_logging(
    *, stream: TextIO = sys.stderr, secrets: Iterable[str] = (), level: int = logging.INFO, zone: tzinfo = UTC
) -> None:
    """Write logs to `stream` from now on, without `secrets`. If it is stderr, all else that is written there goes the
    same way: nothing in this process waits for whoever reads it. `zone`: of the times on a terminal."""
    close_log()
    hide_secrets(secrets)
    timestamp, renderer = _select_format(stream, zone)
    clean: list[structlog.typing.Processor] = [
        filter_event,
        structlog.processors.add_log_level,
        _add_message,
        structlog.processors.format_exc_info,
        _redaction,
        *timestamp,
    ]

    def format_lost(lost: int) -> str:
        event: MutableMapping[str, Any] = {"event": LogEvent.LOG_LINES_LOST, "lines": lost}
        for process in clean:
            event = process(None, "warning", event)  # type: ignore[assignment]  # only the last processor may return text
        return f"{renderer(None, 'warning', event)!s}\n"

    writer = _current.writer = LogWriter(stream, format_lost)
    if stream is sys.stderr:
        sys.stderr = LogStream(writer, _redaction.clean_text)
    # the processors have cleaned the rest, and their colours stay
    handler = logging.StreamHandler(LogStream(writer, _redaction.without_secrets))
    handler.addFilter(filter_record)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=clean,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    # Our own lines go directly to the stream: a record of the standard library would double the cost of a line.
    structlog.configure(
        processors=[*clean, renderer],
        logger_factory=lambda: _LineLogger(writer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _VERBOSE_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of each run that is skipped while the one before waits for a slow database: two warnings a second.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


def is_debug_enabled() -> bool:
    """Whether events of level debug are written at all; ask before logging what happens thousands of times."""
    return logging.getLogger().isEnabledFor(logging.DEBUG)


def hide_secrets(secrets: Iterable[str]) -> None:
    """Remove these from all that is logged from now on, too."""
    _redaction.add(secrets)


def lines_lost() -> int:
    """How many lines of the log could not be written since it was configured."""
    return 0 if _current.writer is None else _current.writer.lost


def close_log() -> None:
    """Write what is queued, for two seconds at most, and restore stderr. The end of the process does this by itself."""
    if (writer := _current.writer) is None:
        return
    if writer.close(_CLOSE_TIMEOUT) and isinstance(
        sys.stderr, LogStream
    ):  # otherwise the next write to stderr would hang
        sys.stderr = writer.stream


def _select_format(stream: TextIO, zone: tzinfo) -> tuple[list[structlog.typing.Processor], structlog.typing.Processor]:
    """The processors that add the time, unless the line has it otherwise, and the renderer of a line."""
    if _is_journal(stream):
        return [], format_journal_lines
    if stream.isatty():
        return [], TerminalFormat(stream, zone)
    time = structlog.processors.TimeStamper(fmt="iso", utc=True)
    return [time], structlog.processors.JSONRenderer(ensure_ascii=False)


def _add_message(logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Put the sentence of one of our events beside its name."""
    del logger, method
    if isinstance(name := event["event"], LogEvent):
        event.update(event=name.value, message=name.message)
    return event


def _is_journal(stream: TextIO) -> bool:
    """Whether systemd connected the stream to its journal, and nobody has redirected it since."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):  # the stream is no file
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class _LineLogger:
    """The logger of our own lines: it passes each line to the writer, which also writes the libraries' lines."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer

    def info(self, line: str) -> None:
        self._writer.put(f"{line}\n")

    debug = warning = error = critical = info


class _LogState:
    """The writer of this process's log, once it is configured."""

    writer: LogWriter | None = None


class _Redaction:
    """Removes known secrets, and control characters of terminals, from every text of an event."""

    def __init__(self) -> None:
        self._secrets: list[str] = []

    def add(self, secrets: Iterable[str]) -> None:
        known = {*self._secrets, *(secret for secret in secrets if len(secret) >= SHORTEST_IN_TEXT)}
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        del logger, method
        for key, value in event.items():
            if not key.startswith("_"):  # structlog's own
                event[key] = self._clean_value(value)
        return event

    def without_secrets(self, text: str) -> str:
        """The text with `***` in place of each secret."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def clean_text(self, text: str) -> str:
        """The text without secrets, and without what steers a terminal: errors of libraries quote text of others."""
        return sanitize_text(self.without_secrets(text))

    def _clean_value(self, value: object) -> object:
        if isinstance(value, str):
            return self.clean_text(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self._clean_value(key): self._clean_value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._clean_value(item) for item in value]
        return self._clean_value(repr(value))  # as the renderers would do


_redaction = _Redaction()
_current = _LogState()
atexit.register(close_log)
