"""Only entries that are not known are parsed, and nothing is lost by it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.errors import FeedUnreadable
from monitor.model import Feed
from monitor.model.sources import DIGEST_SIZE
from monitor.sources.formats import feed as feed_module
from monitor.sources.formats.charset import to_utf8
from monitor.sources.formats.delta import MAX_DEPTH, ranges_of, without_bases
from monitor.sources.formats.list_window import END_SIZE
from monitor.sources.formats.read_document import read_document

URL = "https://news.example.org/feeds/world.xml"
ITEMS = tuple(f"<item><guid>{n}</guid><title>Title {n}</title></item>" for n in range(4))
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


def rss(*items: str, channel: str = "", root: str = "", tag: str = "") -> str:
    return f'<rss version="2.0"{root}><channel{tag}>{channel}{"".join(items)}</channel></rss>'


def rdf(*items: str) -> str:
    return (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        f'<channel rdf:about="https://a.example/"><title>News</title></channel>{"".join(items)}</rdf:RDF>'
    )


def atom(*entries: str, feed: str = "", root: str = "") -> str:
    return f"<feed {ATOM}{root}>{feed}{''.join(entries)}</feed>"


def read(document: str, known: frozenset[bytes] = frozenset(), url: str = URL) -> Feed:
    return read_document(document.encode(), {}, url, known)


def titles(feed: Feed) -> list[str]:
    return [entry.title for entry in feed.entries]


def slices(document: str) -> tuple[bytes, ...]:
    return read(document).slices


@pytest.mark.parametrize(
    "document",
    [
        rss(*ITEMS),
        rdf(*ITEMS),  # beside the channel
        f"<!DOCTYPE rss SYSTEM 'rss.dtd' [<!ENTITY a SYSTEM 'a'>]>{rss(*ITEMS)}",  # which nothing refers to
        f'<rss version="0.90"><channel><title>News</title></channel>{"".join(ITEMS)}</rss>',  # likewise
        atom(*(item.replace("item", "entry").replace("guid", "id") for item in ITEMS)),
        f'<?xml-stylesheet href="a.xsl"?><!-- made by hand -->\n{rss("<!-- one -->", *ITEMS, "<?a b?>")}',
        rss(*ITEMS).replace("<item>", "<item\n  >").replace("</item>", "</item\n>"),
        rss(*(f"<item><title><![CDATA[Title {n}]]></title><x/></item>" for n in range(4))),
    ],
)
def test_only_what_is_not_known_is_parsed(document: str) -> None:
    """Each entry carries the digest by which it is known the next time, in the order of the document."""
    first = read(document)
    assert titles(first) == [f"Title {n}" for n in range(4)]
    assert first.slices == tuple(entry.slice for entry in first.entries)
    assert {len(digest) for digest in first.slices} == {DIGEST_SIZE}
    second = read(document, frozenset({first.slices[0], first.slices[2]}))
    assert second.entries == (first.entries[1], first.entries[3])
    assert second.slices == first.slices
    assert second.title == first.title


def test_where_all_is_known_our_parser_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the feed says of itself is read all the same."""
    document = rss(*ITEMS, channel="<ttl>15</ttl>")
    digests = slices(document)
    monkeypatch.setattr(feed_module, "parse_xml", None)
    assert read(document, frozenset(digests)) == Feed((), slices=digests, poll_hint=timedelta(minutes=15))


def test_an_entry_that_changes_is_not_known() -> None:
    """And the others are, wherever they have moved to."""
    known = frozenset(slices(rss(*ITEMS)))
    edited = ITEMS[2].replace("Title", "Corrected title")
    feed = read(rss(edited, ITEMS[0], ITEMS[3], channel="<lastBuildDate>now</lastBuildDate>"), known)
    assert titles(feed) == ["Corrected title 2"]


def test_entries_that_are_alike_have_one_digest() -> None:
    """Both come, or neither does."""
    document = rss(ITEMS[0], ITEMS[0])
    first, second = slices(document)
    assert first == second
    assert titles(read(document)) == ["Title 0", "Title 0"]
    assert read(document, frozenset({first})).entries == ()


