"""Polls one source once: fetches and parses its document, and looks for entries that it may have missed.

Documents are parsed in workers. If a document has no entry of the last one, the poller looks for older entries. It
decides nothing about entries and stores nothing; `FingerprintStore` tells it what is known of a source.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
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
    Validators,
)
from monitor.runtime.workers.pool import Workers
from monitor.sources.http.fetch import Fetcher, describe_redirect
from monitor.sources.kinds import KINDS
from monitor.sources.polling.backfill import BackFill, BackfillResult
from monitor.sources.polling.feed_secrets import hide_secrets_in_feed
from monitor.sources.polling.in_worker import RawDocument, read_as_kind
from monitor.sources.polling.readers import BatchReader
from monitor.sources.polling.robots import Robots
from monitor.url_secrets import hide_secrets_in


class FingerprintStore(Protocol):
    """What the poller needs to know of a source's entries."""

    async def load_fingerprints(self, source: str) -> tuple[EntryFingerprint, ...]:
        """The fingerprints of the entries of its last documents."""
        ...

    async def are_known(self, source: str, entries: Sequence[Entry]) -> list[bool]:
        """For each of these entries, whether we have it."""
        ...


class SourcePoller:
    """Polls sources, many at once."""

    def __init__(
        self, fetcher: Fetcher, robots: Robots, parsers: Workers, limits: Limits, fingerprint_store: FingerprintStore
    ) -> None:
        self._fetcher = fetcher
        self._robots = robots
        self._parsers = parsers
        self._limits = limits
        self._fingerprint_store = fingerprint_store
        self._readers = BatchReader(parsers, limits.parse)

    async def poll(self, claim: Claim, source: Source) -> PollResult:
        """The result of one poll. Never raises for what a site does: `fetched.problem` says what was wrong."""
        if claim.stats.read_as != source.read_as:  # its settings were edited: another list now, as with a new url
            claim = replace(claim, validators=Validators(), is_first_poll=True)
        if claim.rechecks_old_address and (result := await self._poll_original_address(claim, source)) is not None:
            return replace(result, asked_original_address=True)
        return await self._poll_address(claim, source, claim.stats.address(source.address))

    async def _poll_original_address(self, claim: Claim, source: Source) -> PollResult | None:
        """The result from the source's original address; None unless that gives a feed: it may be a stranger's by now.

        Sends no validators: those of the new address might match the old page, which would then look unchanged.
        """
        result = await self._poll_address(replace(claim, validators=Validators()), source, source.address)
        return result if result.fetched.outcome is FetchOutcome.DOCUMENT else None

    async def _poll_address(self, claim: Claim, source: Source, url: str) -> PollResult:
        fetched = await self._fetch(claim, source, url)
        if fetched.outcome is not FetchOutcome.DOCUMENT:
            return PollResult(claim, source, fetched)
        fingerprints = () if claim.is_first_poll else await self._fingerprint_store.load_fingerprints(source.id)
        try:
            # A first poll takes all entries: what it left to the second one would look like news.
            max_entries = None if claim.is_first_poll else self._limits.entries
            feed = await self._parse(
                source, fetched, frozenset(fingerprint.slice for fingerprint in fingerprints), max_entries
            )
        except (FeedUnreadable, WorkerLost) as error:
            problem = f"{hide_secrets_in(str(error), source.secrets)}{describe_redirect(fetched)}"
            failed = FetchResult(FetchOutcome.FAILED, fetched.url, fetched.status, problem=problem)
            return PollResult(claim, source, failed)
        result = PollResult(claim, source, fetched, feed, fingerprints)
        if result.may_have_lost and not any(await self._fingerprint_store.are_known(source.id, feed.entries)):
            backfilled = await self._backfill(result)
            return replace(result, backfilled_entries=backfilled.entries, backfill_report=backfilled.summary)
        return result

    async def _fetch(self, claim: Claim, source: Source, url: str) -> FetchResult:
        """The source's document. All requests wait in the queue of its own address, wherever they lead."""
        gap, may_follow = timedelta(0), None
        if KINDS[source.kind].asks_robots:
            permission = await self._robots.check(url, clock.now(), source, source.address)
            if permission.problem is not None:
                return FetchResult(
                    FetchOutcome.FAILED, source.url, problem=permission.problem, refused=permission.refused
                )
            gap, may_follow = permission.crawl_delay, self._robots.redirect_check(source, source.address)
        return await self._fetcher.fetch(
            url, claim.validators, source=source, gap=gap, queue_of=source.address, may_follow=may_follow
        )

    async def _parse(
        self, source: Source, fetched: FetchResult, known: frozenset[bytes], max_entries: int | None
    ) -> Feed:
        """The parsed document, without known entries, and with at most `max_entries` of the others."""
        max_bytes = self._limits.decoded_bytes
        document = RawDocument(fetched.body, fetched.headers, fetched.url, known, max_entries, max_bytes)
        if KINDS[source.kind].read is None:
            return hide_secrets_in_feed(await self._readers.read(document), source.secrets)
        deadline = self._limits.parse
        feed = await self._parsers.run(read_as_kind, source.kind, document, source.settings, deadline=deadline)
        feed = replace(feed, entries=tuple(entry for entry in feed.entries if entry.slice not in known))
        return hide_secrets_in_feed(feed, source.secrets)

    async def _backfill(self, result: PollResult) -> BackfillResult:
        """The entries that came and went since the last good poll, as far as we still find them."""
        source, claim = result.source, result.claim

        async def are_known(entries: Sequence[Entry]) -> list[bool]:
            return await self._fingerprint_store.are_known(source.id, entries)

        async def parse_feed_page(fetched: FetchResult) -> Feed:
            document = RawDocument(fetched.body, fetched.headers, fetched.url, max_bytes=self._limits.decoded_bytes)
            return hide_secrets_in_feed(await self._readers.read(document), source.secrets)

        search = BackFill(self._fetcher, parse_feed_page, are_known)
        since = claim.news_since or claim.planned - source.every
        return await search.find(source, result.fetched, result.feed, since=since, now=clock.now())
