"""How quick delivery is: from the commit to the acceptance, behind a backlog, beside hung channels, after an outage.

    ./dev bench delivery_figures [--minutes 2] [--alerts 1000] [--only pace,backlog,hung,outage,cpu]

The real dispatcher with its worker processes, on SQLite, and webhooks on loopback. It demands:

    pace        200 alerts a minute: 99 of 100 accepted at most 2 s after their commit
    backlog     500 LOW alerts wait for a channel of 0.5 s a message, then a CRITICAL one comes: it goes next but one
    hung        20 channels take a message and never answer: a healthy one gets its own at most 1 s later
    outage      a channel is down for 90 s while ten alerts fall due: ten within 30 s of its recovery, none twice
    cpu         1,000 alerts due at once: at most 4 ms of CPU for an alert (decided, committed, rendered, sent, settled)

The times are those of a machine that does nothing else; the load that the machine had is printed with them.
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bench.crash_points import alert_in
from bench.world.figures import Figures, share
from bench.world.place import parser_of, unsent
from bench.world.process import cpu
from monitor.delivery import Dispatcher
from monitor.model import Channel, Level, Limits, RouteStep, Settings
from monitor.notify import Notifier
from monitor.notify.timeouts import SendTimeouts
from monitor.runtime.workers.processes import preload_module
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import alert, delivery
from monitor.store.queues.outbox import Outbox
from tests.conftest import FaultServer, fault_server
from tests.support.sending import fill

PARTS = ("pace", "backlog", "hung", "outage", "cpu")
TICK = 1.0  # s, as the daemon's job


@asynccontextmanager
async def running(urls: Mapping[str, str]) -> AsyncIterator[tuple[Database, Dispatcher]]:
    """A database and a dispatcher that looks every second, as in the daemon."""
    channels = {name: Channel(name, url) for name, url in urls.items()}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        database = open_database(f"sqlite:///{Path(folder) / 'news.db'}")
        database.upgrade()
        settings = Settings("UTC", "", channels, {"default": tuple(map(RouteStep, urls))}, limits=Limits())
        thread = StoreThread()
        preload_module("monitor.preloaded")  # as the daemon does: no process that is forked later loads Apprise again
        notifier = Notifier(lambda: channels, settings.limits.send, SendTimeouts(http_answer=timedelta(minutes=10)))
        await notifier.prepare()
        dispatcher = Dispatcher(
            settings, outbox=Outbox(database, "bench"), notifier=notifier, thread=thread, name_of=str.title
        )

        async def tick() -> None:
            while True:
                await dispatcher.run_once()
                await asyncio.sleep(TICK)

        ticking = asyncio.create_task(tick())
        try:
            yield database, dispatcher
        finally:
            ticking.cancel()
            await dispatcher.stop(timedelta(0))
            notifier.close()
            thread.close()
            database.close()


async def until(condition: Callable[[], object], within: float, pause: float = 0.02) -> float:
    """Seconds until it holds; endless if it does not in time. It looks after every `pause` seconds, which costs."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() > began + within:
            return float("inf")
        await asyncio.sleep(pause)
    return time.monotonic() - began


async def commit(database: Database, dispatcher: Dispatcher, channels: list[str], *uids: str, level: Level) -> None:
    """Alerts, committed as a poll commits them."""
    await asyncio.to_thread(fill, database, channels, *uids, level=level)
    dispatcher.wake()


async def measure_pace(figures: Figures, faults: FaultServer, minutes: float) -> None:
    """From the commit to the acceptance."""
    chance = random.Random(1)
    moments = sorted(chance.uniform(0, 60 * minutes) for _ in range(round(200 * minutes)))
    async with running({"desk": faults.url("ok/pace")}) as (database, dispatcher):
        began = time.monotonic()
        for number, moment in enumerate(moments):
            await asyncio.sleep(max(0.0, began + moment - time.monotonic()))
            await commit(database, dispatcher, ["desk"], f"p{number}", level=Level.MEDIUM)
        await until(lambda: not unsent(database), 60)
        query = select(alert.c.at, delivery.c.ended_at).join(delivery, delivery.c.alert_id == alert.c.id)
        with database.reading() as connection:
            rows = connection.execute(query).all()
    waits = [(row.ended_at - row.at).total_seconds() if row.ended_at else float("inf") for row in rows]
    figures.note(pace_alerts=len(waits), pace_median_s=share(waits, 0.5))
    figures.demand("pace: committed to accepted, p99, s", share(waits, 0.99), most=2)


