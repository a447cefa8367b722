"""The thread that writes the log, on real pipes that somebody reads, or does not."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO, cast

import click
import pytest

from monitor.telemetry.log_writer import MAX_QUEUED, LogStream, LogWriter

LONG = 60.0
LINE = "x" * 99 + "\n"


def said(lost: int) -> str:
    return f"{lost} lost\n"


@pytest.fixture
def pipe() -> Iterator[tuple[int, TextIO]]:
    """The end to read from, and the end to write to, of what holds 64 KiB."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="utf-8") as stream:
        yield reader, stream
    os.close(reader)


def read_until(end: str, reader: int) -> str:
    read = b""
    while not read.endswith(end.encode()):
        read += os.read(reader, 2**16)
    return read.decode()


def test_lines_are_written_in_their_order(pipe: tuple[int, TextIO]) -> None:
    """Each whole, and all of them by the time that `flush` has waited for them."""
    reader, stream = pipe
    writer = LogWriter(stream, said)
    for number in range(500):
        writer.put(f"{number}\n")
    assert writer.flush(LONG)
    assert read_until("499\n", reader).split() == [str(number) for number in range(500)]
    assert writer.close(LONG)


def test_nobody_waits_for_a_reader_and_what_was_dropped_is_said_in_its_place(pipe: tuple[int, TextIO]) -> None:
    """Far more than the pipe and the queue hold; read at last, all that waited comes first, then the gap, then the
    rest."""
    reader, stream = pipe
    writer = LogWriter(stream, said)
    for _ in range(2 * MAX_QUEUED):
        writer.put(LINE)
    assert not writer.flush(0.1)
    lost = writer.lost
    assert 0 < lost <= MAX_QUEUED
    read = read_until(said(lost), reader)
    assert read == LINE * (2 * MAX_QUEUED - lost) + said(lost)
    writer.put(LINE)
    assert read_until("\n", reader) == LINE
    assert writer.lost == lost
    assert writer.close(LONG)


def test_what_a_full_disk_does_not_take_is_counted(tmp_path: Path) -> None:
    """It is lost, and said where it can be."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        writer = LogWriter(full, said)
        writer.put("one\ntwo\n")
        assert writer.flush(LONG)
    assert writer.lost == 2
    with (tmp_path / "log").open("w+", encoding="utf-8") as file:
        writer.stream = file
        writer.put("three\n")
        assert writer.close(LONG)
        file.seek(0)
        assert file.read() == "three\n2 lost\n"


def test_a_file_that_does_not_block_is_waited_for(pipe: tuple[int, TextIO]) -> None:
    """Whoever shares a terminal or a pipe may have made it so: nothing is lost by it."""
    reader, stream = pipe
    os.set_blocking(stream.fileno(), False)
    writer = LogWriter(stream, said)
    for _ in range(1_000):
        writer.put(LINE)
    writer.put("end\n")
    assert read_until("end\n", reader) == LINE * 1_000 + "end\n"
    assert writer.close(LONG)
    assert writer.lost == 0


def test_many_threads_mix_no_lines(pipe: tuple[int, TextIO]) -> None:
    """Those of each in its order."""
    reader, stream = pipe
    writer = LogWriter(stream, said)

    def tell(name: str) -> None:
        for number in range(100):
            writer.put(f"{name} {number}\n")

    threads = [threading.Thread(target=tell, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    writer.put("end\n")
    lines = read_until("end\n", reader).splitlines()
    for name in "abcd":
        assert [line for line in lines if line.startswith(name)] == [f"{name} {number}" for number in range(100)]
    assert writer.close(LONG)


def test_a_fork_writes_its_own_lines_only(pipe: tuple[int, TextIO]) -> None:
    """Its parent's thread is not in it, and what waits is its parent's."""
    reader, stream = pipe
    script = (
        "import os, sys\n"
        "from monitor.telemetry.log_writer import LogWriter\n"
        "writer = LogWriter(sys.stdout, str)\n"
        "writer.put('parent\\n')\n"
        "writer.flush(60)\n"
        "if os.fork() == 0:\n"
        "    writer.put('child\\n')\n"
        "    writer.flush(60)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
        "writer.put('parent\\n')\n"
        "writer.close(60)\n"
    )
    subprocess.run([sys.executable, "-c", script], stdout=stream.fileno(), check=True)
    assert read_until("child\nparent\n", reader) == "parent\nchild\nparent\n"


def test_a_stream_for_those_who_want_one(pipe: tuple[int, TextIO]) -> None:
    """It cleans what is printed, and says of itself what the stream behind says."""
    reader, stream = pipe
    writer = LogWriter(stream, said)
    text = LogStream(writer, lambda line: line.replace("s3cr3t", "***"))
    print("a s3cr3t", file=text)
    assert read_until("\n", reader) == "a ***\n"
    with pytest.raises(TypeError):
        text.write(b"bytes")  # type: ignore[arg-type]
    click.echo("\ud800 echoed", file=cast("TextIO", text))
    assert read_until("\n", reader) == "\\ud800 echoed\n"
    assert (text.fileno(), text.encoding, text.isatty()) == (stream.fileno(), "utf-8", False)
    assert writer.close(LONG)
