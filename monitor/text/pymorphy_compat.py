"""All that we use of pymorphy3: its analyzer of Russian, and a way to free the dictionaries of the analyzer.

An analyzer and its dictionary refer to each other, and pymorphy3 has no way to close them. So their memory, 14 MiB,
would stay until the garbage collector searches old objects, which a daemon at rest hardly ever does. Here both are
emptied, which frees it at once; the empty objects stay until then.

`tests/unit/text/test_pymorphy_compat.py` fails when pymorphy3 changes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache, partial
from typing import TypeVar

from pymorphy3 import MorphAnalyzer
from pymorphy3.analyzer import Parse

__all__ = ["Parse", "load_russian_analyzer", "release_russian_analyzer"]

Argument = TypeVar("Argument")


@cache
def load_russian_analyzer() -> MorphAnalyzer:
    """The analyzer. It is loaded, in some 50 ms, at the first call and at the first call after a release."""
    analyzer = MorphAnalyzer(lang="ru")
    # pymorphy3 looks a word up again whenever it is asked, and makes all forms of it for each one that is needed.
    vars(analyzer)["parse"] = _cache_list(partial(_parse_if_named, analyzer.parse), maxsize=1_000)
    vars(analyzer)["get_lexeme"] = _cache_list(analyzer.get_lexeme, maxsize=10)
    return analyzer


def _parse_if_named(parse: Callable[[str], list[Parse]], word: str) -> list[Parse]:
    """The readings of a word. It has none if Unicode has no name for a character: pymorphy3 would raise ValueError."""
    return parse(word) if all(unicodedata.name(letter, "") for letter in word) else []


def _cache_list(function: Callable[[Argument], list[Parse]], maxsize: int) -> Callable[[Argument], tuple[Parse, ...]]:
    """The function with its last results cached: as tuples, because all callers get the same one."""
    return lru_cache(maxsize)(lambda argument: tuple(function(argument)))


def release_russian_analyzer() -> None:
    """Free the analyzer and its dictionary, if it was loaded. Do not call it while another thread uses the analyzer:
    what was returned before can no longer be used."""
    if load_russian_analyzer.cache_info().currsize:
        analyzer = load_russian_analyzer()
        for owner in (analyzer.dictionary, analyzer):
            vars(owner).clear()
        load_russian_analyzer.cache_clear()
