"""Where something stands in an article: words, an entity, a pattern, and which of their places count.

A finder gives all places in the whole article, in its order; up to where they may lie is for `nodes` to say. What one
gives for an article is found once, however many rules ask.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, islice
from operator import itemgetter
from typing import Literal

from monitor.matching.document_hits import DocumentHits, Hit
from monitor.matching.scope import WhereTest
from monitor.matching.tokenized_article import TokenizedArticle
from monitor.model import Unit
from monitor.text.patterns import CompiledRegex

_END = itemgetter(1)


@dataclass(frozen=True, slots=True)
class UncountedReason:
    """Why a place does not count: it is inside what stands at `by`, or that stands before or after it. `source`: where
    that is written."""

    position: Literal["inside", "before", "after"]
    excluding_hit: Hit
    source: str


class Finder(ABC):
    """Finds something in a document."""

    __slots__ = ()

    @abstractmethod
    def patterns(self) -> frozenset[int] | None:
        """The patterns of which at least one must stand in a document that this is in; None: nobody can tell."""

    @abstractmethod
    def find_hits(self, found: DocumentHits) -> list[Hit]:
        """All places, in the document's order."""

    def uncounted_hits(self, found: DocumentHits) -> list[Hit]:
        """The places where it stands and does not count, for who asks why."""
        del found
        return []

    def why_uncounted(self, hit: Hit, found: DocumentHits) -> UncountedReason | None:
        """Why one of these does not count, where something else that stands there says so."""
        del hit, found
        return None

    @property
    def has_parts(self) -> bool:
        """Whether a place may be of several things that stand together."""
        return False

    def parts(self, hit: Hit, found: DocumentHits) -> list[Hit]:
        """What stands at one of its places: most often that alone."""
        del found
        return [hit]

    def hits(self, found: DocumentHits) -> list[Hit]:
        """All places, in the document's order, looked for once."""
        if (known := found.memo.get(self)) is None:
            known = found.memo[self] = self.find_hits(found)
            found.document.work += len(known)
        return known


class TermFinder(Finder):
    """Where one of these terms stands: the pattern of each, and the number of its text."""

    __slots__ = ("_patterns", "_texts")

    def __init__(self, terms: Iterable[tuple[int, int]]) -> None:
        self._texts = dict(terms)
        self._patterns = frozenset(self._texts)

    def patterns(self) -> frozenset[int]:
        return self._patterns

    def find_hits(self, found: DocumentHits) -> list[Hit]:
        hits = []
        for pattern in self._patterns & found.present:
            text = self._texts[pattern]
            hits += [(start, end, text) for start, end in found.iterate_places(pattern)]
        hits.sort()
        return hits

    def has_term_before(self, found: DocumentHits, limit: int) -> bool:
        """Whether one of the terms ends before the limit."""
        firsts = (found.first_place(pattern) for pattern in self._patterns & found.present)
        return any(first is not None and first[1] <= limit for first in firsts)

    def first_hits(self, found: DocumentHits, limit: int) -> list[Hit]:
        """The first place of each term, of those that end before the limit, in the document's order."""
        firsts: dict[int, Hit] = {}
        for pattern in self._patterns & found.present:
            first, text = found.first_place(pattern), self._texts[pattern]
            if first is not None and first[1] <= limit:
                hit = (*first, text)
                firsts[text] = min(hit, firsts.get(text, hit))
        return sorted(firsts.values())


class AnyFinder(Finder):
    """Where one of several things stands."""

    __slots__ = ("_finders", "_patterns", "_with_parts")

    def __init__(self, finders: Iterable[Finder]) -> None:
        self._finders = tuple(finders)
        self._patterns = _union_patterns(self._finders)
        self._with_parts = [finder for finder in self._finders if finder.has_parts]

    def patterns(self) -> frozenset[int] | None:
        return self._patterns

    def find_hits(self, found: DocumentHits) -> list[Hit]:
        return sorted(hit for finder in self._finders for hit in finder.hits(found))

    @property
    def has_parts(self) -> bool:
        return bool(self._with_parts)

    def parts(self, hit: Hit, found: DocumentHits) -> list[Hit]:
        return next((each.parts(hit, found) for each in self._with_parts if hit in each.hits(found)), [hit])

    def uncounted_hits(self, found: DocumentHits) -> list[Hit]:
        return sorted(hit for finder in self._finders for hit in finder.uncounted_hits(found))

    def why_uncounted(self, hit: Hit, found: DocumentHits) -> UncountedReason | None:
        each = (finder.why_uncounted(hit, found) for finder in self._finders if hit in finder.uncounted_hits(found))
        return next((why for why in each if why is not None), None)


