"""Two titles laid beside each other: where they say the same but for one thing, that thing tells two happenings apart.

"Bird flu found at turkey farm" and "... at duck farm" share a template; turkey and duck stand in the same slot. Nothing
is known of synonyms: how much of the titles has to be shared is for the caller to choose. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from monitor.stories.number_words import CARDINALS, ORDINALS
from monitor.stories.person_titles import FUNCTION_WORDS
from monitor.text.folding import fold
from monitor.text.scripts import HANGUL, KANA, SCRIPTS, TOKEN, half_words, is_unspaced


class SlotKind(StrEnum):
    """What stands in a slot that differs, on both sides; `WORD`: anything else than names and numbers."""

    NAME = "name"
    NUMBER = "number"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class DifferingSlot:
    """What the one title says where the other says something else."""

    kind: SlotKind
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class TitleAlignment:
    """`shared`: which part of both titles stands in the same order in both (0 to 1, by words, or half words for letters
    of scripts without spaces). `slots`: where both say something, and something else. `added`: half words that only one
    of them says, beside the slots."""

    shared: float
    slots: tuple[DifferingSlot, ...]
    added: int


@dataclass(frozen=True, slots=True)
class _Token:
    said: str
    key: str
    weight: int  # half words; little words have none
    start: int
    end: int


def aligned_differences(one: str, other: str) -> TitleAlignment:
    """The slots in which two titles differ, without the marks and credits of agencies."""
    left, right = _tokens(one), _tokens(other)
    matcher = SequenceMatcher(None, [t.key for t in left], [t.key for t in right], autojunk=False)
    slots, added, shared = [], 0, 0
    for tag, a, b, c, d in _merged(matcher.get_opcodes(), left):
        mine, theirs = left[a:b], right[c:d]
        weights = sum(t.weight for t in mine), sum(t.weight for t in theirs)
        if tag == "equal":
            shared += 2 * weights[0]
        elif all(weights):
            slots.append(DifferingSlot(_kind(mine, theirs), _said(one, mine), _said(other, theirs)))
        else:
            added += max(weights)
    total = sum(t.weight for t in (*left, *right))
    return TitleAlignment(shared / total if total else 0.0, tuple(slots), added)


_STEM = 5  # letters that a word of a spaced script is compared by: endings are no difference
_LITTLE = 3  # letters
_HANGUL_TAILS = sorted((*next(s.tails for s in SCRIPTS if s.name == "Hangul"), "서"), key=len, reverse=True)
"""The particles, and what headlines write for 에서."""


def _tokens(title: str) -> list[_Token]:
    found = []
    for match in TOKEN.finditer(title):
        said = match[0]
        key = fold(said)
        weight = half_words(key)
        if HANGUL.match(key):
            key = _without_particle(key)
        elif not is_unspaced(key):
            weight = 0 if key in FUNCTION_WORDS or (len(key) < _LITTLE and said.islower()) else weight
            key = key if any(map(str.isdigit, key)) else key[:_STEM]
        found.append(_Token(said, key, weight, *match.span()))
    return found


def _without_particle(word: str) -> str:
    tails = (tail for tail in _HANGUL_TAILS if tail and word.endswith(tail) and len(word) > len(tail) + 1)
    return word.removesuffix(next(tails, ""))


_Code = tuple[str, int, int, int, int]


def _merged(codes: Sequence[_Code], left: Sequence[_Token]) -> list[_Code]:
    """Without the single letters of scripts without spaces that two slots share by chance (巴西, 印尼 in 总统卢拉)."""
    merged: list[_Code] = []
    for position, (tag, a, b, c, d) in enumerate(codes):
        chance = tag == "equal" and b - a == 1 and is_unspaced(left[a].key) and 0 < position < len(codes) - 1
        if merged and merged[-1][0] != "equal" and (tag != "equal" or chance):
            _, start, _, begin, _ = merged[-1]
            merged[-1] = ("replace", start, b, begin, d)
        else:
            merged.append(("replace" if chance else tag, a, b, c, d))
    return merged


def _said(title: str, tokens: Sequence[_Token]) -> str:
    return title[tokens[0].start : tokens[-1].end]


_DIGIT = re.compile(r"\d|[一二三四五六七八九十百]")


def _kind(one: Sequence[_Token], other: Sequence[_Token]) -> SlotKind:
    if all(any(_is_number(token) for token in side) for side in (one, other)):
        return SlotKind.NUMBER
    if all(any(_is_name(token) for token in side) for side in (one, other)):
        return SlotKind.NAME
    return SlotKind.WORD


def _is_number(token: _Token) -> bool:
    low = token.said.lower()
    return _DIGIT.search(low) is not None or low in CARDINALS or low in ORDINALS


def _is_name(token: _Token) -> bool:
    """By its capital or katakana; Han and Hangul have no mark of names."""
    return token.said[0].isupper() or ("ァ" <= token.said[0] <= "ヺ" and KANA.match(token.said) is not None)
