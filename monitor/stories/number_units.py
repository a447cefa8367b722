"""What stands directly beside a number and says what it is: percent, money, years, magnitudes, scores. Pure.

Texts are in small letters.
"""

from __future__ import annotations

import re

from monitor.text.months import MONTHS
from monitor.text.scripts import APART, UNSPACED

LETTERS = f"[^\\W\\d_{UNSPACED}{APART}]"
"""A letter of a script whose words stand apart, but Hangul; for a regular expression."""


def _behind(*forms: str) -> re.Pattern[str]:
    return re.compile(rf"[\s\u00a0]?-?(?:{'|'.join(forms)})")


def _before(*forms: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(forms)})[\s-]?$")


_BASIS_POINTS = _behind(
    r"basis points?|bps?\b|базисн|punkty? bazow|points? de base|puntos básicos|basispunkt|个基点|個基點"
)
_PERCENT = _behind(
    r"%|percent\b|per cent\b|퍼센트|процент|prozent|pour cent|por ciento|per cento|por cento|procent|proc\b|відсот"
)
_AGE = _behind(
    r"year-old|years? old|-?летн|-?latk|-?latek|-?letni|-?jährig|세\b|세[ ·,의가]|岁|歲|歳|대(?:\s?[남여]|가|의|는)"
)
_MAGNITUDE = _behind(r"magnitude|[级級](?:强震|強震|地震|左右)?(?!别|別)|балл")
_TIME = _behind(
    r"year|month|week|day|hour|minute|second|hr\b|min\b|[ap]\.?m\b|o'clock|年|月|日|[时時點点]|分|秒|[년월일시분초주]|개월",
    r"か月|ヶ月|個月|个月|周|週|天|год|лет|месяц|недел|дн[яей]|день|час|минут|секунд|сут|рок|місяц|тижн|хвилин|годин",
    r"jahr|monat|woche|tage?n?\b|stunde|uhr|année|ans?\b|mois|semaine|jour|heure|año|mes|día|hora|anno|anni|giorn|or[ae]\b",
    r"lat\b|rok|miesi|tygod|dni\b|godz|ano|dias?\b",
)
_MAGNITUDE_BEFORE = _before(
    r"magnitude(?:\sof(?:\s[a-z]+)?|\sde)?|магнитуд\w*|магнітуд\w*|stärke|규모|マグニチュード|震级|震級|magnitud(?:\sde)?",
    r"magnitudo|magnitudzie|o sile",
)
_INTENSITY_BEFORE = _before("震度|진도")
_CATEGORY_BEFORE = _before(r"category|categoría|catégorie|categoria|kategori[ei]|категори\w+|категорі\w+|등급")

_KINDS_BEHIND = (
    ("basis_points", _BASIS_POINTS),
    ("percent", _PERCENT),
    ("age", _AGE),
    ("magnitude", _MAGNITUDE),
    ("time", _TIME),
)
_KINDS_BEFORE = (
    ("magnitude", _MAGNITUDE_BEFORE),
    ("intensity", _INTENSITY_BEFORE),
    ("category", _CATEGORY_BEFORE),
)


def kind_beside(low: str, end: int, before: str) -> str | None:
    """The kind of a number that ends there, with the text before it: "time" is no fact."""
    behind = next((kind for kind, pattern in _KINDS_BEHIND if pattern.match(low, end)), None)
    return behind or next((kind for kind, pattern in _KINDS_BEFORE if pattern.search(before)), None)


_CURRENCY_BEFORE = re.compile(r"(?:us\$|hk\$|nt\$|[ac]\$|[$€£¥₩₽]|eur |usd )\s?$")
_CURRENCY_BEHIND = _behind(
    r"(?P<usd>dollar|달러|美元|ドル|доллар|dólar|dolar|\$)|(?P<eur>euro|евро|євро|€|유로|欧元|ユーロ)",
    r"(?P<gbp>pound|фунт|£|파운드|英镑)|(?P<krw>원(?![가-힣]{2})|won\b|韩元|韓元|ウォン|вон\b)|(?P<jpy>yen|円|엔\b|日元|иен)",
    r"(?P<cny>yuan|元|위안|юан|人民币)|(?P<rub>руб|rouble|ruble|루블)|(?P<pln>zł|złot)|(?P<uah>грив|hryvn)",
)
_SIGNS = {"$": "usd", "us$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₩": "krw", "₽": "rub"}


