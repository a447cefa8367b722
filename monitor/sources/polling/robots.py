"""Checks whether a site's robots.txt allows a page (RFC 9309). Feeds are meant for programs and are not checked.

The file is fetched like any document, cached for a day, and read in a worker process: a hostile pattern in it may take
very long. A site without a robots.txt allows all pages; a site whose server has trouble allows none until it works
again. Only the group for us, or else the one for all programs, counts: its allowed paths and its crawl delay.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yarl import URL

from monitor import clock
from monitor.errors import FeedUnreadable, WorkerLost
from monitor.model import FetchOutcome, FetchResult, Source, Validators
from monitor.runtime.workers.pool import Workers
from monitor.sources.http.fetch import Fetcher, MayFollow
from monitor.sources.http.guard import Network, repeat_refusal
from monitor.sources.polling.in_worker import RawDocument, check_robots_txt, unpack_robots_txt

NAME: Final = "news-monitor"
CACHE_TIME: Final = timedelta(hours=24)  # RFC 9309 section 2.4
TROUBLE_CACHE_TIME: Final = timedelta(minutes=10)
MAX_CACHE_BYTES: Final = 16 * 2**20  # bytes of all cached files
DEADLINE: Final = timedelta(seconds=2)
GAP: Final = timedelta(seconds=2)  # between two pages of a site without a crawl delay
# The longest crawl delay that we follow: feeds of the same domain wait meanwhile.
MAX_GAP: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class RobotsPermission:
    """Whether a page may be fetched. `problem`: why not, and what to do; `retry_later`: it may be allowed another time;
    `crawl_delay`: the least time from this request to the next one to the site; `refused`: the private address that we
    refused to ask for robots.txt."""

    problem: str | None = None
    retry_later: bool = False
    crawl_delay: timedelta = GAP
    refused: str | None = None

    @property
    def granted(self) -> bool:
        """Whether the page may be fetched."""
        return self.problem is None


@dataclass(frozen=True, slots=True)
class _CachedRobotsTxt:
    """The robots.txt of an origin, or why we could not get it."""

    expires_at: datetime
    body: bytes = b""
    problem: str | None = None
    refused: str | None = None


_CacheKey = tuple[str, tuple[Network, ...]]
"""An origin, and the private networks that could be reached: what is refused to one source may be open to another."""


class Robots:
    """Checks pages against robots.txt, with one cache for the whole process."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._cache: OrderedDict[_CacheKey, _CachedRobotsTxt] = OrderedDict()  # least recently used first
        self._size = 0

    async def check(
        self, url: str, now: datetime, source: Source | None = None, queue_of: str | None = None
    ) -> RobotsPermission:
        """Whether this page may be fetched now, for this source. `queue_of`: as in `Fetcher.fetch`."""
        try:
            origin = str(URL(url).origin())
        except ValueError:
            return RobotsPermission()  # the fetch will fail, and say why
        key = (origin, self._fetcher.networks_for(source))
        cached = self._cache.get(key)
        if cached is None or cached.expires_at <= now:
            fetched = await self._fetcher.fetch(
                f"{origin}/robots.txt", Validators(), source=source, gap=GAP, queue_of=queue_of
            )
            cached = await self._read_response(fetched, origin, now)
        self._store(key, cached)
        if cached.problem is not None:
            return RobotsPermission(cached.problem, retry_later=True, refused=cached.refused)
        if not cached.body.strip():
            return RobotsPermission()
        try:
            allowed, delay = await self._workers.run(check_robots_txt, cached.body, url, NAME, deadline=DEADLINE)
        except WorkerLost as error:
            return RobotsPermission(
                f"{origin}/robots.txt could not be read here ({error}); it is tried again", retry_later=True
            )
        if not allowed:
            return RobotsPermission(
                f"{origin}/robots.txt forbids this page to programs, so it is not fetched: find a feed of the site, or "
                "ask its owner to allow news-monitor"
            )
        wanted = timedelta(seconds=min(MAX_GAP.total_seconds(), delay))
        return RobotsPermission(crawl_delay=max(GAP, wanted))

    def redirect_check(self, source: Source, queue_of: str) -> MayFollow:
        """A check for each redirect of a fetch for this source: another site has another robots.txt. `queue_of`: as in
        `Fetcher.fetch`."""

        async def find_problem(url: str) -> str | None:
            permission = await self.check(url, clock.now(), source, queue_of)
            if permission.refused is not None:
                repeat_refusal(permission.refused)
            return permission.problem

        return find_problem

    async def _read_response(self, fetched: FetchResult, origin: str, now: datetime) -> _CachedRobotsTxt:
        """RFC 9309 section 2.3.1: after a client error, all is allowed; after a server error, nothing."""
        status, problem = fetched.status, fetched.problem
        if fetched.outcome is FetchOutcome.DOCUMENT:
            document = RawDocument(fetched.body, fetched.headers, fetched.url)
            try:
                body = await self._workers.run(unpack_robots_txt, document, deadline=DEADLINE)
                return _CachedRobotsTxt(now + CACHE_TIME, body)
            except (FeedUnreadable, WorkerLost) as error:
                problem = str(error)
        elif status is not None and (status == 204 or (400 <= status < 500 and status != 429)):
            return _CachedRobotsTxt(now + CACHE_TIME)
        problem = f"{origin}/robots.txt cannot be fetched ({problem}); until it can, pages of that site are not fetched"
        expires_at = now + max(TROUBLE_CACHE_TIME, fetched.retry_after or TROUBLE_CACHE_TIME)
        return _CachedRobotsTxt(expires_at, problem=problem, refused=fetched.refused)

    def _store(self, key: _CacheKey, cached: _CachedRobotsTxt) -> None:
        replaced = self._cache.pop(key, None)
        self._size += len(cached.body) - (len(replaced.body) if replaced else 0)
        self._cache[key] = cached
        while self._size > MAX_CACHE_BYTES or len(self._cache) > 10_000:
            _, oldest = self._cache.popitem(last=False)
            self._size -= len(oldest.body)
