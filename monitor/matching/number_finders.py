"""Where numbers and days stand in an article: no words, so that no pattern of the automaton announces them.

They are looked for once an article, and only for a rule that may be met: put words beside them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.finders import Finder
from monitor.matching.value_finders import ValueFinder, word_value
from monitor.model import NumberNamed
from monitor.text.numbers import COUNTABLE, NumberFact


class NumberFinder(Finder):
    """Where a number of what is asked for stands; `number`: that of the condition's text."""

    __slots__ = ("_asked", "_kind", "_number", "_unit")

    def __init__(self, number: int, asked: NumberNamed) -> None:
        self._number = number
        self._asked = asked
        self._kind, self._unit = COUNTABLE[asked.of]

    def patterns(self) -> None:
        return None

    def find_hits(self, found: DocumentHits) -> list[Hit]:
        return [hit for hit, fact in self._facts(found) if self._asked.is_in_bounds(fact.value)]

    def uncounted_hits(self, found: DocumentHits) -> list[Hit]:
        return [hit for hit, fact in self._facts(found) if not self._asked.is_in_bounds(fact.value)]

    def values_at(self, hit: Hit, found: DocumentHits) -> Iterable[float]:
        """The numbers that stand at one of its places."""
        facts = self._facts(found)
        first, last = (bisect(facts, hit, key=itemgetter(0)) for bisect in (bisect_left, bisect_right))
        return [fact.value for _, fact in facts[first:last] if self._asked.is_in_bounds(fact.value)]

    def _facts(self, found: DocumentHits) -> list[tuple[Hit, NumberFact]]:
        """The numbers of this kind with their places, in order; looked up once an article."""
        known = found.numbers_by_finder.get(self)
        if known is None:
            known = found.numbers_by_finder[self] = sorted(
                (
                    ((*place, self._number), fact)
                    for place, fact in found.document.numbers
                    if fact.kind == self._kind and self._unit in {"", fact.unit}
                ),
                key=itemgetter(0),
            )
        return known


class DayFinder(Finder):
    """Where a day is named; `number`: that of the condition's text."""

    __slots__ = ("_number",)

    def __init__(self, number: int) -> None:
        self._number = number

    def patterns(self) -> None:
        return None

    def find_hits(self, found: DocumentHits) -> list[Hit]:
        return [(*place, self._number) for place in found.document.days]


@dataclass(frozen=True, slots=True)
class NumberValues(ValueFinder):
    """Numbers of what is asked for: each is a value, in digits or in words."""

    numbers: NumberFinder

    def values(self, hit: Hit, found: DocumentHits) -> Iterable[str]:
        return [word_value("any", f"{value:g}") for value in self.numbers.values_at(hit, found)]
