"""Sources in simulated time: entries come by chance at a given rate, a document holds the last few of them, and polls
happen when the pace says. What was really lost is known here, and is held against what was reported."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.ingest.poll_schedule import next_poll
from monitor.ingest.source_health import HealthUpdate, PollObservation, assess
from monitor.model import Article, Claim, FetchOutcome, FetchResult, Source, SourceStats, TroubleKind
from tests.support.building import NOON, article

HOUR = timedelta(hours=1)
Rate = Callable[[float], float]  # the hour since the beginning -> entries an hour


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll: when, how many entries were new, whether nothing of the document before was left, how many entries
    were never in a document that was read, whether they say when they were written, and what came of it."""

    at: datetime
    new: int
    replaced: bool
    lost: int
    dated: bool
    found: HealthUpdate

    @property
    def reported(self) -> bool:
        """Whether it was said to be a possible gap."""
        return any(trouble.kind is TroubleKind.GAP for trouble in self.found.opened_troubles)


@dataclass(frozen=True, slots=True)
class World:
    """A source as it is: when its entries come, and how many its document holds. It has an archive from the start."""

    size: int
    moments: Sequence[datetime]
    dated: bool = True

    def count(self, now: datetime) -> int:
        """How many entries there have been."""
        return self.size + bisect_right(self.moments, now)

    def articles(self, first: int, end: int, now: datetime) -> list[Article]:
        """The entries of these numbers."""
        return [article(f"{n}", seen=now, published=self._published(n), dated=self.dated) for n in range(first, end)]

    def _published(self, number: int) -> datetime:
        return self.moments[number - self.size] if number >= self.size else NOON - (self.size - number) * 2 * HOUR


def moments(rate: Rate, most: float, hours: float, chance: random.Random) -> list[datetime]:
    """When entries come: by chance, `rate` of them an hour, which is never above `most`."""
    found, at = [], 0.0
    while (at := at + chance.expovariate(most)) < hours:
        if chance.random() * most < rate(at):
            found.append(NOON + at * HOUR)
    return found


def polls(source: Source, world: World, hours: float, *, adaptive: bool = True) -> Iterator[Poll]:
    """The polls of a source in so many hours; not `adaptive`: as if nothing were ever learnt of its pace."""
    claim, before = Claim(source.id, source.url, 1, NOON), 0
    while claim.planned < NOON + hours * HOUR:
        now, count = claim.planned, world.count(claim.planned)
        first = max(before, count - world.size)
        new = world.articles(first, count, now)
        answer = FetchResult(FetchOutcome.DOCUMENT if new else FetchOutcome.NOT_MODIFIED, source.url, 200)
        known = world.size - len(new)
        found = assess(PollObservation(source, claim, answer, now, entries=world.size, known=known, new=new))
        lost = 0 if claim.is_first_poll else first - before
        yield Poll(now, len(new), replaced=known == 0, lost=lost, dated=world.dated, found=found)
        paced = found.stats if adaptive else SourceStats()
        at = next_poll(source, answer, paced, planned=now, now=now, failures=0, is_first_poll=claim.is_first_poll)
        claim = replace(claim, planned=at, is_first_poll=False, stats=found.stats, last_ok=now)
        before = count


def intervals(made: Sequence[Poll]) -> list[timedelta]:
    """From poll to poll."""
    return [after.at - before.at for before, after in pairwise(made)]
