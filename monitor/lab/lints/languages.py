"""Lints of languages: in which ones a rule has words, in which of them they can meet nothing, which nobody has tested.

A word runs on every text that holds its script, so an article that mixes languages may meet what no article of one
language does: these lints are advice, and the matcher knows nothing of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from monitor.lab.annotated_document import AnnotatedDocument, ConditionPart, Lint, LintKind
from monitor.lab.rule_tests import article_from_test
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
from monitor.text.language import language_of

_ANY = "any"
_SHARE = 3  # a language with less than a third of the words of another was not thought through
_STEM = 4  # letters that the forms of a word have in common, mostly
_ENOUGH = 12  # words: of fewer, a third is one or two
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # words do not care
_OF_NONE = (Field.AUTHOR, Field.TAGS, Field.URL)  # what stands there is of no language


@dataclass(frozen=True, slots=True)
class LanguageCoverage:
    """The languages in which a condition can hold (`_ANY`: in all), those of them that the rule's own words are in, and
    those that were told to be missing in it."""

    languages: frozenset[str]
    own_languages: frozenset[str] = frozenset()
    reported_missing: frozenset[str] = frozenset()

    @property
    def covers_all(self) -> bool:
        return _ANY in self.languages


@dataclass(slots=True)
class LanguageChecker:
    """Finds the languages of the conditions of a rule, and notes what is odd about them in `lints`."""

    written: AnnotatedDocument
    entities: Mapping[str, Entity]
    lists: Mapping[str, WordList]
    required_languages: frozenset[str]  # the only languages that the rule looks at; none: it looks at all
    lints: list[Lint] = field(default_factory=list)

    def coverage_of(self, part: ConditionPart) -> LanguageCoverage:
        """The languages of a condition."""
        if part.field in _OF_NONE or isinstance(part.condition, Not):
            return LanguageCoverage(frozenset((_ANY,)))
        each = [self.coverage_of(one) for one in part.parts]
        if isinstance(part.condition, AllOf | Near):
            return self._of_all(part, each)
        if isinstance(part.condition, AnyOf):
            spoken, own = _union_sets(one.languages for one in each), _union_sets(one.own_languages for one in each)
            return LanguageCoverage(spoken, own, _union_sets(one.reported_missing for one in each))
        spoken = _collect_subtags(self._terms(part)) or frozenset((_ANY,))
        own = spoken - {_ANY} if isinstance(part.condition, Words) else frozenset[str]()
        return LanguageCoverage(spoken, own & self.required_languages if self.required_languages else own)

    def untested_languages(self, languages: frozenset[str]) -> set[str]:
        """Those of the languages that no test that fires is in. A test is in the one that its script allows, or that it
        says; where it may be in several, in those of whose words it holds one."""
        rule = self.written.definition
        assert isinstance(rule, Rule)
        left = set(languages)
        for test in (each for each in rule.tests if each.fires):
            declared = languages & {_parse_subtag(test.language)} if test.language else languages
            may_be = {each for each in declared if language_of(test.title, test.text, each) == each}
            left -= may_be if len(may_be) == 1 else {each for each in left & declared if self._holds(test, each)}
        return left

    def _holds(self, test: RuleTest, language: str) -> bool:
        """Whether words of this language, of the rule or of what it names, stand in a test."""
        parts = (part for match in self.written.conditions["match"] for part in match.positive_parts())
        terms = {term for part in parts for term in self._terms(part) if _parse_subtag(term.language) == language}
        compiled = compile_rules([Rule("words", "", Level.INFO, Words(tuple(terms)), "")], {})
        return bool(compiled.match(article_from_test(test, _SOME_TIME)))

    def _of_all(self, part: ConditionPart, each: list[LanguageCoverage]) -> LanguageCoverage:
        own, limited = (
            _union_sets(one.own_languages for one in each),
            [one.languages for one in each if not one.covers_all],
        )
        if not limited:
            return LanguageCoverage(frozenset((_ANY,)), own, _union_sets(one.reported_missing for one in each))
        spoken = frozenset.intersection(*limited)
        if not spoken:
            what = "no language has words in all of these: an article would have to mix languages"
            self._note(LintKind.NEVER_FIRES, part, what, "write words of one language in each of them")
            return LanguageCoverage(frozenset((_ANY,)))  # it is told once
        missing = _union_sets(one.reported_missing for one in each)
        for one, its in zip(part.parts, each, strict=True):
            if lacking := frozenset() if its.covers_all else own - its.languages - its.reported_missing:
                what = f"nothing here is in {_join_sorted(lacking)}, as words beside it are: no article in it has both"
                self._note(LintKind.MISSING_LANGUAGE, one, what, "add such words here, or take them out there")
                missing |= lacking
        return LanguageCoverage(spoken, own & spoken, missing)

    def _note(self, kind: LintKind, part: ConditionPart, what: str, meant: str) -> None:
        self.lints.append(self.written.make_lint(kind, part.path, what, meant))

    def _terms(self, part: ConditionPart) -> Iterator[Term]:
        """The words of a condition without parts; none of a pattern."""
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
    written: AnnotatedDocument, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> list[Lint]:
    """A language that has words in one part of a rule and none in another; one that it looks at and has no words in;
    one that no test is in."""
    rule = written.definition
    if not isinstance(rule, Rule):
        return []
    asked = frozenset(rule.where.languages if rule.where else ())
    found = LanguageChecker(written, entities, lists, asked)
    speaking, *_ = [found.coverage_of(part) for each in written.conditions.values() for part in each]
    if asked and not speaking.covers_all and not asked & speaking.languages:
        what = f"it looks at articles in {_join_sorted(asked)} only, and has no words in it"
        meant = "add such words to match, or change where"
        found.lints.append(written.make_lint(LintKind.NEVER_FIRES, ("where", "languages"), what, meant))
    elif rule.tests and (untested := found.untested_languages(speaking.own_languages)):
        what = f"no test that fires is in {_join_sorted(untested)}: nobody has seen its words in it work"
        found.lints.append(written.make_lint(LintKind.UNTESTED_LANGUAGE, ("tests",), what, "add one under fires"))
    return found.lints


def words_of_rule(written: AnnotatedDocument, lists: Mapping[str, WordList], net: str = "match") -> Iterator[Term]:
    """The words that a rule looks for in `match` (or another net), those of lists among them; no names of entities."""
    for part in (part for each in written.conditions.get(net, ()) for part in each.positive_parts()):
        if isinstance(part.condition, Words):
            yield from part.condition.terms
        elif isinstance(part.condition, ListNamed):
            yield from terms_within(lists[part.condition.list], lists)


def lint_few_words(
    written: AnnotatedDocument, entities: Mapping[str, Entity], lists: Mapping[str, WordList]
) -> Iterator[Lint]:
    """A language in which a rule can hold, and has far fewer words than in its richest one: counted as they are
    written, and also with all forms of a word as one, of which some languages have many and others none."""
    rule = written.definition
    if not isinstance(rule, Rule):
        return
    asked = frozenset(rule.where.languages if rule.where else ())
    (match,) = written.conditions["match"]
    spoken = LanguageChecker(written, entities, lists, asked).coverage_of(match).languages
    words = {term for term in words_of_rule(written, lists) if _parse_subtag(term.language) in spoken - {_ANY}}
    counts = Counter(_parse_subtag(term.language) for term in words)
    stems = Counter(language for language, _ in set(map(_stem_term, words)))
    richest, most = max(counts.items(), key=lambda each: each[1], default=("", 0))
    poor = [each for each in sorted(counts) if _is_poor(each, counts) and _is_poor(each, stems)]
    if poor and most >= _ENOUGH:
        each = ", ".join(f"{counts[language]} in {language}" for language in poor)
        what = f"it has {most} words in {richest}, and {each}: it will miss most news in the latter"
        yield written.make_lint(
            LintKind.FEW_WORDS, ("match",), what, "add the other words that people use for it there"
        )


def _is_poor(language: str, counts: Counter[str]) -> bool:
    return counts[language] * _SHARE < max(counts.values())


def _stem_term(term: Term) -> tuple[str, tuple[str, ...]]:
    """The language of a word, and how the words in it begin: equal for its forms, of which English writes four."""
    return _parse_subtag(term.language), tuple(word.strip("*").casefold()[:_STEM] for word in term.text.split())


def _list_entity_names(entity: Entity) -> Iterator[Term]:
    yield from entity.sure
    yield from entity.maybe.terms if entity.maybe else ()


def _collect_subtags(terms: Iterable[Term]) -> frozenset[str]:
    return frozenset(_parse_subtag(term.language) for term in terms)


def _parse_subtag(language: str) -> str:
    return language.partition("-")[0].lower()


def _union_sets(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset[str]().union(*sets)


def _join_sorted(languages: Iterable[str]) -> str:
    return ", ".join(sorted(languages))
