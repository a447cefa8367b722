"""The state as one pass through the section loads and writes it: by key, between the steps of deciding, and no more.

No state outlives the pass, except what never changes (`FeaturesCache`). So the state is the same for each daemon, after
a restart, and whatever others have committed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TypeVar

from sqlalchemy import Connection

from monitor.alerting.case import Case, DecisionContext
from monitor.cases import PreparedArticle, join_events, join_stories
from monitor.decide import Decision, DueDecision, decide_due, decide_earlier_updates, evaluate_cases
from monitor.matching import RuleSet
from monitor.model import PendingAlert, Rule
from monitor.state import State
from monitor.store.engine.table_walk import TableRow
from monitor.store.state.clusters import StoredClusters
from monitor.store.state.features_cache import FeaturesCache
from monitor.store.state.stored_ledger import StoredLedger, load_due_alerts, load_earlier_updates
from monitor.store.state.stored_mutes import StoredMutes
from monitor.store.state.stored_part import ArticleIds, StoredPart

P = TypeVar("P", bound=StoredPart)
# A new kind of state is registered here.
STORED_PARTS: tuple[type[StoredPart], ...] = (StoredClusters, StoredLedger, StoredMutes)


def forget_articles(connection: Connection, articles: Sequence[TableRow]) -> None:
    """Delete what the state has of these articles alone; they are deleted next."""
    for part in STORED_PARTS:
        part.forget_articles(connection, articles)


@dataclass(frozen=True, slots=True)
class PreparedPoll:
    """The articles of one poll, and the context of their arrival."""

    articles: Sequence[PreparedArticle]
    context: DecisionContext


class StoredState:
    """Decides on what is stored, and holds in `state` what is to be written."""

    def __init__(self, connection: Connection, cache: FeaturesCache | None = None) -> None:
        self._connection = connection
        cache = cache or FeaturesCache()
        self._parts = [kind(connection, cache) for kind in STORED_PARTS]
        self.state = State(stored.part for stored in self._parts)

    def __getitem__(self, kind: type[P]) -> P:
        """The stored part of this class."""
        return next(part for part in self._parts if isinstance(part, kind))

    def decide_polls(self, polls: Sequence[PreparedPoll], rules: RuleSet, now: datetime) -> list[Decision]:
        """A decision for each poll, one after the other. Their state is loaded together, and they share one draft of
        it: it is committed for all of them or for none."""
        prepared = [article for poll in polls for article in poll.articles]
        for part in self._parts:
            part.load_for_stories(prepared)
        draft = self.state.draft()
        joined = [join_stories(poll.articles, rules, draft, poll.context) for poll in polls]
        with_stories = [article for articles in joined for article in articles]
        for part in self._parts:
            part.load_for_events(with_stories)
        clustered = [join_events(articles, rules, draft, now) for articles in joined]
        self.load_for_cases([case for articles in clustered for article in articles for case in article.cases], now)
        return [evaluate_cases(articles, draft) for articles in clustered]

    def load_for_cases(self, cases: Sequence[Case], now: datetime) -> None:
        """Load what the stages of the policy look up for these cases."""
        for part in self._parts:
            part.load_for_cases(cases, now)

    def decide_due(self, rules: Mapping[str, Rule], now: datetime, only: Collection[str] | None = None) -> DueDecision:
        """Decide on the alerts that were deferred until now; `only`: those with these ids."""
        self._load_for_due(load_due_alerts(self._connection, now), rules, now)
        return decide_due(rules, self.state, now, only)

    def decide_earlier_updates(self, rules: Mapping[str, Rule], now: datetime, zone: tzinfo) -> DueDecision:
        """Decide which deferred updates are due sooner, as the cooldown of their rule is shorter now."""
        self._load_for_due(load_earlier_updates(self._connection, rules, now), rules, now)
        return decide_earlier_updates(rules, self.state, now, zone)

    def _load_for_due(self, pending: Sequence[PendingAlert], rules: Mapping[str, Rule], now: datetime) -> None:
        rule_ids = {alert.candidate.rule for alert in pending}
        of_pending = [rule for id_, rule in rules.items() if id_ in rule_ids]
        for part in self._parts:
            part.load_for_due(pending, of_pending, now)

    def write_first(self, ids: ArticleIds) -> None:
        """Write those changes that the rows of decisions refer to."""
        for part in self._parts:
            part.write_first(ids)

    def write(self, ids: ArticleIds) -> None:
        """Write all other changes."""
        for part in self._parts:
            part.write(ids)
