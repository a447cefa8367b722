"""Rules, entities and lists with their YAML documents: what each condition asks for, and where it is written."""

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
"""The keys of a rule whose conditions catch an article, as news or as a mention."""

_WORD_SETS = ("words", "sure", "never", "titles", "ignore")
_CONDITIONS = ("all", "any", "near", "these", "not")  # a `case` beside one of these also holds inside it
_NO_LANGUAGES = ("words", "list", "before", "after")  # the keys of an `ignore` that has more than words


class LintKind(StrEnum):
    """What a lint is about; docs/reference.md explains each kind."""

    MISSING_LANGUAGE = "missing-language"
    UNTESTED_LANGUAGE = "untested-language"
    UNTESTED = "untested"
    NEVER_FIRES = "never-fires"
    NEVER_COUNTS = "never-counts"
    DROPPED_BY_UNLESS = "dropped-by-unless"
    MEETS_TOO_MUCH = "meets-too-much"
    SINGLE_CHARACTER = "single-character"
    FUNCTION_WORD = "function-word"
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
    ONCE_PER_EDITED = "once-per-edited"
    PRIVATE_ADDRESS = "private-address"
    OPEN_CREDENTIAL = "open-credential"
    SENT_CREDENTIAL = "sent-credential"
    NO_SOURCES = "no-sources"
    UNSENT_LEVEL = "unsent-level"
    IDLE_STEP = "idle-step"
    UNUSED_ROUTE = "unused-route"
    UNVERIFIED_CHANNEL = "unverified-channel"
    INCOMPLETE_ADDRESS = "incomplete-address"
    NO_RULES = "no-rules"
    OPEN_FILE = "open-file"
    WIDE_NETWORK = "wide-network"
    IGNORED_FILE = "ignored-file"


@dataclass(frozen=True, slots=True, order=True)
class Lint:
    """What is no fault, but probably a mistake. `problem`: what it is and why it matters; `hint`: what to do;
    `document_place`: where its document begins."""

    place: Place
    kind: LintKind
    problem: str
    hint: str
    document_place: Place

    def __str__(self) -> str:
        return f"{self.place}: advice: {self.problem}; {self.hint} [{self.kind}]"


