"""READ FIRST: one source polled, from its address to committed alerts.

    a claim: the source is due, and ours until the lease ends
    | sources.asking         ask the server whether there is something new, and read the entries that we do not know,
                             in a worker process; where none is known, also what may have left unseen    many at once
    | intake.taking          the articles that are new to us, what is learnt of the source, when it is polled next
    | cases.prepare          which rules hit, and why; what identity knows of each article that one hits
    | in the serial section:
          decide             stories, events and alerts, each with its reason; what that needs is loaded by key
          commit             articles, matches, stories, alerts, deliveries, the source's validators and its next poll:
                             one transaction, which polls that end within 20 ms share
    -> `delivery` is woken if there is something to send

It only calls these in the right order. It decides nothing, and it sends nothing.
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
from monitor.sources.polling.source_poller import SourcePoller
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.store_thread import BATCH_WINDOW, BatchCommitter, StoreThread
from monitor.store.queues.claims import Claims
from monitor.store.queues.known_entries import EntryLookup
from monitor.store.state.state_loader import PreparedPoll
from monitor.telemetry import LogEvent, log
from monitor.telemetry.metrics import Metrics
from monitor.telemetry.poll_log import log_poll

# What deciding on one poll may cost (`Document.work`), beside the article that is begun last: a tenth of a second. None
# of 203 real feeds costs as much, against rules that hit everything. The rest comes at the source's next poll.
WORK = 1_000_000
# A poll that is likely to cost much (its source's last one did, or it brings so many characters) shares its commit with
# no other, and one such waits for the other: so the rest waits for one of them at most.
LABORIOUS, LONG = WORK // 4, 100_000

# Longer than a poll takes, unless many hosts redirect to one slow one. A poll that outlives it is not begun twice
# (`daemon.fairness`), and its commit counts unless another process has taken over.
LEASE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class _Poll:
    """A poll on its way to its commit."""

    result: PollResult
    ingested: IngestResult
    prepared: PreparedPoll


class Pipeline:
    """Polls claimed sources. `deliver` is called after a commit that left something to send."""

    def __init__(
        self,
        active: ActiveConfigHolder,
        limits: Limits,
        *,
        asker: SourcePoller,
        claims: Claims,
        section: SerialSection,
        thread: StoreThread,
        deliver: Callable[[], None],
        metrics: Metrics | None = None,
    ) -> None:
        self._active = active
        self._limits = limits
        self._asker = asker
        self._claims = claims
        self._section = section
        self._commits = BatchCommitter(thread, self._decide_and_commit, BATCH_WINDOW)
        self._alone = BatchCommitter(thread, self._decide_and_commit, max_batch=1)
        self._laborious: set[str] = set()  # sources
        self._deliver = deliver
        self._metrics = metrics or Metrics()

    async def poll(self, claim: Claim) -> PollRecord | None:
        """One source polled and committed; what it left behind, or None if that could not be committed."""
        source = self._active.current.sources.get(claim.source)
        if source is None or source.url != claim.url:  # it has just left the config, or moved: this is no poll of it
            return None
        try:
            return await self._commit(await self._asker.poll(claim, source))
        except StoreFailed as error:
            log.error(LogEvent.DATABASE_PROBLEM, source=source.id, problem=str(error))
            if not isinstance(error, StoreRefused):  # no fault of the source's: it is polled again
                return None
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - the boundary of one poll: no document may stop the others
            log.exception(LogEvent.POLL_CRASHED, source=source.id)
            problem = f"internal error: {type(error).__name__}; please report it with the log"
        # What fails every time must be seen in `status`, and be asked for less and less.
        failed = FetchResult(FetchOutcome.FAILED, source.url, problem=problem)
        try:
            return await self._commit(PollResult(claim, source, failed))
        except StoreFailed as error:
            log.error(LogEvent.DATABASE_PROBLEM, source=source.id, problem=str(error))
            return None

    async def _commit(self, brought: PollResult) -> PollRecord | None:
        source = brought.source.id
        alone = source in self._laborious or brought.character_count > LONG
        polled, decision = await (self._alone if alone else self._commits).run(brought)
        self._laborious.discard(source)
        if decision is not None and decision.work > LABORIOUS:
            self._laborious.add(source)
        self._metrics.record_poll(polled, decision.article_decisions if decision else None)
        if decision is None:
            log.warning(
                LogEvent.POLL_LOST, source=polled.claim.source, why="its lease had ended; another poll took over"
            )
            return None
        log_poll(polled, decision.article_decisions)
        if any(decided.alert for judged in decision.article_decisions for decided in judged.decisions):
            self._deliver()
        return polled

    def _decide_and_commit(self, together: Sequence[PollResult]) -> list[tuple[PollRecord, Decision | None]]:
        """What each poll leaves behind and what was decided; no decision if its claim is no longer ours."""
        active, now = self._active.current, clock.now()
        polls = self._prepared(together, active, now)
        with self._section.enter(now, [brought.claim for brought in together]) as section:
            if section.has_stored_version(article for poll in polls for article in poll.ingested.articles):
                polls = self._prepared(together, active, now)
            held = [section.holds_claim(poll.ingested.poll_record.claim) for poll in polls]
            ours = list(compress(polls, held))
            decisions = section.decide([poll.prepared for poll in ours], active.rules)
            for poll, decision in zip(ours, decisions, strict=True):
                section.commit(poll.ingested.poll_record, decision, active.channels_of)
                pages = select_pages_to_read(poll.result.source, poll.ingested.articles, now, active.wants_full_text)
                section.enqueue_pages(pages, now, poll.prepared.context.poll_gap)
        each = iter(decisions)
        return [
            (poll.ingested.poll_record, next(each) if ours_ else None) for poll, ours_ in zip(polls, held, strict=True)
        ]

    def _prepared(self, together: Sequence[PollResult], active: ActiveConfig, now: datetime) -> list[_Poll]:
        """What is new in each poll, and what can be said of it without the state; no more than WORK allows."""
        polls: list[_Poll] = []
        for brought, taken in zip(together, self._taken_in(together, now), strict=True):
            articles = prepare_articles(taken.articles, active.rules, most=WORK)
            short = len(articles) < len(taken.articles)
            kept = truncate_ingest_result(taken, brought.source, len(articles), now) if short else taken
            polls.append(
                _Poll(brought, kept, PreparedPoll(articles, active.decision_context(kept.poll_record.claim, now)))
            )
        return polls

    def _taken_in(self, together: Sequence[PollResult], now: datetime) -> list[IngestResult]:
        asked = [
            EntryLookup(each.source.id, each.uids, each.fallback_identities, each.claim.is_first_poll)
            for each in together
            if each.entries
        ]
        known = self._claims.find_known_entries(asked) if asked else {}
        most = self._limits.entries
        return [ingest_poll(each, _select_known_entries(each, known), now, max_articles=most) for each in together]


def _select_known_entries(
    brought: PollResult, known: Mapping[tuple[str, str], KnownArticle]
) -> dict[str, KnownArticle]:
    """What is known of one poll's entries, by uid."""
    keys = ((uid, (brought.source.id, uid)) for uid in brought.uids)
    return {uid: known[key] for uid, key in keys if key in known}
