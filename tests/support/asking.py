"""A running daemon, asked over HTTP as its operator asks it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from aiohttp import ClientSession

from tests.support.patience import PATIENCE
from tests.support.whole import Daemon, until

WEB = 'web: {listen: "127.0.0.1:0"}\n'


async def listening(daemon: Daemon) -> str:
    """Where it can be asked; it says so in its log."""
    await until(lambda: '"event": "http.listening"' in daemon.log.read_text())
    (found,) = re.findall(r'"health": "(http://127.0.0.1:\d+)/healthz"', daemon.log.read_text())
    return str(found)


async def asked(page: str) -> tuple[int, str]:
    async with ClientSession() as session, session.get(page) as answer:
        return answer.status, await answer.text()


async def until_asked(page: str, holds: Callable[[int, str], bool]) -> str:
    """Ask until the answer is as wanted; TimeoutError if it never is."""
    async with asyncio.timeout(PATIENCE):
        while not holds(*(told := await asked(page))):  # noqa: ASYNC110 - it happens in another process
            await asyncio.sleep(0.2)
    return told[1]


async def health(origin: str) -> tuple[int, dict[str, Any]]:
    status, body = await asked(f"{origin}/healthz")
    return status, json.loads(body)["checks"]
