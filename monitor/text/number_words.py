"""Numbers in words, and the words for what numbers count, in the languages of `monitor.languages`. Pure.

Counted things are found by the beginnings of words, so inflected forms need no list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from monitor.languages import LANGUAGES
from monitor.languages.language import Forms
from monitor.text.folding import fold
from monitor.text.spelled_numbers import NumberGrammar, number_grammar


def _enumerate_forms(words: Forms) -> list[tuple[str, float]]:
    return [(form, float(value)) for value, forms in enumerate(words, 1) for form in forms]


_SPELLED = {
    code: language.numbers
    for code, language in LANGUAGES.items()
    if language.numbers.cardinals and language.has_word_edges
}
_WITHOUT_EDGES = [language.numbers for language in LANGUAGES.values() if not language.has_word_edges]
CJK_REPEATED = re.compile("|".join(dict.fromkeys(numbers.repeated_pattern for numbers in _WITHOUT_EDGES)))
"""Once more."""
GROWING = frozenset(("dead", "injured", "missing", "case", "evacuated", "arrested", "survivor", "culled"))
"""Kinds of counts that later reports raise."""
_WHOLE_WORD = 3  # letters of a stem that is a whole word, except for one letter


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The words of one or several languages. Number words are in lower case; `stems` maps folded beginnings of words to
    kinds, `whole` folded words and phrases of two words."""

    numbers: frozenset[str]
    cardinals: tuple[NumberGrammar, ...]
    ordinals: dict[str, float]
    not_cardinals: frozenset[str]  # ordinals, and words for "again"
    articles: frozenset[str]
    repeated: frozenset[str]
    stems: dict[str, str]
    whole: dict[str, str]
    max_stem: int  # letters of the longest of `stems`
    with_words: frozenset[str]

    def kind(self, word: str) -> str | None:
        """Return the kind of thing that a folded word, or a phrase of two, names; None: unknown."""
        if (exact := self.whole.get(word)) is not None or " " in word:
            return exact
        for length in range(min(len(word), self.max_stem), 1, -1):
            kind = self.stems.get(word[:length])
            if kind is not None and (length > _WHOLE_WORD or len(word) <= _WHOLE_WORD + 1):
                return kind
        return None


_WHOLE = "."  # ends a whole word or phrase; without it, the text is the beginning of a word


@cache
def number_words(language: str) -> NumberWords:
    """Return the words of a language; of all languages if it is unknown or not supported."""
    codes = [language] if language in _SPELLED else list(_SPELLED)
    chosen = [_SPELLED[code] for code in codes]
    cardinals = tuple(map(number_grammar, codes))
    ordinals = {form: value for numbers in chosen for form, value in _enumerate_forms(numbers.ordinals)}
    repeated = frozenset(word for numbers in chosen for word in numbers.repeated)
    counted = [(kind, word) for numbers in chosen for kind, words in numbers.counted.items() for word in words]
    stems = {fold(word): kind for kind, word in counted if not word.endswith(_WHOLE)}
    return NumberWords(
        frozenset((*ordinals, *repeated)).union(*(grammar.words for grammar in cardinals)),
        cardinals,
        ordinals,
        repeated.union(ordinals),
        frozenset(form for numbers in _SPELLED.values() for form in numbers.cardinals[0]) - {"one"},
        repeated,
        stems,
        {fold(word.removesuffix(_WHOLE)): kind for kind, word in counted if word.endswith(_WHOLE)},
        max(map(len, stems), default=0),
        frozenset(fold(word) for numbers in chosen for word in numbers.with_words),
    )


_CJK_STEMS = {stem: kind for numbers in _WITHOUT_EDGES for kind, stems in numbers.counted.items() for stem in stems}
_CJK_STEM = re.compile("|".join(sorted(_CJK_STEMS, key=len, reverse=True)))


def cjk_kind(text: str) -> str | None:
    """Return the kind of the first counted thing in some characters; None: there is none."""
    match = _CJK_STEM.search(fold(text))
    return _CJK_STEMS[match[0]] if match else None


_HAN = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_HAN_PLACES = {"十": 10, "百": 100, "千": 1000}
HAN_NUMBER = f"[{''.join(_HAN)}{''.join(_HAN_PLACES)}]"


def han_number(word: str) -> int:
    """Return a number up to 9999 as Chinese and Japanese write it: 二十三, or digit by digit: 二〇二六."""
    if not any(character in _HAN_PLACES for character in word):
        return int("".join(str(_HAN[character]) for character in word))
    total, digit = 0, 0
    for character in word:
        if character in _HAN_PLACES:
            total += (digit or 1) * _HAN_PLACES[character]
            digit = 0
        else:
            digit = digit * 10 + _HAN[character]
    return total + digit
