"""Standard output and error as the commands write them: the last guard before a terminal.

What comes from outside is made safe where it comes in (`monitor.sanitize`), and JSON escapes what is not. This catches
the rest: what older versions have stored, errors of libraries, names of files, and news given to `match` and `replay`,
whose text must stay as it is.
"""

from __future__ import annotations

import io
import re
import sys
from functools import cached_property

from monitor.sanitize import sanitize_text

# Our own: colours, and the bar of progress, which is drawn over itself.
_OURS = re.compile(r"(\x1b\[(?:[0-9;]*m|[0-9]*[AK]|\?25[hl])|\r(?=\x1b\[))")


class SafeStream(io.TextIOWrapper):
    """Writes text without what would steer a terminal; on one, our own colours stay."""

    @cached_property
    def _is_terminal(self) -> bool:
        return self.isatty()

    def write(self, text: str) -> int:
        """How many characters were given; fewer may be written."""
        pieces = _OURS.split(text) if "\x1b" in text and self._is_terminal else [text]  # ours are every second one
        super().write("".join(piece if number % 2 else sanitize_text(piece) for number, piece in enumerate(pieces)))
        return len(text)


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


_replaced: list[io.TextIOWrapper] = []
