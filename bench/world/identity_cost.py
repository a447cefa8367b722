"""What identity costs: an article that a rule hits, a start with many hits of the last week, the gazetteer, `check`.

Two archives are filled through the serial section, of 1,000 and of 100,000 hits, and a third stays empty. An article
costs CPU time in the rooms of identity and places, and in what the store keeps for them, by samples.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count, islice
from pathlib import Path
from statistics import median

from sqlalchemy import delete, select, update

from bench.world import articles as news
from bench.world.newsroom import Newsroom, desks
from bench.world.newsstand import address, serving
from bench.world.place import opened
from bench.world.process import cpu, ended, memory, started
from bench.world.quality import ALL, Figure, Quality, table
from bench.world.sampling import PACKAGE, CpuSampler, calls_into
from monitor import clock
from monitor.matching import RuleSet
from monitor.model import Article, DeliveryState
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.queues.claims import Claims
from tests.support.building import claimed, commit, source
from tests.support.whole import ROOT

PART = "cost"
FEW, MANY = 1_000, 100_000  # hits of the last week
WEEK = timedelta(days=6.5)  # all are of the last seven days until the daemon has started
AFTER = timedelta(hours=6)  # for the articles that are measured: nothing comes from the future
SOURCES = 20
FILLED = 100  # articles in a commit while an archive is filled
POLL = 10  # articles in a commit that is measured
MEASURED, TURN = 1_000, 100  # articles for each archive; of each in turn
STARTS = 3  # of each archive, in turn
LOOK = 0.02  # s
HANGS = 600.0  # s: a start that takes longer
LOADS = 3  # the fastest counts: what others do on this machine makes none faster
AT_REST = 5.0  # s after the first poll
NOT_HIT = 100  # articles
MIB = 2**20

# The kernel counts the memory of the process that starts a command as the command's own: so a small one starts it.
_PEAK = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.stdout + done.stderr if done.returncode else 0)
"""

# The rooms, and the files of the store, by which facts and identity are had and kept.
_ROOMS = ("identity", "places")
_STORE = ("queries/stories", "state/clusters", "state/state_loader", "lifecycle/cluster_split")


def identity_files() -> frozenset[str]:
    """The files whose CPU time is that of identity."""
    places = [*(PACKAGE / room for room in _ROOMS), *(PACKAGE / "store" / f"{name}.py" for name in _STORE)]
    if missing := [path for path in places if not path.exists()]:
        raise FileNotFoundError(f"moved since this was written, and its cost would not be counted: {missing}")
    return frozenset(str(path) for each in places for path in (each.rglob("*.py") if each.is_dir() else [each]))


@dataclass
class Archive:
    """A database that is filled through a section of its own. `costs`: ms of CPU an article, of each turn."""

    folder: Path
    hits: int
    rules: RuleSet
    articles: Iterator[Article]
    database: Database = field(init=False)
    section: SerialSection = field(init=False)
    costs: list[float] = field(default_factory=list)
    totals: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.database = open_database(f"sqlite:///{self.folder}/monitor.db")
        self.database.upgrade()
        self.section = SerialSection(self.database)
        self.claims = Claims(self.database, "bench")
        self.claims.register_sources({name: source(name) for name in _names()}, clock.now())
        self.claim = claimed(self.claims, "s0", clock.now())

    def fill(self) -> None:
        """All of its hits."""
        for _ in range(0, self.hits, FILLED):
            self.take(list(islice(self.articles, FILLED)))

    def take(self, articles: Sequence[Article]) -> None:
        """One commit."""
        commit(self.section, self.claim, *articles, at=articles[-1].seen, ruleset=self.rules)

    def measure(self) -> None:
        """So many more articles, a few in a commit."""
        sampler = CpuSampler(identity_files())
        polls = [list(islice(self.articles, POLL)) for _ in range(0, TURN, POLL)]
        with sampler:
            for articles in polls:
                self.take(articles)
        self.costs.append(sampler.spent / TURN * 1e3)
        self.totals.append(sampler.seconds / TURN * 1e3)

    def settle(self) -> None:
        """All that would be sent at a start has been sent: what is compared is the start."""
        with self.database.writing() as connection:
            connection.execute(update(tables.delivery).values(state=DeliveryState.ACCEPTED))
            connection.execute(delete(tables.waiting))
        self.database.close()


def _names() -> list[str]:
    return [f"s{number}" for number in range(SOURCES)]


def _week(newsroom: Newsroom, hits: int, until: datetime) -> Iterator[Article]:
    """So many articles of the week until then, and those that come after, at the pace of many."""
    for number in count():
        made = newsroom.article(number, MANY)
        late = number - hits
        seen = until + (WEEK * late / hits if late < 0 else WEEK * late / MANY)
        yield replace(made, source=f"s{number % SOURCES}", seen=seen, published=seen)


