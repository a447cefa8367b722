"""The daemon tells its operator how it is doing, on a channel of his."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.support.whole import LAUNCH, Daemon, Site, document, news_monitor, now, rss, serving, until, write_config


async def test_the_operator_is_told_what_was_given_up(tmp_path: Path) -> None:
    """A daemon that starts on an outbox with an alert that died tells it, once, with the command that sends it; and
    after that command it is sent."""
    async with serving(Site()) as site:
        site.pages["/wire"] = document(rss((LAUNCH, "/launch", now())))
        write_config(tmp_path, {"wire": site.url("/wire")}, channels={"hook": site.url("/take", "json")})
        assert (await news_monitor("run", "--once", folder=tmp_path)).code == 0
        assert [each["title"] for each in site.received] == [f"CRITICAL: {LAUNCH}"]
        with closing(sqlite3.connect(tmp_path / "monitor.db")) as connection, connection:
            connection.execute("UPDATE delivery SET state = 'dead'")
        async with Daemon(tmp_path):
            await until(lambda: len(site.received) > 1)
            assert site.received[1]["title"] == "NOTICE: Channel hook: 1 alert was given up"
            assert "`news-monitor outbox retry --dead`" in site.received[1]["message"]
            assert (await news_monitor("outbox", "retry", "--dead", folder=tmp_path)).code == 0
            await until(lambda: len(site.received) > 2)
    assert [each["title"] for each in site.received[2:]] == [f"CRITICAL: {LAUNCH}"]
