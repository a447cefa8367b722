"""The numbers in an article with what they count: tolls that grow, and numbers that identify a happening. Pure.

"10th test flight" is not the 11th, whatever the words say; "two dead" may be "five dead" an hour later. A number that
is not understood is not a fact; nor is a year, a date, a time or a duration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from typing import NamedTuple

from monitor.languages import LANGUAGES
from monitor.text.folding import fold, lower_keeping_length
from monitor.text.function_words import function_words
from monitor.text.language_tags import parse_primary_subtag
from monitor.text.months import MONTHS
from monitor.text.number_units import (
    LETTERS,
    MAX_MAGNITUDE,
    ORDINAL_AFTER,
    POINTED,
    POINTED_ORDINAL,
    SERIAL_AFTER,
    SERIAL_BEFORE,
    apply_multiplier,
    currency_beside,
    is_date,
    kind_beside,
    may_be_year,
    measure_beside,
    parse_score,
)
from monitor.text.number_words import (
    CJK_REPEATED,
    GROWING,
    HAN_NUMBER,
    NumberWords,
    cjk_kind,
    han_number,
    number_words,
)
from monitor.text.scripts import APART, HANGUL, UNSPACED
from monitor.text.spelled_numbers import find_spelled_numbers, number_grammar


class NumberFact(NamedTuple):
    r"""A number in an article.

    kind        what the number means, independent of language ("dead", "ordinal", "magnitude", "count" ...)
    unit        what it counts (stems of words, a currency, the letters of a model)
    start, end  its place in f"{title}\n{lead}"
    may_grow    whether later reports may give another number
    """

    value: float
    kind: str
    unit: str
    text: str
    start: int
    end: int
    may_grow: bool


def find_numbers(title: str, lead: str, language: str | None) -> tuple[NumberFact, ...]:
    """Return the numbers in title and lead, in the order of the text."""
    subtag = parse_primary_subtag(language or "") or ""
    text = _NumberedText(f"{title}\n{lead}", number_words(subtag), subtag)
    facts = [*_find_digit_numbers(text), *_find_word_numbers(text), *_find_han_numbers(text)]
    return tuple(sorted(filter(None, facts), key=lambda fact: fact.start))


_NARROW = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | {0xFF0E: 0x2E, 0xFF05: 0x25}
_WIDE = re.compile("[\uff10-\uff19\uff0e\uff05]")
_UNIT_LETTERS = 6  # letters of a word: the rest is inflection
_REACH_AFTER, _REACH_BEFORE = 48, 32  # characters after and before a number that may say what it counts


class _NumberedText:
    """A text as written, and `lowercase`: in lower case, letter by letter, so that spans apply to both."""

    def __init__(self, text: str, words: NumberWords, language: str) -> None:
        self.text, self.words, self.language = text, words, language
        self.little_words = function_words(language)
        narrow = text.translate(_NARROW) if _WIDE.search(text) else text
        self.lowercase = lower_keeping_length(narrow).replace("ё", "е").replace("’", "'")

    def before(self, start: int) -> str:
        return self.lowercase[max(0, start - _REACH_BEFORE) : start]

    def fact(
        self, span: tuple[int, int], value: float, kind: str, unit: str = "", *, may_grow: bool = False
    ) -> NumberFact:
        start, end = span
        return NumberFact(value, kind, unit, self.text[start:end], start, end, may_grow)


# --- digits -----------------------------------------------------------------------------------------------------------

_DIGITS = re.compile(r"(?<!\d)(?<!\d[.,:/])(?:\d{1,3}(?:[, \u00a0\u202f.]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)")
_THOUSANDS = re.compile(r"[,. \u00a0\u202f](?=\d{3}(?!\d))")
_ATTACHED = re.compile(rf"(?<![^\W{UNSPACED}{APART}])(?<!')({LETTERS}+)-?$|([一-鿿{APART}]{{2,4}})-$")  # F-16, 화성-20
_DESIGNATION = re.compile(rf"(?:{LETTERS}+\d*)+")  # A320neo, H5N1
_LETTERED = re.compile(r"[a-ln-z](?!\w)")  # clade 1b; m is a measure
_LONGEST_NUMBER = 20  # characters; nobody reads a longer number


def _find_digit_numbers(text: _NumberedText) -> Iterator[NumberFact | None]:
    end = 0
    for match in _DIGITS.finditer(text.lowercase):
        if match.start() < end or len(match[0]) > _LONGEST_NUMBER:
            continue
        before = text.lowercase[match.start() - 1 : match.start()]
        is_attached = (before == "-" or before.isalpha()) and not _is_prefixed_by_kind(text.lowercase, match)
        letters = _ATTACHED.search(text.before(match.start())) if is_attached else None
        fact = _parse_model_number(text, letters, match) if letters else _parse_digits(text, match)
        if fact is not None:
            end = fact.end
            yield fact


def _is_prefixed_by_kind(lowercase: str, match: re.Match[str]) -> bool:
    """Whether a word and a hyphen before a number say its kind: magnitude-6.1."""
    return kind_beside(lowercase, *match.span()) in {"magnitude", "category"}


def _parse_digits(text: _NumberedText, match: re.Match[str]) -> NumberFact | None:
    lowercase, (start, end) = text.lowercase, match.span()
    value = float(_THOUSANDS.sub("", match[0]).replace(",", "."))
    kind = kind_beside(lowercase, start, end)
    if kind and not (
        kind == "magnitude" and (value > MAX_MAGNITUDE or apply_multiplier(lowercase, end, value)[1] > end)
    ):
        return None if kind == "time" else text.fact((start, end), value, kind)
    if (sides := parse_score(lowercase, start)) and not _is_range_counted(text, sides[1]):
        return text.fact((start, sides[1]), value, "score", sides[0], may_grow=True)
    is_in_brackets = lowercase[start - 1 : start] == "(" and lowercase[end : end + 1] == ")"  # an age beside a name
    if is_in_brackets or is_date(lowercase, start, end):
        return None
    if value == int(value) and (fact := _parse_ordinal(text, (start, end), value)):
        return fact
    return None if ORDINAL_AFTER.match(lowercase, end) else _parse_count(text, (start, end), value)


def _is_range_counted(text: _NumberedText, end: int) -> bool:
    """Whether a range is counted: 2-3 days, 5-10 people."""
    word = _WORD_AFTER.match(text.lowercase, end)
    return kind_beside(text.lowercase, end, end) is not None or (
        word is not None and text.words.kind(fold(word[1])) is not None
    )


# --- models -----------------------------------------------------------------------------------------------------------

_MAGNITUDE_SIGNS = frozenset(("m", "mw", "mb", "ml", "м"))
_NOT_MODELS = frozenset(("g", "no", "mid", "pre", "post", "under", "top", "q", "h", "fy", "hk", "us", "eur", "usd"))
_SERIAL_LETTERS = 4  # letters of a name with serial numbers (Shenzhou-21); F-16 is a model


def _parse_model_number(text: _NumberedText, letters: re.Match[str], digits: re.Match[str]) -> NumberFact | None:
    """A number that is part of a name."""
    word = letters[1] or letters[2]
    start, end = digits.start() - (len(letters.string) - letters.start(letters.lastindex or 0)), digits.end()
    if word in _MAGNITUDE_SIGNS and len(digits[0]) <= len("6.4"):
        return text.fact((start, end), float(digits[0].replace(",", ".")), "magnitude")
    is_lowercase = letters[1] is not None and text.text[start : start + len(word)].islower()
    if is_lowercase or not digits[0].isdigit():
        return None
    if designation := _DESIGNATION.match(text.lowercase, end):
        return text.fact(
            (start, designation.end()), float(digits[0]), "model", fold(text.lowercase[start : designation.end()])
        )
    if word in _NOT_MODELS:
        return None
    is_serial = letters[2] or len(word) >= _SERIAL_LETTERS
    return text.fact((start, end), float(digits[0]), "serial" if is_serial else "model", fold(word))


# --- which one of a series --------------------------------------------------------------------------------------------

_WORD_AFTER = re.compile(rf"[ \u00a0-]({LETTERS}+(?:'{LETTERS}+)?)")
_ORDINAL_WORDS = 3  # words after an ordinal that say what it counts: 10th test flight
_UNIT_BEFORE = re.compile(rf"([一-鿿]{{2}}|[ァ-ヺー]{{2,}}|[{APART}]{{2,}}|{LETTERS}{{3,}})[\s-]?$")
_CJK_UNIT = re.compile(rf"\s?(?:([{APART}]{{2}})|([{UNSPACED}]{{2}}))")
_CJK_UNIT_REACH = 8  # characters


def _parse_ordinal(text: _NumberedText, span: tuple[int, int], value: float) -> NumberFact | None:
    """A number that says which one of a series: 10th, No. 13, 15号, clade 1b."""
    lowercase, (start, end) = text.lowercase, span
    if serial := SERIAL_AFTER.match(lowercase, end):
        return _fact_if_unit(text, (start, serial.end()), value, "serial", _serial_unit(text, start, serial.end()))
    if sign := SERIAL_BEFORE.search(text.before(start)):
        words = re.findall(rf"{LETTERS}{{3,}}", sign.string[: sign.start()])
        return _fact_if_unit(text, span, value, "serial", _stem_word(text, words[-1]) if words else "")
    ordinal = (
        ORDINAL_AFTER.match(lowercase, end)
        or (text.language in POINTED and POINTED_ORDINAL.match(lowercase, end))
        or None
    )
    if ordinal is not None:
        unit = _unit_after(text, ordinal.end())
        unit = _unit_before(text, start) if unit == "" else unit
        return _fact_if_unit(text, (start, ordinal.end()), value, "ordinal", unit)
    if lowercase[start - 1 : start] in ("第", "제"):
        return _fact_if_unit(text, span, value, "ordinal", _unit_after(text, end))
    before = _NAME_BEFORE.search(lowercase, max(0, start - _REACH_BEFORE), start)
    letter = _LETTERED.match(lowercase, end) if before else None
    return (
        text.fact((start, letter.end()), value, "model", f"{fold(before[1])}{letter[0]}") if before and letter else None
    )


def _fact_if_unit(
    text: _NumberedText, span: tuple[int, int], value: float, kind: str, unit: str | None
) -> NumberFact | None:
    return text.fact(span, value, kind, unit) if unit else None


def _stem_word(text: _NumberedText, word: str) -> str:
    folded = fold(word)
    return text.words.kind(folded) or folded[:_UNIT_LETTERS]


def _serial_unit(text: _NumberedText, start: int, end: int) -> str:
    """What the serial number belongs to: 神舟21号, 제13호 태풍, 台風12号."""
    lowercase = text.lowercase
    adjacent_kinds = (cjk_kind(lowercase[max(0, start - 4) : start]), cjk_kind(lowercase[end : end + 5]))
    if "storm" in adjacent_kinds:
        return "storm"
    return _unit_before(text, start)


def _unit_before(text: _NumberedText, start: int) -> str:
    word = _UNIT_BEFORE.search(text.lowercase, max(0, start - _REACH_BEFORE), start)
    return fold(word[1]) if word else ""


def _unit_after(text: _NumberedText, end: int) -> str | None:
    """What an ordinal counts: the next words, up to the last one of a known kind; or the next characters; "" if nothing
    follows. None for a time (the third straight day) and for a rank (the second-largest port): they do not make a
    happening the next of a series."""
    if text.lowercase.startswith("-", end):
        return None
    stems: list[str] = []
    is_known, position = False, end
    while len(stems) < _ORDINAL_WORDS and (word := _WORD_AFTER.match(text.lowercase, position)):
        if kind_beside(text.lowercase, position, position) == "time":
            return None
        folded = fold(word[1])
        kind = text.words.kind(folded)
        if word[1] in MONTHS or word[1] in text.little_words or (is_known and kind is None):
            break
        stems.append(kind or folded[:_UNIT_LETTERS])
        is_known, position = kind is not None, word.end()
    if stems:
        return " ".join(stems)
    following = text.lowercase[end : end + _CJK_UNIT_REACH]
    word = _CJK_UNIT.match(following)
    return cjk_kind(following) or (fold(word[1] or word[2]) if word else "")


# --- words and Han numerals -------------------------------------------------------------------------------------------

_WORD = re.compile(rf"{LETTERS}+(?:'{LETTERS}+)?")
_KOREAN_CARDINALS = number_grammar("ko")
_KOREAN_NUMBER = _KOREAN_CARDINALS.pattern
_KOREAN = re.compile(
    rf"(?<![{APART}])(?:(?P<nth>{_KOREAN_NUMBER})\s?번째|(?P<first>첫)(?=\s)"
    rf"|(?P<many>{_KOREAN_NUMBER})(?=\s?(?:{LANGUAGES['ko'].numbers.counters})))"
)
_HAN_COUNTERS = "|".join(LANGUAGES[code].numbers.counters for code in ("zh", "ja"))
_HAN = re.compile(rf"(?:{HAN_NUMBER}{{1,6}}|首)(?={_HAN_COUNTERS})|初(?:めての?|の)")


def _find_word_numbers(text: _NumberedText) -> Iterator[NumberFact | None]:
    words, present = text.words, set(_WORD.findall(text.lowercase))
    for number in find_spelled_numbers(text.lowercase, present, words.cardinals, words.not_cardinals):
        span = number.start, number.end
        if kind_beside(text.lowercase, *span) is None:
            is_article = text.lowercase[number.start : number.end] in words.articles
            yield _parse_count(text, span, float(number.value), known_only=is_article)
    if others := words.not_cardinals & present:
        each = "|".join(sorted(others))
        # Not a part of a longer number in words: the third of twenty-third.
        for match in re.finditer(rf"(?<![\w-])(?:{each})\b(?!-(?:{each})\b)", text.lowercase):
            if match[0] in words.repeated:
                yield text.fact(match.span(), 2.0, "repeated")
            else:
                value = words.ordinals[match[0]]
                yield _fact_if_unit(text, match.span(), value, "ordinal", _unit_after(text, match.end()))
    for match in CJK_REPEATED.finditer(text.lowercase):
        yield text.fact(match.span(), 2.0, "repeated")
    if HANGUL.search(text.lowercase):
        for match in _KOREAN.finditer(text.lowercase):
            if match["many"]:
                yield _parse_count(text, match.span(), float(_KOREAN_CARDINALS.value(match["many"])))
            else:
                value = float(_KOREAN_CARDINALS.value(match["nth"])) if match["nth"] else 1.0
                yield _fact_if_unit(text, match.span(), value, "ordinal", _unit_after(text, match.end()))


def _find_han_numbers(text: _NumberedText) -> Iterator[NumberFact | None]:
    for match in _HAN.finditer(text.lowercase):
        span = match.span()
        if match[0][0] in "首初":
            yield _fact_if_unit(text, span, 1.0, "ordinal", _unit_after(text, match.end()))
        else:
            value = float(han_number(match[0]))
            yield _parse_ordinal(text, span, value) or _parse_count(text, span, value)


# --- what is counted --------------------------------------------------------------------------------------------------

_STOP = re.compile(r"[.;:!?\n(]|, |\d")
_CJK_STOP = re.compile(r"[,、。，.;；:：!?\n\d…“”\"(（]")
_CJK = re.compile(f"\\s?[{UNSPACED}{APART}]")
_CJK_THING = re.compile(rf"\s?[여余多]?\s?([{APART}]+|[{UNSPACED}])")
_WORDS_AROUND = 4  # words on either side that may say what is counted
_CJK_REACH_AFTER, _CJK_REACH_BEFORE = 12, 6  # characters
_NAME_BEFORE = re.compile(rf"(?<![\w'])({LETTERS}{{3,}}) $")  # Boeing 787


def _parse_count(
    text: _NumberedText, span: tuple[int, int], value: float, *, known_only: bool = False
) -> NumberFact | None:
    """How many of what. `known_only`: only if the kind is known."""
    start, number_end = span
    value, end = apply_multiplier(text.lowercase, number_end, value)
    currency, measure = currency_beside(text.lowercase, start, end), measure_beside(text.lowercase, end)
    if currency or measure:  # how far a missile flew is no number of missiles
        return text.fact((start, end), value, "money" if currency else "count", currency or measure)
    if _CJK.match(text.lowercase, end):
        return _parse_count_in_cjk(text, (start, end), value)
    words_after, words_before = _words_around(text, start, end)
    number = f"{value:g}"
    kind = _find_kind(text.words, (number, *words_after)) or _find_kind_before(text.words, words_before, number)
    if kind is not None:
        return text.fact((start, end), value, kind, may_grow=kind in GROWING)
    if known_only or (number_end - start == 4 and may_be_year(value)):
        return None
    name = _NAME_BEFORE.search(text.text, max(0, start - _REACH_BEFORE), start)
    if (
        name
        and name[1][0].isupper()
        and name[1].lower() not in text.little_words
        and text.lowercase[start:end].isdigit()
    ):
        return text.fact((start, end), value, "model", fold(name[1]))
    unit = next((word for word in words_after if len(word) > 1 and word not in text.little_words), None)
    return text.fact((start, end), value, "count", unit[:_UNIT_LETTERS]) if unit else None


def _find_kind(words: NumberWords, around: Sequence[str], *, nearest_last: bool = False) -> str | None:
    """The kind of the nearest word or phrase of two words that has one: of the number and the words on one side of it,
    in the order of the text."""
    named = [words.kind(f"{word} {following}") or words.kind(word) for word, following in pairwise((*around, ""))]
    return next(filter(None, named[::-1] if nearest_last else named), None)


def _find_kind_before(words: NumberWords, words_before: Sequence[str], number: str) -> str | None:
    """The kind of the nearest word before a number, the nearest of which comes first: of a thing only if there is no
    "with" between it and the number."""
    kind = _find_kind(words, (*words_before[::-1], number), nearest_last=True)
    if kind is None or kind in GROWING or words.with_words.isdisjoint(words_before):
        return kind
    beside = [*takewhile(lambda word: word not in words.with_words, words_before)]
    return _find_kind(words, (*beside[::-1], number), nearest_last=True)


def _words_around(text: _NumberedText, start: int, end: int) -> tuple[list[str], list[str]]:
    """The words after a number, and those before it, the nearest first, up to the end of the clause."""
    after = _STOP.split(text.lowercase[end : end + _REACH_AFTER], maxsplit=1)[0]
    before = _STOP.split(text.before(start))[-1]
    return (
        [fold(word) for word in _WORD.findall(after)[:_WORDS_AROUND]],
        [fold(word) for word in _WORD.findall(before)[: -_WORDS_AROUND - 1 : -1]],
    )


def _parse_count_in_cjk(text: _NumberedText, span: tuple[int, int], value: float) -> NumberFact | None:
    start, end = span
    after = _CJK_STOP.split(text.lowercase[end : end + _CJK_REACH_AFTER], maxsplit=1)[0]
    before = _CJK_STOP.split(text.before(start))[-1][-_CJK_REACH_BEFORE:]
    kind = cjk_kind(after) or cjk_kind(before)
    if kind:
        return text.fact(span, value, kind, may_grow=kind in GROWING)
    thing = _CJK_THING.match(after)
    return text.fact(span, value, "count", fold(thing[1])) if thing else None
