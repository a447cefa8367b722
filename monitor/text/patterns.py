"""Patterns: the user's regular expressions, through RE2, whose time grows with the text and with nothing else.

For that, RE2 has no look-around and no back-references; it says so here, when a rule is read, and never later.
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

_MEMORY = 4 * 2**20
"""Bytes that a pattern may use: what does not fit into them is refused."""

_PLAINLY = {
    ("invalid perl operator: (?=", "invalid perl operator: (?!", "invalid perl operator: (?<"): (
        "look-ahead and look-behind do not exist here: say it with near, ignore or unless"
    ),
    ("invalid perl operator: (?P",): "back-references do not exist here: write out what is to stand there",
    tuple(f"invalid escape sequence: \\{sign}" for sign in "123456789k"): (
        "back-references do not exist here: write out what is to stand there"
    ),
    ("invalid escape sequence: \\u", "invalid escape sequence: \\U", "invalid escape sequence: \\N"): (
        "write the character itself"
    ),
}
"""How RE2 puts it -> what that means to who wrote it."""


class RegexMatch(Protocol):
    """Where a pattern matches."""

    def span(self) -> tuple[int, int]: ...


class CompiledRegex(Protocol):
    """A pattern, ready to search with."""

    def finditer(self, text: str) -> Iterator[RegexMatch]: ...


def compile_regex(pattern: str, *, exact: bool = False) -> CompiledRegex:
    """The pattern, ready to search with; `exact`: case counts. Raises ValueError, in words for who wrote it."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY
    options.case_sensitive = exact
    try:
        return cast("CompiledRegex", re2.compile(pattern, options))
    except re2.error as refused:
        said = refused.args[0].decode(errors="replace")
    plainly = next((words for beginnings, words in _PLAINLY.items() if said.startswith(beginnings)), None)
    raise ValueError(f"{said} ({plainly})" if plainly else said)


_ONE_CHARACTER = re.compile(
    r"""(?P<nothing> \(\?P?<\w+> | \(\?[-a-zA-Z]*[:)] | \{\d+(?:,\d*)?\} | [()|*+?^$] | \\[AbBzE])
    | \\Q(?P<quoted>.*?)(?:\\E | $)
    | \[\^?\]?(?:\[:\^?\w+:\] | \\. | [^\]\\])*\]
    | \\(?:[pP](?:\{[^}]*\} | .) | x(?:\{[^}]*\} | [0-9a-fA-F]{2}) | [0-7]{1,3} | .)
    | .""",
    re.VERBOSE | re.DOTALL,
)
"""What a pattern is made of, piece by piece: what stands for one character, and what stands for none."""


def finds_no_word(pattern: str) -> bool:
    """Whether a pattern, which can be compiled, matches only signs between words (brackets, dashes, blanks), so that
    nothing that it finds is a place in an article."""
    pieces: set[str] = set()
    for piece in _ONE_CHARACTER.finditer(pattern):
        if piece["quoted"] is not None:
            pieces.update(map(re.escape, piece["quoted"]))
        elif piece["nothing"] is None:
            pieces.add(piece[0])
    parts = [*map(compile_regex, pieces)]

    def find_one(letters: str) -> bool:
        return any(next(part.finditer(letters), None) for part in parts)

    return not (
        find_one(ascii_letters + digits) or find_one(_collect_word_characters())
    )  # of the many it is seldom asked


_BLOCK = 0x800  # characters: the halves of surrogate pairs are one such block
_SURROGATES = range(0xD800, 0xE000)


@cache
def _collect_word_characters() -> str:
    """All that words are made of; block by block, for all characters at once take 100 MiB."""
    blocks = (range(first, first + _BLOCK) for first in range(0, sys.maxunicode + 1, _BLOCK))
    texts = ("".join(map(chr, block)) for block in blocks if block.start not in _SURROGATES)
    return "".join("".join(TOKEN.findall(text)) for text in texts)
