"""A whole daemon that may open few files, while somebody opens connections to it and does not ask."""

from __future__ import annotations

import asyncio
import resource
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from monitor.telemetry import LogEvent
from tests.support.patience import PATIENCE
from tests.support.ports import free_port
from tests.support.whole import Daemon, Site, document, now, rss, serving, until, write_config

FEW = 90  # open files: a daemon at rest has 55
HALF_OPEN = 1_500
SOURCES = 16  # all due at once
MAX_LINES = 200  # of the log: some for each source; without bounds there are thousands a second

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux changes the limits of another process")


async def ask(port: int, head: bytes) -> bytes:
    """All that is answered to this."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    return answer


@asynccontextmanager
async def half_open(port: int, count: int) -> AsyncIterator[None]:
    """Connections that have sent half of a request, and send no more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], 2 * count), max(before[1], 2 * count)))

    async def send_half() -> asyncio.StreamWriter:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n")
        return writer

    writers = await asyncio.gather(*(send_half() for _ in range(count)))
    yield
    for writer in writers:
        writer.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def test_polls_go_on_with_few_descriptors_and_the_log_stays_short(tmp_path: Path) -> None:
    """While 1,500 half-open requests come and more sources are due than could have a socket. /healthz is answered, no
    source is blamed, and the shortage is one line."""
    site, port = Site(), free_port()
    async with serving(site), AsyncExitStack() as stack:
        feed = document(rss(("A quiet day", "/quiet", now())))
        released = asyncio.Event()

        async def wait(request: web.Request) -> web.StreamResponse:
            await released.wait()
            return await feed(request)

        paths = {f"s{number}": f"/{number}" for number in range(SOURCES)}
        site.pages |= dict.fromkeys(paths.values(), wait)
        more = f"web: {{listen: '127.0.0.1:{port}'}}\nlimits: {{polls: {SOURCES}}}\n"
        urls = {id_: site.url(path) for id_, path in paths.items()}
        write_config(tmp_path, urls, more=more)
        daemon = await stack.enter_async_context(Daemon(tmp_path, in_interpreter=True))
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, (FEW, FEW))
        await until(lambda: LogEvent.LISTENING in daemon.log.read_text())
        await until(lambda: site.asked)
        await stack.enter_async_context(half_open(port, HALF_OPEN))
        assert b"200 OK" in await ask(port, b"GET /healthz HTTP/1.0\r\n\r\n")
        released.set()
        await until(lambda: len(site.asked) == SOURCES and daemon.log.read_text().count(LogEvent.POLLED) >= SOURCES)
        lines = daemon.log.read_text().splitlines()
    assert len(lines) < MAX_LINES, lines[-20:]
    assert sum(LogEvent.RESOURCES_SHORT in line for line in lines) <= 1
    assert not [line for line in lines if "Traceback" in line or LogEvent.POLL_PROBLEM in line]
