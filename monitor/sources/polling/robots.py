"""What a site's robots.txt says of a page (RFC 9309). Feeds are there for machines and are not asked about; pages are.

The file is fetched like everything else, kept for a day, and read in a worker process: a pattern in it can be made to
take very long. A site without one allows all; one whose server has trouble allows nothing until it is well again. Only
the group for us, or else the one for all, is looked at, and of it what may be read and how slowly.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from yarl import URL

from monitor import clock
from monitor.errors import WorkerLost
from monitor.model import FetchOutcome, FetchResult, Validators
from monitor.runtime.workers import Workers
from monitor.sources.http.fetch import Fetcher, MayFollow
from monitor.sources.polling.in_worker import check_robots_txt

NAME: Final = "news-monitor"
KEPT: Final = timedelta(hours=24)  # RFC 9309 section 2.4
TROUBLE_KEPT: Final = timedelta(minutes=10)
READ: Final = 500 * 1024  # bytes of it that count (RFC 9309 section 2.5)
ALL: Final = 16 * 2**20  # bytes of all that is kept
DEADLINE: Final = timedelta(seconds=2)
GAP: Final = timedelta(seconds=2)  # between two pages of a site that says nothing of it
# A site that wants more is asked this seldom: feeds of its domain wait meanwhile.
LONGEST_GAP: Final = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class RobotsPermission:
    """Whether a page may be asked for. `problem`: why not, and what to do; `later`: it may be another time. `gap`: at
    least so long between it and the next request to the site."""

    problem: str | None = None
    retry_later: bool = False
    crawl_delay: timedelta = GAP

    @property
    def granted(self) -> bool:
        """It may."""
        return self.problem is None


@dataclass(frozen=True, slots=True)
class _CachedRobotsTxt:
    """What an origin's robots.txt said, or why it said nothing."""

    expires_at: datetime
    body: bytes = b""
    problem: str | None = None


class Robots:
    """Asks for all pages of a process."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        self._fetcher = fetcher
        self._workers = workers
        self._kept: OrderedDict[str, _CachedRobotsTxt] = OrderedDict()  # the one asked last stands last
        self._size = 0

    async def check(self, url: str, now: datetime, *, proxy: str | None = None) -> RobotsPermission:
        """Whether this page may be asked for now."""
        try:
            origin = str(URL(url).origin())
        except ValueError:
            return RobotsPermission()  # it will not be asked for, and that will be told
        kept = self._kept.get(origin)
        if kept is None or kept.expires_at <= now:
            kept = _interpret_response(
                await self._fetcher.fetch(f"{origin}/robots.txt", Validators(), proxy=proxy, gap=GAP), origin, now
            )
        self._keep(origin, kept)
        if kept.problem is not None:
            return RobotsPermission(kept.problem, retry_later=True)
        if not kept.body.strip():
            return RobotsPermission()
        try:
            allowed, delay = await self._workers.run(check_robots_txt, kept.body, url, NAME, deadline=DEADLINE)
        except WorkerLost as error:
            return RobotsPermission(
                f"{origin}/robots.txt could not be read here ({error}); it is tried again", retry_later=True
            )
        if not allowed:
            return RobotsPermission(
                f"{origin}/robots.txt forbids this page to programs; it is not asked for: find a feed of the site, or "
                "ask its owner to allow news-monitor"
            )
        wanted = timedelta(seconds=min(LONGEST_GAP.total_seconds(), delay))  # in this order: it may be nan
        return RobotsPermission(crawl_delay=max(GAP, wanted))

    def redirect_check(self, proxy: str | None) -> MayFollow:
        """What a fetch asks of each redirect: another site has another robots.txt."""

        async def problem_of(url: str) -> str | None:
            return (await self.check(url, clock.now(), proxy=proxy)).problem

        return problem_of

    def _keep(self, origin: str, kept: _CachedRobotsTxt) -> None:
        before = self._kept.pop(origin, None)
        self._size += len(kept.body) - (len(before.body) if before else 0)
        self._kept[origin] = kept
        while self._size > ALL or len(self._kept) > 10_000:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body)


def _interpret_response(fetched: FetchResult, origin: str, now: datetime) -> _CachedRobotsTxt:
    """RFC 9309 section 2.3.1: a client's error means that there is none, a server's that nothing may be asked."""
    if fetched.outcome is FetchOutcome.DOCUMENT:
        return _CachedRobotsTxt(now + KEPT, fetched.body[:READ])
    status = fetched.status
    if status is not None and (status == 204 or (400 <= status < 500 and status != 429)):
        return _CachedRobotsTxt(now + KEPT)
    why = f"{origin}/robots.txt cannot be had ({fetched.problem}); until it can, pages of that site are not asked for"
    return _CachedRobotsTxt(now + max(TROUBLE_KEPT, fetched.retry_after or TROUBLE_KEPT), problem=why)
