"""One poll, taken in: the articles that are new to us, what is learnt of the source, and when it is polled next.

It puts together what the others of this room say, each of its own matter; it fetches nothing and stores nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from monitor.intake.articles import Known, Sought, Taken, sought, unseen
from monitor.intake.coverage import CHURNED, Covered, Seen, covered, left_behind
from monitor.intake.identity import identify, mark_of
from monitor.intake.marks import kept, packed
from monitor.intake.pace import after_too_much, hint_of, next_poll
from monitor.model import Article, Claim, Entry, Feed, Fetched, FetchOutcome, Mark, Polled, Source, Validators

_NO_FEED = Feed(())
SLACK = timedelta(hours=1)
"""Dates of a site differ from the moment at which it let its articles into the feed."""


@dataclass(frozen=True)
class Brought:
    """What a poll has brought, before anything was decided. `marks`: of the entries of its source's last documents, of
    which the worker did not read those that came again; `older`: entries that had left the document unseen; `looked`:
    where they were looked for; `at_home`: the source's own address was asked, though another was learnt."""

    claim: Claim
    source: Source
    fetched: Fetched
    feed: Feed = _NO_FEED
    marks: tuple[Mark, ...] = ()
    older: tuple[Entry, ...] = ()
    looked: str | None = None
    at_home: bool = False

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All that was read, the document's own first."""
        return self.feed.entries + self.older

    @property
    def characters(self) -> int:
        """Of the texts of all that was read."""
        return sum(len(entry.title) + len(entry.summary) + len(entry.content) for entry in self.entries)

    @cached_property
    def others(self) -> tuple[Mark, ...]:
        """The document's entries that were not read, because they are known."""
        known = self._by_slice
        return tuple(known[each] for each in self.feed.slices if each in known)

    @cached_property
    def uids(self) -> list[str]:
        """The identities of what was read."""
        return identify(self.entries, self.others, guids=self.trusts_guids, marks=self.own)

    @cached_property
    def sought(self) -> dict[str, Sought]:
        """By what else the articles of what was read are recognised, by uid."""
        return sought(self.entries, self.uids, self.others, self.own)

    @cached_property
    def own(self) -> tuple[Mark, ...]:
        """The marks of what was read: made once, for all who ask."""
        return tuple(map(mark_of, self.entries))

    @cached_property
    def missed(self) -> frozenset[str]:
        """The identities of what had left the document."""
        return frozenset(self.uids[len(self.feed.entries) :]).difference(self.uids[: len(self.feed.entries)])

    @property
    def trusts_guids(self) -> bool:
        return not self.claim.habits.distrusts_guids

    @property
    def may_have_lost(self) -> bool:
        """Whether nothing in the document was there before, as far as that shows without asking the database."""
        return bool(self.feed.entries) and not self.others and not self.claim.first and self.claim.habits.entries > 0

    @cached_property
    def _by_slice(self) -> dict[bytes, Mark]:
        return {mark.slice: mark for mark in self.marks}

    def marks_after(self, *, whole: bool) -> bytes | None:
        """The marks to keep, packed; None: those that are kept already. `whole`: all that was read is taken in."""
        if not self.feed.slices:
            return None
        new = (mark for mark in self.own[: len(self.feed.entries)] if mark.slice) if whole else ()
        after = kept(self.feed.slices, self._by_slice, new)
        return packed(after) if after != self.marks else None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a poll leaves behind at its source, and the articles to decide on."""

    polled: Polled
    articles: tuple[Article, ...]


def taken_in(brought: Brought, known: Mapping[str, Known], now: datetime, *, most: int) -> TakenIn:
    """The poll, taken in. `known`: what we have of its entries, by uid; `most`: new articles of one poll."""
    claim, source, fetched, feed = brought.claim, brought.source, brought.fetched, brought.feed
    taken = unseen(
        source,
        brought.entries,
        brought.uids,
        known,
        now=now,
        baseline=claim.first,
        others=brought.others,
        guids=brought.trusts_guids,
        wanted=brought.sought,
    )
    of_document = [article for article in taken.articles if article.uid not in brought.missed]
    # A first poll is taken whole: what it left for the second would pass for news. So is what had left the document,
    # which comes first: where it is too much work for one poll, none of the document is known at the next one either,
    # and so it is looked for again.
    left = 0 if claim.first else max(0, len(of_document) - most)
    articles = _past(taken.articles, brought) + of_document[: len(of_document) - left]
    churned = CHURNED if taken.distrusts and brought.trusts_guids else None
    problem = fetched.problem or _unread(taken, left + feed.left) or churned or feed.problem
    if problem:  # without them the whole document comes again, and with it what was not read
        fetched = replace(fetched, validators=Validators())
    failures = claim.failures + 1 if fetched.outcome in {FetchOutcome.FAILED, FetchOutcome.GONE} else 0
    learnt = covered(_seen(brought, taken, fetched, now=now, failures=failures, left=left + feed.left))
    next_at = next_poll(
        source, fetched, learnt.habits, planned=claim.planned, now=now, failures=failures, first=claim.first
    )
    polled = Polled(
        claim,
        now,
        fetched,
        next_at,
        failures,
        entries=(len(feed.slices) or len(feed.entries)) + feed.beyond,
        problem=problem or _beyond(feed) or _cut(brought.entries) or _still(claim, fetched),
        habits=None if learnt.habits == claim.habits else learnt.habits,
        opened=learnt.opened,
        closed=learnt.closed,
        marks=brought.marks_after(whole=not left),
    )
    return TakenIn(polled, _held(articles, learnt, claim))


def _seen(brought: Brought, taken: Taken, fetched: Fetched, *, now: datetime, failures: int, left: int) -> Seen:
    """What the poll says of its source: by the document alone, whatever was found of older entries."""
    new = [article for article in taken.articles if article.version == 1 and article.uid not in brought.missed]
    entries = len(set(brought.uids) - brought.missed) + len(brought.others)
    return Seen(
        brought.source,
        brought.claim,
        fetched,
        now,
        failures=failures,
        entries=entries,
        known=entries - len(new),
        new=new,
        ill_formed=brought.feed.problem,
        hint=hint_of(fetched.headers, brought.feed.hint, now),
        moved=fetched.moved,
        at_home=brought.at_home,
        churned=taken.distrusts and brought.trusts_guids,
        looked=brought.looked,
        left=left,
    )


def cut_short(taken: TakenIn, source: Source, decided: int, now: datetime) -> TakenIn:
    """A poll whose first `decided` articles only were decided on, because they were as much work as a poll may make.
    The others are new to the next one, to which the whole document comes again, and which judges them as this one."""
    polled, left = taken.polled, len(taken.articles) - decided
    told = f"its texts are too much work for one poll: {left} new entries wait for the next one"
    habits = polled.habits or polled.claim.habits
    cut = replace(
        polled,
        fetched=replace(polled.fetched, validators=Validators()),
        next_at=after_too_much(source, now),
        problem=f"{told}; {polled.problem}" if polled.problem else told,
        habits=replace(habits, **left_behind(polled.claim, habits.left + left, now)),
        marks=None,
        unfinished=polled.claim.first,
    )
    return TakenIn(cut, taken.articles[:decided])


def _past(articles: Sequence[Article], brought: Brought) -> list[Article]:
    """Those that had left the document unseen, the oldest page first: the newer ones, which lead to it, stay unknown
    until it is taken in. What no date of its own places after the poll before is the source's past: an older page holds
    that too."""
    since = (brought.claim.news_since or brought.claim.planned) - SLACK
    older = [article for article in reversed(articles) if article.uid in brought.missed]
    return [each if each.dated and each.published >= since else replace(each, baseline=True) for each in older]


def _held(articles: Sequence[Article], learnt: Covered, claim: Claim) -> tuple[Article, ...]:
    """The articles, those of a burst that nothing says to be news as if they were the source's past."""
    if learnt.burst is None:
        return tuple(articles)
    since = claim.news_since or claim.planned
    return tuple(
        # A date after the poll before, in a burst that is held all the same: it was stamped on an archive.
        replace(each, baseline=True, dated=each.dated and each.published <= since)
        if each.uid in learnt.burst.old
        else each
        for each in articles
    )


def _still(claim: Claim, fetched: Fetched) -> str | None:
    """What was said of the document that is still there."""
    return claim.problem if fetched.outcome is FetchOutcome.NOT_MODIFIED and not claim.failures else None


def _beyond(feed: Feed) -> str | None:
    """What of a document is never read, and need not be: it is told, and no reason to ask for it again."""
    if not feed.beyond:
        return None
    read = len(feed.slices) or len(feed.entries)
    return f"it lists {read + feed.beyond} entries: only the {read} at both ends of its list are read"


def _cut(entries: Sequence[Entry]) -> str | None:
    """Whose texts are longer than any article's; told once, by the poll that reads them."""
    if not (many := sum(entry.cut for entry in entries)):
        return None
    return f"{many} of its entries have longer texts than any article: their ends were left out"


def _unread(taken: Taken, left: int) -> str | None:
    """What of a document was left out, for a person."""
    if left:
        return f"{left} new entries beyond `limits.entries` wait for the next poll"
    if taken.restless:
        return f"{taken.restless} entries change at every poll and are no longer followed"
    return None
