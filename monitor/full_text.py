"""The pages of articles, read after their articles were committed and told.

    a page that is wanted (`store.pages`), and due
    | sources.robots         may it be asked for                            one page at a time of each domain
    | sources.fetch          politely: two seconds or more between two pages
    | sources.full_text      the article within it, in a worker process
    | in the serial section:
          decide             the article's new version, with the longer text
          commit             the version and all that came of it; the page is wanted no more
    -> `delivery` is woken if there is something to send

An address that several articles want is fetched once. A page that cannot be had is tried three times and then given
up, with the reason in the log and among the evidence of its source's fetches; the article stays as its feed gave it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor import clock
from monitor.active_config import ActiveConfigHolder
from monitor.alerting.case import DecisionContext, PollGap
from monitor.cases import prepare_articles
from monitor.decide import Decision
from monitor.errors import FeedUnreadable, StoreFailed, WorkerLost
from monitor.ingest.canonical_url import canonicalize_url
from monitor.ingest.full_text_need import merge_page_text
from monitor.model import FetchOutcome, Limits, Source, Validators
from monitor.runtime.workers import Workers
from monitor.sources.http.fetch import Fetcher
from monitor.sources.polling.in_worker import read_full_text
from monitor.sources.polling.robots import Robots
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queues.full_text_queue import FullTextQueue, FullTextRequest
from monitor.store.state.state_loader import PreparedPoll
from monitor.telemetry import LogEvent, log

EVERY = timedelta(seconds=2)
PAGE = 2 * 2**20  # bytes of one that are read at most
AT_ONCE = 4  # pages: the workers read feeds in the first place
LEASE = timedelta(minutes=5)
ATTEMPTS = 3
AGAIN = (timedelta(minutes=5), timedelta(hours=1))  # after the first and the second attempt
KEPT = timedelta(hours=24)  # a page that several feeds link to is fetched once
KEPT_CHARACTERS = 4 * 2**20
KEPT_PAGES = 500


@dataclass(frozen=True, slots=True)
class _PageResult:
    """What came of a page: its text, or the problem. `hopeless`: trying again helps nobody; `wait`: not before."""

    text: str = ""
    problem: str | None = None
    status: int | None = None
    is_permanent: bool = False
    retry_after: timedelta = timedelta(0)


CRASHED = _PageResult(
    problem="its reading ended three times without a result; please report it with the log", is_permanent=True
)


@dataclass(frozen=True, slots=True)
class _CachedPage:
    """The text of a page, and when it was fetched. `served`: the articles that had it; one that wants it again was
    edited, and wants the page of after that."""

    fetched: datetime
    text: str
    served_article_ids: set[int] = field(default_factory=set)


class FullTextReader:
    """Reads the pages that are wanted. `deliver` is called after a commit that left
    something to send."""

    def __init__(
        self,
        active: ActiveConfigHolder,
        limits: Limits,
        *,
        fetcher: Fetcher,
        robots: Robots,
        workers: Workers,
        pages: FullTextQueue,
        section: SerialSection,
        thread: StoreThread,
        deliver: Callable[[], None],
    ) -> None:
        self._active = active
        self._limits = limits
        self._fetcher = fetcher
        self._robots = robots
        self._workers = workers
        self._pages = pages
        self._section = section
        self._thread = thread
        self._deliver = deliver
        self._reading: dict[str, asyncio.Task[None]] = {}  # by the line in which an address stands
        self._kept: OrderedDict[str, _CachedPage] = OrderedDict()

    async def run_once(self) -> None:
        """Begin to read pages that are due, of each domain one at a time. Raises what ended a reading unexpectedly."""
        for line, task in list(self._reading.items()):
            if task.done():
                del self._reading[line]
                task.result()
        if len(self._reading) >= AT_ONCE:
            return
        now = clock.now()
        for line, ids in self._chosen(await self._thread.run(self._pages.find_due, now)).items():
            if claimed := await self._thread.run(self._pages.claim, ids, now, LEASE):
                self._reading[line] = asyncio.create_task(self._read(claimed), name=f"read a page of {line}")

    async def close(self) -> None:
        """Read no further; what was begun is read again after its lease."""
        tasks = list(self._reading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _chosen(self, waiting: Iterable[FullTextRequest]) -> dict[str, list[int]]:
        """By line, the articles that want its next page."""
        chosen: dict[str, tuple[str, list[int]]] = {}
        for wanted in waiting:
            line, address = self._fetcher.host_queue(wanted.url).name, _normalize_url(wanted.url)
            if line in chosen:
                if chosen[line][0] == address:
                    chosen[line][1].append(wanted.article_id)
            elif line not in self._reading and len(self._reading) + len(chosen) < AT_ONCE:
                chosen[line] = (address, [wanted.article_id])
        return {line: ids for line, (_, ids) in chosen.items()}

    async def _read(self, claimed: Sequence[FullTextRequest]) -> None:
        """One page, for all the articles that want it."""
        given_up = [wanted for wanted in claimed if wanted.attempt > ATTEMPTS]
        read = CRASHED if len(given_up) == len(claimed) else await self._page(claimed[0])
        for wanted in claimed:
            try:
                if wanted in given_up:
                    await self._failed(wanted, CRASHED)
                elif read.problem is None:
                    await self._commit(wanted, read.text)
                else:
                    await self._failed(wanted, read)
            except StoreFailed as error:  # its lease ends, and it is read again
                log.error(LogEvent.DATABASE_PROBLEM, source=wanted.source, problem=str(error))

    async def _page(self, wanted: FullTextRequest) -> _PageResult:
        address, now = _normalize_url(wanted.url), clock.now()
        kept = self._kept.get(address)
        if kept is not None and kept.fetched > now - KEPT and wanted.article_id not in kept.served_article_ids:
            return _PageResult(kept.text)
        source = self._active.current.sources.get(wanted.source)
        if source is None:
            return _PageResult(problem="its source has left the config", is_permanent=True)
        leave = await self._robots.check(wanted.url, now, proxy=source.proxy)
        if leave.problem is not None:
            return _PageResult(problem=leave.problem, is_permanent=not leave.retry_later)
        read = await self._fetched(wanted.url, source, leave.crawl_delay)
        if read.problem is None:
            self._keep(address, read.text, now)
        return read

    async def _fetched(self, url: str, source: Source, gap: timedelta) -> _PageResult:
        fetched = await self._fetcher.fetch(
            url,
            Validators(),
            headers={"Accept": "text/html"},
            proxy=source.proxy,
            gap=gap,
            max_bytes=PAGE,
            may_follow=self._robots.redirect_check(source.proxy),
        )
        status = fetched.status
        if fetched.outcome is not FetchOutcome.DOCUMENT:
            lasting = status is not None and 400 <= status < 500 and status not in {408, 425, 429}
            return _PageResult("", fetched.problem, status, lasting, fetched.retry_after or timedelta(0))
        reading = self._workers.run(
            read_full_text, fetched.body, fetched.headers, fetched.url, deadline=self._limits.parse
        )
        try:
            return _PageResult(await reading, None, status)
        except (FeedUnreadable, WorkerLost) as error:
            return _PageResult("", str(error), status, is_permanent=isinstance(error, FeedUnreadable))

    def _keep(self, address: str, text: str, now: datetime) -> None:
        self._kept.pop(address, None)
        self._kept[address] = _CachedPage(now, text)
        while len(self._kept) > KEPT_PAGES or sum(len(each.text) for each in self._kept.values()) > KEPT_CHARACTERS:
            self._kept.popitem(last=False)

    async def _failed(self, wanted: FullTextRequest, read: _PageResult) -> None:
        now, problem = clock.now(), str(read.problem)
        if read.is_permanent or wanted.attempt >= ATTEMPTS:
            log.warning(LogEvent.PAGE_GIVEN_UP, source=wanted.source, url=wanted.url, problem=problem)
            await self._thread.run(self._pages.give_up, wanted, problem, read.status, now)
            return
        wait = max(AGAIN[wanted.attempt - 1], read.retry_after)
        log.info(LogEvent.PAGE_POSTPONED, source=wanted.source, url=wanted.url, problem=problem, attempt=wanted.attempt)
        await self._thread.run(self._pages.postpone, wanted, now + wait)

    async def _commit(self, wanted: FullTextRequest, text: str) -> None:
        decision = await self._thread.run(self._decide_and_commit, wanted, text)
        said = "its page says no more than its feed" if decision is None else "its page has the longer text"
        log.info(LogEvent.PAGE_READ, source=wanted.source, url=wanted.url, outcome=said)
        decided = [each for judged in decision.article_decisions for each in judged.decisions] if decision else []
        for each in decided:
            event = LogEvent.ALERTED if each.alert else LogEvent.MATCHED
            log.info(event, source=wanted.source, rule=each.match.rule, url=wanted.url, decision=each.explanation)
        if any(each.alert for each in decided):
            self._deliver()

    def _decide_and_commit(self, wanted: FullTextRequest, text: str) -> Decision | None:
        """What was decided on the longer text; None if there is none, or the article has changed meanwhile."""
        active, now = self._active.current, clock.now()
        with self._section.enter(now) as section:
            before = section.load_claimed_article(wanted)
            article = merge_page_text(before, text) if before is not None else None
            away = PollGap(wanted.gap_since, wanted.wanted_at) if wanted.gap_since is not None else None
            new = prepare_articles([] if article is None else [article], active.rules)
            around = DecisionContext(active.zone, away)
            (decision,) = section.decide([PreparedPoll(new, around)], active.rules) if new else (None,)
            section.commit_page(wanted, decision, active.channels_of, now)
        return decision


def _normalize_url(url: str) -> str:
    return canonicalize_url(url) or url