def cost_quality(folder: Path, many: int = MANY) -> Quality:
    """All costs, each beside its bound."""
    compiled, of_rules = desks()
    newsroom, until = Newsroom(1, of_rules), clock.now() - AFTER
    archives = {
        hits: Archive(folder / f"of-{hits}", hits, compiled, _week(newsroom, hits, until)) for hits in (0, FEW, many)
    }
    rows: list[str] = []
    for archive in archives.values():
        began = time.process_time()
        archive.fill()
        _say(rows, f"archive of {archive.hits:,} hits filled in {time.process_time() - began:.0f} CPU s")
    for _ in range(0, MEASURED, TURN):
        for hits in (FEW, many):
            archives[hits].measure()
    figures = [*_of_articles(archives[FEW], archives[many]), _not_hit(archives[FEW], compiled)]
    print(*table(figures), sep="\n", file=sys.stderr)
    for archive in archives.values():
        archive.settle()
    figures += asyncio.run(_starts(archives[0].folder, archives[many].folder, rows))
    figures += [*_of_gazetteer(archives[0].folder), _of_check(folder)]
    return Quality(figures, rows)


def _say(rows: list[str], row: str) -> None:
    """At once too: all of it takes minutes."""
    rows.append(row)
    print(row, file=sys.stderr)


def _of_articles(few: Archive, many: Archive) -> Iterator[Figure]:
    for archive in (few, many):
        name = f"at {archive.hits:,} recent: "
        yield Figure(PART, f"{name}identity, ms of a hit article", {ALL: median(archive.costs)}, most=1.2)
        yield Figure(PART, f"{name}the whole commit, ms of a hit article", {ALL: median(archive.totals)})
    yield Figure(PART, "growth of identity", {ALL: median(many.costs) / median(few.costs)}, most=1.6)
    yield Figure(PART, "growth of the whole commit", {ALL: median(many.totals) / median(few.totals)})


def _not_hit(archive: Archive, rules: RuleSet) -> Figure:
    """Calls into the files of identity for each article that no rule hits: a commit of many, less one of a few."""
    seen = clock.now()
    texts = news.articles(4 * NOT_HIT, 1, 60)
    made = (
        Article("s0", f"n{number}", text.title, text.text, seen, published=seen) for number, text in enumerate(texts)
    )
    misses = [article for article in made if not rules.match(article)]
    few, many = misses[:POLL], misses[POLL : 2 * POLL + NOT_HIT]
    calls = [calls_into(identity_files(), lambda some=some: archive.take(some)) for some in (few, many)]  # type: ignore[misc]
    each = (calls[1] - calls[0]) / (len(many) - len(few))
    return Figure(PART, "calls into identity of an article without a hit", {ALL: each}, most=0)


# --- the start --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds until the first poll was committed, those of CPU, and MiB of all processes (PSS) at rest."""

    waited: float
    used: float
    held: float


async def _starts(empty: Path, full: Path, rows: list[str]) -> list[Figure]:
    with serving(SOURCES, 30) as stand:
        for folder in (empty, full):
            _write_config(folder, stand.port)
            await _start(folder)  # what is done once for a new version, or a first poll, is not of these starts
        starts: dict[Path, list[Start]] = {empty: [], full: []}
        for _ in range(STARTS):
            for folder, found in starts.items():
                found.append(await _start(folder))
                print(f"{folder.name}: {found[-1]}", file=sys.stderr)
    waited, used, held = (
        {folder: median(getattr(each, name) for each in found) for folder, found in starts.items()}
        for name in ("waited", "used", "held")
    )
    rows += [
        f"{folder.name}: {waited[folder]:.1f} s to the first poll, {used[folder]:.1f} of CPU; {held[folder]:.0f} MiB"
        for folder in starts
    ]
    return [
        Figure(PART, "start to first poll / of an empty archive", {ALL: waited[full] / waited[empty]}, most=1.5),
        Figure(PART, "the same in CPU time", {ALL: used[full] / used[empty]}),
        Figure(PART, "MiB at rest above an empty archive", {ALL: held[full] - held[empty]}, most=60),
    ]


def _write_config(folder: Path, port: int) -> None:
    rows = "".join(f"  - {{id: {n}, url: '{address(int(n[1:]), port)}', every: 1 h}}\n" for n in _names())
    (folder / "sources.yaml").write_text(f"sources:\n{rows}", encoding="utf-8")
    (folder / "monitor.yaml").write_text(
        f"database: sqlite:///monitor.db\nsources: [sources.yaml]\nrules: ['{ROOT / 'rules'}']\n"
        f"entities: ['{ROOT / 'seeds' / 'entities'}']\nnetwork: {{allow: [127.0.0.0/8]}}\n"
        f"channels:\n  phone: {{url: 'json://127.0.0.1:{port}/phone'}}\nroutes: {{default: [phone]}}\n",
        encoding="utf-8",
    )


