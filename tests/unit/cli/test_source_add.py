"""`sources add ADDRESS`: the address is asked; the feeds of a page are found, read, and added or listed."""

from __future__ import annotations

import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from monitor.cli.commands.sources import _TO_RENAME
from tests.support.whole import Ended, Page, Site, news_monitor, serving, status, write_config

SAID = ".tgme_widget_message_text.js-message_text"
MESSAGES = (
    f"{{entry: .tgme_widget_message_wrap, title: {SAID}, link: a.tgme_widget_message_date, text: {SAID}, "
    "date: 'time[datetime]'}"
)
PAGES = Path(__file__).parents[2] / "data" / "pages"


def rss(title: str, *paths: str) -> str:
    """A feed with an entry for each path."""
    items = "".join(
        f"<item><title>t</title><link>https://n.example/{path}</link>"
        f"<pubDate>Sun, 0{day} Mar 2026 12:00:00 GMT</pubDate></item>"
        for day, path in enumerate(paths, 1)
    )
    return f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>"


def serve(text: str, kind: str = "text/html") -> Page:
    async def page(_: web.Request) -> web.StreamResponse:
        return web.Response(text=text, content_type=kind)

    return page


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A weblog: its page names its feed, that of its comments and, last, one that is gone."""
    gone = "<link rel='alternate' type='application/atom+xml' href='/old.atom' hreflang='ko'></head>"
    weblog = (PAGES / "weblog.html").read_text(encoding="utf-8").replace("</head>", gone)
    pages = {
        "/": serve(weblog),
        "/feed/": serve(rss("Harbour News", "a", "b"), "application/rss+xml"),
        "/comments/feed/": serve(rss("Comments on Harbour News", "c"), "application/rss+xml"),
    }
    async with serving(Site(pages)) as serving_site:
        yield serving_site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config without sources that allows loopback."""
    write_config(tmp_path, {})
    return tmp_path


async def add(folder: Path, *args: str) -> Ended:
    return await news_monitor("sources", "add", *args, folder=folder)


def added(folder: Path) -> list[str]:
    """The addresses and other keys that stand in the file, in its order."""
    lines = (folder / "sources.yaml").read_text(encoding="utf-8").splitlines()
    return [line.strip(" -") for line in lines if not line.startswith("sources:") and "id:" not in line]


async def test_a_feed_is_added_and_told(site: Site, folder: Path) -> None:
    """It is asked once, and what it holds is said."""
    ended = await add(folder, site.url("/feed/"), "--id", "harbour")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "added harbour to sources.yaml",
        "Harbour News: 2 entries, the newest of 2026-03-02 12:00:00 UTC",
    ]
    assert added(folder) == [f"url: {site.url('/feed/')}", "name: Harbour News"]
    assert site.asked == {"/feed/": 1}
    again = await add(folder, site.url("/feed/"), "--id", "other")
    assert again.code == 1
    assert "a source with this url is here already; it is 'harbour'; nothing was added" in again.err
    assert site.asked == {"/feed/": 1}


async def test_a_name_that_is_given_stands_before_a_feeds_title(site: Site, folder: Path) -> None:
    """So it is with an id."""
    assert (await add(folder, site.url("/feed/"), "--name", "The Harbour")).code == 0
    assert added(folder) == [f"url: {site.url('/feed/')}", "name: The Harbour"]


async def test_the_one_feed_of_a_page_is_added(site: Site, folder: Path) -> None:
    """With its title as name; the feed of comments and what is gone do not count."""
    ended = await add(folder, site.url("/"), "--tag", "port")
    assert (ended.code, ended.told) == (0, [_TO_RENAME])
    assert added(folder) == [f"url: {site.url('/feed/')}", "name: Harbour News", "tags: [port]"]
    again = await add(folder, site.url("/"))
    assert again.code == 1
    assert f"{site.url('/feed/')} is there already: sources.yaml:" in again.err


async def test_several_feeds_are_listed_with_the_command_that_adds_each(site: Site, folder: Path) -> None:
    """Nothing is added; each command works as it is printed, keeps what was asked for, and knows the language."""
    site.pages["/old.atom"] = serve(rss("한국 소식", "k"), "application/rss+xml")
    ended = await add(folder, site.url("/"), "--tag", "two words", "--every", "2 m")
    assert ended.code == 1
    assert ended.out.splitlines()[0] == "This page has 2 feeds; nothing was added. To add one (--all adds all):"
    assert added(folder) == []
    commands = [line.strip() for line in ended.out.splitlines() if "news-monitor" in line]
    assert len(commands) == 2
    assert (await news_monitor(*shlex.split(commands[1])[1:], folder=folder)).code == 0
    assert added(folder) == [
        f"url: {site.url('/old.atom')}",
        "name: 한국 소식",
        "language: ko",
        "tags: [two words]",
        "every: 2 m",
    ]


