"""Finds proper names that are in no list: persons, organisations, storms, ships, models. Pure.

A name is recognised by its capitals. Where the mark is weak (the start of a sentence, a headline in capitals, a German
noun) the mention is not certain, and agrees only with one that is.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from monitor.identity.credits import AGENCY_OF
from monitor.languages import LANGUAGES, collect_words
from monitor.text.days import WEEKDAYS
from monitor.text.folding import fold
from monitor.text.function_words import function_words
from monitor.text.months import MONTHS
from monitor.text.scripts import APART, UNSPACED

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class NameMention:
    r"""A name in an article. `key`: without case, accents, hyphens, spaces and endings; `parts`: the same for each of
    its words, so that a surname finds it. `start`, `end`: in f"{title}\n{lead}". `is_certain`: it is clearly marked."""

    key: str
    parts: tuple[str, ...]
    text: str
    start: int
    end: int
    is_certain: bool


# --- keys -------------------------------------------------------------------------------------------------------------

_JOINTS = re.compile(r"[\s'’ʼ`.·・＝=–-]+")
_POSSESSIVE = re.compile(r"['’](?:s|S)?$")


def _compile_ending(endings: str) -> re.Pattern[str]:
    """A pattern for inflection, and for vowels with several transcriptions. Three letters at least are left."""
    return re.compile(rf"(?<=\w\w\w)(?:{endings}|[aeiouyjаеиоуыэюяйіїєьъ]+)$")


_ENDINGS = {code: _compile_ending(each.names.endings) for code, each in LANGUAGES.items() if each.names.endings}


@lru_cache(maxsize=10_000)
def _stem_word(word: str, language: str) -> str:
    """A word of a name, folded and without its ending."""
    folded = _JOINTS.sub("", fold(_POSSESSIVE.sub("", word)))
    return _ENDINGS.get(language, _ENDINGS["ru"]).sub("", folded)


def name_parts(name: str, language: str = "") -> tuple[str, ...]:
    """The folded parts of a name. Joined, they are its key."""
    return tuple(dict.fromkeys(_stem_word(word, language) for word in name.split() if word))


# --- capitals ---------------------------------------------------------------------------------------------------------

_NOT_NAMES = frozenset((*collect_words(lambda language: language.names.not_names), *WEEKDAYS, *MONTHS, *AGENCY_OF))
"""In small letters. They are capitalised next to names, or by custom: a run of capitalised words is cut there."""
_DIRECTIONS = frozenset(collect_words(lambda language: language.names.directions))
_PARTICLES = "de|da|do|dos|das|di|del|della|des|du|la|van|von|der|den|ter|bin|ibn|al|el"
_LETTERS = f"[^\\W_{UNSPACED}{APART}]"
_UPPER = "".join(letter for letter in map(chr, (*range(0x41, 0x250), *range(0x400, 0x530))) if letter.isupper())
_CAPITALISED = re.compile(  # begins with the capital, which makes the search fast
    rf"[{_UPPER}](?<!{_LETTERS}.)(?:{_LETTERS}+|(?=-\d))(?:['’ʼ-]{_LETTERS}+)*"
)
_NAME_GAP = re.compile(rf"[ \u00a0-](?:(?:{_PARTICLES})[ \u00a0])*")
_NAME_GAP_AMONG_NOUNS = re.compile(r"[ \u00a0-](?:(?:von|van)[ \u00a0](?:(?:der|den)[ \u00a0])?)?")
_SENTENCE = re.compile(r"(?:^|[!?:;…|\n\"“”«„‘(\[—–]|(?<!\b\w)(?<!\b\w\w)(?<!\b\w\w\w)\.)[ \u00a0\"“«„‘'(]*$")
_SENTENCE_LOOKBACK = 6  # characters: punctuation, and an abbreviation of up to three letters (Gov., U.S.)
_MIN_ACRONYM = 3  # letters; EU, AI, PM and TV are too common
_MIN_CONTENT_WORD = 3  # letters of a content word
_MIN_WORDS_FOR_CASE = 3  # content words that are needed to judge the case of a title
_WORD = re.compile(rf"{_LETTERS}+")


class _CapitalizedWord(NamedTuple):
    """A capitalised word that may be a part of a name. `begins`: it begins a sentence."""

    start: int
    end: int
    text: str
    begins: bool


def find_names(title: str, lead: str, language: str, excluded: Sequence[Span] = ()) -> Iterator[NameMention]:
    """Find the names in title and lead, in the order of the text: runs of capitalised words, cut at titles of persons,
    kinds of things and `excluded` spans, which are known to be something else (places, entities)."""
    text, small_words = f"{title}\n{lead}", function_words(language)
    all_nouns = language in LANGUAGES and LANGUAGES[language].names.capitalizes_nouns
    gap_pattern = _NAME_GAP_AMONG_NOUNS if all_nouns else _NAME_GAP
    weak_until = len(text) if all_nouns else len(title) if _in_title_case(title, small_words) else 0
    run: list[_CapitalizedWord] = []
    for match in _CAPITALISED.finditer(text):
        word = _part_of_name(text, match, excluded)
        if run and (word is None or not _is_joined(run[-1], text[run[-1].end : match.start()], gap_pattern)):
            yield from _mentions_from_run(text, run, weak_until, language)
            run = []
        if word is not None and (run or word.text.lower() not in small_words):
            run.append(word)
    yield from _mentions_from_run(text, run, weak_until, language)


def _is_joined(last: _CapitalizedWord, gap: str, gap_pattern: re.Pattern[str]) -> bool:
    """Whether the next word continues the name: "Korea's Lee" is two names."""
    return gap_pattern.fullmatch(gap) is not None and _POSSESSIVE.search(last.text) is None


def _in_title_case(title: str, small_words: Container[str]) -> bool:
    """Whether all content words of a title are capitalised, so that a capital marks nothing."""
    words = [word for word in _WORD.findall(title) if len(word) >= _MIN_CONTENT_WORD and word not in small_words]
    return len(words) >= _MIN_WORDS_FOR_CASE and not any(word[0].islower() for word in words)


def _part_of_name(text: str, match: re.Match[str], excluded: Sequence[Span]) -> _CapitalizedWord | None:
    start, end = match.span()
    if _POSSESSIVE.sub("", match[0]).lower() in _NOT_NAMES or any(start < b and a < end for a, b in excluded):
        return None
    begins = _SENTENCE.search(text[max(0, start - _SENTENCE_LOOKBACK) : start]) is not None
    return _CapitalizedWord(start, end, match[0], begins)


def _mentions_from_run(
    text: str, run: Sequence[_CapitalizedWord], weak_until: int, language: str
) -> Iterator[NameMention]:
    if not run or (len(run) == 1 and _POSSESSIVE.sub("", run[0].text).lower() in _DIRECTIONS):
        return
    start, end = run[0].start, run[-1].end
    all_nouns = weak_until == len(text)
    is_certain = (len(run) > 1 and (all_nouns or start >= weak_until)) or any(
        _is_marked_as_name(word.text) or (word.start >= weak_until and not word.begins) for word in run
    )
    parts = tuple(dict.fromkeys(_stem_word(word.text, language) for word in run))
    yield NameMention("".join(parts), parts, text[start:end], start, end, is_certain)


def _is_marked_as_name(word: str) -> bool:
    """Whether the word is a name in any position: ASEAN, A320, SpaceX."""
    if any(map(str.isdigit, word)):
        return True
    return len(word) >= _MIN_ACRONYM if word.isupper() else any(map(str.isupper, word[1:].split("-", 1)[0]))
