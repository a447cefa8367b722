"""How much more several daemons on one PostgreSQL commit than one, and how much their serial section would allow.

    ./dev bench fleet [--daemons 3] [--articles 1200] [--rules 1000] [--rounds 3] [--seed 1]

Each daemon is a process with the pipeline as `run` has it, but for its poller: the documents are read already. So
what counts is the work with the database: known entries are looked up, articles are matched, decided on and committed,
with one new article in each poll of 60 sources. One daemon and several take turns, each on a new database. It demands:

    room in the section   one daemon alone: its time for an article, over the part that it holds the serial section. No
                          number of daemons can be faster by more than that. It is measured without others, so it does
                          not depend on the number of cores. At least 2
    articles a second     of all daemons, over those of one: at least 2 if there are two cores for each daemon (one for
                          it, one for its part of the server). On fewer cores it is noted: one daemon and its server
                          take turns and so keep one core busy, and no number of them can keep more busy than there are

Of the rounds the best counts, as whatever else the machine does disturbs some of them only. The server does not wait
for the disk: that is the time of a machine, not of the program.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import NamedTuple

from monitor import clock
from monitor.ingest.ingest_poll import PollResult
from monitor.matching import compile_rules
from monitor.model import Claim, Entry, Feed, FetchOutcome, FetchResult, Limits, Source
from monitor.pipeline import Pipeline
from monitor.sources.polling.source_poller import SourcePoller
from monitor.store.commit.serial_section import SectionPass, SerialSection
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.telemetry.logs import close_log, configure_logging
from tests.bench.world import articles as news
from tests.bench.world.figures import Figures
from tests.bench.world.place import made, opened, parser_of
from tests.bench.world.rules import rules
from tests.building import active_config, sources

SOURCES = 60  # of each daemon
WORDS = 150  # of an article
LEASE = timedelta(minutes=3)
SPEEDUP = 2.0


class Took(NamedTuple):
    """What a daemon needed: seconds from the first poll to the last commit; those of CPU; and those in which it held
    the serial section."""

    seconds: float
    cpu: float
    held: float


@dataclass(frozen=True)
class Part:
    """The part of one daemon: the database, its number in the fleet, its texts, and which rules are in force."""

    url: str
    number: int
    texts: Sequence[news.Text]
    rule_count: int
    seed: int


@dataclass(frozen=True)
class Round:
    """What each daemon needed, and how many articles they had together."""

    articles: int
    took: Sequence[Took]

    @property
    def rate(self) -> float:
        """Articles a second of all daemons."""
        return self.articles / max(took.seconds for took in self.took)


class ReadyPoller(SourcePoller):
    """Has read each source's document before it is asked."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}

    async def poll(self, claim: Claim, source: Source) -> PollResult:
        """The document has one entry."""
        fetched = FetchResult(FetchOutcome.DOCUMENT, source.url, 200)
        return PollResult(claim, source, fetched, Feed((self.entries[source.id],)))


class TimedSection(SerialSection):
    """Counts the seconds in which it is held."""

    held = 0.0

    @contextmanager
    def enter(self, now: datetime, claims: Sequence[Claim] = ()) -> Iterator[SectionPass]:  # type: ignore[override]
        """As in the daemon; the time counts from when the lock was got."""
        with super().enter(now, claims) as section_pass:
            began = time.perf_counter()
            yield section_pass
        self.held += time.perf_counter() - began


