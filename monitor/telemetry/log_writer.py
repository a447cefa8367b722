"""Text for a stream, written by a thread of its own: a stream that nobody reads stops nobody who logs.

A terminal stopped by Ctrl-S, a pager that is not scrolled and a pipe whose reader hangs take nothing, perhaps for
hours. What is logged meanwhile waits in a queue of bounded length. Once that is full, lines are dropped and counted,
and as soon as the queue has been written the stream says how many. docs/decisions/029 says why this is no
`logging.QueueListener`.
"""

from __future__ import annotations

import io
import os
import select
import sys
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, RLock, Thread
from typing import TextIO

MOST = 10_000  # texts that wait: some MiB of lines, and at the usual rate of a busy daemon a quarter of an hour
LAST_WORDS = 0.5  # s that the end of a process waits for its traceback to be written


class LogWriter:
    """Writes to `stream`, in the order of `put`. `lost`: how many lines could not be written since the start.

    `notice` words a number of lost lines as a line of the log.
    """

    def __init__(self, stream: TextIO, notice: Callable[[int], str]) -> None:
        self.stream = stream
        self.lost = 0
        self._notice = notice
        self._reported = 0
        self._full = False
        # No lock of ours guards it: the garbage collector may have an object log while its thread is in here.
        self._queue: SimpleQueue[str | Event | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._starting = RLock()

    def put(self, text: str) -> None:
        """Have the text written, as one write. Never waits, never raises."""
        if (self._thread is None or not self._thread.is_alive()) and not self._start():
            self.lost += text.count("\n")
            return
        # Once it is full, until all has been written: so there is one gap, and its notice is written there.
        self._full = self._queue.qsize() >= MOST or (self._full and not self._queue.empty())
        if self._full:
            self.lost += text.count("\n")
        else:
            self._queue.put(text)

    def flush(self, longest: float) -> bool:
        """Wait until all that was put is written, `longest` seconds at most; whether it is."""
        if self._thread is None or not self._thread.is_alive():
            return True
        written = Event()
        self._queue.put(written)
        return written.wait(longest)

    def close(self, longest: float) -> bool:
        """Write what waits, within `longest` seconds, and end the thread; False if its time was too short."""
        if not self.flush(longest):
            return False
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(longest)
        return True

    def _start(self) -> bool:
        """Start the thread; False if this machine, or a process that ends, has no thread to give."""
        with self._starting:
            if self._thread is not None:
                if self._thread.is_alive():
                    return True
                self._queue = SimpleQueue()  # we are a fork: our parent writes what waits here
            thread = Thread(target=self._work, args=(self._queue,), name="log", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return False
            self._thread = thread
            return True

    def _work(self, queue: SimpleQueue[str | Event | None]) -> None:
        while (item := queue.get()) is not None:
            if isinstance(item, str):
                self._write_counted(item)
            if queue.empty():
                self._report_lost()
            if isinstance(item, Event):
                item.set()

    def _write_counted(self, text: str) -> None:
        try:
            _write_text(self.stream, text)
        except (OSError, ValueError):  # its reader has gone, the disk is full; it is closed
            self.lost += text.count("\n")

    def _report_lost(self) -> None:
        self._full = False
        lost = self.lost
        if lost > self._reported:
            with suppress(OSError, ValueError):
                _write_text(self.stream, self._notice(lost - self._reported))
                self._reported = lost


class LogStream(io.TextIOBase):
    """A text stream that hands what is written to a LogWriter, `cleaned`: for those who want a stream. `patience`: so
    many seconds `flush` waits until it is written, once: where nobody reads, no second time."""

    def __init__(self, writer: LogWriter, cleaned: Callable[[str], str], patience: float = 0) -> None:
        self._writer = writer
        self._cleaned = cleaned
        self._patience = patience

    @property
    def encoding(self) -> str:  # type: ignore[override]  # the type stubs know it as an attribute
        """That of the stream behind."""
        return self._writer.stream.encoding

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, text: str) -> int:
        """Never waits."""
        if not isinstance(text, str):  # click asks so whether it is a stream of bytes
            raise TypeError(f"a text is wanted, and not {type(text).__name__}")
        self._writer.put(self._cleaned(text))
        return len(text)

    def flush(self) -> None:
        """What is written is on its way already; it may be waited for."""
        if self._patience and not self._writer.flush(self._patience):
            self._patience = 0

    def fileno(self) -> int:
        """Of the stream behind: what is written there is not held back by us."""
        return self._writer.stream.fileno()

    def isatty(self) -> bool:
        """Whether the stream behind is a terminal."""
        return self._writer.stream.isatty()


def write_stderr_in_thread() -> None:
    """Have this process write to stderr in a thread, for those that have no log. A process of multiprocessing ends
    without waiting for threads: all that it does for its last words, a traceback, is to flush them."""
    writer = LogWriter(sys.stderr, lambda lost: f"{lost} lines were lost, for nobody read them\n")
    sys.stderr = LogStream(writer, str, LAST_WORDS)


def _write_text(stream: TextIO, text: str) -> None:
    """Past the stream's own buffer: a thread that is stuck in its lock makes Python abort at the end of the process."""
    content = text.encode(stream.encoding or "utf-8", "backslashreplace")  # half of a surrogate pair is escaped
    try:
        number = stream.fileno()
    except io.UnsupportedOperation:  # it is in memory
        stream.write(content.decode(stream.encoding or "utf-8"))
        stream.flush()
    else:
        write_whole(number, content)


def write_whole(number: int, content: bytes) -> None:
    """Write all of it to a file descriptor, however long that takes. Raises OSError."""
    while content:
        try:
            content = content[os.write(number, content) :]
        except BlockingIOError:  # somebody who shares the file has made it so
            select.select([], [number], [])
