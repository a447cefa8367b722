"""A tenth of the sources hang, and the others do not notice.

    ./dev bench hanging [--feeds 500] [--every 60] [--minutes 3]

500 feeds, each on an address of its own in 127/8, are asked every 60 s, and 330 entries a minute are published at
random moments in nine tenths of them, all of them to be told to a webhook. First all feeds answer; then a tenth takes
connections and never says a word, while the others go on. It demands:

    latency     of the others, from the planned poll to the moment at which the webhook has the message: the value that
                95 of 100 do not exceed is at most 1.1 times what it was before the others hung
    all         each entry told once, in both halves; no error in the log
"""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web

from tests.bench.latency import Phases, latency, warmed_up
from tests.bench.world import feeds as newsroom
from tests.bench.world import receivers
from tests.bench.world.feeds import Entry, Feeds
from tests.bench.world.figures import Figures, demand_quiet, share
from tests.bench.world.place import made, opened, parser_of, write_files
from tests.bench.world.process import ended, run, started
from tests.bench.world.receivers import Webhook
from tests.e2e.whole import until

SHARE = 10  # one in so many hangs
ENTRIES = 330  # a minute
SLOWER = 1.1
SEED = 1


@dataclass
class HangingFeeds(Feeds):
    """Feeds some of which may stop answering."""

    hanging: set[int] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.Response:
        """The feed of this path, or nothing for ever."""
        if int(request.match_info["number"]) in self.hanging:
            await asyncio.sleep(3600)
        return await Feeds.answer(self, request)


@dataclass(frozen=True, slots=True)
class Plan:
    """The load."""

    feeds: int
    every: int
    minutes: float

    @property
    def healthy(self) -> list[int]:
        """The feeds that answer all the time."""
        return [number for number in range(self.feeds) if number % SHARE]


async def published(feeds: Feeds, plan: Plan, chance: random.Random) -> list[Entry]:
    """Entries at random moments, evenly spread over the healthy feeds."""
    seconds, loop = plan.minutes * 60, asyncio.get_running_loop()
    began, count = loop.time(), round(ENTRIES * plan.minutes)
    entries = []
    for moment in sorted(chance.uniform(0, seconds) for _ in range(count)):
        await asyncio.sleep(began + moment - loop.time())
        entries.append(feeds.publish(chance.choice(plan.healthy), told=True))
    await asyncio.sleep(max(0.0, began + seconds - loop.time()))
    return entries


async def told(hook: Webhook, entries: Iterable[Entry], phases: Phases, within: float) -> list[float]:
    """How long each of them took."""
    moments = {entry.uid: entry.at for entry in entries}
    with suppress(TimeoutError):
        await until(lambda: moments.keys() <= {taken.uid for taken in hook.taken}, within=within)
    return [latency(taken, moments[taken.uid], phases) for taken in hook.taken if taken.uid in moments]


async def measure(plan: Plan) -> int:
    """The exit code."""
    figures, feeds, hook = Figures(), HangingFeeds(plan.feeds), Webhook()
    feeds.begin_with(5, timedelta(days=2))
    figures.note(feeds=plan.feeds, hanging=plan.feeds - len(plan.healthy), every=plan.every, minutes=plan.minutes)
    with made("sqlite") as (folder, url):
        async with newsroom.serving(feeds), receivers.serving(hook):
            write_files(folder, url, feeds, {"hook": hook.url("hook")}, every=plan.every)
            daemon = await started(folder)
            try:
                await until(lambda: feeds.asks)
                with opened(url) as database:
                    phases = await warmed_up(feeds, database, plan.every)
                chance = random.Random(SEED)
                calm = await _half(feeds, hook, plan, phases, chance)
                feeds.hanging = set(range(plan.feeds)).difference(plan.healthy)
                await asyncio.sleep(plan.every)  # each of them was asked, and hangs
                beside = await _half(feeds, hook, plan, phases, chance)
                daemon.send_signal(signal.SIGTERM)
                figures.demand("exit code of the daemon", await asyncio.wait_for(daemon.wait(), 15), most=0)
            finally:
                await ended(daemon)
        demand_quiet(figures, folder / "log")
    _judge(figures, plan, calm, beside)
    return figures.verdict()


async def _half(feeds: HangingFeeds, hook: Webhook, plan: Plan, phases: Phases, chance: random.Random) -> list[float]:
    began = datetime.now(UTC)
    entries = await published(feeds, plan, chance)
    found = await told(hook, entries, phases, within=2.0 * plan.every + 30)
    print(f"{len(found)} of {len(entries)} told, {(datetime.now(UTC) - began).total_seconds():.0f} s", flush=True)
    return found


def _judge(figures: Figures, plan: Plan, calm: list[float], beside: list[float]) -> None:
    for name, found in (("before", calm), ("beside hanging sources", beside)):
        figures.demand(f"entries told {name}", len(found), least=round(ENTRIES * plan.minutes))
        figures.note(**{f"latency median {name}": share(found, 0.5), f"latency p95 {name}": share(found, 0.95)})
    figures.demand("p95 beside hanging sources, times", share(beside, 0.95) / share(calm, 0.95), most=SLOWER)


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--feeds", type=int, default=500)
    parser.add_argument("--every", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=3)
    given = parser.parse_args()
    return run(measure(Plan(given.feeds, given.every, given.minutes)))


if __name__ == "__main__":
    sys.exit(main())
