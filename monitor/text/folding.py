"""Makes tokens comparable: case, accents, ё, traditional and simplified Chinese.

One token in is one token out, never empty, so that token numbers stay those of the record. Folding is for comparing
only: nothing folded is ever shown.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from importlib.resources import files

from monitor.text.record import normalize_text
from monitor.text.scripts import APART, HANGUL, RUN, SPACED, TOKEN, UNSPACED_LETTER, UNSPACED_ONE


def load_simplified_characters() -> dict[str, str]:
    """Traditional characters -> the simplified ones that are written for them."""
    lines = files(__package__).joinpath("simplified.txt").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    return {a: b for old, new in zip(rows[::2], rows[1::2], strict=True) for a, b in zip(old, new, strict=True)}


def _build_accent_table() -> dict[str, str]:
    """Latin letters without their marks. Nothing outside Latin loses marks: й, ガ and Hangul stay whole."""
    table = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = "".join(c for c in unicodedata.normalize("NFD", chr(code)) if not unicodedata.combining(c))
        if plain != chr(code) and len(plain) == 1:
            table[chr(code)] = plain
    return table


# Letters that are written one for the other: beyond Latin, a language's whole folding is its pairs here.
_PAIRS = "øo łl đd ıi ØO ŁL ĐD ёе ЁЕ أا إا آا ٱا ىي ةه"
_TABLE = (
    load_simplified_characters() | _build_accent_table() | {"ß": "ss"} | {pair[0]: pair[1] for pair in _PAIRS.split()}
)
_CODES = str.maketrans(_TABLE)
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
    return fold(" ".join(TOKEN.findall(normalize_text(text))), cased=cased).split()


def fold_text(text: str) -> tuple[str, Callable[[], str]]:
    """The folded tokens of a text, joined by spaces, and what gives them with their case: what `folded_tokens` gives,
    at a fraction of its cost. It goes the way that is quickest for the script."""
    folded = None if _OFF_PAGE.search(text, 0, _SAMPLE) else _fold_by_code_page(text.replace("ß", "ss"))
    if folded is not None:
        return folded
    record = _normalize_for_tokens(text)
    if HANGUL.search(record, 0, _SAMPLE):
        return _fold_around_hangul(record, cased=False), lambda: _fold_around_hangul(record, cased=True)
    return _fold_normalized(record)


_of_titles = lru_cache(maxsize=1024)(fold_text)


def fold_title(title: str) -> tuple[str, Callable[[], str]]:
    """The same of a title, which is asked for to tell entries apart and again to match it."""
    return _of_titles(title) if len(title) <= _TITLE else fold_text(title)


_TITLE = 1_000  # characters; whole articles are given as titles too, and would be kept

_SAMPLE = 200  # so many letters say which way is the quickest; what they say wrongly is folded all the same
_BLANKS = re.compile("  +")


def _normalize_for_tokens(text: str) -> str:
    """The record of a text, as far as tokens can tell. Wide signs alone would have every Chinese text normalised at
    length."""
    return normalize_text(text if unicodedata.is_normalized("NFKC", text) else _WIDE.sub(_narrow_sign, text))


_WIDE = re.compile("[\uff01-\uff5e\u3000…]")


def _narrow_sign(sign: re.Match[str]) -> str:
    code = ord(sign[0])
    return chr(code - 0xFEE0) if code > 0xFF00 else " "


# --- by code page: most news of a spaced script fits one of the old ones, where folding is a table of 256 letters -----

_PAGES = ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253")  # Latin, typeset, central European, Cyrillic, Greek
_OFF_PAGE = re.compile("[\u0500-\u1fff\u2e80-\U0010ffff]")  # letters that are on none of them
_SOFT_HYPHEN = b"\xad"
_ODD = 0  # what letters become that fold to several, or off the page
_BLANKS_ON_PAGE = re.compile(b"  +")


@dataclass(frozen=True, slots=True)
class _Folding:
    """How a code page is folded, letter by letter: but for the case, and from there on."""

    table: bytes
    lower: bytes


@cache
def _build_page_folding(page: str) -> _Folding:
    table, lower = bytearray(b" " * 256), bytearray(b" " * 256)
    for code in range(256):
        letter = bytes([code]).decode(page, "ignore")
        kept, folded = (" ".join(folded_tokens(letter, cased=cased)).encode(page, "replace") for cased in (True, False))
        if len(kept) > 1 or len(folded) > 1 or b"?" in (kept, folded):
            table[code] = _ODD
        elif kept:
            table[code], lower[kept[0]] = kept[0], folded[0]
    return _Folding(bytes(table), bytes(lower))


def _fold_by_code_page(text: str) -> tuple[str, Callable[[], str]] | None:
    """The comparable tokens of a text that is on one of the pages, with nothing odd."""
    for page in _PAGES:
        try:
            letters = text.encode(page)
        except UnicodeEncodeError:
            continue
        folding = _build_page_folding(page)
        kept = letters.translate(folding.table, _SOFT_HYPHEN)
        if _ODD not in kept:
            kept = _BLANKS_ON_PAGE.sub(b" ", kept).strip()
            return kept.translate(folding.lower).decode(page), partial(kept.decode, page)
    return None


# --- of a record: by runs of the same script -------------------------------------------------------------------------

_MANY = 10  # of the first hundred letters: then it is quicker to ask each for its entry
_WORD = "\x01"  # stands among letters for a word
_BLANK = array("I", " ".encode("utf-32-le"))


def _fold_normalized(record: str) -> tuple[str, Callable[[], str]]:
    """The comparable tokens of a record."""
    if UNSPACED_ONE.search(record) is None:
        joined = " ".join(SPACED.findall(record))
        return fold(joined), lambda: fold(joined, cased=True)
    letters, words = [], []
    for run in RUN.findall(record):
        if UNSPACED_LETTER[run[0]]:
            letters.append(run)
        else:
            letters.append(_WORD)
            words.append(run)
    alone = _space_out_letters(_simplify_letters("".join(letters))).replace(_WORD, "%s")
    joined = " ".join(words)
    return alone % tuple(fold(joined).split()), lambda: alone % tuple(fold(joined, cased=True).split())


def _simplify_letters(letters: str) -> str:
    """Letters of scripts without spaces, folded: there the table is all of it, they have no case."""
    if len(_CHANGING.findall(letters, 0, 100)) > _MANY:
        return letters.translate(_CODES)
    return _CHANGING.sub(lambda m: _TABLE[m[0]], letters)


def _space_out_letters(letters: str) -> str:
    """`" ".join(letters)`, without an object for each of them."""
    row = array("I", letters.encode("utf-32-le"))
    spaced = _BLANK * (2 * len(row) - 1)
    spaced[::2] = row
    return spaced.tobytes().decode("utf-32-le")


def _fold_around_hangul(record: str, *, cased: bool) -> str:
    """The comparable tokens of a record of Hangul. That folds to itself; what stands between is signs mostly, the same
    ones again and again."""

    def folded(between: re.Match[str]) -> str:
        piece = between[0]
        return _remembered(piece, cased) if len(piece) <= _SHORT else _fold_between_hangul(piece, cased)

    return _BLANKS.sub(" ", _BETWEEN_HANGUL.sub(folded, record)).strip(" ")


_BETWEEN_HANGUL = re.compile(f"[^ {APART}][^{APART}]*")
_SHORT = 20


def _fold_between_hangul(piece: str, cased: bool) -> str:  # by position: keywords cost as much as remembering saves
    folded, with_case = _fold_normalized(piece)
    return f" {with_case() if cased else folded} "


_remembered = lru_cache(maxsize=10_000)(_fold_between_hangul)


def lower_keeping_length(text: str) -> str:
    """The text in small letters, letter by letter, so that places in it are those in the text."""
    low = text.lower()
    if len(low) != len(text):  # İ has two in small letters
        low = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return low
