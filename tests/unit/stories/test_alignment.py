"""Where two titles say the same but for one thing."""

from __future__ import annotations

import pytest

from monitor.stories.alignment import SlotKind, aligned_differences


@pytest.mark.parametrize(
    ("a", "b", "kind", "slot"),
    [
        ("Fire destroys goose farm in Kent", "Fire destroys sheep farm in Kent", SlotKind.WORD, ("goose", "sheep")),
        ("Storm Anna reaches the coast", "Storm Berta reaches the coast", SlotKind.NAME, ("Anna", "Berta")),
        ("Third case of measles in Kent", "Fourth case of measles in Kent", SlotKind.NUMBER, ("Third", "Fourth")),
        ("여주 농장서 구제역 발생", "여주 농장서 돼지열병 발생", SlotKind.WORD, ("구제역", "돼지열병")),
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
    assert only.clear
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


def test_titles_that_share_little() -> None:
    """How much is shared is said, for the caller to choose."""
    assert aligned_differences("Fire destroys farm in Kent", "Farm burns down").shared < 0.5
    assert aligned_differences("", "").shared == 0
