"""Documents to entries."""

from __future__ import annotations

import pickle
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.model.sources import MAX_CONTENT, MAX_SUMMARY, MAX_TITLE
from monitor.sources.formats import feed
from monitor.sources.formats.parsed_feed import ParsedFeed
from monitor.sources.formats.read_document import preload_parsers, read_document
from monitor.text.record import normalize_text

URL = "https://news.example.org/feeds/world.xml"


def parsed(document: str | bytes, **headers: str) -> Feed:
    body = document.encode() if isinstance(document, str) else document
    return read_document(body, {name.replace("_", "-"): value for name, value in headers.items()}, URL)


def rss(item: str, channel: str = "") -> str:
    return (
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel>{channel}<item>{item}</item></channel></rss>"
    )


def atom(entry: str, feed: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">{feed}<entry>{entry}</entry></feed>'


def entry_of(document: str | bytes) -> Entry:
    (entry,) = parsed(document).entries
    return entry


def test_an_rss_item_gives_all_that_it_says() -> None:
    """Dates stay as they were written, links become absolute, HTML becomes text."""
    feed = parsed(
        rss(
            "<guid isPermaLink='false'>n-17</guid><link>/a?x=1&amp;y=2</link><title>Rockets &amp; talks</title>"
            "<description>&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;</description>"
            "<content:encoded><![CDATA[<p>All of <b>it</b>.</p>]]></content:encoded>"
            "<pubDate>Mon, 05 Jan 2026 12:00:00 KST</pubDate><dc:creator>Kim Min-ji</dc:creator>"
            "<category>Asia</category><category>Asia</category><category>Arms</category>",
            "<title>World</title><link>https://www.example.org/</link><language>ko</language>",
        )
    )
    assert replace(feed, slices=()) == Feed(
        entries=(
            Entry(
                guid="n-17",
                link="https://www.example.org/a?x=1&y=2",
                title="Rockets & talks",
                summary="One.\nTwo.",
                content="All of it.",
                published="Mon, 05 Jan 2026 12:00:00 KST",
                authors=("Kim Min-ji",),
                language="ko",
                tags=("Asia", "Arms"),
            ),
        ),
        title="World",
    )


def test_an_atom_entry_gives_all_that_it_says() -> None:
    """xml:base and xml:lang hold for what they stand on; relative links are relative to the document."""
    entry = entry_of(
        atom(
            "<id>tag:example.org,2026:1</id><link href='a.html'/><title type='html'>A &lt;i&gt;b&lt;/i&gt;</title>"
            "<summary>short</summary><content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>x</p><p>y</p>"
            "</div></content><published>2026-01-05T12:00:00+09:00</published><updated>2026-01-06T00:00:00Z</updated>"
            "<author><name>A</name></author><author><name>B</name></author><category term='t' label='Topic'/>",
            "<link href='https://elsewhere.example/'/>",
        )
    )
    assert entry == Entry(
        guid="tag:example.org,2026:1",
        link="https://news.example.org/feeds/a.html",
        title="A b",
        summary="short",
        content="x\ny",
        published="2026-01-05T12:00:00+09:00",
        updated="2026-01-06T00:00:00Z",
        authors=("A", "B"),
        language="en",
        tags=("t",),
    )


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (atom("<title>if a &lt; b &amp;amp; c</title>"), "if a < b &amp; c"),  # plain text is meant as it is
        (atom("<title type='html'>a &amp;amp; b</title>"), "a & b"),
        (atom("<title type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'>a <b>b</b></div></title>"), "a b"),
        (rss("<title>a &lt; b</title>"), "a < b"),  # RSS does not say which it is: this is no HTML
        (rss("<title>Tom &amp;amp; Jerry</title>"), "Tom & Jerry"),  # and this is
        (rss("<title><![CDATA[ a\n  b\x0b ]]></title>"), "a b"),
        (rss("<title>outer</title><media:group><media:title>inner</media:title></media:group>"), "outer"),
        (rss(f"<title>{'a' * (MAX_TITLE + 5)}</title>"), "a" * MAX_TITLE),
        (rss("<description>only this</description>"), ""),
    ],
)
def test_titles_are_one_line_of_plain_text(document: str, title: str) -> None:
    """Whatever type they have, and what looks like HTML in plain text stays what it means."""
    assert entry_of(document).title == title


def test_a_content_alone_is_no_summary() -> None:
    """Our parser copies one into the other; the feed did not say it twice."""
    entry = entry_of(rss("<content:encoded>&lt;p&gt;all&lt;/p&gt;</content:encoded>"))
    assert (entry.summary, entry.content) == ("", "all")


