"""How much of a long list of entries is read: its two ends.

Feeds list some dozens of entries, the newest first or last. Of one that lists thousands only the ends are looked at,
at every poll the same way: what is new stands there, and a hundred thousand entries cost no more than a thousand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

END: Final = 500  # entries; both together are as many as are remembered of a source (`intake.marks`)


def find_omitted_range(count: int) -> tuple[int, int]:
    """Where the part that is left out begins and ends, in a list of so many."""
    return (count, count) if count <= 2 * END else (END, count - END)


def find_resurfaced_range(slices: Sequence[bytes], known: AbstractSet[bytes], gap: int) -> tuple[int, int]:
    """Which of the ends' entries are left out too: from, to. `gap`: how many stand before the part that is left out.

    Where entries leave an end, others come to light at its inner side that were there before, and are no news: those
    that stand farther inside than one that is known.
    """
    begin = max((at + 1 for at in range(gap) if slices[at] in known), default=gap)
    return begin, next((at for at in range(gap, len(slices)) if slices[at] in known), gap)


def select_postponed(unseen: Sequence[bytes], most: int | None) -> frozenset[bytes]:
    """Which of the unseen entries are not read now: those beyond the first so many, unless they are one of these."""
    return frozenset() if most is None else frozenset(unseen[most:]).difference(unseen[:most])


@dataclass(frozen=True, slots=True)
class ListSelection(Generic[T]):
    """What of a list is read, each with its digest; the digests of all that is looked at; how many that are not known
    wait, and how many are left out."""

    selected: tuple[tuple[bytes, T], ...]
    digests: tuple[bytes, ...]
    postponed: int
    omitted: int


def select_entries(
    listed: Sequence[T],
    digests: Callable[[Sequence[T]], Sequence[bytes]],
    known: AbstractSet[bytes],
    most: int | None,
) -> ListSelection[T]:
    """What of a list is to be read, where some are known and at most so many of the others are read."""
    begin, end = find_omitted_range(len(listed))
    shown = [*listed[:begin], *listed[end:]]
    slices = [*digests(shown)]
    if begin != end:
        inner = slice(*find_resurfaced_range(slices, known, begin))
        del shown[inner], slices[inner]
    left = select_postponed([digest for digest in slices if digest not in known], most)
    read = tuple(
        (digest, each) for digest, each in zip(slices, shown, strict=True) if digest not in known and digest not in left
    )
    return ListSelection(read, tuple(slices), len(left), len(listed) - len(shown))
