"""Aligns two titles word by word. Where they differ in one part only, that part separates two happenings. Pure.

"Bird flu found at turkey farm" and "... at duck farm" share a template; turkey and duck are in the same slot. Synonyms
are not known here: the caller chooses how much of the titles must be shared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import takewhile

from monitor.stories.number_comparison import TITLE_SERIES_KINDS
from monitor.text.folding import fold
from monitor.text.function_words import function_words
from monitor.text.number_words import number_words
from monitor.text.numbers import NumberFact
from monitor.text.scripts import HAN, HANGUL, SCRIPTS, TOKEN, count_half_words, is_unspaced


class SlotKind(StrEnum):
    """What both sides have in a slot. `WORD`: neither names nor numbers."""

    NAME = "name"
    NUMBER = "number"
    WORD = "word"


@dataclass(frozen=True, slots=True)
class DifferingSlot:
    """A part in which two titles differ: the words of both, and their spans in each title. `is_clear`: both sides are
    short, within one clause, and not elsewhere in the other title, and they are no variants of the same word."""

    kind: SlotKind
    one: str
    other: str
    one_span: tuple[int, int]
    other_span: tuple[int, int]
    is_clear: bool


@dataclass(frozen=True, slots=True)
class TitleAddition:
    """Words that only one of two titles has: "end of" in "declares end of outbreak". `span`: where in that title;
    `in_other`: it is the second title."""

    text: str
    span: tuple[int, int]
    in_other: bool


@dataclass(frozen=True, slots=True)
class TitleAlignment:
    """How two titles align.

    shared     the share of both titles that is in the same order in both, from 0 to 1, counted in words; a letter of
               a script without spaces counts as half a word
    slots      where both titles have different words
    additions  what only one title has
    """

    shared: float
    slots: tuple[DifferingSlot, ...]
    additions: tuple[TitleAddition, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str
    weight: int  # half words; function words have none
    start: int
    end: int


def aligned_differences(one: str, other: str) -> TitleAlignment:
    """Align two titles, both without the marks and credits of agencies."""
    left, right = _tokenize_title(one), _tokenize_title(other)
    matcher = SequenceMatcher(None, [t.key for t in left], [t.key for t in right], autojunk=False)
    slots: list[DifferingSlot] = []
    additions: list[TitleAddition] = []
    shared = 0
    for tag, a, b, c, d in _merge_opcodes(matcher.get_opcodes(), left):
        ours, theirs = left[a:b], right[c:d]
        if tag == "equal":
            shared += 2 * _sum_weights(ours)
        elif _sum_weights(ours) and _sum_weights(theirs):
            is_elsewhere = _has_word_of_slot(right, ours) or _has_word_of_slot(left, theirs)
            slots.append(_build_slot(one, other, ours, theirs, is_elsewhere=is_elsewhere))
        elif _sum_weights(ours):
            additions.append(_build_addition(one, ours, in_other=False))
        elif _sum_weights(theirs):
            additions.append(_build_addition(other, theirs, in_other=True))
    total = _sum_weights(left) + _sum_weights(right)
    return TitleAlignment(shared / total if total else 0.0, tuple(slots), tuple(additions))


def find_reordered_words(alignment: TitleAlignment) -> tuple[str, str] | None:
    """The words whose order differs in two titles with the same words: who buys whom (腾讯收购百度, 百度收购腾讯).
    Only in Han, kana or Hangul, which do not mark names. A moved word that keeps its particle keeps its role."""
    if alignment.slots or {addition.in_other for addition in alignment.additions} != {False, True}:
        return None
    one, other = (
        "".join(addition.text for addition in alignment.additions if addition.in_other is side)
        for side in (False, True)
    )
    words = [sorted(token.key for token in _tokenize_title(text)) for text in (one, other)]
    marks_names = not all(is_unspaced(word) or HANGUL.match(word) for word in words[0])
    if words[0] != words[1] or marks_names or (one == other and _has_particle(one)):
        return None
    return one, other


def _has_particle(text: str) -> bool:
    return _HIRAGANA_END.search(text) is not None or _without_particle(text) != text


def find_distinguishing_addition(
    alignment: TitleAlignment, one: Sequence[NumberFact], other: Sequence[NumberFact], min_shared: float
) -> TitleAddition | None:
    """The addition that makes one title the next of a series, if nothing else differs: "fires missile", "fires second
    missile", "fires missile again"."""
    if alignment.slots or alignment.shared < min_shared:
        return None
    return next(
        (
            addition
            for addition in alignment.additions
            if _is_next_in_series(addition.span, other if addition.in_other else one)
        ),
        None,
    )


def _is_next_in_series(span: tuple[int, int], numbers: Sequence[NumberFact]) -> bool:
    series_numbers = (number for number in numbers if number.kind in TITLE_SERIES_KINDS)
    return any(number.start < span[1] and span[0] < number.end for number in series_numbers)


def _sum_weights(tokens: Sequence[_Token]) -> int:
    return sum(token.weight for token in tokens)


def _extract_text_span(title: str, tokens: Sequence[_Token]) -> tuple[str, tuple[int, int]]:
    start, end = tokens[0].start, tokens[-1].end
    return title[start:end], (start, end)


def _build_addition(title: str, tokens: Sequence[_Token], *, in_other: bool) -> TitleAddition:
    return TitleAddition(*_extract_text_span(title, tokens), in_other)


# --- tokens -----------------------------------------------------------------------------------------------------------

