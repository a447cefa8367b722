"""What a poll costs, beside a bare client that only asks, and one that also gives everything to feedparser.

    ./dev bench ingest_cost [--feeds 1000] [--many 5000] [--rounds 5] [--only 304,same,new,many]

1,000 feeds of 30 entries, each on an address of its own in 127/8, are served gzipped by another process. What is
measured is `news-monitor run` with the shipped rules on SQLite: it claims, fetches, parses, stores, matches, queues and
delivers. CPU is user and system time of all of its processes, those that have ended included.

    first poll  `run --once` on a new database, net of the same with one source. The only polls that come with a start.
    the others  one daemon, whose sources are all made due in the database at the same moment, again and again; net of
                what the same daemon with one source takes in the same time. So each round is as many polls as the bare
                client makes requests, and reading the files, which is no poll, is on neither side. Both ask 64 at a
                time and have no pause. "CPU ms of a poll when due" is noted beside it: the same 304s, each at its own
                moment, where few polls share a commit.

The bare client has the same session settings, and its start is not counted. Both take turns. Each round is held against
the bare client just before and just after it, because a shared machine is a third slower in one minute than in the
next, and of these ratios the median is judged. It demands:

    first   the first poll of every feed: at most 1.5 x (GET + feedparser)
    304     nothing has changed: at most 2.5 x GET
    same    200 with the same bytes: at most 2.5 x GET
    new     one new entry in each, of which one in 100 is to be told: at most 2 x (GET + feedparser on the unseen)
    many    5,000 feeds, all 304: at most 2.2 x GET
    memory  of all processes (PSS), at any time: at most 220 MiB, and 40 MiB above the daemon with one source
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from threading import Thread

from sqlalchemy import or_, select, update

from bench.world.figures import Figures, demand_quiet
from bench.world.newsstand import FORGETFUL, HONEST, Serving, address, serving
from bench.world.place import opened, parser_of
from bench.world.process import cpu, ended, memory, run, started
from monitor.store.engine.database import Database
from monitor.store.engine.tables import source
from tests.support.whole import ROOT, until

ENTRIES = 30
FEW = 3  # entries of each of the many feeds: what counts there are the 304s
LIMITS = {"first": 1.5, "304": 2.5, "new": 2.0, "same": 2.5, "many": 2.2}
MEMORY = 220.0  # MiB
GROWTH = 40.0  # MiB
START = 12.0  # s until a daemon has started, and is at rest
CALM = 15.0  # s that one is watched that has nothing to do
SETTLED = 1.5  # s after the last poll of a round
EVERY = 20  # s: the interval when polls are made as they fall due
DUE = 40.0  # s that is watched
RULE = """\
rule: sighting
title: Sighting
level: low
match: {words: {en: [zeppelin]}}
alert: {once_per: article}
"""


@dataclass
class Place:
    """A folder with a database, and two configs on it: all the feeds, and the first alone."""

    folder: Path
    stand: Serving
    feeds: int
    peaks: list[float] = field(default_factory=list)
    apart: float = 0.0  # seconds of CPU of the fork server and its workers, for whom the daemon does not wait

    @property
    def url(self) -> str:
        """The database's."""
        return f"sqlite:///{self.folder}/monitor.db"

    def write(self, every: int = 3600) -> None:
        """The files."""
        rules = self.folder / "rules"
        rules.mkdir(exist_ok=True)
        (rules / "sighting.yaml").write_text(RULE, encoding="utf-8")
        for name, count in (("all", self.feeds), ("one", 1)):
            rows = "".join(
                f"  - {{id: s{n}, url: '{address(n, self.stand.port)}', name: Source {n}, every: {every} s}}\n"
                for n in range(count)
            )
            (self.folder / f"{name}.sources.yaml").write_text(f"sources:\n{rows}", encoding="utf-8")
            (self.folder / f"{name}.yaml").write_text(
                f"database: sqlite:///monitor.db\nsources: [{name}.sources.yaml]\n"
                f"rules: ['{ROOT / 'rules'}', rules]\nentities: ['{ROOT / 'seeds' / 'entities'}']\n"
                "network: {allow: [127.0.0.0/8]}\n"
                f"channels:\n  phone: {{url: 'json://127.0.0.1:{self.stand.port}/phone'}}\n"
                "routes: {default: [phone]}\n",
                encoding="utf-8",
            )

    def forget(self) -> None:
        """The database, as it was before the first poll."""
        for file in self.folder.glob("monitor.db*"):
            file.unlink()

    def once(self, name: str) -> float:
        """Seconds of CPU of `run --once` with all its processes: what the kernel counts of it, and of the others what
        they had used when they were last seen, 0.2 s before the end at most."""
        self.apart = 0.0
        command = (sys.executable, "-m", "monitor", "run", "--once", "-c", f"{name}.yaml")
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
            )
        watching = Thread(target=self._watch, args=(process.pid,))
        watching.start()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        watching.join()
        if process.returncode:
            raise SystemExit(f"run --once ended with {process.returncode}: {(self.folder / 'log').read_text()[-2000:]}")
        return used.ru_utime + used.ru_stime + self.apart

    def _watch(self, pid: int) -> None:
        with suppress(OSError):
            while Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii"):
                self.peaks.append(memory(pid))
                self.apart = max(self.apart, cpu(pid, without=frozenset({pid})))
                time.sleep(0.2)

    def bare(self, *what: str) -> float:
        """Seconds of CPU of the bare client."""
        command = (sys.executable, "-m", "bench.world.bare_client", str(self.feeds), str(self.stand.port), *what)
        return float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