@dataclass(frozen=True, slots=True)
class ConditionPart:
    """A condition: where it is written, what it asks for, and its own parts. The condition is never a wrapper: `name`,
    `field`, `ignores` and `times` hold what its wrappers say. `inside_near`: it is inside a `near`."""

    path: ValuePath
    condition: Condition
    parts: tuple[ConditionPart, ...] = ()
    name: str = ""
    field: Field | None = None
    ignores: tuple[Ignore, ...] = ()
    times: int = 1
    inside_near: bool = False

    def walk(self) -> Iterator[ConditionPart]:
        """The part itself, and all parts inside it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def positive_parts(self) -> Iterator[ConditionPart]:
        """As `walk`, without conditions that must not hold."""
        if not isinstance(self.condition, Not):
            yield self
            for part in self.parts:
                yield from part.positive_parts()


@dataclass(frozen=True, slots=True)
class WordSet:
    """Words of one language as the file lists them, each with its path; `exact`: their case counts."""

    language: str
    words: tuple[tuple[ValuePath, str], ...]
    exact: bool

    def terms(self) -> Iterator[tuple[ValuePath, Term]]:
        """The words as terms."""
        return ((path, Term(text, self.language, self.exact)) for path, text in self.words)


@dataclass(frozen=True)
class AnnotatedDocument:
    """A rule, entity or list, and the document in which it is written."""

    definition: Rule | Entity | WordList
    document: YamlDocument

    @property
    def rule(self) -> Rule:
        """The rule, where it is known to be one."""
        assert isinstance(self.definition, Rule)
        return self.definition

    @cached_property
    def conditions(self) -> dict[str, list[ConditionPart]]:
        """The conditions of a rule, by the keys under which they are written."""
        rule = self.definition
        if not isinstance(rule, Rule):
            return {}
        found = {"match": [self._build_part(rule.condition, ("match",))]}
        for key, optional in (("unless", rule.unless), ("mention", rule.mention), ("mention_if", rule.mention_if)):
            found[key] = [] if optional is None else [self._build_part(optional, (key,))]
        for key, changes in (("raise", rule.raises), ("lower", rule.lowers)):
            listed = isinstance(_find_value(self.document.data, (key,)), list)
            paths = [(key, number, "if") if listed else (key, "if") for number in range(len(changes))]
            found[key] = [self._build_part(change.condition, path) for change, path in zip(changes, paths, strict=True)]
        return found

    def all_parts(self) -> Iterator[ConditionPart]:
        """All conditions of a rule, at any depth."""
        return (part for roots in self.conditions.values() for root in roots for part in root.walk())

    def make_lint(self, kind: LintKind, path: ValuePath, problem: str, hint: str) -> Lint:
        """A lint at a path of the document."""
        return Lint(self.document.place(path), kind, problem, hint, self.document.place())

    def value_at(self, path: ValuePath) -> PlainData:
        """The value at a path of the document, as it is written; None: there is none."""
        return _find_value(self.document.data, path)

    def path_of_word(self, path: ValuePath, term: Term) -> ValuePath:
        """The path of a word within the set of words at `path`; that path itself if the word is not listed there."""
        if isinstance(_find_value(self.document.data, path), dict):
            path = (*path, term.language)
        if path not in self._numbers_of_words:
            words = _find_value(self.document.data, path)
            texts = [word for word in words if isinstance(word, str)] if isinstance(words, list) else []
            self._numbers_of_words[path] = {text: number for number, text in reversed([*enumerate(texts)])}
        number = self._numbers_of_words[path].get(term.text)
        return path if number is None else (*path, number)

    @cached_property
    def _numbers_of_words(self) -> dict[ValuePath, dict[str, int]]:
        """By the path of a list of words, where each of them is; filled when first asked for. A list may be long, and
        is asked for each of its words."""
        return {}

    def word_sets(self) -> Iterator[WordSet]:
        """All words of the document, including those to be ignored."""
        return _find_word_sets(self.document.data, ())

    def _build_part(
        self, condition: Condition, path: ValuePath, field: Field | None = None, *, near: bool = False
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
            parts = (self._build_part(condition.condition, (*path, "not"), field),)
        elif isinstance(condition, AllOf | AnyOf | Near):
            paths = self._paths_of_parts(condition, path)
            inside_near = near or isinstance(condition, Near)
            located = zip(condition.conditions, paths, strict=True)
            parts = tuple(self._build_part(inner, inner_path, field, near=inside_near) for inner, inner_path in located)
        return ConditionPart(path, condition, parts, name, field, ignores, times, near)

    def _paths_of_parts(self, condition: AllOf | AnyOf | Near, path: ValuePath) -> Iterator[ValuePath]:
        """The paths of the parts of a condition."""
        if isinstance(condition, Near):
            path = (*path, "near", "these")
        elif not isinstance(
            _find_value(self.document.data, path), list
        ):  # a bare list, which `unless` accepts, is an `any`
            path = (*path, "all" if isinstance(condition, AllOf) else "any")
        return ((*path, number) for number in range(len(condition.conditions)))


def _find_value(data: PlainData, path: ValuePath) -> PlainData:
    for key in path:
        if isinstance(data, dict):
            data = data.get(str(key))
        elif isinstance(data, list) and isinstance(key, int) and key < len(data):
            data = data[key]
        else:
            return None
    return data


def _find_word_sets(data: PlainData, path: ValuePath, case: PlainData = None) -> Iterator[WordSet]:
    """`case`: what an outer condition says, for those that do not say it themselves."""
    if isinstance(data, list):
        for number, item in enumerate(data):
            yield from _find_word_sets(item, (*path, number), case)
    elif isinstance(data, dict):
        case = data.get("case") or case
        for key, value in data.items():
            if key in _WORD_SETS:
                yield from _split_by_language(value, (*path, key), exact=key == "words" and case == "exact")
            if isinstance(value, dict | list):
                yield from _find_word_sets(value, (*path, key), case if key in _CONDITIONS else None)


def _split_by_language(words: PlainData, path: ValuePath, *, exact: bool) -> Iterator[WordSet]:
    by_language = {"any": words} if isinstance(words, list) else words if isinstance(words, dict) else {}
    for language, texts in by_language.items():
        if isinstance(texts, list) and language not in _NO_LANGUAGES:
            list_path = path if texts is words else (*path, language)
            paths = ((*list_path, number) for number in range(len(texts)))
            located = ((word_path, text) for word_path, text in zip(paths, texts, strict=True) if isinstance(text, str))
            yield WordSet(language, tuple(located), exact)
