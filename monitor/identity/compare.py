"""Compares two reports: do they tell the same happening? Pure.

Two reports that come in time tell the same happening, if one copies the other or their words are alike, unless each
names something of its own kind that the other does not name: another place, another person, another number of a
series. If only one of them names something new, or little agrees, they are possibly the same, and the message is quiet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import TypeVar

from monitor.identity.bounds import COPIED_SHARE, TEMPLATE_SHARE
from monitor.identity.facts import NameFact, PlaceFact, do_names_agree
from monitor.identity.features import ArticleFeatures
from monitor.identity.likeness import RUNS, measure_copied_share, measure_likeness, title_likeness
from monitor.places.gazetteer import Relation, get_place_level, relate_places
from monitor.places.records import COUNTRY, REGION
from monitor.text.alignment import DifferingSlot, aligned_differences
from monitor.text.attribution import without_attribution
from monitor.text.numbers import NumberFact


class FactKind(StrEnum):
    """The kinds of fact that are compared."""

    PLACE = "place"
    NAME = "name"
    NUMBER = "number"
    WORDING = "wording"  # the same sentence with another part


class Verdict(StrEnum):
    """How two reports compare in a kind of fact."""

    AGREES = "agrees"
    DIFFERS = "differs"  # each names something that the other does not
    DOUBTFUL = "doubtful"  # it may be so
    UNKNOWN = "unknown"  # one of them does not say


@dataclass(frozen=True, slots=True)
class FactComparison:
    """The verdict on one kind of fact. `ours`, `theirs`: the words of each side."""

    kind: FactKind
    verdict: Verdict
    ours: str = ""
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An `article` compared with an older one, the `other`. `likeness`: of their words, from 0 to 1; `is_copy`: one
    copies the text of the other."""

    article: ArticleFeatures
    other: ArticleFeatures
    facts: tuple[FactComparison, ...]
    likeness: float
    is_copy: bool

    @property
    def same_language(self) -> bool:
        return in_one_language(self.article, self.other)

    @property
    def differing_facts(self) -> tuple[FactComparison, ...]:
        """The facts that separate them."""
        return self._facts_with(Verdict.DIFFERS)

    @property
    def doubtful_facts(self) -> tuple[FactComparison, ...]:
        """The facts that may separate them."""
        return self._facts_with(Verdict.DOUBTFUL)

    @property
    def is_variant(self) -> bool:
        """Whether their titles are the same but for a part, or each has another place below its title."""
        return any(fact.kind in (FactKind.WORDING, FactKind.PLACE) for fact in self.doubtful_facts)

    @property
    def agreement(self) -> int:
        """How many kinds of fact agree."""
        return len(self._facts_with(Verdict.AGREES))

    @property
    def unknown_kinds(self) -> tuple[FactKind, ...]:
        """The kinds of fact that one of them does not name."""
        return tuple(fact.kind for fact in self._facts_with(Verdict.UNKNOWN))

    def _facts_with(self, verdict: Verdict) -> tuple[FactComparison, ...]:
        return tuple(fact for fact in self.facts if fact.verdict is verdict)


@lru_cache(maxsize=1_000)  # the stories and the events of each rule have the same members
def compare(ours: ArticleFeatures, theirs: ArticleFeatures) -> Comparison:
    """Compare an article with an earlier one."""
    facts = [compare_places(ours, theirs), compare_names(ours, theirs), compare_numbers(ours, theirs)]
    if all(fact.verdict is not Verdict.DIFFERS for fact in facts):  # else the wording would say the same again
        facts.append(compare_wording(ours, theirs))
    return Comparison(ours, theirs, tuple(facts), measure_likeness(ours.words, theirs.words), is_copy(ours, theirs))


def in_one_language(ours: ArticleFeatures, theirs: ArticleFeatures) -> bool:
    """Whether both are in one language. True if one language is not known."""
    return not (ours.language and theirs.language and ours.language != theirs.language)


