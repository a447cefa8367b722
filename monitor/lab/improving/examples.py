"""Articles with what is known of them for one rule: whether it should hit them as news."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlsplit

from monitor.lab.scoring import LabeledArticle
from monitor.model import Article
from monitor.text.primary_language import language_of

MIN_SUPPORT = 2
"""So many independent articles must support a change: what one text alone supports is fitted to it."""


UNKNOWN_LANGUAGE = "unknown"
"""The language of an article whose language is not known. No word can be written for it."""


class ExampleVerdict(StrEnum):
    """What a rule should make of an article. NEUTRAL: it may match it or not; UNKNOWN: nobody has said."""

    WANTED = "wanted"
    UNWANTED = "unwanted"
    NEUTRAL = "neutral"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Example:
    """An article and the verdict for a rule. `id`: what people find it by. `is_inferred`: nobody has judged it,
    and it is likely to be wanted: it belongs to a story that the rule found, or reads like what the rule hits."""

    id: str
    article: Article
    verdict: ExampleVerdict
    is_inferred: bool = False

    @property
    def is_judged(self) -> bool:
        """Whether somebody has said what a rule should make of it."""
        return self.verdict is not ExampleVerdict.UNKNOWN

    @property
    def is_wanted(self) -> bool:
        """Whether somebody says that it is wanted, or it is inferred."""
        return self.verdict is ExampleVerdict.WANTED or self.is_inferred

    @cached_property
    def language(self) -> str:
        """The primary subtag of its language, or `UNKNOWN_LANGUAGE`."""
        article = self.article
        tag = language_of(article.title, article.text, article.language) or article.language or UNKNOWN_LANGUAGE
        return tag.partition("-")[0].lower()

    @cached_property
    def publisher(self) -> str:
        """The host of its address; of an article without an address, its source."""
        return urlsplit(self.article.url or "").hostname or self.article.source

    @property
    def week(self) -> str:
        """The ISO week in which it was published; empty if its date is not known."""
        if not self.article.dated:
            return ""
        year, week, _ = self.article.published.isocalendar()
        return f"{year}-W{week:02}"


def count_independent(examples: Iterable[Example]) -> int:
    """How many of the articles are independent: of the same publisher in the same week only one counts, and of those
    with the same title."""
    seen: set[tuple[str, ...]] = set()
    titles: set[str] = set()
    count = 0
    for example in examples:
        origin = (example.publisher, example.week) if example.week else (example.id,)
        title = " ".join(example.article.title.casefold().split())
        if origin not in seen and title not in titles:
            count += 1
        seen.add(origin)
        titles.add(title)
    return count


def examples_from_labels(articles: Sequence[LabeledArticle], rule: str) -> list[Example]:
    """The articles of a file with labels, as examples for one rule. If no line has the rule among its labels or among
    what was judged, nobody has judged anything of the file."""
    labels = frozenset[str]().union(*(article.labels for article in articles))
    return [
        Example(str(article.recorded.id), article.recorded.article, _verdict_from_labels(article, rule, labels))
        for article in articles
    ]


def _verdict_from_labels(article: LabeledArticle, rule: str, all_labels: frozenset[str]) -> ExampleVerdict:
    if rule in article.labels:
        return ExampleVerdict.WANTED
    if rule in article.mentions:
        return ExampleVerdict.NEUTRAL
    judged = all_labels if article.judged_rules is None else article.judged_rules
    return ExampleVerdict.UNWANTED if rule in judged else ExampleVerdict.UNKNOWN