async def work(part: Part, start: Barrier) -> Took:
    """One daemon: a first poll of its sources, and when all have come so far, a poll for each further text."""
    known, texts = sources(*(f"d{part.number}s{n}" for n in range(SOURCES))), part.texts
    thread, poller = StoreThread(), ReadyPoller()
    with opened(part.url) as database:
        claims, section = Claims(database, f"fleet:{part.number}"), TimedSection(database)
        pipeline = Pipeline(
            active_config(known, compile_rules(rules(part.rule_count, part.seed), {})),
            Limits(),
            poller=poller,
            claims=claims,
            section=section,
            thread=thread,
            deliver=lambda: None,
        )
        await thread.run(claims.register_sources, known, clock.now())
        rounds = [texts[first : first + SOURCES] for first in range(0, len(texts), SOURCES)]
        for turn, brought in enumerate(rounds):
            if turn == 1:
                await asyncio.to_thread(start.wait)
                section.held, began, cpu = 0.0, time.perf_counter(), time.process_time()
            date = format_datetime(clock.now())
            poller.entries = {
                name: Entry(f"{turn}", f"https://{name}.test/{turn}", text.title, text.text, published=date)
                for name, text in zip(known, brought, strict=False)
            }
            held = await thread.run(claims.claim_all, poller.entries, clock.now(), lease=LEASE, limit=SOURCES)
            await asyncio.gather(*map(pipeline.poll, held))
        took = Took(time.perf_counter() - began, time.process_time() - cpu, section.held)
    thread.close()
    return took


def run_daemon(results: Queue[Took], part: Part, start: Barrier) -> None:
    """The process of a daemon. It writes its log, which nobody reads."""
    with Path(os.devnull).open("w", encoding="utf-8") as log:
        configure_logging(stream=log)
        results.put(asyncio.run(work(part, start)))
        close_log()


def measure_round(daemons: int, texts: Sequence[news.Text], rule_count: int, seed: int) -> Round:
    """So many daemons on a new database; each has its share of the texts."""
    context = multiprocessing.get_context("spawn")
    results: Queue[Took] = context.Queue()
    start, each = context.Barrier(daemons), len(texts) // daemons
    with made("postgresql") as (_, url):
        with opened(url) as database:
            database.upgrade()
        parts = [Part(url, n, texts[n * each : (n + 1) * each], rule_count, seed) for n in range(daemons)]
        processes = [context.Process(target=run_daemon, args=(results, part, start)) for part in parts]
        for process in processes:
            process.start()
        took = [results.get(timeout=600) for _ in processes]
        for process in processes:
            process.join()
        with opened(url) as database:
            assert ReportQueries(database).counts()["articles"] == each * daemons
    return Round((each - SOURCES) * daemons, took)


def measure(daemons: int, articles: int, rule_count: int, rounds: int, seed: int) -> int:
    """Print the figures; the exit code."""
    figures, texts = Figures(), news.articles(daemons * (articles + SOURCES), seed, WORDS)
    alone: list[Round] = []
    together: list[Round] = []
    for _ in range(rounds):
        alone.append(measure_round(1, texts[: articles + SOURCES], rule_count, seed))
        together.append(measure_round(daemons, texts, rule_count, seed))
    one, several = (max(those, key=lambda each: each.rate) for those in (alone, together))
    (took,) = one.took
    figures.note(cores=os.cpu_count(), articles_a_second_of_one=one.rate)
    figures.note(**{f"articles a second of {daemons}": several.rate})
    for name, part in (("an article", took.seconds), ("CPU of its process", took.cpu), ("in the section", took.held)):
        figures.note(**{f"one daemon: ms {name}": 1e3 * part / one.articles})
    room = max(each.took[0].seconds / each.took[0].held for each in alone)
    figures.demand("room in the section", room, least=SPEEDUP)
    speedup = {f"articles a second of {daemons} over those of one": several.rate / one.rate}
    if daemons > SPEEDUP and (os.cpu_count() or 1) >= 2 * daemons:
        figures.demand(*speedup.popitem(), least=SPEEDUP)
    figures.note(**speedup)
    return figures.verdict()


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("--daemons", type=int, default=3)
    parser.add_argument("--articles", type=int, default=1200, help="of each daemon")
    parser.add_argument("--rules", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(measure(given.daemons, given.articles, given.rules, given.rounds, given.seed))
