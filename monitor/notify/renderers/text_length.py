"""Measures texts, and cuts them to a length. Unless another unit is named, it is units of UTF-16: most characters are
one, emoji two."""

from __future__ import annotations

import json
from enum import StrEnum
from itertools import accumulate

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE = frozenset("^{}\\[~]|€")  # they take two septets
_UCS2 = 134  # two parts of an SMS in another alphabet; 70 in one part leave no room for a headline and a link
_SMS_TYPOGRAPHY = str.maketrans(
    {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u202f": " "}
)


class LengthUnit(StrEnum):
    """What a kind of channel counts."""

    BYTES = "bytes of UTF-8"
    UTF16 = "characters (emoji count twice)"
    SMS = "characters of an SMS"


def measure_text(text: str, unit: LengthUnit) -> int:
    """The length of a text in a unit."""
    if unit is LengthUnit.BYTES:
        return len(text.encode("utf-8", "surrogatepass"))
    doubled = _GSM_DOUBLE.__contains__ if unit is LengthUnit.SMS and _is_gsm(text) else _is_astral
    return len(text) + sum(map(doubled, text))


def measure_json(title: str, text: str) -> int:
    """The length of a title and a text together, in characters of JSON in ASCII."""
    return len(json.dumps([title, text]))


def room_for(text: str, unit: LengthUnit, limit: int) -> int:
    """How long the text may be, in the unit, where the limit is `limit`. The limit of an SMS is that of the alphabet of
    mobile networks; a text with any other character has fewer."""
    return min(limit, _UCS2) if unit is LengthUnit.SMS and not _is_gsm(text) else limit


def simplify_typography(text: str) -> str:
    """The text with plain quotation marks, dashes and dots: with these, many texts are in the alphabet of SMS."""
    return text.translate(_SMS_TYPOGRAPHY)


def truncate_text(text: str, units: int) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis."""
    return text if _count_fitting(text, units) == len(text) else text[: _count_fitting(text, units - 1)].rstrip() + "…"


def crop_sentence(
    sentence: str, highlights: tuple[tuple[int, int], ...], units: int
) -> tuple[str, tuple[tuple[int, int], ...]]:
    """A long sentence, cut around its first highlight, and the highlights within the piece."""
    if _count_fitting(sentence, units) == len(sentence):
        return sentence, highlights
    start = max(0, (highlights[0][0] if highlights else 0) - units // 4)
    end = start + _count_fitting(sentence[start:], units)
    before, after = "…" if start else "", "…" if end < len(sentence) else ""
    shift = len(before) - start
    inside = tuple((first + shift, last + shift) for first, last in highlights if start <= first and last <= end)
    return before + sentence[start:end] + after, inside


def _count_fitting(text: str, units: int) -> int:
    """How many characters from the start fit into so many units."""
    ends = accumulate(2 if _is_astral(sign) else 1 for sign in text[: units + 1])
    return sum(end <= units for end in ends)


def _is_astral(sign: str) -> bool:
    return sign > "\uffff"


def _is_gsm(text: str) -> bool:
    return all(sign in _GSM or sign in _GSM_DOUBLE for sign in text)
