"""Standard output and error as the commands write them: the last guard before a terminal.

What comes from outside is made safe where it comes in (`monitor.sanitize`), and JSON escapes what is not. This catches
the rest: what older versions have stored, errors of libraries, names of files, and news given to `match` and `replay`,
whose text must stay as it is.

Our own colours must pass, and those of others must not, although both are the same characters. So ours are written with
a mark in the place of ESC that nobody else can know, and every ESC goes.
"""

from __future__ import annotations

import errno
import io
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import TYPE_CHECKING, Final, TextIO, cast

import click

from monitor.sanitize import sanitize_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_MARK: Final = f"\ue000{os.urandom(16).hex()}"  # a new one in each process
_ESCAPE, _RETURN = f"{_MARK}e", f"{_MARK}r"
_OURS = re.compile(f"{_ESCAPE}(\\[[0-9;?]*[A-Za-z])|{_RETURN}")


def style_text(text: str, *, color: str | None = None, bold: bool = False) -> str:
    """The text in a colour, for standard output that is a guarded terminal; anywhere else the text."""
    safe = sanitize_text(text)
    if not isinstance(sys.stdout, SafeStream) or not sys.stdout.isatty():
        return safe
    return click.style(safe, fg=color, bold=bold or None).replace("\x1b", _ESCAPE)


def parse_styled_text(text: str) -> Text:
    """What `style_text` has made, alone or in a line, as a text of rich: to be measured and wrapped. It is safe to
    show."""
    from rich.text import Text

    return Text.from_ansi(sanitize_text(text).replace(_ESCAPE, "\x1b"))


def open_console(*, stderr: bool = False) -> Console:
    """A console of rich on a guarded stream: it takes no markup from the text that it is given. That text must be safe
    to show (`sanitize_text`): all that rich writes passes for ours."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    file = cast("TextIO", _OwnOutput(stream) if isinstance(stream, SafeStream) else stream)
    return Console(file=file, markup=False, emoji=False, highlight=False)


class SafeStream(io.TextIOWrapper):
    """Writes text without what would steer a terminal; on one, our own colours stay. `failure`: the error of
    the last write or flush that failed."""

    failure: OSError | None = None

    @cached_property
    def _is_terminal(self) -> bool:
        return self.isatty()

    def write(self, text: str) -> int:
        """How many characters were given; fewer may be written."""
        safe = sanitize_text(text)
        with self._note_failure():
            super().write(_OURS.sub(self._restore, safe) if _MARK in safe else safe)
        return len(text)

    def flush(self) -> None:
        with self._note_failure():
            super().flush()

    @contextmanager
    def _note_failure(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self.failure = error
            raise

    def _restore(self, ours: re.Match[str]) -> str:
        if not self._is_terminal:
            return ""
        return f"\x1b{ours[1]}" if ours[1] else "\r"


class _OwnOutput:
    """Writes to a guarded stream what rich has made of text that is safe. It is no stream of `io`: Python would close
    one that is freed, and so flush a stream that may be closed by then."""

    def __init__(self, stream: SafeStream) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """How many characters were given."""
        self._stream.write(text.replace("\r\x1b", f"{_RETURN}\x1b").replace("\x1b", _ESCAPE))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:
        return self._stream.encoding


def guard_streams() -> None:
    """Have both streams guarded from now on. What they cannot encode, and halves of pairs, is written as an escape."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            guarded = SafeStream(
                stream.buffer,
                encoding=stream.encoding,
                errors="backslashreplace",
                newline="\n",
                line_buffering=stream.line_buffering,
                write_through=stream.write_through,
            )
            _replaced.append(stream)  # once nobody holds it, it would close what both write to
            setattr(sys, name, guarded)


@contextmanager
def report_failed_output() -> Iterator[None]:
    """End the process with one line and exit code 1 if what it prints cannot be written: to a full disk, say. If nobody
    reads it any more (`| head`), it ends without a line."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        streams = [stream for stream in (sys.stdout, sys.stderr) if isinstance(stream, SafeStream)]
        if not any(stream.failure is error for stream in streams):
            raise
        if getattr(sys.stdout, "failure", None) is error and error.errno != errno.EPIPE:
            with suppress(OSError):  # both may be on the same full disk
                click.echo(f"cannot write to standard output: {error.strerror}", err=True)
        for stream in streams:
            if stream.failure is not None:
                _drop_rest(stream)
        sys.exit(1)


def _drop_rest(stream: SafeStream) -> None:
    """Discard what is still buffered. Otherwise Python writes it again at exit, fails, and changes the exit code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


_replaced: list[io.TextIOWrapper] = []
