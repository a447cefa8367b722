"""Which kinds of happening a title or a lead tells of: a fire, a walkout, a summit; whatever language says so. Pure.

Two articles that name one city, and tell of a fire and of a summit, tell of two happenings. The words (happenings.toml)
are few and coarse on purpose: what none of them says is not known.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from monitor.text.folding import fold
from monitor.text.scripts import HANGUL, is_unspaced

_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_PHRASE = 4  # words of the longest
_SHORTEST = 2  # letters of the shortest word
_FIELD = "field"

EITHER = "/"  # between the kinds of which a word says one: a strike may be a walkout, or come from the air
Kinds = Mapping[str, str]  # of a word


@cache
def _table() -> Mapping[str, Mapping[str, str | list[str]]]:
    with (files(__package__) / "happenings.toml").open("rb") as file:
        return tomllib.load(file)


def field_of(kind: str) -> str:
    """What a kind is a kind of: a fire and a blast may be one happening, a fire and a summit may not."""
    return str(_table()[kind][_FIELD])


def kinds_in(text: str, language: str) -> frozenset[str]:
    """The kinds that a text tells of; where no word says one alone, those of which a word says one, with EITHER between
    them. None where its language is not known, or has no words here."""
    anywhere, beginnings, whole = _words(language)
    found = set(_from_words(text, beginnings, whole)) if beginnings or whole else set()
    if anywhere is not None:
        pattern, kinds = anywhere
        found.update(kinds[each] for each in pattern.findall(text))
    return frozenset({each for each in found if EITHER not in each} or found)


def _from_words(text: str, beginnings: Kinds, whole: Kinds) -> Iterator[str]:
    words = [fold(word) for word in _WORD.findall(text)]
    for first in range(len(words)):
        before = ""  # the words of the phrase but its last
        for last in words[first : first + _PHRASE]:
            if (kind := whole.get(before + last)) is not None:
                yield kind
            yield from (
                beginnings[name]
                for end in range(_SHORTEST, len(last) + 1)
                if (name := before + last[:end]) in beginnings
            )
            before += f"{last} "


@cache
def _words(language: str) -> tuple[tuple[re.Pattern[str], Kinds] | None, Kinds, Kinds]:
    """The words of a language that may stand anywhere, as a pattern; those that words begin with; and whole ones."""
    anywhere: defaultdict[str, list[str]] = defaultdict(list)
    beginnings: defaultdict[str, list[str]] = defaultdict(list)
    whole: defaultdict[str, list[str]] = defaultdict(list)
    for kind, of_languages in _table().items():
        for word in of_languages.get(language, ()) if language != _FIELD else ():
            name = " ".join(fold(each) for each in word.rstrip(".").split())
            if is_unspaced(word) or HANGUL.match(word):
                anywhere[word].append(kind)
            elif word.endswith("."):
                whole[name].append(kind)
            else:
                beginnings[name].append(kind)
    kinds, begun, ended = (
        {word: EITHER.join(sorted(of)) for word, of in each.items()} for each in (anywhere, beginnings, whole)
    )
    longest_first = sorted(kinds, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first))) if kinds else None
    return None if pattern is None else (pattern, kinds), begun, ended
