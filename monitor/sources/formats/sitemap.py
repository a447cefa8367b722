"""Parses a news sitemap (or a plain one with captions) into entries with a title, an address and a date, but no text.

It uses expat, and refuses document types and with them entities. An address without a title has nothing to match, so it
is left out; the problem line says how many. It fetches nothing: an index of sitemaps is refused, with the address of a
sitemap to use instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from hashlib import blake2b
from typing import Final
from xml.parsers import expat

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.model.sources import DIGEST_SIZE, MAX_TITLE
from monitor.sources.formats.entry_bounds import EntryBounds
from monitor.sources.formats.feed_head import web_address
from monitor.sources.formats.html import one_line, to_text
from monitor.sources.formats.list_window import select_entries

Path = tuple[str, ...]

HEAD_LENGTH: Final = 64 * 1024  # characters
# What may come before the root. It never backtracks: a thousand comments would take for ever.
PROLOG: Final = re.compile(r"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+", re.DOTALL)
ROOT: Final = re.compile(r"<(?:[\w.-]+:)?(urlset|sitemapindex)(?=[\s/>])", re.IGNORECASE)
BARE_AMPERSAND: Final = re.compile(rb"&(?!(?:#\d+|#[xX][\da-fA-F]+|[A-Za-z]\w*);)")
# Paths below <url>, by local names. Elements that may serve as the title, the best first.
TITLE_PATHS: Final[tuple[Path, ...]] = (
    ("news", "title"),
    ("video", "title"),
    ("image", "title"),
    ("image", "caption"),
)
FIELD_PATHS: Final = {
    *TITLE_PATHS,
    *(("loc",), ("lastmod",)),
    *(("news", "publication_date"), ("news", "keywords")),
    *(("news", "publication", "name"), ("news", "publication", "language")),
}
MAX_DEPTH: Final = 6  # of open elements; no field is that deep


def is_sitemap(text: str) -> bool:
    """Whether a document is a sitemap, by its root. Raises FeedUnreadable if it is one with a document type."""
    head = text[:HEAD_LENGTH]
    prolog = PROLOG.match(head)
    at = prolog.end() if prolog else 0
    if head[at : at + 9].lower() == "<!doctype":
        if ROOT.search(head, at):
            raise FeedUnreadable("this is a sitemap with a document type declaration, which is not read")
        return False
    return ROOT.match(head, at) is not None


def read_sitemap(
    clean: bytes, url: str, known: AbstractSet[bytes] = frozenset(), max_entries: int | None = None
) -> Feed:
    """The addresses with a title that are not known. Raises FeedUnreadable if it is an index of sitemaps."""
    parser = _SitemapParser(clean)
    problem = parser.read()
    if problem and (mended := BARE_AMPERSAND.sub(b"&amp;", clean)) != clean:  # bare ampersands in copied addresses
        parser = _SitemapParser(mended)
        problem = parser.read()
    if parser.index is not None:
        raise FeedUnreadable(_explain_index(parser.index, url))
    titled = [(digest, title, fields) for digest, fields in parser.urls if (title := _extract_title(fields))]
    if untitled := len(parser.urls) - len(titled):
        untitled_problem = f"{untitled} of its {len(parser.urls)} addresses have no title, and were left out"
        problem = (
            f"{problem}; {untitled_problem}" if problem else f"{untitled_problem}: look for the site's news sitemap"
        )
    urls = select_entries(titled, lambda shown: [digest for digest, _, _ in shown], known, max_entries)
    return Feed(
        tuple(_build_entry(digest, title, fields, url) for digest, (_, title, fields) in urls.selected),
        title=next(
            (name for _, _, fields in titled if (name := _get_field(fields, "news", "publication", "name"))), None
        ),
        problem=problem,
        slices=urls.digests,
        entries_left=urls.postponed,
        entries_skipped=urls.omitted,
    )


class _SitemapParser:
    """One pass of expat. `urls`: digest and fields of each; `index`: the addresses in an index, else None."""

    def __init__(self, body: bytes) -> None:
        self.urls: list[tuple[bytes, dict[Path, str]]] = []
        self.index: list[str] | None = None
        self._body = body
        self._open_elements: list[str] = []  # local names, from the root
        self._url_start = 0
        self._fields: dict[Path, str] = {}
        self._text: list[str] = []
        # Without namespaces: news sitemaps are written by hand, and often do not declare them.
        self._parser = expat.ParserCreate()

    def read(self) -> str | None:
        """Parses the document. Returns what is wrong with it, in a line for a person."""
        parser = self._parser
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(self._body, True)
        except expat.ExpatError as error:
            reason = f"line {error.lineno}: {expat.ErrorString(error.code)}"
            return f"the sitemap is ill-formed ({reason}); what comes before that was kept"
        finally:
            parser.StartDoctypeDeclHandler = parser.CharacterDataHandler = None
            parser.StartElementHandler = parser.EndElementHandler = None
        return None

    def _doctype(self, *_: object) -> None:
        raise FeedUnreadable("this is a sitemap with a document type declaration, which is not read")

    def _start(self, name: str, _: Mapping[str, str]) -> None:
        if len(self._open_elements) == 1:
            self._url_start, self._fields = self._parser.CurrentByteIndex, {}
        elif not self._open_elements and name.lower().endswith("sitemapindex"):
            self.index = []
        self._open_elements.append(name[name.rfind(":") + 1 :].lower())
        self._text = []

    def _characters(self, text: str) -> None:
        self._text.append(text)

    def _end(self, _: str) -> None:
        depth, path = len(self._open_elements), tuple(self._open_elements[2:MAX_DEPTH])
        name = self._open_elements.pop()
        if path:
            if depth < MAX_DEPTH and path in FIELD_PATHS:
                self._fields.setdefault(path, "".join(self._text))
            self._text = []
        elif self.index is None and len(self._open_elements) == 1 and name == "url" and self._fields:
            end = self._body.index(b">", self._parser.CurrentByteIndex) + 1
            digest = blake2b(memoryview(self._body)[self._url_start : end], digest_size=DIGEST_SIZE).digest()
            self.urls.append((digest, self._fields))
        elif self.index is not None and len(self._open_elements) == 1 and ("loc",) in self._fields:
            self.index.append(self._fields["loc",].strip())


def _build_entry(digest: bytes, title: str, fields: Mapping[Path, str], url: str) -> Entry:
    return EntryBounds().build_entry(
        link=web_address(_get_field(fields, "loc"), url),
        title=title,
        published=_get_field(fields, "news", "publication_date"),
        updated=_get_field(fields, "lastmod"),
        language=_get_field(fields, "news", "publication", "language"),
        tags=map(one_line, _get_field(fields, "news", "keywords").split(",")),
        slice=digest,
    )


def _extract_title(fields: Mapping[Path, str]) -> str:
    titles = (
        one_line(EntryBounds().text_of(fields[path], MAX_TITLE, to_text)) for path in TITLE_PATHS if path in fields
    )
    return next(filter(None, titles), "")


def _get_field(fields: Mapping[Path, str], *path: str) -> str:
    return one_line(fields.get(path, ""))


def _explain_index(addresses: list[str], url: str) -> str:
    usable = [address for link in addresses if (address := web_address(link, url))]
    best = next((address for address in usable if "news" in address.lower()), next(iter(usable), None))
    advice = f": give one of those as the source's address, such as {best}" if best else ""
    return f"this is an index of {len(addresses)} sitemaps, and not a sitemap itself{advice}"
