"""All that we use of pymorphy3: its analyzer of Russian, and a way to free the dictionaries of the analyzer.

An analyzer and its dictionary refer to each other, and pymorphy3 has no way to close them. So their memory, 14 MiB,
would stay until the garbage collector searches old objects, which a daemon at rest hardly ever does. Here both are
emptied, which frees it at once; the empty objects stay until then.

`tests/unit/text/test_pymorphy_compat.py` fails when pymorphy3 changes.
"""

from __future__ import annotations

from functools import cache, lru_cache

from pymorphy3 import MorphAnalyzer
from pymorphy3.analyzer import Parse

__all__ = ["Parse", "load_russian_analyzer", "release_russian_analyzer"]


@cache
def load_russian_analyzer() -> MorphAnalyzer:
    """The analyzer. It is loaded, in some 50 ms, at the first call and at the first call after a release."""
    analyzer = MorphAnalyzer(lang="ru")
    # pymorphy3 looks a word up again whenever it is asked, and makes all forms of it for each one that is needed.
    vars(analyzer)["parse"] = lru_cache(maxsize=1_000)(analyzer.parse)
    vars(analyzer)["get_lexeme"] = lru_cache(maxsize=10)(analyzer.get_lexeme)
    return analyzer


def release_russian_analyzer() -> None:
    """Free the analyzer and its dictionary, if it was loaded. Do not call it while another thread uses the analyzer:
    what was returned before can no longer be used."""
    if load_russian_analyzer.cache_info().currsize:
        analyzer = load_russian_analyzer()
        for owner in (analyzer.dictionary, analyzer):
            vars(owner).clear()
        load_russian_analyzer.cache_clear()
