"""Which kinds of happening a title or a lead reports: a fire, a walkout, a summit; whatever language says so. Pure.

Two articles that name one city, and report a fire and a summit, report two happenings. The words (happenings.toml) are
few and coarse on purpose: what none of them says is not known.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from monitor.text.folding import fold

EITHER = "/"  # between the kinds of which a word says one: a strike may be a walkout, or come from the air
_FIELD = "field"
_ANYWHERE = frozenset(("zh", "ja", "ko"))  # the languages of which a word need not begin where a word of the text does
_ENDING_AND_SPACE = r"\w*\s+"


@cache
def _load_table() -> Mapping[str, Mapping[str, str | list[str]]]:
    with (files(__package__) / "happenings.toml").open("rb") as file:
        return tomllib.load(file)


def field_of_happening(kind: str) -> str:
    """What a kind is a kind of: a fire and a blast may be one happening, a fire and a summit may not."""
    return str(_load_table()[kind][_FIELD])


def find_happening_kinds(text: str, language: str) -> frozenset[str]:
    """The kinds that a text reports; where no word says one alone, those of which a word says one, with EITHER between
    them. None where its language is not known, or has no words here."""
    pattern = _compile_words(language)
    if pattern is None:
        return frozenset()
    found = {_kind_of_word(word, language) for word in pattern.findall(fold(text))}
    return frozenset({kinds for kinds in found if EITHER not in kinds} or found)


@lru_cache(maxsize=5_000)
def _kind_of_word(said: str, language: str) -> str:
    """What the first word says that this is."""
    return next(kind for word, kind in _map_words_to_kinds(language).items() if re.fullmatch(word, said))


@cache
def _compile_words(language: str) -> re.Pattern[str] | None:
    """The words of a language as one pattern, without groups: `re` then passes over words that begin otherwise."""
    kinds = _map_words_to_kinds(language)
    if not kinds:
        return None
    return re.compile(("" if language in _ANYWHERE else r"\b") + "(?:" + "|".join(kinds) + ")")


@cache
def _map_words_to_kinds(language: str) -> Mapping[str, str]:
    """The words of a language as patterns, the longest first, and the kind that each says."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    for kind, of_languages in _load_table().items():
        for word in of_languages.get(language, ()) if language != _FIELD else ():
            said[_word_to_pattern(word, language)].add(kind)
    return {pattern: EITHER.join(sorted(said[pattern])) for pattern in sorted(said, key=len, reverse=True)}


def _word_to_pattern(word: str, language: str) -> str:
    """Of a phrase each word may have another ending."""
    parts = [re.escape(fold(part)) for part in word.removesuffix(".").split()]
    if language in _ANYWHERE:
        return " ".join(parts)
    return _ENDING_AND_SPACE.join(parts) + (r"\b" if word.endswith(".") else "")
