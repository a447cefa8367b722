"""Compares two titles as one sentence with a different part: a place, a name, a number, a further step. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product, takewhile
from typing import TypeVar

from monitor.places.gazetteer import Relation, relate_places
from monitor.stories.alignment import (
    DifferingSlot,
    SlotKind,
    TitleAddition,
    TitleAlignment,
    aligned_differences,
    find_distinguishing_addition,
    find_reordered_words,
)
from monitor.stories.article_facts import NameFact, PlaceFact
from monitor.stories.features import ArticleFeatures
from monitor.stories.likeness import title_likeness
from monitor.stories.modality import modality_of
from monitor.stories.name_comparison import are_spelled_alike
from monitor.stories.place_comparison import compare_places, find_title_only_place, select_land
from monitor.stories.steps import has_step_words
from monitor.stories.verdicts import TELLING, FactComparison, FactKind, Verdict, in_one_language
from monitor.text.attribution import OFFICE, find_attributions, without_attribution
from monitor.text.folding import folded_tokens

Fact = TypeVar("Fact", PlaceFact, NameFact)
_MIN_TITLE_LIKENESS = 0.3  # of the terms of two titles
_MIN_SHARED_WITH_SLOT = 0.5  # with less in common, two titles are no template with a slot ("Streik bei Lufthansa")
_MIN_SHARED_WITHOUT_SLOT = 0.6  # with less in common, one title does not say everything that the other says

_WORD = re.compile(r"[^\W\d_]+")


def compare_wording(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Compare two titles that are the same but for one part. A different name there makes it another happening, and a
    different word may make it one."""
    if title_likeness(ours.words, theirs.words) < _MIN_TITLE_LIKENESS:  # a quick check first
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    if (reordered := _find_reversed_order(ours, theirs)) is not None:
        return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, *reordered)
    if (
        in_one_language(ours, theirs)
        and not _pick_later_article(ours, theirs).revises
        and modality_of(ours.title, ours.language) != modality_of(theirs.title, theirs.language)
    ):
        return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, ours.title, theirs.title)
    by_office = _is_said_by_office(ours) and _is_said_by_office(theirs)
    titles = (without_attribution(each.title, by_office=by_office) for each in (ours, theirs))
    alignment = aligned_differences(*titles)
    comparison = _compare_slots(ours, theirs, alignment)
    if comparison.verdict is Verdict.UNKNOWN and (other_countries := _find_other_countries(ours, theirs)) is not None:
        comparison = FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, *other_countries)
    if comparison.verdict is Verdict.DOUBTFUL and not in_one_language(ours, theirs):  # all words differ there
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    return comparison


def _is_said_by_office(features: ArticleFeatures) -> bool:
    """Whether what speaks in a title may be left out although no verb marks it. Not if the title does not say what
    happened, nor if a name is with the office that is no known place: "Oakham police" may say where it happened."""
    said_by = " ".join(features.title[start:end] for start, end in find_attributions(features.title))
    for place in features.facts.places:
        said_by = said_by.replace(place.text, " ")
    words = (word for word in _WORD.findall(said_by) if word[0].isupper() and not word.isupper())
    return bool(features.facts.happenings) and all(map(OFFICE.fullmatch, words))


def _find_other_countries(ours: ArticleFeatures, theirs: ArticleFeatures) -> tuple[str, str] | None:
    """The words for the places that only one title names each, if one of them is where an office is that says so, and
    nothing finer than a country agrees: "Chinese ship sinks: Philippine coast guard" says where it sinks."""
    one, other = select_land(ours.facts.places), select_land(theirs.facts.places)
    a, b = find_title_only_place(one, other), find_title_only_place(other, one)
    if a is None or b is None or compare_places(ours, theirs).points > TELLING:
        return None
    says_so = any(
        _find_facts_in_slot(span, each, [place])
        for each, place in ((ours, a), (theirs, b))
        for span in find_attributions(each.title)
    )
    return (a.text, b.text) if says_so else None


def _compare_slots(ours: ArticleFeatures, theirs: ArticleFeatures, alignment: TitleAlignment) -> FactComparison:
    if (reordered := find_reordered_words(alignment)) is not None:
        return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, *reordered)
    if (
        alignment.shared < (_MIN_SHARED_WITH_SLOT if alignment.slots else _MIN_SHARED_WITHOUT_SLOT)
        or len(alignment.slots) > 2
    ):
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    if not alignment.slots and alignment.additions:
        return _compare_additions(ours, theirs, alignment)
    verdicts = [(_compare_slot(slot, ours, theirs), slot) for slot in alignment.slots]
    for verdict in (Verdict.DIFFERS, Verdict.DOUBTFUL):
        for slot_verdict, slot in verdicts:
            if slot_verdict is verdict:
                return FactComparison(FactKind.WORDING, verdict, slot.one, slot.other)
    return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)


def _find_reversed_order(ours: ArticleFeatures, theirs: ArticleFeatures) -> tuple[str, str] | None:
    """The words of both titles for the same two places or names in reversed order; None otherwise. Who strikes or buys
    whom makes it another happening."""
    one, other = _list_first_two(ours), _list_first_two(theirs)
    if len(one) > 1 and [key for key, _ in one] == [key for key, _ in reversed(other)]:
        return " … ".join(words for _, words in one), " … ".join(words for _, words in other)
    return None


