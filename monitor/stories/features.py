"""What identity knows of an article: plain values that are worked out once, stored with it, and compared with those of
others. Pure.

`index_keys` are what an article is found by: two articles that share none of them are never compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.model import Article
from monitor.model.hashing import hash_name
from monitor.model.timestamps import datetime_from_micros, datetime_to_micros
from monitor.places import country_of
from monitor.stories.article_facts import ArticleFacts, facts_of
from monitor.stories.known_names import NOBODY, KnownNames
from monitor.stories.likeness import WordFeatures, word_features_of
from monitor.stories.wires import WireStatus, extract_provenance
from monitor.text.folding import folded_tokens
from monitor.text.language import parse_primary_subtag
from monitor.text.scripts import count_half_words

SAME_HEADLINE = timedelta(hours=12)  # "North Korea fires ballistic missile" is tomorrow's headline too
SAME_ADDRESS = timedelta(days=7)
_RUNS_INDEXED = 8  # copies share some of these: the smallest hashes are drawn alike on both sides
_LATER_VERSIONS = frozenset((WireStatus.NUMBERED, WireStatus.CORRECTED, WireStatus.WITHDRAWN))
_LONGEST_TITLE = 300  # characters: no headline is longer, and comparing thousands of numbers takes seconds
_TELLING_HEADLINE = 6  # half words: three words, or six Han or kana characters; "Breaking news" tells nothing


@dataclass(frozen=True, slots=True)
class StrongKey:
    """Something that alone makes two articles one story. `kind`: "article", "address", "own-address" (an address as its
    source gives it) or "headline"; `value`: which."""

    kind: str
    value: str

    @property
    def key(self) -> str:
        """Under which an article is found."""
        return f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class ArticleFeatures:
    """`at`: when it was news; `seen`: when we saw it. `language`: its primary subtag, or nothing. `title`: without what
    agencies and aggregators put round it. `flash`, `revises`: they say there that it is the first word of something, or
    a later version of a report (UPDATE 1-, CORRECTED, 종합)."""

    source: str
    uid: str
    version: int
    title: str
    at: datetime
    seen: datetime
    language: str
    flash: bool
    revises: bool
    sure: tuple[StrongKey, ...]
    words: WordFeatures
    facts: ArticleFacts

    @property
    def name(self) -> tuple[str, str, int]:
        """Which version of which article it is: its source, uid and version."""
        return self.source, self.uid, self.version

    @property
    def index_keys(self) -> tuple[str, ...]:
        """Under these it is found by others."""
        return tuple(
            dict.fromkeys(
                (
                    *(each.key for each in self.sure),
                    *self.fact_keys,
                    *(f"word:{each}" for each in self.words.title),
                    *(f"run:{each:x}" for each in self.words.runs[:_RUNS_INDEXED]),
                )
            )
        )

    @property
    def fact_keys(self) -> tuple[str, ...]:
        """Those of its facts. A place is found by its country too, for others may name no more than that."""
        places = [each.place for each in self.facts.places]
        countries = [country for place in places if (country := country_of(place)) is not None]
        names = [each.key for each in self.facts.names if each.is_certain]
        return (
            *(f"place:{each}" for each in dict.fromkeys((*places, *countries))),
            *(f"name:{each}" for each in names),
        )

    def to_row(self) -> dict[str, Any]:
        """As plain JSON; moments in microseconds (`to_number`), which are exact to the end of time."""
        return {
            "source": self.source,
            "uid": self.uid,
            "version": self.version,
            "title": self.title,
            "at": datetime_to_micros(self.at),
            "seen": datetime_to_micros(self.seen),
            "language": self.language,
            "flash": self.flash,
            "revises": self.revises,
            "sure": [[each.kind, each.value] for each in self.sure],
            "words": self.words.to_row(),
            "facts": self.facts.to_row(),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> ArticleFeatures:
        """What `to_row` gave."""
        values = dict(row)
        values["at"] = datetime_from_micros(row["at"])
        values["seen"] = datetime_from_micros(row["seen"])
        values["sure"] = tuple(StrongKey(kind, value) for kind, value in row["sure"])
        values["words"] = WordFeatures.from_row(row["words"])
        values["facts"] = ArticleFacts.from_row(row["facts"])
        return cls(**values)


def features_of(article: Article, known_names: KnownNames = NOBODY) -> ArticleFeatures:
    """What identity knows of an article; `known_names`: of entities. A claimed date says when it was news: what a new
    source lists at its first poll was not all written today."""
    told = extract_provenance(article)
    title = told.title[:_LONGEST_TITLE]
    written = article.published if article.dated else article.seen
    language = parse_primary_subtag(article.language or "") or ""
    return ArticleFeatures(
        source=article.source,
        uid=article.uid,
        version=article.version,
        title=title,
        at=written,
        seen=article.seen,
        language=language,
        flash=told.wire_status is WireStatus.FLASH,
        revises=told.wire_status in _LATER_VERSIONS,
        sure=_find_strong_keys(article, told.title),
        words=word_features_of(title, told.lead, article.text),
        facts=facts_of(title, told.lead, language, written, known_names),
    )


def _find_strong_keys(article: Article, title: str) -> tuple[StrongKey, ...]:
    """The surest first."""
    keys = [StrongKey("article", f"{hash_name(f'{article.source} {article.uid}'):016x}")]
    if article.canonical:
        keys.append(StrongKey("address", f"{hash_name(article.canonical):016x}"))
        keys.append(StrongKey("own-address", f"{hash_name(f'{article.source} {article.canonical}'):016x}"))
    headline = folded_tokens(title)
    if sum(map(count_half_words, headline)) >= _TELLING_HEADLINE:
        keys.append(StrongKey("headline", f"{hash_name(' '.join(headline)):016x}"))
    return tuple(keys)
