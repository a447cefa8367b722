"""Where numbers and days occur in an article. They are not words, so no pattern of the automaton finds them.

They are looked for once per article, and only for a rule that may still be met: rules should ask for words as well.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter

from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.finders import Finder
from monitor.matching.value_finders import ValueFinder, word_value
from monitor.model import COUNTABLE, DayNamed, NumberNamed, expression_text
from monitor.text.numbers import NumberFact


class NumberFinder(Finder):
    """Where a number occurs that fits the condition."""

    __slots__ = ("_condition", "_kind", "_term", "_unit")

    def __init__(self, condition: NumberNamed) -> None:
        self._term = expression_text(condition)
        self._condition = condition
        self._kind, self._unit = COUNTABLE[condition.of]

    def patterns(self) -> None:
        return None

    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        return [hit for hit, fact in self._list_facts(doc_hits) if self._condition.is_in_bounds(fact.value)]

    def uncounted_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        return [hit for hit, fact in self._list_facts(doc_hits) if not self._condition.is_in_bounds(fact.value)]

    def values_at(self, hit: Hit, doc_hits: DocumentHits) -> Iterable[float]:
        """Return the numbers at one of its places."""
        facts = self._list_facts(doc_hits)
        first, last = (bisect(facts, hit, key=itemgetter(0)) for bisect in (bisect_left, bisect_right))
        return [fact.value for _, fact in facts[first:last] if self._condition.is_in_bounds(fact.value)]

    def _list_facts(self, doc_hits: DocumentHits) -> list[tuple[Hit, NumberFact]]:
        """The numbers of this kind with their places, in order; computed once per article."""
        cached = doc_hits.numbers_by_finder.get(self)
        if cached is None:
            cached = doc_hits.numbers_by_finder[self] = sorted(
                (
                    ((*place, self._term), fact)
                    for place, fact in doc_hits.document.numbers
                    if fact.kind == self._kind and self._unit in {"", fact.unit}
                ),
                key=itemgetter(0),
            )
        return cached


class DayFinder(Finder):
    """Where a day is named."""

    __slots__ = ("_term",)

    def __init__(self, condition: DayNamed) -> None:
        self._term = expression_text(condition)

    def patterns(self) -> None:
        return None

    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        return [(*place, self._term) for place in doc_hits.document.days]


@dataclass(frozen=True, slots=True)
class NumberValues(ValueFinder):
    """Numbers that fit the condition: each number is a value, in digits or in words."""

    numbers: NumberFinder

    def values(self, hit: Hit, doc_hits: DocumentHits) -> Iterable[str]:
        return [word_value("any", f"{value:g}") for value in self.numbers.values_at(hit, doc_hits)]
