"""How a real daemon says that it is well, and that it is not."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from monitor.model.web_pages import list_feed_paths, make_feed_secret
from tests.support.patience import PATIENCE
from tests.support.whole import Daemon, Site, document, news_monitor, now, rss, serving, until, write_config

WEB = 'web: {listen: "127.0.0.1:0"}\n'


async def listening(daemon: Daemon) -> str:
    """Where it can be asked; it says so in its log."""
    await until(lambda: '"event": "http.listening"' in daemon.log.read_text())
    (found,) = re.findall(r'"health": "(http://127.0.0.1:\d+)/healthz"', daemon.log.read_text())
    return str(found)


async def asked(page: str) -> tuple[int, str]:
    async with ClientSession() as session, session.get(page) as answer:
        return answer.status, await answer.text()


async def until_asked(page: str, holds: Callable[[int, str], bool]) -> str:
    """Ask until the answer is as wanted; TimeoutError if it never is."""
    async with asyncio.timeout(PATIENCE):
        while not holds(*(told := await asked(page))):  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.2)
    return told[1]


async def health(origin: str) -> tuple[int, dict[str, Any]]:
    status, body = await asked(f"{origin}/healthz")
    return status, json.loads(body)["checks"]


def at_fault(body: str) -> bool:
    """Whether the database is."""
    return bool(json.loads(body)["checks"]["database"]["status"] == "problem")


async def test_a_daemon_says_that_it_is_well(tmp_path: Path) -> None:
    """Over HTTP, and in `status` while it runs and after it was stopped."""
    site = Site({"/wire": document(rss(("A quiet day", "/quiet", now())))})
    async with serving(site):
        write_config(tmp_path, {"wire": site.url("/wire"), "gone": site.url("/nowhere")}, more=WEB)
        async with Daemon(tmp_path) as daemon:
            origin = await listening(daemon)
            # with the next heartbeat
            figures = await until_asked(f"{origin}/metrics", lambda _, body: "news_monitor_sources_failing 1.0" in body)
            assert 'news_monitor_polls_total{outcome="document"}' in figures
            assert 'news_monitor_source_last_success_timestamp_seconds{source="gone"} 0.0' in figures
            status, checks = await health(origin)
            assert status == 200
            assert {name: check["status"] for name, check in checks.items()} == {
                "tick": "ok", "delivery": "ok", "database": "ok", "outbox": "ok", "sources": "warning", "files": "ok"
            }  # fmt: skip
            assert checks["sources"]["says"].startswith("1 of 2 sources fail; the oldest since ")
            told = await news_monitor("status", folder=tmp_path)
            assert f"daemon      process {daemon.process.pid} on " in told.out
            assert "no daemon" not in told.out
            _, page = await asked(f"{origin}/")  # the same in a browser, of the files as they are now
            assert f"process {daemon.process.pid} on " in page
            (sources,) = re.findall(r"^sources +(.*)", told.out, re.MULTILINE)
            assert f"<dd>{sources}</dd>" in page
            secret = make_feed_secret()
            feed = f"web: {{listen: '127.0.0.1:0', feed: '{secret}'}}\n"
            write_config(tmp_path, {"wire": site.url("/wire")}, more=feed)
            page = await until_asked(f"{origin}/", lambda _, body: "applied at the next start: web" in body)
            assert "<dd>1; 0 failing" in page
            assert (await asked(f"{origin}{list_feed_paths(secret)[0]}"))[0] == 404
            drill = await news_monitor("channels", "drill", folder=tmp_path)
            assert (drill.code, re.sub(r"[\d.]+ s", "N s", drill.out)) == (0, "screen: accepted after N s\n")
            assert await daemon.end(signal.SIGTERM) == 0
        told = await news_monitor("status", folder=tmp_path)
        assert told.out.startswith("no daemon is running; the last one was stopped ")
        (row,) = (await news_monitor("status", "--json", folder=tmp_path)).rows
        assert [each["life"] for each in row["daemons"]] == ["stopped"]


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


def blocked_in(daemon: Daemon) -> list[dict[str, Any]]:
    """What its log says of notices that can reach nobody in time."""
    lines = daemon.log.read_text().splitlines()
    return [json.loads(line) for line in lines if "as no `operator` channel takes messages now" in line]


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


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is no fork server")
async def test_polls_go_on_when_the_fork_server_was_killed(tmp_path: Path) -> None:
    """The kernel's out-of-memory killer may choose it, and its workers end with it: all are started again."""
    site = Site({"/wire": document(rss(("A quiet day", "/quiet", now())))})
    async with serving(site):
        write_config(tmp_path, {"wire": site.url("/wire")}, more=WEB)
        async with Daemon(tmp_path) as daemon:
            await until(lambda: polls_in(daemon) == 1)
            (server,) = children(daemon.process.pid)
            os.kill(server, signal.SIGKILL)
            for number in range(3):
                site.pages["/wire"] = document(rss((f"Another quiet day, the {number}th", f"/{number}", now())))
                await until(partial(more_polls_in, daemon, number + 1))
            assert await daemon.end(signal.SIGTERM) == 0
        assert "Traceback" not in daemon.log.read_text()


def polls_in(daemon: Daemon) -> int:
    """How many polls its log tells of: those that brought something new."""
    return daemon.log.read_text().count('"event": "source.polled"')


def more_polls_in(daemon: Daemon, than: int) -> bool:
    return polls_in(daemon) > than


def children(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]
