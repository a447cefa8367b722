"""`console://` on a real pipe that somebody reads, or does not."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from datetime import timedelta

import pytest

from monitor.model import Message, Receipt, ReceiptKind
from monitor.notify.console import ConsoleWriter
from tests.support.patience import LONG, PATIENCE

SOON = timedelta(seconds=1)
HELLO = Message("HIGH: 북한 미사일", "“북한이 미사일을 쐈다”", "")
LARGE = Message("HIGH", "x" * 2**20, "")  # more than a pipe holds
PRINTED = Receipt(ReceiptKind.ACCEPTED, "printed")


@contextmanager
def standard_output_to_a_pipe() -> Iterator[int]:
    """The end of the pipe to read from; the test may close it."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stdout, redirect_stdout(stdout):
        yield reader


async def until(end: str, reader: int) -> str:
    """What is read until there is `end`, without holding up the loop."""
    read = b""
    while end.encode() not in read:
        read += await asyncio.to_thread(os.read, reader, 2**16)
    return read.decode()


async def test_a_message_is_printed() -> None:
    """Title and text, as they are."""
    with standard_output_to_a_pipe() as reader:
        assert await ConsoleWriter().show(HELLO, LONG) == PRINTED
        assert await until(HELLO.text + "\n", reader) == f"\n{HELLO.title}\n{HELLO.text}\n"
        os.close(reader)


async def test_on_a_terminal_a_message_is_set_apart_from_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a bold title and an empty line on each side; NO_COLOR leaves out the bold type."""
    reader, terminal = os.openpty()
    with os.fdopen(terminal, "w", encoding="utf-8") as stdout, redirect_stdout(stdout):
        for asked, title in (("", f"\x1b[1m{HELLO.title}\x1b[0m"), ("1", HELLO.title)):
            monkeypatch.setenv("NO_COLOR", asked)
            assert await ConsoleWriter().show(HELLO, LONG) == PRINTED
            read = await until(f"{HELLO.text}\r\n\r\n", reader)
            assert read == f"\r\n{title}\r\n{HELLO.text}\r\n\r\n"
    os.close(reader)


async def test_a_pager_that_reads_nothing_stops_nothing() -> None:
    """The loop goes on; what was begun is in doubt, what was not begun is tried later; then all is well again."""
    screen = ConsoleWriter()
    with standard_output_to_a_pipe() as reader:
        assert await screen.show(LARGE, SOON) == Receipt(ReceiptKind.UNKNOWN, "the screen accepted nothing within 1 s")
        assert await screen.show(HELLO, SOON) == Receipt(
            ReceiptKind.TRY_LATER, "the screen accepted nothing within 1 s"
        )
        showing = asyncio.create_task(screen.show(HELLO, LONG))
        read = await until(HELLO.text, reader)
        assert await showing == PRINTED
        assert read.count(HELLO.title) == 1  # the one that was to be tried later was not printed
        os.close(reader)


async def test_messages_are_not_mixed() -> None:
    """Two channels may be screens: each message is whole."""
    screen = ConsoleWriter()
    with standard_output_to_a_pipe() as reader:
        both = asyncio.gather(screen.show(LARGE, LONG), screen.show(HELLO, LONG))
        assert LARGE.text in await until(HELLO.text, reader)
        assert list(await both) == [PRINTED, PRINTED]
        os.close(reader)


async def test_a_closed_pipe_is_tried_later() -> None:
    """Nobody is there to read; the daemon goes on."""
    with standard_output_to_a_pipe() as reader:
        os.close(reader)
        assert await ConsoleWriter().show(HELLO, LONG) == Receipt(ReceiptKind.TRY_LATER, "cannot print: Broken pipe")


ENDING = """\
import asyncio
from datetime import timedelta
from monitor.model import Message
from monitor.notify.console import ConsoleWriter
asyncio.run(ConsoleWriter().show(Message("t", "x" * 2**20, ""), timedelta(seconds=0.2)))
"""


def test_a_message_that_nobody_reads_does_not_hold_up_the_end() -> None:
    """The process ends by itself, without a complaint, though its last message stays unread."""
    process = subprocess.Popen([sys.executable, "-c", ENDING], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.wait(PATIENCE) == 0
    assert process.stderr is not None
    assert process.stdout is not None
    with process.stderr, process.stdout:
        assert process.stderr.read() == b""