def test_long_texts_are_cut() -> None:
    """A summary and a content have caps of their own."""
    entry = entry_of(
        rss(
            f"<description>{'s' * (MAX_SUMMARY + 9)}</description>"
            f"<content:encoded>{'c' * (MAX_CONTENT + 9)}</content:encoded>"
        )
    )
    assert (len(entry.summary), len(entry.content)) == (MAX_SUMMARY, MAX_CONTENT)


@pytest.mark.parametrize(
    ("item", "published", "updated"),
    [
        ("<pubDate>05.01.2026 12:00</pubDate>", "05.01.2026 12:00", None),  # no date of any standard
        ("<dc:date>2026-01-05</dc:date>", None, "2026-01-05"),  # as feedparser reads Dublin Core
        ("<title>none</title>", None, None),
    ],
)
def test_dates_are_passed_on_as_written(item: str, published: str | None, updated: str | None) -> None:
    """What they mean is decided elsewhere."""
    entry = entry_of(rss(item))
    assert (entry.published, entry.updated) == (published, updated)


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("https://other.example/x", "https://other.example/x"),
        ("https://other.example:80/x;y?z=1;2?3#4", "https://other.example:80/x;y?z=1;2?3#4"),
        ("HTTPS://Other.example", "https://Other.example"),
        ("https://other.example/x;?#", "https://other.example/x"),
        ("https://other.example?x", "https://other.example?x"),
        ("/x", "https://news.example.org/x"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("javascript:alert(1)", None),  # nothing to put before a reader
        ("http://[broken", None),
        ("https://example.org/" + "x" * 2_048, None),  # cut it would lead elsewhere
        ("", None),
    ],
)
def test_links_are_absolute_or_none(link: str, absolute: str | None) -> None:
    """A link that cannot be opened is none."""
    assert entry_of(rss(f"<title>t</title><link>{link}</link>")).link == absolute


def test_a_guid_does_not_depend_on_where_the_feed_is() -> None:
    """Else a feed that moves to https would bring all its entries anew."""
    document = rss("<guid>17</guid>").encode()
    assert read_document(document, {}, "http://a.example/f").entries[0].guid == (
        read_document(document, {}, "https://b.example/g/f").entries[0].guid
    )


def test_an_ill_formed_feed_gives_what_can_be_read_and_says_so() -> None:
    """A feed that breaks off keeps the entries before the break."""
    feed = parsed("<rss version='2.0'><channel><item><title>a & b</title></item><item><title>c</title>")
    assert [entry.title for entry in feed.entries] == ["a & b", "c"]
    assert feed.problem is not None
    assert "ill-formed (line 1: " in feed.problem


def test_a_prefix_that_is_declared_nowhere_is_looked_behind() -> None:
    """As a hand-made feed writes all its elements."""
    feed = parsed(rss("<title>t</title>").replace("<", "<rss:").replace("<rss:/", "</rss:"))
    assert [entry.title for entry in feed.entries] == ["t"]


def test_a_feed_without_entries_is_a_feed() -> None:
    """Quiet sources are no broken ones."""
    assert parsed("<rss version='2.0'><channel><title>Quiet</title></channel></rss>") == Feed((), "Quiet")


def test_character_sets_are_read_with_the_headers() -> None:
    """A document in GB 18030 under its usual false name, in the header only."""
    document = rss("<title>朝鲜发射弹道导弹</title>").encode("gb18030")
    feed = parsed(document, content_type="text/xml; charset=gb2312")
    assert feed.entries[0].title == "朝鲜发射弹道导弹"
    assert feed.problem is None


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("", "empty document"),
        (" \n\t", "empty document"),
        ("\0" * 1000, "empty document"),
        (
            "<!DOCTYPE html><html><head><title>Sign &#105;n</title></head></html>",
            "this is an HTML page, not a feed (its <title> is 'Sign in'); `news-monitor sources add` finds its feeds",
        ),
        ("<html><body>x</body></html>", "this is an HTML page, not a feed; `news-monitor sources add` finds its feeds"),
        ("<head><title>Moved</title></head>", "this is an HTML page, not a feed (its <title> is 'Moved')"),
        ('{"error": 1}', "this is JSON, but not a feed"),
        ('<opml version="2.0"><body></body></opml>', "this is an OPML file"),
        ("Service temporarily unavailable", "no feed format that we know (starts with 'Service temporarily"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no feed format that we know"),
    ],
)
def test_what_is_no_feed_is_named(document: str | bytes, line: str) -> None:
    """One line that says what came instead."""
    with pytest.raises(FeedUnreadable) as error:
        parsed(document)
    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("document", ["\r" * 2**18 + "x", "x" + "\n" * 2**18, "<a>" + " \n" * 2**17])
