"""How logs are written: to stderr, as lines for people on a terminal, as lines with their priority in systemd's journal
(which knows the time itself), and as JSON elsewhere.

The loggers of the libraries flow in, and so does all else that is written to stderr: warnings, tracebacks of threads.
Secrets are taken out on the way, whatever wrote them. Whoever logs never waits for the stream (`log_writer`).
"""

from __future__ import annotations

import atexit
import json
import logging
import os
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO

# It loads rich and Pygments (7 MiB) if they are there, for tracebacks in colours that we do not write.
_RICH = sys.modules.get("rich")
sys.modules["rich"] = None  # type: ignore[assignment]
import structlog  # noqa: E402
from structlog.types import Processor  # noqa: E402

from monitor.sanitize import sanitize_text  # noqa: E402
from monitor.telemetry.log_events import LogEvent  # noqa: E402
from monitor.telemetry.log_writer import LogStream, LogWriter  # noqa: E402

if _RICH is None:
    del sys.modules["rich"]
else:
    sys.modules["rich"] = _RICH

# At lower levels they write tokens, topics and message texts, or (pymorphy3) where they keep their dictionaries.
_TALKATIVE = (
    "apprise", "urllib3", "requests", "mail.log", "apscheduler", "asyncio", "aiohttp.access", "alembic", "pymorphy3",
)  # fmt: skip
_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}  # syslog's, as the journal reads them
_TELLING = frozenset(' "=')  # where one word ends
_SHORTEST_SECRET = 6  # a shorter one would blank out innocent words
_END = 2.0  # s that the end of the process waits for the log to be written

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


def configure_logging(*, stream: TextIO = sys.stderr, secrets: Iterable[str] = (), level: int = logging.INFO) -> None:
    """Write logs to `stream` from now on, with `secrets` taken out. Where it is stderr, what else is written there goes
    the same way: nothing in this process waits for whoever reads it."""
    close_log()
    hide_secrets(secrets)
    timestamp, renderer = _select_format(stream)
    clean: list[Processor] = [
        structlog.processors.add_log_level,
        *timestamp,
        structlog.processors.format_exc_info,
        _redaction,
    ]

    def notice(lost: int) -> str:
        event: MutableMapping[str, Any] = {"event": LogEvent.LOG_LINES_LOST.value, "lines": lost}
        for process in clean:
            event = process(None, "warning", event)  # type: ignore[assignment]  # only the last may give a text
        return f"{renderer(None, 'warning', event)!s}\n"

    writer = _current.writer = LogWriter(stream, notice)
    text = LogStream(writer, _redaction.cleaned_text)
    if stream is sys.stderr:
        sys.stderr = text
    handler = logging.StreamHandler(text)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=clean,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    # Ours go to the stream straight: a record of the standard library costs as much again as all the rest of a line.
    structlog.configure(
        processors=[*clean, renderer],
        logger_factory=lambda: _LineLogger(writer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns of each turn that is left out while the one before waits for a slow database: two a second.
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)


def is_debug_enabled() -> bool:
    """Whether events of level debug are written at all: what happens thousands of times asks before it tells."""
    return logging.getLogger().isEnabledFor(logging.DEBUG)


def hide_secrets(secrets: Iterable[str]) -> None:
    """Take these out of all that is logged from now on, too."""
    _redaction.add(secrets)


def lines_lost() -> int:
    """How many lines of the log could not be written since it was configured."""
    return 0 if _current.writer is None else _current.writer.lost


def close_log() -> None:
    """Write what waits, for two seconds at most, and give stderr back. The end of the process does it by itself."""
    if (writer := _current.writer) is None:
        return
    if writer.close(_END) and isinstance(sys.stderr, LogStream):  # else the first who writes there would hang
        sys.stderr = writer.stream


def _select_format(stream: TextIO) -> tuple[list[Processor], Processor]:
    """The time, where the reader does not add it, and the form of a line."""
    if _is_journal(stream):
        return [], _journal_lines
    time = structlog.processors.TimeStamper(fmt="iso", utc=True)
    if stream.isatty():
        return [time], structlog.dev.ConsoleRenderer(colors=not os.environ.get("NO_COLOR"))
    return [time], structlog.processors.JSONRenderer(ensure_ascii=False)


def _is_journal(stream: TextIO) -> bool:
    """Whether the stream is the one that systemd connected to its journal, and not redirected since."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):  # no file at all
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def _journal_lines(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """`<3>what happened key=value ...`; each line of a traceback is an entry of its own, of the same priority."""
    del logger, method
    priority = _PRIORITIES.get(event.pop("level"), _PRIORITIES["info"])  # libraries have levels of their own
    what, traceback = event.pop("event"), event.pop("exception", None)
    line = " ".join([what, *(f"{key}={_format_value(value)}" for key, value in event.items())])
    whole = f"{line}\n{traceback}" if traceback else line
    return "\n".join(f"<{priority}>{each}" for each in whole.split("\n"))


def _format_value(value: object) -> str:
    """On one line, and as JSON unless it is a plain word."""
    plain = isinstance(value, str) and value.isprintable() and value and not _TELLING & set(value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


class _LineLogger:
    """Where our lines go: each is written whole, among the libraries' lines."""

    def __init__(self, writer: LogWriter) -> None:
        self._writer = writer

    def info(self, line: str) -> None:
        self._writer.put(f"{line}\n")

    debug = warning = error = critical = info


class _LogState:
    """The writer of the log of this process, once it is configured."""

    writer: LogWriter | None = None


class _Redaction:
    """Takes known secrets out of every text of an event, and what would steer a terminal."""

    def __init__(self) -> None:
        self._secrets: list[str] = []

    def add(self, secrets: Iterable[str]) -> None:
        known = {*self._secrets, *(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET)}
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        del logger, method
        for key, value in event.items():
            if not key.startswith("_"):  # structlog's own
                event[key] = self._cleaned(value)
        return event

    def cleaned_text(self, text: str) -> str:
        """The text without them."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _cleaned(self, value: object) -> object:
        if isinstance(value, str):
            return sanitize_text(self.cleaned_text(value))  # errors of libraries quote what others wrote
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self._cleaned(key): self._cleaned(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._cleaned(each) for each in value]
        return self._cleaned(repr(value))  # as the renderers would write it


_redaction = _Redaction()
_current = _LogState()
atexit.register(close_log)
