"""A source asked once: what stands at its address, fetched and read, and what has left it unseen.

It fetches, has documents read in workers, and looks for older entries where a document holds nothing that was there
before. It decides nothing about entries, and stores nothing: what is known of a source it asks `Memory`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from monitor import clock
from monitor.errors import FeedUnreadable, WorkerLost
from monitor.ingest.ingest_poll import PollResult
from monitor.model import (
    Claim,
    Entry,
    EntryFingerprint,
    Feed,
    FetchOutcome,
    FetchResult,
    Limits,
    Source,
    SourceKind,
    Validators,
)
from monitor.runtime.workers import Workers
from monitor.sources.http.fetch import Fetcher, describe_redirect
from monitor.sources.polling.backfill import BackFill, BackfillResult
from monitor.sources.polling.in_worker import read_page
from monitor.sources.polling.readers import BatchReader, RawDocument
from monitor.sources.polling.robots import Robots


class FingerprintStore(Protocol):
    """What is known of a source."""

    async def load_fingerprints(self, source: str) -> tuple[EntryFingerprint, ...]:
        """By what the entries of its last documents are recognised."""
        ...

    async def are_known(self, source: str, entries: Sequence[Entry]) -> list[bool]:
        """Which of these entries we have."""
        ...


class SourcePoller:
    """Asks sources, many at once."""

    def __init__(
        self, fetcher: Fetcher, robots: Robots, parsers: Workers, limits: Limits, memory: FingerprintStore
    ) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._parsers = parsers
        self._limits = limits
        self._memory = memory
        self._readers = BatchReader(parsers, limits.parse)

    async def poll(self, claim: Claim, source: Source) -> PollResult:
        """What a poll brings. Never raises for what a site does: the fetch says what was wrong."""
        if claim.stats.read_as != source.read_as:  # its selectors were edited: it is another list now, as at a new url
            claim = replace(claim, validators=Validators(), is_first_poll=True)
        if claim.rechecks_old_address and (back := await self._asked_back(claim, source)) is not None:
            return replace(back, asked_original_address=True)
        return await self._ask(claim, source, claim.stats.address(source.url))

    async def _asked_back(self, claim: Claim, source: Source) -> PollResult | None:
        """What stands where it has moved from, if that is a good answer: it may be a stranger's page by now. The
        validators are of where it has moved to; an old page that has the same would pass for unchanged."""
        back = await self._ask(replace(claim, validators=Validators()), source, source.url)
        return back if back.fetched.outcome is FetchOutcome.DOCUMENT else None

    async def _ask(self, claim: Claim, source: Source, url: str) -> PollResult:
        fetched = await self._fetched(claim, source, url)
        if fetched.outcome is not FetchOutcome.DOCUMENT:
            return PollResult(claim, source, fetched)
        marks = () if claim.is_first_poll else await self._memory.load_fingerprints(source.id)
        try:
            # A first poll is taken whole: what it left for the second would pass for news.
            most = None if claim.is_first_poll else self._limits.entries
            feed = await self._read(source, fetched, frozenset(mark.slice for mark in marks), most)
        except (FeedUnreadable, WorkerLost) as error:
            problem = f"{error}{describe_redirect(url, fetched)}"
            failed = FetchResult(FetchOutcome.FAILED, fetched.url, fetched.status, problem=problem)
            return PollResult(claim, source, failed)
        brought = PollResult(claim, source, fetched, feed, marks)
        if brought.may_have_lost and not any(await self._memory.are_known(source.id, feed.entries)):
            found = await self._older(brought)
            return replace(brought, backfilled_entries=found.entries, backfill_report=found.summary)
        return brought

    async def _fetched(self, claim: Claim, source: Source, url: str) -> FetchResult:
        if source.kind is not SourceKind.PAGE:
            return await self._fetcher.fetch(url, claim.validators, proxy=source.proxy)
        leave = await self._robots.check(url, clock.now(), proxy=source.proxy)
        if leave.problem is not None:
            return FetchResult(FetchOutcome.FAILED, url, problem=leave.problem)
        may = self._robots.redirect_check(source.proxy)
        return await self._fetcher.fetch(url, claim.validators, proxy=source.proxy, gap=leave.crawl_delay, leave=may)

    async def _read(self, source: Source, fetched: FetchResult, known: frozenset[bytes], most: int | None) -> Feed:
        """Without the entries that are known, and at most so many of the others."""
        body, headers, url = fetched.body, fetched.headers, fetched.url
        if source.select is None:
            return await self._readers.read(RawDocument(body, headers, url, known, most))
        feed = await self._parsers.run(read_page, body, headers, url, source.select, deadline=self._limits.parse)
        return replace(feed, entries=tuple(entry for entry in feed.entries if entry.slice not in known))

    async def _document(self, body: bytes, headers: Mapping[str, str], url: str) -> Feed:
        return await self._readers.read(RawDocument(body, headers, url))

    async def _older(self, brought: PollResult) -> BackfillResult:
        """What has come and gone since the last good poll, as far as it is still to be had."""
        source, claim = brought.source, brought.claim

        async def had(entries: Sequence[Entry]) -> list[bool]:
            return await self._memory.are_known(source.id, entries)

        search = BackFill(self._fetcher, self._document, had)
        since = claim.news_since or claim.planned - source.every
        return await search.find(source, brought.fetched, brought.feed, since=since, now=clock.now())
