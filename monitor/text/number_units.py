"""What is directly next to a number and says what it is: percent, money, years, magnitudes, scores. Pure.

Texts are in lower case.
"""

from __future__ import annotations

import re

from monitor.languages import LANGUAGES, join_patterns, join_tables
from monitor.text.months import MONTHS
from monitor.text.scripts import APART, UNSPACED

LETTERS = f"[^\\W\\d_{UNSPACED}{APART}]"
"""A letter of a script with spaces between words, except Hangul; for a regular expression."""


_SPACE = r"[\s\u00a0]?-?"  # between a number and the word after it
_KINDS_AFTER = ("basis_points", "percent", "age", "magnitude", "time")  # "years old" before "years"
_SHARED_AFTER = {
    "percent": "%",
    "magnitude": r"[^\d.,;:]{0,16}?"
    r"(?:richter[- ]?s[ck]al|(?:escala|échelle|skali|scala)(?: de)? richter|рихтер|ріхтер)",
}
_KIND_AFTER = re.compile(
    f"{_SPACE}(?:{join_tables(lambda language: language.numbers.kinds_after, _KINDS_AFTER, _SHARED_AFTER)})"
)
_KINDS_BEFORE = ("magnitude", "intensity", "category", "age")
_SHARED_BEFORE = {"magnitude": r"richter[- ]?s[ck]al\w*|\bm[wbls]?(?=\s?\d[.,]\d)"}
_KIND_BEFORE = re.compile(
    f"(?:{join_tables(lambda language: language.numbers.kinds_before, _KINDS_BEFORE, _SHARED_BEFORE)})"
    rf"(?:\s(?:{join_patterns(lambda language: language.numbers.prepositions)}))?(?:[(（]m[)）])?[\s-]?[\d.,]+$"
)
_REACH_BEFORE = 24  # characters
MAX_MAGNITUDE = 10.0
"""No earthquake has a greater magnitude: a greater number next to such a word means something else (규모 500명)."""


def kind_beside(lowercase: str, start: int, end: int) -> str | None:
    """Return the kind of the number, if the text next to it says so; else None. "time" is not a fact."""
    before = _KIND_BEFORE.search(lowercase, max(0, start - _REACH_BEFORE), end)
    if before and before["intensity"]:
        return "intensity"
    match = _KIND_AFTER.match(lowercase, end) or before
    return match.lastgroup if match else None


_CURRENCY_BEFORE = re.compile(r"(?:us\$|hk\$|nt\$|[ac]\$|[$€£¥₩₽]|eur |usd )\s?$")
_CURRENCIES = ("usd", "eur", "gbp", "krw", "jpy", "cny", "rub", "pln", "uah")
_SHARED_CURRENCIES = {"usd": r"\$", "eur": "€", "gbp": "£"}
_CURRENCY_AFTER = re.compile(
    f"{_SPACE}(?:{join_tables(lambda language: language.numbers.currencies, _CURRENCIES, _SHARED_CURRENCIES)})"
)
_SIGNS = {"$": "usd", "us$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₩": "krw", "₽": "rub"}


def currency_beside(lowercase: str, start: int, end: int) -> str:
    """Return the code of the currency in lower case; empty: it is not money."""
    if sign := _CURRENCY_BEFORE.search(lowercase[max(0, start - 4) : start]):
        return _SIGNS.get(sign[0].strip(), sign[0].strip())
    after = _CURRENCY_AFTER.match(lowercase, end)
    return after.lastgroup or "" if after else ""


# International words: most languages write them alike.
_MEASURES = {
    "kg": r"(?:kg|кг)\b|(?:k|ch)ilogr|к[иі]логр|公斤|킬로그램|キログラム",
    "km": r"(?:km|км)\b|(?:k|ch)il[oóò]m|к[иі]лом|公里|千米|킬로|キロ",
    "m": r"m(?:eters?|etres?|ètres?|etros|etri|etr[oó]w|etry)\b|метр|미터|メートル",
    "mile": r"(?:nautical )?miles?\b|(?:see)?meilen?\b|mil(?:la|ha)s?\b|miglia\b|мил[ьяи]\b|英里|海里|마일|해리|マイル",
    "t": r"tons?\b|tonn(?:en?|es|y)\b|tonnellat|tonelad|тонн|[吨噸]|톤|トン",
}
_MEASURE_AFTER = re.compile(f"{_SPACE}(?:{'|'.join(f'(?P<{unit}>{pattern})' for unit, pattern in _MEASURES.items())})")


