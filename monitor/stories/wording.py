"""Describes a comparison of two articles in words: which facts agree, differ, or are not known. Pure.

The short forms are the reasons in decisions and messages. The long form is what `why` and `stories show` print. A place
has the name that the article uses; if the languages differ, its English name follows in brackets. A number has the name
of what it counts, if that is one word. A kind of happening has a name of ours, as its word may be in neither article.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.places.gazetteer import get_place_name
from monitor.stories.article_comparison import Comparison
from monitor.stories.features import ArticleFeatures
from monitor.stories.happenings import name_happenings
from monitor.stories.verdicts import FactComparison, FactKind, Verdict

_HAPPENING = "kind of happening"
_MAX_LISTED = 3  # words of a fact that only one article has
# Kinds of number whose text is enough, and kinds whose name comes before the number.
_KINDS_WITHOUT_LABEL = frozenset(("count", "model", "money", "ordinal", "repeated", "score", "serial"))
_KINDS_BEFORE_NUMBER = frozenset(("age", "category", "intensity", "magnitude"))


def agreeing_in_words(comparison: Comparison) -> str:
    """What agrees, as a reason: "both Busan, the same day"."""
    return ", ".join(_describe_verdict(Verdict.AGREES, comparison)) or "much the same words"


def differing_in_words(comparison: Comparison) -> str:
    """What differs, as a reason: "another place (Shanghai, not Busan)"."""
    differing = [
        (fact.kind, _describe_contrast(fact, comparison)) for fact in _select_facts(Verdict.DIFFERS, comparison)
    ]
    return ", ".join(f"another {kind} ({words})" if words else f"another {kind}" for kind, words in differing)


def doubt_in_words(comparison: Comparison, otherwise: str) -> str:
    """Why it is doubtful whether they are the same: what agrees, and what may differ. `otherwise`: the words for the
    latter if no fact is doubtful."""
    agreeing = list(_describe_verdict(Verdict.AGREES, comparison))
    doubtful = list(_describe_verdict(Verdict.DOUBTFUL, comparison))
    if doubtful:
        return "; ".join(filter(None, (", ".join(agreeing), ", ".join(doubtful))))
    return f"{', '.join(agreeing)}; {otherwise}" if agreeing else "partly the same words, and no fact agrees"


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


def likeness_in_words(
    comparison: Comparison, likeness: float, required: float | None, other_agreements: Sequence[str] = ()
) -> str:
    """How alike the words are, and the required likeness (None: none is required). `other_agreements`: what agrees
    besides the facts."""
    if not comparison.same_language:
        return "in another language"
    likeness_text = f"the words are alike by {likeness:.2f}"
    if required is None:
        return likeness_text
    agreeing = [*(fact.kind for fact in comparison.facts if fact.verdict is Verdict.AGREES), *other_agreements]
    reason = f" as {join_with_and(agreeing)} {'agrees' if len(agreeing) == 1 else 'agree'}" if agreeing else ""
    return f"{likeness_text}, and {f'{required:.2f}' if required else 'none'} is needed{reason}"


def join_with_and(words: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _describe_verdict(verdict: Verdict, comparison: Comparison) -> Iterator[str]:
    describe = {
        Verdict.AGREES: _describe_agreement,
        Verdict.DIFFERS: _describe_difference,
        Verdict.DOUBTFUL: _describe_doubt,
    }[verdict]
    return (describe(fact, comparison) for fact in _select_facts(verdict, comparison))


def _select_facts(verdict: Verdict, comparison: Comparison) -> list[FactComparison]:
    """The facts with this verdict, without a wording that only repeats another fact."""
    selected = [fact for fact in comparison.facts if fact.verdict is verdict]
    other_words = {(fact.ours, fact.theirs) for fact in selected if fact.kind is not FactKind.WORDING}
    return [
        fact for fact in selected if fact.kind is not FactKind.WORDING or (fact.ours, fact.theirs) not in other_words
    ]


def _describe_agreement(fact: FactComparison, comparison: Comparison) -> str:
    ours, theirs = _format_sides(fact, comparison)
    if not ours:
        return f"the same {fact.kind}"
    if fact.kind is FactKind.HAPPENING:  # the word may be in neither article
        return f"the same {_HAPPENING} ({ours})"
    return f"both {ours}" if _is_same_for_both(fact, comparison) else f"the same {fact.kind} ({ours}, {theirs})"


def _describe_difference(fact: FactComparison, comparison: Comparison) -> str:
    words = _describe_contrast(fact, comparison)
    if fact.kind is FactKind.WORDING:
        return f"the same title but for {words}"
    return words or f"another {fact.kind}"


def _describe_doubt(fact: FactComparison, comparison: Comparison) -> str:
    words = _describe_contrast(fact, comparison)
    if fact.kind is FactKind.WORDING and fact.ours == comparison.article.title:
        return "perhaps another happening, as one title says more"
    if fact.kind is FactKind.WORDING:
        return f"perhaps another happening by its title ({words})"
    kind = _HAPPENING if fact.kind is FactKind.HAPPENING else fact.kind
    return f"perhaps another {kind} ({words})" if words else f"perhaps another {kind}"


def _describe_contrast(fact: FactComparison, comparison: Comparison) -> str:
    """The words of our side and not of theirs; empty if neither side has words."""
    ours, theirs = _format_sides(fact, comparison)
    if ours and theirs:
        return f"{ours}, not {theirs}"
    return f"only here: {ours}" if ours else f"only there: {theirs}" if theirs else ""


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
    return name_happenings(words) if kind is FactKind.HAPPENING else words


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
