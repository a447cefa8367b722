"""Numbers under keys, in arrays only: a dict of lists takes fifteen times the memory.

A chain begins where a key's lowest bits say, and holds the newest number first; what is in it of other keys is told
apart by the highest bits, which stand beside each number.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence

_FEW = 1 << 12
_NUMBER = 20  # bits of a number; above it stand those of the key that are above as many
_LAST = (1 << _NUMBER) - 1  # number
_LINK = 32
_HELD = (1 << _LINK) - 1
_STEPS = 4  # for each number that is wanted: then a chain is left, for it is full of another key's


class Chains:
    """Key (32 bits) -> the numbers that were put under it, the newest first; small until it holds more than a few.

    `bits`: of the key that say where a chain begins, when it has grown; with 20 of them no key is taken for another.
    """

    def __init__(self, bits: int = _NUMBER) -> None:
        self._bits = bits
        self._heads = array("I", bytes(4 * _FEW))
        # Each entry: the one before it in its chain (0 ends it), the key's highest bits, the number.
        self._entries = array("Q", [0])
        self._keys: array[int] | None = array("I")  # until it has grown

    def put(self, keys: Sequence[int], number: int) -> None:
        """The number stands before all others of these keys."""
        if self._keys is not None:
            self._keys.extend(keys)
            if len(self._keys) > _FEW:
                self._grow()
        self._link((key, (key >> _NUMBER << _NUMBER) | number) for key in keys)

    def take(self, keys: Sequence[int]) -> None:
        """Undo the last `put`, which was of these keys."""
        for key in reversed(keys):
            self._heads[key & (len(self._heads) - 1)] = self._entries.pop() >> _LINK
        if self._keys is not None:
            del self._keys[len(self._keys) - len(keys) :]

    def under(self, key: int, most: int) -> list[int]:
        """The numbers under a key, no more than `most`."""
        found: list[int] = []
        entry = self._heads[key & (len(self._heads) - 1)]
        if not entry:
            return found
        entries, high = self._entries, key >> _NUMBER
        for _ in range(_STEPS * most):
            held = entries[entry]
            if (held & _HELD) >> _NUMBER == high:
                found.append(held & _LAST)
                if len(found) == most:
                    break
            entry = held >> _LINK
            if not entry:
                break
        return found

    def _link(self, held: Iterable[tuple[int, int]]) -> None:
        heads, entries, places = self._heads, self._entries, len(self._heads) - 1
        for key, low in held:
            entries.append(heads[key & places] << _LINK | low)
            heads[key & places] = len(entries) - 1

    def _grow(self) -> None:
        keys, entries = self._keys or (), self._entries[1:]
        self._heads, self._entries, self._keys = array("I", bytes(4 << self._bits)), array("Q", [0]), None
        self._link((key, entry & _HELD) for key, entry in zip(keys, entries, strict=False))
