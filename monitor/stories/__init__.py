"""Which story an article tells. Pure.

A story is one development, told by many articles. Better join too little than swallow another development: two
articles are of one story only if they share an address, or a headline within half a day.
"""

from monitor.stories.joining import SAME_ADDRESS, Joined, Stories, Telling, join, keys_of

__all__ = ["SAME_ADDRESS", "Joined", "Stories", "Telling", "join", "keys_of"]
