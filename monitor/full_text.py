"""Reads the pages of articles, after their articles were committed and sent.

    a request for a page (`store.queues.full_text_queue`), and due
    | Robots.check           may we ask for it                              one page at a time of each domain and source
    | Fetcher.fetch          politely: two seconds or more between two pages
    | read_full_text         the article within it, in a worker process
    | prepare_articles       which rules hit the article's new version, with the longer text
    | in the serial section:
          decide             what comes of that; if the article has changed meanwhile, it is prepared again
          commit_page        the version and all that came of it; the request is done
    -> `delivery` is woken if there is something to send

An address that several articles want is fetched once. A page that we cannot get is tried three times and then given up,
with the reason in the log and among the evidence of its source's fetches. The article stays as its feed gave it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor import clock
from monitor.active_config import ActiveConfig, ActiveConfigHolder
from monitor.alerting.case import DecisionContext, PollGap
from monitor.cases import PreparedArticle, prepare_articles
from monitor.decide import Decision
from monitor.errors import FeedUnreadable, StoreFailed, WorkerLost
from monitor.ingest.canonical_url import canonicalize_url
from monitor.ingest.full_text_need import merge_page_text
from monitor.model import Article, FetchOutcome, Limits, Source, Validators
from monitor.runtime.workers.pool import Workers
from monitor.sanitize import sanitize_text
from monitor.sources.http.fetch import Fetcher
from monitor.sources.http.guard import Network
from monitor.sources.polling.in_worker import RawDocument, read_full_text
from monitor.sources.polling.robots import Robots
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queues.full_text_queue import FullTextQueue, FullTextRequest
from monitor.store.state.state_loader import PreparedPoll
from monitor.telemetry import LogEvent, log
from monitor.url_secrets import hide_secrets_in
from monitor.wording.reasons import outcome_in_words

EVERY = timedelta(seconds=2)
MAX_PAGE_BYTES = 2 * 2**20
MAX_PAGES_AT_ONCE = 16  # they wait for servers; the workers parse one at a time, because feeds come first
LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 3
RETRY_WAITS = (timedelta(minutes=5), timedelta(hours=1))  # after the first attempt, after the second
CACHED_FOR = timedelta(hours=24)  # a page that several feeds link to is fetched once
MAX_CACHED_CHARACTERS = 4 * 2**20
MAX_CACHED_PAGES = 500


@dataclass(frozen=True, slots=True)
class _PageResult:
    """What came of a page: its text, or the problem. `is_permanent`: another try is of no use. `retry_after`: no try
    before that time has passed."""

    text: str = ""
    problem: str | None = None
    status: int | None = None
    is_permanent: bool = False
    retry_after: timedelta = timedelta(0)


CRASHED = _PageResult(
    problem="reading it ended three times without a result; please report it with the log", is_permanent=True
)


@dataclass(frozen=True, slots=True)
class _CachedPage:
    """The text of a page, and when it was fetched. `served_article_ids`: the articles that had it. If one of them asks
    for it again, it was edited, and needs the page as it is now."""

    fetched: datetime
    text: str
    served_article_ids: set[int] = field(default_factory=set)


_PageKey = tuple[str, tuple[Network, ...]]
"""The address of a page, and the private networks that could be reached: a page that one source may read is not for an
article of another source that may not."""


class FullTextReader:
    """Reads the pages that articles need. It calls `deliver` after a commit that left something to send."""

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
        self._reading: dict[str, asyncio.Task[None]] = {}  # by the host queue of an address
        self._reading_for: dict[str, str] = {}  # by the same, the source whose turn it is
        self._served: set[str] = set()  # the sources that have had their turn in this round
        self._cache: OrderedDict[_PageKey, _CachedPage] = OrderedDict()

    async def run_once(self) -> None:
        """Begin to read pages that are due, one at a time of each domain and of each source. Sources take turns, so
        that one with many pages, or with slow ones, does not delay the others. Raises the error with which a reading
        ended unexpectedly."""
        for queue, task in list(self._reading.items()):
            if task.done():
                del self._reading[queue], self._reading_for[queue]
                task.result()
        if len(self._reading) >= MAX_PAGES_AT_ONCE:
            return
        now = clock.now()
        chosen = await self._choose_pages(now)
        if not chosen and self._served:
            self._served.clear()
            chosen = await self._choose_pages(now)
        for queue, requests in chosen.items():
            ids = [request.article_id for request in requests]
            if claimed := await self._thread.run(self._pages.claim, ids, now, LEASE):
                self._reading[queue] = asyncio.create_task(self._read_page(claimed), name=f"read a page of {queue}")
                self._reading_for[queue] = requests[0].source
            self._served.add(requests[0].source)

    async def close(self) -> None:
        """Stop reading. What was begun is read again after its lease has ended."""
        tasks = list(self._reading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _choose_pages(self, now: datetime) -> dict[str, list[FullTextRequest]]:
        """By host queue, the requests for its next page: first the one whose turn it is, then those that want the same
        page."""
        sources = self._served.union(self._reading_for.values())
        chosen: dict[str, list[FullTextRequest]] = {}
        for request in await self._thread.run(self._pages.find_due, now, frozenset(sources)):
            queue = self._fetcher.host_queue(request.url).name
            if queue in chosen:
                if self._page_key(chosen[queue][0]) == self._page_key(request):
                    chosen[queue].append(request)
            elif (
                queue not in self._reading
                and request.source not in sources
                and len(self._reading) + len(chosen) < MAX_PAGES_AT_ONCE
            ):
                chosen[queue] = [request]
                sources.add(request.source)
        return chosen

    async def _read_page(self, claimed: Sequence[FullTextRequest]) -> None:
        """Read one page, for all the articles that want it."""
        given_up = [request for request in claimed if request.attempt > MAX_ATTEMPTS]
        result = CRASHED if len(given_up) == len(claimed) else await self._get_page(claimed[0])
        for request in claimed:
            try:
                if request in given_up:
                    await self._handle_failure(request, CRASHED)
                elif result.problem is None:
                    self._mark_served(request)
                    await self._commit(request, result.text)
                else:
                    await self._handle_failure(request, result)
            except StoreFailed as error:  # when its lease has ended, the page is read again
                log.error(LogEvent.DATABASE_PROBLEM, source=request.source, problem=str(error))

    async def _get_page(self, request: FullTextRequest) -> _PageResult:
        key, now = self._page_key(request), clock.now()
        cached = self._cache.get(key)
        if (
            cached is not None
            and cached.fetched > now - CACHED_FOR
            and request.article_id not in cached.served_article_ids
        ):
            return _PageResult(cached.text)
        source = self._active.current.sources.get(request.source)
        if source is None:
            return _PageResult(problem="its source has left the config", is_permanent=True)
        permission = await self._robots.check(request.url, now, source)
        if permission.problem is not None:
            return _PageResult(problem=permission.problem, is_permanent=not permission.retry_later)
        result = await self._fetch_page(request.url, source, permission.crawl_delay)
        if result.problem is None:
            self._cache_page(key, result.text, now)
        return result

    async def _fetch_page(self, url: str, source: Source, gap: timedelta) -> _PageResult:
        fetched = await self._fetcher.fetch(
            url,
            Validators(),
            source=source,
            headers={"Accept": "text/html"},
            gap=gap,
            may_follow=self._robots.redirect_check(source, url),
        )
        status = fetched.status
        if fetched.outcome is not FetchOutcome.DOCUMENT:
            is_permanent = status is not None and 400 <= status < 500 and status not in {408, 425, 429}
            return _PageResult("", fetched.problem, status, is_permanent, fetched.retry_after or timedelta(0))
        max_bytes = min(self._limits.decoded_bytes, MAX_PAGE_BYTES)
        document = RawDocument(fetched.body, fetched.headers, fetched.url, max_bytes=max_bytes)
        reading = self._workers.run(read_full_text, document, deadline=self._limits.parse, background=True)
        try:
            return _PageResult(hide_secrets_in(sanitize_text(await reading), source.secrets), None, status)
        except (FeedUnreadable, WorkerLost) as error:
            return _PageResult(
                "", hide_secrets_in(str(error), source.secrets), status, is_permanent=isinstance(error, FeedUnreadable)
            )

    def _page_key(self, request: FullTextRequest) -> _PageKey:
        source = self._active.current.sources.get(request.source)
        return canonicalize_url(request.url) or request.url, self._fetcher.networks_for(source)

    def _cache_page(self, key: _PageKey, text: str, now: datetime) -> None:
        self._cache.pop(key, None)
        self._cache[key] = _CachedPage(now, text)
        while (
            len(self._cache) > MAX_CACHED_PAGES
            or sum(len(page.text) for page in self._cache.values()) > MAX_CACHED_CHARACTERS
        ):
            self._cache.popitem(last=False)

    def _mark_served(self, request: FullTextRequest) -> None:
        if (cached := self._cache.get(self._page_key(request))) is not None:
            cached.served_article_ids.add(request.article_id)

    async def _handle_failure(self, request: FullTextRequest, result: _PageResult) -> None:
        now, problem = clock.now(), str(result.problem)
        if result.is_permanent or request.attempt >= MAX_ATTEMPTS:
            log.warning(LogEvent.PAGE_GIVEN_UP, source=request.source, url=request.url, problem=problem)
            await self._thread.run(self._pages.give_up, request, problem, result.status, now)
            return
        wait = max(RETRY_WAITS[request.attempt - 1], result.retry_after)
        log.info(
            LogEvent.PAGE_POSTPONED, source=request.source, url=request.url, problem=problem, attempt=request.attempt
        )
        await self._thread.run(self._pages.postpone, request, now + wait)

    async def _commit(self, request: FullTextRequest, text: str) -> None:
        decision = await self._thread.run(self._decide_and_commit, request, text)
        outcome = "its page has no more text than its feed" if decision is None else "its page has the longer text"
        log.info(LogEvent.PAGE_READ, source=request.source, url=request.url, outcome=outcome)
        matches = [match for article in decision.article_decisions for match in article.decisions] if decision else []
        for match in matches:
            event = LogEvent.ALERTED if match.alert else LogEvent.MATCHED
            said = outcome_in_words(match.outcome)
            log.info(event, source=request.source, rule=match.match.rule, url=request.url, decision=said)
        if any(match.alert for match in matches):
            self._deliver()

    def _decide_and_commit(self, request: FullTextRequest, text: str) -> Decision | None:
        """What was decided on the longer text; None if the page has none, or the article has changed meanwhile."""
        active, now = self._active.current, clock.now()
        stored = self._pages.load_claimed_article(request)
        prepared = _prepare_page(stored, text, active)
        with self._section.enter(now) as section:
            if (latest := section.load_claimed_article(request)) != stored:
                prepared = _prepare_page(latest, text, active)
            poll_gap = PollGap(request.gap_since, request.wanted_at) if request.gap_since is not None else None
            context = DecisionContext(active.zone, poll_gap)
            (decision,) = section.decide([PreparedPoll(prepared, context)], active.rules) if prepared else (None,)
            section.commit_page(request, decision, active.plan_alert, now)
        return decision


def _prepare_page(article: Article | None, text: str, active: ActiveConfig) -> tuple[PreparedArticle, ...]:
    """The article with the text of its page, worked out as far as it needs no state; empty if the page has no more text
    than the article, or there is none."""
    merged = merge_page_text(article, text) if article is not None else None
    return prepare_articles([] if merged is None else [merged], active.rules)
