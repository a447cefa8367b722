"""How long a text is for whoever compares it: what counts is its record (`record`), not what was received.

Normalisation makes up to eighteen characters of one: U+FDFA, three bytes in a feed, becomes a sentence in Arabic. A
limit on what was received would let through eighteen times the work.
"""

from __future__ import annotations

from typing import Final

from monitor.text.record import normalize_text

GROWTH: Final = 18  # characters of the record that one character becomes at most (U+FDFA)
_PIECE = 1_024  # characters


def shorten_text(text: str, most: int) -> str:
    """The beginning of a text, so much of it that neither it nor its record has more than `most` characters."""
    if len(text) * GROWTH <= most:  # as almost all are
        return text
    if text.isascii():
        return text[:most]
    text, length = text[:most], 0
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        added = _measure_extent(piece)
        if length + added > most:
            return text[: start + _count_fitting(piece, most - length)]
        length += added
    return text


def _count_fitting(piece: str, room: int) -> int:
    """How many characters of a piece fit."""
    for number, character in enumerate(piece):
        room -= _measure_extent(character)
        if room < 0:
            return number
    return len(piece)


def _measure_extent(text: str) -> int:
    """What a text counts: what disappears from its record was read all the same."""
    return max(len(text), len(normalize_text(text)))