def _union_patterns(finders: Iterable[Finder]) -> frozenset[int] | None:
    """The patterns of which one must stand in a document that one of these is in; None: nobody can tell."""
    each = [finder.patterns() for finder in finders]
    known = [patterns for patterns in each if patterns is not None]
    return frozenset[int]().union(*known) if len(known) == len(each) else None


class RegexFinder(Finder):
    """Where a pattern of the user's matches, the first so many times in a field; a place is the tokens that the match
    touches."""

    __slots__ = ("_number", "_pattern")
    _MOST = 100  # each costs a search of its own: without a limit, time would grow with the square of the text

    def __init__(self, number: int, pattern: CompiledRegex) -> None:
        self._number = number
        self._pattern = pattern

    def patterns(self) -> None:
        return None

    def find_hits(self, found: DocumentHits) -> list[Hit]:
        document = found.document
        places = {
            place
            for field_, record in document.normalized_texts.items()
            for match in islice(self._pattern.finditer(record), self._MOST)
            if (place := document.token_region_of(field_, *match.span())) is not None
        }
        return sorted((start, end, self._number) for start, end in places)


@dataclass(frozen=True, slots=True)
class IgnoreContext:
    """Words that spoil others, where that is written, and how far they reach."""

    finder: Finder
    source: str
    reach: int = 0


@dataclass(frozen=True)
class CompiledIgnore:
    """What spoils a place: standing inside one of `inside`, or within so many words behind one of `before`, or before
    one of `after`, in the same sentence."""

    inside: tuple[IgnoreContext, ...] = ()
    before: tuple[IgnoreContext, ...] = ()
    after: tuple[IgnoreContext, ...] = ()


class IgnoringFinder(Finder):
    """Where something stands and is not spoilt."""

    __slots__ = ("_finder", "_spoiling")

    def __init__(self, finder: Finder, spoiling: CompiledIgnore) -> None:
        self._finder = finder
        self._spoiling = spoiling

    def patterns(self) -> frozenset[int] | None:
        return self._finder.patterns()

    def uncounted_hits(self, found: DocumentHits) -> list[Hit]:
        counted = set(self.hits(found))
        return [hit for hit in self._finder.hits(found) if hit not in counted] + self._finder.uncounted_hits(found)

    def find_hits(self, found: DocumentHits) -> list[Hit]:
        hits, document = self._finder.hits(found), found.document
        if not hits:
            return hits
        spoiling = self._spoiling
        document.work += len(hits) * (len(spoiling.inside) + len(spoiling.before) + len(spoiling.after))
        for each in self._spoiling.inside:
            hits = drop_enclosed_hits(hits, each.finder.hits(found))
        for each in self._spoiling.before:
            ends = sorted(_END(hit) for hit in each.finder.hits(found))
            hits = [hit for hit in hits if not _is_close_after(document, hit, ends, each.reach)]
        for each in self._spoiling.after:
            starts = [start for start, _, _ in each.finder.hits(found)]
            hits = [hit for hit in hits if not _is_close_before(document, hit, starts, each.reach)]
        return hits

    def why_uncounted(self, hit: Hit, found: DocumentHits) -> UncountedReason | None:
        for each in self._spoiling.inside:
            if (by := _find_enclosing_hit(hit, each.finder.hits(found))) is not None:
                return UncountedReason("inside", by, each.source)
        for each in self._spoiling.before:
            for by in reversed(each.finder.hits(found)):
                if by[1] <= hit[0] and _is_close_in_sentence(found.document, by[1], hit[0], each.reach):
                    return UncountedReason("before", by, each.source)
        for each in self._spoiling.after:
            for by in each.finder.hits(found):
                if by[0] >= hit[1] and _is_close_in_sentence(found.document, hit[1], by[0], each.reach):
                    return UncountedReason("after", by, each.source)
        return self._finder.why_uncounted(hit, found)


def _find_enclosing_hit(hit: Hit, others: Iterable[Hit]) -> Hit | None:
    """The first of the others that the hit lies wholly inside of."""
    return next((other for other in others if other[0] <= hit[0] and hit[1] <= other[1]), None)


def drop_enclosed_hits(hits: Sequence[Hit], others: Sequence[Hit]) -> list[Hit]:
    """Those hits that do not lie wholly inside one of the others (both in order)."""
    if not others:
        return list(hits)
    starts = [start for start, _, _ in others]
    reach = list(accumulate((end for _, end, _ in others), max))
    kept = []
    for hit in hits:
        before = bisect_right(starts, hit[0])
        if not before or reach[before - 1] < hit[1]:
            kept.append(hit)
    return kept


def _is_close_after(document: TokenizedArticle, hit: Hit, ends: Sequence[int], words: int) -> bool:
    """Whether the hit stands behind one of the ends, in its sentence, with at most so many words between."""
    number = bisect_right(ends, hit[0])
    return number > 0 and _is_close_in_sentence(document, ends[number - 1], hit[0], words)


