"""Answers whose compression costs far more than their bytes: all of them at once, beside a calm source."""

from __future__ import annotations

import asyncio
import gzip
import re
import time
import zlib
from pathlib import Path

import brotli
from aiohttp import ClientSession, ClientTimeout, web

from bench.world.costly_brotli import write_costly_brotli
from tests.support.patience import PATIENCE
from tests.support.whole import Daemon, Page, Site, document, news_monitor, now, rss, serving, until

MIB = 2**20
EVERY = 5  # s
EMPTY_GZIP = gzip.compress(b"", mtime=0)
SKIPPED_ZSTD = b"\x50\x2a\x4d\x18\0\0\0\0"  # a frame that holds nothing


def many_members() -> bytes:
    """Members that each make a decompressor copy all that follows."""
    stored = zlib.compressobj(0, wbits=31)
    return 998 * EMPTY_GZIP + stored.compress(b" " * (8 * MIB - 64 * 1024)) + stored.flush()


def attacks() -> dict[str, Page]:
    """By path."""
    members = many_members()
    return {
        "/members.br": document(brotli.compress(members, quality=5), **{"Content-Encoding": "br"}),
        "/members.gz": document(gzip.compress(members), **{"Content-Encoding": "gzip"}),
        "/maps.br": document(write_costly_brotli(4 * MIB), **{"Content-Encoding": "br"}),
        "/empty.gz": document(EMPTY_GZIP * (4 * MIB // len(EMPTY_GZIP)), **{"Content-Encoding": "gzip"}),
        "/empty.zst": document(SKIPPED_ZSTD * (4 * MIB // len(SKIPPED_ZSTD)), **{"Content-Encoding": "zstd"}),
        "/bomb.br": document(brotli.compress(b" " * 64 * MIB, quality=1), **{"Content-Encoding": "br"}),
        "/sitemap.xml.gz": document(EMPTY_GZIP * (4 * MIB // len(EMPTY_GZIP)), "application/gzip"),
    }


async def test_no_compression_holds_up_the_daemon(tmp_path: Path) -> None:
    """Feeds, a sitemap, a robots.txt, a page and a page that is searched for feeds: `/healthz` answers within a second,
    and the calm source keeps its interval."""
    asked_at: list[float] = []
    feed = document(rss(("A quiet day", "/quiet", now())))

    async def calm(request: web.Request) -> web.StreamResponse:
        asked_at.append(time.monotonic())
        return await feed(request)

    bad = attacks()
    without_robots, quiet = Site(dict(bad)), Site({"/feed": calm})
    without_robots.pages["/discover"] = bad["/members.br"]
    with_robots = Site({**bad, "/robots.txt": bad["/maps.br"]})
    async with serving(without_robots), serving(with_robots), serving(quiet):
        rows = [(path, without_robots.url(path), "") for path in bad]
        rows += [
            (f"page {path}", site.url(f"{path}?page"), ", kind: page, select: {entry: li}")
            for site, path in ((without_robots, "/maps.br"), (with_robots, "/members.br"))
        ]
        write_files(tmp_path, [("calm", quiet.url("/feed"), ""), *rows])
        async with Daemon(tmp_path) as daemon:
            await until(lambda: '"event": "http.listening"' in daemon.log.read_text() and asked_at)
            (page,) = re.findall(r'"health": "(http://127.0.0.1:\d+/healthz)"', daemon.log.read_text())
            adding = asyncio.create_task(
                news_monitor("sources", "add", without_robots.url("/discover"), folder=tmp_path)
            )
            slowest = await slowest_answer(page, until_asked=(asked_at, 5))
            added = await asyncio.wait_for(adding, PATIENCE)
    assert with_robots.asked["/robots.txt"]
    assert {*bad, "/discover"} <= without_robots.asked.keys()
    assert slowest < 1.0
    assert (asked_at[-1] - asked_at[0]) / (len(asked_at) - 1) < 1.2 * EVERY
    assert "empty document" in added.err
    assert "Traceback" not in daemon.log.read_text(encoding="utf-8")


async def slowest_answer(page: str, until_asked: tuple[list[float], int]) -> float:
    """The longest that this page took, asked again and again until the list has so many items."""
    asks, wanted = until_asked
    slowest, deadline = 0.0, time.monotonic() + PATIENCE
    async with ClientSession(timeout=ClientTimeout(PATIENCE)) as session:
        while len(asks) < wanted and time.monotonic() < deadline:
            began = time.monotonic()
            async with session.get(page) as answer:
                await answer.read()
            slowest = max(slowest, time.monotonic() - began)
            await asyncio.sleep(0.1)
    assert len(asks) >= wanted
    return slowest


def write_files(folder: Path, sources: list[tuple[str, str, str]]) -> None:
    rows = "".join(
        f"  - {{id: s{number}, name: '{name}', url: '{url}', every: {EVERY} s{more}}}\n"
        for number, (name, url, more) in enumerate(sources)
    )
    (folder / "sources.yaml").write_text(f"sources:\n{rows}", encoding="utf-8")
    (folder / "monitor.yaml").write_text(
        "database: sqlite:///monitor.db\nsources: [sources.yaml]\nrules: []\nnetwork: {allow: [127.0.0.0/8]}\n"
        'web: {listen: "127.0.0.1:0"}\nchannels:\n  screen: {url: "console://"}\nroutes: {default: [screen]}\n',
        encoding="utf-8",
    )
