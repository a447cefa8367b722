"""Merges two new versions of a text that were made from the same older one, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Lines = Sequence[bytes]


def merge_three_ways(base: bytes, mine: bytes, theirs: bytes) -> bytes | None:
    """The text with the changes of both sides. None: they conflict, because both changed the same lines, or lines with
    nothing unchanged between them, in different ways."""
    old, ours, new = (_split_into_lines(text) for text in (base, mine, theirs))
    merged: list[bytes] = []
    old_end = our_end = new_end = 0
    for old_start, our_start, new_start, length in _find_unchanged(old, ours, new):
        chosen = _choose(old[old_end:old_start], ours[our_end:our_start], new[new_end:new_start])
        if chosen is None:
            return None
        merged += [*chosen, *old[old_start : old_start + length]]
        old_end, our_end, new_end = old_start + length, our_start + length, new_start + length
    return b"".join(merged)


def _split_into_lines(text: bytes) -> list[bytes]:
    """The lines with their ends. The last one gets an end if it has none."""
    lines = text.split(b"\n")
    return [line + b"\n" for line in (lines if lines[-1] else lines[:-1])]


def _choose(old: Lines, ours: Lines, new: Lines) -> Lines | None:
    if ours in (new, old):
        return new
    return ours if new == old else None


def _find_unchanged(old: Lines, ours: Lines, new: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Runs of lines that neither side changed: where they start in each text, and how many they are. The last one is
    empty, at the ends."""
    in_ours = SequenceMatcher(None, old, ours, autojunk=False).get_matching_blocks()
    in_new = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    left = right = 0
    while left < len(in_ours) and right < len(in_new):
        mine, theirs = in_ours[left], in_new[right]
        start, end = max(mine.a, theirs.a), min(mine.a + mine.size, theirs.a + theirs.size)
        if start < end:
            yield start, mine.b + start - mine.a, theirs.b + start - theirs.a, end - start
        if mine.a + mine.size < theirs.a + theirs.size:
            left += 1
        else:
            right += 1
    yield len(old), len(ours), len(new), 0
