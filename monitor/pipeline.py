"""READ FIRST: one source polled, from its address to committed alerts.

    a claim: the source is due, and ours until the lease ends
    | SourcePoller.poll      ask the server whether there is something new, and read the entries that we do not know, in
                             a worker process; if we know none, also look for what may have left unseen    many at once
    | ingest_poll            the articles that are new to us, what we learn of the source, when it is polled next
    | prepare_articles       which rules hit, and why; features and provenance of each article that a rule hits
    | in the serial section:
          decide             stories, events and alerts, each with its reason; what that needs is loaded by key
          commit             articles, matches, stories, alerts, deliveries, the source's validators and its next poll:
                             one transaction, which polls that end within 20 ms share
    -> `delivery` is woken if there is something to send

This module only calls these in the right order. It decides nothing, and it sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import compress

from monitor import clock
from monitor.active_config import ActiveConfig, ActiveConfigHolder
from monitor.cases import prepare_articles
from monitor.decide import Decision
from monitor.errors import StoreFailed, StoreRefused
from monitor.ingest.full_text_need import select_pages_to_read
from monitor.ingest.ingest_poll import IngestResult, PollResult, ingest_poll, truncate_ingest_result
from monitor.ingest.new_articles import KnownArticle
from monitor.model import Claim, FetchOutcome, FetchResult, Limits, PollRecord
from monitor.runtime import descriptors
from monitor.sources.polling.source_poller import SourcePoller
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.store_thread import BATCH_WINDOW, BatchCommitter, StoreThread
from monitor.store.queues.claims import Claims
from monitor.store.queues.known_entries import EntryLookup
from monitor.store.state.state_loader import PreparedPoll
from monitor.telemetry import LogEvent, log
from monitor.telemetry.metrics import Metrics
from monitor.telemetry.poll_log import log_poll
from monitor.telemetry.shortages import is_shortage, log_shortage

# What deciding on one poll may cost (`RuleSet.match_with_cost`), besides the article that is begun last: a tenth of a
# second. None of 203 real feeds costs as much, against rules that hit everything. The rest comes at the source's next
# poll.
MAX_WORK = 1_000_000
# A poll that is likely to cost much (its source's last one did, or it brings so many characters) shares its commit with
# no other. Such polls are committed one after the other, so all others wait for one of them at most.
COSTLY_WORK, LONG_POLL = MAX_WORK // 4, 100_000

# Longer than a poll takes, unless many hosts redirect to one slow one. A poll that takes longer is not begun twice
# (`daemon.admission`), and its commit counts unless another process has taken over.
LEASE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class _Poll:
    """A poll on its way to its commit."""

    result: PollResult
    ingested: IngestResult
    prepared: PreparedPoll


class Pipeline:
    """Polls claimed sources. It calls `deliver` after a commit that left something to send."""

    def __init__(
        self,
        active: ActiveConfigHolder,
        limits: Limits,
        *,
        poller: SourcePoller,
        claims: Claims,
        section: SerialSection,
        thread: StoreThread,
        deliver: Callable[[], None],
        metrics: Metrics | None = None,
    ) -> None:
        self._active = active
        self._limits = limits
        self._poller = poller
        self._claims = claims
        self._section = section
        self._commits = BatchCommitter(thread, self._decide_and_commit, BATCH_WINDOW)
        self._single_commits = BatchCommitter(thread, self._decide_and_commit, max_batch=1)
        self._costly_sources: set[str] = set()
        self._deliver = deliver
        self._metrics = metrics or Metrics()

    async def poll(self, claim: Claim) -> PollRecord | None:
        """Poll one source and commit what came of it. Returns the record of the poll, or None if it could not be
        committed."""
        source = self._active.current.sources.get(claim.source)
        if source is None or source.stored_url != claim.url:  # it has just left the config, or has a new address
            return None
        try:
            result = await self._poller.poll(claim, source)
            if result.fetched.outcome is FetchOutcome.FAILED:
                descriptors.raise_if_short(result.fetched.problem)
            return await self._commit(result)
        except StoreFailed as error:
            log.error(LogEvent.DATABASE_PROBLEM, source=source.id, problem=str(error))
            if not isinstance(error, StoreRefused):  # not the source's fault: it is polled again
                return None
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - the boundary of one poll: no document may stop the others
            if is_shortage(error):  # not the source's fault either
                log_shortage(error)
                return None
            log.exception(LogEvent.POLL_CRASHED, source=source.id)
            problem = f"internal error: {type(error).__name__}; please report it with the log"
        # A source that fails every time must show in `status`, and is polled less and less often.
        failed = FetchResult(FetchOutcome.FAILED, source.url, problem=problem)
        try:
            return await self._commit(PollResult(claim, source, failed))
        except StoreFailed as error:
            log.error(LogEvent.DATABASE_PROBLEM, source=source.id, problem=str(error))
            return None

    async def _commit(self, result: PollResult) -> PollRecord | None:
        source = result.source.id
        commits_alone = source in self._costly_sources or result.character_count > LONG_POLL
        record, decision = await (self._single_commits if commits_alone else self._commits).run(result)
        self._costly_sources.discard(source)
        if decision is not None and decision.work > COSTLY_WORK:
            self._costly_sources.add(source)
        self._metrics.record_poll(record, decision.article_decisions if decision else None)
        if decision is None:
            log.warning(
                LogEvent.POLL_LOST, source=record.claim.source, why="its lease had ended; another poll took over"
            )
            return None
        log_poll(record, decision.article_decisions)
        self._active.learn_title(record.claim.source, (record.stats or record.claim.stats).title)
        if any(match.alert for article in decision.article_decisions for match in article.decisions):
            self._deliver()
        return record

    def _decide_and_commit(self, results: Sequence[PollResult]) -> list[tuple[PollRecord, Decision | None]]:
        """The record of each poll, and what was decided; no decision if its claim is no longer ours."""
        active, now = self._active.current, clock.now()
        polls = self._prepare_polls(results, active, now)
        with self._section.enter(now, [result.claim for result in results]) as section:
            if section.has_stored_version(article for poll in polls for article in poll.ingested.articles):
                polls = self._prepare_polls(results, active, now)
            claims_held = [section.holds_claim(poll.ingested.poll_record.claim) for poll in polls]
            ours = list(compress(polls, claims_held))
            decisions = section.decide([poll.prepared for poll in ours], active.rules)
            for poll, decision in zip(ours, decisions, strict=True):
                section.commit(poll.ingested.poll_record, decision, active.plan_alert)
                pages = select_pages_to_read(poll.result.source, poll.ingested.articles, now, active.wants_full_text)
                section.enqueue_pages(pages, now, poll.prepared.context.poll_gap)
        decided = iter(decisions)
        return [
            (poll.ingested.poll_record, next(decided) if has_claim else None)
            for poll, has_claim in zip(polls, claims_held, strict=True)
        ]

    def _prepare_polls(self, results: Sequence[PollResult], active: ActiveConfig, now: datetime) -> list[_Poll]:
        """What is new in each poll, and all that can be worked out without the state; no more than MAX_WORK allows."""
        polls: list[_Poll] = []
        for result, ingested in zip(results, self._ingest_polls(results, now), strict=True):
            articles = prepare_articles(ingested.articles, active.rules, max_work=MAX_WORK)
            is_cut_short = len(articles) < len(ingested.articles)
            limited = truncate_ingest_result(ingested, result.source, len(articles), now) if is_cut_short else ingested
            polls.append(
                _Poll(result, limited, PreparedPoll(articles, active.decision_context(limited.poll_record.claim, now)))
            )
        return polls

    def _ingest_polls(self, results: Sequence[PollResult], now: datetime) -> list[IngestResult]:
        lookups = [
            EntryLookup(result.source.id, result.uids, result.fallback_identities, result.claim.is_first_poll)
            for result in results
            if result.entries
        ]
        known = self._claims.find_known_entries(lookups) if lookups else {}
        most = self._limits.entries
        return [ingest_poll(result, _select_known_entries(result, known), now, max_articles=most) for result in results]


def _select_known_entries(result: PollResult, known: Mapping[tuple[str, str], KnownArticle]) -> dict[str, KnownArticle]:
    """What is known of one poll's entries, by uid."""
    keys = ((uid, (result.source.id, uid)) for uid in result.uids)
    return {uid: known[key] for uid, key in keys if key in known}
