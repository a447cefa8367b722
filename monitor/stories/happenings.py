"""Finds the kinds of happening that a title or a lead reports, in several languages: a fire, a walkout, a summit. Pure.

Two articles that name one city report two happenings if one is about a fire and the other about a summit. The words
(happenings.toml) are few and coarse on purpose: a kind without a word is not known.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from monitor.text.folding import fold

EITHER = "/"  # separates the kinds of an ambiguous word: a strike may be a walkout or an airstrike
_FIELD = "field"
_MATCHES_ANYWHERE = frozenset(("zh", "ja", "ko"))  # languages in which a listed word may begin inside a word
_ENDING_AND_SPACE = r"\w*\s+"


@cache
def _load_table() -> Mapping[str, Mapping[str, str | list[str]]]:
    with (files(__package__) / "happenings.toml").open("rb") as file:
        return tomllib.load(file)


def field_of_happening(kind: str) -> str:
    """The field of a kind. Kinds of one field may be one happening: a fire and a blast, but not a fire and a summit."""
    return str(_load_table()[kind][_FIELD])


def find_happening_kinds(text: str, language: str) -> frozenset[str]:
    """The kinds that a text reports. If all its words are ambiguous: their possible kinds, with EITHER between them.
    Empty if the language is not known or has no words in the table."""
    pattern = _compile_words(language)
    if pattern is None:
        return frozenset()
    all_kinds = {_kind_of_word(word, language) for word in pattern.findall(fold(text))}
    return frozenset({kinds for kinds in all_kinds if EITHER not in kinds} or all_kinds)


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
    return re.compile(("" if language in _MATCHES_ANYWHERE else r"\b") + "(?:" + "|".join(kinds) + ")")


@cache
def _map_words_to_kinds(language: str) -> Mapping[str, str]:
    """The words of a language as patterns, the longest first, with the kind of each."""
    kinds_by_pattern: defaultdict[str, set[str]] = defaultdict(set)
    for kind, words_by_language in _load_table().items():
        for word in words_by_language.get(language, ()) if language != _FIELD else ():
            kinds_by_pattern[_word_to_pattern(word, language)].add(kind)
    return {
        pattern: EITHER.join(sorted(kinds_by_pattern[pattern]))
        for pattern in sorted(kinds_by_pattern, key=len, reverse=True)
    }


def _word_to_pattern(word: str, language: str) -> str:
    """The pattern for a word or a phrase. Each word of a phrase may have any ending."""
    parts = [re.escape(fold(part)) for part in word.removesuffix(".").split()]
    if language in _MATCHES_ANYWHERE:
        return " ".join(parts)
    return _ENDING_AND_SPACE.join(parts) + (r"\b" if word.endswith(".") else "")
