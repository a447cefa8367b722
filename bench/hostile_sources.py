"""Hostile sources, each beside 19 healthy ones.

    ./dev bench hostile_sources [--only "bomb br"]

One daemon polls 19 healthy feeds every 5 s. Then one hostile source after the other is put into its files (and taken
out again), and asked: 50 MB, an endless body, 1 GiB of zeros in gzip, brotli and zstd, 100,000 entries, billion laughs,
an external entity, 100,000 levels, 1 MB of `<!--`, a redirect loop, a redirect to a private address, names and literals
that lead to one, 1 byte a second, silence, a reset, guids that change at every poll. While each of them is polled, new
entries appear in all healthy feeds, again and again. All of it is on loopback: a part of 127/8 is not allowed to the
daemon and stands for a private network. Addresses beyond 127/8 are only given to the check. It demands of each case:

    healthy     all 19 new entries stored within an interval and 2 s
    memory      of all processes (PSS): at most 64 MiB above the highest of the calm case, which is a 20th healthy feed
    CPU         at most 3 s more than the calm case took
    problem     one clear line of each source in the database, told by one of its polls; no traceback in the log
    private     no connection to the private address; every form of one is refused by the check
    alerts      none about what was there before its guid changed
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bench.world import feeds as newsroom
from bench.world import hostile_servers as servers
from bench.world import receivers
from bench.world.feeds import Feeds, uid_in
from bench.world.figures import Figures, demand_quiet
from bench.world.hostile_servers import CASES, ELSEWHERE, Hostile
from bench.world.place import RULE, made, opened, parser_of
from bench.world.process import cpu, ended, memory, run, started
from bench.world.receivers import Webhook
from monitor.sources.http.guard import reason_if_address_refused
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article, fetch, source
from tests.support.whole import until

HEALTHY = 19
EVERY = 5  # s
LATE = EVERY + 2.0  # s
MEMORY = 64.0  # MiB
CPU = 3.0  # s
CALM, PRIVATE, RESTLESS = "calm", "names and literals", "changing guids"
LONGEST = 60.0  # s until a poll has ended


@dataclass
class Case:
    """What was measured of one."""

    name: str
    stored: float = 0.0  # s: the longest that a new entry of a healthy feed took
    memory: float = 0.0  # MiB
    cpu: float = 0.0  # s
    sources: int = 0
    problems: list[str | None] = field(default_factory=list)  # all different lines of each source, or None


@dataclass
class Stage:
    """What stands round the daemon."""

    folder: Path
    url: str
    feeds: Feeds
    hostile: Hostile
    hook: Webhook

    def write(self) -> None:
        """Its files, without a hostile source."""
        (self.folder / "rules").mkdir()
        (self.folder / "rules" / "sighting.yaml").write_text(RULE, encoding="utf-8")
        self.write_sources({})
        (self.folder / "monitor.yaml").write_text(
            f"database: {self.url}\nsources: [sources.yaml]\nrules: [rules]\n"
            f"network: {{allow: ['127.1.0.0/16', '{servers.ALLOWED}']}}\nlimits: {{idle: 5 s, total: 10 s}}\n"
            f"channels:\n  hook: {{url: '{self.hook.url('hook')}'}}\nroutes: {{default: [hook]}}\n",
            encoding="utf-8",
        )

    def write_sources(self, more: dict[str, str], every: int = 600) -> None:
        """The healthy ones, and these besides."""
        rows = [(f"s{n}", self.feeds.url(n), EVERY) for n in range(HEALTHY)]
        rows += [(id_, url, every) for id_, url in more.items()]
        written = "".join(f"  - {{id: {id_}, url: '{url}', every: {each} s}}\n" for id_, url, each in rows)
        (self.folder / "sources.yaml").write_text(f"sources:\n{written}", encoding="utf-8")

    def added(self, case: str, number: int) -> dict[str, str]:
        """The sources of a case, by id. Each case has ids of its own."""
        if case == CALM:
            return {f"x{number}": self.feeds.url(HEALTHY)}
        named = ELSEWHERE if case == PRIVATE else (case,)
        return {f"x{number}-{n}": self.hostile.url(each) for n, each in enumerate(named)}


@dataclass
class Watched:
    """The daemon while it runs."""

    stage: Stage
    database: Database
    pid: int
    idle: float = 0.0  # seconds of CPU in a second, with the healthy ones
    peak: float = 0.0

    async def sample(self) -> None:
        """Its memory, until it is cancelled."""
        while True:
            self.peak = max(self.peak, await asyncio.to_thread(memory, self.pid))
            await asyncio.sleep(0.05)

    async def case(self, name: str, number: int) -> Case:
        """One case, from its appearance in the files until its polls have ended."""
        before, began, self.peak = cpu(self.pid), time.monotonic(), 0.0
        added = self.stage.added(name, number)
        self.stage.write_sources(added, every=EVERY if name in {RESTLESS, CALM} else 600)
        measured = Case(name, sources=len(added))
        while not measured.stored or not self._polled(added) or (name == RESTLESS and self._asked() < 4):
            measured.stored = max(measured.stored, await self._stored())
            if time.monotonic() - began > LONGEST:
                break
        measured.cpu = cpu(self.pid) - before - self.idle * (time.monotonic() - began)
        measured.memory = self.peak
        measured.problems = self._problems(added)
        self.stage.write_sources({})
        await asyncio.sleep(2.5)  # it is taken out
        return measured

    async def _stored(self) -> float:
        """Seconds until a new entry of each healthy feed is in the database."""
        began = time.monotonic()
        new = {self.stage.feeds.publish(number, told=False).uid for number in range(HEALTHY)}
        with suppress(TimeoutError):
            await until(lambda: self._has(new), within=LONGEST / 2)
        return time.monotonic() - began

    def _has(self, uids: set[str]) -> bool:
        healthy = select(article.c.title).where(article.c.source_id.like("s%"))
        with self.database.reading() as connection:
            return uids <= {uid_in(title) for title in connection.execute(healthy).scalars()}

    def _asked(self) -> int:
        return self.stage.hostile.asked.get(RESTLESS, 0)

    def _polled(self, ids: Iterable[str]) -> bool:
        with self.database.reading() as connection:
            rows = connection.execute(select(source.c.id).where(source.c.polled_at.is_not(None))).scalars()
            return set(ids) <= set(rows)

    def _problems(self, ids: Iterable[str]) -> list[str | None]:
        with self.database.reading() as connection:
            rows = connection.execute(
                select(fetch.c.source_id, fetch.c.problem)
                .where(fetch.c.source_id.in_(list(ids)), fetch.c.problem.is_not(None))
                .distinct()
            ).all()
            said = {row.source_id for row in rows}
            return [*(row.problem for row in rows), *(None for id_ in ids if id_ not in said)]


async def measure(names: list[str]) -> int:
    """The exit code."""
    figures = Figures()
    feeds = Feeds(HEALTHY + 1)
    feeds.begin_with(10, timedelta(hours=1))
    for coding in ("gzip", "br", "zstd"):
        await asyncio.to_thread(servers.bomb, coding, servers.BOMB)
    with made("sqlite") as (folder, url):
        async with newsroom.serving(feeds), servers.serving(Hostile()) as hostile, receivers.serving(Webhook()) as hook:
            stage = Stage(folder, url, feeds, hostile, hook)
            stage.write()
            cases = await _cases(stage, names)
        _judge(figures, cases)
        figures.demand("connections to the private address", hostile.private_hits, most=0)
        told = sum("over town" in taken.text for taken in hook.taken)
        figures.demand("alerts about what was there before its guid changed", told, most=0)
        figures.demand("tracebacks in the log", (folder / "log").read_text(encoding="utf-8").count("Traceback"), most=0)
        demand_quiet(figures, folder / "log")
    passed = [form for form in servers.FORMS if reason_if_address_refused(form, servers.allowed()) is None]
    figures.note(forms_of_private_addresses=len(servers.FORMS) + len(ELSEWHERE), forms_that_pass=passed)
    figures.demand("forms of private addresses that pass the check", len(passed), most=0)
    return figures.verdict()


async def _cases(stage: Stage, names: list[str]) -> list[Case]:
    daemon = await started(stage.folder)
    try:
        with opened(stage.url) as database:
            watched = Watched(stage, database, daemon.pid)
            await until(lambda: len(stage.feeds.asks) == HEALTHY)
            await asyncio.sleep(2 * EVERY)
            before = cpu(daemon.pid)
            await asyncio.sleep(2 * EVERY)
            watched.idle = (cpu(daemon.pid) - before) / (2 * EVERY)
            sampling = asyncio.create_task(watched.sample())
            cases = []
            for number, name in enumerate((CALM, *names)):
                cases.append(await watched.case(name, number))
                _print(cases[-1], cases[0])
            sampling.cancel()
            return cases
    finally:
        await ended(daemon)


def _print(case: Case, calm: Case) -> None:
    problems = "; ".join(f"{problem}"[:110] for problem in dict.fromkeys(case.problems))
    print(
        f"{case.name:20} stored {case.stored:5.1f} s  memory {case.memory - calm.memory:+6.1f} MiB"
        f"  CPU {case.cpu - calm.cpu:+5.2f} s  {problems}",
        flush=True,
    )


def _judge(figures: Figures, cases: list[Case]) -> None:
    calm, hostile = cases[0], cases[1:]
    figures.note(cases=len(hostile), calm_stored=calm.stored, calm_MiB=calm.memory, calm_CPU_s=calm.cpu)
    figures.demand("s until the healthy entries were stored, at most", max(each.stored for each in hostile), most=LATE)
    figures.demand("MiB above calm, at most", max(each.memory for each in hostile) - calm.memory, most=MEMORY)
    figures.demand("CPU s above calm, at most", max(each.cpu for each in hostile) - calm.cpu, most=CPU)
    vague = [each.name for each in hostile if len(each.problems) != each.sources or not all(map(clear, each.problems))]
    figures.note(cases_without_a_clear_problem=vague)
    figures.demand("cases without one clear problem line", len(vague), most=0)


def clear(problem: str | None) -> bool:
    """Whether it is one line for a person."""
    return problem is not None and 10 < len(problem) < 500 and problem.isprintable()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--only", help="one case")
    given = parser.parse_args()
    return run(measure([given.only] if given.only else [*CASES, PRIVATE]))


if __name__ == "__main__":
    sys.exit(main())
