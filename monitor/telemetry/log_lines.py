"""Writes an event of the log as a line that people read: in systemd's journal, and on a terminal."""

from __future__ import annotations

import json
import os
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping, MutableMapping
from datetime import UTC, tzinfo
from itertools import accumulate
from shutil import get_terminal_size
from typing import Any, TextIO

from monitor import clock

_PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}  # syslog's, as the journal reads them
_QUOTED_SIGNS = frozenset(' "=')  # a value with one of them is quoted
_DIM, _BOLD, _YELLOW, _RED, _RESET = "\x1b[2m", "\x1b[1m", "\x1b[33m", "\x1b[31m", "\x1b[0m"
_PROBLEMS = {"critical": _RED, "error": _RED, "warning": _YELLOW}


def format_journal_lines(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    """`<3>event: sentence key=value ...`. Each line of a traceback is a separate entry, of the same priority."""
    del logger, method
    priority = _PRIORITIES.get(event.pop("level"), _PRIORITIES["info"])  # libraries have other levels too
    traceback = event.pop("exception", None)
    line = _join_parts(_join_message(event), event)
    text = f"{line}\n{traceback}" if traceback else line
    return "\n".join(f"<{priority}>{entry}" for entry in text.split("\n"))


class TerminalFormat:
    """Formats the lines for a terminal, on which alerts appear too: they must be easy to see among the lines.

    What needs nobody is one dim line, cut at the edge of the terminal. A problem is whole and begins with its level.
    `zone`: of the time of day, the same as in messages.
    """

    def __init__(self, stream: TextIO, zone: tzinfo = UTC) -> None:
        self._stream = stream
        self._zone = zone
        self._colours = shows_colours(stream)

    def __call__(self, logger: object, method: str, event: MutableMapping[str, Any]) -> str:
        """The line of an event."""
        del logger, method
        level, traceback = event.pop("level"), event.pop("exception", None)
        time = f"{clock.now().astimezone(self._zone):%H:%M:%S}"
        if level in _PROBLEMS:
            coloured_level = self._colour(level.upper(), _PROBLEMS[level])
            line = f"{time} {coloured_level} {_join_parts(_join_message(event), event)}"
        else:
            event.pop("message", None)  # the name says it in short
            whole = f"{time} {_join_parts(_join_message(event), event)}"
            line = self._colour(_cut_line(whole, _measure_columns(self._stream)), _DIM)
        return f"{line}\n{traceback}" if traceback else line

    def _colour(self, text: str, colour: str) -> str:
        return f"{colour}{text}{_RESET}" if self._colours else text


def shows_colours(stream: TextIO) -> bool:
    """Whether the stream is a terminal whose user has not refused colours, as no-color.org says."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def make_bold(text: str) -> str:
    """The text in bold letters, for a terminal that shows colours."""
    return f"{_BOLD}{text}{_RESET}"


def _join_message(event: MutableMapping[str, Any]) -> str:
    """Take the name of an event and its sentence out of it, as one text on one line."""
    text, message = str(event.pop("event")), event.pop("message", None)
    joined = text if message is None else f"{text}: {message}"
    return joined.replace("\n", "\\n")  # a library may quote text of others, which would begin another line


def _join_parts(said: str, event: Mapping[str, Any]) -> str:
    return " ".join([said, *(f"{key}={_format_value(value)}" for key, value in event.items())])


def _format_value(value: object) -> str:
    """The value on one line: a plain word as it is, all else as JSON."""
    plain = isinstance(value, str) and value.isprintable() and value and not _QUOTED_SIGNS & set(value)
    return str(value) if plain else json.dumps(value, ensure_ascii=False)


def _measure_columns(stream: TextIO) -> int:
    """How many columns the terminal has; 0: it does not say."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):  # the stream is no file
        return get_terminal_size().columns


def _cut_line(line: str, columns: int) -> str:
    """As much of the line as fits on the terminal, with an ellipsis. Most signs of East Asia take two columns."""
    ends = list(accumulate(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line))
    if columns <= 0 or not ends or ends[-1] <= columns:
        return line
    return f"{line[: bisect_right(ends, columns - 1)]}…"