async def measure_backlog(figures: Figures, faults: FaultServer) -> None:
    """How many others go before a critical one."""
    path = "late/0.5/backlog"
    async with running({"desk": faults.url(path)}) as (database, dispatcher):
        await commit(database, dispatcher, ["desk"], *(f"l{number}" for number in range(500)), level=Level.LOW)
        await until(lambda: len(faults.bodies(path)) >= 3, 60)
        await commit(database, dispatcher, ["desk"], "urgent", level=Level.CRITICAL)
        before = len(faults.bodies(path))
        await until(lambda: any("CRITICAL" in body for body in faults.bodies(path)[before:]), 60)
        place = next((n for n, body in enumerate(faults.bodies(path)) if "CRITICAL" in body), 500) - before + 1
    figures.demand("backlog: the critical one is so manieth after its commit", place, most=2)


async def measure_hung(figures: Figures, faults: FaultServer) -> None:
    """How much longer a healthy channel waits."""
    hung = {f"hung-{number}": faults.url(f"hang/{number}") for number in range(20)}
    async with running({**hung, "desk": faults.url("ok/hung")}) as (database, dispatcher):
        await commit(database, dispatcher, ["desk"], "alone", level=Level.MEDIUM)
        alone = await until(lambda: len(faults.bodies("ok/hung")) == 1, 60)
        await commit(database, dispatcher, [*hung, "desk"], "together", level=Level.MEDIUM)
        beside = await until(lambda: len(faults.bodies("ok/hung")) == 2, 60)
        await until(lambda: sum("/hang/" in path for _, path, _ in faults.received) == len(hung), 120)
        await commit(database, dispatcher, ["desk"], "later", level=Level.MEDIUM)
        later = await until(lambda: len(faults.bodies("ok/hung")) == 3, 60)
    figures.note(hung_alone_s=alone)
    figures.demand("hung: later beside those that begin to hang, s", beside - alone, most=1)
    figures.demand("hung: later beside those that hang, s", later - alone, most=1)


async def measure_outage(figures: Figures, faults: FaultServer) -> None:
    """How soon what fell due meanwhile arrives."""
    path = "ok/outage"
    faults.then[path] = ["503"] * 100_000
    async with running({"desk": faults.url(path)}) as (database, dispatcher):
        for number in range(10):
            await commit(database, dispatcher, ["desk"], f"o{number}", level=Level.MEDIUM)
            await asyncio.sleep(9)
        refused = len(faults.bodies(path))
        faults.then.clear()
        within = await until(lambda: not unsent(database), 120)
    came = [alert_in(body) for body in faults.bodies(path)[refused:]]
    figures.note(outage_attempts_while_down=refused)
    figures.demand("outage: all ten accepted after the recovery, s", within, most=30)
    figures.demand("outage: messages that came twice", len(came) - len(set(came)), most=0)


async def measure_cpu(figures: Figures, alerts: int) -> None:
    """CPU of dispatcher and senders; the webhook computes in a process of its own."""
    webhook = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.world.webhook", stdout=asyncio.subprocess.PIPE
    )
    assert webhook.stdout is not None
    port = int(await webhook.stdout.readline())
    try:
        async with running({f"c{n}": f"json://127.0.0.1:{port}/c{n}" for n in range(4)}) as (database, dispatcher):
            without = frozenset({webhook.pid})
            for number in range(4):  # every sender has loaded Apprise before the figures begin
                await commit(database, dispatcher, [f"c{number}"], f"warm {number}", level=Level.MEDIUM)
            await until(lambda: not unsent(database), 300)
            begun = cpu(os.getpid(), without=without)
            for number in range(4):
                uids = [f"{number}-{n}" for n in range(alerts // 4)]
                await commit(database, dispatcher, [f"c{number}"], *uids, level=Level.MEDIUM)
            took = await until(lambda: not unsent(database), 900, 2.0)
            used = cpu(os.getpid(), without=without) - begun
    finally:
        webhook.kill()
        await webhook.wait()
    figures.note(cpu_seconds_until_all_are_accepted=took)
    figures.note(cpu_alerts=alerts)
    figures.demand("cpu: ms an alert", 1000 * used / alerts, most=4)


async def measure(parts: list[str], minutes: float, alerts: int) -> int:
    """The exit code."""
    figures = Figures()
    figures.note(load_at_the_beginning=os.getloadavg()[0])
    with fault_server() as faults:
        if "pace" in parts:
            await measure_pace(figures, faults, minutes)
        if "backlog" in parts:
            await measure_backlog(figures, faults)
        if "hung" in parts:
            await measure_hung(figures, faults)
        if "outage" in parts:
            await measure_outage(figures, faults)
        if "cpu" in parts:
            await measure_cpu(figures, alerts)
    figures.note(load_at_the_end=os.getloadavg()[0])
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--alerts", type=int, default=1000, help="of the part cpu")
    given = parser.parse_args()
    return asyncio.run(measure(given.only.split(","), given.minutes, given.alerts))


if __name__ == "__main__":
    sys.exit(main())
