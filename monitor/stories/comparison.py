"""What two articles say about the same kinds of fact: it agrees, it differs, or one of them does not say. Pure.

A fact that differs keeps two articles apart, whatever their words. What agrees lowers the likeness of words that is
needed to take them for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product, takewhile
from typing import TypeVar

from monitor.places import Relation, country_of, level, relation
from monitor.stories.alignment import DifferingSlot, SlotKind, TitleAlignment, aligned_differences, separating_addition
from monitor.stories.article_facts import ENTITY, NameFact, PlaceFact
from monitor.stories.features import ArticleFeatures
from monitor.stories.likeness import WHOLE_TEXT, copied, likeness, title_likeness, words_of
from monitor.stories.names import names_agree
from monitor.stories.number_comparison import compare_numbers
from monitor.stories.numbers import NumberFact
from monitor.stories.sounds import sound_of
from monitor.stories.steps import steps_in
from monitor.text.folding import folded_tokens

Fact = TypeVar("Fact", PlaceFact, NameFact)
WEAK = 1  # points of an agreement that many happenings share: "the first", "two dead"
TELLING = 2  # and of one that few do: a country, a name, "16 dead". A place within a country counts twice


class FactKind(StrEnum):
    """The kinds of fact that are compared."""

    PLACE = "place"
    NAME = "name"
    NUMBER = "number"
    DAY = "day"
    WORDING = "wording"  # the same sentence with another word in it


class Verdict(StrEnum):
    """What two articles say about a kind of fact."""

    AGREES = "agrees"
    DIFFERS = "differs"
    DOUBTFUL = "doubtful"  # other words, which may mean the same
    UNKNOWN = "unknown"  # one of them does not say


@dataclass(frozen=True, slots=True)
class FactComparison:
    """One kind of fact. `ours`, `theirs`: the words that say it; `points`: how much an agreement tells."""

    kind: FactKind
    verdict: Verdict
    ours: str = ""
    theirs: str = ""
    points: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """An `article` compared with an `other`, older one. `likeness`: of their words, from 0 to 1; `titles`: of their
    titles alone; `copied`: the part of the runs of words that both have; `whole`: both have a text that is longer than
    what stands below many titles of one source."""

    article: ArticleFeatures
    other: ArticleFeatures
    facts: tuple[FactComparison, ...]
    likeness: float
    titles: float
    copied: float
    whole: bool
    same_language: bool

    @property
    def differing(self) -> tuple[FactComparison, ...]:
        """What keeps them apart."""
        return tuple(each for each in self.facts if each.verdict is Verdict.DIFFERS)

    @property
    def doubtful(self) -> tuple[FactComparison, ...]:
        """What may keep them apart."""
        return tuple(each for each in self.facts if each.verdict is Verdict.DOUBTFUL)

    @property
    def points(self) -> int:
        """How much of what both say agrees."""
        return sum(each.points for each in self.facts)

    @property
    def unknown(self) -> tuple[FactKind, ...]:
        """What one of them does not say."""
        return tuple(each.kind for each in self.facts if each.verdict is Verdict.UNKNOWN)


def compare(ours: ArticleFeatures, theirs: ArticleFeatures) -> Comparison:
    """Compare an article with an earlier one."""
    return Comparison(
        article=ours,
        other=theirs,
        facts=(
            compare_places(ours, theirs),
            compare_names(ours, theirs),
            _compare_numbers(ours, theirs),
            _compare_days(ours, theirs),
            compare_wording(ours, theirs),
        ),
        likeness=likeness(ours.words, theirs.words),
        titles=title_likeness(ours.words, theirs.words),
        copied=copied(ours.words, theirs.words)[0],
        whole=min(ours.words.length, theirs.words.length) >= WHOLE_TEXT,
        same_language=_in_one_language(ours, theirs),
    )


def _in_one_language(ours: ArticleFeatures, theirs: ArticleFeatures) -> bool:
    return not (ours.language and theirs.language and ours.language != theirs.language)


# --- places -----------------------------------------------------------------------------------------------------------

_WIDE, _SEA, _COUNTRY = "region", "sea", "country"


def compare_places(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Seas are compared with seas, land with land; a sea that both name outweighs coasts that differ. Two articles that
    share a country and name different places in it differ: what counts is the finest level at which both name one."""
    land = [_on_land(each.facts.places) for each in (ours, theirs)]
    sea = [_at_sea(each.facts.places) for each in (ours, theirs)]
    on_land, at_sea = _compare_land(*land), _compare_sea(*sea)
    verdicts = {on_land.verdict, at_sea.verdict}
    if verdicts == {Verdict.UNKNOWN}:
        return _unknown(FactKind.PLACE, ours.facts.places, theirs.facts.places)
    if verdicts == {Verdict.AGREES}:
        return replace(on_land, points=on_land.points + at_sea.points)
    if Verdict.UNKNOWN in verdicts:
        return at_sea if on_land.verdict is Verdict.UNKNOWN else on_land
    if at_sea.verdict is Verdict.AGREES:
        return at_sea
    return on_land if on_land.verdict is Verdict.DIFFERS else at_sea


