"""A news sitemap (or a plain one with captions), turned into entries: a title, an address and a date each, no text.

Read by expat, without a document type and so without entities. An address without any title has nothing to be matched
and is left out; it is counted and told. It fetches nothing: an index of sitemaps is refused, with one to use instead.
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
from monitor.sources.formats.delta import DIGEST
from monitor.sources.formats.entry_bounds import TITLE, EntryBounds
from monitor.sources.formats.feed import NAME, NAMES
from monitor.sources.formats.feed_head import web_address
from monitor.sources.formats.html import one_line, to_text
from monitor.sources.formats.list_window import select_entries

Path = tuple[str, ...]

HEAD: Final = 64 * 1024  # characters
# What may stand before the root. It never goes back: a thousand comments would take it for ever.
PROLOG: Final = re.compile(r"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+", re.DOTALL)
ROOT: Final = re.compile(r"<(?:[\w.-]+:)?(urlset|sitemapindex)(?=[\s/>])", re.IGNORECASE)
LOOSE: Final = re.compile(rb"&(?!(?:#\d+|#[xX][\da-fA-F]+|[A-Za-z]\w*);)")
# Below a url, by the elements' local names. What else may stand for a title, the better first.
TITLES: Final[tuple[Path, ...]] = (
    ("news", "title"),
    ("video", "title"),
    ("image", "title"),
    ("image", "caption"),
)
FIELDS: Final = {
    *TITLES,
    *(("loc",), ("lastmod",)),
    *(("news", "publication_date"), ("news", "keywords")),
    *(("news", "publication", "name"), ("news", "publication", "language")),
}
DEEP: Final = 6  # elements, of which none that is read has so many around it and itself


def is_sitemap(text: str) -> bool:
    """Whether the root of a document is a sitemap's. FeedUnreadable: it is, and has a document type."""
    head = text[:HEAD]
    begins = PROLOG.match(head)
    at = begins.end() if begins else 0
    if head[at : at + 9].lower() == "<!doctype":
        if ROOT.search(head, at):
            raise FeedUnreadable("this is a sitemap with a document type declaration, which is not read")
        return False
    return ROOT.match(head, at) is not None


def read_sitemap(clean: bytes, url: str, known: AbstractSet[bytes] = frozenset(), most: int | None = None) -> Feed:
    """The addresses with a title that are not known. FeedUnreadable: this is an index of sitemaps."""
    reader = _SitemapParser(clean)
    problem = reader.read()
    if problem and (mended := LOOSE.sub(b"&amp;", clean)) != clean:  # addresses as people copy them
        reader = _SitemapParser(mended)
        problem = reader.read()
    if reader.index is not None:
        raise FeedUnreadable(_explain_index(reader.index, url))
    titled = [(digest, title, fields) for digest, fields in reader.urls if (title := _extract_title(fields))]
    if left := len(reader.urls) - len(titled):
        what = f"{left} of its {len(reader.urls)} addresses have no title, and were left out"
        problem = f"{problem}; {what}" if problem else f"{what}: look for the site's news sitemap"
    urls = select_entries(titled, lambda shown: [digest for digest, _, _ in shown], known, most)
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
    """One pass of expat. `urls`: the digest of each, and what it says; `index`: the addresses of an index (or None)."""

    def __init__(self, body: bytes) -> None:
        self.urls: list[tuple[bytes, dict[Path, str]]] = []
        self.index: list[str] | None = None
        self._body = body
        self._open: list[str] = []  # local names, from the root
        self._starts = 0
        self._fields: dict[Path, str] = {}
        self._text: list[str] = []
        # Without namespaces: news sitemaps are made by hand, and forget to declare theirs.
        self._parser = expat.ParserCreate()

    def read(self) -> str | None:
        """What is wrong with it, for a person."""
        parser = self._parser
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(self._body, True)
        except expat.ExpatError as error:
            what = f"line {error.lineno}: {expat.ErrorString(error.code)}"
            return f"the sitemap is ill-formed ({what}); what stands before that was kept"
        finally:
            parser.StartDoctypeDeclHandler = parser.CharacterDataHandler = None
            parser.StartElementHandler = parser.EndElementHandler = None
        return None

    def _doctype(self, *_: object) -> None:
        raise FeedUnreadable("this is a sitemap with a document type declaration, which is not read")

    def _start(self, name: str, _: Mapping[str, str]) -> None:
        if len(self._open) == 1:
            self._starts, self._fields = self._parser.CurrentByteIndex, {}
        elif not self._open and name.lower().endswith("sitemapindex"):
            self.index = []
        self._open.append(name[name.rfind(":") + 1 :].lower())
        self._text = []

    def _characters(self, text: str) -> None:
        self._text.append(text)

    def _end(self, _: str) -> None:
        depth, path = len(self._open), tuple(self._open[2:DEEP])
        name = self._open.pop()
        if path:
            if depth < DEEP and path in FIELDS:
                self._fields.setdefault(path, "".join(self._text))
            self._text = []
        elif self.index is None and len(self._open) == 1 and name == "url" and self._fields:
            end = self._body.index(b">", self._parser.CurrentByteIndex) + 1
            digest = blake2b(memoryview(self._body)[self._starts : end], digest_size=DIGEST).digest()
            self.urls.append((digest, self._fields))
        elif self.index is not None and len(self._open) == 1 and ("loc",) in self._fields:
            self.index.append(self._fields["loc",].strip())


def _build_entry(digest: bytes, title: str, fields: Mapping[Path, str], url: str) -> Entry:
    keywords = dict.fromkeys(one_line(word)[:NAME] for word in _get_field(fields, "news", "keywords").split(","))
    keywords.pop("", None)
    return Entry(
        link=web_address(_get_field(fields, "loc"), url),
        title=title,
        published=_get_field(fields, "news", "publication_date")[:NAME] or None,
        updated=_get_field(fields, "lastmod")[:NAME] or None,
        language=_get_field(fields, "news", "publication", "language")[:NAME] or None,
        tags=tuple(list(keywords)[:NAMES]),
        slice=digest,
    )


def _extract_title(fields: Mapping[Path, str]) -> str:
    found = (one_line(EntryBounds().text_of(fields[path], TITLE, to_text)) for path in TITLES if path in fields)
    return next(filter(None, found), "")


def _get_field(fields: Mapping[Path, str], *path: str) -> str:
    return one_line(fields.get(path, ""))


def _explain_index(addresses: list[str], url: str) -> str:
    usable = [address for each in addresses if (address := web_address(each, url))]
    best = next((address for address in usable if "news" in address.lower()), next(iter(usable), None))
    use = f": give one of those as the source's address, such as {best}" if best else ""
    return f"this is an index of {len(addresses)} sitemaps, and none itself{use}"
