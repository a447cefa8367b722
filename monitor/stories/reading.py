"""An article as stories see it: what it is recognised by, and the words that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from monitor.model import Article, Story
from monitor.model.names import hashed
from monitor.stories.days import days_named
from monitor.stories.likeness import Words, words_of
from monitor.stories.wires import WireMark, provenance
from monitor.text.folding import folded_tokens
from monitor.text.language import subtag
from monitor.text.scripts import half_words

SAME_HEADLINE = timedelta(hours=12)  # "North Korea fires ballistic missile" is tomorrow's headline too
SAME_ADDRESS = timedelta(days=7)
_TELLING_HEADLINE = 6  # half words: three words, or six Han or kana characters; "Breaking news" tells nothing


@dataclass(frozen=True, slots=True)
class Key:
    """Something that an article's story is recognised by (hashed), in words, and how long after the story's opening.

    `elsewhere`: only across sources. A source that gives two entries one address has a page of many developments (a
    government's list of warnings), and says itself that they are two.
    """

    key: int
    why: str
    reach: timedelta
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """`at`: when it was news, in seconds; `seen`: when we saw it. `source`, `language`: hashed; a language of 0 is not
    known. `days`: those that it names (`days`)."""

    source: int
    at: float
    seen: datetime
    language: int
    days: int
    flash: bool
    words: Words
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """An article told this story."""

    reading: Reading
    story: Story


def reading_of(article: Article) -> Reading:
    """What is recognised and compared of an article. A claimed date says when it was news: what a new source lists at
    its first poll was not all written today."""
    told = provenance(article)
    written = article.published if article.dated else article.seen
    return Reading(
        hashed(article.source) & 0xFFFFFFFF,
        written.timestamp(),
        article.seen,
        crc32((subtag(article.language or "") or "").encode()),
        days_named(f"{told.title} {told.lead}", written),
        told.mark is WireMark.FLASH,
        words_of(told.title, told.lead, article.text),
        tuple(_keys(article, told.title)),
    )


def _keys(article: Article, title: str) -> list[Key]:
    """What an article's story is recognised by, the surest first."""
    keys = [Key(hashed(f"article {article.source} {article.uid}"), "an earlier version of the article", SAME_ADDRESS)]
    if article.canonical:
        keys.append(Key(hashed(f"address {article.canonical}"), "the same address", SAME_ADDRESS, elsewhere=True))
    headline = folded_tokens(title)
    if sum(map(half_words, headline)) >= _TELLING_HEADLINE:
        keys.append(Key(hashed(f"headline {' '.join(headline)}"), "the same headline", SAME_HEADLINE))
    return keys
