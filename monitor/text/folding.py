"""Makes tokens comparable: case, accents, ё, traditional and simplified Chinese.

One token in is one token out, never empty, so that token numbers stay those of the record. Folding is for comparing
only: nothing folded is ever shown.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from monitor.text.record import record_of
from monitor.text.scripts import RUN, SPACED, TOKEN, UNSPACED_LETTER, UNSPACED_ONE


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
    return table


# Letters that are written one for the other: beyond Latin, a language's whole folding is its pairs here.
_PAIRS = "øo łl đd ıi ØO ŁL ĐD ёе ЁЕ أا إا آا ٱا ىي ةه"
_TABLE = _simplified() | _accents() | {"ß": "ss"} | {pair[0]: pair[1] for pair in _PAIRS.split()}
_CODES = str.maketrans(_TABLE)
_MANY = 10  # of the first hundred letters: then it is quicker to ask each for its entry
_CHANGING = re.compile(f"[{''.join(map(re.escape, _TABLE))}]")


def fold(joined: str, *, cased: bool = False) -> str:
    """Tokens joined by spaces -> the same tokens, comparable; `cased`: with the case that they have. Cutting comes
    first: "İ" folds to two characters."""
    if joined.isascii():
        return joined if cased else joined.lower()
    folded = joined if cased else joined.casefold().replace("i\u0307", "i")
    # The table is applied once: one entry chains (薴 苧 苎), and rule and text must agree.
    return _CHANGING.sub(lambda m: _TABLE[m[0]], folded)


def folded_tokens(text: str, *, cased: bool = False) -> list[str]:
    """The comparable tokens of a text."""
    return fold(" ".join(TOKEN.findall(record_of(text))), cased=cased).split()


def comparable(text: str, *, cased: bool = False) -> str:
    """The folded tokens of a text, joined by spaces: what `folded_tokens` gives, at a fraction of its cost.

    Most news of a spaced script fits one of the old single-byte code pages: there folding is a table of 256 letters.
    """
    letters = None if _OFF_PAGE.search(text, 0, 200) else _by_page(text.replace("ß", "ss"), cased=cased)
    if letters is not None:
        return letters
    record = _normal(text)
    if len(_CHANGING.findall(record, 0, 100)) <= _MANY:
        return fold(_cut(record), cased=cased)
    cut = _cut(record.translate(_CODES))
    return cut if cased else cut.casefold().replace("i\u0307", "i")


# --- the two quick ways -----------------------------------------------------------------------------------------

_PAGES = ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253")  # Latin, typeset, central European, Cyrillic, Greek
_OFF_PAGE = re.compile("[\u0500-\u1fff\u2e80-\U0010ffff]")  # letters that are on none of them
_SOFT_HYPHEN = b"\xad"
_WIDE = re.compile("[\uff01-\uff5e\u3000…]")


@dataclass(frozen=True, slots=True)
class _Folding:
    """How a code page is folded, letter by letter; `odd`: its letters that fold to several, or off the page."""

    table: bytes
    odd: re.Pattern[bytes]


@cache
def _folding(page: str, *, cased: bool) -> _Folding:
    table, odd = bytearray(b" " * 256), bytearray()
    for code in range(256):
        letter = bytes([code]).decode(page, "ignore")
        folded = " ".join(folded_tokens(letter, cased=cased)).encode(page, "replace")
        if len(folded) > 1 or folded == b"?":
            odd.append(code)
        elif folded:
            table[code] = folded[0]
    return _Folding(bytes(table), re.compile(b"[" + re.escape(bytes(odd)) + b"]"))


def _by_page(text: str, *, cased: bool) -> str | None:
    """The comparable tokens of a text that is on one of the pages, with nothing odd."""
    for page in _PAGES:
        try:
            letters = text.encode(page)
        except UnicodeEncodeError:
            continue
        folding = _folding(page, cased=cased)
        if folding.odd.search(letters) is None:
            return " ".join(letters.translate(folding.table, _SOFT_HYPHEN).decode(page).split())
    return None


def _cut(record: str) -> str:
    """The tokens of a record, joined by spaces."""
    if UNSPACED_ONE.search(record) is None:
        return " ".join(SPACED.findall(record))
    return " ".join([" ".join(run) if UNSPACED_LETTER[run[0]] else run for run in RUN.findall(record)])


def _normal(text: str) -> str:
    """The record of a text, as far as tokens can tell. Wide signs alone would have every Chinese text normalised at
    length."""
    return record_of(_WIDE.sub(_narrow, text))


def _narrow(sign: re.Match[str]) -> str:
    code = ord(sign[0])
    return chr(code - 0xFEE0) if code > 0xFF00 else " "
