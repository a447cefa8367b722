"""What a search costs on a large archive, and what its index takes.

    ./dev bench search [--articles 100000] [--database sqlite|postgresql] [--queries 300]

The archive has articles in six languages, from the vocabularies of the other benches; one word in each is in no other.
It is stored without an index, which is then built as the daemon does it, slice by slice. Queries are made of words of
the articles, as the texts have them: frequent and rare words, two words, phrases, and words of two and of four
characters of a script without spaces. It demands:

    first page   of 50: 95 of 100 queries within 100 ms, with the sentences that are shown
    index        bytes of the index / bytes of titles and texts: at most 0.6 (SQLite)
    slices       the longest transaction of the build: at most 200 ms
    emptying     the longest transaction when it is switched off and on again: at most 200 ms

It also prints the CPU of `news-monitor search`, beside that on an archive that is empty, and the time of single
characters and of beginnings of words, which have to look at many terms.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Connection, event

from bench.world.articles import Text, articles
from bench.world.figures import Figures, share
from bench.world.place import parser_of
from monitor import clock
from monitor.errors import InvalidRequest
from monitor.services.article_query import parse_article_query
from monitor.services.queries.search import search_articles
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.search.index import build_slices, switch_index
from monitor.text.scripts import UNSPACED_ONE
from tests.support.building import config_of
from tests.support.postgres import postgres
from tests.support.whole import ROOT

SOURCES = 50
BATCH = 5_000
POOL = 4_000  # different texts, of which each article has the title of one and the text of another
FILES = "database: sqlite:///monitor.db\nchannels: {screen: {url: 'console://'}}\nroutes: {default: [screen]}\n"
LIMITS = {"first page": 100.0, "index": 0.6, "slices": 200.0, "emptying": 200.0}


class Transactions:
    """How long the transactions of the engine that writes took, in ms, from their begin to their end. A commit is part
    of it: FTS5 writes and merges the search index there."""

    def __init__(self, database: Database) -> None:
        self.took, self._began_at = list[float](), 0.0
        event.listen(database.write, "begin", self._begin)
        event.listen(database.write, "checkin", self._end)

    def _begin(self, connection: Connection) -> None:
        del connection
        self._began_at = time.perf_counter()

    def _end(self, connection: object, record: object) -> None:
        """When the connection is given back: SQLAlchemy announces a commit before it makes it."""
        del connection, record
        self.took.append((time.perf_counter() - self._began_at) * 1000)


def run(folder: Path, *arguments: str) -> tuple[float, float, str]:
    """Seconds of CPU and MiB that a command took, and what it printed."""
    command = (sys.executable, "-m", "monitor", *arguments)
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        process = subprocess.Popen(command, cwd=folder, env=surroundings, stdout=out, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        printed = out.read()
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {process.returncode}:\n{printed[-2000:]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, printed


def fill(connection: Connection, first: int, pool: Sequence[Text]) -> int:
    """A batch of articles, one a second; returns the bytes of their titles and texts."""
    rows, texts, size = [], [], 0
    for number in range(first, first + BATCH):
        title, body = pool[number % len(pool)], pool[number * 7 % len(pool)]
        text = f"{body.text[:1000]} rare{number}"
        source, at = f"s{number % SOURCES}", clock.now() - timedelta(seconds=2_000_000 - number)
        url = f"https://{source}.test/{number}"
        size += len(title.title.encode()) + len(text.encode())
        rows.append(
            {"id": number, "source_id": source, "uid": url, "version": 1, "title": title.title, "url": url,
             "canonical": url, "language": title.language, "published_at": at, "dated": True, "seen_at": at,
             "baseline": False, "digest": f"{number:032}"}
        )  # fmt: skip
        texts.append(
            {"id": number, "article_id": number, "version": 1, "at": at, "canonical": url, "title": title.title,
             "text": text, "digest": f"{number:032}"}
        )  # fmt: skip
    connection.execute(tables.article.insert(), rows)
    connection.execute(tables.article_version.insert(), texts)
    return size


def build_archive(database: Database, count: int, pool: Sequence[Text]) -> int:
    """Store the articles, without an index; returns the bytes of their titles and texts."""
    with database.writing() as connection:
        sources = [{"id": f"s{number}", "url": "u", "next_at": clock.now()} for number in range(SOURCES)]
        connection.execute(tables.source.insert(), sources)
    size = 0
    for first in range(1, count + 1, BATCH):
        with database.writing() as connection:
            size += fill(connection, first, pool)
    return size


def measure_size(database: Database) -> int:
    """Bytes in use; space that is free in the file does not count."""
    if database.shared:
        return database.size()
    with database.reading() as connection:
        pages, free, size = (
            connection.exec_driver_sql(f"PRAGMA {pragma}").scalar_one()
            for pragma in ("page_count", "freelist_count", "page_size")
        )
    return int((pages - free) * size)


def write_queries(pool: Sequence[Text], count: int, wanted: int) -> dict[str, list[str]]:
    """Queries by kind."""
    rng = random.Random(1)
    spaced = [text for text in pool if UNSPACED_ONE.search(text.text) is None]
    unspaced = [text for text in pool if UNSPACED_ONE.search(text.text) is not None]

    def phrase(words: int) -> str:
        found = rng.choice(spaced).text[:1000].replace('"', " ").split()
        begin = rng.randrange(len(found) - words)
        return " ".join(found[begin : begin + words])

    def run_of(letters: int) -> str:
        text = rng.choice(unspaced).text[:1000]
        begin = rng.randrange(len(text) - letters)
        return text[begin : begin + letters]

    kinds: dict[str, Callable[[], str]] = {
        "word": lambda: phrase(1),
        "rare word": lambda: f"rare{rng.randint(1, count)}",
        "two words": lambda: f"{phrase(1)} {phrase(1)}",
        "phrase": lambda: f'"{phrase(2)}"',
        "title": lambda: f"title:{phrase(1)}",
        "two characters": lambda: run_of(2),
        "four characters": lambda: run_of(4),
        "without": lambda: f"{phrase(1)} -{phrase(1)}",
    }
    return {kind: [make() for _ in range(wanted // len(kinds))] for kind, make in kinds.items()} | {
        "one character": [run_of(1) for _ in range(10)],
        "beginning": [f"{phrase(1)[:3]}*" for _ in range(10)],
    }


def time_queries(database: Database, queries: Sequence[str]) -> list[tuple[float, float]]:
    """How long a first page of 50 of each query took, in ms, and how much CPU; refused queries are left out."""
    took, config = [], config_of()
    for query in queries:
        try:
            parsed = parse_article_query(query, clock.now(), "UTC")
        except InvalidRequest:  # a piece without a letter
            continue
        if not parsed.terms:
            continue
        began, used = time.perf_counter(), time.process_time()
        search_articles(config, database, parsed, 50)
        took.append(((time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000))
    return took


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Database]:
    """A new database at the newest schema."""
    with postgres() as url:
        database = open_database(f"sqlite:///{folder / 'monitor.db'}" if kind == "sqlite" else f"{url}postgres")
        database.upgrade()
        yield database
        database.close()


def time_command(folder: Path, kind: str) -> tuple[float, float]:
    """Seconds of CPU of `search` on an empty archive, and on this one (SQLite)."""
    empty = folder / "empty"
    empty.mkdir()
    for place in (empty, folder):
        (place / "monitor.yaml").write_text(FILES, encoding="utf-8")
    run(empty, "db", "upgrade")
    places = (empty, folder) if kind == "sqlite" else (empty, empty)
    both = [median(run(place, "search", "rare7", "--json")[0] for _ in range(5)) for place in places]
    return both[0], both[1]


def measure_emptying(figures: Figures, database: Database) -> None:
    """An index that is switched off and on again begins empty."""
    transactions = Transactions(database)
    switch_index(database, wanted=False)
    switch_index(database, wanted=True)
    figures.demand("longest transaction of emptying, ms", max(transactions.took), most=LIMITS["emptying"])


def measure(kind: str, count: int, wanted: int) -> int:
    """Print the figures; the exit code."""
    figures, pool = Figures(), articles(POOL, 1, 150)
    figures.note(database=kind, articles=count, load=os.getloadavg()[0])
    with tempfile.TemporaryDirectory(prefix="bench-") as name, opened(kind, Path(name)) as database:
        folder = Path(name)
        texts = build_archive(database, count, pool)
        before = measure_size(database)
        switch_index(database, wanted=True)
        transactions, began = Transactions(database), time.process_time()
        added = sum(build_slices(database))
        took = sorted(transactions.took)
        figures.note(**{"CPU ms an article, to build": (time.process_time() - began) / count * 1000})
        figures.note(**{"articles added": added, "slices": len(took), "median slice, ms": median(took)})
        figures.demand("longest slice, ms", took[-1], most=LIMITS["slices"])
        size = (measure_size(database) - before) / texts
        if kind == "sqlite":
            figures.demand("index / bytes of titles and texts", size, most=LIMITS["index"])
        else:
            figures.note(**{"index / bytes of titles and texts": size})
        everything: list[tuple[float, float]] = []
        for what, queries in write_queries(pool, count, wanted).items():
            timed = time_queries(database, queries)
            used = sorted(cpu for _, cpu in timed)
            figures.note(**{f"{what}: CPU ms, median and most": f"{median(used):.1f} {used[-1]:.1f}"})
            everything += timed if what not in {"one character", "beginning"} else []
        figures.demand("first page, p95 ms", share((ms for ms, _ in everything), 0.95), most=LIMITS["first page"])
        figures.note(**{"first page, p95 CPU ms": share((cpu for _, cpu in everything), 0.95)})
        if kind == "sqlite":
            empty, full = time_command(folder, kind)
            figures.note(**{"search, CPU s: empty archive, this one": f"{empty:.2f} {full:.2f}"})
        measure_emptying(figures, database)
        figures.note(load=os.getloadavg()[0])
    return figures.verdict()


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--queries", type=int, default=300)
    given = parser.parse_args()
    sys.exit(measure(given.database, given.articles, given.queries))
