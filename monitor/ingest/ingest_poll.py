"""One poll, taken in: the articles that are new to us, what is learnt of the source, and when it is polled next.

It puts together what the others of this room say, each of its own matter; it fetches nothing and stores nothing.
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
"""Dates of a site differ from the moment at which it let its articles into the feed."""


@dataclass(frozen=True)
class PollResult:
    """What a poll has brought, before anything was decided. `marks`: of the entries of its source's last documents, of
    which the worker did not read those that came again; `older`: entries that had left the document unseen; `looked`:
    where they were looked for; `at_home`: the source's own address was asked, though another was learnt."""

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
        """All that was read, the document's own first."""
        return self.feed.entries + self.backfilled_entries

    @property
    def character_count(self) -> int:
        """Of the texts of all that was read."""
        return sum(len(entry.title) + len(entry.summary) + len(entry.content) for entry in self.entries)

    @cached_property
    def repeated_fingerprints(self) -> tuple[EntryFingerprint, ...]:
        """The document's entries that were not read, because they are known."""
        known = self._by_slice
        return tuple(known[each] for each in self.feed.slices if each in known)

    @cached_property
    def uids(self) -> list[str]:
        """The identities of what was read."""
        return assign_uids(
            self.entries, self.repeated_fingerprints, guids=self.trusts_guids, marks=self.read_fingerprints
        )

    @cached_property
    def fallback_identities(self) -> dict[str, FallbackIdentity]:
        """By what else the articles of what was read are recognised, by uid."""
        return build_fallback_identities(self.entries, self.uids, self.repeated_fingerprints, self.read_fingerprints)

    @cached_property
    def read_fingerprints(self) -> tuple[EntryFingerprint, ...]:
        """The marks of what was read: made once, for all who ask."""
        return tuple(map(fingerprint_entry, self.entries))

    @cached_property
    def backfilled_uids(self) -> frozenset[str]:
        """The identities of what had left the document."""
        return frozenset(self.uids[len(self.feed.entries) :]).difference(self.uids[: len(self.feed.entries)])

    @property
    def trusts_guids(self) -> bool:
        return not self.claim.stats.distrusts_guids

    @property
    def may_have_lost(self) -> bool:
        """Whether nothing in the document was there before, as far as that shows without asking the database."""
        return (
            bool(self.feed.entries)
            and not self.repeated_fingerprints
            and not self.claim.is_first_poll
            and self.claim.stats.entries > 0
        )

    @cached_property
    def _by_slice(self) -> dict[bytes, EntryFingerprint]:
        return {mark.slice: mark for mark in self.known_fingerprints}

    def pack_fingerprints_after(self, *, whole: bool) -> bytes | None:
        """The marks to keep, packed; None: those that are kept already. `whole`: all that was read is taken in."""
        if not self.feed.slices:
            return None
        new = (mark for mark in self.read_fingerprints[: len(self.feed.entries)] if mark.slice) if whole else ()
        after = retain_fingerprints(self.feed.slices, self._by_slice, new)
        return pack_fingerprints(after) if after != self.known_fingerprints else None


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What a poll leaves behind at its source, and the articles to decide on."""

    poll_record: PollRecord
    articles: tuple[Article, ...]


def ingest_poll(brought: PollResult, known: Mapping[str, KnownArticle], now: datetime, *, most: int) -> IngestResult:
    """The poll, taken in. `known`: what we have of its entries, by uid; `most`: new articles of one poll."""
    claim, source, fetched, feed = brought.claim, brought.source, brought.fetched, brought.feed
    taken = select_new_articles(
        source,
        brought.entries,
        brought.uids,
        known,
        now=now,
        baseline=claim.is_first_poll,
        others=brought.repeated_fingerprints,
        guids=brought.trusts_guids,
        wanted=brought.fallback_identities,
    )
    of_document = [article for article in taken.articles if article.uid not in brought.backfilled_uids]
    # A first poll is taken whole: what it left for the second would pass for news. So is what had left the document,
    # which comes first: where it is too much work for one poll, none of the document is known at the next one either,
    # and so it is looked for again.
    left = 0 if claim.is_first_poll else max(0, len(of_document) - most)
    articles = _select_backfilled(taken.articles, brought) + of_document[: len(of_document) - left]
    churned = CHURNED if taken.distrusts_guids and brought.trusts_guids else None
    problem = fetched.problem or _explain_unread_entries(taken, left + feed.entries_left) or churned or feed.problem
    if problem:  # without them the whole document comes again, and with it what was not read
        fetched = replace(fetched, validators=Validators())
    failures = claim.failures + 1 if fetched.outcome in {FetchOutcome.FAILED, FetchOutcome.GONE} else 0
    learnt = assess(_observe_poll(brought, taken, fetched, now=now, failures=failures, left=left + feed.entries_left))
    next_at = next_poll(
        source, fetched, learnt.stats, planned=claim.planned, now=now, failures=failures, first=claim.is_first_poll
    )
    polled = PollRecord(
        claim,
        now,
        fetched,
        next_at,
        failures,
        entries=(len(feed.slices) or len(feed.entries)) + feed.entries_skipped,
        problem=problem
        or _explain_skipped_entries(feed)
        or _explain_truncated_texts(brought.entries)
        or _repeat_known_problem(claim, fetched),
        stats=None if learnt.stats == claim.stats else learnt.stats,
        opened_troubles=learnt.opened_troubles,
        closed_troubles=learnt.closed_troubles,
        fingerprints=brought.pack_fingerprints_after(whole=not left),
    )
    return IngestResult(polled, _mark_burst_as_backlog(articles, learnt, claim))


def _observe_poll(
    brought: PollResult, taken: NewArticles, fetched: FetchResult, *, now: datetime, failures: int, left: int
) -> PollObservation:
    """What the poll says of its source: by the document alone, whatever was found of older entries."""
    new = [article for article in taken.articles if article.version == 1 and article.uid not in brought.backfilled_uids]
    entries = len(set(brought.uids) - brought.backfilled_uids) + len(brought.repeated_fingerprints)
    return PollObservation(
        brought.source,
        brought.claim,
        fetched,
        now,
        failures=failures,
        entries=entries,
        known=entries - len(new),
        new=new,
        ill_formed=brought.feed.problem,
        hint=parse_poll_hint(fetched.headers, brought.feed.poll_hint, now),
        moved_to=fetched.moved_to,
        asked_original_address=brought.asked_original_address,
        guids_churned=taken.distrusts_guids and brought.trusts_guids,
        backfill_report=brought.backfill_report,
        entries_left=left,
    )


def truncate_ingest_result(taken: IngestResult, source: Source, decided: int, now: datetime) -> IngestResult:
    """A poll whose first `decided` articles only were decided on, because they were as much work as a poll may make.
    The others are new to the next one, to which the whole document comes again, and which judges them as this one."""
    polled, left = taken.poll_record, len(taken.articles) - decided
    told = f"its texts are too much work for one poll: {left} new entries wait for the next one"
    habits = polled.stats or polled.claim.stats
    cut = replace(
        polled,
        fetched=replace(polled.fetched, validators=Validators()),
        next_at=poll_after_overload(source, now),
        problem=f"{told}; {polled.problem}" if polled.problem else told,
        stats=replace(habits, **stats_of_left_entries(polled.claim, habits.left + left, now)),
        fingerprints=None,
        is_unfinished=polled.claim.is_first_poll,
    )
    return IngestResult(cut, taken.articles[:decided])


def _select_backfilled(articles: Sequence[Article], brought: PollResult) -> list[Article]:
    """Those that had left the document unseen, the oldest page first: the newer ones, which lead to it, stay unknown
    until it is taken in. What no date of its own places after the poll before is the source's past: an older page holds
    that too."""
    since = (brought.claim.news_since or brought.claim.planned) - SLACK
    older = [article for article in reversed(articles) if article.uid in brought.backfilled_uids]
    return [each if each.dated and each.published >= since else replace(each, baseline=True) for each in older]


def _mark_burst_as_backlog(articles: Sequence[Article], learnt: HealthUpdate, claim: Claim) -> tuple[Article, ...]:
    """The articles, those of a burst that nothing says to be news as if they were the source's past."""
    if learnt.burst is None:
        return tuple(articles)
    since = claim.news_since or claim.planned
    return tuple(
        # A date after the poll before, in a burst that is held all the same: it was stamped on an archive.
        replace(each, baseline=True, dated=each.dated and each.published <= since)
        if each.uid in learnt.burst.backlog_uids
        else each
        for each in articles
    )


def _repeat_known_problem(claim: Claim, fetched: FetchResult) -> str | None:
    """What was said of the document that is still there."""
    return claim.problem if fetched.outcome is FetchOutcome.NOT_MODIFIED and not claim.failures else None


def _explain_skipped_entries(feed: Feed) -> str | None:
    """What of a document is never read, and need not be: it is told, and no reason to ask for it again."""
    if not feed.entries_skipped:
        return None
    read = len(feed.slices) or len(feed.entries)
    return f"it lists {read + feed.entries_skipped} entries: only the {read} at both ends of its list are read"


def _explain_truncated_texts(entries: Sequence[Entry]) -> str | None:
    """Whose texts are longer than any article's; told once, by the poll that reads them."""
    if not (many := sum(entry.is_truncated for entry in entries)):
        return None
    return f"{many} of its entries have longer texts than any article: their ends were left out"


def _explain_unread_entries(taken: NewArticles, left: int) -> str | None:
    """What of a document was left out, for a person."""
    if left:
        return f"{left} new entries beyond `limits.entries` wait for the next poll"
    if taken.unstable_entries:
        return f"{taken.unstable_entries} entries change at every poll and are no longer followed"
    return None