async def _start(folder: Path) -> Start:
    """A daemon, until it has polled and is at rest."""
    with opened(f"sqlite:///{folder}/monitor.db") as database:
        asked, began = clock.now(), time.monotonic()
        with database.writing() as connection:
            connection.execute(update(tables.source).values(next_at=asked))
        daemon = await started(folder)
        try:
            while not _polled(database, asked):
                if daemon.returncode is not None or time.monotonic() - began > HANGS:
                    raise SystemExit(
                        f"the daemon does not poll: {(folder / 'log').read_text(encoding='utf-8')[-2000:]}"
                    )
                await asyncio.sleep(LOOK)
            waited, used = time.monotonic() - began, cpu(daemon.pid)
            await asyncio.sleep(AT_REST)
            return Start(waited, used, await asyncio.to_thread(memory, daemon.pid))
        finally:
            await ended(daemon)


def _polled(database: Database, since: datetime) -> bool:
    """Whether a source was polled since then: 304s leave no row of their own."""
    with database.reading() as connection:
        found = connection.execute(select(tables.source.c.id).where(tables.source.c.polled_at >= since).limit(1))
        return found.first() is not None


# --- the gazetteer, and check -----------------------------------------------------------------------------------

_LOAD = """
import json, time
from bench.world.figures import resident
before, began = resident(), time.perf_counter()
from monitor.places.find import find_places
find_places("A quake in Chile", "en")
print(json.dumps([time.perf_counter() - began, resident() - before]))
"""
_RUN = """
import json, sys
from pathlib import Path
read, folder = set(), str(Path(sys.argv[1]) / "places")
def note(event, args):
    if event == "open" and str(args[0]).startswith(folder) and not str(args[0]).endswith((".py", ".pyc")):
        read.add(str(args[0]))
sys.addaudithook(note)
sys.argv = ["news-monitor", *sys.argv[2:]]
from monitor.__main__ import main
try:
    main()
except SystemExit:
    pass
maps = [line.split()[-1] for line in Path("/proc/self/maps").read_text().splitlines() if folder in line]
print(json.dumps(sorted({*read, *maps})), file=sys.stderr)
"""


def _of_gazetteer(folder: Path) -> Iterator[Figure]:
    """Its size, how long it takes to load and what it holds; and by how many commands that need it not it is read."""
    data = [path for path in (PACKAGE / "places").rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    if not data:
        return
    seconds, held = min(json.loads(_python(_LOAD).stdout) for _ in range(LOADS))
    yield Figure(PART, "gazetteer: MiB of its data", {ALL: sum(path.stat().st_size for path in data) / MIB}, most=25)
    yield Figure(PART, "gazetteer: MiB in memory", {ALL: held / MIB}, most=25)
    yield Figure(PART, "gazetteer: s to load", {ALL: seconds}, most=0.3)
    rule = next((ROOT / "rules").rglob("*.yaml"))
    commands = (["--help"], ["status", "-c", str(folder / "monitor.yaml")], ["check", str(rule)])
    reads = sum(json.loads(_python(_RUN, PACKAGE, *each).stderr.splitlines()[-1]) != [] for each in commands)
    yield Figure(PART, "gazetteer: read by --help, status, check FILE", {ALL: reads}, most=0)


def _python(code: str, *args: object) -> subprocess.CompletedProcess[str]:
    """A process of its own, which must not fail."""
    command = (sys.executable, "-c", code, *map(str, args))
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(ended.stderr[-2000:])
    return ended


def _of_check(folder: Path) -> Figure:
    """The most memory that `check` of the shipped rules, entities and sources holds."""
    (folder / "monitor.yaml").write_text(
        f"sources: ['{ROOT / 'seeds' / 'sources'}']\nrules: ['{ROOT / 'rules'}']\n"
        f"entities: ['{ROOT / 'seeds' / 'entities'}']\n"
        "channels:\n  phone: {url: 'json://127.0.0.1/phone'}\nroutes: {default: [phone]}\n",
        encoding="utf-8",
    )
    command = (sys.executable, "-m", "monitor", "check", "-c", str(folder / "monitor.yaml"))
    peak = float(_python(_PEAK, *command).stdout)
    return Figure(PART, "check of the shipped set, MiB", {ALL: peak / 1024}, most=220)
