"""A TCP proxy on loopback that spoils connections: it delays, drips, and cuts in either direction."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.support.patience import PATIENCE


@dataclass
class Proxy:
    """Every connection goes on to `target`, a port of loopback. `plan`: what becomes of the next connections, one word
    for each; when it is empty they pass.

    `delay`: every piece waits half a second; `drip`: the answer comes byte by byte; `cut request`: the connection ends
    after `kept` bytes of what the client sends; `cut answer`: it ends when the answer begins; `refuse`: it ends
    at once.
    """

    target: int
    kept: int = 100
    port: int = 0
    plan: list[str] = field(default_factory=list)

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        fault = self.plan.pop(0) if self.plan else ""
        try:
            if fault == "refuse":
                return
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target)
            try:
                copies = (self.copy(reader, server_writer, fault, up=True), self.copy(server_reader, writer, fault))
                done, pending = await asyncio.wait(
                    [asyncio.ensure_future(copy) for copy in copies], return_when=asyncio.FIRST_COMPLETED
                )
                for task in pending:
                    task.cancel()
                await asyncio.gather(*done, *pending, return_exceptions=True)
            finally:
                server_writer.close()
        finally:
            writer.transport.abort()

    async def copy(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: str, *, up: bool = False
    ) -> None:
        """One direction, until its end or the cut."""
        passed = 0
        while piece := await reader.read(65536):
            if fault == "delay":
                await asyncio.sleep(0.5)
            if fault == "cut answer" and not up:
                return
            if fault == "cut request" and up and passed + len(piece) > self.kept:
                writer.write(piece[: self.kept - passed])
                await writer.drain()
                return
            passed += len(piece)
            for part in [bytes([byte]) for byte in piece] if fault == "drip" and not up else [piece]:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0.005 if fault == "drip" else 0)
        with suppress(OSError):
            await writer.drain()


@contextmanager
def proxy(target: int) -> Iterator[Proxy]:
    """A proxy before a port of loopback, in a thread of its own."""
    made, begun = Proxy(target), Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]()

    async def serve() -> None:
        server = await asyncio.start_server(made.pass_on, "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        stop = asyncio.Event()
        begun.set_result((asyncio.get_running_loop(), stop))
        await stop.wait()
        server.close()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="asyncio proxy")
    thread.start()
    loop, stop = begun.result(PATIENCE)
    try:
        yield made
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(PATIENCE)
