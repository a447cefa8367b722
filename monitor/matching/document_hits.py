"""What the automaton found in an article: which patterns may stand in it, and where those do that are asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from operator import itemgetter

from monitor.matching.automaton import LiteralSearch
from monitor.matching.terms import TermPattern
from monitor.matching.tokenized_article import Region, TokenizedArticle
from monitor.text.numbers import NumberFact

Hit = tuple[int, int, int]
"""A place in the joined text, from its start to its end, and the number of the term that stands there."""

_END = itemgetter(1)
_MOST = 1_000  # places that are looked at together, where not all are kept


class DocumentHits:
    """What stands in a document, of the patterns by number. `present`: those that may stand in it; `unproved`: those of
    them of which it was not looked yet whether they do; `memo`: what finders made of it, `numbers_of`: the numbers that
    they found. `title_meets`: which rules the document's title alone meets, where somebody asks.
    """

    def __init__(
        self,
        document: TokenizedArticle,
        patterns: Sequence[TermPattern],
        search: LiteralSearch,
        unproved: frozenset[int],
        title_meets: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        self.document = document
        self._positions = search.positions(document.joined)
        self.present = set(self._positions)
        self.unverified = self.present & unproved
        self.memo: dict[object, list[Hit]] = {}
        self.numbers_by_finder: dict[object, list[tuple[Hit, NumberFact]]] = {}
        self._patterns = patterns
        self._sizes = search.literal_lengths
        self._places: dict[int, list[Region]] = {}
        self._title_meets = title_meets

    def places(self, pattern: int) -> list[Region]:
        """Where a present pattern stands, in order: nowhere, if its literal's neighbours do not fit."""
        places = self._places.get(pattern)
        if places is None:
            self.document.work += len(self._positions[pattern])
            places = self._patterns[pattern].places(self.document, self._positions[pattern])
            self._places[pattern] = places
        return places

    def iterate_places(self, pattern: int) -> Iterable[Region]:
        """The same for who makes something of them that is kept: where there are very many, they are not kept too."""
        if pattern in self._places or len(self._positions[pattern]) <= _MOST:
            return self.places(pattern)
        return self._few_by_few(pattern)

    def _few_by_few(self, pattern: int) -> Iterator[Region]:
        positions, last = self._positions[pattern], None
        self.document.work += len(positions)
        for looked in range(0, len(positions), _MOST):
            for place in self._patterns[pattern].places(self.document, positions[looked : looked + _MOST]):
                if place != last:  # a long token may hold the literal on both sides of the cut
                    yield place
                last = place

    def places_before(self, pattern: int, limit: int) -> Sequence[Region]:
        """Those of them that end at or before the limit."""
        places = self.places(pattern)
        if not places or places[-1][1] <= limit:
            return places
        return places[: bisect_right(places, limit, key=_END)]  # all of a pattern are of as many tokens

    def first_place(self, pattern: int) -> Region | None:
        """The first of these places, without looking for the others: an article may repeat its words without end."""
        known = self._places.get(pattern)
        if known is not None:
            return known[0] if known else None
        positions, looked, few = self._positions[pattern], 0, 4
        while looked < len(positions):
            if places := self._patterns[pattern].places(self.document, positions[looked : looked + few]):
                return places[0]
            looked, few = looked + few, min(4 * few, _MOST)
        return None

    def verify_patterns(self, patterns: Iterable[int]) -> None:
        """Looks whether those of the patterns stand in the document of which that is not known yet."""
        for pattern in self.unverified.intersection(patterns):
            self.unverified.discard(pattern)
            first = self.first_place(pattern)
            if first is None:
                self.present.discard(pattern)
            if first is None or first[1] > self.document.lead_end:
                self.patterns_in_lead.discard(pattern)
            if first is None or first[1] > self.document.text_end:
                self.patterns_in_text.discard(pattern)

    @cached_property
    def rules_met_by_title(self) -> tuple[str, ...]:
        """The ids of the live rules whose `match` the title alone meets, in the order of the set."""
        return self._title_meets()

    @cached_property
    def patterns_in_lead(self) -> set[int]:
        """The present patterns whose literal stands in title or lead."""
        return self._before(self.document.lead_end)

    @cached_property
    def patterns_in_text(self) -> set[int]:
        """The present patterns whose literal stands in title or text."""
        return self._before(self.document.text_end) if self.document.all_fields else self.present

    def _before(self, end: int) -> set[int]:
        before, sizes = [], self._sizes
        for pattern, positions in self._positions.items():  # by the end of the first place of each
            if positions[0] + sizes[pattern] > end + 1:  # a blank may belong to a literal
                break
            before.append(pattern)
        return self.present.intersection(before)
