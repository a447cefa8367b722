"""A newsroom on loopback whose feed has rolled over, and what is still to be had of what left it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web

from monitor.model import Entry, Feed, FetchResult, Limits, Source, Validators
from monitor.sources.formats.read_document import read_document
from monitor.sources.http.fetch import Fetcher
from monitor.sources.polling.backfill import BackFill, BackfillResult
from tests.support.site import Site, serving

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SINCE = NOON - timedelta(hours=10)
ALLOWED = [ip_network("127.0.0.0/8")]
WORDPRESS = "<generator>https://wordpress.org/?v=6.8</generator>"


def at(number: int) -> str:
    """An article an hour; number 0 is the newest."""
    return (NOON - timedelta(hours=number)).isoformat()


def feed(numbers: Sequence[int], head: str = "") -> web.Response:
    items = "".join(
        f"<item><guid>g{n}</guid><link>https://n.test/{n}</link><title>Item {n}</title>"
        f"<pubDate>{at(n)}</pubDate></item>"
        for n in numbers
    )
    return web.Response(body=f"<rss version='2.0'><channel><title>N</title>{head}{items}</channel></rss>".encode())


def sitemap(numbers: Sequence[int]) -> web.Response:
    urls = "".join(
        f"<url><loc>https://n.test/{n}</loc><news:news><news:publication_date>{at(n)}</news:publication_date>"
        f"<news:title>Item {n}</news:title></news:news></url>"
        for n in numbers
    )
    names = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
    return web.Response(body=f"<urlset {names}>{urls}</urlset>".encode())


async def read(fetched: FetchResult) -> Feed:
    return read_document(fetched.body, fetched.headers, fetched.url)


@dataclass
class Newsroom:
    """Its site, and which of its articles we had before."""

    site: Site
    had: set[int] = field(default_factory=set)

    async def known(self, entries: Sequence[Entry]) -> list[bool]:
        return [int((entry.link or "").rpartition("/")[2]) in self.had for entry in entries]

    async def look(self, *, with_sitemap: bool = False, url: str = "/feed") -> BackfillResult:
        source = Source("n", self.site.url + url, "N", timedelta(minutes=5))
        if with_sitemap:
            source = replace(source, sitemap=f"{self.site.url}/news.xml")
        async with Fetcher(Limits(), ALLOWED) as fetcher:
            fetched: FetchResult = await fetcher.fetch(source.url, Validators())
            now = await read(fetched)  # what it holds is not committed yet
            return await BackFill(fetcher, read, self.known).find(source, fetched, now, since=SINCE, now=NOON)


def numbers(found: BackfillResult) -> list[int]:
    return [int((entry.link or "").rpartition("/")[2]) for entry in found.entries]


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    async with serving() as site:
        yield Newsroom(site, had={8, 9, 10, 11})


async def test_the_feed_says_where_it_goes_on(newsroom: Newsroom) -> None:
    """Page by page until something known is met, and no further."""
    url = newsroom.site.url
    newsroom.site.answers |= {
        "/feed": feed([0, 1], f"<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='{url}/2'/>"),
        "/2": feed([2, 3, 4], f"<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='{url}/3'/>"),
        "/3": feed([5, 6, 7, 8], f"<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='{url}/4'/>"),
        "/4": feed([9]),
    }
    found = await newsroom.look()
    assert numbers(found) == [2, 3, 4, 5, 6, 7]
    assert found.complete
    assert found.summary == "3 in older page 1 of the feed; 3 in older page 2 of the feed"
    assert [request.path for request in newsroom.site.asked] == ["/feed", "/2", "/3"]


async def test_wordpress_numbers_its_pages(newsroom: Newsroom) -> None:
    """Where the generator says that it is that."""

    async def paged(request: web.BaseRequest) -> web.StreamResponse:
        page = int(request.query.get("paged", "1"))
        return feed(range(max(0, 3 * page - 4), 3 * page), WORDPRESS)  # each begins with the last of the one before

    newsroom.site.answers["/feed"] = paged
    found = await newsroom.look()
    assert numbers(found) == [3, 4, 5, 6, 7]
    assert found.complete
    assert [request.query.get("paged") for request in newsroom.site.asked] == [None, "2", "3"]


async def test_the_news_sitemap_has_what_the_feed_lost(newsroom: Newsroom) -> None:
    """What was never in the feed, because it is older than the gap, is left alone."""
    newsroom.site.answers |= {"/feed": feed([0, 1]), "/news.xml": sitemap([*range(2, 10), 30, 31])}
    found = await newsroom.look(with_sitemap=True)
    assert numbers(found) == [2, 3, 4, 5, 6, 7]
    assert found.complete
    assert found.summary == "6 in the news sitemap"


async def test_the_sitemap_is_asked_where_paging_ends_too_soon(newsroom: Newsroom) -> None:
    """And what both have is found once."""
    newsroom.site.answers |= {
        "/feed": feed([0, 1], f"<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='{newsroom.site.url}/2'/>"),
        "/2": feed([2, 3]),
        "/news.xml": sitemap(range(2, 10)),
    }
    found = await newsroom.look(with_sitemap=True)
    assert numbers(found) == [2, 3, 4, 5, 6, 7]
    assert [entry.guid for entry in found.entries[:2]] == ["g2", "g3"]
    assert found.summary == "2 in older page 1 of the feed; 4 in the news sitemap"


@pytest.mark.parametrize(
    ("second", "how"),
    [
        (web.Response(status=404), "gave nothing (404 Not Found: the address is wrong or the feed has moved)"),
        (web.Response(body=b"<html><title>All articles</title></html>"), "gave nothing (this is an HTML page"),
        (feed([0, 1], WORDPRESS), "0 in older page 1 of the feed"),  # every number gives the first page
    ],
)
async def test_what_cannot_be_had_is_said(newsroom: Newsroom, second: web.Response, how: str) -> None:
    """And asked for once."""

    async def paged(request: web.BaseRequest) -> web.StreamResponse:
        if "paged" not in request.query:
            return feed([0, 1], WORDPRESS)
        return web.Response(status=second.status, body=second.body)

    newsroom.site.answers["/feed"] = paged
    found = await newsroom.look()
    assert not found.complete
    assert how in found.summary
    assert len(newsroom.site.asked) <= 3


async def test_no_more_than_three_pages_are_asked_for(newsroom: Newsroom) -> None:
    """A feed that never comes to what we know, and one that goes round in circles."""

    async def endless(request: web.BaseRequest) -> web.StreamResponse:
        page = int(request.path.removeprefix("/feed") or 0)
        return feed(
            [100 + page],
            f"<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='{newsroom.site.url}/feed{page + 1}'/>",
        )

    newsroom.site.answers |= {f"/feed{page or ''}": endless for page in range(9)}
    found = await newsroom.look()
    assert (len(found.entries), found.complete) == (3, False)
    assert len(newsroom.site.asked) == 4
    newsroom.site.asked.clear()
    newsroom.site.answers["/feed"] = feed(
        [0], f"<link xmlns='http://www.w3.org/2005/Atom' rel='next' href='{newsroom.site.url}/feed'/>"
    )
    assert numbers(await newsroom.look()) == []
    assert len(newsroom.site.asked) == 1


async def test_where_nothing_is_named_nothing_is_asked(newsroom: Newsroom) -> None:
    """And that is said."""
    newsroom.site.answers["/feed"] = feed([0, 1])
    found = await newsroom.look()
    assert found == BackfillResult(
        (), complete=False, summary="the feed has no older pages that it names, and the source no `sitemap`"
    )
    assert len(newsroom.site.asked) == 1
