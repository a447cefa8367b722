"""Users' regular expressions, compiled with RE2, whose time grows only with the length of the text.

RE2 therefore has no look-around and no back-references. It reports them here, when a rule is read, never later.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache
from string import ascii_letters, digits
from typing import Protocol, cast

import re2

from monitor.text.scripts import TOKEN

_MAX_MEMORY = 4 * 2**20
"""Bytes that a pattern may use; a pattern that needs more is refused."""

_EXPLANATIONS = {
    ("invalid perl operator: (?=", "invalid perl operator: (?!", "invalid perl operator: (?<"): (
        "look-ahead and look-behind are not supported: use near, ignore or unless instead"
    ),
    ("invalid perl operator: (?P",): "back-references are not supported: write out the repeated text",
    tuple(f"invalid escape sequence: \\{sign}" for sign in "123456789k"): (
        "back-references are not supported: write out the repeated text"
    ),
    ("invalid escape sequence: \\u", "invalid escape sequence: \\U", "invalid escape sequence: \\N"): (
        "write the character itself"
    ),
}
"""Beginnings of RE2's messages -> what that means for the author of the pattern."""


class RegexMatch(Protocol):
    """Where a pattern matches."""

    def span(self) -> tuple[int, int]: ...


class CompiledRegex(Protocol):
    """A pattern that is ready for searching."""

    def finditer(self, text: str) -> Iterator[RegexMatch]: ...


def compile_regex(pattern: str, *, exact: bool = False) -> CompiledRegex:
    """Return the pattern, ready for searching; `exact`: case counts. Raises ValueError with a message for the
    author."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    options.case_sensitive = exact
    try:
        return cast("CompiledRegex", re2.compile(pattern, options))
    except re2.error as error:
        message = error.args[0].decode(errors="replace")
    explanation = next((text for beginnings, text in _EXPLANATIONS.items() if message.startswith(beginnings)), None)
    raise ValueError(f"{message} ({explanation})" if explanation else message)


_PATTERN_PIECE = re.compile(
    r"""(?P<nothing> \(\?P?<\w+> | \(\?[-a-zA-Z]*[:)] | \{\d+(?:,\d*)?\} | [()|*+?^$] | \\[AbBzE])
    | \\Q(?P<quoted>.*?)(?:\\E | $)
    | \[\^?\]?(?:\[:\^?\w+:\] | \\. | [^\]\\])*\]
    | \\(?:[pP](?:\{[^}]*\} | .) | x(?:\{[^}]*\} | [0-9a-fA-F]{2}) | [0-7]{1,3} | .)
    | .""",
    re.VERBOSE | re.DOTALL,
)
"""The pieces of a pattern: those that match one character, and those that match none."""


def finds_no_word(pattern: str) -> bool:
    """Whether a valid pattern matches only signs between words (brackets, dashes, blanks): then nothing that it
    finds is a place in an article."""
    pieces: set[str] = set()
    for piece in _PATTERN_PIECE.finditer(pattern):
        if piece["quoted"] is not None:
            pieces.update(map(re.escape, piece["quoted"]))
        elif piece["nothing"] is None:
            pieces.add(piece[0])
    part_patterns = [*map(compile_regex, pieces)]

    def finds_any(letters: str) -> bool:
        return any(next(part.finditer(letters), None) for part in part_patterns)

    # A pattern mostly finds some character that it is written with. The last test, with all characters, is slow.
    words = "".join(TOKEN.findall(pattern))
    return not (finds_any(ascii_letters + digits) or finds_any(words) or finds_any(_collect_word_characters()))


_BLOCK = 0x800  # characters: the halves of surrogate pairs are one such block
_SURROGATES = range(0xD800, 0xE000)


@cache
def _collect_word_characters() -> str:
    """All characters of words; block by block, because all characters at once take 100 MiB."""
    blocks = (range(first, first + _BLOCK) for first in range(0, sys.maxunicode + 1, _BLOCK))
    texts = ("".join(map(chr, block)) for block in blocks if block.start not in _SURROGATES)
    return "".join("".join(TOKEN.findall(text)) for text in texts)
