"""Many sources of one host, and the others."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from tests.support.whole import Daemon, Page, Site, document, dripping, rss, serving, silent, until, write_config

ONE_AT_A_TIME = "limits: {polls: 8, per_host: 1, total: 10 min, idle: 10 min}\n"


@dataclass(frozen=True)
class Slow:
    """So many sources of a slow host, how each of them is answered, and how many of them are asked at all."""

    sources: int
    page: Page
    limits: str
    asked: int


SLOTS = "limits: {polls: 4, total: 10 min, idle: 10 min}\n"
HOSTS = {
    "many more sources than there are slots, on a host that never answers": Slow(100, silent, ONE_AT_A_TIME, asked=1),
    "as many sources that are never answered as there are slots": Slow(4, silent, SLOTS, asked=4),
    "as many sources as there are slots, whose documents come byte by byte": Slow(4, dripping, SLOTS, asked=4),
}


async def test_a_slow_host_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    """Another is polled as it should be: no slot is kept for the others of a host, and the slots of sources that are
    silent, or drip, are lent meanwhile. One daemon for each, side by side: they only wait."""
    async with asyncio.TaskGroup() as side_by_side:
        for number, (name, host) in enumerate(HOSTS.items()):
            (tmp_path / str(number)).mkdir()
            side_by_side.create_task(polls_another(tmp_path / str(number), host), name=name)


async def polls_another(folder: Path, host: Slow) -> None:
    slow, quick = Site(), Site({"/feed": document(rss())})
    slow.pages = {f"/{number}": host.page for number in range(host.sources)}
    async with serving(slow), serving(quick):
        sources = {f"slow{number}": slow.url(f"/{number}") for number in range(host.sources)}
        write_config(folder, {**sources, "quick": quick.url("/feed")}, more=host.limits)
        async with Daemon(folder):
            await until(lambda: quick.asked["/feed"] >= 3)
        assert slow.asked.total() == host.asked, host


async def test_a_place_that_is_free_is_filled_at_once(tmp_path: Path) -> None:
    """One source at a time, and yet 100 of them take much less than 100 ticks."""
    site = Site({f"/{number}": document(rss()) for number in range(100)})
    async with serving(site):
        write_config(tmp_path, {f"s{number}": site.url(f"/{number}") for number in range(100)}, more=ONE_AT_A_TIME)
        async with Daemon(tmp_path):
            await until(lambda: len(site.asked) == 100, within=90)  # one a tick would take 99 s
