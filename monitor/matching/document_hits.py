"""What the automaton found in an article: which patterns may occur in it, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from monitor.matching.automaton import LiteralSearch
from monitor.matching.terms import TermPattern
from monitor.matching.tokenized_article import Region, TokenizedArticle
from monitor.text.numbers import NumberFact

Hit = tuple[int, int, str]
"""A place in the joined text (start, end), and the term that occurs there, as its author wrote it. Hits at one place
are in the order of these texts, so that which of them is named does not depend on other rules."""

_BATCH = 1_000  # places that are checked at once, where not all are stored


class DocumentHits:
    """What occurs in an article. Patterns are given by index.

    present            the patterns that may occur
    memo               what finders have computed for this article
    numbers_by_finder  the numbers that they have found
    """

    def __init__(
        self,
        document: TokenizedArticle,
        patterns: Sequence[TermPattern],
        search: LiteralSearch,
        find_rules_met_by_title: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self.document = document
        self._positions = search.positions(document.joined)
        self.present = set(self._positions)
        self.memo: dict[object, list[Hit]] = {}
        self.numbers_by_finder: dict[object, list[tuple[Hit, NumberFact]]] = {}
        self._patterns = patterns
        self._places: dict[int, list[Region]] = {}
        self._find_rules_met_by_title = find_rules_met_by_title

    def places(self, pattern: int) -> list[Region]:
        """Return where a present pattern occurs, in order; empty if the text around its literal does not fit."""
        places = self._places.get(pattern)
        if places is None:
            self.document.work += len(self._positions[pattern])
            places = self._patterns[pattern].places(self.document, self._positions[pattern])
            self._places[pattern] = places
        return places

    def iterate_places(self, pattern: int) -> Iterable[Region]:
        """The same, for callers that store a result of their own: very many places are not cached here as well."""
        if pattern in self._places or len(self._positions[pattern]) <= _BATCH:
            return self.places(pattern)
        return self._iterate_in_batches(pattern)

    def _iterate_in_batches(self, pattern: int) -> Iterator[Region]:
        positions, last = self._positions[pattern], None
        self.document.work += len(positions)
        for start in range(0, len(positions), _BATCH):
            for place in self._patterns[pattern].places(self.document, positions[start : start + _BATCH]):
                if place != last:  # a long token may contain the literal on both sides of the cut
                    yield place
                last = place

    def first_place(self, pattern: int) -> Region | None:
        """Return the first place, without looking for the others: an article may repeat its words endlessly."""
        cached = self._places.get(pattern)
        if cached is not None:
            return cached[0] if cached else None
        positions, start, batch = self._positions[pattern], 0, 4
        while start < len(positions):
            if places := self._patterns[pattern].places(self.document, positions[start : start + batch]):
                return places[0]
            start, batch = start + batch, min(4 * batch, _BATCH)
        return None

    @cached_property
    def rules_met_by_title(self) -> tuple[str, ...]:
        """The ids of the live rules whose `match` the title alone meets, in the order of the set."""
        return self._find_rules_met_by_title()
