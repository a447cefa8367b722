"""Where each entry of a feed document stands, so that only those that are not known need be parsed.

feedparser takes some 0.3 ms of pure Python for an entry; finding its range with expat takes a fiftieth. An entry whose
bytes are known is cut out before feedparser sees the document, and the rest is a feed as before.

A digest stands for all that decides how an entry is read: its own bytes, and what it takes over from around it (the
tags that it stands in, with their namespaces, language and address base; the site that its links are relative to; the
language of the feed). Where that cannot be told, or feedparser would carry something from one entry into the next, no
ranges are given, and the document is parsed whole. It does not parse entries, and knows nothing of what they mean.

Most documents repeat most of the last one. What has the digest of a known entry was seen by expat when that came, so
expat gets two elements in place of a row of such entries (`_repeated`): that an entry stands there is all that it must
say.
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
from monitor.sources.formats.feed_head import FeedLink
from monitor.sources.formats.list_window import END, find_resurfaced_range

DIGEST: Final = 12  # bytes
DEEPEST: Final = 256  # elements in each other; browsers give up at some 500, and nobody writes a tenth of that
PIECE: Final = 64 * 1024  # bytes that expat is given at once: it takes them in, whatever we say meanwhile
# What an entry is called under each root, and how many elements it stands in. RSS 0.90 and 1.0 have theirs beside the
# channel, and some that call themselves RSS 2.0 too.
ENTRIES: Final = {"rss": ("item", 2), "rdf": ("item", 1), "feed": ("entry", 1)}
ENTRY: Final = {"item", "entry"}  # feedparser makes an entry of either, wherever it stands
# What a feed says of itself: with some, entries are read (a guid of its own is a link too, if there is no other).
MATTERS: Final = {"link", "language", "guid"}
SAID: Final = MATTERS | {"ttl", "updateperiod", "updatefrequency"}
BASE: Final = "http://www.w3.org/XML/1998/namespace base"
# Elements of text: links in it are not followed, so that its address base says nothing to us (`without_bases`).
TEXTS: Final = frozenset(("content", "summary", "title", "subtitle", "description", "encoded", "div"))
TEXT_BASE: Final = re.compile(
    rb"""(<(?:[\w.-]+:)?(?:%s)\b[^<>]*?)\sxml:base\s*=\s*(?:"[^"<]*"|'[^'<]*')""" % "|".join(sorted(TEXTS)).encode(),
    re.IGNORECASE,
)
OWN: Final = {BASE, "http://www.w3.org/XML/1998/namespace lang", "base", "lang"}
OPENS: Final = re.compile(rb"<((?:[\w.-]+:)?(?:item|entry))[\s>]", re.IGNORECASE)
ENDS: Final = b" \t\r\n>"  # what may follow the name of a tag
Span: TypeAlias = tuple[int, int]  # from, to, in bytes
TAG: Final = re.compile(rb"""<[^\s/>"']+(?:\s+[^\s=>"']+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?>""")


