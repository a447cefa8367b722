"""How long a text is for those who compare it: the length of its record (`record`) counts, not that of the received
text.

Normalization turns one character into up to eighteen: U+FDFA, three bytes in a feed, becomes a sentence in Arabic. A
limit on the received text would allow eighteen times the work.
"""

from __future__ import annotations

from typing import Final

from monitor.text.record import normalize_text

GROWTH: Final = 18  # the most characters of the record that one character becomes (U+FDFA)
_PIECE = 1_024  # characters


def shorten_text(text: str, max_length: int) -> str:
    """Return the beginning of a text, such that neither it nor its record has more than `max_length` characters."""
    if len(text) * GROWTH <= max_length:  # as for almost all texts
        return text
    if text.isascii():
        return text[:max_length]
    text, length = text[:max_length], 0
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        extent = _measure_extent(piece)
        if length + extent > max_length:
            return text[: start + _count_fitting(piece, max_length - length)]
        length += extent
    return text


def _count_fitting(piece: str, room: int) -> int:
    """How many characters of a piece fit."""
    for index, character in enumerate(piece):
        room -= _measure_extent(character)
        if room < 0:
            return index
    return len(piece)


def _measure_extent(text: str) -> int:
    """The length that counts: what disappears in the record was read all the same."""
    return max(len(text), len(normalize_text(text)))
