"""Deliveries while PostgreSQL fails: its backends are terminated again and again, and the server crashes and restarts.

    ./dev bench unstable_postgresql [--alerts 300] [--restarts 3]

A real dispatcher sends through Apprise to a webhook on loopback. Every 0.3 s all of its connections are terminated;
now and then the server is stopped as by a crash, and started again. It demands that every alert is accepted, that the
webhook has every one, and none twice: the process lives, so it remembers what was accepted until that is committed.
"""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

from bench.crash_points import alert_in
from bench.world.figures import Figures
from bench.world.place import parser_of, unsent
from monitor import clock
from monitor.errors import StoreFailed
from monitor.store.engine.opening import open_database
from monitor.store.queries.reports import ReportQueries
from tests.conftest import fault_server
from tests.support.postgres import restartable_postgres
from tests.support.sending import dispatching_in_threads, fill

TERMINATE = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
    "WHERE datname = 'postgres' AND pid <> pg_backend_pid() AND application_name = 'news-monitor'"
)
PATH = "late/0.05/desk"


async def disturb(engine: Engine, restart: Callable[[], None], restarts: int, ended: Counter[str]) -> None:
    """Until it is cancelled."""
    turn = 0
    while True:
        await asyncio.sleep(0.3)
        turn += 1
        with suppress(DBAPIError):
            ended["backends"] += await asyncio.to_thread(terminate, engine)
        if turn % 10 == 0 and ended["restarts"] < restarts:
            await asyncio.to_thread(restart)
            ended["restarts"] += 1


def terminate(engine: Engine) -> int:
    """How many connections were terminated."""
    with engine.connect() as connection:
        return int(connection.exec_driver_sql(TERMINATE).scalar_one())


async def measure(alerts: int, restarts: int) -> int:
    """The exit code."""
    figures, ended = Figures(), Counter[str]()
    with restartable_postgres("fsync=on") as (url, restart), fault_server() as faults:
        database = open_database(f"{url}postgres")
        database.upgrade()
        urls = {"desk": faults.url(PATH)}
        fill(database, urls, *(f"a{number}" for number in range(alerts)))
        address = f"{url}postgres".replace("postgresql://", "postgresql+psycopg://")
        engine = create_engine(address, isolation_level="AUTOCOMMIT", pool_pre_ping=True)
        disturbing = asyncio.create_task(disturb(engine, restart, restarts, ended))
        async with dispatching_in_threads(database, urls) as dispatcher:
            until = clock.monotonic() + 600
            while clock.monotonic() < until:
                with suppress(StoreFailed):
                    await dispatcher.send_all_due()
                    if not await asyncio.to_thread(unsent, database):
                        break
                await asyncio.sleep(0.2)
        disturbing.cancel()
        await asyncio.gather(disturbing, return_exceptions=True)
        await asyncio.sleep(2)  # the last termination runs in a thread
        for each in (engine, database.write, database.read):
            each.dispose()
        accepted = ReportQueries(database).delivery_counts()["accepted"]
        copies = Counter(alert_in(body) for body in faults.bodies(PATH))
        database.close()
    figures.note(backends_terminated=ended["backends"], restarts=ended["restarts"])
    figures.demand("accepted", accepted, least=alerts)
    figures.demand("received", len(copies), least=alerts)
    figures.demand("copies of one", max(copies.values()), most=1)
    figures.demand("backends terminated", ended["backends"], least=5)
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--alerts", type=int, default=300)
    parser.add_argument("--restarts", type=int, default=3)
    given = parser.parse_args()
    return asyncio.run(measure(given.alerts, given.restarts))


if __name__ == "__main__":
    sys.exit(main())
