"""What is directly next to a number and says what it is: percent, money, years, magnitudes, scores. Pure.

Texts are in lower case.
"""

from __future__ import annotations

import re

from monitor.text.months import MONTHS
from monitor.text.scripts import APART, UNSPACED

LETTERS = f"[^\\W\\d_{UNSPACED}{APART}]"
"""A letter of a script with spaces between words, except Hangul; for a regular expression."""


def _compile_suffixes(**forms: str) -> re.Pattern[str]:
    """Compiles a pattern for one of these after a number. The name of the group says which."""
    return re.compile(r"[\s\u00a0]?-?(?:" + "|".join(f"(?P<{kind}>{form})" for kind, form in forms.items()) + ")")


_KIND_AFTER = _compile_suffixes(
    basis_points=r"basis points?|bps?\b|базисн|punkty? bazow|points? de base|puntos básicos|basispunkt|个基点|個基點",
    percent=r"%|percent\b|per cent\b|퍼센트|процент|prozent|pour cent|por ciento|per cento|por cento|procent|proc\b"
    r"|відсот",
    age=r"year-old|years? old|летн|latk|latek|letni|jährig|세\b|세[ ·,의가]|岁|歲|歳|대(?:\s?[남여]|가|의|는)",
    # 级 and 級 also rate winds, alarms and hotels.
    magnitude=r"magnitu|(?<=[.,]\d)[级級](?![别別])|[级級](?=[^\d,，。]{0,4}震)|балл"
    r"|[^\d.,;:]{0,16}?(?:richter[- ]?s[ck]al|(?:escala|échelle|skali|scala)(?: de)? richter|рихтер|ріхтер)",
    time=r"year|month|week|day|hour|minute|second|hr\b|min\b|[ap]\.?m\b|o'clock|年|月|日|[时時點点]|分|秒|[년월일시분초주]|개월"
    r"|か月|ヶ月|個月|个月|周|週|天|год|лет|месяц|недел|дн[яей]|день|час|минут|секунд|сут|рок|місяц|тижн|хвилин|годин"
    r"|jahr|monat|woche|tage?n?\b|stunde|uhr|année|ans?\b|mois|semaine|jour|heure|año|mes|día|hora|anno|anni|giorn|or[ae]\b"
    r"|lat\b|rok|miesi|tygod|dni\b|godz|ano|dias?\b",
)
_KIND_BEFORE = re.compile(
    r"(?:(?P<magnitude>(?:magnitu|магниту|магніту)\w*|\bmag\.?|stärke|규모|マグニチュード|震级|震級|\bo sile"
    r"|richter[- ]?s[ck]al\w*"
    r"|(?:[规規]模[为為达達约約]?|\bm[wbls]?)(?=\s?\d[.,]\d))"
    r"|(?P<intensity>震度|진도)"
    r"|(?P<category>category|categoría|catégorie|categoria|kategori[ei]|категори\w+|категорі\w+|등급))"
    r"(?:\s(?:of|de|di|von|около|about|around|rund))?(?:[(（]m[)）])?[\s-]?[\d.,]+$"
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
_CURRENCY_AFTER = _compile_suffixes(
    usd=r"dollar|달러|美元|ドル|доллар|долар|dólar|dolar|\$",
    eur=r"euro|евро|євро|€|유로|欧元|ユーロ",
    gbp=r"pound|фунт|£|파운드|英镑",
    krw=r"원(?![가-힣]{2})|won\b|韩元|韓元|ウォン|вон\b",
    jpy=r"yen|円|엔\b|日元|иен",
    cny=r"yuan|元|위안|юан|人民币",
    rub=r"руб|rouble|ruble|루블",
    pln=r"zł",
    uah=r"грив|hryvn",
)
_SIGNS = {"$": "usd", "us$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₩": "krw", "₽": "rub"}


def currency_beside(lowercase: str, start: int, end: int) -> str:
    """Return the code of the currency in lower case; empty: it is not money."""
    if sign := _CURRENCY_BEFORE.search(lowercase[max(0, start - 4) : start]):
        return _SIGNS.get(sign[0].strip(), sign[0].strip())
    after = _CURRENCY_AFTER.match(lowercase, end)
    return after.lastgroup or "" if after else ""


_MULTIPLE = re.compile(
    r"\s?(?:(?:trillion|трлн|триллион|трильйон|bilion\b)(?P<e12>\w*)"
    r"|(?:billion|bn\b|млрд|миллиард|мільярд|milliard|miliard|mld\b|mil millones|bilh)(?P<e9>\w*)"
    r"|(?:million|mln|mio\b|млн|миллион|мільйон|millón|milion|milhõ|milhã)(?P<e6>\w*)"
    r"|(?:thousand|tys|тыс|тис|mila\b|mil\b|mille\b|tausend)(?P<e3>\w*\.?)"
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


SERIAL_AFTER = re.compile(r"\s?(?:호|号|號)(?!간)")
SERIAL_BEFORE = re.compile(r"(?:\b(?:no|nr|n)\s?[.°º]|№|#)\s?$")
ORDINAL_AFTER = re.compile(
    r"(?:st|nd|rd|th|er|e|ème|º|ª|°|-?[йяегмю]|-?го|-?му|-?ый|-?ой|-?ая)(?!\w)"
    r"|\s?(?:번째|차(?![량례관])|次(?!世)|回目?|度目|例目|番目|届|屆|轮|輪)"
)
POINTED_ORDINAL = re.compile(r"\.(?=\s\w)")
POINTED = frozenset(("de", "pl"))
"""Languages that write an ordinal with a full stop."""
