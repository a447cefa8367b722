"""Finds out whether a title states a fact, denies it, or calls it possible. Pure.

"Bank lifts rates", "Bank does not lift rates" and "Bank may lift rates" are three reports. The words are a closed class
in each language; a star at the end stands for any ending.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from monitor.languages import LANGUAGES, join_patterns
from monitor.stories.steps import compile_words
from monitor.text.folding import fold


class Modality(StrEnum):
    """How a title qualifies what it reports."""

    NOT = "not"
    PERHAPS = "perhaps"


_WORDS = {
    Modality.NOT: {code: compile_words(each.negations) for code, each in LANGUAGES.items() if each.negations},
    Modality.PERHAPS: {
        code: compile_words(each.possibilities) for code, each in LANGUAGES.items() if each.possibilities
    },
}
_NO_MODALITY = re.compile(join_patterns(lambda language: language.no_modality))


@lru_cache(maxsize=2_000)
def modality_of(title: str, language: str) -> frozenset[Modality]:
    """The modalities of a title. Empty if it states a fact, or if its language is not known or has no words here."""
    folded = fold(_NO_MODALITY.sub(" ", title))
    patterns = ((modality, by_language.get(language)) for modality, by_language in _WORDS.items())
    return frozenset(modality for modality, pattern in patterns if pattern is not None and pattern.search(folded))