@contextmanager
def placed(feeds: int, entries: int) -> Iterator[Place]:
    """A new place, and its feeds."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, serving(feeds, entries) as stand:
        place = Place(Path(name), stand, feeds)
        place.write()
        yield place


@dataclass
class Daemon:
    """A daemon of a place that runs."""

    place: Place
    pid: int
    idle: float = 0.0  # seconds of CPU in a second in which nothing is due

    async def round(self, sources: int | None = None) -> float:
        """Seconds of CPU of one poll of every source, or of the first so many, all due now."""
        before, began, asked = cpu(self.pid), time.monotonic(), datetime.now(UTC)
        with opened(self.place.url) as database:
            with database.writing() as connection:
                connection.execute(update(source).values(next_at=asked))
            wanted = {f"s{number}" for number in range(self.place.feeds if sources is None else sources)}
            await until(lambda: not wanted & _waiting(database, asked), within=600)
        await asyncio.sleep(SETTLED)  # what was to be told is delivered
        return cpu(self.pid) - before - self.idle * (time.monotonic() - began)


def _waiting(database: Database, asked: datetime) -> set[str]:
    late = select(source.c.id).where(or_(source.c.polled_at.is_(None), source.c.polled_at < asked))
    with database.reading() as connection:
        return set(connection.execute(late).scalars())


@asynccontextmanager
async def running(place: Place, name: str) -> AsyncIterator[Daemon]:
    """`news-monitor run` with one of the configs, at rest: it has polled all of its sources once."""
    (place.folder / "monitor.yaml").write_bytes((place.folder / f"{name}.yaml").read_bytes())
    process = await started(place.folder)
    daemon = Daemon(place, process.pid)
    watching = asyncio.create_task(daemon_memory(daemon))
    try:
        await asyncio.sleep(START)
        await daemon.round(place.feeds if name == "all" else 1)
        await asyncio.sleep(SETTLED)
        yield daemon
    finally:
        watching.cancel()
        await ended(process)


async def daemon_memory(daemon: Daemon) -> None:
    """Its memory, until it is cancelled."""
    while True:
        daemon.place.peaks.append(await asyncio.to_thread(memory, daemon.pid))
        await asyncio.sleep(0.5)


@dataclass
class Table:
    """The rows: medians of what was measured in each round, and how the ratio is judged."""

    figures: Figures
    rounds: int

    async def row(self, daemon: Daemon, name: str, *bare: str, before: Callable[[], object] | None = None) -> None:
        """One demand: our polls, beside the bare client; `before` each round something may be done."""
        place, ours, theirs = daemon.place, [], [await asyncio.to_thread(daemon.place.bare, *bare)]
        for _ in range(self.rounds):
            if before:
                before()
            ours.append(await daemon.round())
            theirs.append(await asyncio.to_thread(place.bare, *bare))
        ratios = [own / fmean(around) for own, around in zip(ours, pairwise(theirs), strict=True)]
        self.judge(name, median(ours) / place.feeds, median(theirs) / place.feeds, median(ratios))

    def judge(self, name: str, ours: float, theirs: float, ratio: float) -> None:
        """Seconds of a poll, and of the bare client."""
        figures = {f"{name}: CPU ms of a poll": ours * 1000, f"{name}: CPU ms of the bare client": theirs * 1000}
        print(f"{name:6} {ours * 1000:6.3f} ms, bare {theirs * 1000:6.3f} ms: x {ratio:.2f}", flush=True)
        self.figures.note(**figures)
        self.figures.demand(f"{name}: ratio", ratio, most=LIMITS[name])


async def measure(feeds: int, many: int, rounds: int, only: set[str]) -> int:
    """The exit code."""
    figures = Figures()
    figures.note(feeds=feeds, entries=ENTRIES, rounds=rounds)
    table = Table(figures, rounds)
    with placed(feeds, ENTRIES) as place:
        await _first(place, table)
        await _others(place, table, only)
        demand_quiet(figures, place.folder / "log")
    if "many" in only:
        with placed(many, FEW) as place:
            await asyncio.to_thread(place.once, "all")
            async with running(place, "all") as daemon:
                daemon.idle = await _idle(daemon)
                await table.row(daemon, "many", "get", "0")
            demand_quiet(figures, place.folder / "log")
    return figures.verdict()


async def _first(place: Place, table: Table) -> None:
    used = {}
    for name in ("one", "all"):
        place.forget()
        used[name] = await asyncio.to_thread(place.once, name)
    ours = (used["all"] - used["one"]) / (place.feeds - 1)
    theirs = await asyncio.to_thread(place.bare, "parse") / place.feeds
    table.judge("first", ours, theirs, ours / theirs)


async def _others(place: Place, table: Table, only: set[str]) -> None:
    figures = table.figures
    async with running(place, "one") as calm:
        idle, at_rest = await _idle(calm), await asyncio.to_thread(memory, calm.pid)
    async with running(place, "all") as daemon:
        daemon.idle = idle
        if "304" in only:
            await table.row(daemon, "304", "get", "0")
        if "same" in only:
            place.stand.tell(f"mode/{FORGETFUL}")
            await daemon.round()  # what is not known yet of a server that always says 200 is learnt
            await table.row(daemon, "same", "get")
            place.stand.tell(f"mode/{HONEST}")
        if "new" in only:
            await daemon.round()
            await table.row(daemon, "new", "parse-new", before=lambda: place.stand.tell("publish"))
    figures.note(**{"MiB of a daemon with one source": at_rest, "CPU ms in a second with one source": idle * 1000})
    figures.demand("MiB at most", max(place.peaks), most=MEMORY)
    figures.demand("MiB above a daemon with one source", max(place.peaks) - at_rest, most=GROWTH)
    if "304" in only:
        place.write(EVERY)
        async with running(place, "all") as daemon:  # each source has its moment after its second poll
            await asyncio.sleep(EVERY)
            before = cpu(daemon.pid)
            await asyncio.sleep(DUE)
            net = cpu(daemon.pid) - before - idle * DUE
        figures.note(**{"304: CPU ms of a poll when due": net / DUE / (place.feeds / EVERY) * 1000})


async def _idle(daemon: Daemon) -> float:
    """Seconds of CPU in a second in which nothing is due."""
    before = cpu(daemon.pid)
    await asyncio.sleep(CALM)
    return (cpu(daemon.pid) - before) / CALM


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--many", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="304,same,new,many", help="rows, besides the first poll")
    given = parser.parse_args()
    return run(measure(given.feeds, given.many, given.rounds, set(given.only.split(","))))


if __name__ == "__main__":
    sys.exit(main())
