"""How a real daemon says that it is well, and that its work goes on; tests/slow/test_health_of_a_daemon.py: that it is
not well."""

from __future__ import annotations

import os
import re
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from monitor.model.web_pages import list_feed_paths, make_feed_secret
from tests.support.asking import WEB, asked, health, listening, until_asked
from tests.support.whole import Daemon, Site, document, news_monitor, now, rss, serving, until, write_config


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
