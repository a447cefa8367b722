"""Names of places in texts of many languages."""

from __future__ import annotations

import pytest

from monitor.places import find_places, relation


def found(text: str, language: str | None = None) -> list[str]:
    return [mention.place for mention in find_places(text, language)]


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("Thailand reports floods", ["TH"]),
        ("태국에서 홍수", ["TH"]),
        ("泰国发生洪水", ["TH"]),
        ("泰國發生洪水", ["TH"]),
        ("タイで洪水", ["TH"]),
        ("Наводнение в Таиланде", ["TH"]),
        ("Повінь у Таїланді", ["TH"]),
        ("Überschwemmungen in Thailand", ["TH"]),
        ("Inundaciones en Tailandia", ["TH"]),
        ("Powódź w Tajlandii", ["TH"]),
        ("น้ำท่วมในประเทศไทย", ["TH"]),
        ("Деньги для Турции и Ирана", ["TR", "IR"]),
    ],
)
def test_a_country_is_found_in_each_language(text: str, countries: list[str]) -> None:
    assert found(text) == countries


def test_a_mention_says_where_it_is_in_the_text_as_given() -> None:
    text = "＂Flood＂ in São\u00ad Paulo\u0301"
    (mention,) = find_places(text)
    assert text[mention.start : mention.end] == mention.said
    assert mention.said.startswith("São")


def test_what_lies_in_what() -> None:
    (city,) = found("A fire in Sendai")
    assert relation(city, "JP") == "within"
    assert relation("JP", city) == "contains"
    assert relation("KR", "JP") == "apart"
    assert relation("KR-26", "KR-26") == "same"
    assert relation("KR-26", "region:asia") == "within"
