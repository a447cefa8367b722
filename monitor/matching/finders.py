"""Where something occurs in an article: words, an entity, a pattern, and which of the places count.

A finder gives all places in the whole article, in order; how far they may reach is up to `nodes`. The places in an
article are computed once, however many rules ask.
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
from monitor.model import Pattern, Unit, expression_text
from monitor.text.patterns import compile_regex

_END = itemgetter(1)


@dataclass(frozen=True, slots=True)
class UncountedReason:
    """Why a place does not count: it is inside `excluding_hit`, or that occurs before or after it. `source`: where
    the rule or list says so."""

    position: Literal["inside", "before", "after"]
    excluding_hit: Hit
    source: str


class Finder(ABC):
    """Finds something in an article."""

    __slots__ = ()

    @abstractmethod
    def patterns(self) -> frozenset[int] | None:
        """Return the patterns of which at least one must be present for a hit; None: this is unknown."""

    @abstractmethod
    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        """Return all places, in the order of the text."""

    def uncounted_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        """Return the places where it occurs but does not count, to explain why."""
        del doc_hits
        return []

    def why_uncounted(self, hit: Hit, doc_hits: DocumentHits) -> UncountedReason | None:
        """Return why one of these places does not count, if something else in the text is the reason."""
        del hit, doc_hits
        return None

    @property
    def has_parts(self) -> bool:
        """Whether a place may consist of several things that occur together."""
        return False

    def parts(self, hit: Hit, doc_hits: DocumentHits) -> list[Hit]:
        """Return the parts of one of its places: usually just the place."""
        del doc_hits
        return [hit]

    def hits(self, doc_hits: DocumentHits) -> list[Hit]:
        """Return all places, in the order of the text; computed once."""
        if (hits := doc_hits.memo.get(self)) is None:
            hits = doc_hits.memo[self] = self.find_hits(doc_hits)
            doc_hits.document.work += len(hits)
        return hits


class TermFinder(Finder):
    """Where one of these terms occurs. It maps the pattern of each term to its text: of several terms with one pattern,
    to the first in the order of hits."""

    __slots__ = ("_texts",)

    def __init__(self, terms: Iterable[tuple[int, str]]) -> None:
        self._texts: dict[int, str] = {}
        for pattern, text in terms:
            self._texts[pattern] = min(text, self._texts.get(pattern, text))

    def patterns(self) -> frozenset[int]:
        return frozenset(self._texts)

    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        hits = []
        for pattern in self._texts.keys() & doc_hits.present:
            text = self._texts[pattern]
            hits += [(start, end, text) for start, end in doc_hits.iterate_places(pattern)]
        hits.sort()
        return hits

    def has_term_before(self, doc_hits: DocumentHits, limit: int) -> bool:
        """Whether one of the terms ends before the limit."""
        first_places = (doc_hits.first_place(pattern) for pattern in self._texts.keys() & doc_hits.present)
        return any(first is not None and first[1] <= limit for first in first_places)

    def first_hits(self, doc_hits: DocumentHits, limit: int) -> list[Hit]:
        """Return the first place of each term that ends before the limit, in the order of the text."""
        first_by_term: dict[str, Hit] = {}
        for pattern in self._texts.keys() & doc_hits.present:
            place, text = doc_hits.first_place(pattern), self._texts[pattern]
            if place is not None and place[1] <= limit:
                hit = (*place, text)
                first_by_term[text] = min(hit, first_by_term.get(text, hit))
        return sorted(first_by_term.values())


class AnyFinder(Finder):
    """Where one of several things occurs."""

    __slots__ = ("_finders", "_with_parts")

    def __init__(self, finders: Iterable[Finder]) -> None:
        self._finders = tuple(finders)
        self._with_parts = [finder for finder in self._finders if finder.has_parts]

    def patterns(self) -> frozenset[int] | None:
        return _union_patterns(self._finders)

    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        return sorted(hit for finder in self._finders for hit in finder.hits(doc_hits))

    @property
    def has_parts(self) -> bool:
        return bool(self._with_parts)

    def parts(self, hit: Hit, doc_hits: DocumentHits) -> list[Hit]:
        return next((finder.parts(hit, doc_hits) for finder in self._with_parts if hit in finder.hits(doc_hits)), [hit])

    def uncounted_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        return sorted(hit for finder in self._finders for hit in finder.uncounted_hits(doc_hits))

    def why_uncounted(self, hit: Hit, doc_hits: DocumentHits) -> UncountedReason | None:
        reasons = (
            finder.why_uncounted(hit, doc_hits) for finder in self._finders if hit in finder.uncounted_hits(doc_hits)
        )
        return next((reason for reason in reasons if reason is not None), None)


def _union_patterns(finders: Iterable[Finder]) -> frozenset[int] | None:
    """The patterns of which one must be present for a hit of any of these; None: this is unknown."""
    pattern_sets = [finder.patterns() for finder in finders]
    known = [patterns for patterns in pattern_sets if patterns is not None]
    return frozenset[int]().union(*known) if len(known) == len(pattern_sets) else None


class RegexFinder(Finder):
    """Where a user's pattern matches: a limited number of matches in each field. A place is the tokens that the
    match touches."""

    __slots__ = ("_pattern", "_term")
    _MAX_MATCHES = 100  # each match costs a search: without a limit, time would grow with the square of the text

    def __init__(self, condition: Pattern) -> None:
        self._term = expression_text(condition)
        self._pattern = compile_regex(condition.pattern, exact=condition.exact)

    def patterns(self) -> None:
        return None

    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        document = doc_hits.document
        places = {
            place
            for field_, record in document.normalized_texts.items()
            for match in islice(self._pattern.finditer(record), self._MAX_MATCHES)
            if (place := document.token_region_of(field_, *match.span())) is not None
        }
        return sorted((start, end, self._term) for start, end in places)


@dataclass(frozen=True, slots=True)
class IgnoreContext:
    """Words that keep other words from counting, where the rule or list says so, and how many words they reach."""

    finder: Finder
    source: str
    reach: int = 0


@dataclass(frozen=True)
class CompiledIgnore:
    """What keeps a place from counting: it lies inside one of `inside`, or within reach after one of `before`, or
    before one of `after`, in the same sentence."""

    inside: tuple[IgnoreContext, ...] = ()
    before: tuple[IgnoreContext, ...] = ()
    after: tuple[IgnoreContext, ...] = ()


class IgnoringFinder(Finder):
    """Where something occurs and is not ignored."""

    __slots__ = ("_finder", "_ignore")

    def __init__(self, finder: Finder, ignore: CompiledIgnore) -> None:
        self._finder = finder
        self._ignore = ignore

    def patterns(self) -> frozenset[int] | None:
        return self._finder.patterns()

    def uncounted_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        counted = set(self.hits(doc_hits))
        return [hit for hit in self._finder.hits(doc_hits) if hit not in counted] + self._finder.uncounted_hits(
            doc_hits
        )

    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        hits, document = self._finder.hits(doc_hits), doc_hits.document
        if not hits:
            return hits
        ignore = self._ignore
        document.work += len(hits) * (len(ignore.inside) + len(ignore.before) + len(ignore.after))
        for context in self._ignore.inside:
            hits = drop_enclosed_hits(hits, context.finder.hits(doc_hits))
        for context in self._ignore.before:
            ends = sorted(_END(hit) for hit in context.finder.hits(doc_hits))
            hits = [hit for hit in hits if not _is_close_after(document, hit, ends, context.reach)]
        for context in self._ignore.after:
            starts = [start for start, _, _ in context.finder.hits(doc_hits)]
            hits = [hit for hit in hits if not _is_close_before(document, hit, starts, context.reach)]
        return hits

    def why_uncounted(self, hit: Hit, doc_hits: DocumentHits) -> UncountedReason | None:
        for context in self._ignore.inside:
            if (excluding_hit := _find_enclosing_hit(hit, context.finder.hits(doc_hits))) is not None:
                return UncountedReason("inside", excluding_hit, context.source)
        for context in self._ignore.before:
            for excluding_hit in reversed(context.finder.hits(doc_hits)):
                if excluding_hit[1] <= hit[0] and _is_close_in_sentence(
                    doc_hits.document, excluding_hit[1], hit[0], context.reach
                ):
                    return UncountedReason("before", excluding_hit, context.source)
        for context in self._ignore.after:
            for excluding_hit in context.finder.hits(doc_hits):
                if excluding_hit[0] >= hit[1] and _is_close_in_sentence(
                    doc_hits.document, hit[1], excluding_hit[0], context.reach
                ):
                    return UncountedReason("after", excluding_hit, context.source)
        return self._finder.why_uncounted(hit, doc_hits)


def _find_enclosing_hit(hit: Hit, others: Iterable[Hit]) -> Hit | None:
    """The first of the others that contains the whole hit."""
    return next((other for other in others if other[0] <= hit[0] and hit[1] <= other[1]), None)


def drop_enclosed_hits(hits: Sequence[Hit], others: Sequence[Hit]) -> list[Hit]:
    """Return the hits that do not lie wholly inside one of the others (both in order)."""
    if not others:
        return list(hits)
    starts = [start for start, _, _ in others]
    furthest_ends = list(accumulate((end for _, end, _ in others), max))
    outside = []
    for hit in hits:
        before = bisect_right(starts, hit[0])
        if not before or furthest_ends[before - 1] < hit[1]:
            outside.append(hit)
    return outside


def _is_close_after(document: TokenizedArticle, hit: Hit, ends: Sequence[int], max_distance: int) -> bool:
    """Whether the hit follows one of the ends, in its sentence, at most `max_distance` words away."""
    index = bisect_right(ends, hit[0])
    return index > 0 and _is_close_in_sentence(document, ends[index - 1], hit[0], max_distance)


def _is_close_before(document: TokenizedArticle, hit: Hit, starts: Sequence[int], max_distance: int) -> bool:
    """Whether the hit precedes one of the starts, in its sentence, at most `max_distance` words away."""
    index = bisect_left(starts, hit[1])
    return index < len(starts) and _is_close_in_sentence(document, hit[1], starts[index], max_distance)


def _is_close_in_sentence(document: TokenizedArticle, end: int, start: int, max_distance: int) -> bool:
    same_sentence = document.unit_at(Unit.SENTENCE, end - 1) == document.unit_at(Unit.SENTENCE, start)
    return same_sentence and document.is_within(max_distance, end, start)


@dataclass(frozen=True)
class ContextWords:
    """Words near a name that make it count: in its `unit` (`words` is None), or within `words` words on either side."""

    finder: Finder
    words: int | None
    unit: Unit

    def filter_hits(self, hits: Sequence[Hit], doc_hits: DocumentHits) -> list[Hit]:
        """Return the hits that have such words near."""
        context, document = self.finder.hits(doc_hits), doc_hits.document
        if not context or not hits:
            return []
        if self.words is None:
            units = {document.unit_at(self.unit, start) for start, _, _ in context}
            return [hit for hit in hits if document.unit_at(self.unit, hit[0]) in units]
        starts, ends = [start for start, _, _ in context], sorted(map(_END, context))
        return [hit for hit in hits if self._is_near(document, hit, starts, ends, self.words)]

    @staticmethod
    def _is_near(document: TokenizedArticle, hit: Hit, starts: Sequence[int], ends: Sequence[int], words: int) -> bool:
        ends_before, starts_after = bisect_right(ends, hit[0]), bisect_left(starts, hit[1])
        if ends_before < starts_after:  # one neither ends before the hit nor begins after it: it overlaps
            return True
        return (ends_before > 0 and document.is_within(words, ends[ends_before - 1], hit[0])) or (
            starts_after < len(starts) and document.is_within(words, hit[1], starts[starts_after])
        )


@dataclass(frozen=True)
class CompiledMaybe:
    """Names that do not count alone, and what makes them count."""

    terms: Finder
    titles: Finder | None = None
    sure_seen: bool = False
    earlier: bool = False
    near: ContextWords | None = None
    where: WhereTest | None = None


class EntityFinder(Finder):
    """Where an entity is named."""

    __slots__ = ("_maybe", "_never", "_sure")

    def __init__(self, sure: Finder, never: Finder | None, maybe: CompiledMaybe | None) -> None:
        self._sure = sure
        self._never = never
        self._maybe = maybe

    def patterns(self) -> frozenset[int] | None:
        return self._sure.patterns() if self._maybe is None else _union_patterns((self._sure, self._maybe.terms))

    def find_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        never = [] if self._never is None else self._never.hits(doc_hits)
        sure = drop_enclosed_hits(self._sure.hits(doc_hits), never)
        if self._maybe is None:
            return sure
        maybe = drop_enclosed_hits(drop_enclosed_hits(self._maybe.terms.hits(doc_hits), never), sure)
        return sorted({*sure, *self._select_counted_maybe(self._maybe, maybe, sure, doc_hits)})

    def uncounted_hits(self, doc_hits: DocumentHits) -> list[Hit]:
        counted, names = set(self.hits(doc_hits)), self._sure.hits(doc_hits)
        if self._maybe is not None:
            names = sorted({*names, *self._maybe.terms.hits(doc_hits)})
        return [hit for hit in names if hit not in counted]

    def why_uncounted(self, hit: Hit, doc_hits: DocumentHits) -> UncountedReason | None:
        excluding_hit = None if self._never is None else _find_enclosing_hit(hit, self._never.hits(doc_hits))
        return None if excluding_hit is None else UncountedReason("inside", excluding_hit, "never")

    @staticmethod
    def _select_counted_maybe(
        maybe: CompiledMaybe, hits: list[Hit], sure: list[Hit], doc_hits: DocumentHits
    ) -> list[Hit]:
        """The names that count although they would not count alone."""
        if maybe.titles is not None and hits:
            hits = _without_titles(hits, maybe.titles.hits(doc_hits))
        sure_in_text = [hit for hit in sure if hit[1] <= doc_hits.document.text_end]
        if not hits or (maybe.where is not None and maybe.where.holds(doc_hits.document)):
            return hits
        if maybe.sure_seen and sure_in_text and not maybe.earlier:
            return hits
        counted = maybe.near.filter_hits(hits, doc_hits) if maybe.near is not None else []
        if maybe.sure_seen and maybe.earlier and sure_in_text:
            counted += [hit for hit in hits if hit[0] >= sure_in_text[0][1]]
        return counted


def _without_titles(hits: Sequence[Hit], titles: Sequence[Hit]) -> list[Hit]:
    """The hits that no title touches on either side."""
    ends, starts = {end for _, end, _ in titles}, {start for start, _, _ in titles}
    return [hit for hit in hits if hit[0] - 1 not in ends and hit[1] + 1 not in starts]