def measure_beside(lowercase: str, end: int) -> str:
    """Return the unit of length or weight after a number: its sign in English; empty: there is none."""
    after = _MEASURE_AFTER.match(lowercase, end)
    return after.lastgroup or "" if after else ""


_MULTIPLE = re.compile(
    rf"\s?(?:(?:{join_tables(lambda language: language.numbers.multipliers, ('e12', 'e9', 'e6'))})\w*"
    rf"|{join_tables(lambda language: language.numbers.multipliers, ('e3',))}\w*\.?"
    r"|(?P<e12_>[조兆])|(?P<e8_>[억亿億])|(?P<e4_>[만万萬])(?:\s?(?P<rest>\d)[천千])?|(?P<e3_>[천千](?![安円元])))"
)


def apply_multiplier(lowercase: str, end: int, value: float) -> tuple[float, int]:
    """Return the number times the multiplier after it (3만 8천, 4.5 billion), and where that ends."""
    match = _MULTIPLE.match(lowercase, end)
    if match is None:
        return value, end
    power = next(name for name, matched in match.groupdict().items() if matched is not None)
    return value * 10.0 ** int(power.strip("e_")) + 1000 * float(match["rest"] or 0), match.end()


_SCORE = re.compile(r"\d{1,3}\s?(?:[-–]|:(?=\d\b)|대\s?|比)(\d{1,3})(?![\w%]|[.,:/-]\d)")


def parse_score(lowercase: str, start: int) -> tuple[str, int] | None:
    """Return the two numbers of a score, the smaller first, and where it ends. A date or a range may look like a
    score."""
    match = _SCORE.match(lowercase, start)
    if match is None:
        return None
    sides = sorted((int(re.match(r"\d+", match[0])[0]), int(match[1])))  # type: ignore[index]  # it begins with digits
    return f"{sides[0]}-{sides[1]}", match.end()


_DATE_TAIL = re.compile(r"\s?[/.-]\s?\d{1,2}(?:[/.-]|\b)|:\d\d")
_MONTH_REACH = max(map(len, MONTHS)) + 2
_LAST_WORD = re.compile(rf"({LETTERS}+)\.?[\s-]$")
_MONTH_AFTER = re.compile(rf"(?:\.|st|nd|rd|th)?\s(?:de\s)?({LETTERS}+)")


def is_date(lowercase: str, start: int, end: int) -> bool:
    """Whether a month is next to the number, or the number is the first part of a date or time in digits."""
    word_before = _LAST_WORD.search(lowercase[max(0, start - _MONTH_REACH) : start])
    month_after = _MONTH_AFTER.match(lowercase, end)
    return (
        _DATE_TAIL.match(lowercase, end) is not None
        or (word_before is not None and word_before[1] in MONTHS)
        or (month_after is not None and month_after[1] in MONTHS)
    )


def may_be_year(value: float) -> bool:
    """Whether a number without a unit is more likely to be a year."""
    return 1900 <= value < 2100


SERIAL_AFTER = re.compile(r"\s?(?:호|号|號)(?!간)")
SERIAL_BEFORE = re.compile(r"(?:\b(?:no|nr|n)\s?[.°º]|№|#)\s?$")
_ORDINALS, _ORDINALS_WITHOUT_EDGES = (
    "|".join(
        each.numbers.ordinal_suffixes
        for each in LANGUAGES.values()
        if each.numbers.ordinal_suffixes and each.has_word_edges is has_word_edges
    )
    for has_word_edges in (True, False)
)
ORDINAL_AFTER = re.compile(rf"(?:{_ORDINALS})(?!\w)|\s?(?:{_ORDINALS_WITHOUT_EDGES})")
POINTED_ORDINAL = re.compile(r"\.(?=\s\w)")
POINTED = frozenset(code for code, language in LANGUAGES.items() if language.numbers.has_pointed_ordinals)
"""Languages that write an ordinal with a full stop."""
