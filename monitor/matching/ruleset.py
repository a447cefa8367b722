"""All rules in one compiled set: one pass over an article finds the words of every rule.

Two stages. The automaton reports every literal of every rule that stands in the folded text; a rule becomes a
candidate only if each set of literals that it cannot do without is among them; candidates are then evaluated exactly.
A set is immutable and may be shared by threads; an edit compiles a new one, which is swapped in whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from ahocorasick_rs import AhoCorasick, Implementation

from monitor.matching.document import Document
from monitor.matching.found import Found
from monitor.matching.nodes import Node
from monitor.matching.terms import Pattern
from monitor.matching.where import WhereTest
from monitor.model import Article, Field, Level, Match, MatchKind, Rule, Span

Groups = Sequence[frozenset[int]]
"""Sets of patterns, of each of which one must stand in an article."""


@dataclass(frozen=True, slots=True)
class CompiledChange:
    """The level of a match for which the node holds."""

    to: Level
    node: Node


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its conditions compiled; the changes of its level in the order in which they are asked."""

    rule: Rule
    node: Node
    unless: Node | None
    mention_if: Node | None
    where: WhereTest | None
    changes: tuple[CompiledChange, ...]

    def plainly(self, unproved: frozenset[int]) -> Plainly | None:
        """All that it asks, where that is no more than which patterns stand in an article."""
        if self.where or self.mention_if or self.changes or self.rule.news_in is not Field.LEAD:
            return None
        groups, unless = self.node.enough(), [] if self.unless is None else self.unless.enough()
        if groups is None or unless is None:
            return None
        return Plainly(self, tuple(groups), tuple(unless), unproved.intersection(chain(*groups, *unless)))

    def conditions(self) -> Iterator[Node]:
        """All of its conditions."""
        yield self.node
        yield from (node for node in (self.unless, self.mention_if) if node is not None)
        yield from (change.node for change in self.changes)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the numbers of patterns and terms stand for; `beside`: authors, tags or addresses are asked for too."""

    patterns: tuple[Pattern, ...]
    texts: tuple[str, ...]
    beside: bool


_NEWS, _MENTION = MatchKind.NEWS, MatchKind.MENTION

Met = tuple[CompiledRule, MatchKind, Level, int]
"""A rule met an article: as what, how much it matters, and up to where the evidence was looked for."""


@dataclass(frozen=True, slots=True)
class Plainly:
    """A rule that asks only which patterns stand in an article, as most do: of each group one; and not one of each of
    `unless`, where there are any. `unproved`: those of them whose literal alone proves nothing."""

    compiled: CompiledRule
    groups: Groups
    unless: Groups
    unproved: frozenset[int]

    def met(self, found: Found) -> Met | None:
        """What `_met` says of the rule, sooner, once its unproved patterns are proved."""
        in_text, in_lead, document = found.in_text, found.in_lead, found.document
        kind, limit = _NEWS, document.lead_end
        for patterns in self.groups:
            if patterns.isdisjoint(in_lead):
                if patterns.isdisjoint(in_text):
                    return None
                kind, limit = _MENTION, document.everything
        if self.unless and not any(patterns.isdisjoint(in_text) for patterns in self.unless):
            return None
        return self.compiled, kind, self.compiled.rule.level, limit


class RuleSet:
    """The rules that run, compiled. `rules` is what they were compiled from."""

    def __init__(self, compiled: Iterable[CompiledRule], lookup: Lookup) -> None:
        self._compiled = tuple(compiled)
        self._lookup = lookup
        self.rules: Mapping[str, Rule] = MappingProxyType({c.rule.id: c.rule for c in self._compiled})
        self._automaton = AhoCorasick(
            [pattern.literal for pattern in lookup.patterns], implementation=Implementation.ContiguousNFA
        )
        patterns = lookup.patterns
        self._of_languages: dict[str | None, frozenset[int]] = {
            language: frozenset(number for number, pattern in enumerate(patterns) if pattern.language == language)
            for language in {pattern.language for pattern in patterns} - {None}
        }
        self._unproved = frozenset(number for number, pattern in enumerate(patterns) if not pattern.proof)
        self._plainly = [each.plainly(self._unproved) for each in self._compiled]
        self._always: list[int] = []  # rules that can hold without any word
        self._anchored: dict[int, list[int]] = defaultdict(list)
        self._besides: list[Groups] = []
        commonness = [_commonness(pattern.literal) for pattern in lookup.patterns]
        for number, each in enumerate(self._compiled):
            anchor, besides = _anchor(each.node.required(), commonness)
            self._besides.append(besides)
            if anchor is None:
                self._always.append(number)
            for pattern in anchor or ():
                self._anchored[pattern].append(number)

    def match(self, article: Article) -> tuple[Match, ...]:
        """The rules that an article meets, in the order of the set, as news or mention, with the evidence."""
        found = self.found(article)
        return tuple(self._match(met, found) for met in self.met(found))

    @property
    def compiled(self) -> Sequence[CompiledRule]:
        """Each rule with its conditions compiled, in the order of the set."""
        return self._compiled

    def text(self, term: int) -> str:
        """How its author wrote a term."""
        return self._lookup.texts[term]

    def found(self, article: Article) -> Found:
        """The article laid out, and which patterns may stand in it."""
        document = Document(article, whole=self._lookup.beside)
        raw = self._automaton.find_matches_as_indexes(document.joined, overlapping=True)
        found = Found(document, self._lookup.patterns, raw, self._unproved)
        for language, patterns in self._of_languages.items():
            if not patterns.isdisjoint(found.present) and language in document.ruled_out:
                found.present -= patterns & found.present
        return found

    def candidates(self, found: Found) -> list[int]:
        """The numbers of the rules of which nothing is missing that they cannot do without."""
        present, besides, anchored = found.present, self._besides, self._anchored
        numbers = set(self._always)
        for pattern in present & anchored.keys():
            numbers.update(anchored[pattern])
        kept = []
        for number in numbers:
            for patterns in besides[number]:
                if patterns.isdisjoint(present):
                    break
            else:
                kept.append(number)
        kept.sort()
        return kept

    def met(self, found: Found) -> list[Met]:
        """The rules that the article meets, in the order of the set."""
        numbers = self.candidates(found)
        plain = [self._plainly[number] for number in numbers]
        found.prove(chain.from_iterable([plainly.unproved for plainly in plain if plainly is not None]))
        met = [
            _met(self._compiled[number], found) if plainly is None else plainly.met(found)
            for number, plainly in zip(numbers, plain, strict=True)
        ]
        return [each for each in met if each is not None]

    def _match(self, met: Met, found: Found) -> Match:
        compiled, kind, level, limit = met
        rule = compiled.rule
        spans: dict[Span, None] = {}
        for start, end, term, node in sorted(set(compiled.node.evidence(found, limit))):
            spans[found.document.span(start, end, self._lookup.texts[term], node)] = None
        return Match(rule.id, rule.version, kind, tuple(spans), level)


def _met(compiled: CompiledRule, found: Found) -> Met | None:
    document, rule = found.document, compiled.rule
    if compiled.where is not None and not compiled.where.holds(document):
        return None
    if not compiled.node.holds(found, document.everything):
        return None
    limit = document.limit(rule.news_in)
    kind = _NEWS
    if not compiled.node.holds(found, limit):
        kind, limit = _MENTION, document.everything
    if compiled.unless is not None and compiled.unless.holds(found, document.everything):
        return None
    if compiled.mention_if is not None and compiled.mention_if.holds(found, limit):
        kind = _MENTION
    changed = (change.to for change in compiled.changes if change.node.holds(found, limit))
    return compiled, kind, next(changed, rule.level), limit


# --- anchors ----------------------------------------------------------------------------------------------------


def _anchor(required: Groups, commonness: Sequence[float]) -> tuple[frozenset[int] | None, Groups]:
    """Of the sets that a rule requires, the one that is met most rarely, and the others."""
    if not required:
        return None, ()
    anchor = min(required, key=lambda patterns: sum(commonness[pattern] for pattern in patterns))
    return anchor, tuple(patterns for patterns in required if patterns is not anchor)


def _commonness(literal: str) -> float:
    """About how common a literal is: each letter more makes it rarer, those of Han and Hangul by far more."""
    bits = sum(8.0 if letter > "\u2e7f" else 2.0 for letter in literal if letter != " ")
    return 2.0**-bits
