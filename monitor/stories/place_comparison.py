"""Whether two articles name the same places. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from monitor.places import COUNTRY, REGION, SEA, Relation, country_of, get_place_level, is_added_place, relate_places
from monitor.stories.article_facts import PlaceFact
from monitor.stories.features import ArticleFeatures
from monitor.stories.verdicts import (
    TELLING,
    FactComparison,
    FactKind,
    Verdict,
    build_unknown_comparison,
    join_fact_words,
)

_PEOPLE = "people"
_WHO_SPEAKS = frozenset(("seat", "dateline"))  # roles of places where something is said, and need not happen
_ONE_IN_THE_OTHER = frozenset((Relation.SAME, Relation.CONTAINS, Relation.WITHIN))


def compare_places(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Seas are compared with seas, land with land; a sea that both name outweighs coasts of one country. Two articles
    that share a country and name different places in it differ: the finest level at which both name one counts."""
    land = [_on_land(article.facts.places) for article in (ours, theirs)]
    sea = [_at_sea(article.facts.places) for article in (ours, theirs)]
    on_land, at_sea = _compare_land(*land), _compare_sea(*sea)
    verdicts = {on_land.verdict, at_sea.verdict}
    if verdicts == {Verdict.UNKNOWN}:
        return build_unknown_comparison(FactKind.PLACE, ours.facts.places, theirs.facts.places)
    if verdicts == {Verdict.AGREES}:
        return replace(on_land, points=on_land.points + at_sea.points)
    if Verdict.UNKNOWN in verdicts:
        return at_sea if on_land.verdict is Verdict.UNKNOWN else on_land
    if at_sea.verdict is Verdict.AGREES and _share_country(*land):
        return at_sea
    return on_land if on_land.verdict is Verdict.DIFFERS else at_sea


def _on_land(places: Iterable[PlaceFact]) -> list[PlaceFact]:
    """Without what is too wide to tell one happening from another: Europe."""
    return [place for place in places if get_place_level(place.place) not in {REGION, SEA}]


def _share_country(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> bool:
    """An ocean has many coasts, and much happens at each. What lies in no country, or in several, says nothing."""
    one, other = ({country_of(place.place) for place in side} - {None} for side in (ours, theirs))
    return not one or not other or not one.isdisjoint(other)


def _at_sea(places: Iterable[PlaceFact]) -> list[PlaceFact]:
    return [place for place in places if get_place_level(place.place) == SEA]


def _compare_sea(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> FactComparison:
    if not ours or not theirs:
        return build_unknown_comparison(FactKind.PLACE, ours, theirs)
    pairs = [(one, other) for one in ours for other in theirs]
    for one, other in pairs:
        if _is_overlapping(one, other):
            return FactComparison(FactKind.PLACE, Verdict.AGREES, one.text, other.text, TELLING)
    if _may_overlap(ours, theirs):
        return build_unknown_comparison(FactKind.PLACE, ours, theirs)
    return FactComparison(FactKind.PLACE, Verdict.DIFFERS, ours[0].text, theirs[0].text)


def _compare_land(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> FactComparison:
    if not ours or not theirs:
        return build_unknown_comparison(FactKind.PLACE, ours, theirs)
    pairs = list(_find_pairs_with_title_place(ours, theirs))
    agreeing = [(one, other) for one, other in pairs if _is_overlapping(one, other)]
    for one, other in agreeing:
        if _is_within_country(one) and _is_within_country(other):
            points = 2 * TELLING if relate_places(one.place, other.place) is Relation.SAME else TELLING
            if (a := _find_title_only_place(ours, theirs)) is not None and (
                b := _find_title_only_place(theirs, ours)
            ) is not None:
                return FactComparison(FactKind.PLACE, Verdict.DOUBTFUL, a.text, b.text, points)
            return FactComparison(FactKind.PLACE, Verdict.AGREES, one.text, other.text, points)
    if all(any(_is_within_country(place) and not place.role for place in side) for side in (ours, theirs)):
        # "Russian missiles hit Kyiv" and "Ukrainian drones hit Moscow": a people is not where it happened.
        agreeing = [(one, other) for one, other in agreeing if _PEOPLE not in (one.role, other.role)]
    return _compare_coarsely(ours, theirs, pairs, agreeing)


def _find_title_only_place(places: Sequence[PlaceFact], others: Sequence[PlaceFact]) -> PlaceFact | None:
    """A place that a title names, and nothing of the other article is of."""
    return next(
        (
            place
            for place in places
            if place.in_title and place.role not in _WHO_SPEAKS and all(_are_apart(place, other) for other in others)
        ),
        None,
    )


_Pairs = Sequence[tuple[PlaceFact, PlaceFact]]


def _compare_coarsely(
    ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact], pairs: _Pairs, agreeing: _Pairs
) -> FactComparison:
    """Where no place within a country is the same: a country may be, unless both name others within it."""
    if not agreeing:
        where = [[place for place in side if place.role not in _WHO_SPEAKS] for side in (ours, theirs)]
        if not all(where) or _may_overlap(*where):
            return build_unknown_comparison(FactKind.PLACE, ours, theirs)
        return FactComparison(FactKind.PLACE, Verdict.DIFFERS, join_fact_words(where[0]), join_fact_words(where[1]))
    for one, other in pairs:
        if (
            _is_within_country(one)
            and _is_within_country(other)
            and _are_apart(one, other)
            and _may_share_country(one.place, other.place)
        ):
            return FactComparison(FactKind.PLACE, Verdict.DIFFERS, one.text, other.text)
    for one, other in pairs:
        if (
            _is_title_location(one)
            and _is_title_location(other)
            and relate_places(one.place, other.place) is Relation.UNKNOWN
        ):
            return FactComparison(FactKind.PLACE, Verdict.DOUBTFUL, one.text, other.text, TELLING)
    one, other = agreeing[0]
    return FactComparison(FactKind.PLACE, Verdict.AGREES, one.text, other.text, TELLING)


def _find_pairs_with_title_place(
    ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]
) -> Iterator[tuple[PlaceFact, PlaceFact]]:
    """Pairs with a place of a title: two leads may share a dateline, or background. All, where no title names one."""
    titled = any(place.in_title for place in (*ours, *theirs))
    for one in ours:
        for other in theirs:
            if one.in_title or other.in_title or not titled:
                yield one, other


def _is_within_country(fact: PlaceFact) -> bool:
    return get_place_level(fact.place) != COUNTRY


def _is_title_location(fact: PlaceFact) -> bool:
    """Whether a title says by it where something happened."""
    return _is_within_country(fact) and fact.in_title and not fact.role


def _may_share_country(one: str, other: str) -> bool:
    """Whether two places lie in one country, or nobody knows where either of two that users added lies."""
    country = country_of(one)
    return country == country_of(other) and (country is not None or (is_added_place(one) and is_added_place(other)))


def _is_overlapping(one: PlaceFact, other: PlaceFact) -> bool:
    return relate_places(one.place, other.place) in _ONE_IN_THE_OTHER


def _may_overlap(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> bool:
    """Whether nobody knows that all places of the one lie apart from those of the other."""
    return any(relate_places(one.place, other.place) is Relation.UNKNOWN for one in ours for other in theirs)


def _are_apart(one: PlaceFact, other: PlaceFact) -> bool:
    return relate_places(one.place, other.place) is Relation.APART
