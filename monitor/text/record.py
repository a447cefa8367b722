"""The normalized record of a text, and the way back from it to the received text.

Everything is compared on the record: NFKC, without characters that only control the display. Evidence is shown in the
text as received, through `Offsets`. The record keeps case and accents: see `folding`.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator
from functools import cache, lru_cache

# What has no glyph (Unicode's Default_Ignorable_Code_Point: soft hyphen, zero-width characters, marks of direction,
# fillers, variation selectors, tags) and tatweel would split a word in two ("Tai<SHY>wan"); so would a combining mark
# that composes with no letter (the stress mark in "Коре́я") and Arabic vowel signs.
_REMOVED = (
    "\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\u0640\u0300-\u036f\u064b-\u0652\u0670"
)
_INVISIBLE = re.compile(f"[{_REMOVED}]")
_INVISIBLE_ASTRAL = re.compile("[\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]")

_LONG_TEXT = 4_000  # characters: a text up to this length is normalized at once, whatever it contains
_BECOME_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"  # not combining marks, but NFKC turns them into marks
_SAME_WIDTH, _NOTHING = "same_width", "nothing"  # groups of the pattern of chunks
_LONGEST_RUN = 256  # characters: of a long text, little more is read than is asked for
_SURROGATE = re.compile("[\ud800-\udfff]")


def normalize_text(text: str) -> str:
    """Return the record: `text` in NFKC, without invisible characters, with one kind of apostrophe."""
    if text.isascii():
        return text
    return _normalize_nfkc(text, long=len(text) > _LONG_TEXT)


def _normalize_nfkc(text: str, *, long: bool) -> str:
    text = _break_mark_runs(text) if long else text
    # U+02BC, the usual apostrophe in Ukrainian, counts as a letter and would join two words.
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).replace("\u02bc", "'")
    # A class of characters beyond U+FFFF is slow, and this says in no time whether the text has any.
    has_astral = len(text.encode("utf-16-le", "surrogatepass")) > 2 * len(text)
    return _INVISIBLE_ASTRAL.sub("", text) if has_astral else text


def _break_mark_runs(text: str) -> str:
    """The text with an invisible break after every 30 combining marks in a row, as in Unicode's stream-safe format
    (UAX 15): normalization sorts each run of marks, in a time that grows with the square of its length."""
    # The check is fast, and fails wherever marks are out of order.
    if unicodedata.is_normalized("NFC", text) and not any(map(text.__contains__, _BECOME_MARKS)):
        return text
    return _compile_mark_run().sub("\\g<0>\u034f", text)


@cache
def _compile_mark_run() -> re.Pattern[str]:
    """A pattern for 30 characters that normalization sorts."""
    marks = "".join(c for c in map(chr, range(0x110000)) if unicodedata.combining(c))
    return re.compile(f"[{re.escape(marks + _BECOME_MARKS)}]{{30}}")


def replace_surrogates(text: str) -> str:
    """Return the text, of the same length, with another letter for each half of a surrogate pair: automata and tries
    accept none."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


class Offsets:
    """Maps positions in the record of a text to positions in that text. `record`: the record."""

    def __init__(self, text: str) -> None:
        self.record = normalize_text(text)
        self._starts, self._ends = array("I"), array("I")
        self._long = len(text) > _LONG_TEXT
        self._unread_chunks = None if self.record == text else _compile_chunk_pattern().finditer(text)

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """Return the (start, end) in the text of a non-empty range of the record."""
        if self._unread_chunks is None:
            return start, end
        if len(self._ends) < end:
            self._read_chunks(self._unread_chunks, end)
        return self._starts[start], self._ends[end - 1]

    def _read_chunks(self, chunks: Iterator[re.Match[str]], end: int) -> None:
        """Go on as far as is asked: what is quoted of a long text is usually near its beginning."""
        starts, ends, is_long = self._starts, self._ends, self._long
        for chunk in chunks:
            first, last = chunk.span()
            if chunk.lastgroup == _SAME_WIDTH:
                starts.extend(range(first, last))
                ends.extend(range(first + 1, last + 1))
            elif chunk.lastgroup != _NOTHING:
                width = _measure_normalized(chunk[0], is_long)
                if width == 1:
                    starts.append(first)
                    ends.append(last)
                else:
                    starts.extend([first] * width)
                    ends.extend([last] * width)
            if len(ends) >= end:
                return


@lru_cache(maxsize=4096)  # mostly single letters, of which a text has few different ones
def _measure_normalized(chunk: str, long: bool) -> int:
    return len(_normalize_nfkc(chunk, long=long))


@cache
def _compile_chunk_pattern() -> re.Pattern[str]:
    """A pattern that cuts a text where normalization cannot reach across: the records of the chunks, joined, are the
    record of the whole text.

    A chunk is one character and the following ones that may change with it: Unicode's "normalization boundary" (UAX
    15); or a run of characters that are one character each in the record, as most are in a text that changes; or a run
    of those that are removed. It is computed once from this Python's own Unicode data, when the first changed text is
    shown.
    """
    # Looking up a character is three times as fast as normalizing it, and hardly any character changes.
    changing = [c for c in map(chr, range(0x30000)) if unicodedata.decomposition(c) or unicodedata.combining(c)]
    seconds = {parts[1] for c in changing if len(parts := unicodedata.normalize("NFD", c)) > 1}
    seconds.update(map(chr, range(0x1161, 0x1176)), map(chr, range(0x11A8, 0x11C3)))  # Hangul vowels and finals
    joining = seconds.union(c for c in changing if _is_joining(c, seconds))
    changed = joining.union(c for c in changing if len(unicodedata.normalize("NFKC", c)) != 1)
    # A class is slow if it lists characters beyond U+FFFF: here all of these count as changed.
    changes = "".join(map(re.escape, sorted(c for c in changed if c <= "\uffff"))) + f"{_REMOVED}\u02bc"
    joins = "".join(map(re.escape, sorted(joining)))
    same_width = f"[^{changes}\U00010000-\U0010ffff]{{1,{_LONGEST_RUN}}}(?![{joins}])"
    nothing = f"[{_REMOVED}]{{1,{_LONGEST_RUN}}}(?![{joins}])"
    return re.compile(f"(?P<{_SAME_WIDTH}>{same_width})|(?P<{_NOTHING}>{nothing})|.[{joins}]*", re.DOTALL)


def _is_joining(character: str, seconds: set[str]) -> bool:
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.combining(first) != 0 or first in seconds
