"""Extracts counts from an article: how many died, how many missiles were fired, how far.

They show whether a later article of a story knows more ("3 dead" after "explosion"). Only counts that a news desk waits
for are extracted. Other numbers are ignored: a year, a date, a time, an age, the name of a thing (an F-16, a Type 055).
"""

from __future__ import annotations

import re
import unicodedata

from monitor.text.months import MONTHS

_MAX_TITLE, _MAX_TEXT = 300, 400  # characters of title and text that are read: the news is at the beginning
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozens": 24,
    "один": 1, "одна": 1, "одну": 1, "два": 2, "две": 2, "двух": 2, "двое": 2, "три": 3, "трех": 3, "трое": 3,
    "четыре": 4, "четверо": 4, "пять": 5, "пятеро": 5, "шесть": 6, "шестеро": 6, "семь": 7, "восемь": 8, "девять": 9,
    "десять": 10,
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
}  # fmt: skip
_HAN = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2}
_MANY = "十百"
_DIGITS = r"(?<![a-zа-я\d.,:/–-])(?:\d{1,3}(?:[,\u00a0 ]\d{3})+|\d{1,7})(?![.,:/]?\d)"
# _N: the counted thing follows at once, as in CJK. _N_NO_YEAR: other words may come between, so no year matches.
_N = rf"(?P<n>{_DIGITS}|\b(?:{'|'.join(_WORDS)})|[{''.join(_HAN)}{_MANY}]{{1,5}})"
_N_NO_YEAR = rf"(?P<n>(?!(?:19|20)\d\d(?!\d)){_DIGITS}|\b(?:{'|'.join(_WORDS)})\b)"
_MONTHS = "|".join(map(re.escape, sorted(MONTHS)))
_OTHER_UNITS = (  # a number before one of these counts neither dead nor missiles
    r"years?|hours?|days?|weeks?|months?|minutes?|[ap]m|million|billion|thousand|hundred|percent|of|год|лет|час|дн|сут|недел"
    r"|месяц|минут|тыс|млн|проц"
)
_GAP = rf"(?!(?:{_MONTHS})\b|(?:{_OTHER_UNITS}))"
_LATIN = rf"(?:[\s-]+{_GAP}(?:u\.s\.|type \d+|[a-z]+(?:-[a-z\d]+)*)){{0,3}}?[\s-]+"
_CYRILLIC = rf"(?:\s+{_GAP}[а-я]+(?:-[а-я\d]+)*){{0,2}}?\s+"
# The wrong number in a correction.
_CORRECTED_NUMBER = re.compile(rf"\b(?:not|instead of|rather than|а не|вместо)\s+{_N}")
_ABOUT = r"(?:\s+(?:at least|about|some|nearly|more than|over))?\s+"
# Words before a number that is a name, a date or an ordinal, and no count.
_BEFORE_NON_COUNT = re.compile(
    rf"(?:\b(?:{_MONTHS}|type|no|number|flight|article|boeing|airbus|war|page|part|route|day|phase|channel|under|unit|mark"
    r"|aged?|тип|номер|рейс|статья|день)\.?|№|#|제|第|数|數|几|幾)\s*$"
)
# The counted thing -> its patterns in each language, with the words before or after the number.
_PATTERNS: dict[str, tuple[str, ...]] = {
    "dead": (
        rf"{_N_NO_YEAR}(?:{_LATIN})(?:killed|dead|died|deaths)\b",
        rf"\bkill(?:s|ed|ing){_ABOUT}{_N_NO_YEAR}",
        rf"\bdeath toll:?(?:\s+[a-z]+){{0,3}}?\s+{_N_NO_YEAR}",
        rf"{_N}\s*여?\s*명\s*(?:이상이|이상|이|의)?\s*(?:사망|숨[져졌지진])",
        rf"사망자?\s*{_N}\s*여?\s*명",
        rf"{_N}\s*[人名](?:が|已)?(?:死亡|遇难|遇難|丧生|喪生|罹难|罹難)",
        rf"(?:死者|死亡(?:人数|人數)?)(?:が|は|达|達|升至|增至)?\s*{_N}\s*[人名]",
        rf"{_N}死(?=[\d{''.join(_HAN)}{_MANY}]+[伤傷])",
        rf"{_N_NO_YEAR}(?:{_CYRILLIC})?(?:погиб|убит)",
        rf"(?:погибли|погибло|погибших|убиты)\s+(?:не менее\s+)?{_N_NO_YEAR}",
    ),
    "injured": (
        rf"{_N_NO_YEAR}(?:{_LATIN})(?:injured|wounded|hurt|injuries)\b",
        rf"\b(?:injur|wound)(?:es|s|ed|ing){_ABOUT}{_N_NO_YEAR}",
        rf"{_N}\s*여?\s*명\s*(?:이상이|이상|이)?\s*(?:부상|다[쳐쳤친치])",
        rf"부상자?\s*{_N}\s*여?\s*명",
        rf"{_N}\s*[人名](?:が|余)?(?:受伤|受傷|負傷|けが|重軽傷)",
        rf"(?<=死){_N}[伤傷]",
        rf"{_N_NO_YEAR}(?:{_CYRILLIC})?(?:ранен|пострада)",
        rf"(?:ранены|пострадали|пострадало)\s+(?:не менее\s+)?{_N_NO_YEAR}",
    ),
    "missiles": (
        rf"{_N_NO_YEAR}(?:{_LATIN})(?:missiles?|rockets?|projectiles?|icbms?)\b",
        rf"{_N}\s*여?\s*발(?:[을이의]|(?![가-힣]))",
        rf"{_N}\s*[枚发發発](?![生射表言布展电電现現动動起力达達明送行出车目])",
        rf"{_N_NO_YEAR}(?:{_CYRILLIC})?(?:ракет|снаряд)",
    ),
    "aircraft": (
        rf"{_N_NO_YEAR}(?:{_LATIN})(?:aircraft|planes|jets|warplanes|sorties|drones)\b",
        rf"(?:군용기|전투기|항공기|무인기)\s*{_N}\s*여?\s*대",
        rf"{_N}\s*(?:架次|架|機)(?![构構関關能体種])",
        rf"{_N_NO_YEAR}(?:{_CYRILLIC})?(?:самолет|беспилотник)",
    ),
    "ships": (
        rf"{_N_NO_YEAR}(?:{_LATIN})(?:ships|vessels|warships|boats)\b",
        rf"{_N}\s*여?\s*척",
        rf"{_N}\s*[艘隻]",
        rf"{_N_NO_YEAR}(?:{_CYRILLIC})?(?:корабл|судов|судна)",
    ),
    "km": (
        rf"{_N}\s*(?:여|余)?\s*-?\s*(?:km\b|kilomet(?:er|re)s?\b|킬로|公里|千米|キロ)",
        rf"{_N}\s*(?:км\b|километр)",
    ),
}
# A text that counts such things has one of these words; the patterns are tried only then.
_HINTS = {
    "dead": (
        "kill",
        "dead",
        "died",
        "death",
        "사망",
        "숨",
        "死",
        "遇难",
        "遇難",
        "丧生",
        "喪生",
        "罹",
        "погиб",
        "убит",
    ),
    "injured": ("injur", "wound", "hurt", "부상", "다", "伤", "傷", "けが", "ранен", "пострада"),
    "missiles": ("missile", "rocket", "projectile", "icbm", "발", "枚", "发", "發", "発", "ракет", "снаряд"),
    "aircraft": ("aircraft", "plane", "jet", "sorties", "drone", "대", "架", "機", "самолет", "беспилотник"),
    "ships": ("ship", "vessel", "boat", "척", "艘", "隻", "корабл", "суд"),
    "km": ("km", "kilomet", "킬로", "公里", "千米", "キロ", "км", "километр"),
}
_COMPILED = {kind: [re.compile(form, re.IGNORECASE) for form in forms] for kind, forms in _PATTERNS.items()}


