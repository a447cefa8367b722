"""Rules, entities and lists beside the documents that write them: what each condition asks, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from monitor.config.yaml.yaml12 import PlainData, ValuePath, YamlDocument
from monitor.model import (
    AllOf,
    AnyOf,
    Condition,
    Entity,
    Field,
    Ignore,
    Ignoring,
    In,
    Named,
    Near,
    Not,
    Place,
    Rule,
    Term,
    Times,
    WordList,
)

NETS = ("match", "mention")
"""The keys of a rule under which stands what catches an article, as news or as a mention."""

_WORD_SETS = ("words", "sure", "never", "titles", "ignore")
_CONDITIONS = ("all", "any", "near", "these", "not")  # inside which `case` means what it means beside them
_NO_LANGUAGES = ("words", "list", "before", "after")  # the keys of an `ignore` that says more than words


class LintKind(StrEnum):
    """What a lint is about; docs/rules.md explains each."""

    MISSING_LANGUAGE = "missing-language"
    UNTESTED_LANGUAGE = "untested-language"
    UNTESTED = "untested"
    NEVER_FIRES = "never-fires"
    NEVER_COUNTS = "never-counts"
    DROPPED_BY_UNLESS = "dropped-by-unless"
    MEETS_TOO_MUCH = "meets-too-much"
    SINGLE_CHARACTER = "single-character"
    SHORT_PREFIX = "short-prefix"
    SHORT_LATIN = "short-latin"
    SEARCH_OPERATOR = "search-operator"
    MANY_THINGS = "many-things"
    SHARED_WORD = "shared-word"
    FEW_WORDS = "few-words"
    PATTERN_ALONE = "pattern-alone"
    TWICE = "twice"
    UNUSED_LIST = "unused-list"
    UNKNOWN_SOURCE = "unknown-source"
    HOW_OFTEN = "how-often"
    NO_IDENTITY = "no-identity"
    ONE_EVENT = "one-event"
    PRIVATE_ADDRESS = "private-address"
    NO_SOURCES = "no-sources"


@dataclass(frozen=True, slots=True, order=True)
class Lint:
    """What is no fault and probably not meant: where, what and why it matters, and what to do. `document` is where that
    begins in which it stands."""

    place: Place
    kind: LintKind
    problem: str
    hint: str
    document_place: Place

    def __str__(self) -> str:
        return f"{self.place}: advice: {self.problem}; {self.hint} [{self.kind}]"


@dataclass(frozen=True, slots=True)
class ConditionPart:
    """A condition: what it asks (never a wrapper: those are told beside it), where it stands, and its own parts.
    `near`: it is brought together with others."""

    path: ValuePath
    condition: Condition
    parts: tuple[ConditionPart, ...] = ()
    name: str = ""
    field: Field | None = None
    ignores: tuple[Ignore, ...] = ()
    times: int = 1
    inside_near: bool = False

    def walk(self) -> Iterator[ConditionPart]:
        """It and all that is in it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def positive_parts(self) -> Iterator[ConditionPart]:
        """The same without what must not stand in an article."""
        if not isinstance(self.condition, Not):
            yield self
            for part in self.parts:
                yield from part.positive_parts()


@dataclass(frozen=True, slots=True)
class WordSet:
    """Words of one language as the file lists them, each with where it stands; `exact`: their case counts."""

    language: str
    words: tuple[tuple[ValuePath, str], ...]
    exact: bool

    def terms(self) -> Iterator[tuple[ValuePath, Term]]:
        """The words as terms."""
        return ((where, Term(text, self.language, self.exact)) for where, text in self.words)


