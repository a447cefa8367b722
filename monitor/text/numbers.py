"""The numbers in an article with what they count: tolls that grow, and numbers that identify a happening. Pure.

"10th test flight" is not the 11th, whatever the words say; "two dead" may be "five dead" an hour later. A number
that is not understood is no fact, nor is a year, a date, a time or a duration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.text.folding import fold, lower_keeping_length
from monitor.text.function_words import function_words
from monitor.text.language import parse_primary_subtag
from monitor.text.months import MONTHS
from monitor.text.number_units import (
    LETTERS,
    ORDINAL_BEHIND,
    POINTED,
    POINTED_ORDINAL,
    SERIAL_BEFORE,
    SERIAL_BEHIND,
    STRONGEST,
    apply_multiplier,
    currency_beside,
    is_date,
    kind_beside,
    parse_score,
)
from monitor.text.number_words import (
    CJK_REPEATED,
    GROWING,
    HAN_NUMBER,
    KOREAN_CARDINALS,
    NumberWords,
    cjk_kind,
    han_number,
    number_words,
)
from monitor.text.scripts import APART, HANGUL, UNSPACED


@dataclass(frozen=True, slots=True)
class NumberFact:
    r"""A number in an article. `kind`: what it says, in no language ("dead", "ordinal", "magnitude", "count" ...);
    `unit`: of what (stems of words, a currency, the letters of a model). `start`, `end`: in f"{title}\n{lead}".
    `grows`: later reports may give another."""

    value: float
    kind: str
    unit: str
    text: str
    start: int
    end: int
    may_grow: bool


_COUNTABLE = """
magnitude intensity category percent basis_points age dead injured missing cases:case evacuated arrested
survivors:survivor culled missiles:missile drones:drone aircraft ships:ship satellites:satellite dollars:money/usd
euros:money/eur pounds:money/gbp won:money/krw yen:money/jpy yuan:money/cny rubles:money/rub zloty:money/pln
hryvnias:money/uah
"""


def _parse_countable(word: str) -> tuple[str, tuple[str, str]]:
    name, _, fact = word.partition(":")
    kind, _, unit = (fact or name).partition("/")
    return name.replace("_", " "), (kind, unit)


COUNTABLE = dict(map(_parse_countable, _COUNTABLE.split()))
"""What rules may ask a number to be of -> the kind and the unit of such facts ("": of any unit)."""


def find_numbers(title: str, lead: str, language: str | None) -> tuple[NumberFact, ...]:
    """The numbers in title and lead, in the order of the text."""
    tongue = parse_primary_subtag(language or "") or ""
    text = _NumberedText(f"{title}\n{lead}", number_words(tongue), tongue)
    facts = [*_find_digit_numbers(text), *_find_word_numbers(text), *_find_han_numbers(text)]
    return tuple(sorted(filter(None, facts), key=lambda fact: fact.start))


_NARROW = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | {0xFF0E: 0x2E, 0xFF05: 0x25}
_WIDE = re.compile("[\uff10-\uff19\uff0e\uff05]")
_UNIT = 6  # letters of a word: what is behind them inflects
_AHEAD, _BACK = 48, 32  # characters that say what a number counts


class _NumberedText:
    """A text as it is written, and `low`: in small letters, letter by letter, so that spans stay true."""

    def __init__(self, text: str, words: NumberWords, language: str) -> None:
        self.text, self.words, self.language = text, words, language
        self.little_words = function_words(language)
        plain = text.translate(_NARROW) if _WIDE.search(text) else text
        self.lowercase = lower_keeping_length(plain).replace("ё", "е").replace("’", "'")

    def before(self, start: int) -> str:
        return self.lowercase[max(0, start - _BACK) : start]

    def fact(
        self, span: tuple[int, int], value: float, kind: str, unit: str = "", *, grows: bool = False
    ) -> NumberFact:
        start, end = span
        return NumberFact(value, kind, unit, self.text[start:end], start, end, grows)


# --- digits -----------------------------------------------------------------------------------------------------------

_DIGITS = re.compile(r"(?<!\d)(?<!\d[.,:/])(?:\d{1,3}(?:[, \u00a0\u202f.]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)")
_THOUSANDS = re.compile(r"[,. \u00a0\u202f](?=\d{3}(?!\d))")
_ATTACHED = re.compile(rf"(?<![^\W{UNSPACED}{APART}])(?<!')({LETTERS}+)-?$|([一-鿿{APART}]{{2,4}})-$")  # F-16, 화성-20
_DESIGNATION = re.compile(rf"(?:{LETTERS}+\d*)+")  # A320neo, H5N1
_LETTERED = re.compile(r"[a-ln-z](?!\w)")  # clade 1b; m is a measure
_LONGEST_NUMBER = 20  # characters; what is longer is no number that anybody reads
_YEARS = (1900, 2100)


def _find_digit_numbers(text: _NumberedText) -> Iterator[NumberFact | None]:
    end = 0
    for match in _DIGITS.finditer(text.lowercase):
        if match.start() < end or len(match[0]) > _LONGEST_NUMBER:
            continue
        before = text.lowercase[match.start() - 1 : match.start()]
        touched = (before == "-" or before.isalpha()) and not _is_prefixed_by_kind(text.lowercase, match)
        letters = _ATTACHED.search(text.before(match.start())) if touched else None
        fact = _parse_model_number(text, letters, match) if letters else _parse_digits(text, match)
        if fact is not None:
            end = fact.end
            yield fact


def _is_prefixed_by_kind(low: str, match: re.Match[str]) -> bool:
    """Whether a word and a hyphen before a number say its kind: magnitude-6.1."""
    return kind_beside(low, *match.span()) in {"magnitude", "category"}


def _parse_digits(text: _NumberedText, match: re.Match[str]) -> NumberFact | None:
    low, (start, end) = text.lowercase, match.span()
    value = float(_THOUSANDS.sub("", match[0]).replace(",", "."))
    kind = kind_beside(low, start, end)
    if kind and not (kind == "magnitude" and (value > STRONGEST or apply_multiplier(low, end, value)[1] > end)):
        return None if kind == "time" else text.fact((start, end), value, kind)
    if (sides := parse_score(low, start)) and not _is_range_counted(text, sides[1]):
        return text.fact((start, sides[1]), value, "score", sides[0], grows=True)
    if is_date(low, start, end):
        return None
    return (_parse_ordinal(text, (start, end), value) if value == int(value) else None) or _parse_count(
        text, (start, end), value
    )


def _is_range_counted(text: _NumberedText, end: int) -> bool:
    """Whether a range is counted: 2-3 days, 5-10 people."""
    word = _WORD_AHEAD.match(text.lowercase, end)
    return kind_beside(text.lowercase, end, end) is not None or (
        word is not None and text.words.kind(fold(word[1])) is not None
    )


# --- models -----------------------------------------------------------------------------------------------------------

_MAGNITUDE_SIGNS = frozenset(("m", "mw", "mb", "ml", "м"))
_NO_MODELS = frozenset(("g", "no", "mid", "pre", "post", "under", "top", "q", "h", "fy", "hk", "us", "eur", "usd"))
_SERIAL = 4  # letters of a name whose numbers are counted on: Shenzhou-21; F-16 is a model


def _parse_model_number(text: _NumberedText, letters: re.Match[str], digits: re.Match[str]) -> NumberFact | None:
    """A number that is part of a name."""
    word = letters[1] or letters[2]
    start, end = digits.start() - (len(letters.string) - letters.start(letters.lastindex or 0)), digits.end()
    if word in _MAGNITUDE_SIGNS and len(digits[0]) <= len("6.4"):
        return text.fact((start, end), float(digits[0].replace(",", ".")), "magnitude")
    small = letters[1] is not None and text.text[start : start + len(word)].islower()
    if small or not digits[0].isdigit():
        return None
    if more := _DESIGNATION.match(text.lowercase, end):
        return text.fact((start, more.end()), float(digits[0]), "model", fold(text.lowercase[start : more.end()]))
    if word in _NO_MODELS:
        return None
    serial = letters[2] or len(word) >= _SERIAL
    return text.fact((start, end), float(digits[0]), "serial" if serial else "model", fold(word))


# --- which one of a row -----------------------------------------------------------------------------------------------

_WORD_AHEAD = re.compile(rf"[ \u00a0-]({LETTERS}+(?:'{LETTERS}+)?)")
_ORDINAL_UNIT = 3  # words behind an ordinal that say of what: 10th test flight
_UNIT_BEFORE = re.compile(rf"([一-鿿]{{2}}|[ァ-ヺー]{{2,}}|[{APART}]{{2,}}|{LETTERS}{{3,}})[\s-]?$")
_CJK_UNIT = re.compile(rf"\s?(?:([{APART}]{{2}})|([{UNSPACED}]{{2}}))")
_CJK_UNIT_REACH = 8  # characters


def _parse_ordinal(text: _NumberedText, span: tuple[int, int], value: float) -> NumberFact | None:
    """A number that says which one of a row: 10th, No. 13, 15号, clade 1b."""
    low, (start, end) = text.lowercase, span
    if serial := SERIAL_BEHIND.match(low, end):
        return _fact_if_unit(text, (start, serial.end()), value, "serial", _serial_unit(text, start, serial.end()))
    if sign := SERIAL_BEFORE.search(text.before(start)):
        words = re.findall(rf"{LETTERS}{{3,}}", sign.string[: sign.start()])
        return _fact_if_unit(text, span, value, "serial", _stem_word(text, words[-1]) if words else "")
    order = ORDINAL_BEHIND.match(low, end) or (text.language in POINTED and POINTED_ORDINAL.match(low, end)) or None
    if order is not None:
        return _fact_if_unit(text, (start, order.end()), value, "ordinal", _unit_ahead(text, order.end()))
    if low[start - 1 : start] in ("第", "제"):
        return _fact_if_unit(text, span, value, "ordinal", _unit_ahead(text, end))
    before = _NAMED.search(low, max(0, start - _BACK), start)
    more = _LETTERED.match(low, end) if before else None
    return text.fact((start, more.end()), value, "model", f"{fold(before[1])}{more[0]}") if before and more else None


def _fact_if_unit(text: _NumberedText, span: tuple[int, int], value: float, kind: str, unit: str) -> NumberFact | None:
    return text.fact(span, value, kind, unit) if unit else None


def _stem_word(text: _NumberedText, word: str) -> str:
    folded = fold(word)
    return text.words.kind(folded) or folded[:_UNIT]


def _serial_unit(text: _NumberedText, start: int, end: int) -> str:
    """Of what this is the number: 神舟21号, 제13호 태풍, 台風12号."""
    low = text.lowercase
    beside = (cjk_kind(low[max(0, start - 4) : start]), cjk_kind(low[end : end + 5]))
    if "storm" in beside:
        return "storm"
    word = _UNIT_BEFORE.search(low, max(0, start - _BACK), start)
    return fold(word[1]) if word else ""


def _unit_ahead(text: _NumberedText, end: int) -> str:
    """What an ordinal counts: the next words, up to the last that is known by its kind; or the next characters."""
    stems: list[str] = []
    known, at = False, end
    while len(stems) < _ORDINAL_UNIT and (word := _WORD_AHEAD.match(text.lowercase, at)):
        folded = fold(word[1])
        kind = text.words.kind(folded)
        if word[1] in MONTHS or word[1] in text.little_words or (known and kind is None):
            break
        stems.append(kind or folded[:_UNIT])
        known, at = kind is not None, word.end()
    if stems:
        return " ".join(stems)
    ahead = text.lowercase[end : end + _CJK_UNIT_REACH]
    word = _CJK_UNIT.match(ahead)
    return cjk_kind(ahead) or (fold(word[1] or word[2]) if word else "")


# --- words and Han numerals -------------------------------------------------------------------------------------------

_WORD = re.compile(rf"{LETTERS}+(?:'{LETTERS}+)?")
_KOREAN_NUMBER = "|".join(KOREAN_CARDINALS)
_KOREAN = re.compile(
    rf"(?<![{APART}])(?:(?P<nth>{_KOREAN_NUMBER})\s?번째|(?P<first>첫)(?=\s)"
    rf"|(?P<many>{_KOREAN_NUMBER})(?=\s?(?:명|마리|건|곳|척|대|발|차례)))"
)
_HAN = re.compile(rf"(?:{HAN_NUMBER}{{1,6}}|首)(?=[人名例号號次枚架艘隻级級回个個轮輪死伤傷])|初(?:めての?|の)")


def _find_word_numbers(text: _NumberedText) -> Iterator[NumberFact | None]:
    """Few words of a text are numbers: which ones is asked of all at once."""
    words = text.words
    said = words.numbers.intersection(_WORD.findall(text.lowercase))
    if said:
        for match in re.finditer(rf"\b(?:{'|'.join(map(re.escape, said))})\b", text.lowercase):
            if match[0] in words.repeated:
                yield text.fact(match.span(), 2.0, "repeated")
            elif value := words.ordinals.get(match[0]):
                yield _fact_if_unit(text, match.span(), value, "ordinal", _unit_ahead(text, match.end()))
            else:
                yield _parse_count(text, match.span(), words.cardinals[match[0]], known_only=match[0] in words.articles)
    for match in CJK_REPEATED.finditer(text.lowercase):
        yield text.fact(match.span(), 2.0, "repeated")
    if HANGUL.search(text.lowercase):
        for match in _KOREAN.finditer(text.lowercase):
            if match["many"]:
                yield _parse_count(text, match.span(), KOREAN_CARDINALS[match["many"]])
            else:
                value = KOREAN_CARDINALS.get(match["nth"] or "", 1.0)
                yield _fact_if_unit(text, match.span(), value, "ordinal", _unit_ahead(text, match.end()))


def _find_han_numbers(text: _NumberedText) -> Iterator[NumberFact | None]:
    for match in _HAN.finditer(text.lowercase):
        span = match.span()
        if match[0][0] in "首初":
            yield _fact_if_unit(text, span, 1.0, "ordinal", _unit_ahead(text, match.end()))
        else:
            value = float(han_number(match[0]))
            yield _parse_ordinal(text, span, value) or _parse_count(text, span, value)


# --- what is counted --------------------------------------------------------------------------------------------------

_STOP = re.compile(r"[.;:!?\n(]|, |\d")
_CJK_STOP = re.compile(r"[,、。，.;；:：!?\n\d…“”\"(（]")
_CJK = re.compile(f"\\s?[{UNSPACED}{APART}]")
_CJK_THING = re.compile(rf"\s?[여余多]?\s?([{APART}]+|[{UNSPACED}])")
_WORDS_AROUND = 4  # words on either side that may say what is counted
_CJK_AHEAD, _CJK_BACK = 12, 6  # characters
_NAMED = re.compile(rf"(?<![\w'])({LETTERS}{{3,}}) $")  # Boeing 787


def _parse_count(
    text: _NumberedText, span: tuple[int, int], value: float, *, known_only: bool = False
) -> NumberFact | None:
    """How many of what; `known_only`: nothing but a kind that is known."""
    start, number_end = span
    value, end = apply_multiplier(text.lowercase, number_end, value)
    if currency := currency_beside(text.lowercase, start, end):
        return text.fact((start, end), value, "money", currency)
    if _CJK.match(text.lowercase, end):
        return _parse_count_in_cjk(text, (start, end), value)
    ahead, behind = _words_around(text, start, end)
    kind = next(filter(None, map(text.words.kind, (*ahead, *behind))), None)
    if kind is not None:
        return text.fact((start, end), value, kind, grows=kind in GROWING)
    if known_only or (number_end - start == 4 and _YEARS[0] <= value < _YEARS[1]):
        return None
    named = _NAMED.search(text.text, max(0, start - _BACK), start)
    if (
        named
        and named[1][0].isupper()
        and named[1].lower() not in text.little_words
        and text.lowercase[start:end].isdigit()
    ):
        return text.fact((start, end), value, "model", fold(named[1]))
    unit = next((word for word in ahead if len(word) > 1 and word not in text.little_words), None)
    return text.fact((start, end), value, "count", unit[:_UNIT]) if unit else None


def _words_around(text: _NumberedText, start: int, end: int) -> tuple[list[str], list[str]]:
    """The words behind a number, and those before it from the nearest on, up to what ends a clause."""
    ahead = _STOP.split(text.lowercase[end : end + _AHEAD], maxsplit=1)[0]
    behind = _STOP.split(text.before(start))[-1]
    return (
        [fold(word) for word in _WORD.findall(ahead)[:_WORDS_AROUND]],
        [fold(word) for word in _WORD.findall(behind)[: -_WORDS_AROUND - 1 : -1]],
    )


def _parse_count_in_cjk(text: _NumberedText, span: tuple[int, int], value: float) -> NumberFact | None:
    start, end = span
    ahead = _CJK_STOP.split(text.lowercase[end : end + _CJK_AHEAD], maxsplit=1)[0]
    behind = _CJK_STOP.split(text.before(start))[-1][-_CJK_BACK:]
    kind = cjk_kind(ahead) or cjk_kind(behind)
    if kind:
        return text.fact(span, value, kind, grows=kind in GROWING)
    thing = _CJK_THING.match(ahead)
    return text.fact(span, value, "count", fold(thing[1])) if thing else None
