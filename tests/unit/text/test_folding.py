from __future__ import annotations

import pytest

from monitor.text.folding import fold_text, folded_tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("TAIWAN", "taiwan"),
        ("臺灣", "台湾"),  # traditional and simplified
        ("Łódź", "lodz"),
        ("Đà Nẵng", "da nang"),
        ("учёный", "ученый"),
        ("straße", "STRASSE"),
        ("live-fire", "live fire"),  # hyphens separate
        ("China’s", "china's"),
        ("İstanbul", "istanbul"),
    ],
)
def test_spellings_of_one_word_fold_alike(one: str, other: str) -> None:
    """Case, accents, width, ё and the Chinese scripts do not tell words apart."""
    assert folded_tokens(one) == folded_tokens(other)


@pytest.mark.parametrize(("one", "other"), [("カ", "ガ"), ("й", "и"), ("북한", "북항")])
def test_marks_outside_latin_tell_words_apart(one: str, other: str) -> None:
    """й, ガ and Hangul stay whole."""
    assert folded_tokens(one) != folded_tokens(other)


def test_hangul_is_cut_from_what_touches_it() -> None:
    """A Latin name is found with a Korean particle behind it."""
    assert folded_tokens("THAAD를 2발을") == ["thaad", "를", "2", "발을"]


def test_scripts_without_spaces_are_cut_into_characters() -> None:
    """导弹 is found in 弹道导弹: no segmenter decides where words end."""
    assert folded_tokens("弹道导弹THAAD") == ["弹", "道", "导", "弹", "thaad"]


def test_arabic_is_found_with_what_is_written_to_it() -> None:
    """Vowel signs, the forms of alif and of ta are not told apart."""
    assert folded_tokens("أَطْلَقَتْ") == folded_tokens("اطلقت")
    assert folded_tokens("كوريا الشمالية") == folded_tokens("كوريا الشماليه")


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u200f", "\u061c", "\u202e", "\xad", "\ufeff", "\u3164", "\u1160", "\ufe0f", "\u2066", "\U000e0041"],
)
@pytest.mark.parametrize(("one", "other"), [("mis", "sile"), ("раке", "та"), ("미사", "일"), ("弹", "道")])
def test_nothing_that_nobody_sees_hides_a_word(one: str, other: str, hidden: str) -> None:
    """By either way of folding, whatever the script."""
    assert folded_tokens(f"{one}{hidden}{other}") == folded_tokens(f"{one}{other}")
    assert fold_text(f"{one}{hidden}{other}")[0] == fold_text(f"{one}{other}")[0]
