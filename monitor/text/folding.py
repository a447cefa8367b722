"""Makes tokens comparable: case, accents, ё, traditional and simplified Chinese.

One token in is one token out, never empty, so that token numbers stay those of the record. Folding is for comparing
only: nothing folded is ever shown.
"""

from __future__ import annotations

import re
import unicodedata
from importlib.resources import files

from monitor.text.record import record_of
from monitor.text.scripts import TOKEN


def _simplified() -> dict[str, str]:
    lines = files(__package__).joinpath("simplified.txt").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    return {a: b for old, new in zip(rows[::2], rows[1::2], strict=True) for a, b in zip(old, new, strict=True)}


def _accents() -> dict[str, str]:
    """Latin letters without their marks. Nothing outside Latin loses marks: й, ガ and Hangul stay whole."""
    table = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = "".join(c for c in unicodedata.normalize("NFD", chr(code)) if not unicodedata.combining(c))
        if plain != chr(code) and len(plain) == 1:
            table[chr(code)] = plain
    return table | {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ё": "е"}


_TABLE = _simplified() | _accents()
_CHANGING = re.compile(f"[{''.join(map(re.escape, _TABLE))}]")


def fold(joined: str) -> str:
    """Tokens joined by spaces -> the same tokens, comparable. Cutting comes first: "İ" folds to two characters."""
    if joined.isascii():
        return joined.lower()
    folded = joined.casefold().replace("i\u0307", "i")
    # The table is applied once: one entry chains (薴 苧 苎), and rule and text must agree.
    return _CHANGING.sub(lambda m: _TABLE[m.group()], folded)


def folded_tokens(text: str) -> list[str]:
    """The comparable tokens of a text."""
    return fold(" ".join(TOKEN.findall(record_of(text)))).split()
