"""How rare a term is in a language: in how many of its last tellings it stood."""

from __future__ import annotations

import math
from array import array

from monitor.stories.rows import Rows

LAST = 5000
_GONE = 250  # that leave together
_BUCKETS = 1 << 17
_LEAST = 0.1


class Rarity:
    """Counts the terms of a language's last tellings, in buckets by their hashes."""

    def __init__(self) -> None:
        self._counts = array("I", bytes(4 * _BUCKETS))
        self._rows = Rows()
        self._first = 0  # of those that count; the ones before it were driven out

    def add(self, terms: array[int]) -> bool:
        """Count a telling; whether it drove one out."""
        self._count(terms, 1)
        self._rows.append(terms)
        if self._counted <= LAST:
            return False
        self._count(self._rows[self._first], -1)
        self._first += 1
        return True

    def take(self, *, drove_out: bool) -> None:
        """Undo the last `add`, which drove one out or not."""
        self._count(self._rows[len(self._rows) - 1], -1)
        self._rows.pop()
        if drove_out:
            self._first -= 1
            self._count(self._rows[self._first], 1)

    def keep(self) -> None:
        """Nothing until now is ever undone."""
        if self._first > _GONE:
            self._rows.forget(self._first)
            self._first = 0

    def count(self, term: int) -> int:
        """How many of the last tellings have the term."""
        return self._counts[term & _BUCKETS - 1]

    def weights(self, terms: array[int]) -> dict[int, float]:
        """Term -> its weight."""
        log, counts = math.log, self._counts
        rarest = log(self._counted + 10)
        return {
            term: weight if (weight := rarest - log(counts[term & _BUCKETS - 1] + 1)) > _LEAST else _LEAST
            for term in terms
        }

    @property
    def _counted(self) -> int:
        return len(self._rows) - self._first

    def _count(self, terms: array[int], step: int) -> None:
        counts = self._counts
        for term in terms:
            counts[term & _BUCKETS - 1] += step
