"""What the data file holds, and what lies in what."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from babel import Locale

from monitor.places.find import find_places
from monitor.places.gazetteer import country_of, get_place_level, get_place_name, places_named, relate_places

LANGUAGES = ["en", "zh_Hans", "zh_Hant", "ko", "ja", "ru", "uk", "de", "fr", "es", "it", "pt", "pl"]
# ISO 3166-1 has 249; Kosovo's code is a user's, and nearly everybody's.
COUNTRIES = sorted(code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha())
NOT_IN_ISO = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}


def test_the_file_is_small() -> None:
    assert files("monitor.places").joinpath("places.marisa").stat().st_size <= 25 * 2**20  # type: ignore[attr-defined]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_is_known_in_each_language(language: str) -> None:
    wanted = [code for code in COUNTRIES if code not in NOT_IN_ISO]
    assert len(wanted) == 249
    named = Locale.parse(language).territories
    missing = {
        code: named[code] for code in wanted if code not in places_named(re.sub(r"\s*[(（].*?[)）]", "", named[code]))
    }
    assert missing == {}


def test_what_lies_in_what() -> None:
    (sendai,) = places_named("Sendai")[:1]
    assert get_place_level(sendai) == "city"
    assert relate_places(sendai, "JP") == "within"
    assert relate_places("JP", sendai) == "contains"
    assert relate_places("JP-04", sendai) == "contains"
    assert relate_places("KR", "JP") == "apart"
    assert relate_places("KR-26", "KR-26") == "same"
    assert relate_places("KR-26", "region:asia") == "within"
    assert relate_places("area:korea", "KP") == "contains"
    assert country_of(sendai) == country_of("JP-04") == country_of("JP") == "JP"
    assert country_of("sea:black-sea") is country_of("nowhere") is None


def test_a_city_that_is_a_division_is_one_place() -> None:
    for said in ("Busan", "부산", "釜山", "부산광역시", "Пусан"):
        assert places_named(said)[0] == "KR-26", said
    for said in ("Moscow", "Москва", "莫斯科", "모스크바"):
        assert places_named(said)[0] == "RU-MOW", said
    assert relate_places("c1838524", "KR") == "within"


def test_an_id_that_nobody_knows_lies_apart() -> None:
    assert relate_places("nowhere", "KR") == "apart"
    assert get_place_level("nowhere") == ""
    assert get_place_name("nowhere") == "nowhere"


def test_a_users_place_joins_by_its_name() -> None:
    assert places_named("Kinmen")[0] == places_named("金門")[0]
    assert places_named("No Such Place") == ()


def test_the_same_text_gives_the_same_places() -> None:
    text = "Seoul and Busan in South Korea, Sendai, Georgia"
    assert find_places(text) == find_places(text)