_STEM_LENGTH = 5  # letters of a word that are compared in scripts with spaces: endings make no difference
_SHORT_WORD = 3  # letters
_MAX_TITLE = 150  # characters: some titles are whole articles, and aligning repeated characters is slow
_FUNCTION_WORDS = function_words("")
_ALIGNED_TOKEN = re.compile(rf"[ァ-ヺー]{{2,}}|{TOKEN.pattern}")  # a word in katakana is one token
_HANGUL_TAILS = sorted((*next(s.allowed_suffixes for s in SCRIPTS if s.name == "Hangul"), "서"), key=len, reverse=True)
"""The particles, and the short form of 에서 in headlines."""


def _tokenize_title(title: str) -> list[_Token]:
    tokens, is_all_caps = [], title.isupper()
    for match in _ALIGNED_TOKEN.finditer(title, 0, _MAX_TITLE):
        key = fold(match[0])
        weight = count_half_words(key) if len(key) == 1 else 2
        if HANGUL.match(key):
            key = _without_particle(key)
        elif not is_unspaced(key):
            # WHO and UN are no function words.
            is_acronym = len(match[0]) > 1 and match[0].isupper() and not is_all_caps
            is_short = key in _FUNCTION_WORDS or (len(key) < _SHORT_WORD and match[0].islower())
            weight = 0 if is_short and not is_acronym else weight
            key = key if any(map(str.isdigit, key)) else key[:_STEM_LENGTH]
        tokens.append(_Token(match[0], key, weight, *match.span()))
    return tokens


def _without_particle(word: str) -> str:
    tails = (tail for tail in _HANGUL_TAILS if tail and word.endswith(tail) and len(word) > len(tail) + 1)
    return word.removesuffix(next(tails, ""))


_Code = tuple[str, int, int, int, int]


def _merge_opcodes(codes: Sequence[_Code], left: Sequence[_Token]) -> list[_Code]:
    """Merge slots around a letter that both share by chance, in scripts without spaces (总统卢拉, 总统普拉博沃)."""
    merged: list[_Code] = []
    for position, (tag, a, b, c, d) in enumerate(codes):
        is_chance_match = tag == "equal" and b - a == 1 and is_unspaced(left[a].key) and 0 < position < len(codes) - 1
        if merged and merged[-1][0] != "equal" and (tag != "equal" or is_chance_match):
            _, start, _, begin, _ = merged[-1]
            merged[-1] = ("replace", start, b, begin, d)
        else:
            merged.append(("replace" if is_chance_match else tag, a, b, c, d))
    return merged


# --- slots ------------------------------------------------------------------------------------------------------------

_MAX_SLOT = 6  # half words: a longer slot is another sentence
_HIRAGANA_END = re.compile(r"[ぁ-ん]$")
_CLAUSE = re.compile(r"[.…·,;:!?\"“”'‘’„«»()\[\]|—–、。，：；「」『』\n]\W|[…“”«»、。，：；「」『』]")
_SAME_BEGINNING = 4  # letters: Thai, Thailand
_SAME_LETTERS = 2  # of Hangul, Han and kana: 아세안대표부, 주아세안


def _has_word_of_slot(title: Sequence[_Token], slot: Sequence[_Token]) -> bool:
    """Whether a title has a word of a longer slot of the other title: then only the order differs."""
    return len(slot) > 1 and not {token.key for token in slot if token.weight > 1}.isdisjoint(
        token.key for token in title
    )


def _build_slot(
    one: str, other: str, ours: Sequence[_Token], theirs: Sequence[_Token], *, is_elsewhere: bool
) -> DifferingSlot:
    (our_text, our_span), (their_text, their_span) = _extract_text_span(one, ours), _extract_text_span(other, theirs)
    is_clear = (
        max(_sum_weights(ours), _sum_weights(theirs)) <= _MAX_SLOT
        and not any(map(_CLAUSE.search, (our_text, their_text)))
        and not is_elsewhere
        and not _is_variant(ours, theirs)
    )
    return DifferingSlot(_classify_slot(ours, theirs), our_text, their_text, our_span, their_span, is_clear)


def _is_variant(ours: Sequence[_Token], theirs: Sequence[_Token]) -> bool:
    """Whether both sides may be two forms of one thing: other spaces, an abbreviation, a derived word."""
    one, other = ("".join(token.key for token in side) for side in (ours, theirs))
    if one.startswith(other) or other.startswith(one):
        return not any(map(str.isdigit, one + other))
    if {bool(HANGUL.match(one)), bool(HANGUL.match(other))} == {True, False} and (HAN.match(one) or HAN.match(other)):
        return True  # 北 in a Korean headline, and 북
    if is_unspaced(one) or HANGUL.match(one):
        one, other = _without_common_ending(one, other)
        letters = max(_SAME_LETTERS, min(len(one), len(other)) // 2 + 1)  # more than half of the shorter one
        return any(one[i : i + letters] in other for i in range(len(one) - letters + 1))
    beginnings = [{t.key[:_SAME_BEGINNING] for t in side if t.weight and t.key.isalpha()} for side in (ours, theirs)]
    return not beginnings[0].isdisjoint(beginnings[1])


def _without_common_ending(one: str, other: str) -> tuple[str, str]:
    """Two words without their common ending, if enough of each is left: 부산시장, 대구시장."""
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
    lowercase = token.text.lower()
    return _DIGIT.search(lowercase) is not None or _NUMBER_WORDS.issuperset(lowercase.split("-"))


def _is_name(token: _Token) -> bool:
    """Whether it begins with a capital or katakana; Han and Hangul do not mark names."""
    return token.text[0].isupper() or "ァ" <= token.text[0] <= "ヺ"
