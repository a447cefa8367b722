"""All rules in one compiled set: one pass over an article finds the words of every rule.

There are two stages. The automaton reports every literal of every rule that occurs in the folded text. A rule becomes a
candidate only if each group of patterns that it requires is among them. Then the candidates are evaluated exactly. A
set is immutable and threads may share it. An edit compiles a new set, which replaces the old one as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from types import MappingProxyType

from monitor.matching.anchors import AnchorIndex
from monitor.matching.automaton import LiteralSearch
from monitor.matching.compiled_rule import CompiledRule, RuleMatch, evaluate_rule
from monitor.matching.document_hits import DocumentHits
from monitor.matching.terms import TermPattern
from monitor.matching.tokenized_article import TokenizedArticle
from monitor.matching.value_finders import values_by_name
from monitor.model import (
    Article,
    Entity,
    FoldedText,
    Match,
    MatchKind,
    Rule,
    RuleStatus,
    Source,
    Span,
    words_in_evidence,
)
from monitor.text.language_detection import LATIN


@dataclass(frozen=True, slots=True)
class ArticleMatches:
    """The matches of an article, how much work they took (`TokenizedArticle.work`), and its folded words (None: not
    known)."""

    matches: tuple[Match, ...]
    work: int = 0
    folded: FoldedText | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the indices of patterns refer to, and what else the rules were compiled with.

    uses_metadata  whether a rule also looks at authors, tags or addresses
    entities       all known entities, including those that no rule names
    sources        the sources whose tags and publishers are known
    """

    patterns: tuple[TermPattern, ...]
    uses_metadata: bool
    entities: Mapping[str, Entity]
    sources: Mapping[str, Source]


_NONE: frozenset[int] = frozenset()
_NEWS, _MENTION = MatchKind.NEWS, MatchKind.MENTION