def _is_close_before(document: TokenizedArticle, hit: Hit, starts: Sequence[int], words: int) -> bool:
    """Whether the hit stands before one of the starts, in its sentence, with at most so many words between."""
    number = bisect_left(starts, hit[1])
    return number < len(starts) and _is_close_in_sentence(document, hit[1], starts[number], words)


def _is_close_in_sentence(document: TokenizedArticle, end: int, start: int, words: int) -> bool:
    sentence = document.unit_at(Unit.SENTENCE, end - 1) == document.unit_at(Unit.SENTENCE, start)
    return sentence and document.is_within(words, end, start)


@dataclass(frozen=True)
class ContextWords:
    """Words near a name that make it count: in its `unit` (`words` is None), or within `words` words on either side."""

    finder: Finder
    words: int | None
    unit: Unit

    def filter_hits(self, hits: Sequence[Hit], found: DocumentHits) -> list[Hit]:
        """Those hits that have such words near."""
        context, document = self.finder.hits(found), found.document
        if not context or not hits:
            return []
        if self.words is None:
            units = {document.unit_at(self.unit, start) for start, _, _ in context}
            return [hit for hit in hits if document.unit_at(self.unit, hit[0]) in units]
        starts, ends = [start for start, _, _ in context], sorted(map(_END, context))
        return [hit for hit in hits if self._is_near(document, hit, starts, ends, self.words)]

    @staticmethod
    def _is_near(document: TokenizedArticle, hit: Hit, starts: Sequence[int], ends: Sequence[int], words: int) -> bool:
        behind, ahead = bisect_right(ends, hit[0]), bisect_left(starts, hit[1])
        if behind < ahead:  # one neither ends before the hit nor begins behind it: it overlaps
            return True
        return (behind > 0 and document.is_within(words, ends[behind - 1], hit[0])) or (
            ahead < len(starts) and document.is_within(words, hit[1], starts[ahead])
        )


@dataclass(frozen=True)
class CompiledMaybe:
    """Names that are not enough alone, and what makes one count."""

    terms: Finder
    titles: Finder | None = None
    sure_seen: bool = False
    earlier: bool = False
    near: ContextWords | None = None
    where: WhereTest | None = None


class EntityFinder(Finder):
    """Where an entity is named."""

    __slots__ = ("_maybe", "_never", "_patterns", "_sure")

    def __init__(self, sure: Finder, never: Finder | None, maybe: CompiledMaybe | None) -> None:
        self._sure = sure
        self._never = never
        self._maybe = maybe
        self._patterns = sure.patterns() if maybe is None else _union_patterns((sure, maybe.terms))

    def patterns(self) -> frozenset[int] | None:
        return self._patterns

    def find_hits(self, found: DocumentHits) -> list[Hit]:
        never = [] if self._never is None else self._never.hits(found)
        sure = drop_enclosed_hits(self._sure.hits(found), never)
        if self._maybe is None:
            return sure
        others = drop_enclosed_hits(drop_enclosed_hits(self._maybe.terms.hits(found), never), sure)
        return sorted({*sure, *self._counted(self._maybe, others, sure, found)})

    def uncounted_hits(self, found: DocumentHits) -> list[Hit]:
        counted, names = set(self.hits(found)), self._sure.hits(found)
        if self._maybe is not None:
            names = sorted({*names, *self._maybe.terms.hits(found)})
        return [hit for hit in names if hit not in counted]

    def why_uncounted(self, hit: Hit, found: DocumentHits) -> UncountedReason | None:
        by = None if self._never is None else _find_enclosing_hit(hit, self._never.hits(found))
        return None if by is None else UncountedReason("inside", by, "never")

    @staticmethod
    def _counted(maybe: CompiledMaybe, hits: list[Hit], sure: list[Hit], found: DocumentHits) -> list[Hit]:
        """The names that count, although they are not enough alone."""
        if maybe.titles is not None and hits:
            hits = _without_titles(hits, maybe.titles.hits(found))
        in_fields = [hit for hit in sure if hit[1] <= found.document.text_end]
        if not hits or (maybe.where is not None and maybe.where.holds(found.document)):
            return hits
        if maybe.sure_seen and in_fields and not maybe.earlier:
            return hits
        counted = maybe.near.filter_hits(hits, found) if maybe.near is not None else []
        if maybe.sure_seen and maybe.earlier and in_fields:
            counted += [hit for hit in hits if hit[0] >= in_fields[0][1]]
        return counted


def _without_titles(hits: Sequence[Hit], titles: Sequence[Hit]) -> list[Hit]:
    """Those hits that no title touches on either side."""
    ends, starts = {end for _, end, _ in titles}, {start for start, _, _ in titles}
    return [hit for hit in hits if hit[0] - 1 not in ends and hit[1] + 1 not in starts]
