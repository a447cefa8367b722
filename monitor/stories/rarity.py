"""How rare a term is in a language: in how many of its last tellings it stood."""

from __future__ import annotations

import math
from array import array
from collections import deque

LAST = 5000
_BUCKETS = 1 << 17
_LEAST = 0.1


class Rarity:
    """Counts the terms of a language's last tellings, in buckets by their hashes."""

    def __init__(self) -> None:
        self._counts = array("I", bytes(4 * _BUCKETS))
        self._last: deque[array[int]] = deque()

    def add(self, terms: array[int]) -> array[int] | None:
        """Count a telling; the one that it drove out, if any."""
        self._count(terms, 1)
        self._last.append(terms)
        if len(self._last) <= LAST:
            return None
        gone = self._last.popleft()
        self._count(gone, -1)
        return gone

    def take(self, gone: array[int] | None) -> None:
        """Undo the last `add`, which gave this."""
        self._count(self._last.pop(), -1)
        if gone is not None:
            self._last.appendleft(gone)
            self._count(gone, 1)

    def count(self, term: int) -> int:
        """How many of the last tellings have the term."""
        return self._counts[term & _BUCKETS - 1]

    def weights(self, terms: array[int]) -> dict[int, float]:
        """Term -> its weight."""
        log, counts = math.log, self._counts
        rarest = log(len(self._last) + 10)
        return {
            term: weight if (weight := rarest - log(counts[term & _BUCKETS - 1] + 1)) > _LEAST else _LEAST
            for term in terms
        }

    def _count(self, terms: array[int], step: int) -> None:
        counts = self._counts
        for term in terms:
            counts[term & _BUCKETS - 1] += step
