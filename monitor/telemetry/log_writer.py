"""Writes text to a stream in a separate thread: a stream that nobody reads blocks nobody who logs.

A terminal stopped by Ctrl-S, a pager that is not scrolled and a pipe whose reader hangs accept nothing, perhaps for
hours. What is logged in the meantime waits in a queue of limited length. Once that is full, lines are dropped and
counted; as soon as the queue has been written, a line in the stream says how many. This is no `logging.QueueListener`,
which holds the lock of `sys.stderr` while it waits for the reader, so that Python aborts at the end of the process.
"""

from __future__ import annotations

import io
import os
import select
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from threading import Event, RLock, Thread
from typing import TextIO

MAX_QUEUED = 10_000  # texts: some MiB of lines, and at the usual rate of a busy daemon a quarter of an hour


class LogWriter:
    """Writes to `stream`, in the order of `put`. `lost`: how many lines could not be written since the start.

    `format_lost` makes the line of the log that reports a number of lost lines.
    """

    def __init__(self, stream: TextIO, format_lost: Callable[[int], str]) -> None:
        self.stream = stream
        self.lost = 0
        self._format_lost = format_lost
        self._reported = 0
        self._full = False
        # We use no lock for it: during garbage collection, an object may log while the same thread is in here.
        self._queue: SimpleQueue[str | Event | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._start_lock = RLock()

    def put(self, text: str) -> None:
        """Queue the text, to be written at once. Never waits, never raises."""
        if (self._thread is None or not self._thread.is_alive()) and not self._start():
            self.lost += text.count("\n")
            return
        # Once the queue is full, until all of it has been written: so there is one gap, and it is reported there.
        self._full = self._queue.qsize() >= MAX_QUEUED or (self._full and not self._queue.empty())
        if self._full:
            self.lost += text.count("\n")
        else:
            self._queue.put(text)

    def flush(self, timeout: float) -> bool:
        """Wait until all that was put is written, for `timeout` seconds at most. Returns whether it is written."""
        if self._thread is None or not self._thread.is_alive():
            return True
        written = Event()
        self._queue.put(written)
        return written.wait(timeout)

    def close(self, timeout: float) -> bool:
        """Write what is queued, within `timeout` seconds, and end the thread; False if the time was too short."""
        if not self.flush(timeout):
            return False
        if self._thread is not None and self._thread.is_alive():
            self._queue.put(None)
            self._thread.join(timeout)
        return True

    def _start(self) -> bool:
        """Start the thread; False if no thread can be started, on this machine or in a process that ends."""
        with self._start_lock:
            if self._thread is not None:
                if self._thread.is_alive():
                    return True
                self._queue = SimpleQueue()  # this process is a fork: its parent writes what is queued here
            thread = Thread(target=self._write_queued, args=(self._queue,), name="log", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                return False
            self._thread = thread
            return True

    def _write_queued(self, queue: SimpleQueue[str | Event | None]) -> None:
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
        except (OSError, ValueError):  # its reader has gone, the disk is full, or it is closed
            self.lost += text.count("\n")

    def _report_lost(self) -> None:
        self._full = False
        lost = self.lost
        if lost > self._reported:
            with suppress(OSError, ValueError):
                _write_text(self.stream, self._format_lost(lost - self._reported))
                self._reported = lost


class LogStream(io.TextIOBase):
    """A text stream that cleans what is written (`clean`) and passes it to a LogWriter. It never waits, `flush`
    included."""

    def __init__(self, writer: LogWriter, clean: Callable[[str], str]) -> None:
        self._writer = writer
        self._clean = clean

    @property
    def encoding(self) -> str:  # type: ignore[override]  # the type stubs know it as an attribute
        """The encoding of the real stream."""
        return self._writer.stream.encoding

    def writable(self) -> bool:
        """True."""
        return True

    def write(self, text: str) -> int:
        """Queue the text, and return its length. Never waits."""
        if not isinstance(text, str):  # click tries this, to see whether it is a stream of bytes
            raise TypeError(f"expected text, not {type(text).__name__}")
        self._writer.put(self._clean(text))
        return len(text)

    def fileno(self) -> int:
        """The descriptor of the real stream: what is written to it does not pass through the queue."""
        return self._writer.stream.fileno()

    def isatty(self) -> bool:
        """Whether the real stream is a terminal."""
        return self._writer.stream.isatty()


def _write_text(stream: TextIO, text: str) -> None:
    """Bypass the stream's own buffer: a thread that hangs in its lock makes Python abort at the end of the process."""
    content = text.encode(stream.encoding or "utf-8", "backslashreplace")  # half of a surrogate pair is escaped
    try:
        descriptor = stream.fileno()
    except io.UnsupportedOperation:  # it is in memory
        stream.write(content.decode(stream.encoding or "utf-8"))
        stream.flush()
    else:
        write_all(descriptor, content)


def write_all(descriptor: int, content: bytes) -> None:
    """Write all of `content` to a file descriptor, however long that takes. Raises OSError."""
    while content:
        try:
            content = content[os.write(descriptor, content) :]
        except BlockingIOError:  # another process that shares the file has made it non-blocking
            select.select([], [descriptor], [])
