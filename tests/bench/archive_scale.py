"""What a large archive costs the commands that people use every day, the daemon's start, and polls during a prune.

    ./dev bench archive_scale [--articles 1000000] [--times 5] [--prune 60]

The archive is that of `world.archive` on SQLite, its articles spread over 80 days and all in the search index, with the
files of `init`. CPU is user and system time; of the runs of a command the best counts: whatever else the machine does
disturbs some of them only. Each is compared with the same on a small archive, of 20 articles. `why` reads all
rules of `init`, which takes more than that on any archive: so what counts is how much more it takes on the large one.

The daemon has one source, which is due; its first tick is when it connects to that. The starts on both archives take
turns. While `news-monitor db prune` runs (for at most `--prune` seconds), this process makes a transaction as a poll
does every 20 ms, and notes how long each took. It demands:

    status, matches list, stories list, search, articles list, articles show of a headline
                                                 at most 0.6 s CPU each
    why, more than on the small archive          at most 0.6 s CPU
    start until the first tick                   at most 1.5 times that on the small archive
    memory at rest, all processes                at most 250 MiB
    longest transaction of a poll during a prune at most 0.2 s
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from monitor import clock
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.search.search_index import IndexBuilder, switch_index
from tests.bench.command_cost import rested, used_by
from tests.bench.world.archive import write_archive
from tests.bench.world.figures import Figures, share
from tests.bench.world.place import parser_of
from tests.bench.world.process import cpu, ended, memory, run, started
from tests.e2e.whole import ROOT

SPAN = timedelta(days=80)  # younger than the retention of articles: nothing is pruned before its turn
RULE = "rule: rule\ntitle: Rule\nlevel: high\nmatch: {words: {en: [strike]}}\n"
PRUNED = "retention: {articles: 30 days, alerts: 30 days, fetches: 7 days}\n"
SMALL = 20  # articles
POLL_EVERY = 0.02  # s
ALONE = 5.0  # s of polls without a prune


def commands_of(articles: int) -> dict[str, tuple[str, ...]]:
    """The commands with a bound, by their names."""
    matched = articles - articles % 20 - 13  # the last article that met the rule
    return {
        "status": ("status",),
        "matches list": ("matches", "list"),
        "why": ("why", f"https://s{matched % 50}.test/{matched}"),
        "stories list": ("stories", "list"),
        "search": ("search", f"title:{articles // 2}"),
        "articles list": ("articles", "list"),
        "articles show": ("articles", "show", f"title {articles // 2}"),
    }


def write_files(folder: Path, port: int) -> None:
    """The files of `init` with a rule that the matches are of, and one source."""
    used_by(folder, "init", ".")
    config = folder / "monitor.yaml"
    text = config.read_text(encoding="utf-8").replace("[sources.yaml]", "[one.yaml]")
    text = text.replace("[east-asia]", "{east-asia: {sources: off}}")
    config.write_text(f"{text}network: {{allow: [127.0.0.0/8]}}\n", encoding="utf-8")
    (folder / "one.yaml").write_text(f"sources: [{{id: one, url: 'http://127.0.0.1:{port}/'}}]\n", encoding="utf-8")
    (folder / "rules" / "rule.yaml").write_text(RULE, encoding="utf-8")


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """The database of a folder."""
    database = open_database(f"sqlite:///{folder / 'monitor.db'}")
    yield database
    database.close()


def build(folder: Path, articles: int) -> None:
    """The archive; its sources are never due."""
    now = clock.now()

    def at(number: int) -> datetime:
        return now - SPAN * ((articles - number) / articles)

    with opened(folder) as database:
        database.upgrade()
        write_archive(database, articles, at, at, now + timedelta(days=365))
        switch_index(database, wanted=True)
        for _ in IndexBuilder(database).build_slices():
            pass
        with database.writing() as connection:
            connection.execute(tables.source.insert().values(id="one", url="u", next_at=now))


def size_of(folder: Path) -> float:
    """The MiB of its database."""
    return sum(file.stat().st_size for file in folder.glob("monitor.db*")) / 2**20


class Server:
    """Notes when it is connected to, and answers nothing of use."""

    def __init__(self) -> None:
        self.connected = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connected.set()
        await reader.readline()
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        writer.close()


async def start(folder: Path, server: Server) -> tuple[asyncio.subprocess.Process, float, float]:
    """The daemon at its first tick, and the seconds and the CPU seconds until then."""
    with opened(folder) as database, database.writing() as connection:
        due = {"next_at": clock.now(), "failures": 0, "lease_until": None}
        connection.execute(update(tables.source).where(tables.source.c.id == "one").values(**due))
    server.connected.clear()
    began = time.perf_counter()
    daemon = await started(folder)
    await asyncio.wait_for(server.connected.wait(), 300)
    return daemon, time.perf_counter() - began, cpu(daemon.pid)


def measure_commands(figures: Figures, small: Path, large: Path, articles: int, times: int) -> None:
    """Run each command on both archives, in turns."""
    few, many = commands_of(SMALL), commands_of(articles)
    for name in many:
        used = [(used_by(small, *few[name]), used_by(large, *many[name])) for _ in range(times)]
        on_small, on_large = (min(each) for each in zip(*used, strict=True))
        figures.note(**{f"{name}, small archive, CPU s": on_small})
        if name == "why":
            figures.note(**{f"{name}, CPU s": on_large})
            figures.demand(f"{name}, more than on the small archive, CPU s", on_large - on_small, most=0.6)
        else:
            figures.demand(f"{name}, CPU s", on_large, most=0.6)


async def measure_starts(figures: Figures, small: Path, large: Path, server: Server, times: int) -> None:
    """Start the daemon on either archive in turns; at last, wait until it is at rest on the large one."""
    seconds: dict[Path, list[float]] = {small: [], large: []}
    computed: dict[Path, list[float]] = {small: [], large: []}
    for number in range(times):
        for folder in (small, large):
            daemon, took, used = await start(folder, server)
            seconds[folder].append(took)
            computed[folder].append(used)
            try:
                if folder is large and number == times - 1:
                    await rested(folder)
                    figures.demand("memory at rest, MiB", memory(daemon.pid), most=250)
            finally:
                await ended(daemon)
    figures.note(
        **{"start, small archive, s": min(seconds[small]), "start, CPU s": min(computed[large])},
        **{"start, small archive, CPU s": min(computed[small])},
    )
    figures.demand("start, to a small archive", min(seconds[large]) / min(seconds[small]), most=1.5)


def measure_prune(figures: Figures, folder: Path, most: float) -> None:
    """Prune, and make the transactions of polls meanwhile."""
    with (folder / "monitor.yaml").open("a", encoding="utf-8") as config:
        config.write(PRUNED)
    with opened(folder) as database:
        until = time.monotonic() + ALONE
        figures.note(**{"longest poll without a prune, s": max(make_polls(database, lambda: time.monotonic() < until))})
        surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = (sys.executable, "-m", "monitor", "db", "prune")
        began = time.monotonic()
        with subprocess.Popen(command, cwd=folder, env=surroundings, stdout=subprocess.DEVNULL) as pruning:
            try:
                took = make_polls(database, lambda: pruning.poll() is None and time.monotonic() - began < most)
            finally:
                pruning.terminate()
    figures.note(
        **{"pruned for, s": time.monotonic() - began, "polls": len(took), "99 % of polls, s": share(took, 0.99)}
    )
    figures.demand("longest poll during a prune, s", max(took), most=0.2)


def make_polls(database: Database, goes_on: Callable[[], bool]) -> list[float]:
    """How long each transaction took, in seconds."""
    took = []
    while goes_on():
        began = time.perf_counter()
        with database.writing() as connection:
            database.enter_section(connection)
            connection.execute(update(tables.source).where(tables.source.c.id == "one").values(polled_at=clock.now()))
        took.append(time.perf_counter() - began)
        time.sleep(POLL_EVERY)
    return took


async def measure(articles: int, times: int, most: float) -> int:
    """Print the figures; the exit code."""
    figures, server = Figures(), Server()
    listener = await asyncio.start_server(server.answer, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        small, large = Path(name, "small"), Path(name, "large")
        for folder, count in ((small, SMALL), (large, articles)):
            folder.mkdir()
            write_files(folder, port)
            build(folder, count)
        figures.note(articles=articles, **{"database, MiB": size_of(large), "load of the machine": os.getloadavg()[0]})
        measure_commands(figures, small, large, articles, times)
        await measure_starts(figures, small, large, server, times)
        await asyncio.to_thread(measure_prune, figures, large, most)
    listener.close()
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--prune", type=float, default=60.0)
    given = parser.parse_args()
    return run(measure(given.articles, given.times, given.prune))


if __name__ == "__main__":
    sys.exit(main())
