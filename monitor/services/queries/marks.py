"""The marks that people made on articles and rules."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.config.loading.summary import ConfigSummary
from monitor.model import Config, MarkedArticle
from monitor.services.lookup import require_known
from monitor.store.engine.database import Database
from monitor.store.queries.marks import ALL_MARKS, MarkFilter, MarkQueries, MarkReport

__all__ = [
    "ALL_MARKS",
    "MarkFilter",
    "MarkReport",
    "count_erased_marks",
    "iter_marked_articles",
    "list_marks",
]


def list_marks(config: Config | ConfigSummary, database: Database, wanted: MarkFilter, limit: int) -> list[MarkReport]:
    """At most `limit` marks, the newest first. Raises InvalidRequest for a rule that neither the files nor the marks
    know."""
    require_known("rule", wanted.rules, config.rules, MarkQueries(database).rules)
    return MarkQueries(database).newest(wanted, limit)


def iter_marked_articles(database: Database, wanted: MarkFilter = ALL_MARKS) -> Iterator[MarkedArticle]:
    """The articles that have marks, the oldest first, with their words and the newest mark of each wanted rule. They
    need not be in the archive any more. Those whose words were erased are left out (`count_erased_marks`). Few are in
    memory at once."""
    return MarkQueries(database).iter_articles(wanted)


def count_erased_marks(database: Database) -> int:
    """How many marks count, but have lost the words of their article by an erasure."""
    return MarkQueries(database).count_erased()
