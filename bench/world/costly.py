"""Feeds whose small documents cost much: texts that grow when they are folded, that match at every word or end a
sentence at every sign, and markup that is nested without end. Each document of one is new."""

from __future__ import annotations

import gzip
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache

from aiohttp import web

ENTRIES = 10
LONG = 250_000  # characters of an entry, which ten times three bytes are within what a document may have
VARIANTS = 6  # documents of a feed, in turn

# A text of each entry: a piece over and over; or the whole document between its entries.
TEXTS = {
    "U+FDFA": "\ufdfa",
    "U+337F": "\u337f",
    "full stops": ". ",
    "nested lists": "&lt;ul&gt;&lt;li&gt;",
    "nested blocks": "&lt;div&gt;",
    "words of rules": "North Korea fired a missile near Taiwan; China began drills. ",
    "words of rules in Han": "解放军台湾军演导弹朝鲜发射",
    "words of rules in Hangul": "북한 미사일 발사 대만 ",
    "titles": "",
}
_TITLES, _LONG_TITLE = 500, 1_000


@cache
def document(kind: str, feed: int, variant: int, entries: int = ENTRIES, characters: int = LONG) -> bytes:
    """A document in gzip: a few kilobytes."""
    if kind == "titles":
        bodies = [(f"{number} {chr(0xFDFA) * _LONG_TITLE}", "") for number in range(_TITLES)]
    else:
        piece = TEXTS[kind]
        text = piece * (characters // len(piece))
        bodies = [(f"North Korea fires a missile, report {number}", text) for number in range(entries)]
    items = "".join(
        f"<item><guid isPermaLink='false'>{feed}-{variant}-{number}</guid><title>{title}</title>"
        f"<description></description><content:encoded>{text}</content:encoded></item>"
        for number, (title, text) in enumerate(bodies)
    )
    namespace = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    rss = f"<rss version='2.0' {namespace}><channel><title>{kind}</title>{items}</channel></rss>"
    return gzip.compress(rss.encode(), 6)


@dataclass
class Costly:
    """Serves them, each at an address of its own; `asked`: how often each was."""

    kind: str = "U+FDFA"
    port: int = 0
    asked: dict[int, int] = field(default_factory=dict)

    def url(self, number: int) -> str:
        """The address of a feed of the kind that is served now."""
        return f"http://127.99.0.{number + 1}:{self.port}/{list(TEXTS).index(self.kind)}/{number}"

    async def answer(self, request: web.Request) -> web.Response:
        """Another document each time."""
        kind, number = list(TEXTS)[int(request.match_info["kind"])], int(request.match_info["number"])
        asked = self.asked[number] = self.asked.get(number, 0) + 1
        body = document(kind, number, asked % VARIANTS)
        return web.Response(body=body, headers={"Content-Type": "application/rss+xml", "Content-Encoding": "gzip"})


@asynccontextmanager
async def serving(costly: Costly) -> AsyncIterator[Costly]:
    """At every address of 127/8."""
    app = web.Application()
    app.router.add_get("/{kind}/{number}", costly.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    sock.bind(("0.0.0.0", 0))
    await web.SockSite(runner, sock).start()
    costly.port = sock.getsockname()[1]
    try:
        yield costly
    finally:
        await runner.cleanup()
