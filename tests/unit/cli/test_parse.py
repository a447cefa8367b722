"""`parse`: what a feed document holds, in the words of the contract."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.whole import Site, document, news_monitor, serving, status, write_config

KEYS = ["uid", "title", "link", "summary", "content", "published", "updated", "authors", "language", "tags"]
ENTRY = (
    "<item><title>A launch</title><link>/a</link><guid>g1</guid><description>&lt;b>Bold&lt;/b> words</description>"
    "<pubDate>Sun, 04 Jan 2026 09:00:00 +0900</pubDate><category>asia</category></item><item><title>Bare</title></item>"
)
FEED = f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{ENTRY}</channel></rss>"


@pytest.mark.parametrize("way", ["file", "stdin", "url"])
async def test_an_entry_has_the_keys_of_the_contract(way: str, tmp_path: Path) -> None:
    """Null where absent, dates in UTC, links absolute by --url or by the address itself."""
    (tmp_path / "feed.xml").write_text(FEED, encoding="utf-8")
    async with serving(Site({"/news/feed": document(FEED)})) as site:
        where = {"file": "feed.xml", "stdin": "-", "url": site.url("/news/feed")}[way]
        base = site.url("/news/feed")
        options = () if way == "url" else ("--url", base)
        ended = await news_monitor("parse", "--json", *options, where, folder=tmp_path, stdin=FEED.encode())
    assert (ended.code, ended.err) == (0, "")
    full, bare = ended.rows
    assert list(full) == list(bare) == KEYS
    assert (full["title"], full["summary"], full["tags"]) == ("A launch", "Bold words", ["asia"])
    assert full["link"] == site.url("/a")
    assert full["published"] == "2026-01-04T00:00:00+00:00"
    assert full["uid"]
    assert {key: bare[key] for key in KEYS[2:]} == dict.fromkeys(KEYS[2:])


async def test_a_link_that_is_left_out_is_named(tmp_path: Path) -> None:
    """It is no page of the web: people see why there is none, and programs get null."""
    (tmp_path / "feed.xml").write_text(FEED.replace("<link>/a<", "<link>ms-msdt:/id\u202e<"), encoding="utf-8")
    ended = await news_monitor("parse", "feed.xml", folder=tmp_path)
    assert ended.out.splitlines()[1].strip() == "no link: ms-msdt:/id is not a web address"
    as_json = await news_monitor("parse", "--json", "feed.xml", folder=tmp_path)
    assert as_json.rows[0]["link"] is None


LISTED = (
    "<html><div class=n><h2>One</h2><a href='/1'>more</a><time datetime='2026-01-05T12:00:00Z'></time></div>"
    "<div class=n><h2>Two</h2><a href='/2'>more</a></div></html>"
)


async def test_selectors_are_tried_before_they_are_written(tmp_path: Path) -> None:
    """On an address or a file; and those of a source, with what is given in the place of its own."""
    write_config(tmp_path, {})
    async with serving(Site({"/news": document(LISTED)})) as site:
        select = ("--select", "entry=div.n", "--select", "title=h2")
        tried = await news_monitor("parse", "--json", *select, site.url("/news"), folder=tmp_path)
        page = f"{{id: port, url: '{site.url('/news')}', kind: page, select: {{entry: div.n, title: a, date: time}}}}"
        (tmp_path / "sources.yaml").write_text(f"sources: [{page}]\n", encoding="utf-8")
        own = await news_monitor("parse", "--json", "--source", "port", folder=tmp_path)
        (tmp_path / "page.html").write_text(LISTED, encoding="utf-8")
        mixed = ("--source", "port", "--select", "title=h2", "page.html")
        edited = await news_monitor("parse", "--json", *mixed, folder=tmp_path)
    assert [(row["title"], row["published"]) for row in tried.rows] == [("One", None), ("Two", None)]
    dates = ["2026-01-05T12:00:00+00:00", None]
    assert [(row["title"], row["published"]) for row in own.rows] == [("more", date) for date in dates]
    assert [row["title"] for row in edited.rows] == ["One", "Two"]
    assert {row["link"] for row in edited.rows} == {site.url("/1"), site.url("/2")}


@pytest.mark.parametrize(
    ("args", "code", "line"),
    [
        (["--select", "entry=p", "page.html"], 1, "page.html: select.entry: 'p' finds nothing in the page"),
        (["--select", "title=h2", "page.html"], 2, "--select: say where the entries are: --select entry=CSS"),
        (["--select", "h2", "page.html"], 2, "--select 'h2': write KEY=CSS, where KEY is entry, title, link, text or "),
        (["--source", "prot"], 2, "there is no source 'prot'; did you mean 'port'?"),
        ([], 2, "name a file, an address or - for standard input; or a source with --source"),
    ],
)
async def test_selectors_that_cannot_be_tried_say_why(args: list[str], code: int, line: str, tmp_path: Path) -> None:
    """In one line, with what to write."""
    write_config(tmp_path, {"port": "https://port.example/"})
    (tmp_path / "page.html").write_text(LISTED, encoding="utf-8")
    ended = await news_monitor("parse", *args, folder=tmp_path)
    assert (ended.code, len(ended.told)) == (code, 1)
    assert line in ended.err


async def test_the_header_names_the_character_set(tmp_path: Path) -> None:
    """A Korean feed that does not say so itself is read by what it was served with."""
    (tmp_path / "ko.xml").write_bytes(
        "<rss version='2.0'><channel><item><title>북한</title></item></channel></rss>".encode("euc-kr")
    )
    header = "Content-Type: text/xml; charset=euc-kr"
    ended = await news_monitor("parse", "--json", "--header", header, "ko.xml", folder=tmp_path)
    assert [row["title"] for row in ended.rows] == ["북한"]


async def test_an_address_is_asked_with_the_headers_given(tmp_path: Path) -> None:
    """A feed that wants a key, or looks at who asks."""
    asked: list[tuple[str | None, str | None]] = []

    async def guarded(request: web.Request) -> web.StreamResponse:
        asked.append((request.headers.get("X-Key"), request.headers.get("User-Agent")))
        return await document(FEED)(request)

    async with serving(Site({"/feed": guarded})) as site:
        headers = ("--header", "X-Key: a: b", "--header", "User-Agent: a browser")
        ended = await news_monitor("parse", "--json", *headers, site.url("/feed"), folder=tmp_path)
    assert (ended.code, len(ended.rows), ended.err) == (0, 2, "")
    assert asked == [("a: b", "a browser")]


async def test_no_site_leads_into_a_private_network(tmp_path: Path) -> None:
    """The person names an address, also a private one; what it redirects to the config of a source may name."""
    asked = []

    async def private(request: web.Request) -> web.StreamResponse:
        asked.append(request.url)
        return await document(FEED)(request)

    async def leads(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(str(inside.url("/feed")).replace("127.0.0.1", "127.0.0.2"))

    async with serving(Site({"/feed": private})) as inside, serving(Site({"/": leads})) as site:
        write_config(tmp_path, {"port": site.url("/")})  # it allows all of 127.0.0.0/8, where nobody listens at .2
        ended = await news_monitor("parse", site.url("/"), folder=tmp_path)
        allowed = await news_monitor("parse", "--source", "port", folder=tmp_path)
    assert (ended.code, asked) == (1, [])
    assert "127.0.0.2 is a private or special address" in ended.told[0]
    assert allowed.told[0].endswith("Connection refused")


async def test_a_document_without_an_end_is_refused(tmp_path: Path) -> None:
    ended = await news_monitor("parse", "/dev/zero", folder=tmp_path)
    assert (ended.code, ended.out, ended.err) == (1, "", "/dev/zero: it is larger than 64 MiB\n")


@pytest.mark.parametrize(
    ("content", "code", "entries", "line"),
    [
        (b"<!doctype html><title>Home</title>", 1, 0, "doc: this is an HTML page, not a feed (its <title> is 'Home')"),
        (b"", 1, 0, "doc: empty document"),
        (b"{}", 1, 0, "doc: this is JSON, but not a feed"),
        (b"PK\x03\x04\x14\0", 1, 0, "doc: this is a zip file, which is not unpacked"),
        (gzip.compress(FEED.encode(), mtime=0)[:-9], 1, 0, "doc: cut off: the compressed data end before their end"),
        (gzip.compress(FEED[:-40].encode(), mtime=0), 0, 2, "doc: the document is ill-formed"),
        (FEED[:-40].encode(), 0, 2, "doc: the document is ill-formed"),  # cut off: what can be read is kept, and told
    ],
)
async def test_what_is_no_whole_feed_is_one_line(
    content: bytes, code: int, entries: int, line: str, tmp_path: Path
) -> None:
    """It names the document, and says what it is."""
    (tmp_path / "doc").write_bytes(content)
    ended = await news_monitor("parse", "--json", "doc", folder=tmp_path)
    assert (ended.code, len(ended.rows), len(ended.told)) == (code, entries, 1)
    assert ended.err.startswith(line)


async def test_a_page_to_which_a_feeds_address_redirects_is_named(tmp_path: Path) -> None:
    """A page to log in is no feed: whoever reads the line must see where it came from."""

    async def led(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/login"})

    async with serving(Site({"/feed": led, "/login": document("<html><title>Log in</title></html>")})) as site:
        ended = await news_monitor("parse", site.url("/feed"), folder=tmp_path)
        plain = await news_monitor("parse", site.url("/login"), folder=tmp_path)
    line = "this is an HTML page, not a feed (its <title> is 'Log in'); `news-monitor sources add` finds its feeds"
    assert ended.told == [f"{site.url('/feed')}: {line}; the address redirects to {site.url('/login')}"]
    assert plain.told == [f"{site.url('/login')}: {line}"]


async def test_an_address_that_gives_nothing_says_why(tmp_path: Path) -> None:
    """One line with the address and the server's answer."""
    async with serving(Site({"/gone": status(410)})) as site:
        ended = await news_monitor("parse", site.url("/gone"), folder=tmp_path)
    assert ended.code == 1
    assert ended.told == [
        f"{site.url('/gone')}: 410 Gone: the feed is gone for good; remove the source or find its new address"
    ]
