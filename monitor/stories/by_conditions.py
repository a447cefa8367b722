"""Compares two articles by the conditions that a rule names in `by`. Pure.

The values are those of `Match.by`: "entity:ID" or "word:LANGUAGE:TEXT". Words in two languages may be translations of
one word: then the verdict is unknown, and other facts decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from monitor.stories.verdicts import Verdict
from monitor.text.scripts import script_of

Values = frozenset[str]
_ENTITY = "entity"
_ANY = "any"
_STRENGTH = (Verdict.UNKNOWN, Verdict.AGREES, Verdict.DIFFERS)  # of several articles the strongest verdict counts


def compare_by(ours: Mapping[str, Values], theirs: Mapping[str, Values]) -> dict[str, Verdict]:
    """The verdict for each condition that either side has, in our order. It agrees if the two have a common value, else
    it differs. It is unknown if one side has no value, or if the two have words in different languages only."""
    nothing: Values = frozenset()
    return {name: _compare_values(ours.get(name, nothing), theirs.get(name, nothing)) for name in {**ours, **theirs}}


def compare_by_with_all(ours: Mapping[str, Values], others: Iterable[Mapping[str, Values]]) -> dict[str, Verdict]:
    """The verdicts for an article and several others. It differs if it differs from one of them. It agrees if it agrees
    with at least one and differs from none."""
    strongest: dict[str, Verdict] = {}
    for theirs in others:
        for name, verdict in compare_by(ours, theirs).items():
            strongest[name] = max(strongest.get(name, verdict), verdict, key=_STRENGTH.index)
    return strongest


def differing_values(name: str, ours: Mapping[str, Values], theirs: Mapping[str, Values]) -> str:
    """How two articles differ in a condition, in words: "where: Shanghai, not Busan"."""
    texts = [
        ", ".join(sorted({_parse_value(value)[1] for value in side.get(name, frozenset())})) for side in (ours, theirs)
    ]
    return f"{name}: {texts[0]}, not {texts[1]}"


def _compare_values(ours: Values, theirs: Values) -> Verdict:
    if not ours or not theirs:
        return Verdict.UNKNOWN
    if not {*map(_parse_value, ours)}.isdisjoint(map(_parse_value, theirs)):
        return Verdict.AGREES
    return Verdict.UNKNOWN if _may_be_translated(ours, theirs) else Verdict.DIFFERS


def _parse_value(value: str) -> tuple[str, str]:
    """The kind and the text of a value, without the language: a word that two languages write alike is one."""
    kind, _, text = value.partition(":")
    return kind, text if kind == _ENTITY else text.partition(":")[2]


def _may_be_translated(ours: Values, theirs: Values) -> bool:
    """Whether both sides have words, but in different languages. If both sides have entities, the answer is no: an
    entity is the same in all languages, so the entities decide."""
    if _names_entities(ours) and _names_entities(theirs):
        return False
    pairs = list(product(set(_iter_word_languages(ours)), set(_iter_word_languages(theirs))))
    return bool(pairs) and not any(_is_comparable(one, other) for one, other in pairs)


def _names_entities(values: Values) -> bool:
    return any(_parse_value(value)[0] == _ENTITY for value in values)


def _iter_word_languages(values: Values) -> Iterator[tuple[str, str]]:
    """The language and the script of each word."""
    for value in values:
        kind, _, word = value.partition(":")
        if kind != _ENTITY:
            language, _, letters = word.partition(":")
            yield language, script_of(letters[:1]).name


def _is_comparable(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two different words have different meanings: they do in one language. Where the language of a word is not
    known, the script decides."""
    return one[1] == other[1] if _ANY in (one[0], other[0]) else one[0] == other[0]