@pytest.mark.parametrize(
    ("args", "code", "urls"),
    [
        (["--first"], 0, ["/feed/"]),
        (["--all"], 0, ["/feed/", "/old.atom"]),
        (["--all", "--id", "x"], 2, []),  # no two can have it
    ],
)
async def test_of_several_feeds_the_first_or_all_are_added(
    site: Site, folder: Path, args: list[str], code: int, urls: list[str]
) -> None:
    """In the order of the page, each with an id of its own."""
    site.pages["/old.atom"] = serve(rss("Second", "k"), "application/rss+xml")
    assert (await add(folder, site.url("/"), *args)).code == code
    assert [line for line in added(folder) if "url" in line] == [f"url: {site.url(path)}" for path in urls]


async def test_the_same_feed_in_two_formats_is_one(site: Site, folder: Path) -> None:
    """The first that the page names."""
    site.pages["/old.atom"] = serve(rss("Harbour News (Atom)", "b", "a"), "application/rss+xml")
    assert (await add(folder, site.url("/"))).code == 0
    assert added(folder)[0] == f"url: {site.url('/feed/')}"


async def test_links_that_look_like_feeds_and_the_usual_addresses_come_next(site: Site, folder: Path) -> None:
    """Only where the page names none that is one."""
    site.pages["/links"] = serve("<html><a href='/process'>x</a><a href='/rss/world'>World</a></html>")
    site.pages["/rss/world"] = serve(rss("World", "w"), "text/xml")
    assert (await add(folder, site.url("/links"))).code == 0
    site.pages["/bare"] = serve("<html><p>Hello</p></html>")
    site.pages["/rss.xml"] = serve(rss("Bare", "v"), "text/xml")
    site.pages["/feed.xml"] = serve(rss("Not asked for", "u"), "text/xml")
    assert (await add(folder, site.url("/bare"))).code == 0
    assert [line for line in added(folder) if "url" in line] == [
        f"url: {site.url('/rss/world')}",
        f"url: {site.url('/rss.xml')}",
    ]
    assert site.asked["/feed.xml"] == 0


async def test_a_page_without_feeds_is_told_with_what_was_tried(site: Site, folder: Path) -> None:
    """And how its entries can be read all the same."""
    site.pages["/bare"] = serve("<html><p>Hello</p></html>")
    ended = await add(folder, site.url("/bare"))
    assert ended.code == 1
    assert "no feed of it was found; nothing was added" in ended.err
    assert "`kind: page`" in ended.err
    assert f"  {site.url('/atom.xml')}: 404 Not Found" in ended.err
    assert added(folder) == []


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("/nosuch", 1, "404 Not Found: the address is wrong or the feed has moved; nothing was added"),
        (
            "/data",
            1,
            "this is JSON, but not a feed: it has no list of items; nothing was added; --no-check adds it anyway",
        ),
        ("/busy", 0, "could not be read just now: 503 Service Unavailable"),
        ("/locked", 0, "could not be read just now: 403 Forbidden"),
    ],
)
async def test_an_address_without_a_feed_is_added_only_where_it_may_have_one(
    site: Site, folder: Path, path: str, code: int, said: str
) -> None:
    """A slip of the pen is told; a server in trouble is not the user's fault."""
    site.pages |= {"/data": serve("{}", "application/json"), "/busy": status(503), "/locked": status(403)}
    ended = await add(folder, site.url(path))
    assert (ended.code, len(added(folder))) == (code, 1 - code)
    assert said in ended.err
    assert (await add(folder, "--no-check", site.url(f"{path}2"))).code == 0


@pytest.mark.parametrize(
    ("query", "is_open"), [("?token=0penly", True), ("?token=${env:TOKEN}", False), ("?page=2", False)]
)
async def test_a_token_in_the_address_is_warned_of_at_once(folder: Path, query: str, is_open: bool) -> None:
    """It is not shown, and the address is added all the same."""
    ended = await add(folder, "--no-check", f"https://feeds.example.org/rss{query}")
    assert ended.code == 0
    assert ("in plain text: write ${env:NAME}" in ended.err) is is_open
    assert "0penly" not in ended.err + ended.out


