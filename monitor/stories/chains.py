"""Numbers under keys, in arrays only: a dict of lists takes fifteen times the memory.

A chain begins where a key's lowest bits say, and holds the newest number first; what is in it of other keys is told
apart by the highest bits, which stand beside each number. Of each key no more numbers are held than are ever asked for:
what stands in every second title takes no more room than what stands in eight.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence

_FEW = 1 << 12
_NUMBER = 20  # bits of a number; above it stand those of the key that are above as many
_LAST = (1 << _NUMBER) - 1  # number
_LINK = 32
_HELD = (1 << _LINK) - 1
_STEPS = 4  # for each number that is wanted: then a chain is left, for it is full of other keys'

Put = tuple[int, int, int, int]
"""What was put: the key, its entry, and if that held an older number until now: that, and behind which it stood."""


class Chains:
    """Key (32 bits) -> the numbers that were put under it, the newest first, `most` at most; small until it holds more
    than a few.

    `bits`: of the key that say where a chain begins, when it has grown; with 20 of them no key is taken for another.
    """

    def __init__(self, most: int, bits: int = _NUMBER) -> None:
        self._most = most
        self._bits = bits
        self._heads = array("I", bytes(4 * _FEW))
        # Each entry: the one before it in its chain (0 ends it), the key's highest bits, the number.
        self._entries = array("Q", [0])
        self._keys: array[int] | None = array("I")  # of the entries, until it has grown

    def put(self, keys: Sequence[int], number: int) -> list[Put]:
        """The number stands before all others of these keys; what was put, for `take`."""
        if self._keys is not None and len(self._keys) + len(keys) > _FEW:
            self._grow(self._keys)
        if self._keys is None:
            return [self._put(key, number) for key in keys]
        self._keys.extend(keys)
        for key in keys:
            self._add(key, number)
        return [(key, 0, 0, 0) for key in keys]

    def take(self, put: Sequence[Put]) -> None:
        """Undo the last `put`, which gave this."""
        heads, entries, places = self._heads, self._entries, len(self._heads) - 1
        for key, entry, number, before in reversed(put):
            if not entry:
                heads[key & places] = entries.pop() >> _LINK
                continue
            heads[key & places] = entries[entry] >> _LINK
            entries[entry] = entries[before] >> _LINK << _LINK | key >> _NUMBER << _NUMBER | number
            entries[before] = entry << _LINK | entries[before] & _HELD
        if self._keys is not None:
            del self._keys[len(self._keys) - len(put) :]

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

    def _put(self, key: int, number: int) -> Put:
        """In the entry of the oldest number that nobody will ask for any more, or else in a new one."""
        before, entry = self._oldest(key)
        if not entry:
            self._add(key, number)
            return key, 0, 0, 0
        heads, entries, place = self._heads, self._entries, key & (len(self._heads) - 1)
        old = entries[entry]
        entries[before] = old >> _LINK << _LINK | entries[before] & _HELD
        entries[entry] = heads[place] << _LINK | key >> _NUMBER << _NUMBER | number
        heads[place] = entry
        return key, entry, old & _LAST, before

    def _oldest(self, key: int) -> tuple[int, int]:
        """The entry of the last number that is asked for under a key, behind the one that stands before it in the
        chain; 0 where there are fewer."""
        entries, high, left = self._entries, key >> _NUMBER, self._most
        before, entry = 0, self._heads[key & (len(self._heads) - 1)]
        for _ in range(_STEPS * left):
            if not entry:
                break
            held = entries[entry]
            if (held & _HELD) >> _NUMBER == high:
                left -= 1
                if not left:
                    return before, entry
            before, entry = entry, held >> _LINK
        return 0, 0

    def _add(self, key: int, number: int) -> None:
        heads, entries, place = self._heads, self._entries, key & (len(self._heads) - 1)
        entries.append(heads[place] << _LINK | key >> _NUMBER << _NUMBER | number)
        heads[place] = len(entries) - 1

    def _grow(self, keys: array[int]) -> None:
        numbers = [entry & _LAST for entry in self._entries[1:]]
        self._heads, self._entries, self._keys = array("I", bytes(4 << self._bits)), array("Q", [0]), None
        for key, number in zip(keys, numbers, strict=True):
            self._add(key, number)