def _list_first_two(features: ArticleFeatures) -> list[tuple[str, str]]:
    """The first two places or names in a title: key and words of each."""
    facts = features.facts
    words_by_key = {place.place: place.text for place in facts.places if place.in_title}
    words_by_key |= {name.key: name.text for name in facts.names if name.in_title}
    return sorted(words_by_key.items(), key=lambda item: features.title.find(item[1]))[:2]


def _compare_additions(ours: ArticleFeatures, theirs: ArticleFeatures, alignment: TitleAlignment) -> FactComparison:
    """Compare two titles of which one says everything that the other says, and more. "The next one" or "it is over" may
    make it another happening."""
    added = find_distinguishing_addition(alignment, ours.facts.numbers, theirs.facts.numbers, _MIN_SHARED_WITHOUT_SLOT)
    if added is None and not any(has_step_words(_lower_first_letter(addition)) for addition in alignment.additions):
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, ours.title, theirs.title)


def _lower_first_letter(addition: TitleAddition) -> str:
    """The added words, without the capital letter that only begins the title."""
    return addition.text[:1].lower() + addition.text[1:] if addition.span[0] == 0 else addition.text


def _compare_slot(slot: DifferingSlot, ours: ArticleFeatures, theirs: ArticleFeatures) -> Verdict:
    if slot.kind is SlotKind.NUMBER:
        may_have_grown = _has_growing_number(slot.one, ours) and _has_growing_number(slot.other, theirs)
        is_revised = _pick_later_article(ours, theirs).revises or _have_magnitudes(ours, theirs)
        return Verdict.UNKNOWN if may_have_grown or is_revised else Verdict.DOUBTFUL
    if not slot.is_clear and not _has_other_modifier(slot.one, slot.other):
        return Verdict.UNKNOWN
    places = (
        _find_facts_in_slot(slot.one_span, ours, ours.facts.places),
        _find_facts_in_slot(slot.other_span, theirs, theirs.facts.places),
    )
    if all(places):
        are_apart = all(relate_places(a.place, b.place) is Relation.APART for a, b in product(*places))
        return Verdict.DIFFERS if are_apart else Verdict.UNKNOWN
    names = (
        _find_facts_in_slot(slot.one_span, ours, ours.facts.names),
        _find_facts_in_slot(slot.other_span, theirs, theirs.facts.names),
    )
    if all(names):
        return _compare_slot_names(*names)
    # Then only the wording of its title differs.
    is_in_other_article = theirs.has_all_words(slot.one) or ours.has_all_words(slot.other)
    return Verdict.UNKNOWN if is_in_other_article else Verdict.DOUBTFUL


def _pick_later_article(ours: ArticleFeatures, theirs: ArticleFeatures) -> ArticleFeatures:
    return ours if ours.at >= theirs.at else theirs


def _find_facts_in_slot(span: tuple[int, int], features: ArticleFeatures, facts: Iterable[Fact]) -> list[Fact]:
    """The facts that overlap this part of the title."""
    return [fact for fact in facts if fact.in_title and _is_overlapping_span(span, features.title, fact.text)]


def _is_overlapping_span(span: tuple[int, int], title: str, text: str) -> bool:
    start, end = span
    return text in title[max(0, start - len(text) + 1) : end + len(text) - 1]


def _has_growing_number(text: str, features: ArticleFeatures) -> bool:
    """Whether this part of a title has a number that may grow, as a death toll does."""
    in_title = [number for number in features.facts.numbers if number.start < len(features.title)]
    return any(number.may_grow and number.text in text for number in in_title)


def _have_magnitudes(ours: ArticleFeatures, theirs: ArticleFeatures) -> bool:
    """Whether both titles give a magnitude. `compare_numbers` decides then whether it is another earthquake."""
    return all(
        any(number.kind == "magnitude" and number.start < len(features.title) for number in features.facts.numbers)
        for features in (ours, theirs)
    )


def _compare_slot_names(ours: Sequence[NameFact], theirs: Sequence[NameFact]) -> Verdict:
    if any(a.key == b.key or are_spelled_alike(a, b) for a, b in product(ours, theirs)):
        return Verdict.UNKNOWN
    are_certain = any(name.is_certain for name in ours) and any(name.is_certain for name in theirs)
    return Verdict.DIFFERS if are_certain else Verdict.DOUBTFUL


def _has_other_modifier(one: str, other: str) -> bool:
    """Whether two words have the same end and different beginnings, like 탄도미사일 and 순항미사일; not if one only
    adds letters to the other (훈련, 합동훈련)."""
    ours, theirs = "".join(folded_tokens(one)), "".join(folded_tokens(other))
    head = _common_prefix_length(ours, theirs)
    tail = _common_prefix_length(ours[head:][::-1], theirs[head:][::-1])
    return tail > 1 and min(len(ours), len(theirs)) - head - tail > 1


def _common_prefix_length(one: str, other: str) -> int:
    """How many letters two words share from their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
