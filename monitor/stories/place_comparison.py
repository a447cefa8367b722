"""Compares the places in two articles. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from monitor.places.added_places import is_added_place
from monitor.places.gazetteer import Relation, country_of, get_place_level, relate_places
from monitor.places.records import CITY, COUNTRY, REGION, SEA
from monitor.stories.article_facts import PlaceFact
from monitor.stories.features import ArticleFeatures
from monitor.stories.unknown_places import find_unknown_place
from monitor.stories.verdicts import (
    TELLING,
    FactComparison,
    FactKind,
    Verdict,
    build_unknown_comparison,
    join_fact_words,
)

_CACHED = 10_000  # articles: each one is compared with many
_PEOPLE = "people"
_REPORTING_ROLES = frozenset(("seat", "dateline"))  # somebody speaks or reports there; it may happen elsewhere
_OVERLAPPING = frozenset((Relation.SAME, Relation.CONTAINS, Relation.WITHIN))


def compare_places(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Compare places. If the known ones agree on nothing finer than a province, it is doubtful where each title names
    another place that is not known: two small towns may lie in one province."""
    comparison = _compare_known_places(ours, theirs)
    if (
        comparison.verdict is Verdict.AGREES
        and not _share_city(ours.facts.places, theirs.facts.places)
        and (a := find_unknown_place(ours, theirs))
        and (b := find_unknown_place(theirs, ours))
    ):
        return replace(comparison, verdict=Verdict.DOUBTFUL, ours=a, theirs=b)
    return comparison


def _share_city(ours: Iterable[PlaceFact], theirs: Iterable[PlaceFact]) -> bool:
    our_cities, their_cities = (
        [place for place in places if get_place_level(place.place) == CITY] for places in (ours, theirs)
    )
    return any(_is_overlapping(one, other) for one in our_cities for other in their_cities)


def _compare_known_places(ours: ArticleFeatures, theirs: ArticleFeatures) -> FactComparison:
    """Compare seas with seas and land with land. A sea that both name outweighs different coasts of a country.
    Two articles that share a country and name different places in it differ: the finest level that both have counts."""
    land = [select_land(article.facts.places) for article in (ours, theirs)]
    seas = [_select_seas(article.facts.places) for article in (ours, theirs)]
    land_comparison, sea_comparison = _compare_land(*land), _compare_seas(*seas)
    verdicts = {land_comparison.verdict, sea_comparison.verdict}
    if verdicts == {Verdict.UNKNOWN}:
        return build_unknown_comparison(FactKind.PLACE, ours.facts.places, theirs.facts.places)
    if verdicts == {Verdict.AGREES}:
        return replace(land_comparison, points=land_comparison.points + sea_comparison.points)
    if Verdict.UNKNOWN in verdicts:
        return sea_comparison if land_comparison.verdict is Verdict.UNKNOWN else land_comparison
    if sea_comparison.verdict is Verdict.AGREES and _may_share_any_country(*land):
        return sea_comparison
    return land_comparison if land_comparison.verdict is Verdict.DIFFERS else sea_comparison


def select_land(places: Iterable[PlaceFact]) -> tuple[PlaceFact, ...]:
    """The places on land, without regions like Europe, which are too wide to separate happenings."""
    return tuple(place for place in places if get_place_level(place.place) not in {REGION, SEA})