def currency_beside(low: str, end: int, before: str) -> str:
    """Its code in small letters; empty: no money."""
    if sign := _CURRENCY_BEFORE.search(before):
        return _SIGNS.get(sign[0].strip(), sign[0].strip())
    behind = _CURRENCY_BEHIND.match(low, end)
    return behind.lastgroup or "" if behind else ""


_MULTIPLES = (
    (re.compile(r"\s?(?:trillion|трлн|триллион|трильйон|bilion\b)\w*"), 1e12),
    (re.compile(r"\s?(?:billion|bn\b|млрд|миллиард|мільярд|milliard|miliard|mld\b|mil millones|bilh)\w*"), 1e9),
    (re.compile(r"\s?(?:million|mln|mio\b|млн|миллион|мільйон|millón|milion|milhõ|milhã)\w*"), 1e6),
    (re.compile(r"\s?(?:thousand|tys|тыс|тис|mila\b|mil\b|mille\b|tausend)\w*\.?"), 1e3),
    (re.compile("[조兆]"), 1e12),
    (re.compile("[억亿億]"), 1e8),
    (re.compile("[만万萬]"), 1e4),
    (re.compile("[천千](?!安|円|元)"), 1e3),
)


def multiplied(low: str, end: int, value: float) -> tuple[float, int]:
    """The number with what multiplies it behind (3만 8천, 4.5 billion), and where that ends."""
    for multiple, factor in _MULTIPLES:
        if tail := multiple.match(low, end):
            value, end = value * factor, tail.end()
            break
    if factor_rest := _THOUSANDS_TOO.match(low, end):
        return value + float(factor_rest[1]) * 1e3, factor_rest.end()
    return value, end


_THOUSANDS_TOO = re.compile(r"(?<=[만万萬])\s?(\d)[천千]")

_SCORE = re.compile(r"\d{1,3}\s?(?:[-–]|:(?=\d\b)|대\s?|比)(\d{1,3})(?![\w%]|[.,:/-]\d)")


def score(low: str, start: int) -> tuple[str, int] | None:
    """The two numbers of a score, the smaller first, and where it ends; a date or a range may look like one."""
    found = _SCORE.match(low, start)
    if found is None:
        return None
    sides = sorted((int(re.match(r"\d+", found[0])[0]), int(found[1])))  # type: ignore[index]  # it begins with digits
    return f"{sides[0]}-{sides[1]}", found.end()


_DATE_TAIL = re.compile(r"\s?[/.-]\s?\d{1,2}(?:[/.-]|\b)|:\d\d")
_LAST_WORD = re.compile(rf"({LETTERS}+)\.?[\s-]$")
_MONTH_BEHIND = re.compile(rf"(?:\.|st|nd|rd|th)?\s(?:de\s)?({LETTERS}+)")


def is_date(low: str, end: int, before: str) -> bool:
    """Whether a month stands beside the number, or it is the first part of a date or time in digits."""
    last = _LAST_WORD.search(before)
    behind = _MONTH_BEHIND.match(low, end)
    return (
        _DATE_TAIL.match(low, end) is not None
        or (last is not None and last[1] in MONTHS)
        or (behind is not None and behind[1] in MONTHS)
    )


SERIAL_BEHIND = re.compile(r"\s?(?:호(?!선)|号|號)(?!간)")
SERIAL_BEFORE = re.compile(r"(?:\b(?:no|nr|n)\s?[.°º]|№|#)\s?$")
ORDINAL_BEHIND = re.compile(
    r"(?:st|nd|rd|th|er|e|ème|º|ª|°|-?[йяегм]|-?го|-?му|-?ый|-?ой|-?ая)(?!\w)"
    r"|\s?(?:번째|차(?![량례])|次(?!世)|回目?|度目|例目|番目|届|屆|轮|輪)"
)
POINTED_ORDINAL = re.compile(r"\.(?=\s\w)")
POINTED = frozenset(("de", "pl"))
"""Languages that write an ordinal with a point."""
