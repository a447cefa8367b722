"""Several daemons on one PostgreSQL share the work while they are killed: nothing lost, nothing done twice.

    ./dev bench daemons [--daemons 3] [--minutes 5] [--every-kill 10] [--seed 1]

Feeds that answer slowly reveal new entries, each told on two webhooks. Every 10 s one daemon gets SIGKILL and is
started again. After the last kill they run until the leases of the dead have ended and all is settled. It demands:

    nothing lost      every entry has its article, match, alert and one accepted delivery on each channel
    repeats           a message came twice only where an attempt ended without a receipt
    polled once       what the promise is: a claim holds a source until its poll is committed or given back, or until
                      its lease ends (three minutes) if its daemon is dead; no other claim begins meanwhile, and each
                      claim asks the feed at most once. A trigger in the database notes every claim and how it ended;
                      the feeds note every question, and each question must fall in a claim that has asked nothing yet
    power             some claim of a dead daemon was waited for, and each place in the fleet did its share
"""

from __future__ import annotations

import asyncio
import random
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from bench.world import feeds as newsroom
from bench.world import receivers
from bench.world.account import settle_account
from bench.world.feeds import Ask, Feeds, Revealing
from bench.world.figures import Figures, demand_quiet
from bench.world.place import LEASES, made, opened, parser_of, settled, write_files
from bench.world.process import ended, killed, run, started
from bench.world.receivers import Webhook
from monitor.store.engine.database import Database

FEEDS = 100
CHANCE = 0.3  # that a poll brings something new
LISTED = 300
SLOWEST = 0.6  # s until a feed has answered
CHANNELS = ("first", "second")
MORE = "limits: {polls: 16, entries: 5000, send: 10 s}\n"
NOTING = """\
CREATE TABLE claim_noted (
    id bigserial PRIMARY KEY, at timestamptz NOT NULL DEFAULT clock_timestamp(),
    source text NOT NULL, owner text, until timestamp
);
CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO claim_noted (source, owner, until) VALUES (NEW.id, NEW.lease_owner, NEW.lease_until);
    RETURN NULL;
END $$;
CREATE TRIGGER note_claim AFTER UPDATE OF lease_until ON source FOR EACH ROW EXECUTE FUNCTION note_claim();
"""


@dataclass(slots=True)
class Claimed:
    """A claim as the database saw it; `ended`: committed or given back."""

    owner: str
    began: datetime
    until: datetime
    ended: datetime | None = None

    @property
    def free_again(self) -> datetime:
        """From when on another may claim the source."""
        return self.until if self.ended is None else min(self.ended, self.until)


def prepare(url: str) -> None:
    """The schema, and the trigger that notes claims."""
    with opened(url) as database:
        database.upgrade()
        with database.writing() as connection:
            connection.exec_driver_sql(NOTING)


def claims_noted(database: Database) -> Mapping[int, list[Claimed]]:
    """The claims of each feed, in their order."""
    found: defaultdict[int, list[Claimed]] = defaultdict(list)
    with database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT at, source, owner, until FROM claim_noted ORDER BY id").all()
    for row in rows:
        claims = found[int(row.source.removeprefix("s"))]
        if row.owner is not None:
            claims.append(Claimed(row.owner, row.at, row.until.replace(tzinfo=UTC)))
        elif claims and claims[-1].ended is None:
            claims[-1].ended = row.at
    return found


def judge_claims(figures: Figures, claims: Mapping[int, list[Claimed]], asks: Mapping[int, list[Ask]]) -> None:
    """Whether each source was polled by one at a time."""
    early = outside = twice = waited = 0
    for number, held in claims.items():
        pairs = list(pairwise(held))
        early += sum(later.began < before.free_again for before, later in pairs)
        waited += sum(before.ended is None for before, _ in pairs)
        asking = [place_of(held, ask.began) for ask in asks[number]]
        outside += asking.count(None)
        inside = [place for place in asking if place is not None]
        twice += len(inside) - len(set(inside))
    every = [claim for held in claims.values() for claim in held]
    figures.note(claims=len(every), polls=sum(map(len, asks.values())))
    figures.demand("claims of the dead that were waited for", waited, least=1)
    figures.demand("claims that began while another was in force", early, most=0)
    figures.demand("polls outside any claim", outside, most=0)
    figures.demand("claims that polled twice", twice, most=0)


def place_of(held: Sequence[Claimed], moment: datetime) -> int | None:
    """Which claim was in force at this moment."""
    place = bisect_right([claim.began for claim in held], moment) - 1
    return place if place >= 0 and moment < held[place].free_again else None


class Fleet:
    """Daemons at so many places; where one is killed, another is started."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.living: list[asyncio.subprocess.Process] = []
        self.place: dict[str, int] = {}  # by the process's number
        self.kills = 0

    async def start(self, place: int) -> None:
        """A daemon at this place; the next free one if there is nobody yet."""
        daemon = await started(self._folder)
        self.living[place : place + 1] = [daemon]
        self.place[str(daemon.pid)] = place

    async def kill(self, place: int) -> None:
        """The daemon at this place, and start another."""
        await killed(self.living[place], self._folder)
        self.kills += 1
        await self.start(place)

    async def end(self) -> int:
        """The worst exit code."""
        return max(await asyncio.gather(*(ended(daemon) for daemon in self.living)), key=abs)

    def shares(self, claims: Iterable[Claimed]) -> list[float]:
        """Which share of the claims each place made."""
        made = Counter(self.place[claim.owner.split(":")[1]] for claim in claims)
        return [made[place] / made.total() for place in range(len(self.living))]


async def under_fire(fleet: Fleet, daemons: int, seconds: float, pause: float, seed: int) -> None:
    """Start them together; then kill one after each pause."""
    chance, loop = random.Random(seed), asyncio.get_running_loop()
    await asyncio.gather(*(fleet.start(place) for place in range(daemons)))
    end = loop.time() + seconds
    while loop.time() + pause < end:
        await asyncio.sleep(pause)
        await fleet.kill(chance.randrange(daemons))
    await asyncio.sleep(max(0.0, end - loop.time()))


async def measure(daemons: int, seconds: float, pause: float, seed: int) -> int:
    """The exit code."""
    slowness, figures, hook = random.Random(seed), Figures(), Webhook()
    feeds = Feeds(FEEDS, kept=LISTED, slowness=lambda: slowness.uniform(0, SLOWEST))
    revealing = Revealing(feeds, 1, CHANCE)
    with made("postgresql") as (folder, url):
        prepare(url)
        async with newsroom.serving(feeds), receivers.serving(hook):
            write_files(folder, url, feeds, {name: hook.url(name) for name in CHANNELS}, every=5, more=MORE)
            fleet = Fleet(folder)
            try:
                await under_fire(fleet, daemons, seconds, pause, seed)
                with opened(url) as database:
                    await settled(database, revealing, within=LEASES)
            finally:
                code = await fleet.end()
            with opened(url) as database:
                figures.note(daemons=daemons, kills=fleet.kills)
                figures.demand("worst exit code of a daemon", abs(code), most=0)
                settle_account(figures, database, feeds.published.values(), hook.taken, CHANNELS)
                claims = claims_noted(database)
        judge_claims(figures, claims, feeds.asks)
        shares = fleet.shares(claim for held in claims.values() for claim in held)
        figures.demand("smallest share of the claims", min(shares), least=0.3 / daemons)
        demand_quiet(figures, folder / "log")
    return figures.verdict()


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("--daemons", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--every-kill", type=float, default=10, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.exit(run(measure(given.daemons, given.minutes * 60, given.every_kill, given.seed)))
