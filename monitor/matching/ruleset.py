"""All rules in one compiled set: one pass over an article finds the words of every rule.

Two stages. The automaton reports every literal of every rule that stands in the folded text; a rule becomes a
candidate only if each set of literals that it cannot do without is among them; candidates are then evaluated exactly.
A set is immutable and may be shared by threads; an edit compiles a new one, which is swapped in whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType

from monitor.matching.anchors import Anchors, Group, Groups, anchored, group
from monitor.matching.document import Document
from monitor.matching.found import Found
from monitor.matching.nodes import Node
from monitor.matching.search import Search
from monitor.matching.terms import Pattern
from monitor.matching.where import WhereTest
from monitor.model import Article, Condition, Field, Level, Match, MatchKind, Rule, Span


@dataclass(frozen=True, slots=True)
class CompiledChange:
    """The level of a match for which the condition holds, and that compiled."""

    to: Level
    condition: Condition
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


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the numbers of patterns and terms stand for; `beside`: authors, tags or addresses are asked for too."""

    patterns: tuple[Pattern, ...]
    texts: tuple[str, ...]
    beside: bool


_NONE: frozenset[int] = frozenset()
_NEWS, _MENTION = MatchKind.NEWS, MatchKind.MENTION

Met = tuple[CompiledRule, MatchKind, Level, int]
"""A rule met an article: as what, how much it matters, and up to where the evidence was looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """A rule in its set. All that deciding needs lies side by side: of thousands of rules, what costs is to fetch what
    lies elsewhere."""

    compiled: CompiledRule
    unproved: frozenset[int]
    """Patterns whose literal proves nothing, and that are to be proved before it is asked whether the rule is met."""

    @property
    def by_presence(self) -> bool:
        """Whether it is met wherever one stands of each set of patterns that it requires."""
        return False

    def met(self, found: Found) -> Met | None:
        """Whether the article meets the rule, and how."""
        return _met(self.compiled, found)


@dataclass(frozen=True, slots=True, eq=False)
class PlainEntry(Entry):
    """A rule that asks no more than which patterns stand in an article, as most do: one of its anchor and of each of
    `besides`; and not one of each of `unless`, where there are any."""

    anchor: Group
    besides: Groups
    unless: Sequence[frozenset[int]]
    level: Level

    @property
    def by_presence(self) -> bool:
        return not self.unless and not self.unproved

    def met(self, found: Found) -> Met | None:
        in_text, in_lead, missing = found.in_text, found.in_lead, False
        for wanted in (self.anchor, *self.besides):
            if wanted not in in_lead if isinstance(wanted, int) else wanted.isdisjoint(in_lead):
                if wanted not in in_text if isinstance(wanted, int) else wanted.isdisjoint(in_text):
                    return None
                missing = True
        if self.unless and not any(patterns.isdisjoint(in_text) for patterns in self.unless):
            return None
        if missing:
            return self.compiled, _MENTION, self.level, found.document.everything
        return self.compiled, _NEWS, self.level, found.document.lead_end


def _entry(compiled: CompiledRule, anchor: frozenset[int], besides: Groups, unproved: frozenset[int]) -> Entry:
    plain = not (compiled.where or compiled.mention_if or compiled.changes) and compiled.rule.news_in is Field.LEAD
    required, unless = compiled.node.required(), () if compiled.unless is None else compiled.unless.enough()
    if not plain or unless is None or compiled.node.enough() is None:
        return Entry(compiled, _NONE)
    asked = unproved.intersection(chain(*required, *unless)) or _NONE
    return PlainEntry(compiled, asked, group(anchor), besides, tuple(unless), compiled.rule.level)


class RuleSet:
    """The rules that run, compiled. `rules` is what they were compiled from."""

    def __init__(self, compiled: Iterable[CompiledRule], lookup: Lookup) -> None:
        self._compiled = tuple(compiled)
        self._lookup = lookup
        self.rules: Mapping[str, Rule] = MappingProxyType({c.rule.id: c.rule for c in self._compiled})
        self._search = Search([pattern.literal for pattern in lookup.patterns])
        patterns = lookup.patterns
        self._of_languages: dict[str | None, frozenset[int]] = {
            language: frozenset(number for number, pattern in enumerate(patterns) if pattern.language == language)
            for language in {pattern.language for pattern in patterns} - {None}
        }
        self._of_a_language = _NONE.union(*self._of_languages.values())
        self._unproved = frozenset(number for number, pattern in enumerate(patterns) if not pattern.proof)
        commonness = self._commonness()
        rules = [anchored(each.node.required(), commonness) for each in self._compiled]
        self._entries = [
            _entry(each, *found_by, self._unproved) for each, found_by in zip(self._compiled, rules, strict=True)
        ]
        self._levels = [each.rule.level for each in self._compiled]
        plain = {number for number, entry in enumerate(self._entries) if entry.by_presence}
        self._anchors = Anchors(rules, plain, len(patterns))

    def _commonness(self) -> list[float]:
        """About how common each pattern is in the news. What is long is rare, and what many rules name is not."""
        required = chain.from_iterable(each.node.required() for each in self._compiled)
        named = Counter(chain.from_iterable(required))
        return [named[n] * _commonness(pattern.literal) for n, pattern in enumerate(self._lookup.patterns)]

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
        found = Found(document, self._lookup.patterns, self._search, self._unproved)
        if not self._of_a_language.isdisjoint(found.present):
            for language in document.ruled_out & self._of_languages.keys():
                found.present -= self._of_languages[language]
        return found

    def candidates(self, found: Found) -> list[Entry]:
        """The rules of which nothing is missing that they cannot do without, in the order of the set."""
        return [self._entries[number] for number in self._anchors.candidates(found.present)]

    def met(self, found: Found) -> list[Met]:
        """The rules that the article meets, in the order of the set."""
        numbers = self._anchors.candidates(found.present)
        entries, document = self._entries, found.document
        in_lead = [None] * len(numbers) if document.whole else self._anchors.in_lead(numbers, found.in_lead)
        asked = {number: entries[number] for number, known in zip(numbers, in_lead, strict=True) if known is None}
        found.prove(chain.from_iterable([entry.unproved for entry in asked.values()]))
        news, mention = (_NEWS, document.lead_end), (_MENTION, document.everything)
        answers = list[Met | None]()
        for number, known in zip(numbers, in_lead, strict=True):
            if known is None:
                answers.append(asked[number].met(found))
            else:
                kind, limit = news if known else mention
                answers.append((self._compiled[number], kind, self._levels[number], limit))
        return [met for met in answers if met is not None]

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


def _commonness(literal: str) -> float:
    """The same, by its letters alone: each more makes it rarer, those of Han and Hangul by far more."""
    bits = sum(1.6 if letter > "\u2e7f" else 0.4 for letter in literal if letter != " ")
    return 2.0**-bits