MEDIA = "http://search.yahoo.com/mrss/"
PREFIXED = "<item><m:title>Title</m:title></item>"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # The prefix that an entry uses means something else.
        (rss(PREFIXED, root=f' xmlns:m="{MEDIA}"'), rss(PREFIXED, root=' xmlns:m="http://a.example/"')),
        (rss(PREFIXED, tag=f' xmlns:m="{MEDIA}"'), rss(PREFIXED, tag=' xmlns:m="http://a.example/"')),
        # What its links are relative to.
        (rss(ITEMS[0], channel="<link>https://a.example/</link>"), rss(ITEMS[0], channel="<link>/b</link>")),
        (rss(ITEMS[0], channel="<link>https://a.example/</link>"), rss(ITEMS[0], "<link>https://b.example/</link>")),
        (rss(ITEMS[0], tag=' xml:base="https://a.example/"'), rss(ITEMS[0], tag=' xml:base="https://b.example/"')),
        (rss(ITEMS[0], channel="<guid>https://a.example/</guid>"), rss(ITEMS[0], channel="<guid>/b</guid>")),
        # What it is written in.
        (rss(ITEMS[0], channel="<language>en</language>"), rss(ITEMS[0], channel="<language>de</language>")),
        (rss(ITEMS[0], root=' xml:lang="en"'), rss(ITEMS[0])),
        # What kind of feed it stands in.
        (rss(ITEMS[0]), rss(ITEMS[0]).replace("2.0", "0.91")),
        (rss(ITEMS[0]), rdf(ITEMS[0])),
    ],
)
def test_what_an_entry_takes_over_from_around_it_is_in_its_digest(before: str, after: str) -> None:
    """A change there makes it another one."""
    known = frozenset(slices(before))
    assert known
    assert not known & set(slices(after))
    assert len(read(after, known).entries) == 1


@pytest.mark.parametrize(
    "channel",
    [
        "<title>Other</title>",
        "<lastBuildDate>Mon, 05 Jan 2026 12:00:00 GMT</lastBuildDate><ttl>5</ttl>",
        "<image><link>https://a.example/i</link><url>https://a.example/i.png</url></image>",
        f'<link {ATOM} rel="self" href="https://a.example/?at=17"/>',
    ],
)
def test_what_changes_with_every_answer_is_not_in_it(channel: str) -> None:
    """Else nothing would ever be known."""
    assert slices(rss(*ITEMS, channel=channel)) == slices(rss(*ITEMS))


INNER = "<entry><title>inner</title></entry>"


@pytest.mark.parametrize(
    "document",
    [
        f'<!DOCTYPE rss [<!ENTITY a "b">]>{rss("<item><title>&a;</title></item>")}',
        rss(*ITEMS)[:-6],  # it breaks off
        rss("<item><title>a & b</title></item>"),
        rss("<item><title>a&nbsp;b</title></item>"),
        rss("<item><x:y>undeclared prefix</x:y></item>"),
        rss("<item/>", *ITEMS),  # an entry of which expat does not say where it ends
        rss(ITEMS[0], "<item>only text</item>"),
        rss("<item><title>outer</title><item><title>inner</title></item></item>"),
        rss(f"<item><title>outer</title><x>{INNER}</x></item>"),
        rss(ITEMS[0], f"<x>{ITEMS[1]}</x>"),  # deeper than it should be
        rss(ITEMS[0], INNER),  # of another format
        f"<rss version='2.0'><channel>{ITEMS[0]}</channel><channel>{ITEMS[1]}</channel></rss>",
        f"<rss version='2.0'><channel>{ITEMS[0]}</channel>{ITEMS[1]}</rss>",
        f"<rdf><items>{ITEMS[0]}</items></rdf>",
        # feedparser takes this base into the entries that follow.
        atom(
            "<entry xml:base='https://a.example/'><title>t</title></entry>",
            "<entry><title>u</title><link href='v'/></entry>",
        ),
        atom(
            "<entry><title x='>' xml:base='https://a.example/'>t</title></entry>",
            "<entry><title>u</title><link href='v'/></entry>",
        ),
        rss("<item xml:lang='ko'><description><div>t</div></description></item>", ITEMS[0]),  # and this language
        rss("<item><link base='https://a.example/'>t</link></item>", ITEMS[0]),
    ],
)
def test_where_ranges_cannot_be_told_all_is_parsed(document: str) -> None:
    """Whatever is known: what is lossless goes before what is quick."""
    whole = feed_module.parse_feed(to_utf8(document), URL)
    known = frozenset(slices(rss(*ITEMS)))
    assert whole.entries
    assert read(document, known) == read(document) == whole
    assert read(document).slices == ()


