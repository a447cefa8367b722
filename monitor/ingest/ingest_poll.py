"""Turns the result of one poll into new articles, updated source stats and the time of the next poll.

It combines the other modules of this package. It fetches nothing and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from monitor.ingest.entry_identity import assign_uids, fingerprint_entry
from monitor.ingest.fingerprints import pack_fingerprints, retain_fingerprints
from monitor.ingest.new_articles import (
    FallbackIdentity,
    KnownArticle,
    NewArticles,
    build_fallback_identities,
    select_new_articles,
)
from monitor.ingest.poll_schedule import next_poll, parse_poll_hint, poll_after_overload
from monitor.ingest.source_health import CHURNED, HealthUpdate, PollObservation, assess, stats_of_left_entries
from monitor.model import (
    Article,
    Claim,
    Entry,
    EntryFingerprint,
    Feed,
    FetchOutcome,
    FetchResult,
    PollRecord,
    Source,
    Validators,
)

_NO_FEED = Feed(())
SLACK = timedelta(hours=1)
"""How far an article's date may differ from the moment at which its site put it into the feed."""


@dataclass(frozen=True)
class PollResult:
    """What a poll fetched and parsed, before anything is decided.

    `known_fingerprints`: of the entries of the source's last documents; the worker does not parse an entry that comes
    again. `backfilled_entries`: entries that left the document before we saw them. `backfill_report`: where we looked
    for those, and what we found. `asked_original_address`: the poll asked the source's own address, although a
    permanent redirect to another one was learnt.
    """

    claim: Claim
    source: Source
    fetched: FetchResult
    feed: Feed = _NO_FEED
    known_fingerprints: tuple[EntryFingerprint, ...] = ()
    backfilled_entries: tuple[Entry, ...] = ()
    backfill_report: str | None = None
    asked_original_address: bool = False

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All entries that were parsed, those of the document first."""
        return self.feed.entries + self.backfilled_entries

    @property
    def character_count(self) -> int:
        """How many characters the texts of all parsed entries have."""
        return sum(len(entry.title) + len(entry.summary) + len(entry.content) for entry in self.entries)

    @cached_property
    def repeated_fingerprints(self) -> tuple[EntryFingerprint, ...]:
        """The fingerprints of the document's entries that were not parsed, because they are known."""
        known = self._fingerprints_by_slice
        return tuple(known[digest] for digest in self.feed.slices if digest in known)

    @cached_property
    def uids(self) -> list[str]:
        """The uids of the parsed entries."""
        return assign_uids(
            self.entries, self.repeated_fingerprints, guids=self.trusts_guids, fingerprints=self.read_fingerprints
        )

    @cached_property
    def fallback_identities(self) -> dict[str, FallbackIdentity]:
        """How else the articles of the parsed entries can be recognised, by uid."""
        return build_fallback_identities(
            self.entries, self.uids, self.repeated_fingerprints, self.read_fingerprints, guids=self.trusts_guids
        )

    @cached_property
    def read_fingerprints(self) -> tuple[EntryFingerprint, ...]:
        """The fingerprints of the parsed entries, computed once."""
        return tuple(map(fingerprint_entry, self.entries))

    @cached_property
    def backfilled_uids(self) -> frozenset[str]:
        """The uids of the entries that had left the document."""
        return frozenset(self.uids[len(self.feed.entries) :]).difference(self.uids[: len(self.feed.entries)])

    @property
    def trusts_guids(self) -> bool:
        return not self.claim.stats.distrusts_guids

    @property
    def may_have_lost(self) -> bool:
        """Whether no entry of the document was in the last one, as far as we can tell without asking the database."""
        return (
            bool(self.feed.entries)
            and not self.repeated_fingerprints
            and not self.claim.is_first_poll
            and self.claim.stats.entries > 0
        )

    @cached_property
    def _fingerprints_by_slice(self) -> dict[bytes, EntryFingerprint]:
        return {fingerprint.slice: fingerprint for fingerprint in self.known_fingerprints}

    def pack_fingerprints_after(self, *, all_ingested: bool) -> bytes | None:
        """The fingerprints to store, packed; None if they did not change.

        `all_ingested`: every parsed entry is ingested by this poll.
        """
        if not self.feed.slices:
            return None
        new = (
            (fingerprint for fingerprint in self.read_fingerprints[: len(self.feed.entries)] if fingerprint.slice)
            if all_ingested
            else ()
        )
        retained = retain_fingerprints(self.feed.slices, self._fingerprints_by_slice, new)
        return pack_fingerprints(retained) if retained != self.known_fingerprints else None


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What to store of a poll, and the articles to decide on."""

    poll_record: PollRecord
    articles: tuple[Article, ...]


def ingest_poll(
    result: PollResult, known: Mapping[str, KnownArticle], now: datetime, *, max_articles: int
) -> IngestResult:
    """The articles to decide on, and the record of the poll.

    `known`: the articles that we have of its entries, by uid; `max_articles`: how many new articles one poll may have.
    """
    claim, source, fetched, feed = result.claim, result.source, result.fetched, result.feed
    selected = select_new_articles(
        source,
        result.entries,
        result.uids,
        known,
        now=now,
        baseline=claim.is_first_poll,
        known_fingerprints=result.repeated_fingerprints,
        guids=result.trusts_guids,
        fallback_identities=result.fallback_identities,
    )
    from_document = [article for article in selected.articles if article.uid not in result.backfilled_uids]
    # The limit does not hold for a first poll: what it left to the second one would look like news. Nor does it hold
    # for backfilled entries, which come first: if they are too much work for one poll, the next poll knows nothing of
    # the document either, and looks for them again.
    left_over = 0 if claim.is_first_poll else max(0, len(from_document) - max_articles)
    articles = _select_backfilled(selected.articles, result) + from_document[: len(from_document) - left_over]
    churned = CHURNED if selected.distrusts_guids and result.trusts_guids else None
    problem = (
        fetched.problem or _explain_unread_entries(selected, left_over + feed.entries_left) or churned or feed.problem
    )
    if problem:  # without validators the whole document comes again, with the entries that were not read
        fetched = replace(fetched, validators=Validators())
    failures = claim.failures + 1 if fetched.outcome in {FetchOutcome.FAILED, FetchOutcome.GONE} else 0
    health = assess(
        _observe_poll(result, selected, fetched, now=now, failures=failures, entries_left=left_over + feed.entries_left)
    )
    next_at = next_poll(
        source,
        fetched,
        health.stats,
        planned=claim.planned,
        now=now,
        failures=failures,
        is_first_poll=claim.is_first_poll,
    )
    poll_record = PollRecord(
        claim,
        now,
        fetched,
        next_at,
        failures,
        entries=(len(feed.slices) or len(feed.entries)) + feed.entries_skipped,
        problem=problem
        or _explain_skipped_entries(feed)
        or _explain_truncated_texts(result.entries)
        or _repeat_known_problem(claim, fetched),
        stats=None if health.stats == claim.stats else health.stats,
        opened_troubles=health.opened_troubles,
        closed_troubles=health.closed_troubles,
        fingerprints=result.pack_fingerprints_after(all_ingested=not left_over),
    )
    if claim.is_first_poll:
        articles = _sort_oldest_first(articles)
    return IngestResult(poll_record, _mark_burst_as_backlog(articles, health, claim))


def _sort_oldest_first(articles: Sequence[Article]) -> list[Article]:
    """The articles of a first poll, which may tell a story of several days, in the order in which it happened: else the
    newest would open the story, and older reports would be updates of it. Documents list the newest first, which
    decides between articles of the same time, and those without a date."""
    oldest_first = list(reversed(articles))
    oldest_first.sort(key=lambda article: article.published)
    return oldest_first


def _observe_poll(
    result: PollResult, selected: NewArticles, fetched: FetchResult, *, now: datetime, failures: int, entries_left: int
) -> PollObservation:
    """What the poll shows about its source. Only the document counts, not the backfilled entries."""
    new = [
        article for article in selected.articles if article.version == 1 and article.uid not in result.backfilled_uids
    ]
    entries = len(set(result.uids) - result.backfilled_uids) + len(result.repeated_fingerprints)
    return PollObservation(
        result.source,
        result.claim,
        fetched,
        now,
        failures=failures,
        entries=entries,
        known=entries - len(new),
        new=new,
        ill_formed=result.feed.problem,
        hint=parse_poll_hint(fetched.headers, result.feed.poll_hint, now),
        moved_to=fetched.moved_to,
        asked_original_address=result.asked_original_address,
        guids_churned=selected.distrusts_guids and result.trusts_guids,
        backfill_report=result.backfill_report,
        entries_left=entries_left,
        title=result.feed.title,
    )


def truncate_ingest_result(ingested: IngestResult, source: Source, decided: int, now: datetime) -> IngestResult:
    """The result of a poll of which only the first `decided` articles were decided on: more would be too much work.

    The other articles are new to the next poll. It gets the whole document again and decides on them as this poll
    would have.
    """
    poll_record, left_over = ingested.poll_record, len(ingested.articles) - decided
    notice = f"its texts are too much work for one poll: {left_over} new entries are left to the next poll"
    stats = poll_record.stats or poll_record.claim.stats
    truncated = replace(
        poll_record,
        fetched=replace(poll_record.fetched, validators=Validators()),
        next_at=poll_after_overload(source, now),
        problem=f"{notice}; {poll_record.problem}" if poll_record.problem else notice,
        stats=replace(stats, **stats_of_left_entries(poll_record.claim, stats.left + left_over, now)),
        fingerprints=None,
        is_unfinished=poll_record.claim.is_first_poll,
    )
    return IngestResult(truncated, ingested.articles[:decided])


def _select_backfilled(articles: Sequence[Article], result: PollResult) -> list[Article]:
    """The backfilled articles, the oldest page first: the newer pages, which lead to it, stay unknown until it is
    ingested. An article without a date of its own after the last poll is backlog: older pages hold such articles too.
    """
    since = (result.claim.news_since or result.claim.planned) - SLACK
    backfilled = [article for article in reversed(articles) if article.uid in result.backfilled_uids]
    return [
        article if article.dated and article.published >= since else replace(article, baseline=True)
        for article in backfilled
    ]


def _mark_burst_as_backlog(articles: Sequence[Article], health: HealthUpdate, claim: Claim) -> tuple[Article, ...]:
    """The articles; those of a burst that nothing shows to be news become backlog."""
    if health.burst is None:
        return tuple(articles)
    since = claim.news_since or claim.planned
    return tuple(
        # A date after the last poll, in a burst that is suppressed all the same, was stamped on an archive.
        replace(article, baseline=True, dated=article.dated and article.published <= since)
        if article.uid in health.burst.backlog_uids
        else article
        for article in articles
    )


def _repeat_known_problem(claim: Claim, fetched: FetchResult) -> str | None:
    """The problem of the unchanged document, as the last poll stated it."""
    return claim.problem if fetched.outcome is FetchOutcome.NOT_MODIFIED and not claim.failures else None


def _explain_skipped_entries(feed: Feed) -> str | None:
    """Which entries of a long list are never read. That is reported, but is no reason to fetch the document again."""
    if not feed.entries_skipped:
        return None
    read_count = len(feed.slices) or len(feed.entries)
    entry_count = read_count + feed.entries_skipped
    return f"it lists {entry_count} entries: only {read_count} are read, those at its two ends"


def _explain_truncated_texts(entries: Sequence[Entry]) -> str | None:
    """How many texts were cut. Reported once, by the poll that reads them."""
    if not (truncated := sum(entry.is_truncated for entry in entries)):
        return None
    return f"{truncated} of its entries have longer texts than any article: their ends were left out"


def _explain_unread_entries(selected: NewArticles, entries_left: int) -> str | None:
    """Which entries of a document were left out, in words for a person."""
    if entries_left:
        return f"{entries_left} new entries beyond `limits.entries` are left to the next poll"
    if selected.unstable_entries:
        return f"{selected.unstable_entries} entries change at every poll and are no longer followed"
    return None
