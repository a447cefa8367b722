"""Looks for entries that left a feed before we saw them: in the feed's older pages (RFC 5005, or as WordPress numbers
them), else in the site's news sitemap.

It runs only when a poll may have missed entries, fetches a few documents at most, and has a time limit. It decides
nothing about the entries that it finds: the caller says which are known, and ingests the others like those of any poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
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

MAX_PAGES: Final = 3
MAX_DURATION: Final = timedelta(seconds=20)

Parse = Callable[[FetchResult], Awaitable[Feed]]
AreKnown = Callable[[Sequence[Entry]], Awaitable[Sequence[bool]]]


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """The entries found that were not known. `complete`: nothing is missing between them and what was known before.
    `summary`: where we looked, in a line for a person."""

    entries: tuple[Entry, ...]
    complete: bool
    summary: str


@dataclass(frozen=True, slots=True)
class BackfillStep:
    """What one document adds: its `missed` entries, and whether it reaches back to known ones."""

    missed: tuple[Entry, ...]
    reaches_known: bool


def step_from_feed_page(entries: Sequence[Entry], known: Sequence[bool]) -> BackfillStep:
    """The step for a page of a feed. A known entry anywhere in the page ends the gap: not every feed has the newest
    entries first."""
    missed = tuple(entry for entry, is_known in zip(entries, known, strict=True) if not is_known)
    return BackfillStep(missed, any(known))


def step_from_sitemap(entries: Sequence[Entry], known: Sequence[bool], since: datetime, now: datetime) -> BackfillStep:
    """The step for a news sitemap, which has the site's last two days in no order.

    An entry older than the gap was never in the feed (it is of another section), and one without a date cannot be
    placed in time. The sitemap reaches back far enough if it has an entry from before the gap.
    """
    dates = [parse_latest_date(entry.published or entry.updated, now) for entry in entries]
    earliest = since - SLACK
    missed = tuple(
        entry
        for entry, is_known, date in zip(entries, known, dates, strict=True)
        if not is_known and date is not None and date >= earliest
    )
    return BackfillStep(missed, any(date is not None and date < since for date in dates) or any(known))


def older_page(url: str, feed: Feed, page: int) -> str | None:
    """The address of the feed's next older page; None if we know of none. `page`: the number of this one, from 1."""
    if feed.older_page_url is not None:
        return feed.older_page_url
    if not feed.has_numbered_pages:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    query = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if key != "paged"]
    return parts._replace(query=urlencode([*query, ("paged", str(page + 1))])).geturl()


@dataclass(slots=True)
class _BackfillSearch:
    """One search for the missed entries of a source.

    `current_ids`: of the entries in the new document itself. They are not committed yet, and older pages repeat them if
    entries came in between.
    """

    source: Source
    current_ids: frozenset[str | None]
    found: dict[str | None, Entry] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, entries: Sequence[Entry]) -> int:
        """Adds those that were not found before, and returns how many. An entry of the feed wins over the sitemap's
        entry of the same page, which says less."""
        before = len(self.found)
        for entry in entries:
            if _identify_entry(entry) not in self.current_ids:
                self.found.setdefault(_identify_entry(entry), entry)
        return len(self.found) - before


def _identify_entry(entry: Entry) -> str | None:
    """What identifies an entry both in a feed and in a sitemap, which has no guids."""
    return canonicalize_url(entry.link) or entry.guid or entry.title


class BackFill:
    """Looks for the entries that one poll may have missed. `parse`: makes a Feed of a document; `are_known`: says for
    each entry whether we have it."""

    def __init__(self, fetcher: Fetcher, parse: Parse, are_known: AreKnown) -> None:
        self._fetcher = fetcher
        self._parse = parse
        self._are_known = are_known

    async def find(
        self, source: Source, fetched: FetchResult, feed: Feed, *, since: datetime, now: datetime
    ) -> BackfillResult:
        """The entries between `since`, when the source was last polled without a gap, and the new document (`fetched`,
        parsed as `feed`). Never raises for what a site does: the summary says how far the search came."""
        search = _BackfillSearch(source, frozenset(map(_identify_entry, feed.entries)))
        complete = False
        try:
            async with asyncio.timeout(MAX_DURATION.total_seconds()):
                complete = await self._search_feed_pages(search, fetched, feed)
                if not complete and source.sitemap is not None:
                    complete = await self._search_sitemap(search, source.sitemap, since, now)
        except TimeoutError:
            search.notes.append(f"stopped after {MAX_DURATION.total_seconds():g} s")
        summary = "; ".join(search.notes) or "the feed has no older pages that it names, and the source no `sitemap`"
        return BackfillResult(tuple(search.found.values()), complete, summary)

    async def _search_feed_pages(self, search: _BackfillSearch, fetched: FetchResult, feed: Feed) -> bool:
        seen = {fetched.url, search.source.address}
        for number in range(1, MAX_PAGES + 1):
            url = older_page(search.source.address, feed, number)
            if url is None or url in seen:
                return False
            seen.add(url)
            fetched_page = await self._fetch_and_parse(search, url)
            if fetched_page is None:
                return False
            fetched, feed = fetched_page
            step = step_from_feed_page(feed.entries, await self._are_known(feed.entries))
            new = search.add(step.missed)
            search.notes.append(f"{new} in older page {number} of the feed")
            if step.reaches_known or not new:  # no new entries: the server gives every number the same page
                return step.reaches_known
        return False

    async def _search_sitemap(self, search: _BackfillSearch, url: str, since: datetime, now: datetime) -> bool:
        fetched_page = await self._fetch_and_parse(search, url)
        if fetched_page is None:
            return False
        _, feed = fetched_page
        step = step_from_sitemap(feed.entries, await self._are_known(feed.entries), since, now)
        search.notes.append(f"{search.add(step.missed)} in the news sitemap")
        return step.reaches_known

    async def _fetch_and_parse(self, search: _BackfillSearch, url: str) -> tuple[FetchResult, Feed] | None:
        fetched = await self._fetcher.fetch(url, Validators(), source=search.source, queue_of=search.source.address)
        problem = fetched.problem
        if fetched.outcome is FetchOutcome.DOCUMENT:
            try:
                return fetched, await self._parse(fetched)
            except (FeedUnreadable, WorkerLost) as error:
                problem = str(error)
        search.notes.append(f"{fetched.url} gave nothing ({problem})")
        return None