async def test_where_no_server_answers_the_address_is_added_with_a_warning(folder: Path) -> None:
    """The network of this machine may be away; the daemon goes on trying."""
    ended = await add(folder, "http://127.0.0.1:9/feed")
    assert (ended.code, ended.out) == (0, "added 127-0-0-1 to sources.yaml\n")
    assert ended.err.startswith("127-0-0-1 could not be read just now: ")


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.1/feed", "http://", "javascript:x", "/moved"])
async def test_an_address_that_redirects_to_none_that_can_be_read_is_not_added(
    site: Site, folder: Path, target: str
) -> None:
    """Also if it redirects to itself. It is named, nothing is written, and the exit code is 1."""
    site.pages["/moved"] = status(302, Location=target)
    before = (folder / "sources.yaml").read_bytes()
    ended = await add(folder, site.url("/moved"))
    assert (ended.code, ended.out) == (1, "")
    assert "redirects" in ended.err
    assert "nothing was added" in ended.err
    assert (folder / "sources.yaml").read_bytes() == before


@pytest.mark.parametrize("via", ["", "/moved"])
async def test_an_address_that_leads_into_a_private_network_is_not_added(site: Site, folder: Path, via: str) -> None:
    """Also if a name or a redirect leads there. Nothing is written, and the exit code is 1."""
    config = folder / "monitor.yaml"
    private = site.url("/feed/").replace("127.0.0.1", "127.0.0.2")
    site.pages["/moved"] = status(302, Location=private)
    config.write_text(config.read_text(encoding="utf-8").replace("127.0.0.0/8", "127.0.0.1/32"), encoding="utf-8")
    before = (folder / "sources.yaml").read_bytes()
    ended = await add(folder, site.url(via) if via else private.replace("127.0.0.2", "[::ffff:127.0.0.2]"))
    assert (ended.code, ended.out) == (1, "")
    assert "nothing was added, because this leads to 127.0.0.2, a private or special address" in ended.err
    assert "put {network: '127.0.0.2/32', sources: [" in ended.err
    assert (folder / "sources.yaml").read_bytes() == before


async def test_a_private_address_is_added_by_the_printed_line_and_the_same_command(site: Site, folder: Path) -> None:
    """What `check` says in between is announced."""
    config = folder / "monitor.yaml"
    lines = config.read_text(encoding="utf-8").splitlines()
    config.write_text("\n".join(line for line in lines if not line.startswith("network:")) + "\n", encoding="utf-8")
    refused = await add(folder, site.url("/feed/"))
    line, then = refused.told[-2:]
    assert then == (
        "Then run this again: until the source is added, `check` reports that there is no source '127-0-0-1'. Each "
        "further source of that address needs its own id there."
    )
    with config.open("a", encoding="utf-8") as file:
        file.write(f"{line.strip()}\n")
    assert "there is no source '127-0-0-1'" in (await news_monitor("check", folder=folder)).out
    assert (await add(folder, site.url("/feed/"))).code == 0
    assert "there is no source" not in (await news_monitor("check", folder=folder)).out


async def test_a_secret_that_cannot_be_filled_in_is_not_added(folder: Path) -> None:
    """One that can is added, and the command says where the daemon sends it."""
    before = (folder / "sources.yaml").read_bytes()
    faulty = await add(folder, "https://feeds.example.org/rss?token=${TOKEN}")
    assert (faulty.code, (folder / "sources.yaml").read_bytes()) == (1, before)
    assert "this '${' names no secret; write ${env:NAME}" in faulty.err
    ended = await add(folder, "https://feeds.example.org/rss?token=${env:TOKEN}")
    assert ended.code == 0
    assert "only the daemon fills in ${env:TOKEN}, and sends it to feeds.example.org" in ended.err


async def test_a_telegram_channel_is_added_as_a_page(folder: Path) -> None:
    """With the places of its messages; nobody is asked."""
    ended = await add(folder, "https://t.me/Harbour_News", "--language", "ru")
    assert (ended.code, ended.out) == (0, "added telegram-harbour-news to sources.yaml\n")
    assert added(folder) == [
        "url: https://t.me/s/Harbour_News",
        "name: Harbour_News",
        "kind: page",
        f"select: {MESSAGES}",
        "language: ru",
    ]
    checked = await news_monitor("sources", "list", "--json", folder=folder)
    assert [row["id"] for row in checked.rows] == ["telegram-harbour-news"]
