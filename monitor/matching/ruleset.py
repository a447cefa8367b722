"""All rules in one compiled set: one pass over an article finds the words of every rule.

Two stages. The automaton reports every literal of every rule that stands in the folded text; a rule becomes a
candidate only if one of the terms that it cannot do without is among them; candidates are then evaluated exactly.
A set is immutable and may be shared by threads; an edit compiles a new one, which is swapped in whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ahocorasick_rs import AhoCorasick, Implementation

from monitor.matching.document import Document
from monitor.matching.nodes import Found, Hit, Hits, Node
from monitor.matching.terms import Pattern
from monitor.model import Article, Match, MatchKind, Rule, Span


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its conditions compiled."""

    rule: Rule
    node: Node
    unless: Node | None


@dataclass(frozen=True, slots=True)
class CompiledTerm:
    """What to look for and, for the evidence, how its author wrote it."""

    pattern: Pattern
    text: str


class RuleSet:
    """The rules that run, compiled. `rules` is what they were compiled from."""

    def __init__(self, compiled: Iterable[CompiledRule], terms: Sequence[CompiledTerm]) -> None:
        self._compiled = tuple(compiled)
        self._terms = tuple(terms)
        self.rules: Mapping[str, Rule] = MappingProxyType({c.rule.id: c.rule for c in self._compiled})
        self._candidates: dict[int, list[int]] = defaultdict(list)
        for number, compiled_rule in enumerate(self._compiled):
            for term in compiled_rule.node.required():
                self._candidates[term].append(number)
        self._terms_of: dict[str, list[int]] = defaultdict(list)
        for number, compiled_term in enumerate(self._terms):
            self._terms_of[compiled_term.pattern.literal].append(number)
        self._literals = tuple(self._terms_of)
        self._automaton = AhoCorasick(self._literals, implementation=Implementation.ContiguousNFA)

    def match(self, article: Article) -> tuple[Match, ...]:
        """The rules that an article meets, in the order of the set, as news or mention, with the evidence."""
        document = Document(article.title, article.text)
        hits = self._hits(document)
        numbers = sorted({number for term in hits for number in self._candidates.get(term, ())})
        evaluated = (self._evaluate(self._compiled[number], document, hits) for number in numbers)
        return tuple(match for match in evaluated if match is not None)

    def _hits(self, document: Document) -> dict[int, list[Hit]]:
        hits: dict[int, list[Hit]] = defaultdict(list)
        for literal, position, _ in self._automaton.find_matches_as_indexes(document.joined, overlapping=True):
            token = document.token_at(position)
            for number in self._terms_of[self._literals[literal]]:
                pattern = self._terms[number].pattern
                first = token - pattern.at
                if pattern.language not in document.ruled_out and (pattern.proof or _fits(pattern, document, first)):
                    hits[number].append(Hit(first, first + len(pattern.tokens), number))
        return hits

    def _evaluate(self, compiled: CompiledRule, document: Document, hits: Mapping[int, Sequence[Hit]]) -> Match | None:
        whole = Found(document, hits, len(document.tokens))
        kind, evidence = MatchKind.NEWS, compiled.node.evidence(Found(document, hits, document.lead_end))
        if evidence is None:
            kind, evidence = MatchKind.MENTION, compiled.node.evidence(whole)
        if evidence is None or (compiled.unless is not None and compiled.unless.evidence(whole) is not None):
            return None
        return Match(
            compiled.rule.id, compiled.rule.version, kind, self._spans(document, evidence), compiled.rule.level
        )

    def _spans(self, document: Document, evidence: Hits) -> tuple[Span, ...]:
        return tuple(document.span(hit.first, hit.end, self._terms[hit.term].text) for hit in sorted(set(evidence)))


def _fits(pattern: Pattern, document: Document, first: int) -> bool:
    tokens = document.tokens[first : first + len(pattern.tokens)] if first >= 0 else []
    return len(tokens) == len(pattern.tokens) and all(
        wanted.fits(token) for wanted, token in zip(pattern.tokens, tokens, strict=True)
    )
