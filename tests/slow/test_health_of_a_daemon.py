"""How a real daemon says that it is not well. What it says is for people who are woken, so each takes half a minute or
more; tests/unit/daemon/test_health.py has the rules."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.support.asking import WEB, asked, health, listening, until_asked
from tests.support.patience import PATIENCE
from tests.support.whole import Daemon, Site, document, news_monitor, now, rss, serving, until, write_config


def at_fault(body: str) -> bool:
    """Whether the database is."""
    return bool(json.loads(body)["checks"]["database"]["status"] == "problem")


async def test_a_database_that_is_locked_is_told_within_half_a_minute(tmp_path: Path) -> None:
    """By a page that answers all the while; and it is well again when the database is."""
    write_config(tmp_path, {}, more=WEB)
    async with Daemon(tmp_path) as daemon:
        origin = await listening(daemon)
        assert (await health(origin))[0] == 200
        with closing(sqlite3.connect(tmp_path / "monitor.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            # on a busy machine, that the tick waits for the database may be seen a moment earlier
            body = await until_asked(f"{origin}/healthz", lambda status, body: status == 503 and at_fault(body))
            check = json.loads(body)["checks"]["database"]
            # which of the three it is, the call says that waited last: for a lock, or only to read
            what = "has not answered|has refused everything|can be read, and has accepted no write"
            assert re.fullmatch(rf"the database ({what}) for \d+ s; see the log", check["says"])
            await until(lambda: "database is locked" in daemon.log.read_text())  # a writer waits as long as that
            other.execute("ROLLBACK")
        await until_asked(f"{origin}/healthz", lambda status, _: status == 200)
        assert await daemon.end(signal.SIGTERM) == 0


async def test_what_died_while_a_channel_was_away_arrives_by_itself(tmp_path: Path) -> None:
    """It is a problem that names the channel until the channel accepts the next alert; then it is sent, and all is
    well. The channel is the operator's only one: the log has as an error what no notice could tell in time."""
    rule = "rule: any\ntitle: Any\nlevel: high\nmatch: {words: [missiles]}\nalert: {once_per: article}\n"
    (tmp_path / "any.yaml").write_text(rule, encoding="utf-8")
    site = Site({"/wire": document(rss(("Old missiles", "/old", now())))}, refusing=True)
    more = f"{WEB}limits: {{attempts: 1}}\n"
    async with serving(site):
        channels = {"hook": site.url("/take", "json")}
        write_config(tmp_path, {"wire": site.url("/wire")}, channels=channels, rules="any.yaml", more=more)
        async with Daemon(tmp_path) as daemon:
            origin = await listening(daemon)
            # the notice of it may be dead too by then
            dead = re.compile(r"channel hook: .* dead since .* the next message that the channel accepts brings")
            await until_asked(f"{origin}/healthz", lambda status, body: status == 503 and bool(dead.search(body)))
            assert "news_monitor_outbox_dead 0.0" not in (await asked(f"{origin}/metrics"))[1]
            lines = (await news_monitor("status", folder=tmp_path)).out.splitlines()
            assert any(line.startswith("dead: channel hook: ") for line in lines)
            await until(lambda: "hook; it is queued there" in daemon.log.read_text())
            (row,) = [
                json.loads(line) for line in daemon.log.read_text().splitlines() if "hook; it is queued there" in line
            ]
            assert (row["level"], row["subject"]) == ("error", "dead hook")
            site.received.clear()
            site.refusing = False
            site.pages["/wire"] = document(rss(("New missiles", "/new", now())))
            await until(
                lambda: {"HIGH: New missiles", "HIGH: Old missiles"} <= {each["title"] for each in site.received}
            )
            await until_asked(f"{origin}/healthz", lambda status, _: status == 200)
            assert await daemon.end(signal.SIGTERM) == 0
    titles = Counter(each["title"] for each in site.received)
    assert (titles["HIGH: New missiles"], titles["HIGH: Old missiles"]) == (1, 1)


async def test_that_no_source_can_be_polled_is_a_problem(tmp_path: Path) -> None:
    """As with the network down; with the reason, and until one can be."""
    site = Site()
    async with serving(site):
        write_config(tmp_path, {"wire": site.url("/wire"), "post": site.url("/post")}, more=WEB)
        async with Daemon(tmp_path) as daemon:
            origin = await listening(daemon)
            async with asyncio.timeout(2.5 * PATIENCE):  # it takes a minute by itself
                while (await health(origin))[0] == 200:  # noqa: ASYNC110 - it happens in another process
                    await asyncio.sleep(0.5)
            status, checks = await health(origin)
            assert (status, checks["sources"]["status"]) == (503, "problem")
            said = r"no poll has gone well since \d\d:\d\d: \d+ polls of 2 sources failed \(.*404.*\)"
            assert re.match(said, checks["sources"]["says"])
            site.pages["/wire"] = document(rss(("A quiet day", "/quiet", now())))
            await news_monitor("sources", "poll", "wire", folder=tmp_path)
            await until_asked(f"{origin}/healthz", lambda status, _: status == 200)
