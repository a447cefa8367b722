"""Numbers under keys, in arrays only: a dict of lists takes fifteen times the memory.

A key is put where its lowest bits say, before those that are there already; what is read there may be of another key
with the same bits, so the reader looks whether it is what he wants.
"""

from __future__ import annotations

from array import array

_FEW = 1 << 12


class Chains:
    """Key -> the numbers that were put under it, the newest first; small until it holds more than a few, then with
    `many` places (a power of two)."""

    def __init__(self, many: int) -> None:
        self._many = many
        self._heads = array("I", bytes(4 * _FEW))
        self._before = array("I", [0])  # the entry before each, in its chain; 0 ends it
        self._numbers = array("I", [0])
        self._keys: list[int] | None = []  # until it has grown

    def put(self, key: int, number: int) -> None:
        """The number stands before all others of the key."""
        if self._keys is not None:
            if len(self._keys) == _FEW:
                self._grow(self._keys)
            else:
                self._keys.append(key)
        self._link(key, number)

    def take(self, key: int) -> None:
        """Undo the last `put`, which was of this key."""
        self._heads[key & (len(self._heads) - 1)] = self._before.pop()
        self._numbers.pop()
        if self._keys is not None:
            self._keys.pop()

    def under(self, key: int, most: int) -> list[int]:
        """The numbers under the key's bits, `most` of them."""
        found: list[int] = []
        before, numbers = self._before, self._numbers
        entry = self._heads[key & (len(self._heads) - 1)]
        while entry and len(found) < most:
            found.append(numbers[entry])
            entry = before[entry]
        return found

    def _link(self, key: int, number: int) -> None:
        place = key & (len(self._heads) - 1)
        self._before.append(self._heads[place])
        self._heads[place] = len(self._numbers)
        self._numbers.append(number)

    def _grow(self, keys: list[int]) -> None:
        numbers = self._numbers[1:]
        self._heads, self._keys = array("I", bytes(4 * self._many)), None
        self._before, self._numbers = array("I", [0]), array("I", [0])
        for key, number in zip(keys, numbers, strict=True):
            self._link(key, number)
