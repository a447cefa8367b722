"""What takes the messages of a benchmark, and notes when: a webhook that counts, and a reader of a real ntfy."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp import ClientSession, ClientTimeout, web

from bench.world.feeds import uid_in
from tests.support.ntfy import Ntfy

_ALERT = re.compile(r"alert ([0-9a-f]{16})")


@dataclass(frozen=True, slots=True)
class Taken:
    """A message as it came."""

    channel: str
    at: datetime
    text: str

    @property
    def uid(self) -> str | None:
        """The entry that it tells of; None if it is no alert of ours."""
        return uid_in(self.text)

    @property
    def alert(self) -> str | None:
        """The id of its alert; None if it is a notice."""
        found = _ALERT.search(self.text)
        return found[1] if found else None


@dataclass
class Webhook:
    """Takes a message at /CHANNEL, and needs `slowness` seconds for it."""

    slowness: float = 0.02
    port: int = 0
    taken: list[Taken] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """A message has come whole: from now on the sender may die."""
        message = (await request.json())["message"]
        self.taken.append(Taken(request.match_info["channel"], datetime.now(UTC), message))
        await asyncio.sleep(self.slowness)
        return web.Response()

    def url(self, channel: str) -> str:
        """The Apprise address of a channel."""
        return f"json://127.0.0.1:{self.port}/{channel}"


@asynccontextmanager
async def serving(hook: Webhook) -> AsyncIterator[Webhook]:
    """The webhook, on a free port."""
    app = web.Application()
    app.router.add_post("/{channel}", hook.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    hook.port = runner.addresses[0][1]
    try:
        yield hook
    finally:
        await runner.cleanup()


@asynccontextmanager
async def listening(ntfy: Ntfy, topic: str) -> AsyncIterator[list[Taken]]:
    """What ntfy accepts on a topic, each message when its stream has brought it to us: never before its acceptance."""
    taken: list[Taken] = []
    opened = asyncio.Event()

    async def listen(session: ClientSession) -> None:
        async with session.get(f"http://127.0.0.1:{ntfy.port}/{topic}/json") as stream:
            async for line in stream.content:
                said = json.loads(line)
                if said["event"] == "message":
                    taken.append(Taken(topic, datetime.now(UTC), f"{said.get('title', '')}\n{said['message']}"))
                opened.set()  # the first line says that the stream is open
        raise ConnectionError("ntfy has closed its stream")

    async with ClientSession(timeout=ClientTimeout(total=None)) as session:
        task = asyncio.create_task(listen(session))
        await asyncio.wait_for(opened.wait(), 30)
        try:
            yield taken
            if task.done():
                task.result()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
