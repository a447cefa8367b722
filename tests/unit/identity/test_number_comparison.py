"""Whether the numbers of two articles say that they tell of one happening."""

from __future__ import annotations

import pytest
from monitor.identity.number_comparison import compare_numbers
from monitor.identity.verdicts import Verdict

from monitor.text.numbers import find_numbers


def verdict(a: str, b: str, language: str | None = None) -> Verdict:
    return compare_numbers(find_numbers(a, "", language), find_numbers(b, "", language)).verdict


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("The 8th test flight", "The 18th test flight"),
        ("Second measles case", "Third measles case"),
        ("나래호 4차 발사", "나래호 다섯 번째 비행"),
        ("Typhoon No. 13", "台風15号"),
        ("M6.4 quake", "Magnitude 7.1 quake"),
        ("神舟二十号发射", "神舟21号发射"),
    ],
)
def test_other_happenings(a: str, b: str) -> None:
    """Numbers that identify differ, in one language or two."""
    assert verdict(a, b) == Verdict.DIFFERS


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Two people died", "Five people died"),
        ("M6.4 quake", "M6.6 quake"),
        ("Second measles case", "Third launch"),
        ("The second case, and then the third case", "The third case"),
        ("A 5 percent rise", "A 6 percent rise"),
        ("A man of 31", "Nothing"),
    ],
)
def test_what_never_keeps_apart(a: str, b: str) -> None:
    """Tolls grow, magnitudes are revised, other things are counted otherwise."""
    assert verdict(a, b) != Verdict.DIFFERS


@pytest.mark.parametrize(
    ("a", "b"),
    [("Twelve people died", "사망자 12명"), ("Typhoon No. 13", "第13号台风"), ("The 4th launch", "4차 발사")],
)
def test_the_same_in_two_languages(a: str, b: str) -> None:
    """What is counted has no language."""
    assert verdict(a, b) == Verdict.AGREES
