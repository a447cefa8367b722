"""Makes tokens comparable: case, accents, ё, traditional and simplified Chinese.

One token becomes exactly one token, never an empty one, so the token numbers remain those of the record. Folding is
only for comparison: folded text is never shown.
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
    """Return traditional characters -> the simplified ones that replace them."""
    lines = files(__package__).joinpath("simplified.txt").read_text(encoding="utf-8").splitlines()
    data_lines = [line for line in lines if not line.startswith("#")]
    pairs = zip(data_lines[::2], data_lines[1::2], strict=True)
    return {a: b for traditional, simplified in pairs for a, b in zip(traditional, simplified, strict=True)}


def _build_accent_table() -> dict[str, str]:
    """Latin letters without their marks. Letters of other scripts keep their marks: й, ガ and Hangul remain as they
    are."""
    table = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        plain = "".join(c for c in unicodedata.normalize("NFD", chr(code)) if not unicodedata.combining(c))
        if plain != chr(code) and len(plain) == 1:
            table[chr(code)] = plain
    return table


# Letters that are written for each other. Outside Latin, these pairs are all that is folded in a language.
_PAIRS = "øo łl đd ıi ØO ŁL ĐD ёе ЁЕ أا إا آا ٱا ىي ةه"
_TABLE = (
    load_simplified_characters() | _build_accent_table() | {"ß": "ss"} | {pair[0]: pair[1] for pair in _PAIRS.split()}
)
_TABLE_BY_CODE = str.maketrans(_TABLE)
_FOLDED_CHARACTER = re.compile(f"[{''.join(map(re.escape, _TABLE))}]")


def fold(joined: str, *, cased: bool = False) -> str:
    """Return tokens that are joined by spaces in comparable form; `cased`: keeping their case. Cut into tokens
    first: "İ" folds to two characters."""
    if joined.isascii():
        return joined if cased else joined.lower()
    folded = joined if cased else joined.casefold().replace("i\u0307", "i")
    # The table is applied only once: one entry leads to another (薴 苧 苎), and rule and text must agree.
    return _FOLDED_CHARACTER.sub(lambda m: _TABLE[m[0]], folded)


def folded_tokens(text: str, *, cased: bool = False) -> list[str]:
    """Return the comparable tokens of a text."""
    return fold(" ".join(TOKEN.findall(normalize_text(text))), cased=cased).split()


def fold_text(text: str) -> tuple[str, Callable[[], str]]:
    """Return the folded tokens of a text, joined by spaces, and a function that returns them with their case. The
    result is that of `folded_tokens`, at a fraction of the cost: it uses the fastest way for the script."""
    folded = None if _NOT_ON_PAGES.search(text, 0, _SAMPLE) else _fold_by_code_page(text.replace("ß", "ss"))
    if folded is not None:
        return folded
    record = _normalize_for_tokens(text)
    if HANGUL.search(record, 0, _SAMPLE):
        return _fold_around_hangul(record, cased=False), lambda: _fold_around_hangul(record, cased=True)
    return _fold_normalized(record)


_fold_cached_title = lru_cache(maxsize=1024)(fold_text)


def fold_title(title: str) -> tuple[str, Callable[[], str]]:
    """The same for a title, which is needed to tell entries apart and again for matching."""
    return _fold_cached_title(title) if len(title) <= _MAX_TITLE else fold_text(title)


_MAX_TITLE = 1_000  # characters; some titles hold a whole article, which should not fill the cache

_SAMPLE = 200  # letters that decide which way is the fastest; a wrong guess costs only time
_BLANKS = re.compile("  +")


def _normalize_for_tokens(text: str) -> str:
    """The record of a text, as far as it matters for tokens. Wide signs are replaced first: otherwise every Chinese
    text would need the slow normalization."""
    return normalize_text(text if unicodedata.is_normalized("NFKC", text) else _WIDE.sub(_narrow_sign, text))


_WIDE = re.compile("[\uff01-\uff5e\u3000…]")


def _narrow_sign(sign: re.Match[str]) -> str:
    code = ord(sign[0])
    return chr(code - 0xFEE0) if code > 0xFF00 else " "


# --- by code page: most news in a spaced script fits an old code page, where folding is a table of 256 letters --------

_PAGES = ("latin-1", "cp1252", "cp1250", "cp1251", "cp1253")  # Latin, typeset, central European, Cyrillic, Greek
_NOT_ON_PAGES = re.compile("[\u0500-\u1fff\u2e80-\U0010ffff]")  # letters that are on none of the pages
_SOFT_HYPHEN = b"\xad"
_UNSUPPORTED = 0  # for letters that fold to several letters, or to one that is not on the page
_BLANKS_ON_PAGE = re.compile(b"  +")


@dataclass(frozen=True, slots=True)
class _PageFolding:
    """How a code page is folded, letter by letter: `table` keeps the case, `lower` then removes it."""

    table: bytes
    lower: bytes


@cache
def _build_page_folding(page: str) -> _PageFolding:
    with_case_table, lower_table = bytearray(b" " * 256), bytearray(b" " * 256)
    for code in range(256):
        letter = bytes([code]).decode(page, "ignore")
        with_case, folded = (
            " ".join(folded_tokens(letter, cased=cased)).encode(page, "replace") for cased in (True, False)
        )
        if len(with_case) > 1 or len(folded) > 1 or b"?" in (with_case, folded):
            with_case_table[code] = _UNSUPPORTED
        elif with_case:
            with_case_table[code], lower_table[with_case[0]] = with_case[0], folded[0]
    return _PageFolding(bytes(with_case_table), bytes(lower_table))


def _fold_by_code_page(text: str) -> tuple[str, Callable[[], str]] | None:
    """The comparable tokens of a text that fits one of the pages, without unsupported letters; else None."""
    for page in _PAGES:
        try:
            letters = text.encode(page)
        except UnicodeEncodeError:
            continue
        folding = _build_page_folding(page)
        with_case = letters.translate(folding.table, _SOFT_HYPHEN)
        if _UNSUPPORTED not in with_case:
            with_case = _BLANKS_ON_PAGE.sub(b" ", with_case).strip()
            return with_case.translate(folding.lower).decode(page), partial(with_case.decode, page)
    return None


# --- a record: by runs of the same script -----------------------------------------------------------------------------

_MANY_CHANGES = 10  # of the first hundred letters: from then on, looking up every letter is faster
_WORD_PLACEHOLDER = "\x01"  # replaces a word among letters
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
            letters.append(_WORD_PLACEHOLDER)
            words.append(run)
    template = _space_out_letters(_simplify_letters("".join(letters))).replace(_WORD_PLACEHOLDER, "%s")
    joined = " ".join(words)
    return template % tuple(fold(joined).split()), lambda: template % tuple(fold(joined, cased=True).split())


def _simplify_letters(letters: str) -> str:
    """Folds letters of scripts without spaces. They have no case, so the table is enough."""
    if len(_FOLDED_CHARACTER.findall(letters, 0, 100)) > _MANY_CHANGES:
        return letters.translate(_TABLE_BY_CODE)
    return _FOLDED_CHARACTER.sub(lambda m: _TABLE[m[0]], letters)


def _space_out_letters(letters: str) -> str:
    """`" ".join(letters)`, without creating an object for each letter."""
    row = array("I", letters.encode("utf-32-le"))
    spaced = _BLANK * (2 * len(row) - 1)
    spaced[::2] = row
    return spaced.tobytes().decode("utf-32-le")


def _fold_around_hangul(record: str, *, cased: bool) -> str:
    """The comparable tokens of a record in Hangul. Hangul folds to itself. What is in between is mostly the same few
    signs."""

    def fold_piece(match: re.Match[str]) -> str:
        piece = match[0]
        return _fold_cached(piece, cased) if len(piece) <= _MAX_CACHED else _fold_between_hangul(piece, cased)

    return _BLANKS.sub(" ", _BETWEEN_HANGUL.sub(fold_piece, record)).strip(" ")


_BETWEEN_HANGUL = re.compile(f"[^ {APART}][^{APART}]*")
_MAX_CACHED = 20  # characters


def _fold_between_hangul(piece: str, cased: bool) -> str:  # positional: keywords cost as much as the cache saves
    folded, with_case = _fold_normalized(piece)
    return f" {with_case() if cased else folded} "


_fold_cached = lru_cache(maxsize=10_000)(_fold_between_hangul)


def lower_keeping_length(text: str) -> str:
    """Return the text in lower case, letter by letter, so that positions in it are positions in the text."""
    lowercase = text.lower()
    if len(lowercase) != len(text):  # İ becomes two in lower case
        lowercase = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    return lowercase
