"""The beginning of a text, by what it is compared as."""

from __future__ import annotations

import sys

import pytest

from monitor.text.extent import GROWTH, shorten_text
from monitor.text.record import normalize_text

MOST = 10_000


@pytest.mark.parametrize(
    "piece",
    [
        "\ufdfa",
        "\u337f ",
        "a\ufdfa",
        "missile \ufdfa",
        "\u2057",
        "㌀",
        "e\u0301",
        "\u00ad",
        "ᄒ\u1161\u11ab",
        "中",
        "word ",
    ],
)
def test_neither_a_text_nor_its_record_is_longer(piece: str) -> None:
    """And no more is cut off than need be."""
    text = piece * MOST
    kept = shorten_text(text, MOST)
    assert text.startswith(kept)
    assert len(normalize_text(kept)) <= MOST
    assert len(kept) <= MOST
    assert max(len(kept), len(normalize_text(kept))) > MOST - GROWTH - len(piece)


@pytest.mark.parametrize("text", ["", "A few words.", "\ufdfa" * (MOST // GROWTH), "북한" * (MOST // 2), "x" * MOST])
def test_what_fits_stays_as_it_is(text: str) -> None:
    """To the last character."""
    assert shorten_text(text, MOST) is text or shorten_text(text, MOST) == text


def test_no_character_grows_more() -> None:
    """In this Python's Unicode."""
    assert max(len(normalize_text(chr(code))) for code in range(sys.maxunicode + 1)) == GROWTH
