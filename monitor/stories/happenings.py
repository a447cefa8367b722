"""Which kinds of happening a title or a lead reports: a fire, a walkout, a summit; whatever language says so. Pure.

Two articles that name one city, and report a fire and a summit, report two happenings. The words (happenings.toml) are
few and coarse on purpose: what none of them says is not known.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from monitor.text.folding import fold
from monitor.text.scripts import HANGUL, is_unspaced

EITHER = "/"  # between the kinds of which a word says one: a strike may be a walkout, or come from the air
_FIELD = "field"


@cache
def _table() -> Mapping[str, Mapping[str, str | list[str]]]:
    with (files(__package__) / "happenings.toml").open("rb") as file:
        return tomllib.load(file)


def field_of(kind: str) -> str:
    """What a kind is a kind of: a fire and a blast may be one happening, a fire and a summit may not."""
    return str(_table()[kind][_FIELD])


def kinds_in(text: str, language: str) -> frozenset[str]:
    """The kinds that a text reports; where no word says one alone, those of which a word says one, with EITHER between
    them. None where its language is not known, or has no words here."""
    pattern, kinds = _words(language)
    if pattern is None:
        return frozenset()
    found = {kinds[each.lastindex - 1] for each in pattern.finditer(fold(text)) if each.lastindex is not None}
    return frozenset({each for each in found if EITHER not in each} or found)


@cache
def _words(language: str) -> tuple[re.Pattern[str] | None, Sequence[str]]:
    """The words of a language, the longest first, each a group of one pattern; and the kinds that each says."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    for kind, of_languages in _table().items():
        for word in of_languages.get(language, ()) if language != _FIELD else ():
            said[_as_pattern(word)].add(kind)
    longest_first = sorted(said, key=len, reverse=True)
    pattern = re.compile("|".join(f"({each})" for each in longest_first)) if said else None
    return pattern, [EITHER.join(sorted(said[each])) for each in longest_first]


_BETWEEN = r"\w*\s+"


def _as_pattern(word: str) -> str:
    """Of a phrase each word may have another ending."""
    parts = [re.escape(fold(part)) for part in word.removesuffix(".").split()]
    if is_unspaced(word) or HANGUL.match(word):
        return " ".join(parts)
    return rf"\b{_BETWEEN.join(parts)}" + (r"\b" if word.endswith(".") else "")