class RuleSet:
    """The running rules, compiled. `rules`: what they were compiled from. `sources`: the sources that they know."""

    def __init__(self, compiled: Iterable[CompiledRule], lookup: Lookup) -> None:
        self._compiled = tuple(compiled)
        self._lookup = lookup
        self.rules: Mapping[str, Rule] = MappingProxyType({c.rule.id: c.rule for c in self._compiled})
        self.sources = lookup.sources
        self.entities = lookup.entities
        self._search = LiteralSearch([pattern.literal for pattern in lookup.patterns])
        patterns = lookup.patterns
        self._patterns_by_language: dict[str | None, frozenset[int]] = {
            language: frozenset(index for index, pattern in enumerate(patterns) if pattern.language == language)
            for language in {pattern.language for pattern in patterns} - {None}
        }
        latin_patterns = [indices for language, indices in self._patterns_by_language.items() if language in LATIN]
        self._latin_patterns = _NONE.union(*latin_patterns)
        self._han_patterns = _NONE.union(*self._patterns_by_language.values()) - self._latin_patterns
        required = [compiled_rule.required_groups() for compiled_rule in self._compiled]
        self._anchors = AnchorIndex(required, self._estimate_pattern_commonness(required))

    def _estimate_pattern_commonness(self, required: Iterable[Sequence[frozenset[int]]]) -> list[float]:
        """Roughly how common each pattern is in the news: long words are rare, words that many rules name are not."""
        rule_counts = Counter(chain.from_iterable(chain.from_iterable(required)))
        return [
            rule_counts[index] * _estimate_commonness(pattern.literal)
            for index, pattern in enumerate(self._lookup.patterns)
        ]

    def match(self, article: Article) -> tuple[Match, ...]:
        """Return the rules that an article meets, in the order of the set, as news or mention, with the evidence."""
        return self.match_with_cost(article).matches

    def match_with_cost(self, article: Article) -> ArticleMatches:
        """Return the same matches, and what else is known of the article then."""
        doc_hits, rule_matches = self.evaluate_article(article)
        matches = tuple(self._build_match(rule_match, doc_hits) for rule_match in rule_matches)
        return ArticleMatches(matches, doc_hits.document.work, doc_hits.document.folded)

    def evaluate_article(self, article: Article) -> tuple[DocumentHits, list[RuleMatch]]:
        """Return what was found in the article, and the rules that it meets."""
        doc_hits = self._find_hits_in_latin_languages(TokenizedArticle(article, all_fields=self._lookup.uses_metadata))
        # Most articles have no candidate rule at all: then the language need not be known.
        if not self._latin_patterns.isdisjoint(doc_hits.present) and self._anchors.candidates(doc_hits.present):
            self._drop_languages(doc_hits, doc_hits.document.ruled_out_latin_languages)
        return doc_hits, self.evaluate_candidates(doc_hits)

    def words_in_evidence(self, match: Match) -> frozenset[str]:
        """Return the words and names in a match's evidence."""
        return words_in_evidence(self.rules[match.rule], match.evidence)

    @property
    def compiled_rules(self) -> Sequence[CompiledRule]:
        """Each rule with its conditions compiled, in the order of the set."""
        return self._compiled

    def find_patterns(self, article: Article) -> DocumentHits:
        """Return which patterns may occur in the article."""
        return self._find_hits(TokenizedArticle(article, all_fields=self._lookup.uses_metadata))

    def find_in_any_language(self, article: Article) -> DocumentHits:
        """Return the same, including words of languages that the article clearly is not in. These count nowhere
        else."""
        document = TokenizedArticle(article, all_fields=self._lookup.uses_metadata)
        return DocumentHits(document, self._lookup.patterns, self._search)

    def _find_hits(self, document: TokenizedArticle) -> DocumentHits:
        doc_hits = self._find_hits_in_latin_languages(document)
        if not self._latin_patterns.isdisjoint(doc_hits.present):
            self._drop_languages(doc_hits, document.ruled_out_latin_languages)
        return doc_hits

    def _find_hits_in_latin_languages(self, document: TokenizedArticle) -> DocumentHits:
        """Find the patterns, before the words of Latin-script languages that the article is not in are dropped."""
        find_rules_met_by_title = partial(self._find_rules_met_by_title, document)
        doc_hits = DocumentHits(document, self._lookup.patterns, self._search, find_rules_met_by_title)
        if not self._han_patterns.isdisjoint(doc_hits.present):
            self._drop_languages(doc_hits, document.ruled_out_languages)
        return doc_hits

    def _drop_languages(self, doc_hits: DocumentHits, languages: frozenset[str]) -> None:
        """Drop the words of these languages."""
        for language in languages & self._patterns_by_language.keys():
            # Few patterns are present, and a language has many: look up the few among the many.
            doc_hits.present.difference_update(doc_hits.present & self._patterns_by_language[language])

    def _find_rules_met_by_title(self, document: TokenizedArticle) -> tuple[str, ...]:
        """The ids of the live rules whose `match` holds if the article consists of its title only."""
        title = self._find_hits(TokenizedArticle(document.article, all_fields=document.all_fields, title_alone=True))
        live = [compiled for compiled in self.candidates(title) if compiled.rule.status is RuleStatus.LIVE]
        met = tuple(compiled.rule.id for compiled in live if compiled.node.holds(title, title.document.text_end))
        document.work += title.document.work
        return met

    def candidates(self, doc_hits: DocumentHits) -> list[CompiledRule]:
        """Return the rules for which nothing that they require is missing, in the order of the set."""
        return [self._compiled[index] for index in self._anchors.candidates(doc_hits.present)]

    def evaluate_candidates(self, doc_hits: DocumentHits) -> list[RuleMatch]:
        """Return the rules that the article meets, in the order of the set."""
        answers = (evaluate_rule(compiled, doc_hits) for compiled in self.candidates(doc_hits))
        return [rule_match for rule_match in answers if rule_match is not None]

    def _build_match(self, rule_match: RuleMatch, doc_hits: DocumentHits) -> Match:
        compiled, rule = rule_match.compiled, rule_match.compiled.rule
        spans: dict[Span, None] = {}
        for start, end, term, node in sorted(set(rule_match.node.evidence(doc_hits, rule_match.limit))):
            spans[doc_hits.document.evidence_span(start, end, term, node)] = None
        values = values_by_name(rule.alert.by, compiled.by_leaves, doc_hits) if rule.alert.by else {}
        return Match(
            rule.id, rule.version, rule_match.kind, tuple(spans), rule_match.level, values, rule_match.mention_cause
        )


def _estimate_commonness(literal: str) -> float:
    """Estimate how common a literal is by its letters alone: each one makes it rarer, a Han or Hangul one by far
    more."""
    bits = sum(1.6 if letter > "\u2e7f" else 0.4 for letter in literal if letter != " ")
    return 2.0**-bits
