"""All rules in one compiled set: one pass over an article finds the words of every rule.

Two stages. The automaton reports every literal of every rule that stands in the folded text; a rule becomes a
candidate only if each set of literals that it cannot do without is among them; candidates are then evaluated exactly.
A set is immutable and may be shared by threads; an edit compiles a new one, which is swapped in whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from types import MappingProxyType

from monitor.matching.anchors import AnchorIndex, choose_anchor
from monitor.matching.automaton import LiteralSearch
from monitor.matching.document_hits import DocumentHits
from monitor.matching.rule_plan import CompiledRule, RuleMatch, RulePlan, build_rule_plan
from monitor.matching.terms import TermPattern
from monitor.matching.tokenized_article import TokenizedArticle
from monitor.matching.value_finders import values_by_name
from monitor.model import Article, Entity, Match, MatchKind, MentionCause, Rule, RuleStatus, Source, Span
from monitor.text.language_tags import LATIN


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the numbers of patterns and terms stand for.

    beside       authors, tags or addresses are asked for too
    expressions  the texts that are no words: regular expressions, numbers, days
    entities     all that are known, also those that no rule names
    sources      those whose tags and publishers are known
    """

    patterns: tuple[TermPattern, ...]
    texts: tuple[str, ...]
    uses_metadata: bool
    expressions: frozenset[str]
    entities: Mapping[str, Entity]
    sources: Mapping[str, Source]


_NONE: frozenset[int] = frozenset()
_NEWS, _MENTION = MatchKind.NEWS, MatchKind.MENTION


