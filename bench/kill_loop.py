"""The guarantee under SIGKILL: a daemon under load is killed at random moments, and nothing may be lost.

    ./dev bench kill_loop [--kills 30] [--seed 1] [--database sqlite|postgresql]

Feeds on loopback reveal new entries when they are polled; every entry matches a rule and is told on two channels, each
a webhook that takes its time. One kill in five falls into the daemon's start, the others later. After the last one the
daemon runs until all is settled; on PostgreSQL what dead daemons held comes back only when its leases end, after four
minutes. Then: every entry that was ever revealed has its article, match, alert and an accepted delivery on each
channel, every alert was received on each, and a message was received twice only where a kill left its delivery without
a receipt. Exit code 1 otherwise, and also if fewer than a tenth of the kills fell between a delivery's claim and its
receipt (raise the load).
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

from bench.world import feeds as newsroom
from bench.world import receivers
from bench.world.account import settle_account
from bench.world.feeds import Feeds, Revealing
from bench.world.figures import Figures
from bench.world.place import KINDS, LEASES, left_by, made, opened, parser_of, settled, write_files
from bench.world.process import ended, killed, run, started
from bench.world.receivers import Webhook
from monitor.store.engine.database import Database
from monitor.telemetry import LogEvent
from tests.support.whole import until

FEEDS = 300  # on PostgreSQL each kill takes some away for three minutes: as many as are being polled
POLLS = 4
CHANCE, REVEALED = 0.15, 2  # that a poll brings something new, and how much
LISTED = 300  # more than a feed can reveal until a poll of it is committed
CHANNELS = ("first", "second")
STARTED = f'"{LogEvent.STARTED.value}"'.encode()
MORE = f"limits: {{polls: {POLLS}, entries: 5000, send: 10 s}}\n"


async def kills(folder: Path, url: str, feeds: Feeds, count: int, seed: int) -> int:
    """Start and kill; how many kills fell while a delivery stood between its claim and its receipt."""
    moments, log = random.Random(seed), folder / "log"
    between = 0
    for number in range(count):
        size = log.stat().st_size if log.exists() else 0
        daemon = await started(folder)
        try:
            if number % 5 == 4:
                await asyncio.sleep(moments.uniform(0.2, 1.5))
            else:
                await began(daemon, log, size)
                await asyncio.sleep(moments.uniform(0, 3.5))
        finally:
            await killed(daemon, folder)
        held = await asyncio.to_thread(held_by, url, daemon.pid)
        between += bool(held)
        print(f"kill {number + 1}: {len(feeds.published)} revealed, {held} in sending", flush=True)
    return between


async def began(daemon: asyncio.subprocess.Process, log: Path, since: int) -> None:
    """Wait until the daemon polls, or has ended by itself."""

    def says() -> bool:
        with log.open("rb") as file:
            file.seek(since)
            return STARTED in file.read()

    await until(lambda: daemon.returncode is not None or says())


def held_by(url: str, pid: int) -> int:
    """How many deliveries a dead daemon left in sending."""
    with opened(url) as database:
        return left_by(database, pid) if tables_are_there(database) else 0


def tables_are_there(database: Database) -> bool:
    """Whether some daemon has lived long enough to make them."""
    if not database.exists():
        return False
    with database.reading() as connection:
        return connection.dialect.has_table(connection, "delivery")


async def measure(count: int, seed: int, kind: str) -> int:
    """The exit code."""
    feeds, hook, figures = Feeds(FEEDS, kept=LISTED), Webhook(), Figures()
    revealing = Revealing(feeds, REVEALED, CHANCE)
    with made(kind) as (folder, url):
        async with newsroom.serving(feeds), receivers.serving(hook):
            write_files(folder, url, feeds, {name: hook.url(name) for name in CHANNELS}, every=10, more=MORE)
            between = await kills(folder, url, feeds, count, seed)
            daemon = await started(folder)
            with opened(url) as database:
                try:
                    await settled(database, revealing, within=LEASES)
                finally:
                    figures.demand("exit code of the daemon", await ended(daemon), most=0)
                figures.note(database=kind, kills=count)
                figures.demand("kills between claim and receipt", between, least=count / 10)
                settle_account(figures, database, feeds.published.values(), hook.taken, CHANNELS)
    return figures.verdict()


if __name__ == "__main__":
    parser = parser_of(__doc__)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=KINDS, default="sqlite")
    given = parser.parse_args()
    sys.exit(run(measure(given.kills, given.seed, given.database)))
