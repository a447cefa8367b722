"""What a rule misses, by the archive and its marks, or by labelled articles of a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.lab.coverage import Example, ExampleVerdict, examples_from_labels
from monitor.lab.scoring import LabeledArticle
from monitor.model import MarkVerdict, RuleMark
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database
from monitor.store.marks import MarkFilter, Marks
from monitor.store.queries.archive import Archive


@dataclass(frozen=True, slots=True)
class RuleExamples:
    """Articles with the verdicts for a rule. `count`: how many they are; `stored`: how many there are in the archive,
    of which the newest are read; None: they are from a file."""

    examples: Iterable[Example]
    count: int
    stored: int | None = None


def read_labels(articles: Sequence[LabeledArticle], rule: str) -> RuleExamples:
    """The labelled articles of a file."""
    return RuleExamples(examples_from_labels(articles, rule), len(articles))


def read_archive(database: Database, rule: str, most: int) -> RuleExamples:
    """The articles with marks, and then the newest of the archive, at most so many."""
    archive = Archive(database)
    stored = archive.count_articles()
    return RuleExamples(_iter_archive(database, archive, rule, most), min(stored, most), stored)


def _iter_archive(database: Database, archive: Archive, rule: str, most: int) -> Iterator[Example]:
    """An article that is in one story with a hit of the rule is likely to be wanted."""
    marked: set[tuple[str, str]] = set()
    for found in Marks(database).iter_articles(MarkFilter((rule,))):
        marked.add((found.article.source, found.article.uid))
        yield Example(f"{found.article.source} {found.article.uid}", found.article, _verdict_from_mark(found.marks[0]))
    beside_hits = archive.find_articles_beside_hits(rule)
    for id_, article in archive.iter_newest(most):
        if (article.source, uid_hash(article.uid)) not in marked:
            yield Example(
                f"{article.source} {article.uid}", article, ExampleVerdict.UNKNOWN, is_inferred=id_ in beside_hits
            )


def _verdict_from_mark(mark: RuleMark) -> ExampleVerdict:
    """A mention that is good may stay one."""
    if mark.wants_news:
        return ExampleVerdict.WANTED
    return ExampleVerdict.UNWANTED if mark.verdict is MarkVerdict.NOISE else ExampleVerdict.NEUTRAL
