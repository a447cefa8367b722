from __future__ import annotations

import pytest

from monitor.text import inflection
from monitor.text.inflection import inflect_phrase, may_be_inflected, release_dictionaries


@pytest.mark.parametrize(
    ("text", "some", "none"),
    [
        ("ракета", {"ракеты", "ракетой", "ракетами"}, set()),
        ("Северная Корея", {"Северной Кореи", "Северную Корею"}, {"Северных Корей"}),  # names have no plural
        ("баллистическая ракета", {"баллистических ракет", "баллистическую ракету"}, {"баллистическая ракеты"}),
        ("Ким Чен Ын", {"Ким Чен Ына", "Ким Чен Ыну"}, set()),  # in no dictionary
        ("Владимир Путин", {"Владимира Путина", "Владимиром Путиным"}, set()),
        ("Народно-освободительная армия Китая", {"Народно-освободительной армии Китая"}, set()),  # a genitive stays
        ("КНДР", {"КНДР"}, set()),
        ("запустила", set(), {"запустит", "запустить"}),  # another form is other news
    ],
)
def test_a_russian_name_or_noun_stands_for_all_of_its_forms(text: str, some: set[str], none: set[str]) -> None:
    """Each case, and both numbers of what is no name; verbs stay as they are."""
    found = set(inflect_phrase(text, "ru"))
    assert text in found
    assert some <= found
    assert not none & found


def test_other_languages_and_open_ends_stay_as_they_are() -> None:
    """Nothing is inflected that its author left open, or that no library knows."""
    assert inflect_phrase("ракет*", "ru") == ("ракет*",)
    assert inflect_phrase("missile", "en") == ("missile",)


@pytest.mark.parametrize("text", ["Lazarus", "F-16", "XIX", "Turla hackers", "ракет*"])
def test_a_text_without_other_forms_needs_no_dictionary(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loading the dictionary takes a while."""
    monkeypatch.setattr(inflection, "load_russian_analyzer", None)
    assert inflect_phrase(text, "ru") == (text,)
    assert not may_be_inflected(text, "ru")
    assert may_be_inflected(f"Су-34 {text.strip('*')}", "ru")


def test_forms_are_found_again_after_the_dictionaries_were_let_go() -> None:
    """What was asked before and what is asked for the first time."""
    before = inflect_phrase("ракета", "ru")
    release_dictionaries()
    release_dictionaries()  # there is nothing left to let go
    assert inflect_phrase("ракета", "ru") == before
    assert "подлодкой" in inflect_phrase("подлодка", "ru")
    release_dictionaries()


def test_a_character_without_a_name_in_unicode_can_be_in_a_phrase() -> None:
    """pymorphy3 looks up the names of the characters, and raises ValueError where there is none."""
    assert inflect_phrase("\U00017000", "ru") == ("\U00017000",)
    assert "учения \U00017000" in inflect_phrase("учение \U00017000", "ru")
