"""Where two titles say the same but for one thing."""

from __future__ import annotations

import pytest

from monitor.identity.alignment import SlotKind, aligned_differences, find_distinguishing_addition
from monitor.text.numbers import NumberFact, find_numbers


@pytest.mark.parametrize(
    ("a", "b", "kind", "slot"),
    [
        ("Fire destroys goose farm in Kent", "Fire destroys sheep farm in Kent", SlotKind.WORD, ("goose", "sheep")),
        ("Storm Anna reaches the coast", "Storm Berta reaches the coast", SlotKind.NAME, ("Anna", "Berta")),
        ("Third case of measles in Kent", "Fourth case of measles in Kent", SlotKind.NUMBER, ("Third", "Fourth")),
        ("여주 농장서 구제역 발생", "여주 농장서 돼지열병 발생", SlotKind.WORD, ("구제역", "돼지열병")),
        ("여주시장 선거 결과", "이천시장 선거 결과", SlotKind.WORD, ("여주시장", "이천시장")),
        ("总统同外长会谈", "总统同财长会谈", SlotKind.WORD, ("外", "财")),
        ("市内でクマ目撃、注意呼びかけ", "市内でサル目撃、注意呼びかけ", SlotKind.NAME, ("クマ", "サル")),
        ("Суд оправдал Петрова", "Суд оправдал Иванова", SlotKind.NAME, ("Петрова", "Иванова")),
    ],
)
def test_one_slot(a: str, b: str, kind: SlotKind, slot: tuple[str, str]) -> None:
    """The template is shared, one thing in it is another."""
    alignment = aligned_differences(a, b)
    (only,) = alignment.slots
    assert (only.kind, only.one, only.other) == (kind, *slot)
    assert only.is_clear
    assert not alignment.additions
    assert (a[slice(*only.one_span)], b[slice(*only.other_span)]) == slot


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Fire destroys farm in Kent", "Fire destroyed a farm in Kent"),  # endings and little words
        ("Fire destroys farm in Kent", "Fire destroys large farm in Kent"),  # more is said
        ("Суд оправдал Петрова", "Суд оправдал Петрову"),
        ("여주 농장에서 구제역 발생", "여주 농장서 구제역이 발생"),
    ],
)
def test_no_slot(a: str, b: str) -> None:
    """Another ending, particle or little word is no other thing, and nor is one that only one of them names."""
    assert not aligned_differences(a, b).slots


def test_a_chinese_letter_in_a_korean_title_may_be_the_word_of_the_other() -> None:
    """What it abbreviates is not read here."""
    (only,) = aligned_differences("北, 동해로 미사일 3발 발사", "북, 동해로 미사일 3발 발사").slots
    assert not only.is_clear


def test_titles_that_share_little() -> None:
    """How much is shared is said, for the caller to choose."""
    assert aligned_differences("Fire destroys farm in Kent", "Farm burns down").shared < 0.5
    assert aligned_differences("", "").shared == 0


def numbers(one: str, other: str) -> tuple[tuple[NumberFact, ...], tuple[NumberFact, ...]]:
    return find_numbers(one, "", None), find_numbers(other, "", None)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [
        ("Army fires missile into the sea", "Army fires second missile into the sea", "second"),
        ("Army fires missile into the sea", "Army again fires missile into the sea", "again"),
        ("군, 동해로 미사일 발사", "군, 동해로 두 번째 미사일 발사", "두 번째"),
        ("军方发射导弹", "军方再次发射导弹", "再次"),
        ("Армия запустила ракету в море", "Армия снова запустила ракету в море", "снова"),
    ],
)
def test_the_next_one_of_a_row(a: str, b: str, said: str) -> None:
    """What only one title says may make it another happening, in either order."""
    for one, other in ((a, b), (b, a)):
        added = find_distinguishing_addition(aligned_differences(one, other), *numbers(one, other), 0.5)
        assert added is not None
        assert added.text == said
        assert added.in_other == (other == b)


def test_the_first_one_may_be_left_unsaid() -> None:
    """The word "first" is said by some and left out by others."""
    a, b = "Kent confirms measles case", "Kent confirms first measles case"
    assert find_distinguishing_addition(aligned_differences(a, b), *numbers(a, b), 0.5) is None


def test_a_title_as_long_as_an_article_is_cut() -> None:
    """What is compared of a title has a bound."""
    assert aligned_differences("fire " * 10_000, "fire " * 10_000 + "Kent").shared == 1
