"""Aligns two titles word by word. Where they differ in one part only, that part separates two happenings. Pure.

"Bird flu found at turkey farm" and "... at duck farm" share a template; turkey and duck are in the same slot. Synonyms
are not known here: the caller chooses how much of the titles must be shared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from monitor.text.folding import fold
from monitor.text.function_words import function_words
from monitor.text.scripts import HAN, HANGUL, SCRIPTS, TOKEN, count_half_words, is_unspaced


@dataclass(frozen=True, slots=True)
class DifferingSlot:
    """A part in which two titles differ: the words of both.

    is_clear  both sides are short, within one clause, and not elsewhere in the other title, and they are no variants
              of the same word
    """

    one: str
    other: str
    is_clear: bool


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str
    weight: int  # half words; function words have none
    start: int
    end: int


def aligned_differences(one: str, other: str, least_shared: float) -> tuple[DifferingSlot, ...]:
    """Align two titles, both without the marks and credits of agencies, and return where they have different words; or
    nothing, if less than `least_shared` of both is in the same order (from 0 to 1, in words; a letter of a script
    without spaces counts as half a word)."""
    left, right = _tokenize_title(one), _tokenize_title(other)
    least = least_shared * (_sum_weights(left) + _sum_weights(right))
    right_keys = {token.key for token in right}
    if 2 * _sum_weights([token for token in left if token.key in right_keys]) < least:
        return ()  # in no order do they share enough: most titles, and aligning takes long
    matcher = SequenceMatcher(None, [t.key for t in left], [t.key for t in right], autojunk=False)
    slots: list[DifferingSlot] = []
    shared = 0
    for tag, a, b, c, d in _merge_opcodes(matcher.get_opcodes(), left):
        ours, theirs = left[a:b], right[c:d]
        if tag == "equal":
            shared += 2 * _sum_weights(ours)
        elif _sum_weights(ours) and _sum_weights(theirs):
            is_elsewhere = _has_word_of_slot(right, ours) or _has_word_of_slot(left, theirs)
            slots.append(_build_slot(one, other, ours, theirs, is_elsewhere=is_elsewhere))
    return tuple(slots) if shared >= least else ()


def _sum_weights(tokens: Sequence[_Token]) -> int:
    return sum(token.weight for token in tokens)


# --- tokens -----------------------------------------------------------------------------------------------------------

_STEM_LENGTH = 5  # letters of a word that are compared in scripts with spaces: endings make no difference
_MAX_TITLE = 150  # characters: some titles are whole articles, and aligning repeated characters is slow
_FUNCTION_WORDS = function_words("")
_ALIGNED_TOKEN = re.compile(rf"[ァ-ヺー]{{2,}}|{TOKEN.pattern}")  # a word in katakana is one token
_HANGUL_TAILS = sorted((*next(s.allowed_suffixes for s in SCRIPTS if s.name == "Hangul"), "서"), key=len, reverse=True)
"""The particles, and the short form of 에서 in headlines."""


@lru_cache(maxsize=10_000)  # each title is aligned with many
def _tokenize_title(title: str) -> Sequence[_Token]:
    tokens, is_all_caps = [], title.isupper()
    for match in _ALIGNED_TOKEN.finditer(title, 0, _MAX_TITLE):
        key = fold(match[0])
        weight = count_half_words(key) if len(key) == 1 else 2
        if HANGUL.match(key):
            key = _without_particle(key)
        elif not is_unspaced(key):
            is_acronym = len(match[0]) > 1 and match[0].isupper() and not is_all_caps  # WHO, UN
            weight = 0 if key in _FUNCTION_WORDS and not is_acronym else weight
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
    our_text, their_text = (title[side[0].start : side[-1].end] for title, side in ((one, ours), (other, theirs)))
    is_clear = (
        max(_sum_weights(ours), _sum_weights(theirs)) <= _MAX_SLOT
        and not any(map(_CLAUSE.search, (our_text, their_text)))
        and not is_elsewhere
        and not _is_variant(ours, theirs)
    )
    return DifferingSlot(our_text, their_text, is_clear)


def _is_variant(ours: Sequence[_Token], theirs: Sequence[_Token]) -> bool:
    """Whether both sides may be two forms of one thing: other spaces, an abbreviation, a derived word."""
    one, other = ("".join(token.key for token in side) for side in (ours, theirs))
    if one.startswith(other) or other.startswith(one):
        return not any(map(str.isdigit, one + other))
    if {bool(HANGUL.match(one)), bool(HANGUL.match(other))} == {True, False} and (HAN.match(one) or HAN.match(other)):
        return True  # 北 in a Korean headline, and 북
    if is_unspaced(one) or HANGUL.match(one):
        letters = max(_SAME_LETTERS, min(len(one), len(other)) // 2 + 1)  # more than half of the shorter one
        return any(one[i : i + letters] in other for i in range(len(one) - letters + 1))
    beginnings = [{t.key[:_SAME_BEGINNING] for t in side if t.weight and t.key.isalpha()} for side in (ours, theirs)]
    return not beginnings[0].isdisjoint(beginnings[1])
