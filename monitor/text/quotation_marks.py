"""The marks around a phrase in a query, as keyboards of any script write them."""

from __future__ import annotations

QUOTES = '"“”„«»＂'
"""Each of them may begin and end a phrase."""
CORNERS = "「『"
"""They begin a phrase, and each has its own end."""
PHRASE_IN_CORNERS = "「(?P<corner>[^」]*)」|『(?P<white_corner>[^』]*)』"
"""A pattern: the groups are what is inside."""
