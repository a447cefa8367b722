"""Which story an article tells. Pure.

A story is one development, told by many articles. Better join too little than swallow another development: what is
joined shares an address, a headline, runs of words, or most of what is rare in title and lead, and is told at the same
time, of the same day.
"""

from monitor.stories.joining import Joined, Stories, join
from monitor.stories.likeness import TEXT
from monitor.stories.reading import SAME_ADDRESS, SAME_HEADLINE
from monitor.stories.recall import WORDS_KEPT
from monitor.stories.wires import LEAD, Provenance, WireMark, provenance

__all__ = [
    "LEAD",
    "SAME_ADDRESS",
    "SAME_HEADLINE",
    "TEXT",
    "WORDS_KEPT",
    "Joined",
    "Provenance",
    "Stories",
    "WireMark",
    "join",
    "provenance",
]
