"""Compares two articles by the conditions that a rule names in `by`. Pure.

The values are those of `Match.by`: "entity:ID" or "word:LANGUAGE:TEXT". Words in two languages may be translations of
one word: then other facts decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from monitor.text.scripts import script_of

Values = frozenset[str]
_ENTITY = "entity"


def find_differing_conditions(ours: Mapping[str, Values], theirs: Mapping[str, Values]) -> list[str]:
    """The conditions for which both articles have values, and no common one."""
    return [name for name, values in ours.items() if _do_values_differ(values, theirs.get(name, frozenset()))]


def differing_values(name: str, ours: Mapping[str, Values], theirs: Mapping[str, Values]) -> str:
    """How two articles differ in a condition, in words: "where: Shanghai, not Busan"."""
    texts = [
        ", ".join(sorted({_parse_value(value)[1] for value in side.get(name, frozenset())})) for side in (ours, theirs)
    ]
    return f"{name}: {texts[0]}, not {texts[1]}"


def _do_values_differ(ours: Values, theirs: Values) -> bool:
    if not ours or not theirs or not {*map(_parse_value, ours)}.isdisjoint(map(_parse_value, theirs)):
        return False
    return not _may_be_translated(ours, theirs)


def _parse_value(value: str) -> tuple[str, str]:
    """The kind and the text of a value, without the language: a word that two languages write alike is one."""
    kind, _, text = value.partition(":")
    return kind, text if kind == _ENTITY else text.partition(":")[2]


def _may_be_translated(ours: Values, theirs: Values) -> bool:
    """Whether both sides have words, but in different languages. If both sides have entities, the answer is no: an
    entity is the same in all languages, so the entities decide."""
    if all(any(_parse_value(value)[0] == _ENTITY for value in side) for side in (ours, theirs)):
        return False
    pairs = list(product(_list_word_languages(ours), _list_word_languages(theirs)))
    return bool(pairs) and not any(_is_comparable(one, other) for one, other in pairs)


def _list_word_languages(values: Values) -> set[tuple[str, str]]:
    """The language and the script of each word."""
    words = [value.split(":", 2) for value in values if not value.startswith(f"{_ENTITY}:")]
    return {(language, script_of(letters[:1]).name) for _, language, letters in words}


def _is_comparable(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two different words have different meanings: they do in one language. Where the language of a word is not
    known, the script decides."""
    return one[1] == other[1] if "any" in (one[0], other[0]) else one[0] == other[0]
