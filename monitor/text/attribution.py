"""Finds who says so at the end of a headline: ", police say", ", says Tokyo", ", сообщили в МЧС". Pure.

This is not part of what happened: two papers that ask two offices report the same happening.
"""

from __future__ import annotations

import re

_SAY = r"says?|said|reports?|reported|announces?|announced|confirms?|confirmed"  # the speaker comes before or after
SAYS = rf"""
{_SAY}|according\ to|sagt|sagen|meldet|melden|berichtet|berichten|laut|selon|annonce|affirme|indique|rapporte
|según|dice|dicen|anuncia|informa|secondo|afferma|annuncia|segundo|diz|dizem|podał[ay]?|informuje|według
|сообщил[аи]?|сообщает|сообщают|заявил[аи]?|заявляет|пишет|пишут|передает|повідомили|заявили
"""
"""What comes before the speaker, for a verbose regular expression."""
_WORD = r"[^\W\d][^\s,;:.!?]*"  # a number is no speaker
_CAPITALISED = r"[^\W\d_a-zа-яё][^\s,;:.!?]*"
_ATTRIBUTION = re.compile(
    rf"""
    \s*[,;]\s+(?:
        (?:{_WORD}\s+){{1,4}}(?i:{_SAY})                                   # officials in Kent say
      | (?i:{SAYS})\s+(?:
            (?i:the\s+|die\s+|der\s+|das\s+|la\s+|le\s+|el\s+|в\s+|у\s+)?
            (?:{_WORD}|{_CAPITALISED}(?:\s+{_CAPITALISED}){{1,3}})        # says police; says Emmanuel Macron
        )
    )\s*$
    """,
    re.VERBOSE,
)


def without_attribution(title: str) -> str:
    """Return a title without who says so at its end."""
    return _ATTRIBUTION.sub("", title)
