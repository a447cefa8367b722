"""Intervals of healthy sources beside sources whose small documents cost much.

    ./dev bench costly_sources [--only "U+FDFA"] [--seconds 90] [--sources 4]

One daemon with the rules of this repository polls 5 healthy feeds every 5 s, first alone; then, for each kind
(world/costly.py: texts that folding makes eighteen times as long, full stops, nested lists and blocks, the words of the
rules over and over ...), beside so many sources of it that are to be polled every 5 s too. What is measured is the time
from one request to the next at the healthy feeds. It demands of each kind:

    median      at most 1.2 times that of the daemon alone
    95 of 100   likewise
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from bench.world import costly as hostile
from bench.world import feeds as newsroom
from bench.world.costly import TEXTS, VARIANTS, Costly
from bench.world.feeds import Feeds
from bench.world.figures import Figures, share
from bench.world.place import made, parser_of
from bench.world.process import ended, run, started
from tests.support.whole import ROOT, until

HEALTHY = 5
EVERY = 5  # s
TIMES = 1.2


@dataclass
class Stage:
    """What stands round the daemon."""

    folder: Path
    url: str
    feeds: Feeds
    costly: Costly
    added: list[str] = field(default_factory=list)

    def write(self) -> None:
        """Its files, without a costly source."""
        self.write_sources([])
        (self.folder / "monitor.yaml").write_text(
            f"database: {self.url}\nsources: [sources.yaml]\nrules: ['{ROOT}/rules']\n"
            f"entities: ['{ROOT}/seeds/entities']\nnetwork: {{allow: [127.0.0.0/8]}}\n"
            "channels:\n  screen: {url: 'console://'}\nroutes: {default: [screen]}\n",
            encoding="utf-8",
        )

    def write_sources(self, urls: list[str]) -> None:
        """The healthy ones, and these besides."""
        rows = [(f"s{number}", self.feeds.url(number)) for number in range(HEALTHY)]
        rows += [(f"x{url.rpartition(':')[2].replace('/', '-')}", url) for url in urls]
        written = "".join(f"  - {{id: {id_}, url: '{url}', every: {EVERY} s}}\n" for id_, url in rows)
        (self.folder / "sources.yaml").write_text(f"sources:\n{written}", encoding="utf-8")

    async def intervals(self, seconds: float) -> list[float]:
        """Those between the requests at each healthy feed, in seconds, from now on for so long. A feed that waits
        still has an interval that is not over."""
        began = datetime.now(UTC)
        await asyncio.sleep(seconds)
        found: list[float] = []
        for number in range(HEALTHY):
            asks = [began, *(ask.began for ask in self.feeds.asks[number] if ask.began > began)]
            found += [(b - a).total_seconds() for a, b in pairwise(asks[1:])]
            found.append(max((datetime.now(UTC) - asks[-1]).total_seconds(), EVERY))
        return found


async def measure(kinds: list[str], seconds: float, sources: int) -> int:
    """The exit code."""
    figures = Figures()
    feeds = Feeds(HEALTHY)
    feeds.begin_with(10, timedelta(hours=1))
    with made("sqlite") as (folder, url):
        async with newsroom.serving(feeds), hostile.serving(Costly()) as costly:
            stage = Stage(folder, url, feeds, costly)
            stage.write()
            daemon = await started(folder)
            try:
                await until(lambda: all(len(feeds.asks[number]) > 1 for number in range(HEALTHY)))
                alone = await stage.intervals(seconds)
                figures.note(alone_median_s=share(alone, 0.5), alone_p95_s=share(alone, 0.95))
                for kind in kinds:
                    await asyncio.to_thread(_prepare, kind, sources)
                    costly.kind, costly.asked = kind, {}
                    stage.write_sources([costly.url(number) for number in range(sources)])
                    await until(lambda: len(costly.asked) == sources)
                    _judge(figures, kind, await stage.intervals(seconds), alone)
                    figures.note(**{f"{kind}: polls of its sources": sum(costly.asked.values())})
                    stage.write_sources([])
                    await asyncio.sleep(2 * EVERY)
            finally:
                await ended(daemon)
            text = (folder / "log").read_text(encoding="utf-8")
            figures.demand("tracebacks in the log", text.count("Traceback"), most=0)
    return figures.verdict()


def _prepare(kind: str, sources: int) -> None:
    """Make the documents before anything is measured."""
    for feed in range(sources):
        for variant in range(VARIANTS):
            hostile.document(kind, feed, variant)


def _judge(figures: Figures, kind: str, beside: list[float], alone: list[float]) -> None:
    for name, part in (("median", 0.5), ("p95", 0.95)):
        ratio = share(beside, part) / share(alone, part)
        figures.demand(f"{kind}: {name}, times that alone", ratio, most=TIMES)
    print(f"{kind:26} median {share(beside, 0.5):5.2f} s  p95 {share(beside, 0.95):5.2f} s", flush=True)


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--only", help="one kind")
    parser.add_argument("--seconds", type=float, default=90)
    parser.add_argument("--sources", type=int, default=4)
    given = parser.parse_args()
    return run(measure([given.only] if given.only else [*TEXTS], given.seconds, given.sources))


if __name__ == "__main__":
    sys.exit(main())
