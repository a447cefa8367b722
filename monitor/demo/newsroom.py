"""A newsroom of outlets, each a feed on loopback. It publishes in editions: old entries, the first reports of a
happening, all other news, the correction of one outlet, and later reports of others.

The outlets and their texts are in `newsroom/*.yaml`. An entry is dated by its `age`, from when its edition comes out
(without `age`: at that moment). So neither its text nor its path names a day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import blake2b
from importlib.resources import as_file, files
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import ETag, web

from monitor import clock
from monitor.config.language.durations import parse_duration
from monitor.config.yaml.yaml12 import read_yaml_file

# Keys of an outlet's file, in the order in which they come out.
EDITIONS = ("before", "first", "after", "corrected", "later")


@dataclass(frozen=True, slots=True)
class DemoItem:
    """One text of an outlet; `age`: how old it is when its edition comes out."""

    title: str
    text: str
    age: timedelta
    path: str


DatedItem = tuple[DemoItem, datetime]


@dataclass(frozen=True, slots=True)
class Outlet:
    """One feed. `editions`: the items that it has at first, and those that each further edition adds."""

    id: str
    name: str
    language: str
    format: str
    editions: tuple[tuple[DemoItem, ...], ...]

    def dated(self, published: Sequence[datetime]) -> tuple[DatedItem, ...]:
        """The items of the editions that are out, the newest first. `published`: when each of these came out."""
        out = list(zip(published, self.editions, strict=False))
        return tuple((item, at - item.age) for at, items in reversed(out) for item in items)


def load_outlets() -> tuple[Outlet, ...]:
    """The outlets that come with the demo."""
    with as_file(files(__package__).joinpath("newsroom")) as folder:
        return tuple(_outlet_from_data(read_yaml_file(path)[0].data) for path in sorted(folder.glob("*.yaml")))


def _outlet_from_data(data: Any) -> Outlet:  # noqa: ANN401 - plain data that we ship
    editions = tuple(tuple(_item_from_data(row) for row in data.get(key, ())) for key in EDITIONS)
    return Outlet(data["outlet"], data["name"], data["language"], data["format"], editions)


def _item_from_data(row: Any) -> DemoItem:  # noqa: ANN401
    age = parse_duration(row["age"]) if "age" in row else timedelta(0)
    return DemoItem(row["title"], " ".join(row["text"].split()), age, row["path"])


class Newsroom:
    """Serves every outlet at `/ID/feed`. `served`: how often each outlet's feed was served since the last `publish`."""

    def __init__(self, outlets: tuple[Outlet, ...]) -> None:
        self.outlets = {outlet.id: outlet for outlet in outlets}
        self.served: Counter[str] = Counter()
        self._published = [clock.now()]  # when each edition came out

    async def __aenter__(self) -> str:
        """Start to serve. Returns the base address of all outlets."""
        app = web.Application()
        app.router.add_get("/{outlet}/feed", self._serve_feed)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        return f"http://{host}:{port}"

    async def __aexit__(self, *ended: object) -> None:
        await self._runner.cleanup()

    def publish(self) -> None:
        """Publish the next edition: from now on the feeds contain its items."""
        self._published.append(clock.now())
        self.served.clear()

    @property
    def text_count(self) -> int:
        """How many items the feeds contain now."""
        return sum(len(outlet.dated(self._published)) for outlet in self.outlets.values())

    async def _serve_feed(self, request: web.Request) -> web.Response:
        outlet = self.outlets[request.match_info["outlet"]]
        items = outlet.dated(self._published)
        body = _FORMATS[outlet.format](outlet, items, self._published[0], str(request.url.origin())).encode()
        tag = blake2b(body, digest_size=8).hexdigest()
        self.served[outlet.id] += 1
        known_tags = request.if_none_match or ()
        status = 304 if any(etag.value == tag for etag in known_tags) else 200
        response = web.Response(status=status, body=body if status == 200 else None, content_type="application/xml")
        response.etag = ETag(tag)
        return response


def _render_rss(outlet: Outlet, items: tuple[DatedItem, ...], now: datetime, origin: str) -> str:
    entries = "".join(
        f"<item><title>{escape(item.title)}</title><link>{origin}/{outlet.id}{item.path}</link>"
        f"<guid isPermaLink='false'>{outlet.id}{item.path}</guid><description>{escape(item.text)}</description>"
        f"<pubDate>{format_datetime(at)}</pubDate></item>"
        for item, at in items
    )
    head = f"<title>{escape(outlet.name)}</title><link>{origin}/</link><language>{outlet.language}</language>"
    head += f"<lastBuildDate>{format_datetime(now)}</lastBuildDate>"
    return f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{head}{entries}</channel></rss>"


def _render_atom(outlet: Outlet, items: tuple[DatedItem, ...], now: datetime, origin: str) -> str:
    entries = "".join(
        f"<entry><id>tag:demo.example,2026:{outlet.id}{item.path}</id>"
        f"<title>{escape(item.title)}</title>"
        f"<link href='{origin}/{outlet.id}{item.path}'/><summary>{escape(item.text)}</summary>"
        f"<published>{at.isoformat()}</published>"
        f"<updated>{at.isoformat()}</updated></entry>"
        for item, at in items
    )
    head = f"<id>tag:demo.example,2026:{outlet.id}</id><title>{escape(outlet.name)}</title>"
    root = f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='{outlet.language}'>"
    return f"<?xml version='1.0' encoding='utf-8'?>{root}{head}<updated>{now.isoformat()}</updated>{entries}</feed>"


_FORMATS = {"rss": _render_rss, "atom": _render_atom}
