"""Keys by the hundred thousand, and what is kept under them, in little memory. Pure.

A key stands as eight bytes of its hash, as the alert that tells it does in the database: a dict of the keys themselves
takes fifteen times as much.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection
from functools import partial

from monitor.model.names import hashed

_SHELVES = 1 << 10  # so that each is short, and something is put between the others at once


class Keys:
    """A set of keys."""

    def __init__(self) -> None:
        self._shelves: defaultdict[int, array[int]] = defaultdict(partial(array, "Q"))

    def __contains__(self, key: str) -> bool:
        name = hashed(key)
        shelf = self._shelves.get(name % _SHELVES)
        return shelf is not None and _place(shelf, name)[1]

    def __len__(self) -> int:
        return sum(map(len, self._shelves.values()))

    def add(self, key: str) -> None:
        """Remember it."""
        name = hashed(key)
        shelf = self._shelves[name % _SHELVES]
        place, there = _place(shelf, name)
        if not there:
            shelf.insert(place, name)


class Kept:
    """Key -> what is kept under it, as bytes, each with a number: when it is from."""

    def __init__(self) -> None:
        self._shelves: defaultdict[int, _Shelf] = defaultdict(_Shelf)

    def get(self, key: str) -> bytes | None:
        """What is kept under a key."""
        name = hashed(key)
        shelf = self._shelves.get(name % _SHELVES)
        return None if shelf is None else shelf.get(name)

    def put(self, key: str, row: bytes, at: int) -> None:
        """Keep this, and no more what was there."""
        name = hashed(key)
        self._shelves[name % _SHELVES].put(name, row, at)

    def forget(self, before: int, but_for: Collection[str], at: Callable[[bytes], int]) -> None:
        """What is older, by the number that `at` finds in it."""
        names = {hashed(key) for key in but_for}
        for shelf in self._shelves.values():
            shelf.forget(before, names, at)


class _Shelf:
    """Names in their order, and the row of each, one behind the other. `_oldest`: none is older."""

    __slots__ = ("_lengths", "_names", "_oldest", "_rows")

    def __init__(self) -> None:
        self._names, self._lengths, self._rows = array("Q"), array("I"), bytearray()
        self._oldest: int | None = None

    def get(self, name: int) -> bytes | None:
        place, there = _place(self._names, name)
        return bytes(self._rows[self._stands(place)]) if there else None

    def put(self, name: int, row: bytes, at: int) -> None:
        self._oldest = at if self._oldest is None else min(self._oldest, at)
        place, there = _place(self._names, name)
        if not there:
            self._names.insert(place, name)
            self._lengths.insert(place, 0)
        self._rows[self._stands(place)] = row
        self._lengths[place] = len(row)

    def forget(self, before: int, but_for: Collection[int], at: Callable[[bytes], int]) -> None:
        if self._oldest is None or self._oldest >= before:
            return
        every = [(name, bytes(self._rows[self._stands(place)])) for place, name in enumerate(self._names)]
        self._names, self._lengths, self._rows, self._oldest = array("Q"), array("I"), bytearray(), None
        for name, row in every:
            if at(row) >= before or name in but_for:
                self.put(name, row, at(row))

    def _stands(self, place: int) -> slice:
        begin = sum(self._lengths[:place])
        return slice(begin, begin + self._lengths[place])


def _place(names: array[int], name: int) -> tuple[int, bool]:
    """Where a name stands among the others, in their order, or would; and whether it does."""
    place = bisect_left(names, name)
    return place, place < len(names) and names[place] == name
