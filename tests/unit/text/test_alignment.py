"""Where two titles are one sentence with another part."""

from __future__ import annotations

import pytest

from monitor.text.alignment import aligned_differences


@pytest.mark.parametrize(
    ("a", "b", "slot"),
    [
        ("Fire destroys goose farm in Kent", "Fire destroys sheep farm in Kent", ("goose", "sheep")),
        ("Storm Anna reaches the coast", "Storm Berta reaches the coast", ("Anna", "Berta")),
        ("Third case of measles in Kent", "Fourth case of measles in Kent", ("Third", "Fourth")),
        ("여주 농장서 구제역 발생", "여주 농장서 돼지열병 발생", ("구제역", "돼지열병")),
        ("여주시장 선거 결과", "이천시장 선거 결과", ("여주시장", "이천시장")),
        ("总统同外长会谈", "总统同财长会谈", ("外", "财")),
        ("市内でクマ目撃、注意呼びかけ", "市内でサル目撃、注意呼びかけ", ("クマ", "サル")),
        ("Суд оправдал Петрова", "Суд оправдал Иванова", ("Петрова", "Иванова")),
    ],
)
def test_one_part_is_another(a: str, b: str, slot: tuple[str, str]) -> None:
    """The rest of the sentence is shared."""
    (only,) = aligned_differences(a, b, 0.5)
    assert (only.one, only.other) == slot
    assert only.is_clear


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Fire destroys farm in Kent", "Fire destroyed a farm in Kent"),  # endings and function words
        ("Fire destroys farm in Kent", "Fire destroys large farm in Kent"),  # more is said
        ("Суд оправдал Петрова", "Суд оправдал Петрову"),
        ("여주 농장에서 구제역 발생", "여주 농장서 구제역이 발생"),
    ],
)
def test_no_part_is_another(a: str, b: str) -> None:
    """Another ending, particle or function word is not another part, and nor is one that only one title has."""
    assert not aligned_differences(a, b, 0.5)


def test_a_han_letter_in_a_korean_title_may_be_the_word_of_the_other() -> None:
    """What it abbreviates is not read here."""
    (only,) = aligned_differences("北, 동해로 미사일 3발 발사", "북, 동해로 미사일 3발 발사", 0.5)
    assert not only.is_clear


def test_the_share_says_whether_titles_are_one_sentence() -> None:
    """A title as long as an article is cut: what is compared has a bound."""
    assert aligned_differences("Fire destroys farm in Kent", "Fire burns mill in Kent", 0.4)
    assert not aligned_differences("Fire destroys farm in Kent", "Fire burns mill in Kent", 0.6)
    assert not aligned_differences("Kent mourns Smith", "Smith leaves Kent", 0.5)  # the words, in another order
    assert not aligned_differences("", "", 0.5)
    assert not aligned_differences("fire " * 40 + "in Kent", "fire " * 40 + "in Bern", 0.5)