class RuleSet:
    """The rules that run, compiled. `rules` is what they were compiled from, and `sources` are those that they know."""

    def __init__(self, compiled: Iterable[CompiledRule], lookup: Lookup) -> None:
        self._compiled = tuple(compiled)
        self._lookup = lookup
        self.rules: Mapping[str, Rule] = MappingProxyType({c.rule.id: c.rule for c in self._compiled})
        self.sources = lookup.sources
        self.entities = lookup.entities
        self._search = LiteralSearch([pattern.literal for pattern in lookup.patterns])
        patterns = lookup.patterns
        self._of_languages: dict[str | None, frozenset[int]] = {
            language: frozenset(number for number, pattern in enumerate(patterns) if pattern.language == language)
            for language in {pattern.language for pattern in patterns} - {None}
        }
        of_latin = [numbers for language, numbers in self._of_languages.items() if language in LATIN]
        self._of_latin = _NONE.union(*of_latin)
        self._of_han = _NONE.union(*self._of_languages.values()) - self._of_latin
        self._unproved = frozenset(
            number for number, pattern in enumerate(patterns) if not pattern.is_literal_sufficient
        )
        commonness = self._commonness()
        rules = [choose_anchor(each.required_groups(), commonness) for each in self._compiled]
        self._entries = [
            build_rule_plan(each, *found_by, self._unproved)
            for each, found_by in zip(self._compiled, rules, strict=True)
        ]
        self._levels = [each.rule.level for each in self._compiled]
        plain = {number for number, each in enumerate(self._entries) if each.is_decided_by_presence}
        self._anchors = AnchorIndex(rules, plain, len(patterns))

    def _commonness(self) -> list[float]:
        """About how common each pattern is in the news. What is long is rare, and what many rules name is not."""
        required = chain.from_iterable(each.required_groups() for each in self._compiled)
        named = Counter(chain.from_iterable(required))
        return [named[n] * _estimate_commonness(pattern.literal) for n, pattern in enumerate(self._lookup.patterns)]

    def match(self, article: Article) -> tuple[Match, ...]:
        """The rules that an article meets, in the order of the set, as news or mention, with the evidence."""
        return self.match_with_cost(article)[0]

    def match_with_cost(self, article: Article) -> tuple[tuple[Match, ...], int]:
        """The same, and how much work that was (`Document.work`)."""
        found, decided = self.evaluate_article(article)
        matches = tuple(self._match(met, found) for met in decided)
        return matches, found.document.work

    def evaluate_article(self, article: Article) -> tuple[DocumentHits, list[RuleMatch]]:
        """The article laid out, and the rules that it meets."""
        found = self._laid_out(TokenizedArticle(article, all_fields=self._lookup.uses_metadata))
        # Where no rule would be asked anyway, as of most articles, its language need not be known.
        if not self._of_latin.isdisjoint(found.present) and self._anchors.candidates(found.present):
            self._rule_out(found, found.document.ruled_out_latin_languages)
        return found, self.evaluate_candidates(found)

    def words_in_evidence(self, match: Match) -> frozenset[str]:
        """The words and names that stand in a match's evidence, as rules and entities write them. What a regular
        expression found is none: nothing says that another article means the same by it."""
        return frozenset(span.term for span in match.evidence) - self._lookup.expressions

    @property
    def compiled_rules(self) -> Sequence[CompiledRule]:
        """Each rule with its conditions compiled, in the order of the set."""
        return self._compiled

    def term_text(self, term: int) -> str:
        """How its author wrote a term."""
        return self._lookup.texts[term]

    def find_patterns(self, article: Article) -> DocumentHits:
        """The article laid out, and which patterns may stand in it."""
        return self._found(TokenizedArticle(article, all_fields=self._lookup.uses_metadata))

    def find_in_any_language(self, article: Article) -> DocumentHits:
        """The same with words of languages that the article clearly is not in, which count nowhere else."""
        document = TokenizedArticle(article, all_fields=self._lookup.uses_metadata)
        return DocumentHits(document, self._lookup.patterns, self._search, self._unproved)

    def _found(self, document: TokenizedArticle) -> DocumentHits:
        found = self._laid_out(document)
        if not self._of_latin.isdisjoint(found.present):
            self._rule_out(found, document.ruled_out_latin_languages)
        return found

    def _laid_out(self, document: TokenizedArticle) -> DocumentHits:
        """The same, with words of all languages of the Latin script."""
        title_meets = partial(self._title_meets, document)
        found = DocumentHits(document, self._lookup.patterns, self._search, self._unproved, title_meets)
        if not self._of_han.isdisjoint(found.present):
            self._rule_out(found, document.ruled_out_languages)
        return found

    def _rule_out(self, found: DocumentHits, languages: frozenset[str]) -> None:
        """Takes away the words that are of these languages."""
        for language in languages & self._of_languages.keys():
            # The few that are present are looked up among the many of the language, not the other way round.
            found.present.difference_update(found.present & self._of_languages[language])

    def _title_meets(self, document: TokenizedArticle) -> tuple[str, ...]:
        """The ids of the live rules whose `match` holds as if the article were its title alone."""
        title = self._found(TokenizedArticle(document.article, all_fields=document.all_fields, title_alone=True))
        asked = [self._compiled[number] for number in self._anchors.candidates(title.present)]
        live = [each for each in asked if each.rule.status is RuleStatus.LIVE]
        met = tuple(each.rule.id for each in live if each.node.holds(title, title.document.text_end))
        document.work += title.document.work
        return met

    def candidates(self, found: DocumentHits) -> list[RulePlan]:
        """The rules of which nothing is missing that they cannot do without, in the order of the set."""
        return [self._entries[number] for number in self._anchors.candidates(found.present)]

    def evaluate_candidates(self, found: DocumentHits) -> list[RuleMatch]:
        """The rules that the article meets, in the order of the set."""
        numbers = self._anchors.candidates(found.present)
        if not numbers:  # of most articles; where their leads end need not be known
            return []
        entries, document = self._entries, found.document
        in_lead = (
            [None] * len(numbers)
            if document.all_fields
            else self._anchors.are_met_in_lead(numbers, found.patterns_in_lead)
        )
        asked = {number: entries[number] for number, known in zip(numbers, in_lead, strict=True) if known is None}
        found.verify_patterns(chain.from_iterable([each.unverified for each in asked.values()]))
        news, mention = (_NEWS, document.lead_end, None), (_MENTION, document.text_end, MentionCause.OUTSIDE)
        answers = list[RuleMatch | None]()
        for number, known in zip(numbers, in_lead, strict=True):
            if known is None:
                answers.append(asked[number].evaluate(found))
            else:
                kind, limit, cause = news if known else mention
                compiled = self._compiled[number]
                answers.append(RuleMatch(compiled, kind, self._levels[number], limit, compiled.node, cause))
        return [met for met in answers if met is not None]

    def _match(self, met: RuleMatch, found: DocumentHits) -> Match:
        compiled, rule = met.compiled, met.compiled.rule
        spans: dict[Span, None] = {}
        for start, end, term, node in sorted(set(met.node.evidence(found, met.limit))):
            spans[found.document.evidence_span(start, end, self._lookup.texts[term], node)] = None
        by = values_by_name(rule.alert.by, compiled.by_leaves, found) if rule.alert.by else {}
        return Match(rule.id, rule.version, met.kind, tuple(spans), met.level, by, met.mention_cause)


def _estimate_commonness(literal: str) -> float:
    """The same, by its letters alone: each more makes it rarer, those of Han and Hangul by far more."""
    bits = sum(1.6 if letter > "\u2e7f" else 0.4 for letter in literal if letter != " ")
    return 2.0**-bits
