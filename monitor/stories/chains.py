"""Numbers under keys, in arrays only: a dict of lists takes fifteen times the memory.

A chain begins where a key's lowest bits say, and holds the newest number first; what is in it of other keys is told
apart by the highest bits, which stand beside each number.
"""

from __future__ import annotations

from array import array

_FEW = 1 << 12
_NUMBER = 20  # bits of a number; above it stand those of the key that are above as many
MOST = 1 << _NUMBER  # numbers
_STEPS = 4  # for each number that is wanted: then a chain is left, for it is full of another key's


class Chains:
    """Key (32 bits) -> the numbers that were put under it, the newest first; small until it holds more than a few.

    `bits`: of the key that say where a chain begins, when it has grown; with 20 of them no key is taken for another.
    """

    def __init__(self, bits: int = _NUMBER) -> None:
        self._bits = bits
        self._heads = array("I", bytes(4 * _FEW))
        self._before = array("I", [0])  # the entry before each, in its chain; 0 ends it
        self._numbers = array("I", [0])
        self._keys: array[int] | None = array("I")  # until it has grown

    def put(self, key: int, number: int) -> None:
        """The number stands before all others of the key."""
        if self._keys is not None:
            if len(self._keys) == _FEW:
                self._grow(self._keys)
            else:
                self._keys.append(key)
        self._link(key, (key >> _NUMBER << _NUMBER) | number)

    def take(self, key: int) -> None:
        """Undo the last `put`, which was of this key."""
        self._heads[key & (len(self._heads) - 1)] = self._before.pop()
        self._numbers.pop()
        if self._keys is not None:
            self._keys.pop()

    def under(self, key: int, most: int) -> list[int]:
        """The numbers under a key, no more than `most`."""
        found: list[int] = []
        before, numbers, high = self._before, self._numbers, key >> _NUMBER
        entry, steps = self._heads[key & (len(self._heads) - 1)], _STEPS * most
        while entry and steps and len(found) < most:
            steps -= 1
            if numbers[entry] >> _NUMBER == high:
                found.append(numbers[entry] & (MOST - 1))
            entry = before[entry]
        return found

    def _link(self, key: int, held: int) -> None:
        place = key & (len(self._heads) - 1)
        self._before.append(self._heads[place])
        self._heads[place] = len(self._numbers)
        self._numbers.append(held)

    def _grow(self, keys: array[int]) -> None:
        numbers = self._numbers[1:]
        self._heads, self._keys = array("I", bytes(4 << self._bits)), None
        self._before, self._numbers = array("I", [0]), array("I", [0])
        for key, held in zip(keys, numbers, strict=True):
            self._link(key, held)
