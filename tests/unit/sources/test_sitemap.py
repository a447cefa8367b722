"""Sitemaps to entries."""

from __future__ import annotations

import pytest

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.model.sources import DIGEST_SIZE, MAX_TITLE
from monitor.sources.formats.read_document import read_document

URL = "https://www.example.org/news-sitemap.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
    ' xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)


def sitemap(*urls: str, spaces: str = SPACES) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {spaces}>{"".join(urls)}</urlset>'


def url(n: object, more: str = "") -> str:
    news = f"<news:news><news:title>Title {n}</news:title></news:news>"
    return f"<url><loc>https://www.example.org/{n}</loc>{news}{more}</url>"


def read(document: str, known: frozenset[bytes] = frozenset()) -> Feed:
    return read_document(document.encode(), {"content-type": "application/xml"}, URL, known)


def test_an_address_gives_all_that_is_said_of_it() -> None:
    """The publication is what a feed's title is elsewhere."""
    feed = read(
        sitemap(
            "<url>\n<loc> https://www.example.org/a?x=1&amp;y=2 </loc><lastmod>2026-01-06</lastmod><news:news>"
            "<news:publication><news:name>연합뉴스</news:name><news:language>ko</news:language></news:publication>"
            "<news:publication_date>2026-01-05T12:00:00+09:00</news:publication_date>"
            "<news:title><![CDATA[북한, 탄도미사일 &quot;발사&quot;]]></news:title>"
            "<news:keywords>북한, 미사일, 북한,</news:keywords></news:news>"
            "<image:image><image:title>사진</image:title></image:image></url>",
        )
    )
    (digest,) = feed.slices
    assert feed == Feed(
        entries=(
            Entry(
                link="https://www.example.org/a?x=1&y=2",
                title='북한, 탄도미사일 "발사"',
                published="2026-01-05T12:00:00+09:00",
                updated="2026-01-06",
                language="ko",
                tags=("북한", "미사일"),
            ),
        ),
        title="연합뉴스",
        slices=(digest,),
    )
    assert (feed.entries[0].slice, len(digest)) == (digest, DIGEST_SIZE)


IMAGE = "<image:image><image:loc>https://www.example.org/i.png</image:loc>{}</image:image>"


@pytest.mark.parametrize(
    ("more", "title"),
    [
        (IMAGE.format("<image:title>Ships at sea</image:title>"), "Ships at sea"),
        (IMAGE.format("<image:caption>Ships\n at sea</image:caption>"), "Ships at sea"),
        (IMAGE.format("<image:caption>A</image:caption><image:title>B</image:title>"), "B"),
        (IMAGE.format("<image:title>A</image:title>") + IMAGE.format("<image:title>B</image:title>"), "A"),
        ("<news:news><news:title> </news:title></news:news>" + IMAGE.format("<image:title>A</image:title>"), "A"),
        (f"<news:news><news:title>{'t' * (MAX_TITLE + 9)}</news:title></news:news>", "t" * MAX_TITLE),
    ],
)
def test_a_title_is_taken_from_where_there_is_one(more: str, title: str) -> None:
    """A plain sitemap has none, but pictures have captions."""
    (entry,) = read(sitemap(f"<url><loc>https://www.example.org/1</loc>{more}</url>")).entries
    assert (entry.title, entry.link) == (title, "https://www.example.org/1")


def test_an_address_without_a_title_is_left_out_and_told_of() -> None:
    """There is nothing in it to be matched."""
    feed = read(sitemap("<url><loc>https://www.example.org/0</loc><lastmod>2026-01-05</lastmod></url>", url(1)))
    assert [entry.title for entry in feed.entries] == ["Title 1"]
    assert len(feed.slices) == 1
    assert feed.problem == ("1 of its 2 addresses have no title, and were left out: look for the site's news sitemap")


