"""Compares a stored article once more with the stories and events that were there before it. It only reads.

Candidates are found by what is stored under the article's keys now: clusters that have been displaced there since are
no longer compared.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.cases import ClusterQuery
from monitor.identity.clusters import Cluster, ClusterIndex, rewind_cluster
from monitor.identity.decide import ClusterComparison, add_comparison
from monitor.identity.events import RuleArticle, compare_with_events
from monitor.identity.features import ArticleFeatures
from monitor.identity.stories import compare_with_stories, key_weights
from monitor.model import STORIES
from monitor.store.engine.database import Database
from monitor.store.state.clusters import StoredClusters


class NearestClusters:
    """Answers from what has been committed: at most `limit` comparisons for each question, the nearest first."""

    def __init__(self, database: Database, limit: int = 3) -> None:
        self._database = database
        self._limit = limit

    def stories(self, features: ArticleFeatures) -> tuple[ClusterComparison, ...]:
        """The stories that an article could have joined."""
        older, _ = self._find_older(ClusterQuery(STORIES, key_weights(features)), features)
        return self._rank(features, compare_with_stories(features, older))

    def events(self, report: RuleArticle) -> tuple[ClusterComparison, ...]:
        """The events of a rule that an article could have belonged to."""
        older, index = self._find_older(ClusterQuery(report.rule, report.key_weights), report.features)
        return self._rank(report.features, compare_with_events(report, older, index))

    def _find_older(self, query: ClusterQuery, features: ArticleFeatures) -> tuple[list[Cluster], ClusterIndex]:
        with self._database.reading() as connection:
            stored = StoredClusters(connection)
            stored.load([query])
            found = stored.index.candidates(query.scope, query.weights)
        return [older for cluster in found if (older := rewind_cluster(cluster, features)) is not None], stored.index

    def _rank(
        self, features: ArticleFeatures, comparisons: Iterable[ClusterComparison]
    ) -> tuple[ClusterComparison, ...]:
        compared = (add_comparison(features, comparison) for comparison in comparisons)
        return tuple(sorted(compared, key=lambda comparison: comparison.nearness, reverse=True)[: self._limit])
