"""The guarantee under SIGKILL: a daemon under load is killed at random moments, and nothing may be lost.

    ./dev bench kill_loop [--kills 30] [--seed 1]

A newsroom on loopback reveals new entries at every poll; every entry matches a rule and is told on two channels, each
a counting HTTP receiver that takes its time. After the last kill the daemon runs until all is settled. Then: every
entry that was ever revealed has its article, match, alert and an accepted delivery on each channel, every alert was
received on each, and a message was received twice only where a kill left its delivery without a receipt. Exit code 1
otherwise, and also if fewer than a tenth of the kills fell between a delivery's claim and its receipt (raise the load).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import signal
import sqlite3
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

FEEDS = 20
REVEALED = 3  # new entries of a feed at each of its polls
SLOWNESS = 0.02  # s that a receiver takes for a message
CHANNELS = ("first", "second")
RULE = """\
rule: load
title: Load
level: low
match: {words: {en: [missile]}}
alert: {once_per: article}
"""


class World:
    """The feeds and the receivers, in this process: they survive the daemon."""

    def __init__(self) -> None:
        self.revealed: Counter[int] = Counter()
        self.revealing = True
        self.polled: set[int] = set()
        self.received: Counter[tuple[str, str]] = Counter()
        # Dated, so that what stands in a feed at its first poll is told too.
        self.date = format_datetime(datetime.now(UTC))

    async def feed(self, request: web.Request) -> web.Response:
        """A feed of all that was revealed so far, and a few entries more."""
        number = int(request.match_info["number"])
        self.polled.add(number)
        if self.revealing:
            self.revealed[number] += REVEALED
        items = "".join(
            f"<item><guid isPermaLink='false'>{number}-{n}</guid><title>Report {number}-{n} of a missile</title>"
            f"<pubDate>{self.date}</pubDate></item>"
            for n in range(self.revealed[number])
        )
        return web.Response(
            text=f"<rss version='2.0'><channel><title>f</title>{items}</channel></rss>", content_type="text/xml"
        )

    async def take(self, request: web.Request) -> web.Response:
        """Count a message, slowly."""
        message = (await request.json())["message"]
        (alert,) = re.findall(r"alert ([0-9a-f]{16})", message)
        self.received[request.match_info["channel"], alert] += 1
        await asyncio.sleep(SLOWNESS)
        return web.Response()


async def start(folder: Path) -> asyncio.subprocess.Process:
    """The daemon, as an operator starts it."""
    command = (sys.executable, "-m", "monitor", "run", "-c", str(folder / "monitor.yaml"))
    with (folder / "log").open("ab") as log:
        return await asyncio.create_subprocess_exec(*command, stderr=log)


def asked(folder: Path, query: str) -> list[tuple[object, ...]]:
    """What the database says."""
    with sqlite3.connect(folder / "monitor.db") as connection:
        return connection.execute(query).fetchall()


def write_config(folder: Path, port: int) -> None:
    """Sources, rule and channels."""
    rows = "\n".join(
        f"  - {{id: s{n}, url: 'http://127.0.0.1:{port}/feed/{n}', name: s, every: 5 s}}" for n in range(FEEDS)
    )
    urls = "\n".join(f"  {name}: {{url: 'json://127.0.0.1:{port}/take/{name}'}}" for name in CHANNELS)
    (folder / "sources.yaml").write_text(f"sources:\n{rows}\n", encoding="utf-8")
    (folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    (folder / "monitor.yaml").write_text(
        "database: sqlite:///monitor.db\nsources: [sources.yaml]\nrules: [rule.yaml]\nnetwork: {allow: [127.0.0.0/8]}\n"
        f"limits: {{entries: 5000}}\nchannels:\n{urls}\nroutes: {{default: [first, second]}}\n",
        encoding="utf-8",
    )


async def settle(folder: Path, world: World) -> None:
    """Run without kills until every feed was polled and everything is sent."""
    world.revealing = False
    world.polled.clear()
    daemon = await start(folder)
    quiet = 0
    while quiet < 3:  # nothing open for three seconds after the last feed was polled
        await asyncio.sleep(1)
        quiet = quiet + 1 if len(world.polled) == FEEDS and asked(folder, OPEN) == [(0,)] else 0
    daemon.send_signal(signal.SIGTERM)
    if await daemon.wait() != 0:
        raise SystemExit(f"the daemon ended with {daemon.returncode}")


OPEN = "SELECT count(*) FROM delivery WHERE state NOT IN ('accepted', 'dead', 'discarded')"


async def kills(folder: Path, world: World, count: int, seed: int) -> int:
    """Start and kill; how many kills fell while a delivery stood between its claim and its receipt."""
    moments = random.Random(seed)
    between = 0
    for number in range(count):
        daemon = await start(folder)
        await asyncio.sleep(moments.uniform(1.5, 5))
        if daemon.returncode is not None:
            raise SystemExit(f"the daemon ended by itself with {daemon.returncode}; its log: {folder / 'log'}")
        daemon.kill()
        await daemon.wait()
        held = asked(folder, "SELECT count(*) FROM delivery WHERE state = 'sending'")[0][0]
        between += bool(held)
        print(f"kill {number + 1}: {sum(world.revealed.values())} revealed, {held} in sending", flush=True)
    return between


def verdict(folder: Path, world: World, count: int, between: int) -> bool:
    """Whether the guarantee held; prints the figures."""
    alerts = {
        row[0]: row[1]
        for row in asked(folder, "SELECT uid, alert_id FROM match JOIN article ON article.id = article_id")
    }
    wanted = {f"{number}-{n}" for number, shown in world.revealed.items() for n in range(shown)}
    unmatched = wanted - alerts.keys()
    lost = [
        (channel, uid)
        for uid in wanted & alerts.keys()
        for channel in CHANNELS
        if not world.received[channel, str(alerts[uid])]
    ]
    accepted = asked(folder, "SELECT count(*) FROM delivery WHERE state = 'accepted'")[0][0]
    unknown = {
        (row[0], row[1])
        for row in asked(
            folder,
            "SELECT channel, alert_id FROM delivery JOIN attempt ON attempt.delivery_id = delivery.id"
            " WHERE attempt.receipt = 'unknown'",
        )
    }
    repeats = {key: n - 1 for key, n in world.received.items() if n > 1}
    outside = [key for key in repeats if key not in unknown]
    integrity = asked(folder, "PRAGMA integrity_check") == [("ok",)]
    figures = {
        "kills": count,
        "kills between claim and receipt": between,
        "entries revealed": len(wanted),
        "entries without article or match": len(unmatched),
        "deliveries accepted": accepted,
        "messages never received": len(lost),
        "messages received again": sum(repeats.values()),
        "of these outside the stated window": len(outside),
        "database intact": integrity,
    }
    print(json.dumps(figures, indent=2))
    enough = between >= count / 10
    whole = accepted == len(wanted) * len(CHANNELS)
    return not unmatched and not lost and not outside and integrity and enough and whole


async def measure(count: int, seed: int) -> int:
    """The exit code."""
    world = World()
    app = web.Application()
    app.router.add_get("/feed/{number}", world.feed)
    app.router.add_post("/take/{channel}", world.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_config(folder, runner.addresses[0][1])
        between = await kills(folder, world, count, seed)
        await settle(folder, world)
        held = verdict(folder, world, count, between)
    await runner.cleanup()
    return 0 if held else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    raise SystemExit(asyncio.run(measure(given.kills, given.seed)))
