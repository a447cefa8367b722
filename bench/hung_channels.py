"""Channels that hang take nothing from those that do not: how long a healthy one waits, and what it costs.

    ./dev bench hung_channels [--hung 50]

A real daemon tells each alert to a healthy webhook and to 50 that take it and never answer. The first alert is due on
all of them at once; the second is made while all 50 hang. Then the daemon is asked to end. It demands:

    waits       of the healthy one, from the poll that brought the entry to the message: at most 20 s for the first (16
                hung ones go before it every two seconds), 10 s for the second; for a slow machine, both are generous
    the end     within 15 s of SIGTERM, with exit code 0

It prints what the processes hold in memory (what they share counted once), for each that hangs, and how many threads
and processes there are.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.world import feeds as newsroom
from bench.world import receivers
from bench.world.feeds import Entry, Feeds
from bench.world.figures import Figures, demand_quiet
from bench.world.place import made, parser_of, write_files
from bench.world.process import ended, family, memory, run, started
from bench.world.receivers import Webhook
from tests.support.whole import until

FIRST, SECOND, END = 20.0, 10.0, 15.0
WITHIN = 80.0  # s until all hang: less than the 90 s after which they are given up


def tasks(pid: int) -> int:
    """Threads of the whole family, as systemd's TasksMax counts them."""
    count = 0
    for each in family(pid):
        with suppress(OSError):
            count += len(list(Path(f"/proc/{each}/task").iterdir()))
    return count


async def waited(feeds: Feeds, hook: Webhook, entry: Entry) -> float:
    """Seconds from the answer of the feed that brought the entry to the message."""
    await until(lambda: entry.uid in {taken.uid for taken in hook.taken}, within=WITHIN)
    told = next(taken.at for taken in hook.taken if taken.uid == entry.uid)
    brought = next(ask.ended for ask in feeds.asks[0] if ask.ended is not None and ask.began >= entry.at)
    return (told - brought).total_seconds()


async def measure(hung: int) -> int:
    """The exit code."""
    figures, feeds, healthy, hanging = Figures(), Feeds(1), Webhook(), Webhook(slowness=3600)
    feeds.begin_with(1, timedelta(days=2))
    figures.note(hung=hung)
    with made("sqlite") as (folder, url):
        async with newsroom.serving(feeds), receivers.serving(healthy), receivers.serving(hanging):
            channels = {f"a{number}": hanging.url(f"a{number}") for number in range(hung)}
            write_files(folder, url, feeds, {**channels, "z": healthy.url("z")}, every=10)
            daemon = await started(folder)
            try:
                await until(lambda: feeds.asks[0])
                await asyncio.sleep(5)  # it is at rest, with one process to send ready
                before = memory(daemon.pid)
                figures.note(tasks_before=tasks(daemon.pid))
                first = await waited(feeds, healthy, feeds.publish(0, told=True))
                figures.demand("wait of the healthy channel beside those that begin to hang, s", first, most=FIRST)
                await until(lambda: len(hanging.taken) == hung, within=WITHIN)
                figures.note(MiB_for_each_that_hangs=(memory(daemon.pid) - before) / hung, tasks=tasks(daemon.pid))
                second = await waited(feeds, healthy, feeds.publish(0, told=True))
                figures.demand("wait of the healthy channel beside those that hang, s", second, most=SECOND)
                began = datetime.now(UTC)
                daemon.send_signal(signal.SIGTERM)
                figures.demand("exit code of the daemon", await asyncio.wait_for(daemon.wait(), 60), most=0)
                figures.demand("its end, s", (datetime.now(UTC) - began).total_seconds(), most=END)
            finally:
                await ended(daemon)
        demand_quiet(figures, folder / "log")
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--hung", type=int, default=50)
    return run(measure(parser.parse_args().hung))


if __name__ == "__main__":
    sys.exit(main())
