"""Finds who says so at the end of a headline: ", police say", ", says Tokyo", ", сообщили в МЧС". Pure.

This is not part of what happened: two papers that ask two offices report the same happening.
"""

from __future__ import annotations

import re

from monitor.languages import collect_words, join_patterns

_SAY = join_patterns(lambda language: language.credits.says_on_either_side)
SAYS = f"{_SAY}|{join_patterns(lambda language: language.credits.says)}"
"""What comes before the speaker, for a verbose regular expression."""
_ARTICLES = "|".join(rf"{article}\s+" for article in collect_words(lambda language: language.credits.speaker_articles))
_WORD = r"[^\W\d][^\s,;:.!?]*"  # a number is no speaker
_CAPITALISED = r"[^\W\d_a-zа-яё][^\s,;:.!?]*"
_ATTRIBUTION = re.compile(
    rf"""
    \s*[,;]\s+(?:
        (?:{_WORD}\s+){{1,4}}(?i:{_SAY})                                   # officials in Kent say
      | (?i:{SAYS})\s+(?:
            (?i:{_ARTICLES})?
            (?:{_WORD}|{_CAPITALISED}(?:\s+{_CAPITALISED}){{1,3}})        # says police; says Emmanuel Macron
        )
    )\s*$
    """,
    re.VERBOSE,
)


def without_attribution(title: str) -> str:
    """Return a title without who says so at its end."""
    return _ATTRIBUTION.sub("", title)
