"""Whether two articles tell of the same, as far as the conditions go that the rule's `by` names.

Values are those of `Match.by`: "entity:ID", or "word:LANGUAGE:TEXT". Words of two languages may be one word translated:
what those say is unknown, and other facts decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from monitor.stories.verdicts import Verdict
from monitor.text.scripts import script_of

Values = frozenset[str]
_ENTITY = "entity"
_ANY = "any"
_STRENGTH = (Verdict.UNKNOWN, Verdict.AGREES, Verdict.DIFFERS)  # of several articles the strongest counts


def compare_by(ours: Mapping[str, Values], theirs: Mapping[str, Values]) -> dict[str, Verdict]:
    """For each name that either has (in our order), whether they have a value in common (agrees) or none (differs). It
    is unknown where one side has none, or has words only of languages that the other side has no words of."""
    nothing: Values = frozenset()
    return {name: _compare_values(ours.get(name, nothing), theirs.get(name, nothing)) for name in {**ours, **theirs}}


def compare_by_with_all(ours: Mapping[str, Values], others: Iterable[Mapping[str, Values]]) -> dict[str, Verdict]:
    """The same of an article and several others: it differs if it differs from one of them, and agrees if it agrees
    with each that says something comparable, and with one at least."""
    found: dict[str, Verdict] = {}
    for theirs in others:
        for name, verdict in compare_by(ours, theirs).items():
            found[name] = max(found.get(name, verdict), verdict, key=_STRENGTH.index)
    return found


def differing_values(name: str, ours: Mapping[str, Values], theirs: Mapping[str, Values]) -> str:
    """What keeps two articles apart under a name, in words: "where: Shanghai, not Busan"."""
    said = [
        ", ".join(sorted({_parse_value(each)[1] for each in side.get(name, frozenset())})) for side in (ours, theirs)
    ]
    return f"{name}: {said[0]}, not {said[1]}"


def _compare_values(ours: Values, theirs: Values) -> Verdict:
    if not ours or not theirs:
        return Verdict.UNKNOWN
    if not {*map(_parse_value, ours)}.isdisjoint(map(_parse_value, theirs)):
        return Verdict.AGREES
    return Verdict.UNKNOWN if _may_be_translated(ours, theirs) else Verdict.DIFFERS


def _parse_value(value: str) -> tuple[str, str]:
    """What is compared: a word that two languages write alike is one."""
    kind, _, said = value.partition(":")
    return kind, said if kind == _ENTITY else said.partition(":")[2]


def _may_be_translated(ours: Values, theirs: Values) -> bool:
    """Whether both have words, and no word of ours is of the language of one of theirs. Entities are the same in all
    languages: where both name some, these tell."""
    if _names_entities(ours) and _names_entities(theirs):
        return False
    pairs = list(product(set(_iter_word_languages(ours)), set(_iter_word_languages(theirs))))
    return bool(pairs) and not any(_is_comparable(one, other) for one, other in pairs)


def _names_entities(values: Values) -> bool:
    return any(_parse_value(value)[0] == _ENTITY for value in values)


def _iter_word_languages(values: Values) -> Iterator[tuple[str, str]]:
    """Of each word its language and its script."""
    for value in values:
        kind, _, said = value.partition(":")
        if kind != _ENTITY:
            language, _, text = said.partition(":")
            yield language, script_of(text[:1]).name


def _is_comparable(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two words that differ say different things: those of one language do; of a word whose language is not
    told, its script is all that is known."""
    return one[1] == other[1] if _ANY in (one[0], other[0]) else one[0] == other[0]
