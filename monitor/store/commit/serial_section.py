"""The serial section: decide and commit, one pass at a time.

Two polls that bring the same story at the same instant must make one alert. So one pass loads what deciding needs from
the committed data, decides, and writes all results, under one lock: a thread lock within this process, and the
database's between processes. No state is kept from one pass to the next. `state_loader` loads, `decision_writer` and
`poll_writer` write; everything that a pass leaves is written at its end, together.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from monitor.alerting.case import PollGap
from monitor.cases import PreparedArticle
from monitor.decide import Decision, DueDecision
from monitor.matching import RuleSet
from monitor.model import Article, Claim, Notice, NoticeState, OpsObservation, PollRecord, Rule
from monitor.store.commit.decision_writer import (
    DecisionBatch,
    PlanAlert,
    write_decisions,
    write_due_decision,
)
from monitor.store.commit.notice_writer import write_notices
from monitor.store.commit.poll_writer import lock_claim_tokens, write_sources
from monitor.store.engine.database import Database
from monitor.store.queries.matches import load_settled_matches
from monitor.store.queries.ops_snapshot import load_ops_facts
from monitor.store.queues import full_text_queue
from monitor.store.state.features_cache import FeaturesCache
from monitor.store.state.state_loader import PreparedPoll, StoredState
from monitor.store.state.stored_part import ArticleIds


class SerialSection:
    """Lets one thread in at a time. A process has one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._cache = FeaturesCache()

    @contextmanager
    def enter(self, now: datetime, claims: Iterable[Claim] = ()) -> Iterator[SectionPass]:
        """One pass: call `decide`, then `commit`, for one poll or for several. Everything that they write is committed
        together at the end of the block; nothing is written if the block raises. `now`: the time of the pass; `claims`:
        those that will be committed, which are looked up together."""
        with self._lock, self._database.writing() as connection:
            self._database.enter_section(connection)
            section_pass = SectionPass(connection, now, claims, self._cache)
            yield section_pass
            section_pass.write_all()


