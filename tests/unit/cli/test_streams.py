"""The streams of the commands: the guard for what could not be made safe where it came in."""

from __future__ import annotations

import gc
import io
import sys

import pytest
from click import style
from rich.console import Console
from rich.progress import track
from rich.text import Text

from monitor.cli.output.streams import SafeStream, open_console, style_text

SIGNS = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b31m\u202e\u200b\U000e0041\r\x00"
LEFT = "]52;c;ZXZpbA==[2J31m"


class Raw(io.BytesIO):
    """What a stream writes to; a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def written(text: str, *, terminal: bool) -> str:
    raw = Raw(terminal=terminal)
    stream = SafeStream(raw, encoding="utf-8", errors="backslashreplace", newline="\n")
    assert stream.write(text) == len(text)
    stream.flush()
    return raw.getvalue().decode()


def test_what_steers_a_terminal_is_not_written() -> None:
    """Whether it is one or not; lines stay lines."""
    for terminal in (False, True):
        assert written(f"북한 {SIGNS} b\n\tc\n", terminal=terminal) == f"북한 {LEFT}\n b\n\tc\n"


def test_a_console_that_outlives_its_stream_is_freed_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.13 and newer report what fails while an object is freed."""
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    stream = SafeStream(io.BytesIO(), encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", stream)
    console = open_console()
    stream.close()
    del console
    gc.collect()
    assert complaints == []


def test_our_own_colours_and_the_bar_of_progress_stay_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """As click and rich write them; elsewhere they go."""
    raw = Raw(terminal=True)
    stream = SafeStream(raw, encoding="utf-8", newline="\n")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setenv("TERM", "xterm")
    stream.write(style_text("rule", color="green", bold=True))
    stream.flush()
    assert raw.getvalue().decode() == style("rule", fg="green", bold=True)
    console = open_console()
    console.width = 60
    plain = io.StringIO()
    for _ in track(range(3), console=console, transient=True, update_period=0.001):
        continue
    console.print(Text("done", style="red"))
    Console(file=plain, force_terminal=True, width=60).print(Text("done", style="red"))
    stream.flush()
    assert raw.getvalue().decode().endswith(plain.getvalue())
    assert b"\r\x1b[2K" in raw.getvalue()
    assert b"\x1b[?25l" in raw.getvalue()


@pytest.mark.parametrize("sequence", ["\x1b[32m", "\x1b[1A", "\x1b[K", "\x1b[?25l", "\r\x1b[2K"])
def test_what_others_write_as_we_do_is_not_taken_for_ours(sequence: str) -> None:
    """A headline in green, or one that goes up a line and deletes what we wrote there."""
    assert set(written(f"a{sequence}b", terminal=True)).isdisjoint("\x1b\r")


def test_nothing_is_coloured_where_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in a file, nor for a caller that has its own streams."""
    assert style_text("rule\x1b[2J", color="green") == "rule[2J"
    monkeypatch.setattr(sys, "stdout", SafeStream(Raw(terminal=False), encoding="utf-8"))
    assert style_text("rule", color="green") == "rule"