def extract_counts(title: str, text: str) -> tuple[tuple[str, int], ...]:
    """The counts in the title and the beginning of the text: the greatest of each kind, in the order of the kinds."""
    searched = unicodedata.normalize("NFKC", f"{title[:_MAX_TITLE]}\n{text[:_MAX_TEXT]}").lower().replace("ё", "е")
    searched = _CORRECTED_NUMBER.sub(" ", searched)
    found: dict[str, int] = {}
    for kind, forms in _COMPILED.items():
        if not any(hint in searched for hint in _HINTS[kind]):
            continue
        numbers = [
            number for form in forms for hit in form.finditer(searched) if (number := _parse_number(hit)) is not None
        ]
        if numbers:
            found[kind] = max(numbers)
    return tuple(found.items())


def _parse_number(hit: re.Match[str]) -> int | None:
    word = hit["n"]
    if _BEFORE_NON_COUNT.search(hit.string, max(0, hit.start("n") - 20), hit.start("n")):
        return None
    if word in _WORDS:
        return _WORDS[word]
    digits = re.sub(r"\D", "", word)
    return int(digits) if digits else _parse_han_number(word)


def _parse_han_number(word: str) -> int | None:
    """Up to 999, as Chinese and Japanese write it: 二十三."""
    total, digit = 0, 0
    for sign in word:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _HAN[sign]
    return total + digit or None
