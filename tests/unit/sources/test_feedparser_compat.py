"""The faster way through feedparser gives what `feedparser.parse` gives, and finds inside what it relies on."""

from __future__ import annotations

import inspect
import time
from hashlib import blake2b

import feedparser
import pytest
from feedparser.api import StrictFeedParser
from feedparser.html import _cp1252
from feedparser.util import FeedParserDict

from monitor.sources.formats.charset import to_utf8
from monitor.sources.formats.feedparser_compat import (
    MAX_AUTHOR,
    parse_ill_formed,
    parse_leniently,
    parse_well_formed,
    parse_xml,
)
from monitor.sources.formats.parsed_feed import find_xml_fault
from tests.support.parsed_feeds import said

# The functions that feedparser_compat writes anew, or that it counts on to the letter, by a digest of their source.
REWRITTEN = {
    "_end_created": "05f903c5",
    "_end_published": "725ed6f6",
    "_end_updated": "29f76b8b",
    "endElementNS": "c850a87d",
    "pop": "e1210f72",
    "push_content": "73d13f88",
    "resolve_uri": "a330ab09",
    "startElementNS": "770a53de",
    "track_namespace": "7d5c53dc",
    "unknown_starttag": "47a18d24",
}
REWRITTEN_OF_DICTS = {
    "__contains__": "f705b68c",
    "__getitem__": "06426b03",
    "__setitem__": "a552a3f1",
    "get": "c761ba08",
    "setdefault": "e6c05a36",
}
USED = (
    "_get_context", "_is_base64", "_matchnamespaces", "_normalize_attributes", "basestack", "baseuri",
    "can_be_relative_uri", "contentparams", "decls", "depth", "elementstack", "entries", "feeddata",
    "handle_data", "incontent", "inentry", "infeed", "inimage", "insource", "intextinput", "lang", "langstack",
    "looks_like_html", "map_content_type", "namespacemap", "namespaces_in_use", "property_depth_map", "push",
    "startPrefixMapping", "title_depth", "unknown_endtag", "version",
)  # fmt: skip
DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='ko'><title>News</title><entry>{}</entry></feed>"
RSS = "<rss version='2.0' {}><channel><title>News</title><item>{}</item></channel></rss>"
RDF = """<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
<item r:about="a"><title>b</title></item></r:RDF>"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><title>t</title><circle r="1"/></svg>'
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi></math>'


@pytest.mark.parametrize(
    "document",
    [
        RSS.format(DC, "<title>a &amp; b</title><dc:creator>Kim</dc:creator><dc:title>c</dc:title>"),
        RSS.format('xmlns:d="http://purl.org/dc/elements/1.1/"', "<title>a</title><d:Creator>Kim</d:Creator>"),
        RSS.format('xmlns:x="http://x.example/"', '<title>a</title><x:y x:b="2" b="3" B="4"/>'),
        RSS.format('xmlns:x="http://x.example/"', '<x:y xmlns:x="http://purl.org/dc/terms/"/><x:created>1</x:created>'),
        RSS.format('xmlns:u="http://my.Backend.userland.com/rss2"', "<u:title>a</u:title><TITLE>b</TITLE>"),
        RSS.format('xmlns:l="http://www.w3.org/1999/xlink"', "<title>a</title><enclosure l:href='/b' URL='c'/>"),
        RSS.format("", "<pubDate>Mon, 05 Jan 2026 12:00:00 GMT</pubDate><created>1</created><modified>2</modified>"),
        RSS.format("", "<description>&lt;p&gt;one&lt;/p&gt;\n\n&#20013;<![CDATA[<b>two</b>]]> three</description>"),
        RSS.format("", f"<title>{SVG}</title><description>{MATH}</description>"),
        RSS.format("", "<?a b?><!-- <title>c</title> --><title>a<?d?>b</title>"),
        ATOM.format(f'<content type="xhtml">\n<div {XHTML}><p>a &lt; b</p>\n {SVG}{MATH}</div>\n</content>'),
        ATOM.format('<content type="html" xml:base="/b/" xml:lang="">&lt;b&gt;</content><link href="c" REL="Self"/>'),
        ATOM.format('<summary type="application/octet-stream">YQ==</summary><content mode="base64">Yg==</content>'),
        ATOM.format(f'<source><title>a</title><link>b</link></source><summary><p a="1" A="2">c</p></summary>{SVG}'),
        ATOM.format("<title>caf\u00c3\u00a9 \u0091quoted\u0092</title><updated>2026-01-05</updated>"),
        RSS.format("", "<title>미사일 \u0091인용\u0092\u0080</title><description>\u0085\u009f</description>"),
        RSS.format(
            "", "<date>1</date><url>u</url><items>2</items><license>l</license><category>c</category><tagline/>"
        ),
        RSS.format(
            DC, "<title>a</title><dc:title>b</dc:title><description>c</description><description>d</description>"
        ),
        RSS.format("", "<link>http:////a.example/?b=1&amp;amp;c=2&amp;d;</link><link/><guid>http:///e</guid>"),
        RSS.format(
            "", '<p:q xmlns:p="http://p.example/"/><z XMLNS="http://purl.org/dc/terms/" BASE="/b/"/><link>c</link>'
        ),
        RSS.format("", "<title>&lt;b&gt;a&lt;/b&gt;</title><category/><category>b</category><keywords>c</keywords>"),
        RSS.format(
            'xmlns:i="http://www.itunes.com/DTDs/PodCast-1.0.dtd"', "<i:block> yes</i:block><i:keywords>a</i:keywords>"
        ),
        (
            "<rss><channel><language>ko_KR</language><image><title>a</title><link>/b</link><x/><url>c</url></image>"
            "<textInput><title>d</title><name>e</name><link>/f</link><x/><description>g</description></textInput>"
            "<item><source url='h'>i</source><image><link>j</link></image><link>k</link></item></channel></rss>"
        ),
        RDF,
        '<channel HREF="a" LASTMOD="b"><item HREF="c" LASTMOD="d"><title VALUE="e"/></item></channel>',
        RSS.format("", "<title>" + "many words\n" * 20_000 + "</title>"),
    ],
)
def test_it_reads_what_feedparser_reads(document: str) -> None:
    """In all that feedparser says of it, but for parsed dates."""
    clean = to_utf8(document)
    parsed = parse_well_formed(clean)
    assert parsed is not None
    assert parsed.problem is None
    assert said(parsed) == said(parse_leniently(clean))


@pytest.mark.parametrize(
    "document",
    [
        RSS.format("", "<title>a"),
        RSS.format("", "<title>a & b</title>"),
        RSS.format("", "<title>a&nbsp;b</title>"),
        RSS.format("", "<dc:title>a</dc:title>"),
        '<!DOCTYPE rss [<!ENTITY a "b">]>' + RSS.format("", "<title>&a;</title>"),
        '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "a">' + RSS.format("", "<title>a</title>"),
        RSS.format('xmlns:x="http://x.example/a&#9;b"', "<x:y>1</x:y>"),
        "no XML",
        "",
    ],
)
def test_what_is_not_plain_is_left_to_feedparser(document: str) -> None:
    """What is ill-formed, has a document type, or names that come apart otherwise than we know."""
    assert parse_well_formed(to_utf8(document)) is None


@pytest.mark.parametrize(
    "document",
    [
        RSS.format("", "<title>a & b</title><description><p>c<br>d</p>&nbsp;e &lt;b&gt;</description>"),
        RSS.format("", "<dc:title>a</dc:title><title>caf\u00c3\u00a9</title>"),
        RSS.format("", "<title>a<title>b</title><link>/c</link><pubDate>Mon, 05 Jan 2026 12:00:00 GMT</pubDate>"),
        RSS.format("", f"<title>{SVG}</title><description>{MATH}"),
        ATOM.format('<content type="xhtml"><div>a<b>c</div></content><link href="d&e=1">'),
        "<rss><channel><item><title>a</title>",
        "<rss><item/></rss><rss/>",
        "<item <title>a",
        "no XML",
    ],
)
def test_an_ill_formed_document_is_read_as_feedparser_reads_it(document: str) -> None:
    """With the same entries and the same reason, without the parse that fails first."""
    clean = to_utf8(document)
    fault = find_xml_fault(clean)
    assert fault is not None
    ours, theirs = parse_ill_formed(clean, fault), parse_leniently(clean)
    assert said(ours) == said(theirs)
    assert ours.problem == theirs.problem


@pytest.mark.parametrize(
    ("owner", "name", "digest"),
    [
        *((StrictFeedParser, name, digest) for name, digest in REWRITTEN.items()),
        *((FeedParserDict, name, digest) for name, digest in REWRITTEN_OF_DICTS.items()),
    ],
)
def test_what_is_written_anew_has_not_changed(owner: type, name: str, digest: str) -> None:
    """A new feedparser is taken over on purpose: after somebody has compared our version of its function with it."""
    found = blake2b(inspect.getsource(getattr(owner, name)).encode(), digest_size=4).hexdigest()
    assert found == digest, (
        f"feedparser {feedparser.__version__} has changed {owner.__name__}.{name}. Compare what feedparser_compat.py "
        f"makes of it, adapt that, and write {found!r} here."
    )


def test_what_is_used_is_there() -> None:
    """Attributes without a public name, which a new version may rename."""
    parser = StrictFeedParser("", None, "utf-8")
    missing = [name for name in USED if not hasattr(parser, name)]
    assert missing == [], f"feedparser {feedparser.__version__} no longer has what feedparser_compat.py uses"
    assert set(_cp1252) <= set(range(0x80, 0xA0)), f"feedparser {feedparser.__version__} replaces other characters too"


@pytest.mark.parametrize("closed", ["</dc:creator>", ""], ids=["well-formed", "ill-formed"])
def test_a_long_author_costs_no_more_than_a_short_one(closed: str) -> None:
    """Feedparser searches it for an address in quadratic time: a megabyte would take hours."""
    text = "a." * 500_000
    feed = parse_xml(
        f'<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>t</title><item><title>x</title>'
        f"<dc:creator>{text}{closed}</item></channel></rss>".encode()
    )
    assert all(len(str(entry.get("author", ""))) <= MAX_AUTHOR for entry in feed.entries)


@pytest.mark.parametrize("before", ["\n" * 2**17, "\n<!ENTITY" * 2**14, "\n<!DOCTYPE a" * 2**14])
def test_what_is_before_the_root_costs_no_more_the_longer_it_is(before: str) -> None:
    """Feedparser searches it for declarations in quadratic time: these took minutes of CPU."""
    feed = f"{before}<rss version='2.0'><channel><item><title>Kim & Lee</title></item></channel></rss>".encode()
    began = time.process_time()
    assert [entry["title"] for entry in parse_xml(feed).entries] == ["Kim & Lee"]
    assert time.process_time() - began < 5