def _may_share_any_country(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> bool:
    """Whether the places may be in one country: an ocean has many coasts, and much happens at each. A place in no
    country, or in several, is not counted."""
    one, other = ({country_of(place.place) for place in side} - {None} for side in (ours, theirs))
    return not one or not other or not one.isdisjoint(other)


def _select_seas(places: Iterable[PlaceFact]) -> list[PlaceFact]:
    return [place for place in places if get_place_level(place.place) == SEA]


def _compare_seas(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> FactComparison:
    if not ours or not theirs:
        return build_unknown_comparison(FactKind.PLACE, ours, theirs)
    pairs = [(one, other) for one in ours for other in theirs]
    for one, other in pairs:
        if _is_overlapping(one, other):
            return FactComparison(FactKind.PLACE, Verdict.AGREES, one.text, other.text, TELLING)
    if _may_overlap(ours, theirs):
        return build_unknown_comparison(FactKind.PLACE, ours, theirs)
    return FactComparison(FactKind.PLACE, Verdict.DIFFERS, ours[0].text, theirs[0].text)


def _compare_land(ours: tuple[PlaceFact, ...], theirs: tuple[PlaceFact, ...]) -> FactComparison:
    if not ours or not theirs:
        return build_unknown_comparison(FactKind.PLACE, ours, theirs)
    narrowed = _without_containers(ours), _without_containers(theirs)
    if not _share_place_within_country(*narrowed):
        ours, theirs = narrowed
    pairs = list(_find_pairs_with_title_place(ours, theirs))
    agreeing = [(one, other) for one, other in pairs if _is_overlapping(one, other)]
    for one, other in agreeing:
        if _is_within_country(one) and _is_within_country(other):
            points = 2 * TELLING if relate_places(one.place, other.place) is Relation.SAME else TELLING
            if (a := find_title_only_place(ours, theirs)) is not None and (
                b := find_title_only_place(theirs, ours)
            ) is not None:
                return FactComparison(FactKind.PLACE, Verdict.DOUBTFUL, a.text, b.text, points)
            return FactComparison(FactKind.PLACE, Verdict.AGREES, one.text, other.text, points)
    if all(any(_is_within_country(place) and not place.role for place in side) for side in (ours, theirs)):
        # "Russian missiles hit Kyiv" and "Ukrainian drones hit Moscow": a people is not the place of the happening.
        agreeing = [(one, other) for one, other in agreeing if _PEOPLE not in (one.role, other.role)]
    return _compare_by_country(ours, theirs, pairs, agreeing)


@lru_cache(maxsize=_CACHED)
def _without_containers(places: tuple[PlaceFact, ...]) -> tuple[PlaceFact, ...]:
    """The places without provinces that only say where one in the title lies: "Houston, Texas" is Houston. A place in
    the lead does not narrow a province, because it is often background."""
    return tuple(
        place
        for place in places
        if not _is_within_country(place)
        or country_of(place.place) is None
        or not any(
            inner.in_title and not inner.role and relate_places(inner.place, place.place) is Relation.WITHIN
            for inner in places
        )
    )


def _share_place_within_country(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> bool:
    return any(
        _is_within_country(one) and _is_within_country(other) and _is_overlapping(one, other)
        for one, other in _find_pairs_with_title_place(ours, theirs)
    )


def find_title_only_place(places: Sequence[PlaceFact], others: Sequence[PlaceFact]) -> PlaceFact | None:
    """A place in a title that lies apart from all places in the other article; None if there is none."""
    return next(
        (
            place
            for place in places
            if place.in_title
            and place.role not in _REPORTING_ROLES
            and all(_are_apart(place, other) for other in others)
        ),
        None,
    )


_Pairs = Sequence[tuple[PlaceFact, PlaceFact]]


def _compare_by_country(
    ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact], pairs: _Pairs, agreeing: _Pairs
) -> FactComparison:
    """Compare where no place within a country is the same. A common country agrees, unless both name different places
    in it."""
    if not agreeing:
        scenes = [[place for place in side if place.role not in _REPORTING_ROLES] for side in (ours, theirs)]
        if not all(scenes) or _may_overlap(*scenes):
            return build_unknown_comparison(FactKind.PLACE, ours, theirs)
        return FactComparison(FactKind.PLACE, Verdict.DIFFERS, join_fact_words(scenes[0]), join_fact_words(scenes[1]))
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
    """The pairs with a place from a title, because two leads may share a dateline or background. All pairs if no title
    names a place."""
    has_title_place = any(place.in_title for place in (*ours, *theirs))
    for one in ours:
        for other in theirs:
            if one.in_title or other.in_title or not has_title_place:
                yield one, other


def _is_within_country(fact: PlaceFact) -> bool:
    return get_place_level(fact.place) != COUNTRY


def _is_title_location(fact: PlaceFact) -> bool:
    """Whether a title says with this place where something happened."""
    return _is_within_country(fact) and fact.in_title and not fact.role


def _may_share_country(one: str, other: str) -> bool:
    """Whether two places lie in one country, or are two added places whose country is not known."""
    country = country_of(one)
    return country == country_of(other) and (country is not None or (is_added_place(one) and is_added_place(other)))


def _is_overlapping(one: PlaceFact, other: PlaceFact) -> bool:
    return relate_places(one.place, other.place) in _OVERLAPPING


def _may_overlap(ours: Sequence[PlaceFact], theirs: Sequence[PlaceFact]) -> bool:
    """Whether it is not known of some pair of places that they lie apart."""
    return any(relate_places(one.place, other.place) is Relation.UNKNOWN for one in ours for other in theirs)


def _are_apart(one: PlaceFact, other: PlaceFact) -> bool:
    return relate_places(one.place, other.place) is Relation.APART
