"""Writes the changes of a rule as edits of its YAML document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from monitor.config.editing.edits import (
    Edit,
    InsertItem,
    InsertKey,
    RemoveItem,
    RemoveKey,
    ReplaceValue,
    WrapKey,
    WrapValue,
    apply_edits_to_data,
)
from monitor.config.yaml.yaml12 import PlainData, ValuePath
from monitor.lab.improving.rule_changes import (
    AddReference,
    AddWord,
    DropByTitle,
    IgnoreInside,
    RemoveWord,
    RuleChange,
    SetNearness,
    write_leaf,
)
from monitor.model import Term, Unit

_LEAVES = ("list", "entity", "pattern", "number", "names")
_TITLE_WORDS = {"in", "any", "words"}  # the keys of a condition that one more word can join
_OPTIONS_OF_WORDS = ("case", "forms", "edges")  # which a list has itself
_KEYS_OF_IGNORE = {"words", "list", "before", "after"}


def edits_from_changes(data: PlainData, changes: Iterable[RuleChange]) -> list[Edit]:
    """The edits that make these changes, one after another, in the document of a rule."""
    edits: list[Edit] = []
    for change in changes:
        new = list(_edits_from_change(data, change))
        data = apply_edits_to_data(data, new)
        edits += new
    return edits


def _edits_from_change(data: PlainData, change: RuleChange) -> Iterator[Edit]:
    match change:
        case AddWord(at, term):
            yield from _add_word(data, at.part.path, term)
        case AddReference(at):
            yield from _add_reference(data, at.part.path, change)
        case RemoveWord(at, term):
            yield _remove_word(data, (*at.part.path, "words"), term)
        case IgnoreInside(at, term):
            yield _add_ignored(data, at.part.path, term)
        case DropByTitle(term):
            yield from _add_to_unless(data, term)
        case SetNearness(at, within):
            yield ReplaceValue((*at.part.path, "near", "within"), _write_distance(within))


def _write_distance(within: int | Unit) -> str:
    if isinstance(within, Unit):
        return within.value
    return "1 word" if within == 1 else f"{within} words"


def _add_word(data: PlainData, path: ValuePath, term: Term) -> Iterator[Edit]:
    """To the words of a condition, or to the first words inside its `any`; beside a list, entity or pattern, as a new
    `any` of both."""
    condition = _mapping_at(data, path)
    if "words" in condition:
        yield _add_to_words(data, (*path, "words"), term)
        return
    if "any" in condition:
        parts = condition["any"]
        assert isinstance(parts, list)
        for number, part in enumerate(parts):
            if isinstance(part, dict) and "words" in part:
                yield _add_to_words(data, (*path, "any", number, "words"), term)
                return
        yield InsertItem((*path, "any"), _new_words(term))
        return
    leaf = next((key for key in _LEAVES if key in condition), None)
    if leaf is None:
        yield WrapValue(path, "any")
        yield InsertItem((*path, "any"), _new_words(term))
        return
    yield RemoveKey((*path, leaf))
    yield InsertKey(path, "any", [{leaf: condition[leaf]}, _new_words(term)])


def _add_reference(data: PlainData, path: ValuePath, change: AddReference) -> Iterator[Edit]:
    """In place of the words of a condition; or beside them, as a new `any` of both; or into the `any` that there is."""
    condition = _mapping_at(data, path)
    written = write_leaf(change.leaf)
    if change.in_place and "words" in condition:
        yield from (InsertKey(path, key, name) for key, name in written.items())
        yield from (RemoveKey((*path, old)) for old in ("words", *_OPTIONS_OF_WORDS) if old in condition)
        return
    if "any" not in condition:
        leaf = next(key for key in ("words", *_LEAVES) if key in condition)
        yield WrapKey((*path, leaf), "any")
    yield InsertItem((*path, "any"), {**written})


def _new_words(term: Term) -> PlainData:
    return {"words": {term.language: [term.text]}}


def _add_to_words(data: PlainData, path: ValuePath, term: Term) -> Edit:
    """To words by language, or to a plain list of them."""
    words = _value_at(data, path)
    if isinstance(words, dict) and term.language in words:
        return InsertItem((*path, term.language), term.text)
    return InsertKey(path, term.language, [term.text]) if isinstance(words, dict) else InsertItem(path, term.text)


def _remove_word(data: PlainData, path: ValuePath, term: Term) -> Edit:
    words = _value_at(data, path)
    if isinstance(words, dict):
        path, words = (*path, term.language), words[term.language]
    assert isinstance(words, list)
    return RemoveKey(path) if words == [term.text] else RemoveItem((*path, words.index(term.text)))


def _add_ignored(data: PlainData, path: ValuePath, term: Term) -> Edit:
    ignored = _mapping_at(data, path).get("ignore")
    if ignored is None:
        return InsertKey(path, "ignore", {term.language: [term.text]})
    if isinstance(ignored, dict) and ignored.keys() & _KEYS_OF_IGNORE:
        if "words" not in ignored:
            return InsertKey((*path, "ignore"), "words", {term.language: [term.text]})
        return _add_to_words(data, (*path, "ignore", "words"), term)
    return _add_to_words(data, (*path, "ignore"), term)


def _add_to_unless(data: PlainData, term: Term) -> Iterator[Edit]:
    """To the words of `unless` that are looked for in the title, or as one more condition of it."""
    words: PlainData = {"in": "title", "words": {term.language: [term.text]}}
    unless = _mapping_at(data, ()).get("unless")
    conditions = unless if isinstance(unless, list) else [unless]
    for number, condition in enumerate(conditions):
        if isinstance(condition, dict) and condition.get("in") == "title" and condition.keys() <= _TITLE_WORDS:
            yield from _add_word(data, ("unless", number) if isinstance(unless, list) else ("unless",), term)
            return
    if unless is None:
        yield InsertKey((), "unless", words)
    elif isinstance(unless, list):
        yield InsertItem(("unless",), words)
    else:
        yield WrapValue(("unless",), "any")
        yield InsertItem(("unless", "any"), words)


def _mapping_at(data: PlainData, path: ValuePath) -> dict[str, PlainData]:
    found = _value_at(data, path)
    assert isinstance(found, dict)
    return found


def _value_at(data: PlainData, path: ValuePath) -> PlainData:
    for key in path:
        if isinstance(data, dict):
            data = data[str(key)]
        elif isinstance(data, list):
            assert isinstance(key, int)
            data = data[key]
    return data
