"""Messages on our own standard output, for `console://`.

Written in a thread: a terminal stopped by Ctrl-S or a pager that is not scrolled takes nothing, perhaps for hours, and
must not stop the daemon with it. It does not buffer: a message is written, or it is tried again.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from datetime import timedelta
from threading import Thread

from monitor.model import Message, Receipt, ReceiptKind
from monitor.telemetry.log_writer import write_whole


class ConsoleWriter:
    """One for the process: messages appear one after the other."""

    def __init__(self) -> None:
        self._writing: asyncio.Future[Receipt] | None = None

    async def show(self, message: Message, deadline: timedelta) -> Receipt:
        """One attempt. Begun and not ended at the deadline: unknown; it goes on if the screen is read again."""
        writing = None
        try:
            async with asyncio.timeout(deadline.total_seconds()):
                while self._writing is not None and not self._writing.done():
                    await asyncio.wait([self._writing])
                self._writing = writing = _start_writing(message)
                await asyncio.wait([writing])
                return writing.result()
        except TimeoutError:
            kind = ReceiptKind.TRY_LATER if writing is None else ReceiptKind.UNKNOWN
            return Receipt(kind, f"the screen took nothing within {deadline.total_seconds():g} s")


def _start_writing(message: Message) -> asyncio.Future[Receipt]:
    """The writing, in a thread that holds up neither the loop nor the end of the process."""
    loop = asyncio.get_running_loop()
    receipt: asyncio.Future[Receipt] = loop.create_future()
    number, encoding = sys.stdout.fileno(), sys.stdout.encoding
    content = f"\n{message.title}\n{message.text}\n".encode(encoding, errors="backslashreplace")

    def write() -> None:
        answer = _write_content(number, content)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(receipt.set_result, answer)

    Thread(target=write, name="screen", daemon=True).start()
    return receipt


def _write_content(number: int, content: bytes) -> Receipt:
    """Past sys.stdout: a thread stuck in its lock would make Python abort at the end of the process."""
    try:
        write_whole(number, content)
    except OSError as error:  # a closed pipe, a full disk
        return Receipt(ReceiptKind.TRY_LATER, f"cannot print: {error.strerror}")
    return Receipt(ReceiptKind.ACCEPTED, "printed")
