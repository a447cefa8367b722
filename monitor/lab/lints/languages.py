"""Lints of languages: in which languages a rule has words, in which it can match nothing, and which have no test.

A word is searched for in every text that contains its script, so an article that mixes languages may match what no
article in one language does. These lints are only advice; the matcher does not use them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from monitor.lab.annotated_document import AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.lab.expectations import article_from_test
from monitor.matching import compile_rules
from monitor.model import (
    AllOf,
    AnyOf,
    Entity,
    EntityNamed,
    Field,
    GroupNamed,
    Level,
    ListNamed,
    Near,
    Not,
    Rule,
    RuleTest,
    Term,
    WordList,
    Words,
    entities_within,
    terms_within,
)
from monitor.text.primary_language import language_of

_ANY = "any"
_MIN_SHARE = 3  # a language with less than a third of the words of another was not thought through
_STEM_LENGTH = 4  # letters that the forms of a word have in common, mostly
_MIN_WORDS = 12  # in the richest language: of fewer, a third is one or two
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # words match at any time
_FIELDS_WITHOUT_LANGUAGE = (Field.AUTHOR, Field.TAGS, Field.URL)  # their text has no language


@dataclass(frozen=True, slots=True)
class LanguageCoverage:
    """`languages`: those in which a condition can hold (`_ANY`: all); `own_languages`: those of them in which the rule
    itself has words; `reported_missing`: those already reported as missing in it."""

    languages: frozenset[str]
    own_languages: frozenset[str] = frozenset()
    reported_missing: frozenset[str] = frozenset()

    @property
    def covers_all(self) -> bool:
        return _ANY in self.languages


@dataclass(slots=True)
class LanguageChecker:
    """Finds the languages of the conditions of a rule, and collects the problems with them in `lints`."""

    annotated: AnnotatedDocument
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    required_languages: frozenset[str]  # the only languages of the rule's articles; empty: all
    lints: list[Lint] = field(default_factory=list)

    def coverage_of(self, part: ConditionPart) -> LanguageCoverage:
        """The languages of a condition."""
        if part.field in _FIELDS_WITHOUT_LANGUAGE or isinstance(part.condition, Not):
            return LanguageCoverage(frozenset((_ANY,)))
        coverages = [self.coverage_of(inner) for inner in part.parts]
        if isinstance(part.condition, AllOf | Near):
            return self._coverage_of_all(part, coverages)
        if isinstance(part.condition, AnyOf):
            languages, own_languages = (
                _union_sets(inner.languages for inner in coverages),
                _union_sets(inner.own_languages for inner in coverages),
            )
            return LanguageCoverage(
                languages, own_languages, _union_sets(inner.reported_missing for inner in coverages)
            )
        languages = _collect_subtags(self._terms(part)) or frozenset((_ANY,))
        own_languages = languages - {_ANY} if isinstance(part.condition, Words) else frozenset[str]()
        return LanguageCoverage(
            languages, own_languages & self.required_languages if self.required_languages else own_languages
        )

    def untested_languages(self, languages: frozenset[str]) -> set[str]:
        """Those of the languages in which no test under `fires` is. A test is in the language that it declares, or that
        its script allows. If it may be in several, it is in those of which it contains a word."""
        rule = self.annotated.rule
        untested = set(languages)
        for test in (case for case in rule.tests if case.fires):
            declared = languages & {parse_subtag(test.language)} if test.language else languages
            possible = {language for language in declared if language_of(test.title, test.text, language) == language}
            untested -= (
                possible
                if len(possible) == 1
                else {language for language in untested & declared if self._matches_test(test, language)}
            )
        return untested

    def _matches_test(self, test: RuleTest, language: str) -> bool:
        """Whether a test contains words of this language, of the rule or of what it names."""
        parts = (part for match in self.annotated.conditions["match"] for part in match.positive_parts())
        terms = {term for part in parts for term in self._terms(part) if parse_subtag(term.language) == language}
        compiled = compile_rules([Rule("words", "", Level.INFO, Words(tuple(terms)), "")], {})
        return bool(compiled.match(article_from_test(test, _ANY_TIME)))

    def _coverage_of_all(self, part: ConditionPart, coverages: list[LanguageCoverage]) -> LanguageCoverage:
        own_languages, limited = (
            _union_sets(inner.own_languages for inner in coverages),
            [inner.languages for inner in coverages if not inner.covers_all],
        )
        if not limited:
            return LanguageCoverage(
                frozenset((_ANY,)), own_languages, _union_sets(inner.reported_missing for inner in coverages)
            )
        languages = frozenset.intersection(*limited)
        if not languages:
            problem = "no language has words in all of these: an article would have to mix languages"
            self._add_lint(LintKind.NEVER_FIRES, part, problem, "write words of one language in each of them")
            return LanguageCoverage(frozenset((_ANY,)))  # it is reported only once
        missing = _union_sets(inner.reported_missing for inner in coverages)
        for inner, coverage in zip(part.parts, coverages, strict=True):
            if (
                absent := frozenset()
                if coverage.covers_all
                else own_languages - coverage.languages - coverage.reported_missing
            ):
                problem = f"nothing here is in {_join_sorted(absent)}, but words beside it are: no article has both"
                self._add_lint(LintKind.MISSING_LANGUAGE, inner, problem, "add such words here, or take them out there")
                missing |= absent
        return LanguageCoverage(languages, own_languages & languages, missing)

    def _add_lint(self, kind: LintKind, part: ConditionPart, problem: str, hint: str) -> None:
        self.lints.append(self.annotated.make_lint(kind, part.path, problem, hint))

    def _terms(self, part: ConditionPart) -> Iterator[Term]:
        """The words of a condition without parts; a pattern has none."""
        match part.condition:
            case Words(terms):
                yield from terms
            case ListNamed(name):
                yield from terms_within(self.lists[name], self.lists)
                for id_ in entities_within(self.lists[name], self.lists):
                    yield from _list_entity_names(self.entities[id_])
            case EntityNamed(name):
                yield from _list_entity_names(self.entities[name])
            case GroupNamed() as group:
                for entity in filter(group.includes, self.entities.values()):
                    yield from _list_entity_names(entity)


def lint_languages(
    annotated: AnnotatedDocument, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> list[Lint]:
    """A language with words in one part of a rule and none in another; one in which the rule looks at articles but has
    no words; one without a test."""
    rule = annotated.definition
    if not isinstance(rule, Rule):
        return []
    required = frozenset(rule.where.languages if rule.where else ())
    checker = LanguageChecker(annotated, entities, lists, required)
    coverage, *_ = [checker.coverage_of(part) for each in annotated.conditions.values() for part in each]
    if required and not coverage.covers_all and not required & coverage.languages:
        problem = f"it looks at articles in {_join_sorted(required)} only, and has no words in it"
        hint = "add such words to match, or change where"
        checker.lints.append(annotated.make_lint(LintKind.NEVER_FIRES, ("where", "languages"), problem, hint))
    elif rule.tests and (untested := checker.untested_languages(coverage.own_languages)):
        problem = f"no test that fires is in {_join_sorted(untested)}: nothing shows that its words in it work"
        checker.lints.append(
            annotated.make_lint(LintKind.UNTESTED_LANGUAGE, ("tests",), problem, "add one under fires")
        )
    return checker.lints


def words_of_rule(annotated: AnnotatedDocument, lists: Mapping[str, WordList], net: str = "match") -> Iterator[Term]:
    """The words that a rule searches for in `match` (or another net), including those of lists; no names of
    entities."""
    for part in (part for each in annotated.conditions.get(net, ()) for part in each.positive_parts()):
        if isinstance(part.condition, Words):
            yield from part.condition.terms
        elif isinstance(part.condition, ListNamed):
            yield from terms_within(lists[part.condition.list], lists)


def lint_few_words(
    annotated: AnnotatedDocument, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> Iterator[Lint]:
    """A language in which a rule can match, but has far fewer words than in its richest one. Words are counted as they
    are written, and also with all forms of a word as one: some languages have many forms, others none."""
    rule = annotated.definition
    if not isinstance(rule, Rule):
        return
    required = frozenset(rule.where.languages if rule.where else ())
    (match,) = annotated.conditions["match"]
    languages = LanguageChecker(annotated, entities, lists, required).coverage_of(match).languages
    words = {term for term in words_of_rule(annotated, lists) if parse_subtag(term.language) in languages - {_ANY}}
    counts = Counter(parse_subtag(term.language) for term in words)
    stems = Counter(language for language, _ in set(map(_stem_term, words)))
    richest, word_count = max(counts.items(), key=lambda pair: pair[1], default=("", 0))
    poor = [language for language in sorted(counts) if _is_poor(language, counts) and _is_poor(language, stems)]
    if poor and word_count >= _MIN_WORDS:
        numbers = ", ".join(f"{counts[language]} in {language}" for language in poor)
        problem = f"it has {word_count} words in {richest}, and {numbers}: it will miss most news in the latter"
        yield annotated.make_lint(
            LintKind.FEW_WORDS, ("match",), problem, "add the other words that people use for it there"
        )


def _is_poor(language: str, counts: Counter[str]) -> bool:
    return counts[language] * _MIN_SHARE < max(counts.values())


def _stem_term(term: Term) -> tuple[str, tuple[str, ...]]:
    """The language of a term and the beginnings of its words: equal for the forms of a word, of which English has
    four."""
    return parse_subtag(term.language), tuple(word.strip("*").casefold()[:_STEM_LENGTH] for word in term.text.split())


def _list_entity_names(entity: Entity) -> Iterator[Term]:
    yield from entity.sure
    yield from entity.maybe.terms if entity.maybe else ()


def _collect_subtags(terms: Iterable[Term]) -> frozenset[str]:
    return frozenset(parse_subtag(term.language) for term in terms)


def parse_subtag(language: str) -> str:
    """The primary subtag of the language of a word: `zh` of zh-Hant; `any` stays."""
    return language.partition("-")[0].lower()


def _union_sets(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)


def _join_sorted(languages: Iterable[str]) -> str:
    return ", ".join(sorted(languages))
