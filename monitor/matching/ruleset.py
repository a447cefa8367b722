"""All rules in one compiled set: one pass over an article finds the words of every rule.

Two stages. The automaton reports every literal of every rule that stands in the folded text; a rule becomes a
candidate only if each set of literals that it cannot do without is among them; candidates are then evaluated exactly.
A set is immutable and may be shared by threads; an edit compiles a new one, which is swapped in whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ahocorasick_rs import AhoCorasick, Implementation

from monitor.matching.document import Document
from monitor.matching.finders import Found
from monitor.matching.nodes import Node
from monitor.matching.where import WhereTest
from monitor.model import Article, Level, Match, MatchKind, Rule, Span


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

    def conditions(self) -> Iterator[Node]:
        """All of its conditions."""
        yield self.node
        yield from (node for node in (self.unless, self.mention_if) if node is not None)
        yield from (change.node for change in self.changes)


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the numbers of literals and terms stand for; `beside`: authors, tags or addresses are asked for too."""

    literals: tuple[str, ...]
    texts: tuple[str, ...]
    beside: bool


@dataclass(frozen=True, slots=True)
class Met:
    """A rule met an article: as what, how much it matters, and up to where the evidence was looked for."""

    compiled: CompiledRule
    kind: MatchKind
    level: Level
    limit: int


class RuleSet:
    """The rules that run, compiled. `rules` is what they were compiled from."""

    def __init__(self, compiled: Iterable[CompiledRule], lookup: Lookup) -> None:
        self._compiled = tuple(compiled)
        self._lookup = lookup
        self.rules: Mapping[str, Rule] = MappingProxyType({c.rule.id: c.rule for c in self._compiled})
        self._always: list[int] = []  # rules that can hold without any word
        self._anchored: dict[int, list[int]] = defaultdict(list)
        self._besides: list[tuple[frozenset[int], ...]] = []
        rarity = [_commonness(literal) for literal in lookup.literals]
        for number, each in enumerate(self._compiled):
            anchor, besides = _anchor(each.node.required(), rarity)
            self._besides.append(besides)
            if anchor is None:
                self._always.append(number)
            for literal in anchor or ():
                self._anchored[literal].append(number)
        self._automaton = AhoCorasick(lookup.literals, implementation=Implementation.ContiguousNFA)

    def match(self, article: Article) -> tuple[Match, ...]:
        """The rules that an article meets, in the order of the set, as news or mention, with the evidence."""
        found = self.found(article)
        return tuple(self._match(met, found) for met in self.met(found))

    def found(self, article: Article) -> Found:
        """The article laid out, and where the literals of all rules stand in it."""
        document = Document(article, whole=self._lookup.beside)
        positions: dict[int, list[int]] = defaultdict(list)
        for literal, start, _ in self._automaton.find_matches_as_indexes(document.joined, overlapping=True):
            positions[literal].append(start)
        return Found(document, positions, frozenset(positions))

    def candidates(self, found: Found) -> list[int]:
        """The numbers of the rules of which nothing is missing that they cannot do without."""
        present, besides = found.present, self._besides
        numbers = set(self._always)
        for literal in present & self._anchored.keys():
            numbers.update(self._anchored[literal])
        return sorted(
            number for number in numbers if not any(literals.isdisjoint(present) for literals in besides[number])
        )

    def met(self, found: Found) -> Iterator[Met]:
        """The rules that the article meets, in the order of the set."""
        for number in self.candidates(found):
            met = _met(self._compiled[number], found)
            if met is not None:
                yield met

    def _match(self, met: Met, found: Found) -> Match:
        rule = met.compiled.rule
        spans: dict[Span, None] = {}
        for start, end, term, node in sorted(set(met.compiled.node.evidence(found, met.limit))):
            spans[found.document.span(start, end, self._lookup.texts[term], node)] = None
        return Match(rule.id, rule.version, met.kind, tuple(spans), met.level)


def _met(compiled: CompiledRule, found: Found) -> Met | None:
    document, rule = found.document, compiled.rule
    if compiled.where is not None and not compiled.where.holds(document):
        return None
    limit = document.limit(rule.news_in)
    kind = MatchKind.NEWS
    if not compiled.node.holds(found, limit):
        limit = document.everything
        if rule.news_in is rule.news_in.TEXT or not compiled.node.holds(found, limit):
            return None
        kind = MatchKind.MENTION
    if compiled.unless is not None and compiled.unless.holds(found, document.everything):
        return None
    if compiled.mention_if is not None and compiled.mention_if.holds(found, limit):
        kind = MatchKind.MENTION
    changed = (change.to for change in compiled.changes if change.node.holds(found, limit))
    return Met(compiled, kind, next(changed, rule.level), limit)


# --- anchors ----------------------------------------------------------------------------------------------------


def _anchor(
    required: list[frozenset[int]], commonness: list[float]
) -> tuple[frozenset[int] | None, tuple[frozenset[int], ...]]:
    """Of the sets that a rule requires, the one that is met most rarely, and the others."""
    if not required:
        return None, ()
    anchor = min(required, key=lambda literals: sum(commonness[literal] for literal in literals))
    return anchor, tuple(literals for literals in required if literals is not anchor)


def _commonness(literal: str) -> float:
    """About how common a literal is: each letter more makes it rarer, those of Han and Hangul by far more."""
    bits = sum(8.0 if letter > "\u2e7f" else 2.0 for letter in literal if letter != " ")
    return 2.0**-bits
