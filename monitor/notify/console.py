"""Prints messages on the daemon's own standard output, for `console://`.

It writes in a thread: a terminal stopped by Ctrl-S, or a pager that is not scrolled, accepts nothing, perhaps for
hours, and must not stop the daemon. It does not buffer: a message is written, or it is tried again.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta
from threading import Thread
from typing import TextIO

from monitor.model import Message, Receipt, ReceiptKind
from monitor.telemetry.log_lines import make_bold, shows_colours
from monitor.telemetry.log_writer import write_all


class ConsoleWriter:
    """One object for the process: messages appear one after the other."""

    def __init__(self) -> None:
        self._last_write: asyncio.Future[Receipt] | None = None

    async def show(self, message: Message, deadline: timedelta) -> Receipt:
        """One attempt; returns its receipt. If it has begun and not ended at the deadline, its result is unknown: it
        goes on when the terminal accepts text again."""
        write = None
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                while self._last_write is not None and not self._last_write.done():
                    await asyncio.wait([self._last_write])
                self._last_write = write = _start_writing(message)
                await asyncio.wait([write])
                return write.result()
        except TimeoutError:
            kind = ReceiptKind.TRY_LATER if write is None else ReceiptKind.UNKNOWN
            return Receipt(kind, f"the screen accepted nothing within {deadline.total_seconds():g} s")


def _start_writing(message: Message) -> asyncio.Future[Receipt]:
    """Write the message in a thread that delays neither the event loop nor the end of the process. Returns a future of
    the receipt."""
    loop = asyncio.get_running_loop()
    receipt: asyncio.Future[Receipt] = loop.create_future()
    descriptor, encoding = sys.stdout.fileno(), sys.stdout.encoding
    content = _lay_out(message, sys.stdout).encode(encoding, errors="backslashreplace")

    def write() -> None:
        result = _write_content(descriptor, content)
        with suppress(RuntimeError):  # the loop has ended in the meantime
            loop.call_soon_threadsafe(receipt.set_result, result)

    Thread(target=write, name="screen", daemon=True).start()
    return receipt


def _lay_out(message: Message, screen: TextIO) -> str:
    """Title and text. Lines of the log come before and after them on a terminal: a bold title and an empty line on each
    side set a message apart."""
    title = make_bold(message.title) if shows_colours(screen) else message.title
    return f"\n{title}\n{message.text}\n" + ("\n" if screen.isatty() else "")


def _write_content(descriptor: int, content: bytes) -> Receipt:
    """Bypass sys.stdout: a thread that hangs in its lock would make Python abort at the end of the process."""
    try:
        write_all(descriptor, content)
    except OSError as error:  # a closed pipe, a full disk
        return Receipt(ReceiptKind.TRY_LATER, f"cannot print: {error.strerror}")
    return Receipt(ReceiptKind.ACCEPTED, "printed")
