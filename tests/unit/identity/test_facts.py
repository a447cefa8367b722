"""The facts of title and lead: places, names, numbers and days, each with the words that say it."""

from __future__ import annotations

from monitor.identity.facts import ArticleFacts, facts_of
from monitor.identity.known_names import KnownNames
from monitor.model import Entity, Term
from monitor.places.gazetteer import get_place_level
from tests.support.building import NOON

PEOPLE = KnownNames(
    [
        Entity("macron", "person", "Macron", (Term("Macron", "any"), Term("マクロン", "any"))),
        Entity("busan-port", "organisation", "Busan Port", (Term("Busan Port", "any"), Term("釜山港", "any"))),
        Entity("busan", "place", "Busan", (Term("Busan", "any"),)),
    ]
)


def facts(title: str, lead: str = "", language: str = "en", known: KnownNames = PEOPLE) -> ArticleFacts:
    return facts_of(title, lead, language, NOON, known)


def test_what_the_title_says_comes_first_and_each_place_once() -> None:
    """With the words of the title."""
    found = facts("Strike in Busan", "Dockers in Busan and Shanghai walked out.")
    assert [(each.text, each.in_title) for each in found.places] == [("Busan", True), ("Shanghai", False)]


def test_the_same_place_in_another_language_is_the_same_place() -> None:
    """By its id; a people stands for its country."""
    said = [
        ("Strike in Busan", "en"),
        ("부산 파업", "ko"),
        ("釜山港口罢工", "zh"),
        ("釜山でスト", "ja"),
        ("Забастовка в Пусане", "ru"),
    ]
    assert len({facts(title, "", language, KnownNames(())).places[0].place for title, language in said}) == 1
    (thai,) = facts("Thai minister resigns").places
    assert (thai.place, thai.text, thai.role) == ("TH", "Thai", "people")


def test_where_a_government_sits_is_its_country() -> None:
    """By the name of the seat."""
    (kremlin,) = facts("Kremlin rejects offer").places
    assert (kremlin.place, kremlin.role, get_place_level(kremlin.place)) == ("RU", "seat", "country")


def test_known_names_have_the_key_of_their_entity() -> None:
    """In any spelling; whether it is a person is known too."""
    for title, language in (("Talks with Macron", "en"), ("マクロン大統領が到着", "ja")):
        (name,) = [each for each in facts(title, "", language).names if each.key == "entity:macron"]
        assert (name.is_person, name.in_title, name.is_certain) == (True, True, True)


def test_a_place_is_no_name() -> None:
    """Nor is an entity that is a place; the gazetteer knows these."""
    assert "Busan" not in {each.text for each in facts("Strike goes on in Busan").names}


def test_a_name_that_is_sure_once_is_sure() -> None:
    """What begins the title is marked in the lead."""
    found = facts("Kalmaegi nears coast", "The schools were shut as Kalmaegi came near.").names
    assert [(each.text, each.is_certain) for each in found] == [("Kalmaegi", True)]
    assert [each.is_certain for each in facts("Kalmaegi nears coast").names] == [False]


def test_days_of_title_and_lead_are_known() -> None:
    """As bits."""
    assert facts("Launch on 5 January", "The next one is on 7 January.").days.bit_count() == 2
    assert facts("Launch").days == 0


def test_numbers_say_where_they_stand() -> None:
    """In title and lead, joined by a line break."""
    title, lead = "Blast kills 16", "It injured 40 people."
    found = facts(title, lead)
    assert [(each.value, each.start < len(title)) for each in found.numbers] == [(16, True), (40, False)]


def test_a_list_of_names_is_cut() -> None:
    """Those of entities are kept before others, and those of the title before those of the lead."""
    squad = [f"{letter}a{end}" for letter in "BCDFGHKLMN" for end in ("bor", "dun", "gel", "kim", "lun")]
    found = facts(f"The squad: {', '.join(squad[:25])}", f"And {', '.join(squad[25:])}, said Macron.").names
    assert [found[0].key, *(each.text for each in found[1:])] == ["entity:macron", *squad[:29]]


def test_no_article_has_more_than_so_many_numbers_and_places() -> None:
    """They are compared with those of many others."""
    places = ", ".join(("Lima", "Oslo", "Rome", "Cairo", "Paris", "Quito", "Tokyo", "Delhi", "Seoul", "Busan") * 4)
    said = facts_of("Results", f"{' '.join(f'{number} dead.' for number in range(2, 90))} {places}", "en", NOON)
    assert len(said.numbers) == 30
    assert len(said.places) == 10
