"""Keeps a database of a finished part, of each kind, as the test data that later parts must be able to upgrade.

    python -m tests.keep part-2

Run once, when a part is finished: it writes tests/data/PART.sqlite.sql and PART.postgresql.sql, made by the daemon
itself from feeds on loopback: articles, a new version of one, matches, deliveries in several states, a source that
fails.
"""

from __future__ import annotations

import asyncio
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from monitor.store.engine.opening import open_database
from tests.e2e.whole import LAUNCH, ROOT, Site, document, news_monitor, now, rss, serving, status, write_config
from tests.postgres import postgres, programs

QUIET = ("A quiet day in Seoul", "/quiet", now())
KOREAN = ("북한, 동해상으로 탄도미사일 2발 발사", "/launch", now())


async def fill(folder: Path, database: str) -> str:
    """Two runs of the daemon; the address of the feeds, which has no business in a file that is kept."""
    async with serving(site := Site()) as at:
        site.pages = {"/ko": document(rss(KOREAN)), "/dead": status(500)}
        channels = {"good": site.url("/hook", "json"), "bad": "json://127.0.0.1:9/x"}
        write_config(folder, {name: site.url(f"/{name}") for name in ("en", "ko", "dead")}, channels=channels)
        settings = folder / "monitor.yaml"
        settings.write_text(settings.read_text("utf-8").replace("sqlite:///monitor.db", database), encoding="utf-8")
        for entries in ((QUIET,), (("A quiet day in Seoul and Busan", *QUIET[1:]), (LAUNCH, "/2026/launch", now()))):
            site.pages["/en"] = document(rss(*entries))
            ended = await news_monitor("run", "--once", folder=folder)
            assert ended.code == 0, ended.err
        return at.origin


def left_in_sending(url: str) -> None:
    """As a process leaves a delivery that was killed while it sent it."""
    database = open_database(url)
    with database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE delivery SET state = 'sending', lease_owner = 'gone:1', lease_until = '2026-01-05 12:00:00'"
            " WHERE id = (SELECT max(id) FROM delivery WHERE state = 'retry')"
        )
    database.close()


def kept(name: str, text: str, origin: str) -> None:
    """Written without what is only of this machine."""
    text = re.sub(r"^\\.*\n|^SET .*\n|^SELECT pg_catalog.set_config.*\n", "", text, flags=re.MULTILINE)
    text = text.replace(origin, "127.0.0.1:8000").replace(socket.gethostname(), "desk")
    (ROOT / "tests" / "data" / name).write_text(text, encoding="utf-8")


def main() -> None:
    """One of each kind."""
    part = sys.argv[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        origin = asyncio.run(fill(folder, "sqlite:///monitor.db"))
        left_in_sending(f"sqlite:///{folder}/monitor.db")
        with closing(sqlite3.connect(folder / "monitor.db")) as connection:
            kept(f"{part}.sqlite.sql", "\n".join(connection.iterdump()) + "\n", origin)
    with tempfile.TemporaryDirectory() as name, postgres() as server:
        url = f"{server}postgres"
        origin = asyncio.run(fill(Path(name), url))
        left_in_sending(url)
        dump = (programs() / "pg_dump", "--inserts", "--no-owner", "--no-privileges", url)
        kept(f"{part}.postgresql.sql", subprocess.run(dump, check=True, capture_output=True, text=True).stdout, origin)


if __name__ == "__main__":
    main()
