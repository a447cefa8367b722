"""Finds the byte range of each entry in a feed, so that only unknown entries need be parsed.

feedparser takes some 0.3 ms of pure Python for an entry; finding its range with expat takes a fiftieth of that. Known
entries are cut out of the document before feedparser sees it; the rest is still a valid feed.

The digest of an entry covers all that affects how it is parsed: its own bytes, and what it inherits (the tags around
it, with their namespaces, language and base address; the site that its links are relative to; the language of the
feed). If we cannot determine that, or feedparser would carry state from one entry into the next, there are no ranges,
and the whole document is parsed. Entries are neither parsed nor interpreted here.

Most documents repeat most of the last one. Expat has already checked an entry with a known digest in an earlier
document, so it gets a stub of two elements in place of a row of such entries (`_find_repeated_ranges`): it only has to
confirm that an entry is there.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final, TypeAlias
from xml.parsers import expat

from monitor.errors import FeedUnreadable
from monitor.model.sources import DIGEST_SIZE
from monitor.sources.formats.feed_head import FeedLink
from monitor.sources.formats.list_window import END_SIZE, find_resurfaced_range

MAX_DEPTH: Final = 256  # of nested elements; browsers stop at some 500, and nobody writes a tenth of that
CHUNK_SIZE: Final = 64 * 1024  # bytes that expat gets at once: it parses all of them, even if a handler raises
# The name of entries under each root, and their depth. In RSS 0.90 and 1.0 entries are siblings of the channel, and in
# some feeds that declare RSS 2.0 too.
ENTRY_BY_ROOT: Final = {"rss": ("item", 2), "rdf": ("item", 1), "feed": ("entry", 1)}
ENTRY_NAMES: Final = {"item", "entry"}  # feedparser makes an entry of either, anywhere
# Elements of the feed itself. The first affect how entries are parsed (a guid is a link too, if there is no other).
CONTEXT_ELEMENTS: Final = {"link", "language", "guid"}
FEED_ELEMENTS: Final = CONTEXT_ELEMENTS | {"ttl", "updateperiod", "updatefrequency"}
XML_BASE: Final = "http://www.w3.org/XML/1998/namespace base"
# Elements with text: we do not follow links in it, so their base address does not matter (`without_bases`).
TEXT_ELEMENTS: Final = frozenset(("content", "summary", "title", "subtitle", "description", "encoded", "div"))
BASE_OF_TEXT: Final = re.compile(
    rb"""(<(?:[\w.-]+:)?(?:%s)\b[^<>]*?)\sxml:base\s*=\s*(?:"[^"<]*"|'[^'<]*')"""
    % "|".join(sorted(TEXT_ELEMENTS)).encode(),
    re.IGNORECASE,
)
BASE_AND_LANGUAGE: Final = {XML_BASE, "http://www.w3.org/XML/1998/namespace lang", "base", "lang"}
ENTRY_START: Final = re.compile(rb"<((?:[\w.-]+:)?(?:item|entry))[\s>]", re.IGNORECASE)
AFTER_TAG_NAME: Final = b" \t\r\n>"  # what may follow the name in a tag
Span: TypeAlias = tuple[int, int]  # start and end, in bytes
START_TAG: Final = re.compile(rb"""<[^\s/>"']+(?:\s+[^\s=>"']+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")


@dataclass(frozen=True, slots=True)
class EntryRanges:
    """The byte range (`spans`) and digest of each entry of a document. Of a long list they are the entries at its ends
    (`list_window`): `omitted` entries are left out, after the first `omitted_after`.

    `feed_texts`: the text of the feed's own elements, by lower-case local name; `links`: its links with an address as
    attribute; `base`: what these are relative to, itself relative to the document's address.
    """

    spans: tuple[Span, ...]
    digests: tuple[bytes, ...]
    feed_texts: dict[str, str]
    links: tuple[FeedLink, ...]
    base: str
    omitted: int = 0
    omitted_after: int = 0

    def without_resurfaced(self, known: AbstractSet[bytes]) -> EntryRanges:
        """The ranges without older entries that moved into the ends at their inner sides."""
        if not self.omitted:
            return self
        begin, end = find_resurfaced_range(self.digests, known, self.omitted_after)
        return replace(
            self,
            spans=self.spans[:begin] + self.spans[end:],
            digests=self.digests[:begin] + self.digests[end:],
            omitted=self.omitted + end - begin,
            omitted_after=begin,
        )

    def remove_known(self, body: bytes, known: AbstractSet[bytes]) -> bytes:
        """The document without known and omitted entries."""
        cuts = [span for span, digest in zip(self.spans, self.digests, strict=True) if digest in known]
        if self.omitted:
            cuts.append((self.spans[self.omitted_after - 1][1], self.spans[self.omitted_after][0]))
        return _remove_spans(body, sorted(cuts))


def ranges_of(body: bytes, known: AbstractSet[bytes] = frozenset()) -> EntryRanges | None:
    """The ranges of a document in UTF-8; None if they are not certain. Raises FeedUnreadable if it is nested too deep.

    `known`: digests of earlier documents; a document that repeats such entries is scanned faster.
    """
    repeated = _find_repeated_ranges(body, known) if known else None
    if repeated is not None:
        return repeated
    scanner = _scan_document(body)
    if scanner is None or not scanner.first:
        return None
    spans = (*scanner.first, *scanner.last)
    return _build_ranges(scanner, spans, _digest_spans(scanner, body, spans), scanner.count - len(spans))


def _scan_document(body: bytes) -> _EntryScanner | None:
    scanner = _EntryScanner(body)
    try:
        scanner.read()
    except (expat.ExpatError, FeedUnreadable):
        if scanner.too_deep:
            raise FeedUnreadable(
                f"its elements are nested more than {MAX_DEPTH} deep, deeper than in any feed"
            ) from None
        return None
    return scanner


def _build_ranges(
    scanner: _EntryScanner, spans: tuple[Span, ...], digests: tuple[bytes, ...], omitted: int = 0
) -> EntryRanges:
    return EntryRanges(
        spans, digests, scanner.feed_texts, tuple(scanner.links), scanner.base, omitted, min(len(spans), END_SIZE)
    )


def _digest_spans(scanner: _EntryScanner, body: bytes, spans: Iterable[Span]) -> tuple[bytes, ...]:
    context = b"\0".join((*scanner.tags, *sorted(scanner.context_texts)))
    salt = blake2b(context, digest_size=blake2b.SALT_SIZE).digest()
    view = memoryview(body)
    return tuple(blake2b(view[start:end], digest_size=DIGEST_SIZE, salt=salt).digest() for start, end in spans)


# --- documents of which most entries are known --------------------------------------------------------------------


def _find_repeated_ranges(body: bytes, known: AbstractSet[bytes]) -> EntryRanges | None:
    """The ranges of a document that repeats known entries; None if it repeats none, or they are not certain."""
    spans, stub = _find_spans_by_pattern(body)
    if not spans or len(spans) > 2 * END_SIZE:
        return None
    all_stubs, stub_spans = _replace_with_stubs(body, spans, stub)
    outline = scanner = _scan_document(all_stubs)
    if outline is None:
        return None
    digests = _digest_spans(outline, body, spans)
    new = {span for span, digest in zip(spans, digests, strict=True) if digest not in known}
    if len(new) == len(spans):
        return None
    if new:
        known_stubs, stub_spans = _replace_with_stubs(body, spans, stub, new)
        scanner = _scan_document(known_stubs)
    # Compares positions, since entries elsewhere and lookalikes in comments could give the same number.
    if scanner is None or [*scanner.first, *scanner.last] != stub_spans:
        return None
    if (scanner.tags, scanner.context_texts) != (outline.tags, outline.context_texts):
        return None
    return _build_ranges(outline, spans, digests)


def _replace_with_stubs(
    body: bytes, spans: Iterable[Span], stub: bytes, kept_spans: AbstractSet[Span] = frozenset()
) -> tuple[bytes, list[Span]]:
    """The document with stubs in place of `spans` except `kept_spans`; and where its entries must be then.

    One stub is enough for known entries in a row: if the first one is an entry, so is the next.
    """
    pieces: list[bytes] = []
    entry_spans: list[Span] = []
    position = length = 0
    after_stub = False
    for start, end in spans:
        between = body[position:start]
        pieces.append(between)
        length += len(between)
        position = end
        if (start, end) in kept_spans:
            entry, after_stub = body[start:end], False
        elif after_stub and (not between or between.isspace()):
            continue
        else:
            entry, after_stub = stub, True
        pieces.append(entry)
        entry_spans.append((length, length + len(entry)))
        length += len(entry)
    pieces.append(body[position:])
    return b"".join(pieces), entry_spans


def _find_spans_by_pattern(body: bytes) -> tuple[tuple[Span, ...], bytes]:
    """All spans from what looks like the start of an entry to what looks like its end, and a stub for an entry.

    No spans if one of them has no end.
    """
    first = ENTRY_START.search(body)
    if first is None:
        return (), b""
    start_tag, end_tag, spans, position = b"<" + first[1], b"</" + first[1], [], first.start()
    while position >= 0:
        cursor = position + len(start_tag)
        if body[cursor : cursor + 1] in AFTER_TAG_NAME:
            end_name_end = body.find(end_tag, cursor) + len(end_tag)
            tag_end = body.find(b">", end_name_end)
            if end_name_end < cursor or tag_end < 0 or body[end_name_end:tag_end].strip():
                return (), b""
            spans.append((position, tag_end + 1))
            cursor = tag_end + 1
        position = body.find(start_tag, cursor)
    return tuple(spans), b"%s><i/>%s>" % (start_tag, end_tag)


def _remove_spans(body: bytes, spans: Iterable[Span]) -> bytes:
    """The document without these spans."""
    pieces, position = [], 0
    for start, end in spans:
        pieces.append(body[position:start])
        position = end
    return b"".join((*pieces, body[position:]))


def without_bases(body: bytes) -> bytes:
    """The document without the base addresses of its texts. feedparser would apply them to later entries, whose links
    would then be wrong, and depend on the entries before."""
    return BASE_OF_TEXT.sub(rb"\1", body) if b"xml:base" in body else body


class _LocalNames(dict[str, str]):
    """Names without their namespaces, in lower case; cached, since a document has few."""

    def __missing__(self, name: str) -> str:
        local_name = self[name] = name[name.rfind(" ") + 1 :].lower()
        return local_name


class _EntryScanner:
    """One pass of expat over a document. Its handlers raise FeedUnreadable if the document has no certain ranges."""

    def __init__(self, body: bytes) -> None:
        self.count = 0  # of entries
        self.first: list[Span] = []  # the first entries of the list
        self.last: deque[Span] = deque(maxlen=END_SIZE)  # the last entries, after the first
        self.too_deep = False
        self.feed_texts: dict[str, str] = {}
        self.links: list[FeedLink] = []
        self.tags: list[bytes] = []  # around the entries
        self.context_texts: list[bytes] = []  # texts of the feed that affect how its entries are parsed
        self.base = ""
        self._body = body
        self._depth = 0  # of open elements
        self._entry_name, self._entry_depth = "", 0  # of entries
        self._entry_start = -1  # of the open entry; -1 if there is none
        self._entry_is_bare = False  # the open entry has no elements so far
        self._in_channel = False  # a channel directly under the root is open
        self._base_around_channel = ""  # the base address outside the channel
        self._is_xhtml = False  # the last type in the open entry is XHTML
        self._has_div = False  # there is a div in a text that is not XHTML
        self._has_own_base_or_language = False  # an element in an entry has xml:base or xml:lang
        self._local_names = _LocalNames()
        self._text: list[str] = []  # of the feed's own element that is open
        self._text_depth = -1  # of that element; -1 if none is open
        # With namespaces, it refuses the same documents as feedparser's strict parser.
        self._parser = expat.ParserCreate(namespace_separator=" ")

    def read(self) -> None:
        parser = self._parser
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            for start in range(0, len(self._body), CHUNK_SIZE):
                parser.Parse(self._body[start : start + CHUNK_SIZE], False)
            parser.Parse(b"", True)
            if self._has_div and self._has_own_base_or_language:
                raise FeedUnreadable("a language or a base address that feedparser applies to the next entry")
        finally:  # else parser and scanner keep each other alive until garbage collection
            parser.StartDoctypeDeclHandler = parser.StartElementHandler = parser.EndElementHandler = None
            parser.CharacterDataHandler = None

    def _doctype(self, *_: object) -> None:
        raise FeedUnreadable("a document type declaration")  # the text of its entities would not be in the digest

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth, self._depth = self._depth, self._depth + 1
        if depth >= MAX_DEPTH:
            self.too_deep = True
            raise FeedUnreadable("too deep")
        local_name = self._local_names[name]
        if self._entry_start >= 0:
            self._entry_is_bare = False
            if attributes:
                self._check_inheritance(local_name, attributes)
            if local_name == "div" and not self._is_xhtml:
                self._has_div = True
        elif depth <= 2 and self._start_near_root(local_name, attributes, depth):
            return
        if local_name in ENTRY_NAMES:
            raise FeedUnreadable("an entry where none should be")

    def _start_near_root(self, name: str, attributes: dict[str, str], depth: int) -> bool:
        """Handles an element near the root. Returns whether it is an entry in its proper place."""
        if depth == 0:
            if name not in ENTRY_BY_ROOT:
                raise FeedUnreadable("another root")
            self._entry_name, self._entry_depth = ENTRY_BY_ROOT[name]
            self._add_context_tag(attributes)
        elif name == self._entry_name and (
            depth == self._entry_depth or (depth == 1 and not self.count and self.base == self._base_around_channel)
        ):
            self._entry_depth, self._entry_start, self._entry_is_bare, self._is_xhtml = (
                depth,
                self._parser.CurrentByteIndex,
                True,
                False,
            )
            self._check_inheritance(name, attributes)
            return True
        elif depth == 1 and name == "channel":
            if len(self.tags) > 1:  # whose language and site do the entries inherit?
                raise FeedUnreadable("a second channel")
            self._in_channel, self._base_around_channel = True, self.base
            self._add_context_tag(attributes)
        else:
            self._check_inheritance(name, attributes)
            if name in FEED_ELEMENTS and (depth == 1 or self._in_channel):
                self._start_feed_element(name, attributes, depth)
        return False

    def _add_context_tag(self, attributes: dict[str, str]) -> None:
        tag = START_TAG.match(self._body, self._parser.CurrentByteIndex)
        if tag is None:
            raise FeedUnreadable("a tag that ends elsewhere")
        self.tags.append(tag[0])
        self.base = attributes.get(XML_BASE) or attributes.get("base") or self.base

    def _check_inheritance(self, name: str, attributes: dict[str, str]) -> None:
        """Notes what feedparser may apply to the next entry, and raises FeedUnreadable if it would.

        feedparser ends the base address of an element only if there is another one around it. It loses count of
        elements, bases and languages over a div in a text that is not XHTML.
        """
        has_own_base = "base" in attributes or (XML_BASE in attributes and not self._is_base_removed(name))
        if has_own_base and not self.base:
            raise FeedUnreadable("a base address that feedparser applies to the next entry")
        if not BASE_AND_LANGUAGE.isdisjoint(attributes):
            self._has_own_base_or_language = True
        if content_type := attributes.get("type"):
            self._is_xhtml = content_type.lower().endswith(("xhtml", "xml"))

    def _is_base_removed(self, name: str) -> bool:
        return name in TEXT_ELEMENTS and BASE_OF_TEXT.match(self._body, self._parser.CurrentByteIndex) is not None

    def _start_feed_element(self, name: str, attributes: dict[str, str], depth: int) -> None:
        if (href := attributes.get("href")) is not None:
            rel = attributes.get("rel", "alternate").strip().lower()
            self.links.append(FeedLink(rel, href))
            if rel == "alternate":
                self.context_texts.append(f"{name} {href}".encode("utf-8", "replace"))
        elif self._text_depth < 0:
            self._text, self._text_depth = [], depth
            self._parser.CharacterDataHandler = self._text.append

    def _end(self, name: str) -> None:
        self._depth = depth = self._depth - 1
        if self._entry_start >= 0:
            if depth == self._entry_depth:
                self._end_entry()
        elif depth == self._text_depth:
            self._end_feed_element(self._local_names[name], "".join(self._text).strip())
        elif depth == 1 and self._in_channel:
            self._in_channel = False
            if self.base != self._base_around_channel and self._entry_depth == 1:  # it is not around the entries
                raise FeedUnreadable("a base address that feedparser applies to the next entry")

    def _end_feed_element(self, name: str, text: str) -> None:
        self._text_depth, self._parser.CharacterDataHandler = -1, None
        self.feed_texts.setdefault(name, text)
        if name in CONTEXT_ELEMENTS:
            self.context_texts.append(f"{name} {text}".encode("utf-8", "replace"))

    def _end_entry(self) -> None:
        # At the end of "<item/>" expat's position is after it already: the range would include the next start tag.
        if self._entry_is_bare:
            raise FeedUnreadable("an entry without elements")
        end = self._body.index(b">", self._parser.CurrentByteIndex) + 1
        self.count += 1
        (self.first if self.count <= END_SIZE else self.last).append((self._entry_start, end))
        self._entry_start = -1