@dataclass(frozen=True, slots=True)
class EntryRanges:
    """A document's entries: where each begins and ends in its bytes, and the digest of each (`slices`). Of a long list
    they are those at its ends (`listed`): `beyond` are left out, after the first `gap`.

    `said`: the text of the feed's own elements, by lower-case local name; `links`: its links that have an address as
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
        """Without what only came to light at the inner sides of the ends."""
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
        """The document without the entries that are known, and without those that are left out."""
        cuts = [span for span, digest in zip(self.spans, self.digests, strict=True) if digest in known]
        if self.omitted:
            cuts.append((self.spans[self.omitted_after - 1][1], self.spans[self.omitted_after][0]))
        return _remove_spans(body, sorted(cuts))


def ranges_of(body: bytes, known: AbstractSet[bytes] = frozenset()) -> EntryRanges | None:
    """The ranges of a document in UTF-8; None where they cannot be told for certain. FeedUnreadable: it is too deep.

    `known`: digests that were given before; a document that repeats such entries is read the quicker.
    """
    repeated = _find_repeated_ranges(body, known) if known else None
    if repeated is not None:
        return repeated
    reader = _scan_document(body)
    if reader is None or not reader.first:
        return None
    spans = (*reader.first, *reader.last)
    return _build_ranges(reader, spans, _digest_spans(reader, body, spans), reader.count - len(spans))


def _scan_document(body: bytes) -> _EntryScanner | None:
    reader = _EntryScanner(body)
    try:
        reader.read()
    except (expat.ExpatError, FeedUnreadable):
        if reader.too_deep:
            raise FeedUnreadable(f"its elements stand more than {DEEPEST} deep in each other, as in no feed") from None
        return None
    return reader


def _build_ranges(
    reader: _EntryScanner, spans: tuple[Span, ...], slices: tuple[bytes, ...], beyond: int = 0
) -> EntryRanges:
    return EntryRanges(spans, slices, reader.said, tuple(reader.links), reader.base, beyond, min(len(spans), END))


def _digest_spans(reader: _EntryScanner, body: bytes, spans: Iterable[Span]) -> tuple[bytes, ...]:
    around = b"\0".join((*reader.tags, *sorted(reader.matters)))
    salt = blake2b(around, digest_size=blake2b.SALT_SIZE).digest()
    whole = memoryview(body)
    return tuple(blake2b(whole[start:end], digest_size=DIGEST, salt=salt).digest() for start, end in spans)


# --- where most are known -----------------------------------------------------------------------------------------


def _find_repeated_ranges(body: bytes, known: AbstractSet[bytes]) -> EntryRanges | None:
    """The ranges of a document that repeats known entries; None where it repeats none, or they are not certain."""
    spans, stub = _find_spans_by_pattern(body)
    if not spans or len(spans) > 2 * END:
        return None
    bare, stubs = _replace_with_stubs(body, spans, stub)
    around = reader = _scan_document(bare)
    if around is None:
        return None
    slices = _digest_spans(around, body, spans)
    new = {span for span, digest in zip(spans, slices, strict=True) if digest not in known}
    if len(new) == len(spans):
        return None
    if new:
        short, stubs = _replace_with_stubs(body, spans, stub, new)
        reader = _scan_document(short)
    # As many entries elsewhere, and what only looks like one in a comment, would make the same number.
    if reader is None or [*reader.first, *reader.last] != stubs:
        return None
    if (reader.tags, reader.matters) != (around.tags, around.matters):
        return None
    return _build_ranges(around, spans, slices)


def _replace_with_stubs(
    body: bytes, spans: Iterable[Span], stub: bytes, left: AbstractSet[Span] = frozenset()
) -> tuple[bytes, list[Span]]:
    """The document with a stub in place of these, but for those that are left; where entries must stand then.

    Where known entries follow each other, one stub is enough: where the first one is an entry, so is the next."""
    kept: list[bytes] = []
    places: list[Span] = []
    at = length = 0
    follows = False
    for start, end in spans:
        between = body[at:start]
        kept.append(between)
        length += len(between)
        at = end
        if (start, end) in left:
            entry, follows = body[start:end], False
        elif follows and (not between or between.isspace()):
            continue
        else:
            entry, follows = stub, True
        kept.append(entry)
        places.append((length, length + len(entry)))
        length += len(entry)
    kept.append(body[at:])
    return b"".join(kept), places


def _find_spans_by_pattern(body: bytes) -> tuple[tuple[Span, ...], bytes]:
    """From what looks like the start of an entry to what looks like its end, for all of them; what can stand for one.
    None of them where one has no end."""
    first = OPENS.search(body)
    if first is None:
        return (), b""
    opens, closes, spans, at = b"<" + first[1], b"</" + first[1], [], first.start()
    while at >= 0:
        after = at + len(opens)
        if body[after : after + 1] in ENDS:
            end = body.find(closes, after) + len(closes)
            close = body.find(b">", end)
            if end < after or close < 0 or body[end:close].strip():
                return (), b""
            spans.append((at, close + 1))
            after = close + 1
        at = body.find(opens, after)
    return tuple(spans), b"%s><i/>%s>" % (opens, closes)


def _remove_spans(body: bytes, spans: Iterable[Span]) -> bytes:
    """The document without these."""
    kept, at = [], 0
    for start, end in spans:
        kept.append(body[at:start])
        at = end
    return b"".join((*kept, body[at:]))


def without_bases(body: bytes) -> bytes:
    """The document without the address bases of its texts, which feedparser would take into the entries after them:
    their links would lead elsewhere, and depend on which entries stand before."""
    return TEXT_BASE.sub(rb"\1", body) if b"xml:base" in body else body


class _LocalNames(dict[str, str]):
    """Names without their namespaces, in lower case; kept, since a document has few."""

    def __missing__(self, name: str) -> str:
        local = self[name] = name[name.rfind(" ") + 1 :].lower()
        return local


class _EntryScanner:
    """One pass of expat over a document. FeedUnreadable: this document has no ranges, and why."""

    def __init__(self, body: bytes) -> None:
        self.count = 0  # entries
        self.first: list[Span] = []  # where they are
        self.last: deque[Span] = deque(maxlen=END)  # those of them that stand behind the first
        self.too_deep = False
        self.said: dict[str, str] = {}
        self.links: list[FeedLink] = []
        self.tags: list[bytes] = []  # that entries stand in
        self.matters: list[bytes] = []  # of what the feed says of itself, to how its entries are read
        self.base = ""
        self._body = body
        self._depth = 0  # how many elements are open
        self._name, self._at = "", 0  # what an entry is called, and in how many elements it stands
        self._entry = -1  # where the open entry begins
        self._bare = False  # no element stands in it so far
        self._channel = False  # a channel is open, right under the root
        self._outer = ""  # the address base around the channel
        self._xhtml = False  # the last type that was named in the open entry is XHTML
        self._divs = False  # there is a div in what is none
        self._owns = False  # an element has a base or language of its own
        self._locals = _LocalNames()
        self._text: list[str] = []  # of the element of the feed's own that is open
        self._says_at = -1  # in how many elements that one stands
        # With namespaces it refuses just what feedparser's strict parser refuses.
        self._parser = expat.ParserCreate(namespace_separator=" ")

    def read(self) -> None:
        parser = self._parser
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        try:
            for start in range(0, len(self._body), PIECE):
                parser.Parse(self._body[start : start + PIECE], False)
            parser.Parse(b"", True)
            if self._divs and self._owns:
                raise FeedUnreadable("a language or an address base that feedparser takes into the next entry")
        finally:  # else parser and reader hold each other until a collector of cycles comes by
            parser.StartDoctypeDeclHandler = parser.StartElementHandler = parser.EndElementHandler = None
            parser.CharacterDataHandler = None

    def _doctype(self, *_: object) -> None:
        raise FeedUnreadable("a document type declaration")  # entities: what they stand for is not in the slice

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        depth, self._depth = self._depth, self._depth + 1
        if depth >= DEEPEST:
            self.too_deep = True
            raise FeedUnreadable("too deep")
        local = self._locals[name]
        if self._entry >= 0:
            self._bare = False
            if attributes:
                self._inherits(local, attributes)
            if local == "div" and not self._xhtml:
                self._divs = True
        elif depth <= 2 and self._around(local, attributes, depth):
            return
        if local in ENTRY:
            raise FeedUnreadable("an entry where none should be")

    def _around(self, name: str, attributes: dict[str, str], depth: int) -> bool:
        """An element near the root; whether it is an entry in its place."""
        if depth == 0:
            if name not in ENTRIES:
                raise FeedUnreadable("another root")
            self._name, self._at = ENTRIES[name]
            self._stands_in(attributes)
        elif name == self._name and (depth == self._at or (depth == 1 and not self.count and self.base == self._outer)):
            self._at, self._entry, self._bare, self._xhtml = depth, self._parser.CurrentByteIndex, True, False
            self._inherits(name, attributes)
            return True
        elif depth == 1 and name == "channel":
            if len(self.tags) > 1:  # whose language and site would be the entries'?
                raise FeedUnreadable("a second channel")
            self._channel, self._outer = True, self.base
            self._stands_in(attributes)
        else:
            self._inherits(name, attributes)
            if name in SAID and (depth == 1 or self._channel):
                self._says(name, attributes, depth)
        return False

    def _stands_in(self, attributes: dict[str, str]) -> None:
        tag = TAG.match(self._body, self._parser.CurrentByteIndex)
        if tag is None:
            raise FeedUnreadable("a tag that ends elsewhere")
        self.tags.append(tag[0])
        self.base = attributes.get(BASE) or attributes.get("base") or self.base

    def _inherits(self, name: str, attributes: dict[str, str]) -> None:
        """What feedparser may take into the next entry: it ends an element's address base only where there is another
        one around it, and loses count of elements, bases and languages over a div in what is no XHTML."""
        own = "base" in attributes or (BASE in attributes and not self._is_taken_out(name))
        if own and not self.base:
            raise FeedUnreadable("an address base that feedparser takes into the next entry")
        if not OWN.isdisjoint(attributes):
            self._owns = True
        if kind := attributes.get("type"):
            self._xhtml = kind.lower().endswith(("xhtml", "xml"))

    def _is_taken_out(self, name: str) -> bool:
        return name in TEXTS and TEXT_BASE.match(self._body, self._parser.CurrentByteIndex) is not None

    def _says(self, name: str, attributes: dict[str, str], depth: int) -> None:
        if (href := attributes.get("href")) is not None:
            rel = attributes.get("rel", "alternate").strip().lower()
            self.links.append(FeedLink(rel, href))
            if rel == "alternate":
                self.matters.append(f"{name} {href}".encode("utf-8", "replace"))
        elif self._says_at < 0:
            self._text, self._says_at = [], depth
            self._parser.CharacterDataHandler = self._text.append

    def _end(self, name: str) -> None:
        self._depth = depth = self._depth - 1
        if self._entry >= 0:
            if depth == self._at:
                self._ends()
        elif depth == self._says_at:
            self._said(self._locals[name], "".join(self._text).strip())
        elif depth == 1 and self._channel:
            self._channel = False
            if self.base != self._outer and self._at == 1:  # it does not stand around the entries
                raise FeedUnreadable("an address base that feedparser takes into the next entry")

    def _said(self, name: str, text: str) -> None:
        self._says_at, self._parser.CharacterDataHandler = -1, None
        self.said.setdefault(name, text)
        if name in MATTERS:
            self.matters.append(f"{name} {text}".encode("utf-8", "replace"))

    def _ends(self) -> None:
        # At the end of "<item/>" expat already stands behind it: the range would take the next start tag in.
        if self._bare:
            raise FeedUnreadable("an entry without elements")
        end = self._body.index(b">", self._parser.CurrentByteIndex) + 1
        self.count += 1
        (self.first if self.count <= END else self.last).append((self._entry, end))
        self._entry = -1
