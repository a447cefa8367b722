"""Selects which entries of a long list are read: those at its two ends.

Feeds list some dozens of entries, the newest first or last. Of a feed with thousands, every poll looks only at the two
ends: new entries are there, and a hundred thousand entries cost no more than a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

END_SIZE: Final = 500  # entries; both ends together have as many as we remember of a source (`ingest.fingerprints`)


def find_omitted_range(count: int) -> tuple[int, int]:
    """Where the omitted part of a list of `count` entries begins and ends."""
    return (count, count) if count <= 2 * END_SIZE else (END_SIZE, count - END_SIZE)


def find_resurfaced_range(slices: Sequence[bytes], known: AbstractSet[bytes], omitted_after: int) -> tuple[int, int]:
    """Which entries of the two ends are omitted too: from, to. `omitted_after`: how many come before the omitted part.

    If entries leave an end, older ones move into it at its inner side. They are not new: they are farther inside than a
    known entry.
    """
    begin = max((index + 1 for index in range(omitted_after) if slices[index] in known), default=omitted_after)
    return begin, next((index for index in range(omitted_after, len(slices)) if slices[index] in known), omitted_after)


def select_postponed(unseen: Sequence[bytes], limit: int | None) -> frozenset[bytes]:
    """The digests of unseen entries that are not read now: those after the first `limit`, unless among these too."""
    return frozenset() if limit is None else frozenset(unseen[limit:]).difference(unseen[:limit])


@dataclass(frozen=True, slots=True)
class ListSelection(Generic[T]):
    """The entries to read of a list, with their digests; the digests of all entries in the window; how many unknown
    ones are postponed; and how many entries are omitted."""

    selected: tuple[tuple[bytes, T], ...]
    digests: tuple[bytes, ...]
    postponed: int
    omitted: int


def select_entries(
    entries: Sequence[T],
    digests: Callable[[Sequence[T]], Sequence[bytes]],
    known: AbstractSet[bytes],
    limit: int | None,
) -> ListSelection[T]:
    """Selects the entries to read: those that are not known, at most `limit` of them."""
    begin, end = find_omitted_range(len(entries))
    window = [*entries[:begin], *entries[end:]]
    slices = [*digests(window)]
    if begin != end:
        inner = slice(*find_resurfaced_range(slices, known, begin))
        del window[inner], slices[inner]
    postponed = select_postponed([digest for digest in slices if digest not in known], limit)
    selected = tuple(
        (digest, entry)
        for digest, entry in zip(slices, window, strict=True)
        if digest not in known and digest not in postponed
    )
    return ListSelection(selected, tuple(slices), len(postponed), len(entries) - len(window))