@dataclass(frozen=True)
class AnnotatedDocument:
    """A rule, entity or list, and its document."""

    definition: Rule | Entity | WordList
    document: YamlDocument

    @cached_property
    def conditions(self) -> dict[str, list[ConditionPart]]:
        """The conditions of a rule, by the keys that they stand under."""
        rule = self.definition
        if not isinstance(rule, Rule):
            return {}
        found = {"match": [self._part(rule.condition, ("match",))]}
        for key, optional in (("unless", rule.unless), ("mention", rule.mention), ("mention_if", rule.mention_if)):
            found[key] = [] if optional is None else [self._part(optional, (key,))]
        for key, changes in (("raise", rule.raises), ("lower", rule.lowers)):
            listed = isinstance(_find_value(self.document.data, (key,)), list)
            places = [(key, number, "if") if listed else (key, "if") for number in range(len(changes))]
            found[key] = [self._part(each.condition, where) for each, where in zip(changes, places, strict=True)]
        return found

    def all_parts(self) -> Iterator[ConditionPart]:
        """All conditions of a rule, at any depth."""
        return (part for each in self.conditions.values() for one in each for part in one.walk())

    def make_lint(self, kind: LintKind, where: ValuePath, what: str, meant: str) -> Lint:
        """A lint at a place of the document."""
        return Lint(self.document.place(where), kind, what, meant, self.document.place())

    def value_at(self, where: ValuePath) -> PlainData:
        """What stands at a place of the document, as it is written; None: nothing."""
        return _find_value(self.document.data, where)

    def path_of_word(self, where: ValuePath, term: Term) -> ValuePath:
        """Where a word stands in the set of words at a place."""
        words = _find_value(self.document.data, where)
        if isinstance(words, dict):
            where, words = (*where, term.language), words.get(term.language)
        listed = words if isinstance(words, list) else []
        return (*where, listed.index(term.text)) if term.text in listed else where

    def word_sets(self) -> Iterator[WordSet]:
        """All words of the document, those that are to be ignored among them."""
        return _word_sets(self.document.data, ())

    def _part(
        self, condition: Condition, where: ValuePath, field: Field | None = None, *, near: bool = False
    ) -> ConditionPart:
        name, times, ignores = "", 1, tuple[Ignore, ...]()
        while isinstance(condition, Named | In | Times | Ignoring):
            if isinstance(condition, Named):
                name = condition.name
            elif isinstance(condition, In):
                field = condition.field
            elif isinstance(condition, Times):
                times = condition.times
            else:
                ignores += (condition.ignore,)
            condition = condition.condition
        parts: tuple[ConditionPart, ...] = ()
        if isinstance(condition, Not):
            parts = (self._part(condition.condition, (*where, "not"), field),)
        elif isinstance(condition, AllOf | AnyOf | Near):
            places = self._places(condition, where)
            within = near or isinstance(condition, Near)
            each = zip(condition.conditions, places, strict=True)
            parts = tuple(self._part(one, at, field, near=within) for one, at in each)
        return ConditionPart(where, condition, parts, name, field, ignores, times, near)

    def _places(self, condition: AllOf | AnyOf | Near, where: ValuePath) -> Iterator[ValuePath]:
        """Where the parts of a condition stand."""
        if isinstance(condition, Near):
            where = (*where, "near", "these")
        elif not isinstance(
            _find_value(self.document.data, where), list
        ):  # a list alone, as `unless` takes it, is an `any`
            where = (*where, "all" if isinstance(condition, AllOf) else "any")
        return ((*where, number) for number in range(len(condition.conditions)))


def _find_value(data: PlainData, where: ValuePath) -> PlainData:
    for key in where:
        if isinstance(data, dict):
            data = data.get(str(key))
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def _word_sets(data: PlainData, where: ValuePath, case: PlainData = None) -> Iterator[WordSet]:
    """`case`: what is said around these, and counts where they do not say it themselves."""
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from _word_sets(item, (*where, number), case)
    elif isinstance(data, dict):
        case = data.get("case") or case
        for key, value in data.items():
            if key in _WORD_SETS:
                yield from _word_sets_by_language(value, (*where, key), exact=key == "words" and case == "exact")
            if isinstance(value, dict | list):
                yield from _word_sets(value, (*where, key), case if key in _CONDITIONS else None)


def _word_sets_by_language(words: PlainData, where: ValuePath, *, exact: bool) -> Iterator[WordSet]:
    by_language = {"any": words} if isinstance(words, list) else words if isinstance(words, dict) else {}
    for language, texts in by_language.items():
        if isinstance(texts, list) and language not in _NO_LANGUAGES:
            at = where if texts is words else (*where, language)
            each = ((*at, number) for number in range(len(texts)))
            found = ((place, text) for place, text in zip(each, texts, strict=True) if isinstance(text, str))
            yield WordSet(language, tuple(found), exact)
