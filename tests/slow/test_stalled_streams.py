"""Nobody reads what the daemon writes: a pager that is not scrolled, Ctrl-S, a supervisor that hangs."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from tests.support.ports import free_port
from tests.support.whole import LAUNCH, Daemon, Site, now, rss, serving, until, write_config


@contextmanager
def full_pipe() -> Iterator[int]:
    """The end to write to of a pipe that holds no byte more, and that nobody reads."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        for size in (2**16, 1):
            while True:
                try:
                    os.write(writer, b"\n" * size)
                except BlockingIOError:
                    break
        os.set_blocking(writer, True)
        yield writer
    finally:
        os.close(reader)
        os.close(writer)


def news() -> Site:
    """A feed that has a new launch whenever it is asked."""
    numbers = itertools.count()

    async def feed(request: web.Request) -> web.Response:
        del request
        number = next(numbers)
        places = f"Launch {number} of the {number}th week: {LAUNCH}"
        return web.Response(text=rss((places, f"/{number}", now())), content_type="application/rss+xml")

    return Site({"/wire": feed})


@pytest.mark.parametrize("stalled", [("stderr",), ("stdout",), ("stdout", "stderr")])
async def test_polls_messages_health_and_the_end_wait_for_no_reader(tmp_path: Path, stalled: tuple[str, ...]) -> None:
    """From its first line on; with a channel that prints, and one that does not."""
    port = free_port()
    more = f'limits: {{total: 5 s, idle: 2 s, send: 5 s}}\nweb: {{listen: "127.0.0.1:{port}"}}\n'
    async with serving(news()) as site:
        channels = {"hook": site.url("/hook", "json"), "screen": "console://"}
        write_config(tmp_path, {"wire": site.url("/wire")}, channels=channels, more=more)
        with full_pipe() as pipe:
            stdout, stderr = (pipe if name in stalled else None for name in ("stdout", "stderr"))
            async with Daemon(tmp_path, stdout=stdout, stderr=stderr, in_interpreter=True) as daemon:
                await until(lambda: site.received)
                polls = site.asked["/wire"]
                await until(lambda: site.asked["/wire"] >= polls + 3)
                async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    checks = (await answer.json())["checks"]
                assert {checks[name]["status"] for name in ("tick", "delivery", "database")} == {"ok"}
                assert await daemon.end(signal.SIGTERM, within=60) == 0
