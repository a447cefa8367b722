"""How logs are written: to stderr, as lines for people on a terminal and as JSON elsewhere.

The loggers of the libraries flow in. Secrets are taken out on the way, whatever wrote them.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, TextIO

import structlog
from structlog.types import Processor

# At lower levels they write tokens, topics and message texts.
_TALKATIVE = ("apprise", "urllib3", "requests", "mail.log", "apscheduler", "asyncio", "aiohttp.access", "alembic")
_SHORTEST_SECRET = 6  # a shorter one would blank out innocent words

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger("monitor")


def configure(*, stream: TextIO = sys.stderr, secrets: Iterable[str] = (), level: int = logging.INFO) -> None:
    """Write logs to `stream` from now on, with `secrets` taken out."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.format_exc_info,
        _Redaction(secrets),
    ]
    terminal = stream.isatty()
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=True)
        if terminal
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


class _Redaction:
    """Takes known secrets out of every text of an event."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        del logger, method
        for key, value in event.items():
            if not key.startswith("_"):  # structlog's own
                event[key] = self._cleaned(value)
        return event

    def _cleaned(self, value: object) -> object:
        if isinstance(value, str):
            for secret in self._secrets:
                value = value.replace(secret, "***")
            return value
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return {self._cleaned(key): self._cleaned(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._cleaned(each) for each in value]
        return self._cleaned(repr(value))  # as the renderers would write it