def test_blank_lines_cost_no_more_the_more_there_are(document: str) -> None:
    """The search for a declaration grew with the square of their number: this took minutes of CPU."""
    began = time.process_time()
    with pytest.raises(FeedUnreadable):
        parsed(document)
    assert time.process_time() - began < 5


def test_a_document_is_never_taken_for_a_file_name(tmp_path: Path) -> None:
    """Our parser opens files and addresses when it is given bytes."""
    file = tmp_path / "feed.xml"
    file.write_text(rss("<title>local</title>"))
    with pytest.raises(FeedUnreadable, match="starts with"):
        parsed(str(file))


LAUGHS = "".join(  # each entity is eight of the one before: a billion laughs
    [
        '<!DOCTYPE r [<!ENTITY a "ha">',
        *(f'<!ENTITY {name} "{f"&{before};" * 8}">' for before, name in pairwise("abcdefgh")),
        "]>",
        rss("<title>&h;</title>"),
    ]
)
SECRET = '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + rss("<title>&a;</title>")  # a file of ours


@pytest.mark.parametrize(
    "document",
    [
        rss(f"<description><![CDATA[{'<!--' * 2**18}]]></description>"),  # 1 MiB: quadratic in feedparser's sanitiser
        rss(f"<description><![CDATA[{'<' * 2**20}]]></description>"),  # likewise in its resolver
        rss(f"<description><![CDATA[{'<p ' * 2**18}]]></description>"),
        f"<rss version='2.0'><channel><item><title>t</title>{'<a>' * 200}",  # deep nesting
        rss("<title>a\x00b</title>"),
        rss("<title>a&#0;b&#xD800;c</title>"),  # characters that there are none of
        LAUGHS,
        SECRET,
    ],
)
def test_hostile_documents_give_their_entry(document: str) -> None:
    """Within the time of any other test, nothing of ours in them, and nothing that a database refuses."""
    entry = entry_of(document)
    text = entry.title + entry.summary
    assert "root:" not in text
    assert len(text) <= MAX_TITLE + MAX_SUMMARY
    text.encode()
    assert "\x00" not in text


def test_what_folding_makes_of_a_text_counts() -> None:
    """U+FDFA becomes eighteen characters where it is compared. A text that is longer then than any article's is cut,
    and the entry says so."""
    letters = "\ufdfa" * (MAX_CONTENT // 2)
    entry = entry_of(rss(f"<title>{letters}</title><description>{letters}</description>"))
    assert len(normalize_text(entry.title)) <= MAX_TITLE
    assert MAX_SUMMARY - 18 < len(normalize_text(entry.summary)) <= MAX_SUMMARY
    assert entry.is_truncated
    assert not entry_of(rss(f"<title>t</title><description>{'An article. ' * 1_000}</description>")).is_truncated


def test_what_travels_between_processes_can() -> None:
    """The function runs in a worker."""
    assert pickle.loads(pickle.dumps(read_document)) is read_document
    feed = parsed(rss("<title>t</title>"))
    assert pickle.loads(pickle.dumps(feed)) == feed
    preload_parsers()


@pytest.mark.parametrize("markup", ["<svg>" * 20_000, "<html><body>" + "<p>x</p>" * 15_000], ids=["svg", "page"])
def test_a_document_that_is_no_feed_never_reaches_feedparser(markup: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many elements it has: feedparser would read each of them."""

    def fail(_document: bytes) -> ParsedFeed:
        raise AssertionError("feedparser reads it")

    monkeypatch.setattr(feed, "parse_xml", fail)
    with pytest.raises(FeedUnreadable, match=r"not a feed|no feed format"):
        parsed(markup)
    with pytest.raises(AssertionError, match="feedparser reads it"):
        parsed(rss("<title>t</title>"))


@pytest.mark.parametrize("prefix", ["atom:", "новости:", "a.b-c_1:", "é" * 300 + ":", ""])
def test_a_feed_may_have_any_prefix(prefix: str) -> None:
    """In any script, and of any length."""
    declared = f"xmlns:{prefix.removesuffix(':')}" if prefix else "xmlns"
    document = (
        f'<{prefix}feed {declared}="http://www.w3.org/2005/Atom">'
        f"<{prefix}entry><{prefix}title>Drills</{prefix}title></{prefix}entry></{prefix}feed>"
    )
    assert entry_of(document).title == "Drills"
