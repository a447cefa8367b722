"""The state that one pass through the section needs: loaded by key, between the steps of deciding, and no more of it.

No state outlives the pass, but for what never changes (`FeaturesCache`): so it is the same for each daemon, after a
restart, and whatever others have committed.
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
    """The articles of one poll, and what is known of how they came."""

    articles: Sequence[PreparedArticle]
    context: DecisionContext


class StoredState:
    """Decides on what is stored, and holds what is to be written: `state`."""

    def __init__(self, connection: Connection, cache: FeaturesCache) -> None:
        self.clusters = StoredClusters(connection, cache)
        self.state = State(self.clusters.index, NotificationLedger(complete=False))
        self._connection = connection

    def decide_polls(self, polls: Sequence[PreparedPoll], rules: RuleSet, now: datetime) -> list[Decision]:
        """A decision for each poll, one after the other; all are loaded for together. They stand on one draft: the
        state is advanced by all of them or by none."""
        self.clusters.load([need for each in polls for need in story_cluster_queries(each.articles)])
        draft = self.state.draft()
        placed = self._placed(polls, rules, draft, now)
        cases = [case for some in placed for each in some for case in each.cases]
        load_subjects(self._connection, self.state.ledger, {key for case in cases for key in case.ledger_keys})
        load_recent_sends(self._connection, self.state.ledger, [case.rule for case in cases], now)
        return [evaluate_cases(some, draft) for some in placed]

    def decide_due(self, rules: RuleSet, now: datetime, only: Collection[str] | None = None) -> DueDecision:
        """What has waited until now, or of that what has these ids."""
        told, due = self.state.ledger, load_due_alerts(self._connection, now)
        told.load((), records=(), sent=(), pending=due)
        load_subjects(self._connection, told, {key for each in due for key in list_ledger_keys(each.candidate)})
        for each in told.pending:
            if only is not None and each.id not in only:
                told.remove_pending(each.id)
        of = {each.candidate.rule for each in due}
        load_recent_sends(self._connection, told, [rule for id_, rule in rules.rules.items() if id_ in of], now)
        return decide_due(rules, self.state, now)

    def _placed(
        self, polls: Iterable[PreparedPoll], rules: RuleSet, draft: State, now: datetime
    ) -> list[tuple[ClusteredArticle, ...]]:
        with_stories = [join_stories(each.articles, rules, draft.clusters, each.context) for each in polls]
        every = [each for some in with_stories for each in some]
        self.clusters.load(list(event_cluster_queries(every)))
        own = [key for each in every if each.is_edited for key in each.own_event_keys]
        load_subjects(self._connection, self.state.ledger, own)
        return [join_events(some, rules, draft.clusters, draft.ledger, now) for some in with_stories]