class SectionPass:
    """One pass through the section. It decides on what was committed and on what it has decided itself so far. What it
    leaves in the database is collected, and written at its end."""

    def __init__(self, connection: Connection, now: datetime, claims: Iterable[Claim], cache: FeaturesCache) -> None:
        self._connection = connection
        self._now = now
        self._tokens = lock_claim_tokens(connection, claims)
        self._stored = StoredState(connection, cache)
        self._polls: list[tuple[PollRecord, int]] = []
        self._batches: list[DecisionBatch] = []
        self._stored_ids: ArticleIds | None = None
        self._pages: list[tuple[Article, datetime, PollGap | None]] = []
        self._due_decisions: list[tuple[DueDecision, PlanAlert]] = []

    def holds_claim(self, claim: Claim) -> bool:
        """Whether a claim is still ours: no other process polls the source now."""
        if claim.source not in self._tokens:
            self._tokens |= lock_claim_tokens(self._connection, [claim])
        return self._tokens.get(claim.source) == claim.token

    def decide(self, polls: Sequence[PreparedPoll], rules: RuleSet) -> list[Decision]:
        """Decide on the articles of polls, one after the other. Either all decisions are committed, or none."""
        return self._stored.decide_polls(polls, rules, self._now)

    def decide_due(self, rules: Mapping[str, Rule], only: Collection[str] | None = None) -> DueDecision:
        """Decide on the alerts that were deferred until now. `rules`: all of the config; `only`: the ids of the alerts
        to decide on."""
        return self._stored.decide_due(rules, self._now, only)

    def decide_earlier_updates(self, rules: Mapping[str, Rule], zone: tzinfo) -> DueDecision:
        """Decide which deferred updates are due sooner, as the cooldown of their rule is shorter now."""
        return self._stored.decide_earlier_updates(rules, self._now, zone)

    def has_stored_version(self, articles: Iterable[Article]) -> bool:
        """Whether one of these articles has changed since it was ingested: another daemon has read its page meanwhile,
        and the version that was to be written is stored already."""
        return full_text_queue.has_stored_version(self._connection, articles)

    def commit(self, poll: PollRecord, decision: Decision, plan_alert: PlanAlert) -> bool:
        """Add a poll and its decision to what is written: source, articles, stories, matches, alerts, deliveries.

        Returns False, and adds nothing, if the claim is no longer ours: another process polls the source now.
        """
        if not self.holds_claim(poll.claim):
            return False
        self._polls.append((poll, len(decision.article_decisions)))
        self._add_decision(decision, plan_alert, poll.at)
        return True

    def _add_decision(self, decision: Decision, plan_alert: PlanAlert, at: datetime) -> None:
        if decision.article_decisions:
            self._batches.append(DecisionBatch(decision.article_decisions, at, plan_alert))
            decision.state.commit()

    def select_unsettled(self, articles: Mapping[int, PreparedArticle]) -> dict[int, PreparedArticle]:
        """Of these stored articles, by id, those that still have this version, each with the matches on which a person
        may ask for a decision (`load_settled_matches`)."""
        versions, settled = load_settled_matches(self._connection, articles)
        unsettled: dict[int, PreparedArticle] = {}
        for id_, prepared in articles.items():
            rules = {match.rule for match in prepared.matches if (id_, match.rule) not in settled}
            if rules and versions.get(id_) == prepared.article.version:
                unsettled[id_] = prepared.select_matches(rules)
        return unsettled

    def commit_stored(self, decision: Decision, ids: ArticleIds, plan_alert: PlanAlert) -> None:
        """Add a decision on stored articles to what is written: nothing else may be committed in this pass. `ids`: of
        these articles."""
        self._stored_ids = ids
        self._add_decision(decision, plan_alert, self._now)

    def commit_due(self, due_decision: DueDecision, plan_alert: PlanAlert) -> None:
        """Add a decision on due alerts to what is written."""
        if due_decision.released or due_decision.changes:
            self._due_decisions.append((due_decision, plan_alert))
            due_decision.state.commit()

    def enqueue_pages(self, articles: Iterable[Article], now: datetime, gap: PollGap | None = None) -> None:
        """Queue the pages of these articles, which are committed in this pass, for reading. `gap`: the poll gap of
        their source, if there was one: deciding on the text of their pages must know it too."""
        self._pages += ((article, now, gap) for article in articles)

    def load_claimed_article(self, request: full_text_queue.FullTextRequest) -> Article | None:
        """The article whose page was claimed; None if it has changed or left since."""
        return full_text_queue.load_claimed_article(self._connection, request)

    def commit_page(
        self,
        request: full_text_queue.FullTextRequest,
        decision: Decision | None,
        plan_alert: PlanAlert,
        now: datetime,
    ) -> None:
        """Add what came of a page that was read: a version of its article, or nothing."""
        full_text_queue.finish_page(self._connection, request)
        if decision is not None:
            self._add_decision(decision, plan_alert, now)

    def load_ops_facts(self, now: datetime) -> OpsObservation:
        """What the operator may have to be notified of, and what the operator was notified of already."""
        return load_ops_facts(self._connection, now)

    def write_notices(self, notices: Iterable[Notice], states: Iterable[NoticeState]) -> list[Notice]:
        """Write notices with their deliveries, and the new notice states; returns the notices that are new."""
        return write_notices(self._connection, notices, states)

    def write_all(self) -> None:
        """Write everything that this pass leaves. `SerialSection.enter` calls it, once."""
        ids = write_decisions(self._connection, self._batches, self._stored, self._stored_ids)
        for due_decision, plan_alert in self._due_decisions:
            write_due_decision(self._connection, due_decision, plan_alert)
        self._stored.write(ids)
        pages = [
            (ids[article.source, article.uid], article, now, None if gap is None else gap.since)
            for article, now, gap in self._pages
        ]
        full_text_queue.enqueue_pages(self._connection, pages)
        write_sources(self._connection, self._polls)
