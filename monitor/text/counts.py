"""Extracts counts from an article: how many died, how many missiles were fired.

They show whether a later article of a story knows more ("3 dead" after "explosion"). Only counts that a news desk waits
for are extracted. Other numbers are ignored: how far a missile flew, a year, a date, an age, the name of a thing
(an F-16, a Type 055).

Languages that have patterns are read by them. For the others, `text.numbers` says what is counted.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from monitor.languages import LANGUAGES, join_patterns
from monitor.languages.language import CountPatterns
from monitor.text.language_tags import parse_primary_subtag
from monitor.text.months import MONTHS
from monitor.text.number_words import number_words
from monitor.text.numbers import find_numbers
from monitor.text.scripts import HANGUL
from monitor.text.spelled_numbers import find_spelled_numbers, number_grammar

_MAX_TITLE, _MAX_TEXT = 300, 400  # characters of title and text that are read: the news is at the beginning
_COUNTS = [language.counts for language in LANGUAGES.values()]
_DOZENS = 24
_WORDS = {counts.dozens: _DOZENS for counts in _COUNTS if counts.dozens}
_SPELLED = [
    number_words(code) for code, language in LANGUAGES.items() if language.counts.patterns and language.has_word_edges
]
_KOREAN = number_grammar("ko")
_WORD = re.compile(r"[^\W\d_]+")
_HAN = {sign: value for value, sign in enumerate("零一二三四五六七八九")} | {"两": 2, "兩": 2}
_MANY = "十百"
_DIGITS = r"(?<![a-zа-я\d.,:/–-])(?:\d{1,3}(?:[,\u00a0 ]\d{3})+|\d{1,7})(?![.,:/]?\d)"
# _N: the counted thing follows at once, as in CJK. _N_NO_YEAR: other words may come between, so no year matches.
_N = rf"(?P<n>{_DIGITS}|\b(?:{'|'.join(_WORDS)}|{_KOREAN.pattern})|[{''.join(_HAN)}{_MANY}]{{1,5}})"
_N_NO_YEAR = rf"(?P<n>(?!(?:19|20)\d\d(?!\d)){_DIGITS}|\b(?:{'|'.join(_WORDS)})\b)"
_MONTHS = "|".join(map(re.escape, sorted(MONTHS)))
_OTHER_UNITS = join_patterns(lambda language: language.counts.other_units)
_NO_UNIT = rf"(?!(?:{_MONTHS})\b|(?:{_OTHER_UNITS}))"
_CORRECTED_NUMBER = re.compile(rf"\b(?:{join_patterns(lambda language: language.counts.corrections)})\s+{_N}")
_NAME_WORDS = join_patterns(lambda language: language.counts.name_words)
_YEAR = re.compile(r"(?:19|20)\d\d")
_BEFORE_NON_COUNT = re.compile(rf"(?:\b(?:{_MONTHS}|{_NAME_WORDS})\.?|№|#|제|第|数|數|几|幾)\s*$")
# What several languages share: Chinese and Japanese, and units.
_SHARED_PATTERNS = {
    "dead": (
        r"NUMBER\s*[人名](?:が|已)?(?:死亡|遇难|遇難|丧生|喪生|罹难|罹難)",
        r"(?:死者|死亡(?:人数|人數)?)(?:が|は|达|達|升至|增至)?\s*NUMBER\s*[人名]",
        rf"NUMBER死(?=[\d{''.join(_HAN)}{_MANY}]+[伤傷])",
    ),
    "injured": (r"NUMBER\s*[人名](?:が|余)?(?:受伤|受傷|負傷|けが|重軽傷)", r"(?<=死)NUMBER[伤傷]"),
    "missiles": (r"NUMBER\s*[枚发發発](?![生射表言布展电電现現动動起力达達明送行出车目])",),
    "aircraft": (r"NUMBER\s*(?:架次|架|機)(?![构構関關能体種])",),
    "ships": (r"NUMBER\s*[艘隻]",),
}


def _fill_in(pattern: str, counts: CountPatterns) -> str:
    parts = {"GAP": counts.gap, "ABOUT": counts.about, "WORD": _NO_UNIT, "COUNT": _N_NO_YEAR, "NUMBER": _N}
    for name, part in parts.items():
        pattern = pattern.replace(name, part)
    return pattern


_KINDS = tuple(_SHARED_PATTERNS)


@cache
def _compile_patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    """The patterns for one kind of count, compiled when the first article needs them: that takes a while."""
    return tuple(
        re.compile(_fill_in(pattern, counts), re.IGNORECASE)
        for counts, patterns in (
            (CountPatterns(), _SHARED_PATTERNS),
            *((counts, counts.patterns) for counts in _COUNTS),
        )
        for pattern in patterns.get(kind, ())
    )


# What `text.numbers` calls the things that are counted here.
_NUMBER_KINDS = {
    "dead": "dead",
    "injured": "injured",
    "missile": "missiles",
    "aircraft": "aircraft",
    "drone": "aircraft",
    "ship": "ships",
}


_READ_BY_NUMBER_WORDS = frozenset(
    code
    for code, language in LANGUAGES.items()
    if language.has_word_edges and language.numbers.counted and not language.counts.patterns
)


def extract_counts(title: str, text: str, language: str | None) -> tuple[tuple[str, int], ...]:
    """The counts in the title and the beginning of the text: the greatest of each kind, in the order of the kinds.
    `language`: the tag of the article's language; None: unknown."""
    subtag = parse_primary_subtag(language or "") or ""
    if subtag in _READ_BY_NUMBER_WORDS:
        return _extract_by_number_words(title, text, subtag)
    searched = unicodedata.normalize("NFKC", f"{title[:_MAX_TITLE]}\n{text[:_MAX_TEXT]}").lower().replace("ё", "е")
    searched = _CORRECTED_NUMBER.sub(" ", _write_in_digits(searched))
    found: dict[str, int] = {}
    for kind in _KINDS:
        numbers = [
            number
            for form in _compile_patterns(kind)
            for hit in form.finditer(searched)
            if (number := _parse_number(hit)) is not None
        ]
        if numbers:
            found[kind] = max(numbers)
    return tuple(found.items())


def _write_in_digits(searched: str) -> str:
    """The text with its numbers in words as digits, as the patterns read them."""
    words = set(_WORD.findall(searched))
    for language in _SPELLED:
        parts, end = [], 0
        for number in find_spelled_numbers(searched, words, language.cardinals, language.not_cardinals):
            parts += [searched[end : number.start], f"{number.value:,}"]  # 2,000 is no year
            end = number.end
        searched = "".join((*parts, searched[end:]))
    return searched


def _extract_by_number_words(title: str, text: str, language: str) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for fact in find_numbers(title[:_MAX_TITLE], text[:_MAX_TEXT], language):
        kind = _NUMBER_KINDS.get(fact.kind)
        if kind is not None and not _YEAR.fullmatch(fact.text):
            found[kind] = max(found.get(kind, 0), int(fact.value))
    return tuple((kind, found[kind]) for kind in _KINDS if found.get(kind))


def _parse_number(hit: re.Match[str]) -> int | None:
    word = hit["n"]
    if _BEFORE_NON_COUNT.search(hit.string, max(0, hit.start("n") - 20), hit.start("n")):
        return None
    if word in _WORDS:
        return _WORDS[word]
    if HANGUL.search(word):
        return _KOREAN.value(word)
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
