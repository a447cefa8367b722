"""A comparison of two articles in words: which facts agree, which differ, which one of them does not say. Pure.

The short forms are reasons of decisions and of messages; the long one is what `why` and `stories show` print. A place
reads as the articles say it; where their languages differ, with its English name in brackets. A number reads with what
it counts, where one word says that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.places import get_place_name
from monitor.stories.comparison import Comparison
from monitor.stories.features import ArticleFeatures
from monitor.stories.verdicts import FactComparison, FactKind, Verdict

_MOST = 3  # of the words that only one of them says
_ALONE = frozenset(
    ("count", "model", "money", "ordinal", "repeated", "score", "serial")
)  # kinds that read as they are said
_FIRST = frozenset(("age", "category", "intensity", "magnitude"))  # kinds that are named before the number


def agreeing_in_words(comparison: Comparison) -> str:
    """What agrees, as a reason: "both Busan, the same day"."""
    return ", ".join(_describe_verdict(Verdict.AGREES, comparison)) or "much the same words"


def differing_in_words(comparison: Comparison) -> str:
    """What keeps them apart, as a reason: "another place (Shanghai, not Busan)"."""
    said = [(fact.kind, _describe_contrast(fact, comparison)) for fact in _select_facts(Verdict.DIFFERS, comparison)]
    return ", ".join(f"another {kind} ({words})" if words else f"another {kind}" for kind, words in said)


def doubt_in_words(comparison: Comparison, otherwise: str) -> str:
    """Why it is in doubt whether they are the same: what agrees, and what may differ; `otherwise`: if no fact does."""
    agreeing = list(_describe_verdict(Verdict.AGREES, comparison))
    doubtful = list(_describe_verdict(Verdict.DOUBTFUL, comparison))
    if doubtful:
        return "; ".join(filter(None, (", ".join(agreeing), ", ".join(doubtful))))
    return f"{', '.join(agreeing)}; {otherwise}" if agreeing else "partly the same words, and no fact agrees"


def comparison_in_words(comparison: Comparison) -> Iterator[str]:
    """Every kind of fact: what agrees, what differs, what may, and what is not known."""
    for verdict in (Verdict.DIFFERS, Verdict.AGREES, Verdict.DOUBTFUL):
        yield from _describe_verdict(verdict, comparison)
    unknown = [
        fact for fact in comparison.facts if fact.verdict is Verdict.UNKNOWN and fact.kind is not FactKind.WORDING
    ]
    yield from (_on_one_side(fact, comparison) for fact in unknown if fact.ours or fact.theirs)
    if silent := [fact.kind for fact in unknown if not fact.ours and not fact.theirs]:
        yield f"{join_with_and(silent)}: not known"


def likeness_in_words(comparison: Comparison, likeness: float, needed: float | None, beside: Sequence[str] = ()) -> str:
    """How alike the words are, and have to be (None: that is not asked); `beside`: what else agrees than facts."""
    if not comparison.same_language:
        return "in another language"
    alike = f"the words are alike by {likeness:.2f}"
    if needed is None:
        return alike
    agreeing = [*(fact.kind for fact in comparison.facts if fact.verdict is Verdict.AGREES), *beside]
    because = f" as {join_with_and(agreeing)} {'agrees' if len(agreeing) == 1 else 'agree'}" if agreeing else ""
    return f"{alike}, and {f'{needed:.2f}' if needed else 'none'} is needed{because}"


def join_with_and(words: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def _describe_verdict(verdict: Verdict, comparison: Comparison) -> Iterator[str]:
    say = {
        Verdict.AGREES: _describe_agreement,
        Verdict.DIFFERS: _describe_difference,
        Verdict.DOUBTFUL: _describe_doubt,
    }[verdict]
    return (say(fact, comparison) for fact in _select_facts(verdict, comparison))


def _select_facts(verdict: Verdict, comparison: Comparison) -> list[FactComparison]:
    """Without a wording that says no more than another fact does."""
    found = [fact for fact in comparison.facts if fact.verdict is verdict]
    facts = {(fact.ours, fact.theirs) for fact in found if fact.kind is not FactKind.WORDING}
    return [fact for fact in found if fact.kind is not FactKind.WORDING or (fact.ours, fact.theirs) not in facts]


def _describe_agreement(fact: FactComparison, comparison: Comparison) -> str:
    ours, theirs = _format_sides(fact, comparison)
    if not ours:
        return f"the same {fact.kind}"
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
    return f"perhaps another {fact.kind} ({words})" if words else f"perhaps another {fact.kind}"


def _describe_contrast(fact: FactComparison, comparison: Comparison) -> str:
    """Ours, not theirs; nothing where no words say it."""
    ours, theirs = _format_sides(fact, comparison)
    if ours and theirs:
        return f"{ours}, not {theirs}"
    return f"only here: {ours}" if ours else f"only there: {theirs}" if theirs else ""


def _on_one_side(fact: FactComparison, comparison: Comparison) -> str:
    ours, theirs = (_shorten_list(side) for side in _format_sides(fact, comparison))
    said = [f"{words} {where}" for words, where in ((ours, "here"), (theirs, "there")) if words]
    return f"{fact.kind}: {'only ' if len(said) == 1 else ''}{', '.join(said)}"


def _shorten_list(said: str) -> str:
    parts = said.split(", ")
    return ", ".join(parts[:_MOST]) + (" ..." if len(parts) > _MOST else "")


def _is_same_for_both(fact: FactComparison, comparison: Comparison) -> bool:
    """Whether both say one thing: in the same words, or a place in two languages."""
    places = _map_words_to_places(comparison.article), _map_words_to_places(comparison.other)
    one, other = places[0].get(fact.ours), places[1].get(fact.theirs)
    return fact.ours == fact.theirs or (fact.kind is FactKind.PLACE and one is not None and one == other)


def _format_sides(fact: FactComparison, comparison: Comparison) -> tuple[str, str]:
    """What both say, as people read it."""
    names_english = not comparison.same_language
    sides = ((fact.ours, comparison.article), (fact.theirs, comparison.other))
    ours, theirs = (_format_side(fact.kind, said, features, english=names_english) for said, features in sides)
    return ours, theirs


def _format_side(kind: FactKind, said: str, features: ArticleFeatures, *, english: bool) -> str:
    parts = said.split(", ")
    if kind is FactKind.PLACE and english:
        places = _map_words_to_places(features)
        return ", ".join(_with_english(place, places.get(place)) for place in parts)
    if kind is FactKind.NUMBER:
        kinds = {number.text: number.kind for number in features.facts.numbers}
        return ", ".join(_format_number(number, kinds.get(number)) for number in parts)
    return said


def _map_words_to_places(features: ArticleFeatures) -> dict[str, str]:
    return {place.text: place.place for place in features.facts.places}


def _with_english(said: str, place: str | None) -> str:
    english = get_place_name(place) if place is not None else said
    return said if english.casefold() == said.casefold() else f"{said} ({english})"


def _format_number(said: str, kind: str | None) -> str:
    if kind is None or kind in _ALONE:
        return said
    what = kind.replace("_", " ")
    return f"{what} {said}" if kind in _FIRST else f"{said} {what}"