def is_copy(ours: ArticleFeatures, theirs: ArticleFeatures) -> bool:
    """Whether one copies the text of the other. In short texts the titles must be alike too: many sources print the
    same few words below all their titles."""
    if measure_copied_share(ours.words, theirs.words) < COPIED_SHARE:
        return False
    has_whole_texts = min(len(ours.words.runs), len(theirs.words.runs)) == RUNS
    return has_whole_texts or title_likeness(ours.words, theirs.words) >= COPIED_SHARE


# --- places -----------------------------------------------------------------------------------------------------------

_REPORTING_ROLES = frozenset(("seat", "dateline", "speaker"))  # somebody speaks or reports there
_PEOPLE, _SEA = "people", "sea"
_OVERLAPPING = frozenset((Relation.SAME, Relation.CONTAINS, Relation.WITHIN))
_relate = lru_cache(maxsize=50_000)(relate_places)


def compare_places(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Compare places. They differ if each title names a place that lies apart from all places of the other report. They
    are doubtful if all their places lie apart, but one is only below a title, where it may be background."""
    one, other = select_places(ours), select_places(theirs)
    if one and other and (a := _find_own_place(ours, theirs)) and (b := _find_own_place(theirs, ours)):
        return FactComparison(FactKind.PLACE, Verdict.DIFFERS, a.text, b.text)
    if shared := [pair for pair in product(one, other) if _overlap(*pair)]:
        a, b = max(shared, key=lambda pair: all(get_place_level(fact.place) != COUNTRY for fact in pair))
        return FactComparison(FactKind.PLACE, Verdict.AGREES, a.text, b.text)
    if one and other and all(_are_apart(*pair) for pair in product(one, other)):
        return FactComparison(FactKind.PLACE, Verdict.DOUBTFUL, one[0].text, other[0].text)
    return FactComparison(FactKind.PLACE, Verdict.UNKNOWN, join_words(one), join_words(other))


@lru_cache(maxsize=10_000)  # each article is compared with many
def select_places(features: ArticleFeatures) -> tuple[PlaceFact, ...]:
    """The places of a report without regions like Europe, which are too wide to separate happenings."""
    return tuple(place for place in features.facts.places if get_place_level(place.place) != REGION)


def find_scenes(features: ArticleFeatures) -> list[PlaceFact]:
    """The places in a title where something may have happened. Who speaks says where only if nothing else in the title
    does: "Five dead in earthquake: Indonesian police"."""
    places = [place for place in select_places(features) if place.in_title and place.role != "dateline"]
    scenes = [place for place in places if place.role not in _REPORTING_ROLES]
    return places if all(place.role == _PEOPLE for place in scenes) else scenes


def has_place_of(place: PlaceFact, features: ArticleFeatures) -> bool:
    """Whether a report names the place, one within it, or one that it lies in."""
    return any(_overlap(place, other) for other in select_places(features))


def may_happen_at(place: PlaceFact, features: ArticleFeatures) -> bool:
    """Whether a report may tell what happened at the place: it names that, or a sea on whose coast it may be."""
    return any(not _are_apart(place, other) for other in select_places(features))


def _find_own_place(features: ArticleFeatures, other: ArticleFeatures) -> PlaceFact | None:
    """A place in the title that lies apart from all places in the other report; None if there is none. Of the other,
    what only says where another place of it lies does not count (Texas of Dallas)."""
    places = select_places(other)
    others = [one for one in places if all(_relate(one.place, each.place) is not Relation.CONTAINS for each in places)]
    scenes = find_scenes(features)
    return next((place for place in scenes if all(_are_apart(place, each) for each in others)), None)


def _overlap(one: PlaceFact, other: PlaceFact) -> bool:
    return _relate(one.place, other.place) in _OVERLAPPING


def _are_apart(one: PlaceFact, other: PlaceFact) -> bool:
    """Whether neither lies in the other. A sea and a country are not apart, because it may be on its coast."""
    is_at_sea = {get_place_level(one.place), get_place_level(other.place)} == {COUNTRY, _SEA}
    return not is_at_sea and _relate(one.place, other.place) is Relation.APART


# --- names ------------------------------------------------------------------------------------------------------------


def compare_names(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Compare names. They differ if each title names a person, known as an entity, whom the other report does not name.
    They are doubtful if each title has another name that the other report lacks, and the titles share none: it may be
    another spelling, or what the same actor did to somebody else."""
    one, other = ours.facts.names, theirs.facts.names
    shared = [(a, b) for a, b in product(one, other) if do_names_agree(a, b)]
    ours_alone = [name for name in one if name.in_title and all(name is not a for a, _ in shared)]
    theirs_alone = [name for name in other if name.in_title and all(name is not b for _, b in shared)]
    do_titles_agree = any(a.in_title and b.in_title for a, b in shared)
    for verdict, is_named in (
        (Verdict.DIFFERS, lambda name: name.is_person),
        (Verdict.DOUBTFUL, lambda name: name.is_certain and not do_titles_agree),
    ):
        a, b = (next(filter(is_named, side), None) for side in (ours_alone, theirs_alone))
        if a and b:
            return FactComparison(FactKind.NAME, verdict, a.text, b.text)
    if shared:
        return _agree(FactKind.NAME, shared)
    certain = (join_words(name for name in side if name.is_certain) for side in (one, other))
    return FactComparison(FactKind.NAME, Verdict.UNKNOWN, *certain)


# --- numbers ----------------------------------------------------------------------------------------------------------

_SERIES_KINDS = frozenset(("ordinal", "repeated"))  # they make a happening the next of a series: the second, again
_IDENTIFYING_KINDS = frozenset(("ordinal", "serial", "magnitude", "basis_points"))  # another number: another happening
_COMMON_KINDS = frozenset(("age", "intensity", "category"))  # shared by very many happenings
_MAX_MAGNITUDE_REVISION = 0.3  # agencies differ by this much about the same earthquake


def compare_numbers(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Compare numbers. They differ where both reports have an identifying number for the same kind of thing, and share
    none. They agree on one that two happenings seldom share: 16 dead, not two."""
    pairs = list(product(ours.facts.numbers, theirs.facts.numbers))
    shared = [(a, b) for a, b in pairs if (a.kind, a.value) == (b.kind, b.value) and _is_same_unit(a, b)]
    settled = {(number.kind, number.unit) for pair in shared for number in pair}
    for a, b in pairs:
        if _is_conflicting_number(a, b) and settled.isdisjoint(((a.kind, a.unit), (b.kind, b.unit))):
            return FactComparison(FactKind.NUMBER, Verdict.DIFFERS, a.text, b.text)
    if distinctive := [(a, b) for a, b in shared if _is_distinctive(a) and _is_distinctive(b)]:
        return _agree(FactKind.NUMBER, distinctive)
    unknown = join_words(ours.facts.numbers), join_words(theirs.facts.numbers)
    return FactComparison(FactKind.NUMBER, Verdict.UNKNOWN, *unknown)


def find_series_number(features: ArticleFeatures, *, in_title: bool) -> NumberFact | None:
    """The first number that makes a report the next of a series; `in_title`: only there."""
    numbers = features.numbers_in_title if in_title else features.facts.numbers
    return next((number for number in numbers if number.kind in _SERIES_KINDS and number.value > 1), None)


def _is_distinctive(fact: NumberFact) -> bool:
    """Whether few happenings have the same number: "first" and "two dead" are common, "16 dead" is not."""
    if fact.kind in {"ordinal", "serial", "model"}:
        return fact.value > 1
    digits = f"{fact.value:.6g}".partition("e")[0].replace(".", "").strip("0")
    return fact.kind not in _COMMON_KINDS and len(digits) > 1


def _is_conflicting_number(a: NumberFact, b: NumberFact) -> bool:
    if a.kind != b.kind or a.kind not in _IDENTIFYING_KINDS or a.value == b.value or not _is_same_unit(a, b):
        return False
    return a.kind != "magnitude" or abs(a.value - b.value) > _MAX_MAGNITUDE_REVISION


def _is_same_unit(a: NumberFact, b: NumberFact) -> bool:
    return a.unit == b.unit or not set(a.unit.split()).isdisjoint(b.unit.split())


# --- wording ----------------------------------------------------------------------------------------------------------


def compare_wording(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Compare two titles that are one sentence with a different part, or two. A different place or name there makes it
    another happening, and a different word may make it one. In two languages all words differ."""
    unknown = FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    if not in_one_language(ours, theirs):
        return unknown
    slots = aligned_differences(without_attribution(ours.title), without_attribution(theirs.title), TEMPLATE_SHARE)
    if len(slots) > 2:
        return unknown
    verdicts = {_compare_slot(slot, ours, theirs): slot for slot in reversed(slots)}
    for verdict in (Verdict.DIFFERS, Verdict.DOUBTFUL):
        if slot := verdicts.get(verdict):
            return FactComparison(FactKind.WORDING, verdict, slot.one, slot.other)
    return unknown


_DIGIT = re.compile(r"\d|[一二三四五六七八九十百]")


def _compare_slot(slot: DifferingSlot, ours: ArticleFeatures, theirs: ArticleFeatures) -> Verdict:
    sides = ((slot.one, ours), (slot.other, theirs))
    names = [_find_in_slot(text, [fact for fact in each.facts.names if fact.in_title]) for text, each in sides]
    are_other_names = all(names) and not any(do_names_agree(a, b) for a, b in product(*names))
    are_certain = all(any(name.is_certain for name in side) for side in names)
    if slot.is_clear and are_other_names and are_certain:
        # The other report may name the same one below its title: the IAEA, and Grossi, who speaks for it.
        others = (*product(names[0], theirs.facts.names), *product(names[1], ours.facts.names))
        return Verdict.DOUBTFUL if any(do_names_agree(a, b) for a, b in others) else Verdict.DIFFERS
    numbers = [_find_in_slot(text, each.numbers_in_title) for text, each in sides]
    if all(found or _DIGIT.search(text) for found, (text, _) in zip(numbers, sides, strict=True)):
        is_same_number = any(a.kind == b.kind and a.value == b.value for a, b in product(*numbers))  # ninth, 9th
        # A toll grows, and `compare_numbers` knows when a magnitude is another earthquake.
        are_settled = all(any(number.may_grow or number.kind == "magnitude" for number in side) for side in numbers)
        later = max(ours, theirs, key=lambda features: features.at)
        return Verdict.UNKNOWN if later.revises or is_same_number or are_settled else Verdict.DOUBTFUL
    if not slot.is_clear:
        return Verdict.UNKNOWN
    places = [_find_in_slot(text, [fact for fact in each.facts.places if fact.in_title]) for text, each in sides]
    if all(places):
        are_apart = all(_relate(a.place, b.place) is Relation.APART for a, b in product(*places))
        return Verdict.DIFFERS if are_apart else Verdict.UNKNOWN
    if all(names):
        return Verdict.DOUBTFUL if are_other_names else Verdict.UNKNOWN
    # Then only the wording of its title differs.
    is_in_other_report = theirs.has_all_words(slot.one) or ours.has_all_words(slot.other)
    return Verdict.UNKNOWN if is_in_other_report else Verdict.DOUBTFUL


_Fact = TypeVar("_Fact", PlaceFact, NameFact, NumberFact)


def _find_in_slot(slot: str, facts: Iterable[_Fact]) -> list[_Fact]:
    """The facts that are in this part of a title, or contain it."""
    return [fact for fact in facts if fact.text in slot or slot in fact.text]


def _agree(kind: FactKind, shared: Iterable[tuple[_Fact, _Fact]]) -> FactComparison:
    ours, theirs = zip(*shared, strict=True)
    return FactComparison(kind, Verdict.AGREES, join_words(ours), join_words(theirs))


def join_words(facts: Iterable[PlaceFact | NameFact | NumberFact]) -> str:
    """The words of these facts, with commas between them, without repetition."""
    return ", ".join(dict.fromkeys(fact.text for fact in facts))
