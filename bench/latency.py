"""From a feed to the phone: a thousand feeds under load, and how long after its planned poll ntfy has an alert.

    ./dev bench latency [--feeds 1000] [--every 60] [--minutes 10] [--database sqlite|postgresql]

Each feed has an address of its own in 127/8 and is asked every 60 s. 330 entries a minute are published at random
moments, 66 of them are to be told, on a real ntfy. Measuring begins once every feed was polled and has its place in the
interval. It demands:

    latency     median at most 1 s, 95 of 100 at most 3 s: from the first planned poll of the feed after the
                publication to the moment at which ntfy's stream brings us the message, which is never before it was
                accepted. Planned polls are computed: a source that is polled well keeps its phase, which the database
                says when measuring begins (and again at the end: it must be the same). A poll that comes late may bring
                what was published since its planned moment; then that moment counts, not the next one.
    polls       none later than one interval, by the feeds' own log
    memory      of the daemon and its workers (PSS), in the last fifth of the time at most 5 % above the second fifth
    WAL         SQLite's, at most 64 MiB at any time
    all         each entry stored and each alert accepted exactly once; no error in the log
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.world import feeds as newsroom
from bench.world.account import settle_account
from bench.world.feeds import Ask, Feeds
from bench.world.figures import Figures, demand_quiet, mean, share
from bench.world.place import KINDS, made, next_polls, opened, parser_of, write_files
from bench.world.process import Samples, cpu, family, run, started
from bench.world.receivers import Taken, listening
from monitor.store.engine.database import Database
from tests.support.ntfy import Ntfy
from tests.support.ntfy import serving as ntfy_serving
from tests.support.whole import until

TOPIC = "bench"
ENTRIES = 330  # a minute
TOLD = 5  # one in so many entries
OLD_ENTRIES = 15  # in each feed at the start
GROWTH = 5.0  # %
WAL = 64.0  # MiB
LATE = 2.0  # s: a poll that is so late is counted


@dataclass(frozen=True, slots=True)
class Plan:
    """The load, and how quick it is to be."""

    feeds: int
    every: int
    minutes: float
    database: str
    median: float | None
    p95: float


@dataclass(frozen=True, slots=True)
class Phases:
    """When each feed is to be asked: once in each interval, at its own moment."""

    anchors: Mapping[int, datetime]
    every: timedelta

    def first_after(self, number: int, moment: datetime) -> datetime:
        """The first planned poll of a feed at or after this moment."""
        anchor = self.anchors[number]
        return anchor - self.every * ((anchor - moment) // self.every)

    def planned(self, number: int, since: datetime, until: datetime) -> Iterator[datetime]:
        """All of them in this time."""
        moment = self.first_after(number, since)
        while moment < until:
            yield moment
            moment += self.every


def latency(message: Taken, published: datetime, phases: Phases) -> float:
    """Seconds from the planned poll to the message."""
    assert message.uid is not None
    planned = phases.first_after(int(message.uid.partition("-")[0]), published)
    if planned > message.at:  # a late poll has brought it
        planned -= phases.every
    return (message.at - planned).total_seconds()


def lags(asks: Mapping[int, list[Ask]], phases: Phases, since: datetime, until: datetime) -> Iterator[float]:
    """Of each planned poll, how many seconds later the feed was asked."""
    for number in phases.anchors:
        began = [ask.began for ask in asks[number]]
        for moment in phases.planned(number, since, until):
            place = bisect_left(began, moment)
            yield (began[place] - moment).total_seconds() if place < len(began) else float("inf")


async def publish(feeds: Feeds, seconds: float, seed: int) -> None:
    """Entries in random feeds at random moments."""
    chance, began = random.Random(seed), asyncio.get_running_loop().time()
    moments = sorted(chance.uniform(0, seconds) for _ in range(round(ENTRIES * seconds / 60)))
    for index, moment in enumerate(moments):
        await asyncio.sleep(began + moment - asyncio.get_running_loop().time())
        feeds.publish(chance.randrange(feeds.count), told=index % TOLD == 0)
    await asyncio.sleep(began + seconds - asyncio.get_running_loop().time())


async def warmed_up(feeds: Feeds, database: Database, every: int) -> Phases:
    """Wait until all feeds were polled twice: from then on each keeps its phase."""
    began = asyncio.get_running_loop().time()
    await until(lambda: len(feeds.asks) == feeds.count, within=300)
    await until(lambda: len(next_polls(database)) == feeds.count, within=300)
    print(f"all feeds were polled after {asyncio.get_running_loop().time() - began:.0f} s", flush=True)
    await asyncio.sleep(every)
    return Phases(next_polls(database), timedelta(seconds=every))


@dataclass(frozen=True, slots=True)
class Stage:
    """What stands round the daemon."""

    folder: Path
    url: str
    feeds: Feeds
    taken: list[Taken]


async def measure(plan: Plan) -> int:
    """The exit code."""
    figures = Figures()
    figures.note(feeds=plan.feeds, every=plan.every, minutes=plan.minutes, database=plan.database)
    feeds = Feeds(plan.feeds)
    feeds.begin_with(OLD_ENTRIES, timedelta(days=2))
    with made(plan.database, "fsync=on") as (folder, url), ntfy_serving(folder) as ntfy:
        async with newsroom.serving(feeds), listening(ntfy, TOPIC) as taken:
            write_files(folder, url, feeds, {"phone": ntfy.channel(TOPIC)}, every=plan.every)
            await under_load(plan, Stage(folder, url, feeds, taken), figures)
        account_with_ntfy(figures, ntfy, taken)
        demand_quiet(figures, folder / "log")
    return figures.verdict()


async def under_load(plan: Plan, stage: Stage, figures: Figures) -> None:
    """The daemon from its start to its end, and what was measured meanwhile."""
    feeds, taken = stage.feeds, stage.taken
    daemon = await started(stage.folder)
    try:
        await until(lambda: feeds.asks)
        with opened(stage.url) as database:
            phases = await warmed_up(feeds, database, plan.every)
            begin, before = datetime.now(UTC), cpu(daemon.pid)
            samples = Samples(daemon.pid, stage.folder / "monitor.db-wal")
            sampling = asyncio.create_task(samples.take())
            await publish(feeds, plan.minutes * 60, seed=1)
            end, computed = datetime.now(UTC), cpu(daemon.pid) - before
            figures.note(processes=len(family(daemon.pid)))
            sampling.cancel()
            new = {uid: entry for uid, entry in feeds.published.items() if entry.at >= begin}
            wanted = {uid for uid, entry in new.items() if entry.told}
            with suppress(TimeoutError):  # what has not come by then is lost, and the account will say so
                await until(lambda: wanted <= {message.uid for message in taken}, within=2 * plan.every + 10)
            await asyncio.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds() + plan.every + 3))
            after = next_polls(database)
            daemon.send_signal(signal.SIGTERM)
            figures.demand("exit code of the daemon", await asyncio.wait_for(daemon.wait(), 15), most=0)
            settle_account(figures, database, new.values(), taken, [TOPIC])
    finally:
        if daemon.returncode is None:
            daemon.kill()
            await daemon.wait()
    moved = sum((after[number] - anchor) % phases.every != timedelta(0) for number, anchor in phases.anchors.items())
    figures.demand("feeds that left their phase", moved, most=0)
    told = [latency(message, new[message.uid].at, phases) for message in taken if message.uid in new]
    judge(figures, plan, told, list(lags(feeds.asks, phases, begin, end)))
    judge_resources(figures, samples, computed, polls=polls_between(feeds.asks.values(), begin, end))


def judge(figures: Figures, plan: Plan, told: list[float], late: list[float]) -> None:
    """How quick it was."""
    minutes = plan.minutes
    figures.note(alerts_a_minute=len(told) / minutes, latency_p99=share(told, 0.99), latency_longest=share(told, 1))
    if plan.median is not None:
        figures.demand("latency median", share(told, 0.5), most=plan.median)
    else:
        figures.note(latency_median=share(told, 0.5))
    figures.demand("latency p95", share(told, 0.95), most=plan.p95)
    figures.demand("latest poll", share(late, 1), most=plan.every)
    figures.note(poll_lag_median=share(late, 0.5), poll_lag_p95=share(late, 0.95))
    figures.note(polls_later_than_2_s=sum(lag > LATE for lag in late))


def judge_resources(figures: Figures, samples: Samples, computed: float, *, polls: int) -> None:
    """What it took."""
    second, last = mean(samples.fifth(2)), mean(samples.fifth(5))
    figures.note(memory_MiB_in_the_second_fifth=second, memory_MiB_in_the_last_fifth=last)
    figures.note(memory_MiB_at_most=max(samples.memory))
    figures.demand("memory growth in percent", (last / second - 1) * 100, most=GROWTH)
    if max(samples.wal):  # SQLite has one as long as it is open
        figures.demand("WAL MiB at most", max(samples.wal), most=WAL)
    figures.note(polls=polls, CPU_ms_per_poll=computed / polls * 1000, CPU_seconds=computed)


def polls_between(asks: Iterable[list[Ask]], begin: datetime, end: datetime) -> int:
    """How many there were in this time."""
    return sum(begin <= ask.began < end for each in asks for ask in each)


def account_with_ntfy(figures: Figures, ntfy: Ntfy, taken: list[Taken]) -> None:
    """That the stream has told us all that ntfy keeps, and in time: its own times are in whole seconds."""
    kept = ntfy.messages(TOPIC)
    figures.demand("messages that ntfy keeps and the stream has not told", abs(len(kept) - len(taken)), most=0)
    delays = [message.at.timestamp() - row["time"] for message, row in zip(taken, kept, strict=False)]
    figures.note(stream_later_than_the_second_of_ntfy_at_most=max(delays, default=0.0))


def main(docstring: str | None, *, feeds: int, minutes: float, median: float | None, p95: float) -> int:
    """From the command line; `docstring` and these are a benchmark's own."""
    parser = parser_of(docstring)
    parser.add_argument("--feeds", type=int, default=feeds)
    parser.add_argument("--every", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    given = parser.parse_args()
    return run(measure(Plan(given.feeds, given.every, given.minutes, given.database, median, p95)))


if __name__ == "__main__":
    sys.exit(main(__doc__, feeds=1000, minutes=10, median=1.0, p95=3.0))
