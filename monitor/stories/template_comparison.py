"""Whether two titles are one sentence with another thing in it: a place, a name, a number, a further step. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product, takewhile
from typing import TypeVar

from monitor.places import Relation, relate_places
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
from monitor.stories.likeness import title_likeness, word_features_of
from monitor.stories.modality import modality_of
from monitor.stories.name_comparison import are_spelled_alike
from monitor.stories.steps import has_step_words
from monitor.stories.verdicts import FactComparison, FactKind, Verdict, in_one_language
from monitor.text.attribution import without_attribution
from monitor.text.folding import folded_tokens

Fact = TypeVar("Fact", PlaceFact, NameFact)
_PERHAPS_TEMPLATE = 0.3  # of their terms
_TEMPLATE = 0.5  # of two titles: with less in common they are no template with a slot ("Streik bei Lufthansa")
_LONGER = 0.6  # with less in common, one does not say all that the other says


def compare_wording(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Titles that say the same but for one thing: another name there is another happening, another word may be one."""
    if title_likeness(ours.words, theirs.words) < _PERHAPS_TEMPLATE:  # which is quicker asked
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    if (order := _reversed_order(ours, theirs)) is not None:
        return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, *order)
    if (
        in_one_language(ours, theirs)
        and not _pick_later_article(ours, theirs).revises
        and modality_of(ours.title, ours.language) != modality_of(theirs.title, theirs.language)
    ):
        return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, ours.title, theirs.title)
    alignment = aligned_differences(without_attribution(ours.title), without_attribution(theirs.title))
    found = _compare_slots(ours, theirs, alignment)
    if found.verdict is Verdict.DOUBTFUL and not in_one_language(ours, theirs):  # where all words are other ones
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    return found


def _compare_slots(ours: ArticleFeatures, theirs: ArticleFeatures, alignment: TitleAlignment) -> FactComparison:
    if (order := find_reordered_words(alignment)) is not None:
        return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, *order)
    if alignment.shared < (_TEMPLATE if alignment.slots else _LONGER) or len(alignment.slots) > 2:
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    if not alignment.slots and alignment.additions:
        return _compare_additions(ours, theirs, alignment)
    verdicts = [(_slot_verdict(slot, ours, theirs), slot) for slot in alignment.slots]
    for verdict in (Verdict.DIFFERS, Verdict.DOUBTFUL):
        for found, slot in verdicts:
            if found is verdict:
                return FactComparison(FactKind.WORDING, verdict, slot.one, slot.other)
    return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)


def _reversed_order(ours: ArticleFeatures, theirs: ArticleFeatures) -> tuple[str, str] | None:
    """How each title names the same two places or names, if it does so in the other order: who strikes whom, and who
    buys whom, is another happening."""
    one, other = _first_two(ours), _first_two(theirs)
    if len(one) > 1 and [key for key, _ in one] == [key for key, _ in reversed(other)]:
        return " … ".join(said for _, said in one), " … ".join(said for _, said in other)
    return None


def _first_two(features: ArticleFeatures) -> list[tuple[str, str]]:
    """What a title names first, by key, and the words for it."""
    facts = features.facts
    named = {place.place: place.text for place in facts.places if place.in_title}
    named |= {name.key: name.text for name in facts.names if name.in_title}
    return sorted(named.items(), key=lambda item: features.title.find(item[1]))[:2]


def _compare_additions(ours: ArticleFeatures, theirs: ArticleFeatures, alignment: TitleAlignment) -> FactComparison:
    """One title says all that the other says, and more: that it is the next one, or that it is over, may make it
    another happening."""
    added = find_distinguishing_addition(alignment, ours.facts.numbers, theirs.facts.numbers, _LONGER)
    if added is None and not any(has_step_words(_lower_first_letter(addition)) for addition in alignment.additions):
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, ours.title, theirs.title)


def _lower_first_letter(added: TitleAddition) -> str:
    """What is added, without the capital that only begins the title."""
    return added.text[:1].lower() + added.text[1:] if added.span[0] == 0 else added.text


