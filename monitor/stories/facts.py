"""The numbers in an article, by what they count: how many died, how many missiles flew, how far.

They say whether a later article of a story knows more ("3 dead" after "explosion"). Only what a desk would wait for is
looked for; a number that is not understood is no fact.
"""

from __future__ import annotations

import re
import unicodedata

_BEGINNING = 400  # characters of the text: what is new stands there
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozens": 24,
    "один": 1, "одна": 1, "одну": 1, "два": 2, "две": 2, "двух": 2, "три": 3, "трех": 3, "четыре": 4, "пять": 5,
    "шесть": 6, "семь": 7, "восемь": 8, "девять": 9, "десять": 10,
    "한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10,
}  # fmt: skip
_HAN = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2}
_N = rf"(?P<n>\d{{1,3}}(?:[,\u00a0 ]\d{{3}})+|\d{{1,7}}|\b(?:{'|'.join(_WORDS)})|[{''.join(_HAN)}十百]{{1,5}})"
_LATIN, _CYRILLIC = r"(?:[\s-]+[a-z'-]+){0,3}?[\s-]+", r"(?:\s+[а-яё-]+){0,2}?\s+"
_ABOUT = r"(?:\s+(?:at least|about|some|nearly))?"
# What is counted -> how each language says it; what is before or after the number.
_PATTERNS: dict[str, tuple[str, ...]] = {
    "dead": (
        rf"{_N}(?:{_LATIN})(?:killed|dead|died|deaths)\b",
        rf"\b(?:kill(?:s|ed|ing)|death toll (?:rises|climbs|has risen) to){_ABOUT}\s+{_N}",
        rf"{_N}\s*명\s*(?:이|이상|이상이)?\s*(?:사망|숨[져지진])",
        rf"{_N}\s*[人名](?:が|已)?(?:死亡|遇难|遇難|丧生|喪生|罹难|罹難)",
        rf"{_N}(?:{_CYRILLIC})?(?:погиб|убит)",
        rf"(?:погибли|погибло|убиты)\s+(?:не менее\s+)?{_N}",
    ),
    "injured": (
        rf"{_N}(?:{_LATIN})(?:injured|wounded|hurt|injuries)\b",
        rf"\b(?:injur|wound)(?:es|s|ed|ing){_ABOUT}\s+{_N}",
        rf"{_N}\s*명\s*(?:이|이상|이상이)?\s*(?:부상|다[쳐친치])",
        rf"{_N}\s*[人名](?:が|余)?(?:受伤|受傷|負傷|けが|重軽傷)",
        rf"{_N}(?:{_CYRILLIC})?(?:ранен|пострада)",
        rf"(?:ранены|пострадали|пострадало)\s+(?:не менее\s+)?{_N}",
    ),
    "missiles": (
        rf"{_N}(?:{_LATIN})(?:missiles?|rockets?|projectiles?|icbms?)\b",
        rf"{_N}\s*여?\s*발(?:[을이의]|(?![가-힣]))",
        rf"{_N}\s*[枚发發発](?!生|射|表|言|布)",
        rf"{_N}(?:{_CYRILLIC})?(?:ракет|снаряд)",
    ),
    "aircraft": (
        rf"{_N}(?:{_LATIN})(?:aircraft|planes|jets|warplanes|sorties|drones)\b",
        rf"(?:군용기|전투기|항공기|무인기)\s*{_N}\s*여?\s*대",
        rf"{_N}\s*(?:架次|架|機)(?!构|関)",
        rf"{_N}(?:{_CYRILLIC})?(?:самолет|беспилотник)",
    ),
    "ships": (
        rf"{_N}(?:{_LATIN})(?:ships|vessels|warships|boats)\b",
        rf"{_N}\s*여?\s*척",
        rf"{_N}\s*[艘隻]",
        rf"{_N}(?:{_CYRILLIC})?(?:корабл|судов|судна)",
    ),
    "km": (
        rf"{_N}\s*(?:여|余)?\s*-?\s*(?:km\b|kilomet(?:er|re)s?\b|킬로|公里|千米|キロ)",
        rf"{_N}\s*(?:км\b|километр)",
    ),
}
# One of these stands in a text that counts such things: patterns are only tried then.
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
_COMPILED = {kind: [re.compile(each, re.IGNORECASE) for each in forms] for kind, forms in _PATTERNS.items()}


def facts(title: str, text: str) -> tuple[tuple[str, int], ...]:
    """What title and beginning count, each kind with its greatest number; in the order of the kinds."""
    said = unicodedata.normalize("NFKC", f"{title}\n{text[:_BEGINNING]}").lower().replace("ё", "е")
    found: dict[str, int] = {}
    for kind, forms in _COMPILED.items():
        if not any(hint in said for hint in _HINTS[kind]):
            continue
        numbers = [number for form in forms for hit in form.finditer(said) if (number := _number(hit)) is not None]
        if numbers:
            found[kind] = max(numbers)
    return tuple(found.items())


def _number(hit: re.Match[str]) -> int | None:
    word = next(value for value in hit.groupdict().values() if value is not None)
    if word in _WORDS:
        return _WORDS[word]
    digits = re.sub(r"\D", "", word)
    return int(digits) if digits else _of_han(word)


def _of_han(word: str) -> int | None:
    """Up to 999, as Chinese and Japanese write it: 二十三."""
    total, digit = 0, 0
    for sign in word:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = digit * 10 + _HAN[sign]
    return total + digit or None
