"""The bar that shows how far a replay is."""

from __future__ import annotations

import io
import sys

import pytest

from monitor.cli.output.replay_report import track_progress


class Terminal(io.StringIO):
    """What says that it is one."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("printing", "on", "shown"),
    [
        (False, ("stderr",), True),
        (True, ("stderr",), True),  # lines go to a file or pipe meanwhile
        (True, ("stderr", "stdout"), False),  # lines would run through it
        (False, ("stderr", "stdout"), True),
        (False, ("stdout",), False),
    ],
)
def test_the_bar_is_for_a_terminal_and_never_among_the_lines(
    printing: bool, on: tuple[str, ...], shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands on stderr, and stdout keeps its lines to itself."""
    monkeypatch.setenv("TERM", "xterm")
    streams = {name: Terminal() if name in on else io.StringIO() for name in ("stderr", "stdout")}
    for name, stream in streams.items():
        monkeypatch.setattr(sys, name, stream)
    for number in track_progress(range(3), 3, printing=printing):
        sys.stdout.write(f"{number}\n")
    assert streams["stdout"].getvalue() == "0\n1\n2\n"
    assert ("articles" in streams["stderr"].getvalue()) is shown
