"""Many sources of one host, and the others."""

from __future__ import annotations

from pathlib import Path

from tests.support.whole import Daemon, Site, document, dripping, rss, serving, silent, until, write_config

ONE_AT_A_TIME = "limits: {polls: 8, per_host: 1, total: 10 min, idle: 10 min}\n"


async def test_a_slow_host_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    """Many times more sources than there are slots, on a host that never answers: another is polled as it should be."""
    slow, quick = Site(), Site({"/feed": document(rss())})
    slow.pages = {f"/{number}": silent for number in range(100)}
    async with serving(slow), serving(quick):
        sources = {f"slow{number}": slow.url(f"/{number}") for number in range(100)}
        write_config(tmp_path, {**sources, "quick": quick.url("/feed")}, more=ONE_AT_A_TIME)
        async with Daemon(tmp_path):
            await until(lambda: quick.asked["/feed"] >= 3)
        assert slow.asked.total() == 1


async def test_a_place_that_is_free_is_filled_at_once(tmp_path: Path) -> None:
    """One source at a time, and yet 100 of them take much less than 100 ticks."""
    site = Site({f"/{number}": document(rss()) for number in range(100)})
    async with serving(site):
        write_config(tmp_path, {f"s{number}": site.url(f"/{number}") for number in range(100)}, more=ONE_AT_A_TIME)
        async with Daemon(tmp_path):
            await until(lambda: len(site.asked) == 100, within=90)  # one a tick would take 99 s


async def test_sources_that_hang_keep_nobody_else_waiting(tmp_path: Path) -> None:
    """As many sources that are never answered as there are slots: the slots are lent while they are silent."""
    slow, quick = Site(), Site({"/feed": document(rss())})
    slow.pages = {f"/{number}": silent for number in range(4)}
    async with serving(slow), serving(quick):
        sources = {f"slow{number}": slow.url(f"/{number}") for number in range(4)}
        limits = "limits: {polls: 4, total: 10 min, idle: 10 min}\n"
        write_config(tmp_path, {**sources, "quick": quick.url("/feed")}, more=limits)
        async with Daemon(tmp_path):
            await until(lambda: quick.asked["/feed"] >= 3)
        assert slow.asked.total() == 4


async def test_sources_that_drip_keep_nobody_else_waiting(tmp_path: Path) -> None:
    """As many sources as there are slots, whose documents come byte by byte: the slots are lent meanwhile."""
    slow, quick = Site(), Site({"/feed": document(rss())})
    slow.pages = {f"/{number}": dripping for number in range(4)}
    async with serving(slow), serving(quick):
        sources = {f"slow{number}": slow.url(f"/{number}") for number in range(4)}
        limits = "limits: {polls: 4, total: 10 min, idle: 10 min}\n"
        write_config(tmp_path, {**sources, "quick": quick.url("/feed")}, more=limits)
        async with Daemon(tmp_path):
            await until(lambda: quick.asked["/feed"] >= 3)
        assert slow.asked.total() == 4
