"""What left a feed before it was seen, looked for where it may still stand: in the feed's older pages (RFC 5005, or as
WordPress numbers them), else in the site's news sitemap.

It is asked for only when a poll may have missed something, a few documents at most and within a short time. It decides
nothing about entries that it finds: who calls says which are known, and takes in the others like those of any poll.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from monitor.errors import FeedUnreadable, WorkerLost
from monitor.ingest.canonical_url import canonicalize_url
from monitor.ingest.dates import parse_latest_date
from monitor.ingest.ingest_poll import SLACK
from monitor.model import Entry, Feed, FetchOutcome, FetchResult, Source, Validators
from monitor.sources.http.fetch import Fetcher

PAGES: Final = 3
TOTAL: Final = timedelta(seconds=20)
WORDPRESS: Final = re.compile(rb"<generator>\s*https?://wordpress\.(?:org|com)/", re.IGNORECASE)
HEAD: Final = 8 * 1024  # the generator stands before the first item

Read = Callable[[bytes, Mapping[str, str], str], Awaitable[Feed]]
Known = Callable[[Sequence[Entry]], Awaitable[Sequence[bool]]]


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """What was looked for and found: entries that were not known. `whole`: nothing is missing between them and what
    was known before. `how`: where was looked, in a line for a person."""

    entries: tuple[Entry, ...]
    complete: bool
    summary: str


@dataclass(frozen=True, slots=True)
class BackfillStep:
    """What one document adds: its `missed` entries, and whether it reaches back to what was known (`enough`)."""

    missed: tuple[Entry, ...]
    reaches_known: bool


def step_from_feed_page(entries: Sequence[Entry], known: Sequence[bool]) -> BackfillStep:
    """Pure: of a page of a feed. A known entry in it means that the gap ends there, wherever in the page it stands:
    not every feed has the newest first."""
    missed = tuple(entry for entry, is_known in zip(entries, known, strict=True) if not is_known)
    return BackfillStep(missed, any(known))


def step_from_sitemap(entries: Sequence[Entry], known: Sequence[bool], since: datetime, now: datetime) -> BackfillStep:
    """Pure: of a news sitemap, which holds the site's last two days in no order. What is older than the gap never was
    in the feed (another section's), and what has no date cannot be placed; it is enough if it reaches back so far."""
    dates = [parse_latest_date(entry.published or entry.updated, now) for entry in entries]
    begin = since - SLACK
    missed = tuple(
        entry
        for entry, is_known, date in zip(entries, known, dates, strict=True)
        if not is_known and date is not None and date >= begin
    )
    return BackfillStep(missed, any(date is not None and date < since for date in dates) or any(known))


def older_page(url: str, body: bytes, older: str | None, page: int) -> str | None:
    """Pure: where the feed's next older page stands; None: it has none that we know of. `page`: the number of the
    document that this is, from 1; `older`: where the document itself says that it goes on."""
    if older is not None:
        return older
    if not WORDPRESS.search(body[:HEAD]):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "paged"]
    return parts._replace(query=urlencode([*query, ("paged", str(page + 1))])).geturl()


@dataclass(slots=True)
class _BackfillSearch:
    """One look for what a source's feed has lost. `at_hand`: the names of what the new document itself holds, which is
    not committed yet and stands in older pages too where something came in between."""

    source: Source
    current_ids: frozenset[str | None]
    found: dict[str | None, Entry] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, entries: Sequence[Entry]) -> int:
        """Those that were not found before; how many these are. A feed's entry stands before a sitemap's of the same
        page, which says less."""
        before = len(self.found)
        for entry in entries:
            if _identify_entry(entry) not in self.current_ids:
                self.found.setdefault(_identify_entry(entry), entry)
        return len(self.found) - before


def _identify_entry(entry: Entry) -> str | None:
    """By what an entry is the same in a feed and in a sitemap, which knows no guids."""
    return canonicalize_url(entry.link) or entry.guid or entry.title


class BackFill:
    """Looks for what one poll may have missed. `read`: a document's bytes, headers and address into a Feed; `known`:
    which of some entries we have."""

    def __init__(self, fetcher: Fetcher, read: Read, known: Known) -> None:
        self._fetcher = fetcher
        self._read = read
        self._known = known

    async def find(
        self, source: Source, fetched: FetchResult, feed: Feed, *, since: datetime, now: datetime
    ) -> BackfillResult:
        """The entries between `since`, when the source was last seen whole, and the document that has just come
        (`fetched`, read as `feed`). Never raises for what a site does: the line says how far it came."""
        search = _BackfillSearch(source, frozenset(map(_identify_entry, feed.entries)))
        whole = False
        try:
            async with asyncio.timeout(TOTAL.total_seconds()):
                whole = await self._pages(search, fetched, feed)
                if not whole and source.sitemap is not None:
                    whole = await self._sitemap(search, source.sitemap, since, now)
        except TimeoutError:
            search.notes.append(f"stopped after {TOTAL.total_seconds():g} s")
        how = "; ".join(search.notes) or "the feed has no older pages that it names, and the source no `sitemap`"
        return BackfillResult(tuple(search.found.values()), whole, how)

    async def _pages(self, search: _BackfillSearch, fetched: FetchResult, feed: Feed) -> bool:
        seen = {fetched.url}
        for number in range(1, PAGES + 1):
            url = older_page(search.source.url, fetched.body, feed.older_page_url, number)
            if url is None or url in seen:
                return False
            seen.add(url)
            got = await self._get(search, url)
            if got is None:
                return False
            fetched, feed = got
            here = step_from_feed_page(feed.entries, await self._known(feed.entries))
            new = search.add(here.missed)
            search.notes.append(f"{new} in older page {number} of the feed")
            if here.reaches_known or not new:  # a server that answers every number with the same page has no older ones
                return here.reaches_known
        return False

    async def _sitemap(self, search: _BackfillSearch, url: str, since: datetime, now: datetime) -> bool:
        got = await self._get(search, url)
        if got is None:
            return False
        _, feed = got
        here = step_from_sitemap(feed.entries, await self._known(feed.entries), since, now)
        search.notes.append(f"{search.add(here.missed)} in the news sitemap")
        return here.reaches_known

    async def _get(self, search: _BackfillSearch, url: str) -> tuple[FetchResult, Feed] | None:
        fetched = await self._fetcher.fetch(url, Validators(), proxy=search.source.proxy)
        problem = fetched.problem
        if fetched.outcome is FetchOutcome.DOCUMENT:
            try:
                return fetched, await self._read(fetched.body, fetched.headers, fetched.url)
            except (FeedUnreadable, WorkerLost) as error:
                problem = str(error)
        search.notes.append(f"{fetched.url} gave nothing ({problem})")
        return None
