"""Web servers on loopback that answer as a test says."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass
class Site:
    """A server that answers each path with what stands for it, and remembers what it was asked."""

    url: str
    answers: dict[str, Answer | web.Response] = field(default_factory=dict)
    asked: list[web.BaseRequest] = field(default_factory=list)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(request)
        answer = self.answers.get(request.path, web.Response(status=404))
        if isinstance(answer, web.Response):  # one can be sent once only
            return web.Response(status=answer.status, headers=answer.headers, body=answer.body)
        return await answer(request)


@asynccontextmanager
async def serving(host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    site = Site("")
    server = web.Server(site.answer)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, host, 0, ssl_context=tls).start()
    port = runner.addresses[0][1]
    site.url = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield site
    finally:
        await runner.cleanup()


@dataclass
class Wire:
    """A server below HTTP: sends these bytes to whoever asks, and counts who connected."""

    port: int
    connections: int = 0


@asynccontextmanager
async def wired(sent: bytes, *, drip: float | None = None, leave_open: bool = False) -> AsyncIterator[Wire]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire.connections += 1
        try:
            await reader.read(65_536)
            writer.write(sent)
            while drip is not None:
                await asyncio.sleep(drip)
                writer.write(b"x")
                await writer.drain()
            while leave_open and await reader.read(1):
                pass
            writer.close()
            await writer.wait_closed()
        except ConnectionError:  # the other side has had enough
            writer.close()

    talks: set[asyncio.Task[None]] = set()
    wire = Wire(0)

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.create_task(talk(reader, writer)))

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        wire.port = server.sockets[0].getsockname()[1]
        yield wire
        await asyncio.gather(*talks)
