"""What asking alone costs: `python -m bench.world.bare_client FEEDS PORT WHAT`, against a newsstand.

It GETs every feed once with aiohttp, set as the program's own session is, 64 at a time, and does nothing else but WHAT
is said to do: `get`, `parse` (all entries by feedparser, as it comes) or `parse-new` (only the latest entry); `get
ETAG` sends the ETag along. It prints the seconds of CPU that this took, without its start.
"""

from __future__ import annotations

import asyncio
import io
import sys
import time
from collections.abc import Sequence

import feedparser
from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from bench.world.newsstand import address
from monitor.model import Limits

AT_ONCE = 64
WARM_UP = 50  # feeds that are asked before it counts


async def _ask(session: ClientSession, url: str, what: str, etag: str | None) -> None:
    async with session.get(url, headers={"If-None-Match": f'"{etag}"'} if etag else None) as response:
        body = await response.read()
        kind = response.headers.get("Content-Type", "")
        assert (response.status == 304) == (etag is not None), response.status
    if what == "parse-new":
        first, end, _ = body.partition(b"</item>")
        body = first + end + b"</channel></rss>"
    if what != "get":
        assert feedparser.parse(io.BytesIO(body), response_headers={"content-type": kind}).entries


async def _ask_all(session: ClientSession, urls: Sequence[str], what: str, etag: str | None) -> None:
    waiting = iter(urls)

    async def ask_on() -> None:
        for url in waiting:
            await _ask(session, url, what, etag)

    await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))


async def _measured(feeds: int, port: int, what: str, etag: str | None) -> float:
    urls, limits = [address(number, port) for number in range(feeds)], Limits()
    async with ClientSession(
        connector=TCPConnector(force_close=True, limit=0),
        timeout=ClientTimeout(
            total=None, connect=limits.connect.total_seconds(), sock_read=limits.idle.total_seconds()
        ),
        cookie_jar=DummyCookieJar(),
    ) as session:
        await _ask_all(session, urls[:WARM_UP], what, etag)
        began = time.process_time()
        await _ask_all(session, urls, what, etag)
        return time.process_time() - began


if __name__ == "__main__":
    _feeds, _port, _what, *_etag = sys.argv[1:]
    print(asyncio.run(_measured(int(_feeds), int(_port), _what, _etag[0] if _etag else None)))
