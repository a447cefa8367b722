"""What a poll costs while a thousand sources of one host are due, which may be asked one at a time.

    ./dev bench one_host [--sources 1000] [--seconds 60]

All sources are known and unchanged. Their host takes .9 s for each answer and gets one request at a time, so about one
poll a second is made, and all other sources stay due. First only a few sources are there, of which one or two are due
at any moment. CPU is user and system time of all processes, less what the same daemon takes without sources.
It demands:

    a poll               at most 3 ms CPU
    among so many        at most 1.3 times a poll among a few
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bench.command_cost import START, rested, used_by
from bench.world import feeds as newsroom
from bench.world.feeds import Feeds
from bench.world.figures import Figures, demand_quiet
from bench.world.place import made, parser_of
from bench.world.process import cpu, ended, run, started

SLOWNESS = 0.9  # s until the host has answered; then the daemon begins the next poll within .1 s
EVERY = 10  # s: all are due again before the daemon has begun
FEW = 12  # sources that the host can just answer in that time


class OneHost(Feeds):
    """Feeds that share one address."""

    def url(self, number: int) -> str:
        """The address of a feed, of which only the path is its own."""
        return f"http://127.1.1.1:{self.port}/{number}"

    def count_asks(self) -> int:
        """How often the host was asked."""
        return sum(map(len, self.asks.values()))


def write_config(folder: Path, url: str, *, per_host: int) -> None:
    """A config without rules. `per_host`: requests at once to one host."""
    (folder / "monitor.yaml").write_text(
        f"database: {url}\nsources: [sources.yaml]\nrules: []\nnetwork: {{allow: [127.0.0.0/8]}}\n"
        "channels:\n  screen: {url: 'console://'}\nroutes: {default: [screen]}\n"
        f"limits: {{per_host: {per_host}}}\n",
        encoding="utf-8",
    )


def write_sources(folder: Path, feeds: Feeds, count: int) -> None:
    """The first `count` feeds."""
    rows = "".join(f"\n  - {{id: s{n}, url: '{feeds.url(n)}', every: {EVERY} s}}" for n in range(count))
    (folder / "sources.yaml").write_text(f"sources:{rows or ' []'}\n", encoding="utf-8")


async def used_in(pid: int, seconds: float) -> float:
    """CPU ms that the daemon takes in this time."""
    before = cpu(pid)
    await asyncio.sleep(seconds)
    return 1000 * (cpu(pid) - before)


async def cost_of_polls(
    feeds: OneHost, folder: Path, pid: int, sources: int, *, seconds: float, at_rest: float
) -> float:
    """CPU ms of a poll while the daemon has so many sources; `at_rest`: what it takes in this time without any."""
    write_sources(folder, feeds, sources)
    await asyncio.sleep(START)
    asked = feeds.count_asks()
    used = await used_in(pid, seconds)
    return (used - at_rest) / (feeds.count_asks() - asked)


async def measure(sources: int, seconds: float) -> int:
    """Print the figures; the exit code."""
    figures, feeds = Figures(), OneHost(sources)
    with made("sqlite") as (folder, url):
        async with newsroom.serving(feeds):
            write_config(folder, url, per_host=32)
            write_sources(folder, feeds, sources)
            await asyncio.to_thread(used_by, folder, "run", "--once", "-c", "monitor.yaml")
            write_config(folder, url, per_host=1)
            write_sources(folder, feeds, 0)
            feeds.slowness = lambda: SLOWNESS
            daemon = await started(folder)
            try:
                await rested(folder)
                at_rest = await used_in(daemon.pid, seconds)
                few, many = [
                    await cost_of_polls(feeds, folder, daemon.pid, count, seconds=seconds, at_rest=at_rest)
                    for count in (FEW, sources)
                ]
            finally:
                await ended(daemon)
        figures.note(at_rest_ms_a_second=at_rest / seconds, a_poll_among_a_few_ms=few)
        figures.demand("a poll, CPU ms", many, most=3.0)
        figures.demand("a poll, times that among a few", many / few, most=1.3)
        demand_quiet(figures, folder / "log")
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60.0)
    given = parser.parse_args()
    return run(measure(given.sources, given.seconds))


if __name__ == "__main__":
    sys.exit(main())
