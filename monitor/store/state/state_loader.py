"""Loads the state that one pass through the section needs: by key, between the steps of deciding, and no more.

No state outlives the pass, except what never changes (`FeaturesCache`). So the state is the same for each daemon, after
a restart, and whatever others have committed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from monitor.alerting.case import DecisionContext
from monitor.alerting.ledger import NotificationLedger
from monitor.alerting.release import list_ledger_keys
from monitor.cases import (
    ClusteredArticle,
    PreparedArticle,
    event_cluster_queries,
    join_events,
    join_stories,
    story_cluster_queries,
)
from monitor.decide import Decision, DueDecision, State, decide_due, evaluate_cases
from monitor.matching import RuleSet
from monitor.store.state.clusters import FeaturesCache, StoredClusters
from monitor.store.state.stored_ledger import load_due_alerts, load_recent_sends, load_subjects


@dataclass(frozen=True, slots=True)
class PreparedPoll:
    """The articles of one poll, and the context of their arrival."""

    articles: Sequence[PreparedArticle]
    context: DecisionContext


class StoredState:
    """Decides on what is stored, and holds in `state` what is to be written."""

    def __init__(self, connection: Connection, cache: FeaturesCache) -> None:
        self.clusters = StoredClusters(connection, cache)
        self.state = State(self.clusters.index, NotificationLedger(complete=False))
        self._connection = connection

    def decide_polls(self, polls: Sequence[PreparedPoll], rules: RuleSet, now: datetime) -> list[Decision]:
        """A decision for each poll, one after the other. Their state is loaded together, and they share one draft of
        it: it is committed for all of them or for none."""
        self.clusters.load([query for poll in polls for query in story_cluster_queries(poll.articles)])
        draft = self.state.draft()
        clustered = self._join_clusters(polls, rules, draft, now)
        cases = [case for articles in clustered for article in articles for case in article.cases]
        load_subjects(self._connection, self.state.ledger, {key for case in cases for key in case.ledger_keys})
        load_recent_sends(self._connection, self.state.ledger, [case.rule for case in cases], now)
        return [evaluate_cases(some, draft) for some in clustered]

    def decide_due(self, rules: RuleSet, now: datetime, only: Collection[str] | None = None) -> DueDecision:
        """Decide on the alerts that were deferred until now; `only`: those with these ids."""
        ledger, due = self.state.ledger, load_due_alerts(self._connection, now)
        ledger.load((), records=(), sent=(), pending=due)
        load_subjects(self._connection, ledger, {key for pending in due for key in list_ledger_keys(pending.candidate)})
        for pending in ledger.pending:
            if only is not None and pending.id not in only:
                ledger.remove_pending(pending.id)
        rule_ids = {pending.candidate.rule for pending in due}
        load_recent_sends(self._connection, ledger, [rule for id_, rule in rules.rules.items() if id_ in rule_ids], now)
        return decide_due(rules, self.state, now)

    def _join_clusters(
        self, polls: Iterable[PreparedPoll], rules: RuleSet, draft: State, now: datetime
    ) -> list[tuple[ClusteredArticle, ...]]:
        with_stories = [join_stories(poll.articles, rules, draft.clusters, poll.context) for poll in polls]
        all_articles = [article for articles in with_stories for article in articles]
        self.clusters.load(list(event_cluster_queries(all_articles)))
        own_keys = [key for article in all_articles if article.is_edited for key in article.own_event_keys]
        load_subjects(self._connection, self.state.ledger, own_keys)
        return [join_events(some, rules, draft.clusters, draft.ledger, now) for some in with_stories]
