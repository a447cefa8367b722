"""What the automaton finds in pieces is what it finds in the whole text."""

from __future__ import annotations

from random import Random

import pytest

from monitor.matching.automaton import PIECE, LiteralSearch

LITERALS = ["a", "ab", "ba", "bab", "b" * 5, "ab" * 40, "台", "b台a", "never"]


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 3 * PIECE + 17])
@pytest.mark.parametrize("letters", ["ab", "aab台", "ababababb"])
def test_nothing_is_lost_or_found_twice_where_a_text_is_cut(letters: str, length: int) -> None:
    """Every place of every literal is told once, in order, wherever the borders of the pieces are."""
    text = "".join(Random(length).choices(letters, k=length))
    expected = {number: places for number, each in enumerate(LITERALS) if (places := _places(each, text))}
    assert _found(LiteralSearch(LITERALS), text) == expected


def test_a_literal_may_be_longer_than_a_piece() -> None:
    """It is found, across as many borders as it takes."""
    assert _found(LiteralSearch(["a" * (2 * PIECE), "b"]), "b" * 7 + "a" * (2 * PIECE) + "b") == {
        0: [7],
        1: [*range(7), 7 + 2 * PIECE],
    }


def _found(search: LiteralSearch, text: str) -> dict[int, list[int]]:
    return {literal: list(positions) for literal, positions in search.positions(text).items()}


def _places(literal: str, text: str) -> list[int]:
    return [start for start in range(len(text)) if text.startswith(literal, start)]
