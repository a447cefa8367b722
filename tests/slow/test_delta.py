"""Whatever a document holds, and whatever of it is known: what is read of it in parts is what it says as a whole."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from hypothesis import event, given, settings
from hypothesis import strategies as st

from monitor.model import Entry, Feed
from monitor.sources.formats.charset import read_text, to_utf8
from monitor.sources.formats.feed import parse_feed
from monitor.sources.formats.read_document import read_document

URL = "https://news.example.org/feeds/world.xml"
SPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "x": "http://x.example/",
}
DECLARED = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in SPACES.items())
TEXTS = (
    "Missile & <launch>",
    "朝鲜发射弹道导弹",
    "북한, 탄도미사일 발사",
    "北朝鮮がミサイル発射①",
    "Ракета запущена",
    "<p>One.</p><p>Two &amp; three</p>",
    "]]> ",
    "",
    " \u3000 ",
    "🚀\ufffd",
)
ADDRESSES = ("https://a.example/1", "/2", "3?x=1&y=2", "//b.example/4", "", "javascript:alert(1)")
BASES = ("https://base.example/", "/base/", "base")
texts = st.sampled_from(TEXTS) | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


def element(name: str, text: str, *, data: bool = False, attributes: str = "") -> str:
    """With its text escaped, or as CDATA where that can be."""
    body = f"<![CDATA[{text}]]>" if data and "]]>" not in text else escape(text)
    return f"<{name}{attributes}>{body}</{name}>"


def seldom(draw: st.DrawFn) -> bool:
    """What has a document parsed as a whole must not be in each of them."""
    return draw(st.integers(0, 19)) == 0


@st.composite
def elements(draw: st.DrawFn, names: tuple[str, ...]) -> str:
    """One of these, with whatever attributes."""
    name = draw(st.sampled_from(names))
    own = name in {"title", "description", "content", "content:encoded", "summary"} or seldom(draw)
    base = draw(st.sampled_from(("", *(f" xml:base={quoteattr(base)}" for base in BASES)))) if own else ""
    language = draw(st.sampled_from(("", "", ' xml:lang="ko"', ' xml:lang=""')))
    kind = draw(st.sampled_from(("", ' type="html"', ' type="text"', ' isPermaLink="false"')))
    text = draw(texts)
    return element(name, text, data=draw(st.booleans()), attributes=base + language + kind)


ODD = st.sampled_from(
    (
        "<!-- <item> & -->",
        "<?a <item>?>",
        "<x:more><x:inner/>text</x:more>",
        '<y:z xmlns:y="http://y.example/"><y:title>y</y:title></y:z>',
        '<site xmlns="com-wordpress:feed-additions:1">1</site>',
        "<media:group><media:title>media</media:title><media:description>d</media:description></media:group>",
        "<div xmlns='http://www.w3.org/1999/xhtml'><p>inline</p></div>",
        "\n  loose text\n",
    )
)
NESTED = (
    "<description><div>inline</div></description>",
    "<description><div>in<b>line</b></div> <p>more</p></description>",
    '<content type="text/html"><div lang="ko">inline</div></content>',
    "<x:item>another's</x:item>",
    "<item><title>nested</title></item>",
)
RSS = ("title", "description", "link", "guid", "pubDate", "dc:date", "dc:creator", "author", "category", "dc:language")
ATOM = ("title", "summary", "content", "id", "published", "updated", "rights")


@st.composite
def items(draw: st.DrawFn) -> str:
    """An item of RSS."""
    links = st.sampled_from(ADDRESSES).map(lambda address: element("link", address))
    parts = draw(st.lists(elements((*RSS, "content:encoded")) | links | ODD, min_size=1, max_size=5))
    if seldom(draw):
        parts.append(draw(st.sampled_from(NESTED)))
    base = (
        ' xml:base="https://item.example/"'
        if seldom(draw)
        else draw(st.sampled_from(("", ' x:y="1"', ' xml:lang="ja"')))
    )
    filled = f"<item{base}>{''.join(parts)}</item\n>"
    return "<item/>" if seldom(draw) else filled


@st.composite
def entries(draw: st.DrawFn) -> str:
    """An entry of Atom."""
    links = st.sampled_from(ADDRESSES).map(lambda address: f"<link href={quoteattr(address)}/>")
    xhtml = texts.map(
        lambda text: (
            f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(text)}</p></div></content>'
        )
    )
    parts = draw(st.lists(elements(ATOM) | links | xhtml | ODD, min_size=1, max_size=5))
    if seldom(draw):
        parts.append(draw(st.sampled_from(NESTED)))
    base = ' xml:base="https://entry.example/"' if seldom(draw) else draw(st.sampled_from(("", ' xml:lang="ja"')))
    return f"<entry{base}>{''.join(parts)}</entry>"


HEADS = st.lists(
    st.sampled_from(
        (
            "<title>News</title>",
            "<link>https://site.example/</link>",
            "<link>https://other.example/x/</link>",
            "<language>ko</language>",
            "<dc:language>ru</dc:language>",
            "<ttl>15</ttl>",
            "<lastBuildDate>now</lastBuildDate>",
            "<sy:updatePeriod>hourly</sy:updatePeriod>",
            "<image><title>i</title><link>/i</link><url>/u</url></image>",
            '<link xmlns="http://www.w3.org/2005/Atom" rel="next" href="?page=2"/>',
            '<link xmlns="http://www.w3.org/2005/Atom" href="/atom"/>',
            "<!-- head -->",
            '<title xml:base="https://title.example/">News</title>',
            '<x:more xml:lang="ja">more</x:more>',
        )
    ),
    max_size=4,
)
AROUND = st.sampled_from(("", "", ' xml:lang="de"', ' xml:base="https://root.example/r/"', ' xml:base="/rel/"'))
FORMATS = ("rss", "rss 1.0", "rdf", "atom")


@st.composite
def documents(draw: st.DrawFn, form: str, pool: list[str]) -> str:
    """Some entries of the pool, in some order, some of them twice, under some head."""
    chosen = draw(st.lists(st.sampled_from(pool), min_size=1, max_size=6))
    if seldom(draw):
        chosen.insert(0, '<x:more xml:base="https://more.example/"/>')
    head, around, where = draw(HEADS), draw(AROUND), draw(st.sampled_from((0, 0, 0, 1)))
    before, after = (head, []) if where == 0 else ([], head)
    channel, body, tail = "".join(before), "".join(chosen), "".join(after)
    match form:
        case "rss":
            return f'<rss version="2.0"{DECLARED}{around}><channel>{channel}{body}{tail}</channel></rss>'
        case "rss 1.0":
            return f'<rss version="0.90"{DECLARED}><channel{around}>{channel}{tail}</channel>{body}</rss>'
        case "rdf":
            spaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"'
            return f"<rdf:RDF {spaces}{DECLARED}{around}><channel>{channel}{tail}</channel>{body}</rdf:RDF>"
        case _:
            return f'<feed xmlns="http://www.w3.org/2005/Atom"{DECLARED}{around}>{channel}{body}{tail}</feed>'


@st.composite
def versions(draw: st.DrawFn) -> list[str]:
    """A document as it is at several times: from one pool of entries, which come, go, and move."""
    form = draw(st.sampled_from(FORMATS))
    pool = draw(st.lists(entries() if form == "atom" else items(), min_size=1, max_size=6))
    return draw(st.lists(documents(form, pool), min_size=1, max_size=3))


def whole(document: str) -> Feed:
    return parse_feed(to_utf8(read_text(document.encode(), None).text.lstrip()), URL)


@settings(max_examples=200)
@given(versions())
def test_parts_are_what_the_whole_says(history: list[str]) -> None:
    """An entry that is known from any earlier version, or left out by chance, was read then as it would be now."""
    kept: dict[bytes, Entry] = {}
    for document in history:
        everything = whole(document)
        known = frozenset(kept)
        feed = read_document(document.encode(), {}, URL, known)
        if not feed.slices:  # read as a whole
            event("whole")
            assert feed == everything
            continue
        event("in parts")
        kept |= {entry.slice: entry for entry in feed.entries}
        unseen = [digest for digest in feed.slices if digest not in known]
        assert [entry.slice for entry in feed.entries] == unseen
        assert tuple(kept[digest] for digest in feed.slices) == everything.entries
        assert (feed.poll_hint, feed.older_page_url) == (everything.poll_hint, everything.older_page_url)


@given(versions(), st.data())
def test_any_part_can_be_left_out(history: list[str], data: st.DataObject) -> None:
    """What is not known comes out whole, and in its order."""
    document = history[0].encode()
    first = read_document(document, {}, URL)
    known = frozenset(digest for digest in first.slices if data.draw(st.booleans()))
    feed = read_document(document, {}, URL, known)
    assert feed.entries == tuple(entry for entry in first.entries if not entry.slice or entry.slice not in known)
    assert feed.slices == first.slices
