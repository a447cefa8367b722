"""Entities that are places: they give the gazetteer their names, or join it with an id of their own."""

from __future__ import annotations

from itertools import permutations

from monitor.config.loading.load import shipped_entities
from monitor.identity.facts import PlaceFact, facts_of
from monitor.identity.known_names import KnownNames
from monitor.model import Entity, Term
from monitor.places.gazetteer import get_place_level
from tests.support.building import NOON


def entity(identity: str, *names: str, kind: str = "place", lies_in: str | None = None) -> Entity:
    return Entity(identity, kind, names[0], tuple(Term(name, "any") for name in names), lies_in=lies_in)


def places(title: str, *entities: Entity, language: str = "en") -> list[PlaceFact]:
    return list(facts_of(title, "", language, NOON, KnownNames(entities)).places)


def ids(title: str, *entities: Entity, language: str = "en") -> list[str]:
    return [each.place for each in places(title, *entities, language=language)]


def test_a_place_of_the_gazetteer_keeps_its_id() -> None:
    """Also where a name is meant that the gazetteer lacks."""
    senkaku = entity("rocks", "Senkaku Islands", "Uotsuri rocks")
    assert ids("Ships near Uotsuri rocks", senkaku) == ids("Ships near Senkaku Islands") == ["area:senkaku"]
    assert places("Ships near Uotsuri rocks", senkaku) == [PlaceFact("area:senkaku", "Uotsuri rocks", True)]


def test_another_place_has_an_id_of_its_own_with_what_contains_it() -> None:
    """By an entity, by a code, or by none."""
    korea = entity("north-korea", "North Korea", "DPRK", kind="country")
    site = entity("musudan", "Musudan", "무수단", lies_in="north-korea")
    assert ids("Missile leaves Musudan", korea, site) == ids("무수단 발사", korea, site, language="ko")
    assert ids("Missile leaves Musudan", korea, site) == ["entity:musudan@KP"]
    assert ids("Missile leaves Musudan", entity("musudan", "Musudan", lies_in="KP")) == ["entity:musudan@KP"]
    assert ids("Missile leaves Musudan", entity("musudan", "Musudan")) == ["entity:musudan"]
    hall = entity("hall", "Assembly Hall 7", lies_in="musudan")
    assert ids("Fire in Assembly Hall 7", hall, site, korea) == ["entity:hall@entity:musudan@KP"]


def test_what_lies_in_another_country_is_another_place() -> None:
    """Paris of Texas is not in France."""
    assert ids("Fire in Paris", entity("paris-site", "Paris", lies_in="KP")) == ["entity:paris-site@KP"]
    assert ids("Fire in Paris", entity("paris-site", "Paris", lies_in="FR")) == ids("Fire in Paris")


def test_places_that_lie_in_each_other_lie_anywhere() -> None:
    """Round about: none of them is found in the other for ever."""
    one, other = entity("one", "Onetown", lies_in="other"), entity("other", "Othertown", lies_in="one")
    assert {get_place_level(each) for each in ids("From Onetown to Othertown", one, other)} == {"area"}


def test_a_place_has_one_id_whatever_was_read_before() -> None:
    """Also in a circle, and whichever of its places is met first."""
    circle = entity("one", "Onetown", lies_in="other"), entity("other", "Othertown", lies_in="one")
    hall = entity("hall", "Assembly Hall 7", lies_in="one")
    titles = ["Fire in Onetown", "Fire in Othertown", "Fire in Assembly Hall 7"]
    for order in permutations(titles):
        names = KnownNames([*circle, hall])
        found = {title: facts_of(title, "", "en", NOON, names).places[0].place for title in order}
        assert [found[title] for title in titles] == ["entity:one", "entity:other", "entity:hall@entity:one"]


def test_names_of_a_country_that_the_gazetteer_lacks_join_it() -> None:
    """As those of its people or forces; a country that it lacks is one of its own."""
    us = entity("us", "United States", "미군", "Uncle Sam", kind="country")
    assert places("미군 훈련", us, language="ko") == [PlaceFact("US", "미군", True, "people")]
    assert places("Uncle Sam and the United States", us) == [PlaceFact("US", "Uncle Sam", True, "people")]
    (new,) = places("Vote in Sealandia", entity("sealandia", "Sealandia", kind="country"))
    assert (new.place, get_place_level(new.place), new.role) == ("country:sealandia", "country", "")


def test_a_place_is_no_name_too() -> None:
    """Nor is its name that of somebody."""
    facts = facts_of("Fire at Musudan", "", "en", NOON, KnownNames([entity("musudan", "Musudan")]))
    assert "Musudan" not in {each.text for each in facts.names}


def test_each_shipped_place_is_known_by_all_of_its_names() -> None:
    """At a place that is known; one that the gazetteer lacks says what it lies in."""
    names = KnownNames(shipped_entities().values())
    unknown, nowhere = [], set()
    for place in shipped_entities().values():
        for term in place.sure if place.kind == "place" else ():
            found = facts_of(f"{term.text}, 1", "", term.language, NOON, names).places if "*" not in term.text else None
            if found is not None and not found:
                unknown.append(term.text)
            nowhere |= {
                each.place for each in found or () if each.place.startswith("entity:") and "@" not in each.place
            }
    assert (unknown, nowhere) == ([], set())
