"""READ FIRST: one source polled, from its address to committed alerts.

    a claim: the source is due, and ours until the lease ends
    | sources.fetch          ask the server whether there is something new       many sources at once
    | sources.parse_feed     the document's entries, in a worker process         many at once
    | intake.unseen          the articles that are new to us
    | in the serial section, one poll after the other:
          decide             matches, stories and alerts, each with its reason
          commit             articles, matches, stories, alerts, deliveries, the source's validators and its next poll:
                             one transaction, which polls that wait at the same time share
    -> `delivery` is woken if there is something to send

It only calls these in the right order. It decides nothing, and it sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor import clock
from monitor.decide import Decision, decide
from monitor.errors import FeedUnreadable, StoreFailed, StoreRefused, WorkerLost
from monitor.intake.articles import Taken, unseen
from monitor.intake.identity import identify
from monitor.intake.pace import next_poll
from monitor.matching import RuleSet
from monitor.model import Alert, Article, Claim, Entry, Feed, Fetched, FetchOutcome, Limits, Polled, Source, Validators
from monitor.sources.feed import parse_feed
from monitor.sources.fetch import Fetcher
from monitor.store.claims import Claims
from monitor.store.section import SerialSection
from monitor.store.thread import StoreThread, Together
from monitor.telemetry import Event, debugging, log
from monitor.telemetry.metrics import Metrics
from monitor.workers import Workers

# Longer than a poll takes, unless many hosts redirect to one slow one. A poll that outlives it is not begun twice
# (`daemon.fairness`), and its commit counts unless another process has taken over.
LEASE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Active:
    """What is in force: the sources, the rules, and which channels an alert goes to. Swapped whole."""

    sources: dict[str, Source]
    rules: RuleSet
    channels_of: Callable[[Alert], Iterable[str]]

    def name_of(self, source: str) -> str:
        """What people call a source; its id if it has left the config."""
        return self.sources[source].name if source in self.sources else source


@dataclass(frozen=True, slots=True)
class _Brought:
    """What a poll has brought, before anything was decided."""

    claim: Claim
    source: Source
    fetched: Fetched
    feed: Feed


class Pipeline:
    """Polls claimed sources. `deliver` is called after a commit that left something to send."""

    def __init__(
        self,
        active: Active,
        limits: Limits,
        *,
        fetcher: Fetcher,
        parsers: Workers,
        claims: Claims,
        section: SerialSection,
        thread: StoreThread,
        deliver: Callable[[], None],
        metrics: Metrics | None = None,
    ) -> None:
        self.active = active
        self._limits = limits
        self._fetcher = fetcher
        self._parsers = parsers
        self._claims = claims
        self._section = section
        self._commits = Together(thread, self._decide_and_commit)
        self._deliver = deliver
        self._metrics = metrics or Metrics()

    async def poll(self, claim: Claim) -> Polled | None:
        """One source polled and committed; what it left behind, or None if that could not be committed."""
        source = self.active.sources.get(claim.source)
        if source is None or source.url != claim.url:  # it has just left the config, or moved: this is no poll of it
            return None
        try:
            return await self._poll(claim, source)
        except StoreFailed as error:
            log.error(Event.STORE_PROBLEM, source=source.id, problem=str(error))
            if not isinstance(error, StoreRefused):  # no fault of the source's: it is polled again
                return None
            problem = str(error)
        except Exception as error:  # noqa: BLE001 - the boundary of one poll: no document may stop the others
            log.exception(Event.POLL_CRASHED, source=source.id)
            problem = f"internal error: {type(error).__name__}; please report it with the log"
        # What fails every time must be seen in `status`, and be asked for less and less.
        failed = Fetched(FetchOutcome.FAILED, source.url, problem=problem)
        try:
            return await self._commit(claim, source, failed, Feed(()))
        except StoreFailed as error:
            log.error(Event.STORE_PROBLEM, source=source.id, problem=str(error))
            return None

    async def _poll(self, claim: Claim, source: Source) -> Polled | None:
        fetched = await self._fetcher.fetch(source.url, claim.validators)
        feed = Feed(())
        if fetched.outcome is FetchOutcome.DOCUMENT:
            try:
                read = self._parsers.run(
                    parse_feed, fetched.body, fetched.headers, fetched.url, deadline=self._limits.parse
                )
                feed = await read
            except (FeedUnreadable, WorkerLost) as error:
                fetched = Fetched(FetchOutcome.FAILED, fetched.url, fetched.status, problem=str(error))
        return await self._commit(claim, source, fetched, feed)

    async def _commit(self, claim: Claim, source: Source, fetched: Fetched, feed: Feed) -> Polled | None:
        polled, decision = await self._commits.run(_Brought(claim, source, fetched, feed))
        self._metrics.polled(polled, decision.judged if decision else None)
        if decision is None:
            log.warning(Event.POLL_LOST, source=source.id, why="its lease had ended; another poll has taken over")
            return None
        _tell(polled, decision)
        if any(decided.alert for judged in decision.judged for decided in judged.decisions):
            self._deliver()
        return polled

    def _decide_and_commit(self, together: Sequence[_Brought]) -> list[tuple[Polled, Decision | None]]:
        """What each poll leaves behind and what was decided; no decision if its claim is no longer ours."""
        active, now = self.active, clock.now()
        polls = [self._read(brought, now) for brought in together]
        ended: list[tuple[Polled, Decision | None]] = []
        with self._section.entered(now, [polled.claim for polled, _ in polls]) as section:
            for polled, articles in polls:
                decision = decide(articles, active.rules, section.state, now)
                ours = section.commit(polled, decision, active.channels_of)
                ended.append((polled, decision if ours else None))
        return ended

    def _read(self, brought: _Brought, now: datetime) -> tuple[Polled, tuple[Article, ...]]:
        claim, source, fetched, feed = brought.claim, brought.source, brought.fetched, brought.feed
        taken = self._unseen(claim, source, feed.entries, now)
        # A first poll is taken whole: what it left for the second would pass for news.
        articles = taken.articles if claim.first else taken.articles[: self._limits.entries]
        problem = fetched.problem or _unread(taken, len(articles)) or feed.problem
        if problem:  # without them the whole document comes again, and with it what was not read
            fetched = replace(fetched, validators=Validators())
        failures = claim.failures + 1 if fetched.outcome in {FetchOutcome.FAILED, FetchOutcome.GONE} else 0
        next_at = next_poll(source, fetched, planned=claim.planned, now=now, failures=failures, first=claim.first)
        return Polled(claim, now, fetched, next_at, failures, len(feed.entries), problem), articles

    def _unseen(self, claim: Claim, source: Source, entries: tuple[Entry, ...], now: datetime) -> Taken:
        uids = identify(entries)
        known = self._claims.known(source.id, uids) if entries else {}
        return unseen(source, entries, uids, known, now=now, baseline=claim.first)


def _unread(taken: Taken, read: int) -> str | None:
    """What of a document was left out, for a person."""
    if left := len(taken.articles) - read:
        return f"{left} new entries beyond `limits.entries` wait for the next poll"
    if taken.restless:
        return f"{taken.restless} entries change at every poll and are no longer followed"
    return None


def _tell(polled: Polled, decision: Decision) -> None:
    """The log's account of a poll."""
    source, fetched = polled.claim.source, polled.fetched
    if polled.problem:
        log.warning(Event.POLL_PROBLEM, source=source, problem=polled.problem, failures=polled.failures)
    new = len(decision.judged)
    if new or debugging():
        tell = log.info if new else log.debug
        tell(Event.POLLED, source=source, outcome=fetched.outcome.value, entries=polled.entries, new=new)
    for judged in decision.judged:
        for decided in judged.decisions:
            event = Event.ALERTED if decided.alert else Event.MATCHED
            log.info(event, source=source, rule=decided.match.rule, title=judged.article.title, decision=decided.reason)
