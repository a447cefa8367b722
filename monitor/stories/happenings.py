"""Finds the kinds of happening that a title or a lead reports, in several languages: a fire, a walkout, a summit. Pure.

Two articles that name one city report two happenings if one is about a fire and the other about a summit. The words
(monitor/languages) are few and coarse on purpose: a kind without a word is not known.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache

from monitor.languages import LANGUAGES
from monitor.text.folding import fold

EITHER = "/"  # separates the kinds of an ambiguous word: a strike may be a walkout or an airstrike
_ENDING_AND_SPACE = r"\w*\s+"
_KINDS = {
    "nature": "quake volcano storm flood cold heat",
    "fire": "wildfire fire blast collapse spill",
    "transport": "crash",
    "health": "outbreak",
    "violence": "shooting stabbing murder bombing kidnap",
    "crime": "robbery arrest indict trial verdict fraud probe",
    "war": "airstrike missile nuclear drill incursion ceasefire",
    "space": "spaceflight",
    "labour": "walkout layoff",
    "society": "protest",
    "politics": "coup resign appoint election law",
    "diplomacy": "summit deal",
    "trade": "sanction tariff exportban",
    "business": "takeover earnings bankrupt markets",
    "economy": "rates inflation",
    "cyber": "hack outage",
    "consumer": "recall",
    "sport": "match",
    "culture": "culture",
    "science": "study",
}
_NAMES = {  # for people to read, where the kind itself is not clear enough
    "quake": "earthquake",
    "cold": "cold weather",
    "heat": "hot weather",
    "blast": "explosion",
    "spill": "spill or leak",
    "crash": "transport accident",
    "outbreak": "disease outbreak",
    "kidnap": "kidnapping",
    "indict": "criminal charges",
    "trial": "court case",
    "probe": "investigation",
    "airstrike": "military attack",
    "missile": "missiles",
    "nuclear": "nuclear weapons",
    "drill": "military drill",
    "incursion": "intrusion",
    "spaceflight": "space flight",
    "walkout": "labour strike",
    "layoff": "job cuts",
    "resign": "resignation",
    "appoint": "appointment",
    "summit": "meeting or visit",
    "deal": "agreement",
    "sanction": "sanctions",
    "tariff": "tariffs",
    "exportban": "exports",
    "earnings": "company results",
    "bankrupt": "bankruptcy",
    "markets": "financial markets",
    "rates": "interest rates",
    "hack": "cyberattack",
    "recall": "product recall",
    "match": "sport",
    "study": "research",
}
_FIELD_OF = {kind: field for field, kinds in _KINDS.items() for kind in kinds.split()}


def field_of_happening(kind: str) -> str:
    """The field of a kind. Kinds of one field may be one happening: a fire and a blast, but not a fire and a summit."""
    return _FIELD_OF[kind]


def name_happenings(kinds: str) -> str:
    """These kinds, in a text that lists them, as people read them: "transport accident" for "crash"."""
    return re.sub(r"\w+", lambda kind: _NAMES.get(kind[0], kind[0]), kinds)


def find_happening_kinds(text: str, language: str) -> frozenset[str]:
    """The kinds that a text reports. If all its words are ambiguous: their possible kinds, with EITHER between them.
    Empty if the language is not known or has no words in the table."""
    pattern = _compile_words(language)
    if pattern is None:
        return frozenset()
    all_kinds = {_kind_of_word(word, language) for word in pattern.findall(fold(text))}
    return frozenset({kinds for kinds in all_kinds if EITHER not in kinds} or all_kinds)


def reports_happening(text: str, language: str) -> bool:
    """Whether a text reports a known kind. True if its language has no words for kinds."""
    return _compile_words(language) is None or bool(find_happening_kinds(text, language))


@lru_cache(maxsize=5_000)
def _kind_of_word(text: str, language: str) -> str:
    """The kind of the first listed word that matches this text."""
    return next(kind for word, kind in _map_words_to_kinds(language).items() if re.fullmatch(word, text))


@cache
def _compile_words(language: str) -> re.Pattern[str] | None:
    """The words of a language as one pattern. It has no groups, so that `re` skips words with other beginnings fast."""
    kinds = _map_words_to_kinds(language)
    if not kinds:
        return None
    return re.compile((r"\b" if LANGUAGES[language].has_word_edges else "") + "(?:" + "|".join(kinds) + ")")


@cache
def _map_words_to_kinds(language: str) -> Mapping[str, str]:
    """The words of a language as patterns, the longest first, with the kind of each."""
    kinds_by_pattern: defaultdict[str, set[str]] = defaultdict(set)
    table = LANGUAGES[language].happenings if language in LANGUAGES else {}
    for kind, words in table.items():
        for word in words:
            kinds_by_pattern[_word_to_pattern(word, language)].add(kind)
    return {
        pattern: EITHER.join(sorted(kinds_by_pattern[pattern]))
        for pattern in sorted(kinds_by_pattern, key=len, reverse=True)
    }


def _word_to_pattern(word: str, language: str) -> str:
    """The pattern for a word or a phrase. Each word of a phrase may have any ending."""
    parts = [re.escape(fold(part)) for part in word.removesuffix(".").split()]
    if not LANGUAGES[language].has_word_edges:
        return " ".join(parts)
    return _ENDING_AND_SPACE.join(parts) + (r"\b" if word.endswith(".") else "")
