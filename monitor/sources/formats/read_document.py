"""Parses a document from a source's address into entries, whatever its format. All feeds and sitemaps pass here.

Runs in a worker process. It detects the format (XML feed, JSON Feed, sitemap) from the content, because the types that
servers and people declare are wrong too often.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from monitor.errors import FeedUnreadable
from monitor.model import Feed
from monitor.sources.formats.charset import DecodedText, read_text, to_utf8
from monitor.sources.formats.feed import read_feed
from monitor.sources.formats.json_feed import is_json, read_json_feed
from monitor.sources.formats.sitemap import is_sitemap, read_sitemap

ZIP = b"PK\x03\x04"
WORDPRESS_GENERATOR = re.compile(rb"<generator>\s*https?://wordpress\.(?:org|com)/", re.IGNORECASE)
GENERATOR_BYTES = 8 * 1024  # the generator comes before the first item
BLANK_BYTES = b" \t\r\n\0"


def read_document(
    body: bytes,
    headers: Mapping[str, str],
    url: str,
    known: frozenset[bytes] = frozenset(),
    max_entries: int | None = None,
) -> Feed:
    """The entries of a document that are not known, in its order.

    `headers`: of the response, lower-case names; `url`: of the document, which links are relative to; `known`: digests
    from an earlier `Feed.slices`, whose entries are not parsed again; `max_entries`: how many of the other entries are
    parsed (None: all); the rest is only counted. Raises FeedUnreadable if it is no feed, with what it seems to be.
    """
    if not body.strip(BLANK_BYTES):
        raise FeedUnreadable("empty document")
    if body.startswith(ZIP):
        raise FeedUnreadable("this is a zip file, which is not unpacked; find the address of the feed itself")
    decoded = read_text(body, headers.get("content-type"))
    feed = _read_by_format(decoded, url, known, max_entries)
    if WORDPRESS_GENERATOR.search(body[:GENERATOR_BYTES]):
        feed = replace(feed, has_numbered_pages=True)
    if decoded.doubt is None:
        return feed
    problem = (
        f"the character set of the document is in doubt ({decoded.doubt}); have its publisher declare the right one"
    )
    return replace(feed, problem=f"{problem}; {feed.problem}" if feed.problem else problem)


def _read_by_format(decoded: DecodedText, url: str, known: frozenset[bytes], max_entries: int | None) -> Feed:
    text = decoded.text.lstrip()
    if is_json(text):
        return read_json_feed(text, url, known, max_entries)
    reader = read_sitemap if is_sitemap(text) else read_feed
    return reader(to_utf8(text, decoded.utf8 if len(text) == len(decoded.text) else None), url, known, max_entries)


def preload_parsers() -> None:
    """Loads all parsers: for the first call in a new worker process."""
    read_document(b"<rss version='2.0'><channel><item><title>&lt;b>a&lt;/b></title></item></channel></rss>", {}, "")
