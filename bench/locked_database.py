"""A database that stays locked after a server has accepted a message: the acceptance is kept, nothing is sent twice.

    ./dev bench locked_database [--seconds 300]

A real daemon on SQLite sends two alerts to a webhook that takes 5 s to accept each. While it accepts the first, another
process locks the database against writers, for longer than the claim on the delivery lasts. It demands:

    copies      of each alert: one
    state       both deliveries accepted, after one attempt each
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections import Counter
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

from bench.world import feeds as newsroom
from bench.world import receivers
from bench.world.feeds import Feeds
from bench.world.figures import Figures
from bench.world.place import made, opened, parser_of, unsent, write_files
from bench.world.process import ended, run, started
from bench.world.receivers import Webhook
from monitor.store.queries.reports import ReportQueries
from tests.support.whole import until


async def locked(path: Path, seconds: float) -> None:
    """Hold the lock of the one writer for so long."""
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        await asyncio.sleep(seconds)
        connection.execute("ROLLBACK")


async def measure(seconds: float) -> int:
    """The exit code."""
    figures, feeds, hook = Figures(), Feeds(1), Webhook(slowness=5)
    feeds.begin_with(1, timedelta(days=2))
    figures.note(locked=seconds)
    with made("sqlite") as (folder, url):
        async with newsroom.serving(feeds), receivers.serving(hook):
            write_files(folder, url, feeds, {"desk": hook.url("desk")}, every=10)
            daemon = await started(folder)
            try:
                await until(lambda: feeds.asks[0])
                entries = [feeds.publish(0, told=True) for _ in range(2)]
                await until(lambda: hook.taken)
                await locked(folder / "monitor.db", seconds)
                with opened(url) as database:
                    with suppress(TimeoutError):
                        await until(lambda: len(hook.taken) >= len(entries) and not unsent(database), within=120)
                    reports = ReportQueries(database).deliveries([], 10)
            finally:
                figures.demand("exit code of the daemon", await ended(daemon), most=0)
    copies = Counter(taken.uid for taken in hook.taken)
    figures.demand("alerts that came", len(copies), least=len(entries))
    figures.demand("copies of one", max(copies.values()), most=1)
    figures.demand("attempts of one", max(report.attempts for report in reports), most=1)
    figures.demand("accepted", sum(report.state == "accepted" for report in reports), least=len(entries))
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    return run(measure(parser.parse_args().seconds))


if __name__ == "__main__":
    sys.exit(main())
