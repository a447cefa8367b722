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
from itertools import takewhile

from monitor.stories.number_comparison import NEXT_BESIDE_THE_SAME
from monitor.text.folding import fold
from monitor.text.function_words import function_words
from monitor.text.number_words import number_words
from monitor.text.numbers import NumberFact
from monitor.text.scripts import HANGUL, SCRIPTS, TOKEN, count_half_words, is_unspaced


class SlotKind(StrEnum):
    """What stands in a slot on both sides; `WORD`: anything else than names and numbers."""

    NAME = "name"
    NUMBER = "number"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class DifferingSlot:
    """What the one title says where the other says something else, and where: `one_span`, `other_span` in each title.
    `clear`: short on both sides, within a clause, said nowhere else, and no other spelling or longer form of
    the same."""

    kind: SlotKind
    one: str
    other: str
    one_span: tuple[int, int]
    other_span: tuple[int, int]
    is_clear: bool


@dataclass(frozen=True, slots=True)
class TitleAddition:
    """What only one of two titles says: `end of` in "declares end of outbreak", and where in that title."""

    text: str
    span: tuple[int, int]
    in_other: bool


@dataclass(frozen=True, slots=True)
class TitleAlignment:
    """`shared`: which part of both titles stands in the same order in both (0 to 1, by words, or half words for letters
    of scripts without spaces). `slots`: where both say something else. `additions`: what only one says."""

    shared: float
    slots: tuple[DifferingSlot, ...]
    additions: tuple[TitleAddition, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    said: str
    key: str
    weight: int  # half words; little words have none
    start: int
    end: int


def aligned_differences(one: str, other: str) -> TitleAlignment:
    """The slots in which two titles differ, both without the marks and credits of agencies."""
    left, right = _tokenize_title(one), _tokenize_title(other)
    matcher = SequenceMatcher(None, [t.key for t in left], [t.key for t in right], autojunk=False)
    slots: list[DifferingSlot] = []
    additions: list[TitleAddition] = []
    shared = 0
    for tag, a, b, c, d in _merge_opcodes(matcher.get_opcodes(), left):
        mine, theirs = left[a:b], right[c:d]
        if tag == "equal":
            shared += 2 * _sum_weights(mine)
        elif _sum_weights(mine) and _sum_weights(theirs):
            elsewhere = _has_word_of_slot(right, mine) or _has_word_of_slot(left, theirs)
            slots.append(_build_slot(one, other, mine, theirs, elsewhere=elsewhere))
        elif _sum_weights(mine):
            additions.append(_build_addition(one, mine, by_other=False))
        elif _sum_weights(theirs):
            additions.append(_build_addition(other, theirs, by_other=True))
    total = _sum_weights(left) + _sum_weights(right)
    return TitleAlignment(shared / total if total else 0.0, tuple(slots), tuple(additions))


def find_reordered_words(alignment: TitleAlignment) -> tuple[str, str] | None:
    """What is elsewhere in two titles of the same words in Han, kana or Hangul, which have no mark of names: who
    buys whom (腾讯收购百度, 百度收购腾讯). A word that keeps its particle is the same elsewhere in the sentence."""
    if alignment.slots or {addition.in_other for addition in alignment.additions} != {False, True}:
        return None
    one, other = (
        "".join(addition.text for addition in alignment.additions if addition.in_other is side)
        for side in (False, True)
    )
    words = [sorted(token.key for token in _tokenize_title(said)) for said in (one, other)]
    marks_names = not all(is_unspaced(word) or HANGUL.match(word) for word in words[0])
    if words[0] != words[1] or marks_names or (one == other and _has_particle(one)):
        return None
    return one, other


def _has_particle(said: str) -> bool:
    return _HIRAGANA_END.search(said) is not None or _without_particle(said) != said


def find_distinguishing_addition(
    alignment: TitleAlignment, one: Sequence[NumberFact], other: Sequence[NumberFact], least_shared: float
) -> TitleAddition | None:
    """What only one of two titles says and makes it the next one of a row, if nothing else differs: "fires missile",
    "fires second missile", "fires missile again"."""
    if alignment.slots or alignment.shared < least_shared:
        return None
    return next(
        (added for added in alignment.additions if _is_next_in_series(added.span, other if added.in_other else one)),
        None,
    )


def _is_next_in_series(span: tuple[int, int], numbers: Sequence[NumberFact]) -> bool:
    said = (number for number in numbers if number.kind in NEXT_BESIDE_THE_SAME)
    return any(number.start < span[1] and span[0] < number.end for number in said)


def _sum_weights(tokens: Sequence[_Token]) -> int:
    return sum(token.weight for token in tokens)


def _extract_text_span(title: str, tokens: Sequence[_Token]) -> tuple[str, tuple[int, int]]:
    start, end = tokens[0].start, tokens[-1].end
    return title[start:end], (start, end)


def _build_addition(title: str, tokens: Sequence[_Token], *, by_other: bool) -> TitleAddition:
    return TitleAddition(*_extract_text_span(title, tokens), by_other)


# --- tokens -----------------------------------------------------------------------------------------------------------

_STEM = 5  # letters that a word of a spaced script is compared by: endings are no difference
_LITTLE = 3  # letters
_TITLE = 150  # characters: whole articles are given as titles too, and repeated signs are laid beside each other slowly
_LITTLE_WORDS = function_words("")
_ALIGNED_TOKEN = re.compile(rf"[ァ-ヺー]{{2,}}|{TOKEN.pattern}")  # a word in katakana is one
_HANGUL_TAILS = sorted((*next(s.allowed_suffixes for s in SCRIPTS if s.name == "Hangul"), "서"), key=len, reverse=True)
"""The particles, and what headlines write for 에서."""


def _tokenize_title(title: str) -> list[_Token]:
    found, shouts = [], title.isupper()
    for match in _ALIGNED_TOKEN.finditer(title, 0, _TITLE):
        key = fold(match[0])
        weight = count_half_words(key) if len(key) == 1 else 2
        if HANGUL.match(key):
            key = _without_particle(key)
        elif not is_unspaced(key):
            acronym = len(match[0]) > 1 and match[0].isupper() and not shouts  # WHO and UN are no little words
            little = key in _LITTLE_WORDS or (len(key) < _LITTLE and match[0].islower())
            weight = 0 if little and not acronym else weight
            key = key if any(map(str.isdigit, key)) else key[:_STEM]
        found.append(_Token(match[0], key, weight, *match.span()))
    return found


def _without_particle(word: str) -> str:
    tails = (tail for tail in _HANGUL_TAILS if tail and word.endswith(tail) and len(word) > len(tail) + 1)
    return word.removesuffix(next(tails, ""))


_Code = tuple[str, int, int, int, int]


def _merge_opcodes(codes: Sequence[_Code], left: Sequence[_Token]) -> list[_Code]:
    """Without the single letters of scripts without spaces that two slots share by chance (总统卢拉, 总统普拉博沃)."""
    merged: list[_Code] = []
    for position, (tag, a, b, c, d) in enumerate(codes):
        chance = tag == "equal" and b - a == 1 and is_unspaced(left[a].key) and 0 < position < len(codes) - 1
        if merged and merged[-1][0] != "equal" and (tag != "equal" or chance):
            _, start, _, begin, _ = merged[-1]
            merged[-1] = ("replace", start, b, begin, d)
        else:
            merged.append(("replace" if chance else tag, a, b, c, d))
    return merged


# --- slots ------------------------------------------------------------------------------------------------------------

_LONGEST_SLOT = 6  # half words: what is longer is another sentence
_HIRAGANA_END = re.compile(r"[ぁ-ん]$")
_CLAUSE = re.compile(r"[.…·,;:!?\"“”'‘’„«»()\[\]|—–、。，：；「」『』\n]\W|[…“”«»、。，：；「」『』]")
_SAME_BEGINNING = 4  # letters: Thai, Thailand
_SAME_LETTERS = 2  # of Hangul, Han and kana: 아세안대표부, 주아세안


def _has_word_of_slot(title: Sequence[_Token], slot: Sequence[_Token]) -> bool:
    """Whether a title says something of a longer slot of the other one: then only the order is another one."""
    return len(slot) > 1 and not {token.key for token in slot if token.weight > 1}.isdisjoint(
        token.key for token in title
    )


def _build_slot(
    one: str, other: str, mine: Sequence[_Token], theirs: Sequence[_Token], *, elsewhere: bool
) -> DifferingSlot:
    (mine_said, mine_span), (their_said, their_span) = _extract_text_span(one, mine), _extract_text_span(other, theirs)
    clear = (
        max(_sum_weights(mine), _sum_weights(theirs)) <= _LONGEST_SLOT
        and not any(map(_CLAUSE.search, (mine_said, their_said)))
        and not elsewhere
        and not _is_variant(mine, theirs)
    )
    return DifferingSlot(_classify_slot(mine, theirs), mine_said, their_said, mine_span, their_span, clear)


def _is_variant(mine: Sequence[_Token], theirs: Sequence[_Token]) -> bool:
    """Whether both sides may be one thing in two forms: other blanks, one cut off, a word and one derived from it."""
    one, other = ("".join(token.key for token in side) for side in (mine, theirs))
    if one.startswith(other) or other.startswith(one):
        return not any(map(str.isdigit, one + other))
    if is_unspaced(one) or HANGUL.match(one):
        one, other = _without_common_ending(one, other)
        letters = max(_SAME_LETTERS, min(len(one), len(other)) // 2 + 1)  # more than half of the shorter one
        return any(one[i : i + letters] in other for i in range(len(one) - letters + 1))
    beginnings = [{t.key[:_SAME_BEGINNING] for t in side if t.weight and t.key.isalpha()} for side in (mine, theirs)]
    return not beginnings[0].isdisjoint(beginnings[1])


def _without_common_ending(one: str, other: str) -> tuple[str, str]:
    """Two words without what both end in, if that leaves a word each: 부산시장, 대구시장."""
    ends = zip(reversed(one), reversed(other), strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], ends))
    if min(len(one), len(other)) - same < _SAME_LETTERS:
        return one, other
    return one[: len(one) - same], other[: len(other) - same]


_NUMBER_WORDS = number_words("").numbers - number_words("").articles
_DIGIT = re.compile(r"\d|[一二三四五六七八九十百]")


def _classify_slot(one: Sequence[_Token], other: Sequence[_Token]) -> SlotKind:
    if all(any(map(_is_number, side)) for side in (one, other)):
        return SlotKind.NUMBER
    if all(any(map(_is_name, side)) for side in (one, other)):
        return SlotKind.NAME
    return SlotKind.WORD


def _is_number(token: _Token) -> bool:
    low = token.said.lower()
    return _DIGIT.search(low) is not None or low in _NUMBER_WORDS


def _is_name(token: _Token) -> bool:
    """By its capital or katakana; Han and Hangul have no mark of names."""
    return token.said[0].isupper() or "ァ" <= token.said[0] <= "ヺ"
