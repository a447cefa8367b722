"""What a stored article is to the stories and events that were there before it, decided anew. It only reads.

It is found by what stands under its keys now: what was driven out there since is not compared any more.
"""

from __future__ import annotations

from collections.abc import Iterable

from monitor.cases import Need
from monitor.store.clusters import StoredClusters
from monitor.store.database import Database
from monitor.stories import STORIES, ArticleFeatures, Cluster, key_weights
from monitor.stories.clusters import ClusterIndex, before
from monitor.stories.events import Report, judge_events
from monitor.stories.joining import judge_stories
from monitor.stories.sameness import JudgedCluster, compared_anyway


class NearestClusters:
    """Answers from what has been committed; of each question at most `most`, the nearest first."""

    def __init__(self, database: Database, most: int = 3) -> None:
        self._database = database
        self._most = most

    def stories(self, features: ArticleFeatures) -> tuple[JudgedCluster, ...]:
        """The stories that an article could have joined."""
        older, _ = self._older(Need(STORIES, key_weights(features)), features)
        return self._nearest(features, judge_stories(features, older))

    def events(self, report: Report) -> tuple[JudgedCluster, ...]:
        """The events of a rule that an article could have belonged to."""
        older, index = self._older(Need(report.rule, report.key_weights), report.features)
        return self._nearest(report.features, judge_events(report, older, index))

    def _older(self, need: Need, features: ArticleFeatures) -> tuple[list[Cluster], ClusterIndex]:
        with self._database.reading() as connection:
            stored = StoredClusters(connection)
            stored.load([need])
            found = stored.index.candidates(need.scope, need.weights)
        return [older for each in found if (older := before(each, features)) is not None], stored.index

    def _nearest(self, features: ArticleFeatures, judged: Iterable[JudgedCluster]) -> tuple[JudgedCluster, ...]:
        compared = (compared_anyway(features, each) for each in judged)
        return tuple(sorted(compared, key=lambda each: each.nearness, reverse=True)[: self._most])