def _slot_verdict(slot: DifferingSlot, ours: ArticleFeatures, theirs: ArticleFeatures) -> Verdict:
    if slot.kind is SlotKind.NUMBER:
        grew = _has_growing_number(slot.one, ours) and _has_growing_number(slot.other, theirs)
        revised = _pick_later_article(ours, theirs).revises or _have_magnitudes(ours, theirs)
        return Verdict.UNKNOWN if grew or revised else Verdict.DOUBTFUL
    if not slot.is_clear and not _has_other_modifier(slot.one, slot.other):
        return Verdict.UNKNOWN
    places = (
        _find_facts_in_slot(slot.one_span, ours, ours.facts.places),
        _find_facts_in_slot(slot.other_span, theirs, theirs.facts.places),
    )
    if all(places):
        apart = all(relate_places(a.place, b.place) is Relation.APART for a, b in product(*places))
        return Verdict.DIFFERS if apart else Verdict.UNKNOWN
    names = (
        _find_facts_in_slot(slot.one_span, ours, ours.facts.names),
        _find_facts_in_slot(slot.other_span, theirs, theirs.facts.names),
    )
    if all(names):
        return _verdict_on_names(*names)
    known = _has_all_words(theirs, slot.one) or _has_all_words(ours, slot.other)
    return Verdict.UNKNOWN if known else Verdict.DOUBTFUL


def _pick_later_article(ours: ArticleFeatures, theirs: ArticleFeatures) -> ArticleFeatures:
    return ours if ours.at >= theirs.at else theirs


def _find_facts_in_slot(span: tuple[int, int], features: ArticleFeatures, facts: Iterable[Fact]) -> list[Fact]:
    """The facts of which something is in this part of the title."""
    return [fact for fact in facts if fact.in_title and _is_overlapping_span(span, features.title, fact.text)]


def _is_overlapping_span(span: tuple[int, int], title: str, said: str) -> bool:
    start, end = span
    return said in title[max(0, start - len(said) + 1) : end + len(said) - 1]


def _has_growing_number(said: str, features: ArticleFeatures) -> bool:
    """Whether this part of a title is a number that grows, as a toll does."""
    titled = [number for number in features.facts.numbers if number.start < len(features.title)]
    return any(number.may_grow and number.text in said for number in titled)


def _have_magnitudes(ours: ArticleFeatures, theirs: ArticleFeatures) -> bool:
    """Whether both titles give a magnitude, of which `compare_numbers` says whether it is another earthquake's."""
    return all(
        any(number.kind == "magnitude" and number.start < len(features.title) for number in features.facts.numbers)
        for features in (ours, theirs)
    )


def _verdict_on_names(ours: Sequence[NameFact], theirs: Sequence[NameFact]) -> Verdict:
    if any(a.key == b.key or are_spelled_alike(a, b) for a, b in product(ours, theirs)):
        return Verdict.UNKNOWN
    sure = any(name.is_certain for name in ours) and any(name.is_certain for name in theirs)
    return Verdict.DIFFERS if sure else Verdict.DOUBTFUL


def _has_all_words(features: ArticleFeatures, said: str) -> bool:
    """Whether an article says all of this: then its title only puts it otherwise."""
    return features.words.of_both.issuperset(word_features_of(said, "", "").title)


def _has_other_modifier(one: str, other: str) -> bool:
    """Whether two words end alike and begin otherwise, as 탄도미사일 and 순항미사일 do; not where one has no more than
    the other (훈련, 합동훈련)."""
    ours, theirs = "".join(folded_tokens(one)), "".join(folded_tokens(other))
    head = _common_prefix_length(ours, theirs)
    tail = _common_prefix_length(ours[head:][::-1], theirs[head:][::-1])
    return tail > 1 and min(len(ours), len(theirs)) - head - tail > 1


def _common_prefix_length(one: str, other: str) -> int:
    """How many letters two words share from their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
