"""Places, and names of places, that the gazetteer lacks: they are found by the rules of their scripts, and lie where
their ids say."""

from __future__ import annotations

import time

import pytest

from monitor.places import AddedName, AddedNames, added_id, country_of, find_places, level, name_of, relation

BASE, REEF, CAMP = added_id("base", "KP"), added_id("reef", "sea:black-sea"), added_id("camp")
STATE = added_id("state", country=True)
ADDED = AddedNames(
    [
        *(AddedName(name, BASE) for name in ("Musudan", "무수단", "舞水端", "Musudan-ri base")),
        AddedName("Мусудан", BASE, is_prefix=True),
        AddedName("Гаджибей", BASE),
        AddedName("Musudan Hotel", BASE, is_blocked=True),
        AddedName("Gloria Rig", REEF),
        AddedName("the British side", "GB", is_demonym=True),
        AddedName("英军", "GB", is_demonym=True),
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
    assert (level(BASE), country_of(BASE), name_of(BASE)) == ("area", "KP", "base")
    assert (level(REEF), country_of(REEF)) == ("sea", None)
    assert (level(CAMP), country_of(CAMP)) == ("area", None)
    assert (level(STATE), country_of(STATE)) == ("country", STATE)
    assert relation(BASE, "KP") == relation(REEF, "sea:black-sea") == "within"
    assert relation("KP", BASE) == "contains"
    assert relation(added_id("hall", BASE), "KP") == "within"
    assert relation(BASE, "JP") == relation(STATE, "JP") == relation(BASE, CAMP) == "apart"


def test_of_what_nobody_knows_nothing_is_said() -> None:
    """Of a place without a country, and of the provinces of a country."""
    assert relation(CAMP, "JP") == relation("c1838524", CAMP) == "unknown"
    assert relation(BASE, "KP-08") == "unknown"
    assert relation(BASE, "c2040959") == "apart"  # Sinpo: a city is no province


def test_finding_costs_what_the_text_costs() -> None:
    """However many names there are."""
    many = AddedNames(AddedName(f"Lager {number:05}", added_id(f"camp-{number}")) for number in range(20_000))
    text = "Fire in Lager 00017 and elsewhere, the army said. " * 20
    find_places(text, "en", many)

    def cost(names: AddedNames) -> float:
        start = time.process_time()
        for _ in range(5):
            find_places(text, "en", names)
        return time.process_time() - start

    assert len(find_places(text, "en", many)) == 20
    assert min(cost(many) for _ in range(3)) < 5 * min(cost(ADDED) for _ in range(3)) + 0.05