@pytest.mark.parametrize(
    "document",
    [
        rss(*ITEMS),
        rss("<item><title>new</title></item>", *ITEMS),
        rss(*ITEMS, "<item><title><![CDATA[</item><item>]]></title></item>"),
        rss("<item><title>new<!-- </item> --></title></item>", *ITEMS),
        rss(f"<!-- {ITEMS[0]} -->", *ITEMS[1:]),
        rss(ITEMS[0], f"<!--\n{ITEMS[1]}\n{ITEMS[2]}-->", ITEMS[3]),
        rss(f"{ITEMS[0]}\n \n{ITEMS[1]} and {ITEMS[2]}<!-- -->{ITEMS[3]}]]", "<item><title>new</title></item>"),
        rss(*ITEMS[:2], f"<x>{ITEMS[2]}{ITEMS[3]}</x>", "<item><title>new</title></item>"),
        rss(ITEMS[0], "<item><title><!--</item>", *ITEMS[1:3], "<item>--></title></item>"),
        rss(f"<!-- {ITEMS[0]} --><ITEM><title>new</title></ITEM>"),  # as many of one as are missing of the other
        rss(f"<ITEM><title>new</title><!-- {ITEMS[0]} --></ITEM>"),
        rss(ITEMS[0], channel=f"<title><![CDATA[{ITEMS[1]}]]></title>"),
        rss(*ITEMS[:2], channel="<items>1</items><itemtitle/>"),
        rss(*ITEMS[:2], "<ITEM><title>new</title></ITEM>"),
        rss(ITEMS[0], "<item><link>/new</link><link>https://a.example/</link></item>", channel="<link>/a</link>"),
        rss(ITEMS[0], '<x:item xmlns:x="https://x.example/"><title>new</title></x:item>'),
        rss(*(ITEMS * 300)),  # of which only the ends are looked at
        rss(ITEMS[0], f"<x>{ITEMS[1]}</x>"),
        rss(ITEMS[0], "<item><title>without an end</title>"),
        rdf(*ITEMS, "<item><title>new</title></item>"),
        atom("<entry><title>new</title></entry>", *(item.replace("item", "entry") for item in ITEMS)),
    ],
)
def test_known_entries_stand_where_they_do_for_whoever_knows_none(document: str) -> None:
    """Whatever looks like one."""
    clean = to_utf8(document)
    known = frozenset((*slices(rss(*ITEMS)), *slices(rss(*ITEMS, channel="<link>/a</link>")), *slices(rdf(*ITEMS))))
    known |= frozenset(slices(atom(*(item.replace("item", "entry") for item in ITEMS))))
    assert ranges_of(clean, known) == ranges_of(clean)


def test_a_base_around_all_entries_is_no_hindrance() -> None:
    """The entry's own ends with it."""
    document = atom(
        "<entry><id>1</id><link href='a' xml:base='/x/'/></entry>",
        "<entry><id>2</id><link href='b'/></entry>",
        root=" xml:base='https://a.example/'",
    )
    feed = read(document)
    assert [entry.link for entry in feed.entries] == ["https://a.example/x/a", "https://a.example/b"]
    assert read(document, frozenset(feed.slices[:1])).entries == feed.entries[1:]


def test_the_base_of_a_text_is_none_of_the_entries_after_it() -> None:
    """Many feeds give each text its own; our parser would take it into the links that follow."""
    document = atom(
        "<entry><link href='a'/><content type='html' xml:base='https://a.example/x/'>t</content></entry>",
        "<entry><link href='b'/></entry>",
    )
    feed = read(document)
    assert [entry.link for entry in feed.entries] == [
        "https://news.example.org/feeds/a",
        "https://news.example.org/feeds/b",
    ]
    assert read(document, frozenset(feed.slices[:1])).entries == feed.entries[1:]


SY = ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


