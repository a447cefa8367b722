"""The one door of all that is read from a source's address: the document in, its entries out.

Runs in a worker process. It tells by looking what stands there (a feed in XML, a JSON Feed, a sitemap), and has the
reader of that format read it; servers and people say too often what it is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from monitor.errors import FeedUnreadable
from monitor.model import Feed
from monitor.sources.formats.charset import DecodedText, read_text, to_utf8
from monitor.sources.formats.feed import read_feed
from monitor.sources.formats.json_feed import is_json, read_json_feed
from monitor.sources.formats.sitemap import is_sitemap, read_sitemap

ZIP = b"PK\x03\x04"
NOTHING = b" \t\r\n\0"


def read_document(
    body: bytes, headers: Mapping[str, str], url: str, known: frozenset[bytes] = frozenset(), most: int | None = None
) -> Feed:
    """The entries of a document that are not known, in its order. FeedUnreadable: it is none, and what it seems to be.

    `headers`: the answer's, by lower-case names; `url`: where it came from, which links are relative to; `known`:
    digests that `Feed.slices` named before, whose entries need not be read again; `most`: so many of the
    others are read (None: all), the rest is counted.
    """
    if not body.strip(NOTHING):
        raise FeedUnreadable("empty document")
    if body.startswith(ZIP):
        raise FeedUnreadable("this is a zip file, which is not unpacked; find the address of the feed itself")
    read = read_text(body, headers.get("content-type"))
    feed = _read_by_format(read, url, known, most)
    if read.doubt is None:
        return feed
    problem = f"the character set of the document is in doubt ({read.doubt}); have its publisher declare the right one"
    return replace(feed, problem=f"{problem}; {feed.problem}" if feed.problem else problem)


def _read_by_format(read: DecodedText, url: str, known: frozenset[bytes], most: int | None) -> Feed:
    text = read.text.lstrip()
    if is_json(text):
        return read_json_feed(text, url, known, most)
    reader = read_sitemap if is_sitemap(text) else read_feed
    return reader(to_utf8(text, read.utf8 if len(text) == len(read.text) else None), url, known, most)


def preload_parsers() -> None:
    """Loads all that reading needs: for the first call in a fresh worker process."""
    read_document(b"<rss version='2.0'><channel><item><title>&lt;b>a&lt;/b></title></item></channel></rss>", {}, "")
