"""Describes a comparison of two articles in words: which facts agree, differ, or are not known. Pure.

A place has the name that the article uses; if the languages differ, its English name follows in brackets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.identity.compare import Comparison, FactComparison, FactKind, Verdict
from monitor.identity.features import ArticleFeatures
from monitor.places.gazetteer import get_place_name

_MAX_LISTED = 3  # words of a fact that only one article has
# Kinds of number whose text is enough, and kinds whose name comes before the number.
_KINDS_WITHOUT_LABEL = frozenset(("count", "model", "money", "ordinal", "repeated", "score", "serial"))
_KINDS_BEFORE_NUMBER = frozenset(("age", "category", "intensity", "magnitude"))


def agreeing_in_words(comparison: Comparison, likeness: float) -> str:
    """What agrees, as a reason: "the words are alike (0.45), both Busan". `likeness`: of the article to the event."""
    alike = f"the words are alike ({likeness:.2f})" if comparison.same_language else "in another language"
    return ", ".join([alike, *_describe_verdict(Verdict.AGREES, comparison)])


def differing_in_words(comparison: Comparison) -> str:
    """What differs, as a reason: "another place (Shanghai, not Busan)"."""
    return ", ".join(_describe_verdict(Verdict.DIFFERS, comparison))


def doubtful_in_words(comparison: Comparison) -> str:
    """What may differ: "perhaps another name (Hyundai, not Samsung)"; "" if nothing may."""
    return ", ".join(_describe_verdict(Verdict.DOUBTFUL, comparison))


def comparison_in_words(comparison: Comparison) -> Iterator[str]:
    """A line for every kind of fact: what differs, agrees, may differ, and is not known."""
    for verdict in (Verdict.DIFFERS, Verdict.AGREES, Verdict.DOUBTFUL):
        yield from _describe_verdict(verdict, comparison)
    silent = []
    for fact in comparison.facts:
        if fact.verdict is Verdict.UNKNOWN and fact.kind is not FactKind.WORDING:
            if fact.ours or fact.theirs:
                yield _describe_one_sided(fact, comparison)
            else:
                silent.append(fact.kind)
    if silent:
        yield f"{join_with_and(silent)}: not known"


def likeness_in_words(comparison: Comparison) -> str:
    return f"the words are alike by {comparison.likeness:.2f}" if comparison.same_language else "in another language"


def join_with_and(words: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _describe_verdict(verdict: Verdict, comparison: Comparison) -> Iterator[str]:
    for fact in comparison.facts:
        if fact.verdict is not verdict:
            continue
        ours, theirs = _format_sides(fact, comparison)
        if verdict is Verdict.AGREES:
            is_same = _is_same_for_both(fact, comparison)
            yield f"both {ours}" if is_same else f"the same {fact.kind} ({ours}, {theirs})"
        elif fact.kind is FactKind.WORDING:
            yield f"the same title but for {ours}, not {theirs}"
        else:
            yield f"{'' if verdict is Verdict.DIFFERS else 'perhaps '}another {fact.kind} ({ours}, not {theirs})"


def _describe_one_sided(fact: FactComparison, comparison: Comparison) -> str:
    sides = [words.split(", ") for words in _format_sides(fact, comparison)]
    shortened = [", ".join(words[:_MAX_LISTED]) + (" ..." if len(words) > _MAX_LISTED else "") for words in sides]
    parts = [f"{words} {where}" for words, where in zip(shortened, ("here", "there"), strict=True) if words]
    return f"{fact.kind}: {'only ' if len(parts) == 1 else ''}{', '.join(parts)}"


def _is_same_for_both(fact: FactComparison, comparison: Comparison) -> bool:
    """Whether both sides name the same: in the same words, or one place in two languages."""
    one = _map_words_to_places(comparison.article).get(fact.ours)
    is_one_place = one is not None and one == _map_words_to_places(comparison.other).get(fact.theirs)
    return fact.ours == fact.theirs or (fact.kind is FactKind.PLACE and is_one_place)


def _format_sides(fact: FactComparison, comparison: Comparison) -> tuple[str, str]:
    """The words of both sides, for people to read."""
    ours, theirs = comparison.article, comparison.other
    if fact.kind is FactKind.PLACE and not comparison.same_language:
        return _add_english(fact.ours, ours), _add_english(fact.theirs, theirs)
    if fact.kind is FactKind.NUMBER:
        return _add_kinds(fact.ours, ours), _add_kinds(fact.theirs, theirs)
    return fact.ours, fact.theirs


def _add_english(words: str, features: ArticleFeatures) -> str:
    places = _map_words_to_places(features)
    english = {name: get_place_name(places[name]) if name in places else name for name in words.split(", ")}
    return ", ".join(
        name if each.casefold() == name.casefold() else f"{name} ({each})" for name, each in english.items()
    )


def _map_words_to_places(features: ArticleFeatures) -> dict[str, str]:
    return {place.text: place.place for place in features.facts.places}


def _add_kinds(words: str, features: ArticleFeatures) -> str:
    kinds = {number.text: number.kind for number in features.facts.numbers}
    return ", ".join(_format_number(number, kinds.get(number, "")) for number in words.split(", "))


def _format_number(text: str, kind: str) -> str:
    label = "" if kind in _KINDS_WITHOUT_LABEL else kind.replace("_", " ")
    return (f"{label} {text}" if kind in _KINDS_BEFORE_NUMBER else f"{text} {label}").strip()