def _on_land(places: Iterable[PlaceFact]) -> list[PlaceFact]:
    """Without what is too wide to tell one happening from another: Europe."""
    return [each for each in places if level(each.place) not in {_WIDE, _SEA}]


def _at_sea(places: Iterable[PlaceFact]) -> list[PlaceFact]:
    return [each for each in places if level(each.place) == _SEA]


def _compare_sea(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> FactComparison:
    if not ours or not theirs:
        return _unknown(FactKind.PLACE, ours, theirs)
    for one in ours:
        for other in theirs:
            if relation(one.place, other.place) is not Relation.APART:
                return FactComparison(FactKind.PLACE, Verdict.AGREES, one.said, other.said, TELLING)
    return FactComparison(FactKind.PLACE, Verdict.DIFFERS, ours[0].said, theirs[0].said)


def _compare_land(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> FactComparison:
    if not ours or not theirs:
        return _unknown(FactKind.PLACE, ours, theirs)
    pairs = list(_telling_pairs(ours, theirs))
    agreeing = [(one, other) for one, other in pairs if relation(one.place, other.place) is not Relation.APART]
    if not agreeing:
        return FactComparison(FactKind.PLACE, Verdict.DIFFERS, _said(ours), _said(theirs))
    fine = [(one, other) for one, other in agreeing if _is_fine(one) and _is_fine(other)]
    if fine:
        return FactComparison(FactKind.PLACE, Verdict.AGREES, fine[0][0].said, fine[0][1].said, 2 * TELLING)
    for one, other in pairs:
        if _is_fine(one) and _is_fine(other) and country_of(one.place) == country_of(other.place) is not None:
            return FactComparison(FactKind.PLACE, Verdict.DIFFERS, one.said, other.said)
    one, other = agreeing[0]
    return FactComparison(FactKind.PLACE, Verdict.AGREES, one.said, other.said, TELLING)


def _telling_pairs(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> Iterator[tuple[PlaceFact, PlaceFact]]:
    """Pairs with a place of a title: two leads may share a dateline, or background. All, where no title names one."""
    titled = any(each.in_title for each in (*ours, *theirs))
    for one in ours:
        for other in theirs:
            if one.in_title or other.in_title or not titled:
                yield one, other


def _is_fine(fact: PlaceFact) -> bool:
    return level(fact.place) != _COUNTRY


# --- names ------------------------------------------------------------------------------------------------------------


def compare_names(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Names agree if both articles have one. They differ if each title names a person whom the other article leaves
    out, of persons whom an entity knows."""
    one, other = ours.facts.names, theirs.facts.names
    alike = _spelled_alike if _in_one_language(ours, theirs) else _sound_alike
    shared = [(a, b) for a in one for b in other if a.key == b.key or alike(a, b)]
    if (a := _person_left_out(one, shared, 0)) and (b := _person_left_out(other, shared, 1)):
        return FactComparison(FactKind.NAME, Verdict.DIFFERS, a, b)
    if not _in_one_language(ours, theirs) and (a := _left_over(one, shared, 0)) and (b := _left_over(other, shared, 1)):
        return FactComparison(FactKind.NAME, Verdict.DOUBTFUL, a, b)
    if shared:
        said = ", ".join(dict.fromkeys(a.said for a, _ in shared)), ", ".join(dict.fromkeys(b.said for _, b in shared))
        return FactComparison(
            FactKind.NAME, Verdict.AGREES, *said, points=TELLING * min(len({a.key for a, _ in shared}), 2)
        )
    return _unknown(FactKind.NAME, one, other)


def _left_over(names: Sequence[NameFact], shared: Sequence[tuple[NameFact, NameFact]], side: int) -> str:
    """A name in a title that the other article has not."""
    found = {pair[side] for pair in shared}
    return next((each.said for each in names if each.in_title and each.sure and each not in found), "")


def _person_left_out(names: Sequence[NameFact], shared: Sequence[tuple[NameFact, NameFact]], side: int) -> str:
    """A person in a title, known by an entity, whom the other article leaves out."""
    found = {pair[side] for pair in shared}
    return next((each.said for each in names if each.person and each.in_title and each not in found), "")


def _spelled_alike(a: NameFact, b: NameFact) -> bool:
    return (
        not (a.key.startswith(ENTITY) and b.key.startswith(ENTITY)) and bool(a.parts and b.parts) and names_agree(a, b)
    )


def _sound_alike(a: NameFact, b: NameFact) -> bool:
    if (a.key.startswith(ENTITY) and b.key.startswith(ENTITY)) or not (a.sure or b.sure):
        return False
    return _spelled_alike(a, b) or not _sounds(a).isdisjoint(_sounds(b))


def _sounds(fact: NameFact) -> set[str]:
    return {sound for each in (fact.said, *fact.said.split()) if (sound := sound_of(each)) is not None}


# --- wording ----------------------------------------------------------------------------------------------------------

_PERHAPS_TEMPLATE = 0.3  # of their terms
_TEMPLATE = 0.6  # of two titles: with less in common they are no template with a slot


def compare_wording(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Titles that say the same but for one thing: another name there is another happening, another word may be one."""
    if title_likeness(ours.words, theirs.words) < _PERHAPS_TEMPLATE:  # which is quicker asked
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    alignment = aligned_differences(ours.title, theirs.title)
    if alignment.shared < _TEMPLATE or len(alignment.slots) > 2:
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    if not alignment.slots and alignment.additions:
        return _compare_additions(ours, theirs, alignment)
    verdicts = [(_slot_verdict(slot, ours, theirs), slot) for slot in alignment.slots]
    for verdict in (Verdict.DIFFERS, Verdict.DOUBTFUL):
        for found, slot in verdicts:
            if found is verdict:
                return FactComparison(FactKind.WORDING, verdict, slot.one, slot.other)
    return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)


def _compare_additions(ours: ArticleFeatures, theirs: ArticleFeatures, alignment: TitleAlignment) -> FactComparison:
    """One title says all that the other says, and more: that it is the next one, or that it is over, may make it
    another happening."""
    added = separating_addition(alignment, ours.facts.numbers, theirs.facts.numbers, _TEMPLATE)
    if added is None and steps_in(ours.title) == steps_in(theirs.title):
        return FactComparison(FactKind.WORDING, Verdict.UNKNOWN)
    return FactComparison(FactKind.WORDING, Verdict.DOUBTFUL, ours.title, theirs.title)


def _slot_verdict(slot: DifferingSlot, ours: ArticleFeatures, theirs: ArticleFeatures) -> Verdict:
    if slot.kind is SlotKind.NUMBER:
        grew = _says_what_grows(slot.one, ours) and _says_what_grows(slot.other, theirs)
        return Verdict.UNKNOWN if grew else Verdict.DOUBTFUL
    if not slot.clear and not _other_modifier(slot.one, slot.other):
        return Verdict.UNKNOWN
    places = _within(slot.one, ours.facts.places), _within(slot.other, theirs.facts.places)
    if all(places):
        apart = all(relation(a.place, b.place) is Relation.APART for a, b in product(*places))
        return Verdict.DIFFERS if apart else Verdict.UNKNOWN
    names = _within(slot.one, ours.facts.names), _within(slot.other, theirs.facts.names)
    if all(names):
        return _verdict_on_names(*names)
    known = _lead_says(theirs, slot.one) or _lead_says(ours, slot.other)
    return Verdict.UNKNOWN if known else Verdict.DOUBTFUL


def _within(said: str, facts: Iterable[Fact]) -> list[Fact]:
    """The facts of a title that stand in this part of it."""
    return [each for each in facts if each.in_title and each.said in said]


def _says_what_grows(said: str, features: ArticleFeatures) -> bool:
    """Whether this part of a title is a number that grows, as a toll does."""
    return any(each.grows and each.said in said for each in features.facts.numbers)


def _verdict_on_names(ours: Sequence[NameFact], theirs: Sequence[NameFact]) -> Verdict:
    if any(a.key == b.key or _spelled_alike(a, b) for a, b in product(ours, theirs)):
        return Verdict.UNKNOWN
    sure = any(each.sure for each in ours) and any(each.sure for each in theirs)
    return Verdict.DIFFERS if sure else Verdict.DOUBTFUL


def _lead_says(features: ArticleFeatures, said: str) -> bool:
    """Whether a lead has a word of this: then its title only puts it otherwise."""
    return not set(words_of(said, "", "").title).isdisjoint(features.words.lead)


def _other_modifier(one: str, other: str) -> bool:
    """Whether two words end alike and begin otherwise, as 탄도미사일 and 순항미사일 do; not where one has no more than
    the other (훈련, 합동훈련)."""
    ours, theirs = "".join(folded_tokens(one)), "".join(folded_tokens(other))
    head = _same_letters(ours, theirs)
    tail = _same_letters(ours[head:][::-1], theirs[head:][::-1])
    return tail > 1 and min(len(ours), len(theirs)) - head - tail > 1


def _same_letters(one: str, other: str) -> int:
    """How many letters two words share from their beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


# --- numbers and days -------------------------------------------------------------------------------------------------


def _compare_numbers(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    found = compare_numbers(ours.facts.numbers, theirs.facts.numbers, same_language=_in_one_language(ours, theirs))
    said = [", ".join(dict.fromkeys(pair[side].said for pair in found.pairs)) for side in (0, 1)]
    verdict = Verdict(found.verdict.value)
    if verdict is not Verdict.DIFFERS and (only := _only_one_says_next(ours, theirs)):
        return FactComparison(FactKind.NUMBER, Verdict.DOUBTFUL, *only)
    points = TELLING if found.telling else WEAK
    return FactComparison(FactKind.NUMBER, verdict, said[0], said[1], points if verdict is Verdict.AGREES else 0)


def _only_one_says_next(ours: ArticleFeatures, theirs: ArticleFeatures) -> tuple[str, str] | None:
    """What makes one of them the next one of a row ("the second", "again"), if its title says so and the other article
    says nothing of the kind."""
    our_title, their_title = _title_says_next(ours), _title_says_next(theirs)
    if (our_title and not _says_next(theirs)) or (their_title and not _says_next(ours)):
        return our_title, their_title
    return None


def _says_next(features: ArticleFeatures) -> list[NumberFact]:
    return [each for each in features.facts.numbers if each.kind in _NEXT_ONE and each.value > 1]


def _title_says_next(features: ArticleFeatures) -> str:
    return next((each.said for each in _says_next(features) if each.start < len(features.title)), "")


_NEXT_ONE = frozenset(("ordinal", "repeated"))  # a serial is a name: not all call the 15th typhoon so
_LATER = 12 * 3600  # s: before that, articles of one day name the day before and the day after


def _compare_days(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    titles = ours.facts.title_days, theirs.facts.title_days
    if all(titles) and not titles[0] & titles[1]:
        return FactComparison(FactKind.DAY, Verdict.DIFFERS)
    a, b = ours.facts.days, theirs.facts.days
    if not a or not b:
        return FactComparison(FactKind.DAY, Verdict.UNKNOWN)
    if a & b:
        return FactComparison(FactKind.DAY, Verdict.AGREES)
    later = abs((ours.at - theirs.at).total_seconds()) > _LATER
    return FactComparison(FactKind.DAY, Verdict.DIFFERS if later else Verdict.UNKNOWN)


def _unknown(
    kind: FactKind, ours: Iterable[PlaceFact | NameFact], theirs: Iterable[PlaceFact | NameFact]
) -> FactComparison:
    return FactComparison(kind, Verdict.UNKNOWN, _said(ours), _said(theirs))


def _said(facts: Iterable[PlaceFact | NameFact]) -> str:
    return ", ".join(each.said for each in facts)
