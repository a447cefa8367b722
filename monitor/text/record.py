"""The normalised record of a text, and the way back from it to the text as it was received.

Everything is compared on the record: NFKC, without characters that only steer the display. Where evidence is shown,
it is shown in the text as received, through `Offsets`. It does not fold case or accents: see `folding`.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from functools import cache

# Soft hyphen, zero-width characters, word joiner, BOM and tatweel would split a word in two ("Tai<SHY>wan"); so would
# a combining mark that found nothing to compose with (the stress mark in "Коре́я") and Arabic vowel signs.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff\u0640\u0300-\u036f\u064b-\u0652\u0670]")

_SHORT = 4_000  # characters: a text of so many is normalised in a moment, whatever they are
_BECOME_MARKS = "\u0f73\u0f75\u0f81\uff9e\uff9f"  # no combining marks themselves; NFKC makes marks of them
_HALVES = re.compile("[\ud800-\udfff]")


def normalize_text(text: str) -> str:
    """The record: `text` in NFKC, without invisible characters, with one kind of apostrophe."""
    if text.isascii():
        return text
    return _normalize_nfkc(text, long=len(text) > _SHORT)


def _normalize_nfkc(text: str, *, long: bool) -> str:
    text = _with_breaks(text) if long else text
    # U+02BC, the usual apostrophe in Ukrainian, counts as a letter and would glue two words together.
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).replace("\u02bc", "'")


def _with_breaks(text: str) -> str:
    """The text with an invisible break after every 30 combining marks in a row, as Unicode's stream-safe format has it
    (UAX 15): normalising sorts each run of them, in a time that grows with its square."""
    # The check is quick, and fails wherever marks are out of order.
    if unicodedata.is_normalized("NFC", text) and not any(map(text.__contains__, _BECOME_MARKS)):
        return text
    return _marks_in_a_row().sub("\\g<0>\u034f", text)


@cache
def _marks_in_a_row() -> re.Pattern[str]:
    """30 characters that normalising sorts."""
    marks = "".join(c for c in map(chr, range(0x110000)) if unicodedata.combining(c))
    return re.compile(f"[{re.escape(marks + _BECOME_MARKS)}]{{30}}")


def replace_surrogates(text: str) -> str:
    """As long as it is, with another letter for each half of a surrogate pair: automata and tries take none."""
    return text if text.isascii() else _HALVES.sub("\ufffd", text)


class Offsets:
    """From positions in the record of a text to positions in that text."""

    def __init__(self, text: str) -> None:
        self._starts, self._ends = array("I"), array("I")
        self._long = len(text) > _SHORT
        self._further = None if normalize_text(text) == text else _compile_chunk_pattern().finditer(text)

    def to_original(self, start: int, end: int) -> tuple[int, int]:
        """The (start, end) in the text of a non-empty range of the record."""
        if self._further is None:
            return start, end
        while len(self._ends) < end:  # what is quoted of a long text is usually near its start
            self._add(next(self._further))
        return self._starts[start], self._ends[end - 1]

    def _add(self, chunk: re.Match[str]) -> None:
        width = len(_normalize_nfkc(chunk.group(), long=self._long))
        self._starts.extend([chunk.start()] * width)
        self._ends.extend([chunk.end()] * width)


@cache
def _compile_chunk_pattern() -> re.Pattern[str]:
    """Cuts a text where normalisation cannot reach across, so that the chunks' records joined are the whole's record.

    A chunk is one character and those behind it that may change with it: Unicode's "normalization boundary"
    (UAX 15). Computed from this Python's own Unicode data, once, when the first changed text is shown.
    """
    # Looking each character up is three times as quick as normalising it, and nearly none of them changes.
    changing = [c for c in map(chr, range(0x30000)) if unicodedata.decomposition(c) or unicodedata.combining(c)]
    seconds = {parts[1] for c in changing if len(parts := unicodedata.normalize("NFD", c)) > 1}
    seconds.update(map(chr, range(0x1161, 0x1176)), map(chr, range(0x11A8, 0x11C3)))  # Hangul vowels and finals
    joining = seconds.union(c for c in changing if _is_joining(c, seconds))
    return re.compile(f".[{''.join(map(re.escape, sorted(joining)))}]*", re.DOTALL)


def _is_joining(character: str, seconds: set[str]) -> bool:
    first = unicodedata.normalize("NFKD", character)[0]
    return unicodedata.combining(first) != 0 or first in seconds
