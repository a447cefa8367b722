"""The numbers in an article with what they count: tolls that grow, and numbers that identify a happening. Pure.

"10th test flight" is not the 11th, whatever the words say; "two dead" may be "five dead" an hour later. A number
that is not understood is no fact, nor is a year, a date, a time or a duration.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.stories.number_words import (
    ARTICLES,
    CARDINALS,
    CJK_COUNTED,
    GROWING,
    HAN_NUMBER,
    MULTIPLES,
    ORDINALS,
    counted,
    han_number,
)
from monitor.stories.person_titles import FUNCTION_WORDS
from monitor.text.folding import fold
from monitor.text.language import subtag
from monitor.text.months import MONTHS
from monitor.text.scripts import APART, HANGUL, UNSPACED


@dataclass(frozen=True, slots=True)
class NumberFact:
    r"""A number in an article. `kind`: what it says, in no language ("dead", "ordinal", "magnitude", "count" ...);
    `unit`: of what (stems of words, a currency, the letters of a model). `start`, `end`: in f"{title}\n{lead}".
    `grows`: later reports may give another."""

    value: float
    kind: str
    unit: str
    said: str
    start: int
    end: int
    grows: bool


_NUMBER_WORDS = frozenset((*CARDINALS, *ORDINALS))


def find_numbers(title: str, lead: str, language: str | None) -> tuple[NumberFact, ...]:
    """The numbers in title and lead, in the order of the text."""
    text = f"{title}\n{lead}"
    low = _comparable(text)
    facts = [*_in_digits(text, low, subtag(language or "") or ""), *_in_words(text, low), *_in_han(text, low)]
    return tuple(sorted(facts, key=lambda fact: fact.start))


def _comparable(text: str) -> str:
    """The text in small letters, letter by letter: spans stay true."""
    plain = text.translate(_NARROW)
    low = plain.lower()
    if len(low) != len(text):  # İ has two in small letters
        low = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in plain)
    return low.translate(_SAME)


# --- finding numbers --------------------------------------------------------------------------------------------------

_NARROW = {0xFF10 + digit: 0x30 + digit for digit in range(10)} | {0xFF0E: 0x2E, 0xFF05: 0x25}
_SAME = str.maketrans("ё’", "е'")
_LETTERS = f"[^\\W\\d_{UNSPACED}{APART}]"
_DIGITS = re.compile(r"(?<!\d)(?<!\d[.,:/])(?:\d{1,3}(?:[, \u00a0\u202f.]\d{3})+(?!\d)|\d+(?:[.,]\d+)?)")
_THOUSANDS = re.compile(r"[,. \u00a0\u202f](?=\d{3}(?!\d))")
_UNIT = 6  # letters of a word: what is behind them inflects
_AHEAD, _BACK = 48, 32  # characters that say what a number counts


def _in_digits(text: str, low: str, language: str) -> Iterator[NumberFact]:
    end = 0
    for match in _DIGITS.finditer(low):
        if match.start() < end:
            continue
        letters = _ATTACHED.search(low, max(0, match.start() - 16), match.start())
        fact = _of_model(text, low, letters, match) if letters else _of_digits(text, low, match, language)
        if fact is not None:
            end = fact.end
            yield fact


def _fact(text: str, start: int, end: int, value: float, kind: str, unit: str = "", grows: bool = False) -> NumberFact:
    return NumberFact(value, kind, unit, text[start:end], start, end, grows)


# --- words ------------------------------------------------------------------------------------------------------------

_ORDINAL_UNIT = 3  # words behind an ordinal that say of what: 10th test flight
_WORDS_AHEAD = re.compile(rf"[ \u00a0-]({_LETTERS}+(?:'{_LETTERS}+)?)")
_WORD = re.compile(rf"{_LETTERS}+(?:'{_LETTERS}+)?")
_KOREAN = re.compile(
    rf"(?<![{APART}])(?:(?P<nth>한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?번째|(?P<first>첫)(?=\s)"
    r"|(?P<many>한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)(?=\s?(?:명|마리|건|곳|척|대|발|차례)))"
)


def _in_words(text: str, low: str) -> Iterator[NumberFact]:
    """Few words of a text are numbers: which ones is asked of all at once."""
    said = _NUMBER_WORDS.intersection(_WORD.findall(low))
    if said:
        for match in re.finditer(rf"\b(?:{'|'.join(map(re.escape, said))})\b", low):
            yield from _given(_of_word(text, low, match))
    if HANGUL.search(low):
        for match in _KOREAN.finditer(low):
            start, end = match.span()
            if match["many"]:
                yield from _given(_counted(text, low, start, end, CARDINALS[match["many"]]))
            elif unit := _unit_ahead(low, end):
                yield _fact(text, start, end, CARDINALS[match["nth"]] if match["nth"] else 1.0, "ordinal", unit)


def _given(fact: NumberFact | None) -> tuple[NumberFact, ...]:
    return () if fact is None else (fact,)


def _of_word(text: str, low: str, match: re.Match[str]) -> NumberFact | None:
    word, (start, end) = match[0], match.span()
    if word in ORDINALS:
        unit = _unit_ahead(low, end)
        return _fact(text, start, end, ORDINALS[word], "ordinal", unit) if unit else None
    return _counted(text, low, start, end, CARDINALS[word], known_only=word in ARTICLES)


def _unit_ahead(low: str, end: int) -> str:
    """What an ordinal counts: the next words, up to the last that is known by its kind; or the next characters."""
    stems: list[str] = []
    known, at = False, end
    while len(stems) < _ORDINAL_UNIT and (word := _WORDS_AHEAD.match(low, at)):
        folded, kind = fold(word[1]), counted(fold(word[1]))
        if folded in MONTHS or word[1] in FUNCTION_WORDS or (known and kind is None):
            break
        stems.append(kind or folded[:_UNIT])
        known, at = kind is not None, word.end()
    if stems:
        return " ".join(stems)
    return _cjk_kind(low[end : end + 8]) or ""


def _cjk_kind(said: str) -> str | None:
    """The kind of the first thing that is named in some characters."""
    said = fold(said)
    found = [(at, -len(stem), kind) for stem, kind in CJK_COUNTED.items() if (at := said.find(stem)) >= 0]
    return min(found)[2] if found else None


# --- models -----------------------------------------------------------------------------------------------------------

_ATTACHED = re.compile(rf"(?<![\w'])({_LETTERS}+)-?$")
_MAGNITUDE_SIGNS = frozenset(("m", "mw", "mb", "ml", "м"))
_NO_MODELS = frozenset(("g", "no", "mid", "pre", "post", "under", "top", "q", "h", "fy", "hk", "us", "eur", "usd"))
_SERIAL = 4  # letters of a name of which numbers are counted on: Shenzhou-21; F-16 is a model
_PLACE_LETTERS = 3  # digits and letters behind: A320neo


def _of_model(text: str, low: str, letters: re.Match[str], digits: re.Match[str]) -> NumberFact | None:
    start, end = letters.start(), digits.end()
    word = letters[1]
    if word in _MAGNITUDE_SIGNS and len(digits[0]) <= len("6.4"):
        return _fact(text, start, end, float(digits[0].replace(",", ".")), "magnitude")
    said = text[start : letters.end(1)]
    if word in _NO_MODELS or said.islower() or not digits[0].isdigit():
        return None
    return _fact(text, start, end, float(digits[0]), "serial" if len(word) >= _SERIAL else "model", fold(word))


# --- Han numerals -----------------------------------------------------------------------------------------------------

_HAN = re.compile(rf"(?:{HAN_NUMBER}{{1,6}}|首)(?=[人名例号號次枚架艘隻级級回个個轮輪死伤傷])")


def _in_han(text: str, low: str) -> Iterator[NumberFact]:
    for match in _HAN.finditer(low):
        start, end = match.span()
        value = 1.0 if match[0] == "首" else float(han_number(match[0]))
        if match[0] == "首" or low[end] in "号號":
            yield from _given(_ordered(text, low, start, end, value, ""))
        else:
            yield from _given(_counted(text, low, start, end, value))


# --- digits -----------------------------------------------------------------------------------------------------------

_PERCENT = re.compile(
    r"\s?(?:%|percent\b|per cent\b|퍼센트|프로\b|процент|prozent|pour cent|por ciento|per cento|procent|proc\b|відсот|por cento)"
)
_POINTS = re.compile(
    r"\s?-?(?:basis points?|bps?\b|базисн|punkty? bazow|points? de base|puntos básicos|basispunkt|个基点|個基點|bp\b)"
)
_MAGNITUDE_BEHIND = re.compile(r"[\s-]?(?:magnitude|级(?:强震|地震|左右)?|級(?:強震|地震)|балл)")
_MAGNITUDE_BEFORE = re.compile(
    r"(?:magnitude(?:\s?-|\sof(?:\s[a-z]+)?|\sde)?|магнитуд\w*|stärke|규모|マグニチュード|震级|magnitud(?:\sde)?|magnitudo|magnitudzie|o sile)\s?$"
)
_INTENSITY_BEFORE = re.compile(r"(?:震度|진도)\s?$")
_CATEGORY_BEFORE = re.compile(r"(?:category|categoría|catégorie|kategori[ei]|категори\w+)\s?$")
_SERIAL_BEHIND = re.compile(r"\s?(?:호(?![선])|号|號)(?![간])")
_SERIAL_BEFORE = re.compile(r"(?:\b(?:no|nr|n)\s?[.°º]|№|#|flight|phase|рейс\w*)\s?$")
_ORDINAL_BEHIND = re.compile(
    r"(?:st|nd|rd|th|er|e|ème|º|ª|°|-?[йяегм]|-?го|-?му|-?ый|-?ой|-?ая)(?![\w])|\s?(?:번째|차(?![량례])|次(?!世)|回目?|度目|例目|番目|届|屆|轮|輪)"
)
_POINTED = frozenset(("de", "pl"))  # their ordinals are written with a point
_POINT_BEHIND = re.compile(r"\.(?=\s\w)")
_TIME = re.compile(
    r"\s?-?(?:year|month|week|day|hour|minute|second|minut|hr\b|min\b|[ap]\.?m\b|o'clock|年|月|日|[时時點点]|分|秒|[년월일시분초주]|개월|か月|ヶ月|個月|个月|周|週|天"
    r"|год|лет|месяц|недел|дн[яей]|день|час|минут|секунд|сут|рок|місяц|тижн|jahr|monat|woche|tage?\b|stunde|uhr|minute|année|ans\b|an\b|mois|semaine|jour|heure"
    r"|año|mes|día|hora|anno|anni|mese|mesi|giorn|ora\b|ore\b|lat\b|rok|miesi|tygod|dni\b|godz|ano|dia)"
)
_AGE = re.compile(
    r"-?\s?(?:year-old|years? old|-летн|-latka|-latek|-letni|jährig|세\b|세[ ·,의가]|岁|歲|歳|대(?:\s?[남여]|가|의|는)|ans?\b(?=\s(?:a|est)))"
)
_CURRENCY_BEFORE = re.compile(r"(?:us\$|a\$|c\$|hk\$|nt\$|\$|€|£|¥|₩|₽|eur |usd |rs\.? ?)\s?$")
_CURRENCY = re.compile(
    r"\s?(?:(?P<usd>dollar|달러|美元|ドル|доллар|dólar|dolar|\$)|(?P<eur>euro|евро|€|유로|欧元|ユーロ)|(?P<gbp>pound|фунт|£|파운드|英镑)|(?P<krw>원(?![가-힣]{2})|won\b|韩元|韓元|ウォン|вон\b)"
    r"|(?P<jpy>yen|円|엔\b|日元|иен)|(?P<cny>yuan|元|위안|юан|人民币)|(?P<rub>руб|rouble|ruble|루블)|(?P<pln>zł|złot)|(?P<uah>грив|hryvn))"
)
_SIGNS = {"$": "usd", "us$": "usd", "€": "eur", "£": "gbp", "¥": "jpy", "₩": "krw", "₽": "rub"}
_SCORE = re.compile(r"\d{1,3}\s?(?:[-–]|:(?=\d\b)|대\s?|比)(\d{1,3})(?![\w%]|[.,:/-]\d)")
_DATE_TAIL = re.compile(r"\s?[/.-]\s?\d{1,2}(?:[/.-]|\b)|:\d\d")
_YEAR = (1900, 2100)


def _of_digits(text: str, low: str, match: re.Match[str], language: str) -> NumberFact | None:
    start, end = match.span()
    value = float(_THOUSANDS.sub("", match[0]).replace(",", "."))
    before = low[max(0, start - _BACK) : start]
    if special := _special(low, end, before):
        kind, unit = special
        return _fact(text, start, end, value, kind, unit) if kind else None
    if (score := _SCORE.match(low, start)) and not _counts_ahead(low, score.end()):
        pair = sorted((value, float(score[1])))
        return _fact(text, start, score.end(), pair[0], "score", "-".join(f"{each:g}" for each in pair), True)
    if _DATE_TAIL.match(low, end) or (_month_beside(low, end, before)):
        return None
    ordered = _ordered(text, low, start, end, value, before, language)
    return ordered if ordered is not None else _counted(text, low, start, end, value)


def _counts_ahead(low: str, end: int) -> bool:
    """Whether a range is counted: 2-3 days, 5-10 people."""
    word = _WORDS_AHEAD.match(low, end)
    return _special(low, end, "") is not None or (word is not None and counted(fold(word[1])) is not None)


def _special(low: str, end: int, before: str) -> tuple[str, str] | None:
    """A kind that stands beside the number in so many words; an empty kind is no fact."""
    for kind, pattern in _BEHIND:
        if pattern.match(low, end):
            return kind, ""
    for kind, pattern in _BEFORE:
        if pattern.search(before):
            return kind, ""
    return None


_BEHIND = (
    ("basis_points", _POINTS),
    ("percent", _PERCENT),
    ("age", _AGE),
    ("magnitude", _MAGNITUDE_BEHIND),
    ("", _TIME),
)
_BEFORE = (("magnitude", _MAGNITUDE_BEFORE), ("intensity", _INTENSITY_BEFORE), ("category", _CATEGORY_BEFORE))
_LAST_WORD = re.compile(rf"({_LETTERS}+)\.?[\s-]$")


def _month_beside(low: str, end: int, before: str) -> bool:
    word = _LAST_WORD.search(before)
    if word and word[1] in MONTHS:
        return True
    behind = re.compile(rf"\.?\s(?:de\s)?({_LETTERS}+)").match(low, end)
    return behind is not None and behind[1] in MONTHS


def _ordered(
    text: str, low: str, start: int, end: int, value: float, before: str, language: str = ""
) -> NumberFact | None:
    """A number that says which one of a row: 10th, No. 13, 15号."""
    if value != int(value):
        return None
    if serial := _SERIAL_BEHIND.match(low, end):
        return _row(text, start, serial.end(), value, "serial", _serial_unit(low, start, serial.end()))
    if _SERIAL_BEFORE.search(before):
        words = re.findall(rf"{_LETTERS}{{3,}}", before)
        return _row(text, start, end, value, "serial", _named_unit(words[-1]) if words else "")
    if low[start:end] == "首":
        return _row(text, start, end, value, "ordinal", _unit_ahead(low, end))
    order = _ORDINAL_BEHIND.match(low, end) or (language in _POINTED and _POINT_BEHIND.match(low, end))
    return _row(text, start, order.end(), value, "ordinal", _unit_ahead(low, order.end())) if order else None


def _row(text: str, start: int, end: int, value: float, kind: str, unit: str) -> NumberFact | None:
    return _fact(text, start, end, value, kind, unit) if unit else None


def _named_unit(word: str) -> str:
    return "storm" if word in _STORMS else fold(word)[:_UNIT]


_STORMS = frozenset(("typhoon", "тайфун", "taifun", "typhon", "tifón", "tifone", "tajfun", "storm"))


def _serial_unit(low: str, start: int, end: int) -> str:
    """Of what this is the number: 神舟21号, 제13호 태풍, 台風12号."""
    kind = _cjk_kind(low[max(0, start - 4) : start]) or _cjk_kind(low[end : end + 5])
    if kind == "storm":
        return kind
    word = re.compile(rf"([一-鿿]{{2}}|[ァ-ー]{{2,}}|[{APART}]{{2,}}|{_LETTERS}+)[\s-]?$").search(
        low[max(0, start - 12) : start]
    )
    return fold(word[1]) if word else ""


# --- what is counted --------------------------------------------------------------------------------------------------

_STOP = re.compile(r"[.;:!?\n(]|, |\d")
_NEXT_WORD = re.compile(rf"({_LETTERS}+(?:'{_LETTERS}+)?)")
_CJK = re.compile(f"\\s?여?[{UNSPACED}{APART}]")
_PEOPLE = re.compile(r"\s?[여余多]?\s?(?:명|人|名|者)")
_AHEAD_WORDS, _BACK_WORDS = 4, 4
_NAMED = re.compile(rf"(?<![\w'])([A-ZÀ-ÞА-ЯІЇЄ]{_LETTERS}+) $")  # Boeing 787


def _counted(text: str, low: str, start: int, end: int, value: float, known_only: bool = False) -> NumberFact | None:
    for multiple, factor in MULTIPLES:
        if tail := multiple.match(low, end):
            value, end = value * factor, tail.end()
            break
    before = low[max(0, start - _BACK) : start]
    if money := _money(low, end, before):
        return _fact(text, start, end, value, "money", money, True)
    if _CJK.match(low, end):
        return _counted_in_cjk(text, low, start, end, value, before)
    ahead = _STOP.split(low[end : end + _AHEAD], maxsplit=1)[0]
    words = [fold(word) for word in _NEXT_WORD.findall(ahead)[:_AHEAD_WORDS]]
    behind = [fold(word) for word in _NEXT_WORD.findall(_STOP.split(before)[-1])[: -_BACK_WORDS - 1 : -1]]
    for word in (*words, *behind):
        if kind := counted(word):
            return _fact(text, start, end, value, kind, "", kind in GROWING)
    if known_only or _is_year(value, low[start:end]):
        return None
    named = _NAMED.search(text, max(0, start - _BACK), start)
    if named and named[1].lower() not in FUNCTION_WORDS and low[start:end].isdigit():
        return _fact(text, start, end, value, "model", fold(named[1]))
    if not words:
        return None
    return _fact(text, start, end, value, "count", words[0][:_UNIT], True)


def _is_year(value: float, said: str) -> bool:
    return len(said) == 4 and _YEAR[0] <= value < _YEAR[1]


def _money(low: str, end: int, before: str) -> str:
    if sign := _CURRENCY_BEFORE.search(before):
        return _SIGNS.get(sign[0].strip(), sign[0].strip(" ."))
    currency = _CURRENCY.match(low, end)
    return currency.lastgroup or "" if currency else ""


def _counted_in_cjk(text: str, low: str, start: int, end: int, value: float, before: str) -> NumberFact | None:
    if _TIME.match(low, end) and not _PEOPLE.match(low, end):
        return None
    ahead = re.split(r"[,、。，.;；:：!?\n\d…“”\"]", low[end : end + 12], maxsplit=1)[0]
    near = re.split(r"[,、。，.;；:：!?\n\d…“”\"]", before)[-1][-6:]
    kind = _cjk_kind(ahead) or _cjk_kind(near)
    if low[start - 1 : start] == "第":
        return _fact(text, start, end, value, "ordinal", kind) if kind else None
    if kind:
        return _fact(text, start, end, value, kind, "", kind in GROWING)
    unit = re.match(rf"\s?[여余多]?\s?([{UNSPACED}]|[{APART}]+)", ahead)
    return _fact(text, start, end, value, "count", fold(unit[1]), True) if unit else None
