"""The feeds of a benchmark: on loopback, each on an address of its own, with a log of who asked when."""

from __future__ import annotations

import asyncio
import random
import re
import socket
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

WORD = "zeppelin"  # what makes an entry one that is to be told
KEPT = 20  # entries that a feed lists
_UID = re.compile(r"report (\d+-\d+)")
_WORDS = (
    "bank", "border", "bridge", "budget", "city", "company", "council", "court", "election", "energy", "export",
    "ferry", "festival", "harvest", "hospital", "island", "market", "minister", "museum", "parliament", "police",
    "price", "railway", "river", "school", "storm", "strike", "team", "weather", "worker",
)  # fmt: skip


def uid_in(text: str) -> str | None:
    """The entry that a title or a message is about."""
    found = _UID.search(text)
    return found[1] if found else None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed published, and when; `told`: whether the rule fires at it."""

    uid: str
    at: datetime
    told: bool

    def item(self) -> str:
        """As RSS."""
        words = random.Random(self.uid)
        subject = f"A {WORD} over the harbour" if self.told else f"The {words.choice(_WORDS)} and the harbour"
        text = " ".join(words.choices(_WORDS, k=90))
        return (
            f"<item><guid isPermaLink='false'>{self.uid}</guid><title>{subject}, report {self.uid}</title>"
            f"<link>http://news.example/{self.uid}</link><pubDate>{format_datetime(self.at)}</pubDate>"
            f"<description>{text}.</description></item>"
        )


@dataclass(slots=True)
class Ask:
    """A feed was asked, and had answered."""

    began: datetime
    ended: datetime | None = None


@dataclass
class Feeds:
    """So many feeds. Each answers with its entries and an ETag, or that nothing has changed, after `slowness` seconds.

    `kept`: how many entries a feed lists; None: all. `on_ask` is called with a feed's number before it answers.
    """

    count: int
    kept: int | None = KEPT
    slowness: Callable[[], float] = lambda: 0.0
    on_ask: Callable[[int], object] | None = None
    port: int = 0
    published: dict[str, Entry] = field(default_factory=dict)
    asks: defaultdict[int, list[Ask]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._listed = {number: deque[Entry](maxlen=self.kept) for number in range(self.count)}
        self._next = dict.fromkeys(range(self.count), 0)

    def publish(self, number: int, *, told: bool, at: datetime | None = None) -> Entry:
        """A new entry of a feed, dated now, unless it is an old one."""
        entry = Entry(f"{number}-{self._next[number]}", at or datetime.now(UTC), told)
        self._next[number] += 1
        self._listed[number].append(entry)
        self.published[entry.uid] = entry
        return entry

    def begin_with(self, entries: int, age: timedelta) -> None:
        """Old entries in every feed, which are stored and not told."""
        old = datetime.now(UTC) - age
        for number in range(self.count):
            for _ in range(entries):
                self.publish(number, told=False, at=old)

    def url(self, number: int) -> str:
        """The address of a feed, which it shares with no other."""
        return f"http://127.{1 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}:{self.port}/{number}"

    async def answer(self, request: web.Request) -> web.Response:
        """The feed of this path."""
        number = int(request.match_info["number"])
        ask = Ask(datetime.now(UTC))
        self.asks[number].append(ask)
        if self.on_ask is not None:
            self.on_ask(number)
        entries = list(self._listed[number])
        etag = f'"{self._next[number]}"'
        if slowness := self.slowness():
            await asyncio.sleep(slowness)
        ask.ended = datetime.now(UTC)
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        items = "".join(entry.item() for entry in reversed(entries))
        body = f"<rss version='2.0'><channel><title>Feed {number}</title>{items}</channel></rss>"
        return web.Response(text=body, content_type="text/xml", headers={"ETag": etag})


@dataclass
class Revealing:
    """Publishes entries that are to be told in a feed whenever it is asked, until it is stopped; `asked`: the feeds
    that were asked since then."""

    feeds: Feeds
    entries: int
    chance: float = 1.0
    going: bool = True
    asked: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._random = random.Random(1)
        self.feeds.on_ask = self.on_ask

    def on_ask(self, number: int) -> None:
        """A feed is about to answer."""
        if not self.going:
            self.asked.add(number)
        elif self._random.random() < self.chance:
            for _ in range(self.entries):
                self.feeds.publish(number, told=True)

    def stop(self) -> None:
        """No more: what each feed says the next time is its last word."""
        self.going = False
        self.asked.clear()

    @property
    def complete(self) -> bool:
        """Whether every feed has said its last word."""
        return len(self.asked) == self.feeds.count


@asynccontextmanager
async def serving(feeds: Feeds) -> AsyncIterator[Feeds]:
    """The feeds, at every address of 127/8 and at no other: the socket is bound to the loopback device."""
    app = web.Application()
    app.router.add_get("/{number}", feeds.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.01)
    await runner.setup()
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    sock.bind(("0.0.0.0", 0))
    await web.SockSite(runner, sock, backlog=1024).start()
    feeds.port = sock.getsockname()[1]
    try:
        yield feeds
    finally:
        await runner.cleanup()