def test_only_what_is_not_known_is_given() -> None:
    """An address is known by its element, wherever it stands."""
    first = read(sitemap(*map(url, range(4))))
    known = frozenset(first.slices[1:])
    second = read(sitemap(*map(url, (4, 3, 2, 1, 0))), known)
    assert [entry.title for entry in second.entries] == ["Title 4", "Title 0"]
    assert second.slices[1:] == first.slices[::-1]
    edited = read(sitemap(url(1).replace("Title", "Corrected")), known)
    assert [entry.title for entry in edited.entries] == ["Corrected 1"]


@pytest.mark.parametrize(
    ("document", "titles", "problem"),
    [
        (sitemap(), [], None),  # quiet sources are no broken ones
        (sitemap(url(1), spaces=""), ["Title 1"], None),  # its names are declared nowhere
        ("<!-- <rss> -->\n<?xml-stylesheet href='a.xsl'?>" + sitemap(url(1))[38:], ["Title 1"], None),
        (sitemap(url(1)).replace("urlset", "s:urlset").replace("url>", "s:url>"), ["Title 1"], None),
        (sitemap("<url/>", "<url></url>", url(1)), ["Title 1"], None),
        (sitemap(url("?a=1&b=2"), url(1)), ["Title ?a=1&b=2", "Title 1"], None),  # addresses as people copy them
        (sitemap(url(1), "<url><loc>"), ["Title 1"], "the sitemap is ill-formed (line 2: mismatched tag)"),
        (sitemap(url("a&nbsp;b")), [], "the sitemap is ill-formed (line 2: undefined entity)"),
    ],
)
def test_what_publishers_write_is_read(document: str, titles: list[str], problem: str | None) -> None:
    """What cannot be is told."""
    feed = read(document)
    assert [entry.title for entry in feed.entries] == titles
    assert (feed.problem or "").startswith(problem or "")
    assert (feed.problem is None) is (problem is None)


def test_a_link_that_cannot_be_opened_is_none() -> None:
    """The title can be matched all the same."""
    (entry,) = read(sitemap(url(1).replace("https://www.example.org/", "javascript:"))).entries
    assert (entry.title, entry.link) == ("Title 1", None)


INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'
PARTS = "".join(f"<sitemap><loc>https://www.example.org/{name}.xml</loc></sitemap>" for name in ("old", "News-1", "b"))
NONE_ITSELF = "this is an index of 3 sitemaps, and not a sitemap itself"
LAUGHS = '<!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (
            INDEX.format(PARTS),
            f"{NONE_ITSELF}: give one of those as the source's address, such as https://www.example.org/News-1.xml",
        ),
        (
            INDEX.format(PARTS).replace("News", "a"),
            f"{NONE_ITSELF}: give one of those as the source's address, such as",
        ),
        (INDEX.format("<sitemap><loc>file:///etc/passwd</loc></sitemap>"), "this is an index of 1 sitemaps, and not"),
        (INDEX.format(""), "this is an index of 0 sitemaps, and not a sitemap itself"),
        (LAUGHS + sitemap(url("&b;"))[38:], "this is a sitemap with a document type declaration, which is not read"),
    ],
)
def test_what_is_not_read_is_named(document: str, line: str) -> None:
    """With what to use instead, where that is known."""
    with pytest.raises(FeedUnreadable) as error:
        read(document)
    assert str(error.value).startswith(line)


LEVELS = 100_000


@pytest.mark.parametrize(
    ("document", "entries"),
    [
        (sitemap(url(1, "<a>" * LEVELS + "</a>" * LEVELS)), 1),
        ("<!-- -->" * 8_000 + sitemap(url(1))[38:], 1),
        (sitemap(url(1), f"<!--{'<!--' * 2**18}"), 1),
        (sitemap(url(1, "<lastmod>1</lastmod>" * 50_000)), 1),
        (sitemap(*(url(1),) * 50_000), 1000),
    ],
)
def test_hostile_documents_give_their_entries(document: str, entries: int) -> None:
    """Within the time of any other test."""
    assert len(read(document).entries) == entries
