"""What `rules coverage` and `rules list` cost on a large archive.

    ./dev bench rule_loop [--articles 1000000] [--rule port-strike]

The archive has articles in six languages, from the vocabularies of the other benches, with titles of strikes now and
then; some are marked. The commands run as a user runs them, on the files of `init` without sources. It demands, for
each command:

    CPU      at most 60 s
    memory   at most 300 MiB
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection

from monitor import clock
from monitor.model.hashing import uid_hash
from monitor.store.engine import tables
from monitor.store.engine.opening import open_database
from tests.bench.world.articles import Text, articles
from tests.bench.world.figures import Figures
from tests.bench.world.place import parser_of
from tests.e2e.whole import ROOT

SOURCES = 50
BATCH = 5_000
POOL = 3_000  # different texts
STRIKES = (
    "Dockers in port of {place} begin strike",
    "Dockers in port of {place} down tools over pay",
    "Port of {place} opens a new terminal",
    "Air strike hits port of {place}",
)
PLACES = ("Oslo", "Kiel", "Riga", "Bari", "Cork", "Busan", "Genoa", "Lagos")
EVERY = 100  # one title in so many is of ports


def fill(connection: Connection, first: int, pool: list[Text]) -> None:
    """A batch of articles, one a second; those of ports that begin a strike have matched, and some are marked."""
    rows, texts, matches = [], [], []
    for number in range(first, first + BATCH):
        text = pool[number % len(pool)]
        source, at = f"s{number % SOURCES}", clock.now() - timedelta(seconds=2_000_000 - number)
        kind, place = number // EVERY % len(STRIKES), PLACES[number // EVERY % len(PLACES)]
        is_port = number % EVERY == 0
        title = STRIKES[kind].format(place=place) if is_port else text.title
        url = f"https://{source}.test/{number}"
        rows.append(
            {"id": number, "source_id": source, "uid": url, "version": 1, "title": title, "url": url, "canonical": url,
             "language": "en" if is_port else text.language, "published_at": at, "dated": True, "seen_at": at,
             "baseline": False, "digest": f"{number:032}"}
        )  # fmt: skip
        texts.append(
            {"id": number, "article_id": number, "version": 1, "at": at, "canonical": url, "title": title,
             "text": "" if is_port else text.text[:1000], "digest": f"{number:032}"}
        )  # fmt: skip
        if is_port and kind == 0:
            matches.append(
                {"article_id": number, "article_version": 1, "rule_id": "port-strike", "rule_version": "1",
                 "kind": "news", "evidence": [], "at": at, "outcome": "suppressed", "reason": "already-sent"}
            )  # fmt: skip
    connection.execute(tables.article.insert(), rows)
    connection.execute(tables.article_version.insert(), texts)
    if matches:
        connection.execute(tables.match.insert(), matches)


def build(folder: Path, count: int) -> None:
    """The files, and the archive."""
    run(folder, "init", "--pack", "labour-and-ports", ".")
    config = folder / "monitor.yaml"
    text = config.read_text(encoding="utf-8").replace("[labour-and-ports]", "{labour-and-ports: {sources: off}}")
    config.write_text(text, encoding="utf-8")
    database = open_database(f"sqlite:///{folder / 'monitor.db'}")
    database.upgrade()
    pool = articles(POOL, 1, 150)
    with database.writing() as connection:
        sources = [{"id": f"s{number}", "url": "u", "next_at": clock.now()} for number in range(SOURCES)]
        connection.execute(tables.source.insert(), sources)
    for first in range(1, count + 1, BATCH):
        with database.writing() as connection:
            fill(connection, first, pool)
    with database.writing() as connection:
        mark(connection, count)
    database.close()


def mark(connection: Connection, count: int) -> None:
    """The newest articles of ports: strikes that the rule misses, and air strikes."""
    for number in range(count // EVERY * EVERY, count // EVERY * EVERY - 40 * EVERY, -EVERY):
        kind = number // EVERY % len(STRIKES)
        if kind not in (1, 3):
            continue
        source, at = f"s{number % SOURCES}", clock.now()
        url = f"https://{source}.test/{number}"
        title = STRIKES[kind].format(place=PLACES[number // EVERY % len(PLACES)])
        row = {"id": number, "source_id": source, "uid_hash": uid_hash(url), "publisher": source, "title": title,
               "text": "", "url": url, "language": "en", "published_at": at, "dated": True, "seen_at": at,
               "authors": [], "tags": []}  # fmt: skip
        connection.execute(tables.marked_article.insert().values(**row))
        verdict = "missed" if kind == 1 else "noise"
        values = {"rule_id": "port-strike", "verdict": verdict, "at": at, "who": "bench"}
        connection.execute(tables.rule_mark.insert().values(article_id=number, **values))


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


def measure(count: int, rule: str) -> int:
    """Print the figures; the exit code."""
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        build(folder, count)
        for arguments in (("rules", "coverage", rule), ("rules", "list")):
            seconds, mib, printed = run(folder, *arguments)
            command = " ".join(arguments[:2])
            figures.note(**{f"{command}, first line": printed.splitlines()[0]})
            figures.demand(f"{command}, CPU s", seconds, most=60)
            figures.demand(f"{command}, MiB", mib, most=300)
    return figures.verdict()


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--rule", default="port-strike")
    given = parser.parse_args()
    sys.exit(measure(given.articles, given.rule))
