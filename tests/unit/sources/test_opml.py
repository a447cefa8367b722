"""OPML: lists of feeds are read as users have them, and written so that every program reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree

from monitor.errors import FeedUnreadable
from monitor.model import Outline, Outlines, UnusableOutline
from monitor.sources.formats.opml import SETTINGS_NAMESPACE, read_opml, write_opml

FILES = Path(__file__).parents[2] / "data" / "opml"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def urls(read: Outlines) -> list[str]:
    return [outline.url for outline in read.outlines]


def test_what_a_feed_reader_writes_is_read_whole() -> None:
    """Groups and categories, names, languages; what is no feed is told where it was meant to be one."""
    read = read_opml((FILES / "reader.opml").read_bytes())
    assert read == Outlines(
        (
            Outline("https://agency.example/rss?a=1&b=2", 8, "The Agency", "ko-kr", groups=("Asia", "Korea & Japan")),
            Outline("https://paper.example/atom.xml", 10, "Paper", groups=("Asia", "Politics", "Parliament")),
            Outline("https://blog.example/feed", 12, "Blog"),
        ),
        (
            UnusableOutline(15, "this names another list, which is not fetched: import that one by itself"),
            UnusableOutline(
                16,
                "this names a page, not a feed (xmlUrl): `news-monitor sources add https://page.example/` looks for "
                "its feed",
            ),
            UnusableOutline(17, "this feed has no address (xmlUrl)"),
        ),
    )


def test_of_an_ill_formed_list_a_fault_costs_the_outline_that_it_stands_in() -> None:
    """Addresses are as they were meant, no entity is expanded, and what is lost is told with its line."""
    read = read_opml((FILES / "ill-formed.opml").read_bytes())
    assert [(each.line, each.url, each.title, each.groups) for each in read.outlines] == [
        (6, "http://one.example/?a=1&b=2&copy=3&reg_id=4", "One & two é&b;", ()),
        (7, "http://two.example/feed", "Two", ()),
        (9, "http://three.example/", 'Say "three"', ("Group",)),
        (10, "http://four.example/", "No quotation mark", ("Group",)),
        (14, "http://seven.example/", "Seven", ()),
    ]
    assert read.unusable == (
        UnusableOutline(11, "this outline could not be read"),
        UnusableOutline(15, "this outline could not be read"),
    )
    assert read.problem is not None
    assert read.problem.startswith("it is ill-formed (line 5: ")


ONE = '<opml version="1.0"><body><outline text="新闻 новости" xmlUrl="http://a.example/"/></body></opml>'


@pytest.mark.parametrize(
    ("body", "title", "problem"),
    [
        (ONE.encode(), "新闻 новости", None),
        (ONE.encode("utf-8-sig"), "新闻 новости", None),
        (ONE.encode("utf-16"), "新闻 новости", None),
        # under a false name, as Windows programs write it
        (f'<?xml version="1.0" encoding="gb2312"?>{ONE}'.encode("gb18030"), "新闻 новости", None),
        (f'<?xml version="1.0" encoding="iso-8859-1"?>{ONE}'.encode(), "新闻 новости", None),
        (f'<?xml version="1.0" encoding="utf-16"?>{ONE}'.encode(), "新闻 новости", None),
        # with something before the declaration
        (
            f'\n\nhello<?xml version="1.0" encoding="euc-kr"?>{ONE}'.replace("新闻", "뉴스").encode("cp949"),
            "뉴스 новости",
            None,
        ),
        # no name at all, and no UTF-8
        (
            ONE.replace("新闻 новости", "Café").encode("latin-1"),
            "Café",
            "its character set is in doubt: it does not say which it is; it was read as cp1250, which fits best",
        ),
        # one broken byte
        (
            ONE.encode().replace("и".encode(), b"\xd0", 1),
            "新闻 новост\ufffd",
            "its character set is in doubt: 1 of its 9 characters beyond ASCII are broken",
        ),
    ],
)
def test_the_character_set_is_found_as_for_feeds(body: bytes, title: str, problem: str | None) -> None:
    """Whatever the document says of itself; what is guessed or broken is told."""
    read = read_opml(body)
    assert [each.title for each in read.outlines] == [title]
    assert read.problem == problem


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        # never closed, and many: no depth is too deep
        ("".join(f'<outline text="x" xmlUrl="http://{n}.example/">' for n in range(3000)), 3000),
        ('<outline text="g">' * 2000 + '<outline xmlUrl="http://a.example/"/>', 1),
        # the address in any case, with blanks round it
        ('<outline XMLURL=" http://a.example/ \n"/>', 1),
        # empty: no address
        ('<outline text="a" xmlUrl=""/>', 0),
        # within an element of another kind
        ('<div><outline xmlUrl="http://a.example/"/></div>', 1),
        # a comment that never ends hides nothing
        ('<!-- <outline xmlUrl="http://a.example/"/>', 1),
    ],
)
def test_outlines_are_found_wherever_they_stand(inside: str, expected: int) -> None:
    """Each once."""
    assert len(read_opml(f"<opml><body>{inside}</body></opml>".encode()).outlines) == expected


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "it has no <opml>"),
        (b"[{}]", "it has no <opml>"),
        (b"<rss version='2.0'><channel/></rss>", "this is a feed, and not a list of feeds"),
    ],
)
def test_what_is_no_list_of_feeds_is_told(body: bytes, said: str) -> None:
    """With what it seems to be."""
    with pytest.raises(FeedUnreadable, match=said):
        read_opml(body)


def test_a_list_without_outlines_is_an_empty_one() -> None:
    """Its body may be missing."""
    assert read_opml(b"<opml version='1.0'><head><title>t</title></head></opml>") == Outlines(())
    assert read_opml(b"<opml<").outlines == ()


def test_what_is_written_is_opml_2_and_read_as_it_was() -> None:
    """Grouped by the first group, our settings in attributes of our own namespace."""
    given = (
        Outline(
            "https://a.example/?a=1&b=<2>", 0, 'A "b" & c', "zh-Hant", ("x", "y"), {"id": "a", "tags": '["x","y"]'}
        ),
        Outline("https://b.example/", 0, "B", None, (), {"id": "b"}),
        Outline("https://c.example/", 0, "C\x0b", None, ("x",), {"every": "5 s", "name": "a\nb\tc\x00"}),
    )
    written = write_opml(given, "Sources", NOW)
    root = etree.fromstring(written)
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "Sources")
    assert root.findtext("head/dateCreated") == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert [each.get("text") for each in root.iterfind("body/outline")] == ["x", "B"]
    assert root.find("body/outline/outline").get(f"{{{SETTINGS_NAMESPACE}}}id") == "a"
    assert {each.get("type") for each in root.iter("outline") if each.get("xmlUrl")} == {"rss"}
    read = read_opml(written)
    assert (read.unusable, read.problem) == ((), None)
    assert [(each.url, each.title, each.language, each.groups) for each in read.outlines] == [
        ("https://a.example/?a=1&b=<2>", 'A "b" & c', "zh-Hant", ("x", "y")),
        ("https://c.example/", "C", None, ("x",)),
        ("https://b.example/", "B", None, ()),
    ]
    assert [each.settings for each in read.outlines] == [
        {"id": "a", "tags": '["x","y"]'},
        {"every": "5 s", "name": "a\nb\tc "},
        {"id": "b"},
    ]


_ATTRIBUTES = " ".join(f"a{n}=''" for n in range(1_100))


def listed(outlines: str) -> bytes:
    return f"<opml><body>{outlines}</body></opml>".encode()


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        (listed("<!--" + "x" * 8 * 1024**2 + "-->"), "it is larger than 8 MiB: split it"),
        (listed("".join(f'<outline xmlUrl="http://{n}/"/>' for n in range(20_001))), "more than 20,000 outlines"),
        (listed("<a/>" * 600_000), "it has too many tags and attributes"),
        (listed("&" * 600_000), "it has too many tags and attributes"),
        (listed(f"<outline {_ATTRIBUTES}/>"), "it has too many tags and attributes"),
    ],
)
def test_what_would_take_much_memory_is_refused_before_it_is_parsed(
    document: bytes, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list may come from anybody: one of 21 MB took 560 MB, and a tag with many attributes minutes."""
    monkeypatch.setattr(etree, "fromstring", None)
    with pytest.raises(FeedUnreadable, match=problem):
        read_opml(document)