@pytest.mark.parametrize(
    ("channel", "hint"),
    [
        ("<ttl>60</ttl>", timedelta(hours=1)),
        ("<ttl> 5 </ttl>", timedelta(minutes=5)),
        ("<ttl>0</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>99999999</ttl>", timedelta(days=365)),  # nobody means that
        ("<ttl>9999999999999999999999</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>", timedelta(minutes=15)),
        ("<sy:updatePeriod> Daily\n</sy:updatePeriod>", timedelta(days=1)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><ttl>120</ttl>", timedelta(hours=2)),  # the longest counts
        ("<sy:updatePeriod>fortnightly</sy:updatePeriod>", None),
        ("<sy:updateFrequency>2</sy:updateFrequency>", None),
    ],
)
def test_what_the_feed_wishes_is_read(channel: str, hint: timedelta | None) -> None:
    """By either way of parsing alike."""
    assert read(rss(*ITEMS, channel=channel, root=SY)).poll_hint == hint
    assert read(f"<!DOCTYPE rss>{rss(*ITEMS, channel=channel, root=SY)}").poll_hint == hint


@pytest.mark.parametrize(
    ("links", "older"),
    [
        ('<link rel="next" href="?page=2"/>', "https://news.example.org/feeds/world.xml?page=2"),
        ('<link rel="prev-archive" href="/2025"/><link rel="next" href="/2"/>', "https://news.example.org/2025"),
        ('<link rel="next" href="/2"/><link rel="prev-archive" href="/2025"/>', "https://news.example.org/2025"),
        ('<link rel="NEXT" href="/2"/>', "https://news.example.org/2"),
        ('<link rel="next" href="/2"/><link rel="next" href="/3"/>', "https://news.example.org/2"),
        ('<link rel="next" href=""/>', None),
        (f'<link rel="next" href="{URL}"/>', None),  # this one again
        ('<link rel="next" href="file:///etc/passwd"/>', None),
        ('<link rel="next" href="javascript:alert(1)"/>', None),
        ('<link rel="next" href="http://[broken"/>', None),
        ('<link rel="self" href="/feed"/><link href="/"/>', None),
    ],
)
def test_where_an_archive_goes_on_is_read(links: str, older: str | None) -> None:
    """Over the web only; in RSS and Atom, by either way of parsing alike."""
    document = atom("<entry><id>1</id></entry>", feed=links)
    in_rss = rss(*ITEMS, channel=links.replace("<link", "<a:link"), root=ATOM.replace("xmlns", " xmlns:a"))
    for each in (document, f"<!DOCTYPE feed>{document}", in_rss, f"<!DOCTYPE rss>{in_rss}"):
        assert read(each).older_page_url == older


@pytest.mark.parametrize(
    "document", [f"<rss><channel>{'<a>' * 100_000}", rss(f"<item>{'<a>' * MAX_DEPTH}{'</a>' * MAX_DEPTH}</item>")]
)
def test_elements_too_deep_in_each_other_are_refused(document: str) -> None:
    """With a line, and before any parser that builds something of them."""
    with pytest.raises(FeedUnreadable, match="are nested more than 256 deep"):
        read(document)


def many(numbers: range) -> str:
    return rss(*(f"<item><guid>{n}</guid></item>" for n in numbers))


def guids(feed: Feed) -> list[int]:
    return [int(entry.guid or "") for entry in feed.entries]


def test_of_a_long_list_both_ends_are_read() -> None:
    """The newest stand at one of them; the rest is counted. What is new at either end is read the next time, and what
    only comes to light at the inner side, because something has left the list, is not."""
    first = read(many(range(2000)))
    assert guids(first) == [*range(END_SIZE), *range(2000 - END_SIZE, 2000)]
    assert (len(first.slices), first.entries_skipped) == (2 * END_SIZE, 1000)
    second = read(many(range(-3, 2002)), frozenset(first.slices))
    assert guids(second) == [-3, -2, -1, 2000, 2001]
    shorter = read(many(range(10, 1990)), frozenset(first.slices))
    assert (shorter.entries, len(shorter.slices), shorter.entries_skipped) == ((), 2 * END_SIZE - 20, 1000)
    replaced = read(many(range(5000, 7000)), frozenset(first.slices))
    assert len(replaced.entries) == 2 * END_SIZE


def test_of_a_long_list_that_is_ill_formed_both_ends_are_read() -> None:
    """Though nothing in it is known for certain."""
    feed = read(many(range(2000)).replace("<guid>", "&nbsp;<guid>"))
    assert guids(feed) == [*range(END_SIZE), *range(2000 - END_SIZE, 2000)]
    assert (feed.slices, feed.entries_skipped) == ((), 1000)


def test_only_so_many_unseen_entries_are_read() -> None:
    """The first of the document; the others are counted, and come when these are known."""
    document = many(range(20))
    known = frozenset(read(document).slices[:5])
    feed = read_document(document.encode(), {}, URL, known, 10)
    assert (guids(feed), len(feed.slices), feed.entries_left) == ([*range(5, 15)], 20, 5)
    feed = read_document(document.encode(), {}, URL, known | {entry.slice for entry in feed.entries}, 10)
    assert (guids(feed), feed.entries_left) == ([*range(15, 20)], 0)
    twice = rss(*(ITEMS[0], ITEMS[1]) * 2)  # alike word for word: both or neither
    assert [len(read_document(twice.encode(), {}, URL, frozenset(), most).entries) for most in (1, 2)] == [2, 4]


@pytest.mark.parametrize(
    ("document", "ranged"),
    [
        (rss(f"<item><title><![CDATA[{'<!--' * 2**18}]]></title></item>"), 1),
        (rss(*("<item><guid>1</guid></item>" * 100_000,)), 2 * END_SIZE),
        (rss(channel="<link>a</link>" * 100_000) + ">" * 2**20, 0),
        (atom(f"<entry>{'<div ' * 2**18}</entry>") + "<content xml:base=" * 2**17, 0),
        (f"<rss {' '.join(f'a{n}=' + repr(chr(62)) for n in range(50_000))}>{'<' * 2**20}", 0),
        ('<!DOCTYPE r [<!ENTITY a "ha">' + "".join(f'<!ENTITY b{n} "&a;&a;">' for n in range(9)) + "]><rss/>", 0),
    ],
)
def test_ranges_of_hostile_documents_are_found_quickly(document: str, ranged: int) -> None:
    """Within the time of any other test: what is done for each byte, element and entry does not grow with the rest."""
    clean = to_utf8(document)
    assert without_bases(clean)
    ranges = ranges_of(clean)
    assert len(ranges.spans if ranges else ()) == ranged
