"""Cuts texts to a length. It is counted in units of UTF-16: most characters are one, emoji two."""

from __future__ import annotations

from itertools import accumulate


def truncate_text(text: str, units: int) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    return text if _count_fitting(text, units) == len(text) else text[: _count_fitting(text, units - 1)].rstrip() + "…"


def crop_sentence(
    sentence: str, highlights: tuple[tuple[int, int], ...], units: int
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A long sentence, cut around its first highlight, and the highlights within the piece."""
    if _count_fitting(sentence, units) == len(sentence):
        return sentence, highlights
    start = max(0, (highlights[0][0] if highlights else 0) - units // 4)
    end = start + _count_fitting(sentence[start:], units)
    before, after = "…" if start else "", "…" if end < len(sentence) else ""
    shift = len(before) - start
    inside = tuple((first + shift, last + shift) for first, last in highlights if start <= first and last <= end)
    return before + sentence[start:end] + after, inside


def _count_fitting(text: str, units: int) -> int:
    """How many characters from the start fit into so many units."""
    ends = accumulate(2 if sign > "\uffff" else 1 for sign in text[: units + 1])
    return sum(end <= units for end in ends)