def test_a_feed_is_in_thirty_groups_at_most() -> None:
    """Of thousands around each other, each feed would have all."""
    nested = read_opml("".join(f'<outline text="g{n}"><outline xmlUrl="http://{n}/"/>' for n in range(300)).encode())
    assert [len(outline.groups) for outline in nested.outlines] == [min(n + 1, 30) for n in range(300)]
    categories = ",".join(f"c{n}/d{n}" for n in range(100))
    [outline] = read_opml(listed(f'<outline xmlUrl="http://x/" category="{categories}"/>')).outlines
    assert outline.groups == tuple(f"{letter}{n}" for n in range(15) for letter in "cd")


def test_of_a_long_address_nothing_is_read_and_of_a_long_group_its_beginning() -> None:
    """Comparing a hundred thousand combining marks takes seconds."""
    marks = "\u0316\u0301" * 60_000
    read = read_opml(
        listed(
            f'<outline text="{marks}"><outline xmlUrl="http://a{marks}.example/"/>'
            f'<outline xmlUrl="http://b.example/" category="{marks}x"/></outline>'
        )
    )
    assert read.unusable == (UnusableOutline(1, "the address of this feed has 120017 characters, of at most 2048"),)
    [outline] = read.outlines
    assert (outline.url, outline.groups) == ("http://b.example/", (marks[:200],))
