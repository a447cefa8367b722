"""Computes the features of an article: plain values that are stored with it, and compared with other articles'. Pure.

An article is found by its `index_keys`: two articles without a common key are never compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from monitor.identity.credits import WireStatus, extract_provenance
from monitor.identity.facts import ArticleFacts, facts_of
from monitor.identity.known_names import NOBODY, KnownNames
from monitor.identity.likeness import WordFeatures, stem_terms, word_features_of
from monitor.model import SHORTEST_RETENTION, Article
from monitor.model.hashing import hash_name
from monitor.model.timestamps import datetime_from_micros, datetime_to_micros
from monitor.places.gazetteer import country_of
from monitor.text.folding import folded_tokens
from monitor.text.language_tags import parse_primary_subtag
from monitor.text.numbers import NumberFact
from monitor.text.scripts import count_half_words

SAME_ADDRESS = SHORTEST_RETENTION
_INDEXED_SHINGLES = 8  # copies share some of these, because both sides choose the smallest hashes
_LATER_VERSIONS = frozenset((WireStatus.NUMBERED, WireStatus.CORRECTED, WireStatus.WITHDRAWN))
_MAX_TITLE = 300  # characters: no headline is longer, and comparing thousands of numbers takes seconds
_MIN_HEADLINE = 6  # half words: three words, or six Han or kana characters; "Breaking news" identifies nothing


@dataclass(frozen=True, slots=True)
class ArticleFeatures:
    """What is compared of one version of an article.

    title     without the marks and credits of agencies and aggregators
    at        when it was news; `seen`: when we saw it
    language  the primary subtag, or ""
    flash     a mark says that it is a first flash
    revises   a mark says that it is a later version of a report (UPDATE 1-, CORRECTED, 종합)
    sure      the keys that alone make two articles one story, the strongest first: "article:", "address:",
              "own-address:" (an address together with its source) or "headline:", and a hash
    publisher who prints it, and `wire`, the agency whose text it is: as in `PreparedArticle`. They are not compared
    """

    source: str
    uid: str
    version: int
    title: str
    at: datetime
    seen: datetime
    language: str
    flash: bool
    revises: bool
    sure: tuple[str, ...]
    words: WordFeatures
    facts: ArticleFacts
    publisher: str = ""
    wire: str | None = None

    def __hash__(self) -> int:
        return hash(self.name)  # the name says nearly all, and the facts take long to hash

    def has_all_words(self, text: str) -> bool:
        return self.words.of_both.issuperset(stem_terms(text))

    @property
    def numbers_in_title(self) -> list[NumberFact]:
        return [number for number in self.facts.numbers if number.start < len(self.title)]

    @property
    def address_key(self) -> str | None:
        return next((key for key in self.sure if key.startswith("address:")), None)

    @property
    def name(self) -> tuple[str, str, int]:
        """Identifies the version of the article."""
        return self.source, self.uid, self.version

    @property
    def index_keys(self) -> tuple[str, ...]:
        """The keys under which other articles find this one."""
        words = (f"word:{term}" for term in self.words.title)
        runs = (f"run:{shingle:x}" for shingle in self.words.runs[:_INDEXED_SHINGLES])
        return tuple(dict.fromkeys((*self.sure, *self.fact_keys, *words, *runs)))

    @property
    def fact_keys(self) -> tuple[str, ...]:
        """The keys of its facts. A place also has the key of its country, because other articles may name only that."""
        places = [place.place for place in self.facts.places]
        countries = filter(None, map(country_of, places))
        return (
            *(f"place:{place}" for place in dict.fromkeys((*places, *countries))),
            *(f"name:{name.key}" for name in self.facts.names if name.is_certain),
        )

    def to_row(self) -> dict[str, Any]:
        """As plain JSON. Times are in microseconds, which is exact."""
        row: dict[str, Any] = msgspec.to_builtins(self, order="deterministic")
        times = {"at": datetime_to_micros(self.at), "seen": datetime_to_micros(self.seen)}
        return row | times | {"sure": [key.split(":", 1) for key in self.sure]}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> ArticleFeatures:
        """Restore what `to_row` returned."""
        times = {"at": datetime_from_micros(row["at"]), "seen": datetime_from_micros(row["seen"])}
        return msgspec.convert({**row, **times, "sure": list(map(":".join, row["sure"]))}, cls)


def features_of(article: Article, known_names: KnownNames = NOBODY) -> ArticleFeatures:
    """Compute the features of an article. `known_names`: the names of entities. The claimed date counts as the time
    when it was news: not everything that a new source lists at its first poll was written today."""
    provenance = extract_provenance(article)
    title = provenance.title[:_MAX_TITLE]
    news_at = article.published if article.dated else article.seen
    language = parse_primary_subtag(article.language or "") or ""
    return ArticleFeatures(
        source=article.source,
        uid=article.uid,
        version=article.version,
        title=title,
        at=news_at,
        seen=article.seen,
        language=language,
        flash=provenance.wire_status is WireStatus.FLASH,
        revises=provenance.wire_status in _LATER_VERSIONS,
        sure=_find_strong_keys(article, provenance.title),
        words=word_features_of(title, provenance.lead, article.text),
        facts=facts_of(title, provenance.lead, language, news_at, known_names),
    )


def _find_strong_keys(article: Article, title: str) -> tuple[str, ...]:
    named = {"article": f"{article.source} {article.uid}"}
    if article.canonical:
        named |= {"address": article.canonical, "own-address": f"{article.source} {article.canonical}"}
    headline = folded_tokens(title)
    if sum(map(count_half_words, headline)) >= _MIN_HEADLINE:
        named["headline"] = " ".join(headline)
    return tuple(f"{kind}:{hash_name(name):016x}" for kind, name in named.items())
