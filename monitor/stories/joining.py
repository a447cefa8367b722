"""Articles -> stories, by what they share: the article itself, the canonical address, the folded headline."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from monitor.model import Article, Story
from monitor.text.folding import folded_tokens
from monitor.text.scripts import half_words

SAME_HEADLINE = timedelta(hours=12)  # "North Korea fires ballistic missile" is tomorrow's headline too
SAME_ADDRESS = timedelta(days=7)
CLEARING = timedelta(hours=1)
_TELLING_HEADLINE = 6  # half words: three words, or six Han or kana characters; "Breaking news" tells nothing


@dataclass(frozen=True, slots=True)
class Telling:
    """An article of this source was the last to tell the story."""

    story: Story
    source: str


@dataclass(frozen=True, slots=True)
class Key:
    """Something that an article's story is recognised by, in words, and how long after the story's opening.

    `elsewhere`: only across sources. A source that gives two entries one address has a page of many developments (a
    government's list of warnings), and says itself that they are two.
    """

    key: str
    why: str
    reach: timedelta
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """The story of an article, and by what it was recognised, in words."""

    story: Story
    how: str


class Stories:
    """What stories of the last days are recognised by: the digest of a key (hundreds of thousands are held) -> who told
    it last. Rebuilt from the database at start."""

    def __init__(self, tellings: MutableMapping[bytes, Telling] | None = None, cleared: datetime | None = None) -> None:
        self._tellings: MutableMapping[bytes, Telling] = {} if tellings is None else tellings
        self._cleared = cleared

    def draft(self) -> Stories:
        """A state that begins as this one and leaves it unchanged."""
        return Stories(ChainMap({}, self._tellings), self._cleared)

    def settled(self, now: datetime) -> Stories:
        """The draft taken over into the state that it began from; once an hour what is too old is forgotten."""
        if not isinstance(self._tellings, ChainMap):
            return self
        base = self._tellings.maps[1]
        base.update(self._tellings.maps[0])
        lately = self._cleared is not None and now - self._cleared < CLEARING
        if lately or isinstance(base, ChainMap):  # itself a draft: what it began from must stay unchanged
            return Stories(base, self._cleared)
        for key in [key for key, telling in base.items() if now - telling.story.opened > SAME_ADDRESS]:
            del base[key]
        return Stories(base, now)

    def telling(self, key: str) -> Telling | None:
        """Who told the story that is recognised by this key last."""
        return self._tellings.get(_digest(key))

    def tell(self, key: str, telling: Telling) -> None:
        """Remember that a story was told: the last telling counts, but an old story never hides a younger one (an old
        article may be edited to today's headline)."""
        digest = _digest(key)
        before = self._tellings.get(digest)
        if before is None or before.story.opened <= telling.story.opened:
            self._tellings[digest] = telling


def join(article: Article, stories: Stories) -> Joined:
    """The story that an article belongs to, an open one or a new one; `stories` will know the article from now on."""
    keys = keys_of(article)
    joined = next((found for key in keys if (found := _found(stories, article, key))), None)
    if joined is None:
        joined = Joined(Story(_id(article), article.title, article.seen), "the first article of its story")
    telling = Telling(joined.story, article.source)  # one for all of its keys
    for key in keys:
        stories.tell(key.key, telling)
    return joined


def keys_of(article: Article) -> list[Key]:
    """What an article's story is recognised by, the surest first."""
    keys = [Key(f"article {article.source} {article.uid}", "an earlier version of the article", SAME_ADDRESS)]
    if article.canonical:
        keys.append(Key(f"address {article.canonical}", "the same address", SAME_ADDRESS, elsewhere=True))
    headline = folded_tokens(article.title)
    if sum(map(half_words, headline)) >= _TELLING_HEADLINE:
        keys.append(Key(f"headline {' '.join(headline)}", "the same headline", SAME_HEADLINE))
    return keys


def _found(stories: Stories, article: Article, key: Key) -> Joined | None:
    telling = stories.telling(key.key)
    if telling is None or (key.elsewhere and telling.source == article.source):
        return None
    # From the opening, not from the last telling: a headline that is printed every ten hours must not go on for ever.
    if abs(article.seen - telling.story.opened) > key.reach:
        return None
    return Joined(telling.story, key.why)


def _digest(key: str) -> bytes:
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _id(article: Article) -> str:
    """Stories name themselves by their first article, so that replaying news gives the same names."""
    return f"S{blake2b(f'{article.source} {article.uid}'.encode('utf-8', 'surrogatepass'), digest_size=8).hexdigest()}"
