"""Documents that nobody should send, as Hypothesis draws them: each has the structure of something that is read."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from html import escape
from pathlib import Path
from random import Random

import brotli
import yarl
from hypothesis import strategies as st

from bench.mutations import CODECS, DAMAGES, NAMES, own
from tests.security.nasty_pieces import ALL
from tests.security.reading_path import URL, Document

DATA = Path(__file__).parents[1] / "data"
LARGEST = 40_000  # bytes of a file that is damaged
Field = tuple[str, str]

_pieces = st.one_of(st.sampled_from(ALL), st.text(max_size=4))
_repeated = st.builds(lambda piece, times: piece * times, _pieces, st.sampled_from((1, 1, 1, 2, 40, 300, 3_000)))
texts = st.lists(_repeated, max_size=6).map("".join)
dates = st.sampled_from(
    ["", "Mon, 05 Jan 2026 09:12:00 GMT", "2026-01-05T09:12:00+99:99", "0000-00-00", "9" * 40, "now", "\u0660" * 9]
)
addresses = st.one_of(
    texts,
    st.builds(lambda rest: f"https://news.test/{rest}", texts),
    st.sampled_from(
        [
            "http://[",
            "http://[::1",
            "//",
            "http://a.test:99999999/",
            "javascript:x",
            "http:///",
            "\\\\a\\b",
            "HTTP://É.test",
        ]
    ),
)

_RSS = (
    "title",
    "link",
    "guid",
    "description",
    "content:encoded",
    "pubDate",
    "author",
    "category",
    "dc:creator",
    "source",
)
_ATOM = ("title", "id", "summary", "content", "updated", "published", "rights", "name")
_NAMESPACES = (
    "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/' "
    "xmlns:media='http://search.yahoo.com/mrss/' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'"
)
_DOCTYPES = (
    "",
    "<!DOCTYPE r [<!ENTITY a '&#60;b&#62;'><!ENTITY b '&a;&a;&a;'>]>",
    "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
    "<!DOCTYPE r [<!ENTITY % p '<!ENTITY a \"x\">'> %p;]>",
    "<!DOCTYPE html>",
    "<!DOCTYPE r [",
)


def _write(values: Mapping[str, str], quote: Callable[[str], str]) -> str:
    return "".join(f"<{name}>{quote(value)}</{name}>" for name, value in values.items())


def _cdata(text: str) -> str:
    return f"<![CDATA[{text}]]>"


def _raw(text: str) -> str:
    return text


_QUOTES: tuple[Callable[[str], str], ...] = (escape, escape, escape, _cdata, _cdata, _raw)


@st.composite
def entries(draw: st.DrawFn, names: tuple[str, ...], tag: str) -> str:
    """Some entries in XML."""
    quote = draw(st.sampled_from(_QUOTES))
    made = []
    for _ in range(draw(st.sampled_from((1, 2, 3, 5, 0)))):
        values = {name: draw(texts) for name in draw(st.lists(st.sampled_from(names), max_size=6, unique=True))}
        values |= {name: draw(dates) for name in ("pubDate", "updated") if name in values}
        relation = draw(st.sampled_from(("alternate", "enclosure", "next")))
        link = f'<link href="{escape(draw(addresses))}" rel="{relation}"/>'
        made.append(f"<{tag}>{_write(values, quote)}{link if draw(st.booleans()) else ''}</{tag}>")
    return "".join(made)


@st.composite
def feeds(draw: st.DrawFn) -> str:
    """A feed or sitemap in XML."""
    doctype, head = draw(st.sampled_from(_DOCTYPES)), _write({"title": draw(texts), "ttl": draw(texts)}, escape)
    base = f' xml:base="{escape(draw(addresses))}"' if draw(st.booleans()) else ""
    match draw(st.sampled_from(("rss", "rdf", "atom", "sitemap"))):
        case "rss":
            items = draw(entries(_RSS, "item"))
            return f"{doctype}<rss version='2.0' {_NAMESPACES}{base}><channel>{head}{items}</channel></rss>"
        case "rdf":
            space = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
            items = draw(entries(_RSS, "item"))
            return f"{doctype}<rdf:RDF {space} {_NAMESPACES}><channel>{head}</channel>{items}</rdf:RDF>"
        case "atom":
            items = draw(entries(_ATOM, "entry"))
            return f"{doctype}<feed xmlns='http://www.w3.org/2005/Atom' {_NAMESPACES}{base}>{head}{items}</feed>"
        case _:
            spaces = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
            items = draw(entries(("loc", "lastmod", "n:title", "n:language"), "url"))
            return f"{doctype}<urlset {spaces}>{items}</urlset>"


_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
_ITEM_KEYS = (
    "id",
    "url",
    "title",
    "content_html",
    "content_text",
    "summary",
    "date_published",
    "authors",
    "tags",
    "language",
)


@st.composite
def json_feeds(draw: st.DrawFn) -> str:
    """A JSON Feed."""
    value = st.one_of(texts, texts, addresses, dates, _values)
    items = draw(st.lists(st.dictionaries(st.sampled_from(_ITEM_KEYS), value, max_size=6), max_size=5))
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": draw(texts), "items": items}
    return json.dumps(feed, ensure_ascii=draw(st.booleans()))


_BLOCKS = (
    "p",
    "div",
    "a href='/x'",
    "li",
    "time datetime='2026-01-05'",
    "article",
    "table><tr><td",
    "h1",
    "item",
    "svg",
)


@st.composite
def pages(draw: st.DrawFn) -> str:
    """A web page."""
    link = f"<link rel='alternate' type='application/rss+xml' href='{escape(draw(addresses))}'>"
    head = f"{link}<title>{draw(texts)}</title>"
    opened = draw(st.lists(st.tuples(st.sampled_from(_BLOCKS), texts), max_size=8))
    body = "".join(f"<{tag}>{text}</{tag.split()[0]}>" for tag, text in opened)
    return f"<!doctype html><html lang='{escape(draw(texts))}'><head>{head}</head><body>{body}</body></html>"


@st.composite
def lists_of_feeds(draw: st.DrawFn) -> str:
    """An OPML document."""
    outlines = draw(st.lists(st.tuples(texts, addresses), max_size=5))
    lines = "".join(f'<outline text="{escape(text)}" xmlUrl="{escape(url)}">' for text, url in outlines)
    return f"<opml version='2.0'><body>{lines}{'</outline>' * draw(st.integers(0, 5))}</body></opml>"


_robots = st.lists(
    st.builds(
        lambda key, value: f"{key}: {value}\n",
        st.sampled_from(("User-agent", "Disallow", "Allow", "Crawl-delay", "Sitemap", "Request-rate")),
        st.one_of(texts, st.sampled_from(["*", "news-monitor", "/*" * 40 + "$", "1e999", "nan", "-1", "99999999/1"])),
    ),
    max_size=8,
).map("".join)


@cache
def corpus() -> list[bytes]:
    """What real programs have written, and a document of each format."""
    files = [path.read_bytes() for folder in ("pages", "opml") for path in sorted((DATA / folder).iterdir())]
    return [*own(), *(body for body in files if len(body) <= LARGEST)]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A document in some character set, perhaps damaged."""
    written = st.one_of(feeds(), feeds(), feeds(), json_feeds(), json_feeds(), pages(), lists_of_feeds(), _robots)
    text = draw(st.one_of(written, written, st.sampled_from(corpus())))
    if isinstance(text, str):
        declared = draw(st.sampled_from((*("",) * len(NAMES), *NAMES)))
        declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared and text.startswith("<") else ""
        codec = draw(st.sampled_from((*("utf-8",) * 2 * len(CODECS), *CODECS)))
        body = (declaration + text).encode(codec, draw(st.sampled_from(("ignore", "replace", "xmlcharrefreplace"))))
    else:
        body = text
    chance = Random(draw(st.integers(0, 2**32)))
    for damage in draw(st.one_of(st.just(()), st.just(()), st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=2))):
        body = damage(chance, body, chance.choice(corpus()))
    return body


_CODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": lambda body: body,
    "identity": lambda body: body,
    "x\x1b[2J": lambda body: body,
}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A body with the headers that it may come with."""
    body, headers = draw(bodies()), {}
    if draw(st.booleans()):
        kind = draw(
            st.sampled_from(("text/xml", "text/html", "application/json", "application/rss+xml", "x\x9b/y", ""))
        )
        headers["content-type"] = f"{kind}; charset={draw(st.sampled_from((*NAMES, 'zlib_codec', 'idna', 'x' * 300)))}"
    for name in draw(st.lists(st.sampled_from(("link", "cache-control", "expires", "etag", "date")), max_size=2)):
        headers[name] = draw(st.one_of(texts, dates, st.just("max-age=" + "9" * 60)))
    if draw(st.integers(0, 9)) == 0:
        coding = draw(st.sampled_from(tuple(_CODINGS)))
        headers["content-encoding"] = coding
        body = _CODINGS[coding](body)
        if draw(st.booleans()):
            chance = Random(draw(st.integers(0, 2**32)))
            body = draw(st.sampled_from(DAMAGES))(chance, body, body)
    url = draw(st.one_of(st.just(URL), st.just(URL), st.builds(lambda rest: f"http://news.test/{rest}", texts)))
    return Document(body, headers, str(yarl.URL(url)))  # as the fetcher gives it
