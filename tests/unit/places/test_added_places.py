"""Places, and names of places, that the gazetteer lacks: they are found by the rules of their scripts, and lie where
their ids say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from monitor.places.added_places import AddedPlaceName, AddedPlaceNames, added_place_id
from monitor.places.find import find_places
from monitor.places.gazetteer import country_of, get_place_level, get_place_name, relate_places
from tests.support.growth import measure_growth

BASE, REEF, CAMP = added_place_id("base", "KP"), added_place_id("reef", "sea:black-sea"), added_place_id("camp")
STATE = added_place_id("state", country=True)


@dataclass(frozen=True)
class Looked:
    """A name that is added if `added` says so."""

    name: str
    added: AddedPlaceName | None
    asked: list[str] = field(default_factory=list)

    def look_up(self) -> AddedPlaceName | None:
        self.asked.append(self.name)
        return self.added


def add(names: Iterable[AddedPlaceName]) -> AddedPlaceNames:
    return AddedPlaceNames(Looked(each.name, each) for each in names)


ADDED = add(
    [
        *(AddedPlaceName(name, BASE) for name in ("Musudan", "무수단", "舞水端", "Musudan-ri base")),
        AddedPlaceName("Мусудан", BASE, is_prefix=True),
        AddedPlaceName("Гаджибей", BASE),
        AddedPlaceName("Musudan Hotel", BASE, is_blocked=True),
        AddedPlaceName("Gloria Rig", REEF),
        AddedPlaceName("the British side", "GB", is_demonym=True),
        AddedPlaceName("英军", "GB", is_demonym=True),
    ]
)


def found(text: str, language: str = "en") -> list[tuple[str, str, str]]:
    return [(each.place, each.text, each.role) for each in find_places(text, language, ADDED)]


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("Missile leaves Musudan", "en", "Musudan"),
        ("MUSUDAN SITE EMPTY", "en", "MUSUDAN"),
        ("Musudan-ri Base is empty", "en", "Musudan-ri Base"),
        ("북한, 무수단에서 발사", "ko", "무수단"),
        ("衛星圖顯示舞水端有動靜", "zh", "舞水端"),
        ("Пуск с полигона в Мусуданском районе", "ru", "Мусуданском"),
        ("Порт Гаджибея закрыт", "ru", "Гаджибея"),
    ],
)
def test_a_name_is_found_by_the_rules_of_its_script(text: str, language: str, said: str) -> None:
    assert (BASE, said, "") in found(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Musudanish dances", "en"),
        ("He said musudan", "en"),
        ("Musudan Hotel opens", "en"),
        ("대무수단이 왔다", "ko"),
        ("Гаджибейчанинами", "ru"),
    ],
)
def test_what_only_looks_like_a_name_is_none(text: str, language: str) -> None:
    assert found(text, language) == []


def test_the_longer_name_counts() -> None:
    assert found("Black Sea: Gloria Rig burns") == [("sea:black-sea", "Black Sea", ""), (REEF, "Gloria Rig", "")]
    assert found("Fire at Musudan in North Korea") == [(BASE, "Musudan", ""), ("KP", "North Korea", "")]


def test_a_name_of_a_side_is_a_peoples() -> None:
    assert found("英军空袭", "zh") == [("GB", "英军", "people")]


def test_it_lies_where_its_id_says() -> None:
    assert (get_place_level(BASE), country_of(BASE), get_place_name(BASE)) == ("area", "KP", "base")
    assert (get_place_level(REEF), country_of(REEF)) == ("sea", None)
    assert (get_place_level(CAMP), country_of(CAMP)) == ("area", None)
    assert (get_place_level(STATE), country_of(STATE)) == ("country", STATE)
    assert relate_places(BASE, "KP") == relate_places(REEF, "sea:black-sea") == "within"
    assert relate_places("KP", BASE) == "contains"
    assert relate_places(added_place_id("hall", BASE), "KP") == "within"
    assert relate_places(BASE, "JP") == relate_places(STATE, "JP") == relate_places(BASE, CAMP) == "apart"


def test_of_what_nobody_knows_nothing_is_said() -> None:
    """Of a place without a country, and of the provinces of a country."""
    assert relate_places(CAMP, "JP") == relate_places("c1838524", CAMP) == "unknown"
    assert relate_places(BASE, "KP-08") == "unknown"
    assert relate_places(BASE, "c2040959") == "apart"  # Sinpo: a city is no province


def test_a_name_is_looked_up_when_a_text_has_its_beginning() -> None:
    """Once, in either spelling; what turns out not to be added is not found."""
    asked: list[str] = []
    names = AddedPlaceNames(
        [
            Looked("musudan", AddedPlaceName("musudan", BASE), asked),
            Looked("Gloria Rig", AddedPlaceName("Gloria Rig", REEF), asked),
            Looked("Munhwa", None, asked),
        ]
    )
    assert [each.place for each in find_places("Fire, says Munhwa", "en", names)] == []
    assert asked == ["musudan", "Munhwa"]
    for _ in range(2):
        assert [each.place for each in find_places("At musudan, at Musudan", "de", names)] == [BASE, BASE]
    assert sorted(asked) == ["Munhwa", "musudan", "musudan"]  # "mu" and "Mu"


def test_finding_costs_what_the_text_costs() -> None:
    """However many names there are."""
    many = add(AddedPlaceName(f"Lager {number:05}", added_place_id(f"camp-{number}")) for number in range(20_000))
    text = "Fire in Lager 00017 and elsewhere, the army said. " * 20
    find_places(text, "en", many)
    assert len(find_places(text, "en", many)) == 20
    known = {1: ADDED, 20_000: many}
    assert measure_growth(lambda count: find_places(text, "en", known[count]), 1, 20_000) < 5
