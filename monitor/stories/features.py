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
from monitor.model.moments import of_number, to_number
from monitor.model.names import hashed
from monitor.places import country_of
from monitor.stories.article_facts import ArticleFacts, facts_of
from monitor.stories.known_names import NOBODY, KnownNames
from monitor.stories.likeness import Words, words_of
from monitor.stories.wires import WireMark, provenance
from monitor.text.folding import folded_tokens
from monitor.text.language import subtag
from monitor.text.scripts import half_words

SAME_HEADLINE = timedelta(hours=12)  # "North Korea fires ballistic missile" is tomorrow's headline too
SAME_ADDRESS = timedelta(days=7)
_RUNS_INDEXED = 8  # copies share some of these: the smallest hashes are drawn alike on both sides
_LATER_VERSIONS = frozenset((WireMark.NUMBERED, WireMark.CORRECTED, WireMark.WITHDRAWN))
_LONGEST_TITLE = 300  # characters: no headline is longer, and comparing thousands of numbers takes seconds
_TELLING_HEADLINE = 6  # half words: three words, or six Han or kana characters; "Breaking news" tells nothing


@dataclass(frozen=True, slots=True)
class SureKey:
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
    sure: tuple[SureKey, ...]
    words: Words
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
            "at": to_number(self.at),
            "seen": to_number(self.seen),
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
        values["at"] = of_number(row["at"])
        values["seen"] = of_number(row["seen"])
        values["sure"] = tuple(SureKey(kind, value) for kind, value in row["sure"])
        values["words"] = Words.from_row(row["words"])
        values["facts"] = ArticleFacts.from_row(row["facts"])
        return cls(**values)


def features_of(article: Article, known_names: KnownNames = NOBODY) -> ArticleFeatures:
    """What identity knows of an article; `known_names`: of entities. A claimed date says when it was news: what a new
    source lists at its first poll was not all written today."""
    told = provenance(article)
    title = told.title[:_LONGEST_TITLE]
    written = article.published if article.dated else article.seen
    language = subtag(article.language or "") or ""
    return ArticleFeatures(
        source=article.source,
        uid=article.uid,
        version=article.version,
        title=title,
        at=written,
        seen=article.seen,
        language=language,
        flash=told.wire_status is WireMark.FLASH,
        revises=told.wire_status in _LATER_VERSIONS,
        sure=_sure_keys(article, told.title),
        words=words_of(title, told.lead, article.text),
        facts=facts_of(title, told.lead, language, written, known_names),
    )


def _sure_keys(article: Article, title: str) -> tuple[SureKey, ...]:
    """The surest first."""
    keys = [SureKey("article", f"{hashed(f'{article.source} {article.uid}'):016x}")]
    if article.canonical:
        keys.append(SureKey("address", f"{hashed(article.canonical):016x}"))
        keys.append(SureKey("own-address", f"{hashed(f'{article.source} {article.canonical}'):016x}"))
    headline = folded_tokens(title)
    if sum(map(half_words, headline)) >= _TELLING_HEADLINE:
        keys.append(SureKey("headline", f"{hashed(' '.join(headline)):016x}"))
    return tuple(keys)
