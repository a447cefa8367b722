"""What workers write to stdout and stderr, as lines of the log: tracebacks, and complaints of libraries.

Workers write into a pipe, not into our own streams. A worker that was taken over could otherwise write lines that look
like ours, and control the terminal of whoever reads them. The pipe is always read, so that no worker waits for it.
"""

from __future__ import annotations

import logging
import os
import time
from io import FileIO
from select import select
from threading import Lock, Thread
from typing import Final

from monitor import clock
from monitor.sanitize import sanitize_line

MAX_LINES: Final = 100  # in each period: a traceback has some 30
PERIOD: Final = 60.0  # s
MAX_LENGTH: Final = 500  # characters of a line
_CHUNK: Final = 64 * 1024  # bytes
_PAUSE: Final = 0.1  # s after each chunk while lines are dropped: who writes without end then waits, not we
_END_TIMEOUT: Final = 1.0  # s to log the last lines when this program ends

_logger = logging.getLogger("monitor.workers")  # a command that has no log writes it to stderr


class WorkerOutput:
    """The pipe, made when it is first needed, and the thread that reads it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._writing: int | None = None
        self._thread: Thread | None = None

    def open_for_writing(self) -> int:
        """The descriptor that processes get as their stdout and stderr. Raises OSError."""
        with self._lock:
            if self._writing is None:
                reading, self._writing = os.pipe()
                os.fchmod(self._writing, 0o200)  # a worker could otherwise open it through /proc, to read from it
                self._thread = Thread(target=_log_lines, args=(reading,), name="worker output", daemon=True)
                try:
                    self._thread.start()
                except RuntimeError as error:  # there may be no more threads
                    os.close(reading)
                    os.close(self._writing)
                    self._writing = None
                    raise OSError(str(error)) from None
            return self._writing

    def close(self) -> None:
        """Log what was written until now, when all processes have ended."""
        with self._lock:
            if self._writing is None or self._thread is None:
                return
            os.close(self._writing)
            self._writing = None
        self._thread.join(_END_TIMEOUT)


def _log_lines(reading: int) -> None:
    """In the thread, until nobody can write any more."""
    limit = _LineLimit()
    rest = b""
    with open(reading, "rb", buffering=0) as pipe:
        while chunk := _read_chunk(pipe, limit):
            *lines, rest = (rest + chunk).split(b"\n")
            rest = rest[: 4 * MAX_LENGTH]  # a line that never ends
            for line in lines:
                limit.log(line)
            if limit.has_dropped:
                time.sleep(_PAUSE)
    if rest:
        limit.log(rest)


def _read_chunk(pipe: FileIO, limit: _LineLimit) -> bytes:
    """Wait for more. If lines were dropped and nothing comes, their number is logged at the end of the period."""
    while limit.has_dropped and not select([pipe], [], [], PERIOD)[0]:
        limit.end_period()
    return pipe.read(_CHUNK) or b""


class _LineLimit:
    """Logs lines, at most `MAX_LINES` in each `PERIOD`, then how many there were more."""

    def __init__(self) -> None:
        self._since = clock.monotonic()
        self._logged = 0
        self._dropped = 0

    def log(self, line: bytes) -> None:
        if clock.monotonic() - self._since >= PERIOD:
            self.end_period()
        if self._logged < MAX_LINES:
            self._logged += 1
            _logger.warning("%s", sanitize_line(line.decode("utf-8", "replace")[:MAX_LENGTH]))
        else:
            self._dropped += 1

    @property
    def has_dropped(self) -> bool:
        """Whether lines of this period were not logged."""
        return self._dropped > 0

    def end_period(self) -> None:
        """Log how many lines were not logged, and begin the next period."""
        if self._dropped:
            _logger.warning("%d more lines were not logged", self._dropped)
        self._since, self._logged, self._dropped = clock.monotonic(), 0, 0
