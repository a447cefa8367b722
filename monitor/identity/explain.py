"""Describes a comparison of two articles in words: which facts agree, differ, or are not known. Pure.

The short forms are the reasons in decisions and messages. The long form is what `why` and `stories show` print. A place
has the name that the article uses; if the languages differ, its English name follows in brackets. A number has the name
of what it counts, if that is one word.
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
    alike = [f"the words are alike ({likeness:.2f})"] if comparison.same_language else ["in another language"]
    return ", ".join([*alike, *_describe_verdict(Verdict.AGREES, comparison)])


def differing_in_words(comparison: Comparison) -> str:
    """What differs, as a reason: "another place (Shanghai, not Busan)". How the titles differ says the same again."""
    differing = list(_describe_verdict(Verdict.DIFFERS, comparison))
    has_same_title = comparison.differing_facts[-1].kind is FactKind.WORDING
    return ", ".join(differing[:-1] if has_same_title and len(differing) > 1 else differing)


def doubtful_in_words(comparison: Comparison) -> str:
    """What may differ: "perhaps another name (Hyundai, not Samsung)"; "" if nothing may."""
    return ", ".join(_describe_verdict(Verdict.DOUBTFUL, comparison))


def comparison_in_words(comparison: Comparison) -> Iterator[str]:
    """A line for every kind of fact: what differs, agrees, may differ, and is not known."""
    for verdict in (Verdict.DIFFERS, Verdict.AGREES, Verdict.DOUBTFUL):
        yield from _describe_verdict(verdict, comparison)
    unknown = [
        fact for fact in comparison.facts if fact.verdict is Verdict.UNKNOWN and fact.kind is not FactKind.WORDING
    ]
    yield from (_describe_one_sided(fact, comparison) for fact in unknown if fact.ours or fact.theirs)
    if silent := [fact.kind for fact in unknown if not fact.ours and not fact.theirs]:
        yield f"{join_with_and(silent)}: not known"


def likeness_in_words(comparison: Comparison) -> str:
    """How alike the words are."""
    return f"the words are alike by {comparison.likeness:.2f}" if comparison.same_language else "in another language"


def join_with_and(words: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _describe_verdict(verdict: Verdict, comparison: Comparison) -> Iterator[str]:
    for fact in comparison.facts:
        if fact.verdict is verdict:
            ours, theirs = _format_sides(fact, comparison)
            if verdict is Verdict.AGREES:
                is_same = _is_same_for_both(fact, comparison)
                yield f"both {ours}" if is_same else f"the same {fact.kind} ({ours}, {theirs})"
            else:
                what = "the same title but for" if fact.kind is FactKind.WORDING else f"another {fact.kind}"
                words = f"{ours}, not {theirs}" if fact.kind is FactKind.WORDING else f"({ours}, not {theirs})"
                is_sure = verdict is Verdict.DIFFERS or fact.kind is FactKind.WORDING
                yield f"{'' if is_sure else 'perhaps '}{what} {words}"


def _describe_one_sided(fact: FactComparison, comparison: Comparison) -> str:
    ours, theirs = (_shorten_list(side) for side in _format_sides(fact, comparison))
    parts = [f"{words} {where}" for words, where in ((ours, "here"), (theirs, "there")) if words]
    return f"{fact.kind}: {'only ' if len(parts) == 1 else ''}{', '.join(parts)}"


def _shorten_list(words: str) -> str:
    parts = words.split(", ")
    return ", ".join(parts[:_MAX_LISTED]) + (" ..." if len(parts) > _MAX_LISTED else "")


def _is_same_for_both(fact: FactComparison, comparison: Comparison) -> bool:
    """Whether both sides name the same: in the same words, or one place in two languages."""
    places = _map_words_to_places(comparison.article), _map_words_to_places(comparison.other)
    one, other = places[0].get(fact.ours), places[1].get(fact.theirs)
    return fact.ours == fact.theirs or (fact.kind is FactKind.PLACE and one is not None and one == other)


def _format_sides(fact: FactComparison, comparison: Comparison) -> tuple[str, str]:
    """The words of both sides, for people to read."""
    names_english = not comparison.same_language
    sides = ((fact.ours, comparison.article), (fact.theirs, comparison.other))
    ours, theirs = (_format_side(fact.kind, words, features, english=names_english) for words, features in sides)
    return ours, theirs


def _format_side(kind: FactKind, words: str, features: ArticleFeatures, *, english: bool) -> str:
    parts = words.split(", ")
    if kind is FactKind.PLACE and english:
        places = _map_words_to_places(features)
        return ", ".join(_with_english(place, places.get(place)) for place in parts)
    if kind is FactKind.NUMBER:
        kinds = {number.text: number.kind for number in features.facts.numbers}
        return ", ".join(_format_number(number, kinds.get(number)) for number in parts)
    return words


def _map_words_to_places(features: ArticleFeatures) -> dict[str, str]:
    return {place.text: place.place for place in features.facts.places}


def _with_english(name: str, place: str | None) -> str:
    english_name = get_place_name(place) if place is not None else name
    return name if english_name.casefold() == name.casefold() else f"{name} ({english_name})"


def _format_number(text: str, kind: str | None) -> str:
    if kind is None or kind in _KINDS_WITHOUT_LABEL:
        return text
    label = kind.replace("_", " ")
    return f"{label} {text}" if kind in _KINDS_BEFORE_NUMBER else f"{text} {label}"
