"""All that we use of feedparser: `feedparser.parse`, and a faster way through its own parser for well-formed XML.

Most of the time of `feedparser.parse` is overhead: it decodes the document again, looks for XML drivers, passes each
tag through three layers that split its name and join it again, parses every date although we do not use that, joins the
base address of each element to the outer one, and repairs texts that are sound. Here expat calls feedparser's parser
directly, with a fast path for plain elements. The result is that of `feedparser.parse`, except for the parsed dates.
Documents that are not plain are left to `feedparser.parse`.

It takes three tenths of the time (by hand: 3.6 instead of 12.2 ms for 30 entries, 0.33 instead of 1.07 ms for one).
Before commits wrote a search index, `new` of `./dev bench ingest_cost` was 2.73 without it and 1.69 with it (at most
2.0), and `first` 1.52 and 0.87 (at most 1.5).

This depends on the internals of feedparser 6.0. `tests/unit/sources/test_feedparser_compat.py` fails when they change.
"""

from __future__ import annotations

import io
import re
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeAlias
from xml.parsers import expat
from xml.sax import SAXParseException
from xml.sax.xmlreader import AttributesNSImpl

import feedparser
from feedparser.api import LooseFeedParser, StrictFeedParser
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType
from feedparser.html import _cp1252
from feedparser.mixin import _FeedParserMixin
from feedparser.sanitizer import replace_doctype
from feedparser.util import FeedParserDict

from monitor.errors import FeedUnreadable
from monitor.sanitize import sanitize_line
from monitor.sources.formats.html import one_line
from monitor.sources.formats.parsed_feed import ParsedFeed, cut_long_prolog, describe_fault, find_xml_fault

QualifiedName: TypeAlias = tuple[str | None, str]  # namespace and local name

MAX_REASON: Final = 200  # characters
MAX_AUTHOR: Final = 1_000  # characters in which feedparser looks for an address, in quadratic time
# What feedparser 6 raised for randomly damaged feeds (an element closed without being open, half a surrogate pair).
FEEDPARSER_ERRORS: Final = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ArithmeticError,
    RecursionError,
)
# For feedparser's parsers: no address of the document and no language, but its encoding.
PARSER_ARGUMENTS: Final = "", None, "utf-8"
PARSER_SETTINGS: Final = {"resolve_relative_uris": False, "sanitize_html": False}
C1_CONTROLS: Final = re.compile("[\x80-\x9f]")
BEYOND_LATIN: Final = re.compile("[^\x00-\xff]")
REFERENCE: Final = re.compile("&([A-Za-z0-9_]+);")
XHTML: Final = "application/xhtml+xml"
# Keys of feedparser's dicts that are aliases of others, or computed on access.
SPECIAL_KEYS: Final = {*FeedParserDict.keymap, "category", "enclosures", "license", "updated", "updated_parsed"}
FEED_ELEMENTS: Final = {"feed", "rss"}  # their language is that of the feed
INHERITED_ATTRIBUTES: Final = {"base", "lang", "xmlns"}  # attributes that affect the elements inside
# Elements that do not end a text input or an image whose end tag is missing.
IN_TEXTINPUT: Final = {"title", "link", "description", "name"}
IN_IMAGE: Final = {"title", "link", "description", "url", "href", "width", "height"}
TAG_ELEMENTS: Final = {"category", "tags", "itunes_keywords"}  # stored by their own handlers
FOREIGN_ELEMENTS: Final = ("math", "svg")  # feedparser keeps their namespaces
USERLAND_NAMESPACE: Final = "backend.userland.com/rss"  # any address that contains this is the namespace of RSS


def parse_xml(clean: bytes) -> ParsedFeed:
    """Parses a document in UTF-8. Raises FeedUnreadable if feedparser breaks on it."""
    try:
        if (parsed := parse_well_formed(clean)) is not None:
            return parsed
        if not may_have_doctype(clean) and (fault := find_xml_fault(clean)):
            return parse_ill_formed(clean, fault)
        return parse_leniently(clean)
    except FEEDPARSER_ERRORS as error:
        reason = f"{type(error).__name__}: {one_line(str(error))[:MAX_REASON]}"
        raise FeedUnreadable(f"the document is so ill-formed that feedparser breaks on it ({reason})") from None


def may_have_doctype(clean: bytes) -> bool:
    """Whether a document is left to `feedparser.parse`, which first rewrites its document type. Few have one."""
    return b"<!DOCTYPE" in clean


def parse_leniently(clean: bytes) -> ParsedFeed:
    """The result of `feedparser.parse`, which also reads what is ill-formed."""
    clean = cut_long_prolog(clean)
    # The old charset in the header would make mojibake of it; with its address relative guids would change with https.
    headers = {"content-type": "application/xml; charset=utf-8"}
    parsed = feedparser.parse(io.BytesIO(clean), response_headers=headers, **PARSER_SETTINGS)
    problem = _explain_ill_formed(parsed.get("bozo_exception"))
    return ParsedFeed(parsed.feed, parsed.entries, parsed.get("version") or "", problem)


def parse_ill_formed(clean: bytes, fault: str) -> ParsedFeed:
    """The result of `parse_leniently` for a document that expat refuses and that has no document type.
    `feedparser.parse` would first read it as a well-formed one, up to its fault."""
    _, body, entities = replace_doctype(cut_long_prolog(clean))
    parser = LooseFeedParser(*PARSER_ARGUMENTS, entities)
    vars(parser).update(PARSER_SETTINGS)
    parser.feed(body.decode("utf-8", "replace"))
    return ParsedFeed(parser.feeddata, parser.entries, parser.version, describe_fault(fault))


def _explain_ill_formed(error: object) -> str | None:
    """The parse error, in a line for a person. None also for a wrong declared type or character set."""
    if error is None or isinstance(error, (CharacterEncodingOverride, NonXMLContentType)):
        return None
    if isinstance(error, SAXParseException):
        reason = f"line {error.getLineNumber()}: {error.getMessage()}"
    else:
        reason = sanitize_line(str(error))[:MAX_REASON]
    return describe_fault(reason)


# --- the faster way -----------------------------------------------------------------------------------------------


def parse_well_formed(clean: bytes) -> ParsedFeed | None:
    """What `parse_leniently` returns, but faster; None: the document is not well-formed or not plain."""
    if may_have_doctype(clean):
        return None
    parser = _ExpatFeedParser()
    try:
        parser.read(clean)
    except (expat.ExpatError, _UnsupportedName):
        return None
    return ParsedFeed(parser.feeddata, parser.entries, parser.version)


class _UnsupportedName(Exception):
    """A name that we cannot split into namespace and local name."""


class _Element(NamedTuple):
    """An element, by feedparser's names for it."""

    tag: str
    name: str  # the key under which feedparser stores its value
    start: str  # feedparser's method for it, if it exists
    in_textinput: bool  # whether it may occur there
    in_image: bool


class _FastParserDict(FeedParserDict):  # type: ignore[misc]  # feedparser has no types
    """The values of the feed or an entry. feedparser's own dict looks for aliases of each key, which few have."""

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - values may be anything
        return super().__getitem__(key) if key in SPECIAL_KEYS else dict.__getitem__(self, key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) if key in SPECIAL_KEYS else dict.__contains__(self, key)

    def __setitem__(self, key: str, value: object) -> None:
        if key in SPECIAL_KEYS:
            super().__setitem__(key, value)
        else:
            dict.__setitem__(self, key, value)

    def get(self, key: str, default: object = None) -> Any:  # noqa: ANN401 - as above
        """The value of a key or its alias."""
        return super().get(key, default) if key in SPECIAL_KEYS else dict.get(self, key, default)

    def setdefault(self, key: str, default: object) -> Any:  # noqa: ANN401 - as above
        """Likewise."""
        return super().setdefault(key, default) if key in SPECIAL_KEYS else dict.setdefault(self, key, default)


class _EntryList(list[_FastParserDict]):
    """The entries: feedparser appends an empty dict for each."""

    def append(self, entry: dict[str, Any]) -> None:
        """Appends it as the faster dict."""
        super().append(_FastParserDict(entry))


class _ExpatFeedParser(StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's reader, called by expat."""

    baseuri: str
    lang: str | None

    def __init__(self) -> None:
        super().__init__(*PARSER_ARGUMENTS)
        self.__dict__.update(PARSER_SETTINGS)
        self.feeddata = _FastParserDict()
        self.entries = _EntryList()
        self.contentparams: dict[str, Any] = {}  # how to parse the open text
        self._elements: dict[str, _Element] = {}  # by expat's names

    def read(self, clean: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartNamespaceDeclHandler = self.startPrefixMapping
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.handle_data
        parser.Parse(clean, True)

    # --- from expat ---

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        element = self._elements.get(name) or self._resolve_element(name)
        if self.decls or element.tag.endswith(FOREIGN_ELEMENTS) or (attributes and " " in "".join(attributes)):
            keys = {_split_name(key): key for key in attributes}
            qualified = {pair: _qualify_name(key) for pair, key in keys.items()}
            values = {pair: attributes[key] for pair, key in keys.items()}
            self.startElementNS(_split_name(name), None, AttributesNSImpl(values, qualified))
            return
        lowercased = {key.lower(): value for key, value in attributes.items()}
        if (
            self.incontent
            or self.baseuri
            or element.tag in FEED_ELEMENTS
            or not INHERITED_ATTRIBUTES.isdisjoint(lowercased)
        ):
            self.unknown_starttag(element.tag, [*lowercased.items()])
        else:
            self._open_plain_element(element, dict(map(self._normalize_attributes, lowercased.items())))

    def _open_plain_element(self, element: _Element, attributes: dict[str, str]) -> None:
        """Does what `unknown_starttag` does, for an element outside of texts, without any base address, and without a
        language of its own."""
        self.depth += 1
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        if not element.in_textinput:
            self.intextinput = 0
        if not element.in_image:
            self.inimage = 0
        try:
            getattr(self, element.start)(attributes)
        except AttributeError:  # there is no such method, or it fails
            if attributes:
                self._get_context()[element.name] = attributes
            else:
                self.push(element.name, 1)

    def _end(self, name: str) -> None:
        element = self._elements.get(name) or self._resolve_element(name)
        self.unknown_endtag(element.tag)

    def _resolve_element(self, name: str) -> _Element:
        """The element by feedparser's names: with its own prefix for the namespace, or else that of the document."""
        namespace, tag = _split_name(name) if " " in name else (None, name)
        if namespace is not None:
            lower = namespace.lower()
            if USERLAND_NAMESPACE in lower:
                namespace = lower = f"http://{USERLAND_NAMESPACE}"
            known = self._matchnamespaces.get(lower)
            prefixes = (prefix for prefix, uri in self.namespaces_in_use.items() if prefix and uri == namespace)
            prefix = known or next(prefixes, "")
            tag = f"{prefix}:{tag}" if prefix else tag
        tag = tag.lower()
        prefix, local = tag.split(":", 1) if ":" in tag else ("", tag)
        prefix = self.namespacemap.get(prefix, prefix)
        key = f"{prefix}_{local}" if prefix else local
        allowed = (prefix != "" or tag in IN_TEXTINPUT, prefix != "" or tag in IN_IMAGE)
        self._elements[name] = element = _Element(tag, key, f"_start_{key}", *allowed)
        return element

    # --- faster versions of feedparser's methods ---

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        self._elements.clear()
        super().track_namespace(prefix, uri)

    def resolve_uri(self, uri: str) -> str:
        """Without a base, feedparser only removes a superfluous slash."""
        return super().resolve_uri(uri) if self.baseuri or ":///" in uri else uri

    def push_content(self, tag: str, attributes: dict[str, str], content_type: str, text: int) -> None:
        self.incontent += 1
        if self.lang:
            self.lang = self.lang.replace("_", "-")
        content_type = self.map_content_type(attributes.get("type", content_type))
        self.contentparams = {"type": content_type, "language": self.lang, "base": self.baseuri}
        self.contentparams["base64"] = self._is_base64(attributes, self.contentparams)
        self.push(tag, text)

    def pop(self, name: str, strip_whitespace: int = 1) -> str | None:
        """Ends an element: stores its text where it belongs, and returns it."""
        if not self.elementstack or self.elementstack[-1][0] != name:
            return None
        if self.contentparams.get("type") == XHTML or self.contentparams.get("base64"):
            return super().pop(name, strip_whitespace)  # type: ignore[no-any-return]
        _, expected, pieces = self.elementstack.pop()
        text = "".join(pieces)
        if strip_whitespace:
            text = text.strip()
        return self._store_text(name, text) if expected else text

    def _store_text(self, name: str, text: str) -> str:
        if text and name in self.can_be_relative_uri and (name != "id" or self.guidislink):
            text = self.resolve_uri(text)
        params = self.contentparams
        if params.get("type") == "text/plain" and not self.version.startswith("atom") and self.looks_like_html(text):
            params["type"] = "text/html"
        params.pop("base64", None)
        if not text.isascii():
            text = _repair_text(text)
        if name in TAG_ELEMENTS or (name == "title" and -1 < self.title_depth <= self.depth):
            return text
        if self.inentry and not self.insource:
            return self._store_entry_text(name, text)
        return self._store_feed_text(name, text) if self.infeed or self.insource else text

    def _store_entry_text(self, name: str, text: str) -> str:
        entry = self.entries[-1]
        if name == "content":
            entry.setdefault(name, []).append(self._add_params(text))
        elif name == "link":
            if not self.inimage:
                entry[name] = text = _repair_link(text.replace("&amp;", "&"))
                if text:
                    entry["links"][-1]["href"] = text
        else:
            name = "summary" if name == "description" else name
            depths = self.property_depth_map.setdefault(entry, {})
            if self.depth <= depths.get(name, self.depth):
                depths[name] = self.depth
                entry[name] = text
            if self.incontent:
                entry[f"{name}_detail"] = self._add_params(text)
        return text

    def _store_feed_text(self, name: str, text: str) -> str:
        context = self._get_context()
        name = "subtitle" if name == "description" else name
        context[name] = text
        if name == "link":
            context[name] = text = _repair_link(text)
            context["links"][-1]["href"] = text
        elif self.incontent:
            context[f"{name}_detail"] = self._add_params(text)
        return text

    def _add_params(self, text: str) -> dict[str, Any]:
        return {**self.contentparams, "value": text}

    # Without parsing the dates.

    def _end_published(self) -> None:
        self.pop("published")

    _end_issued = _end_pubdate = _end_published

    def _end_updated(self) -> None:
        self.pop("updated")

    _end_modified = _end_lastbuilddate = _end_updated

    def _end_created(self) -> None:
        self.pop("created")


def _repair_text(text: str) -> str:
    """The text, decoded again if it is UTF-8 that was taken for Latin-1, and with Windows characters in place of
    control characters."""
    if not BEYOND_LATIN.search(text):
        with suppress(UnicodeDecodeError):
            text = text.encode("iso-8859-1").decode()
    return text.translate(_cp1252) if C1_CONTROLS.search(text) else text  # it costs an exception for each character


def _repair_link(text: str) -> str:
    return REFERENCE.sub(r"&\g<1>", text) if "&" in text else text


def _split_name(name: str) -> QualifiedName:
    parts = name.split()
    if len(parts) == 1:
        return None, name
    if len(parts) > 3:
        raise _UnsupportedName
    return parts[0], parts[1]


def _qualify_name(name: str) -> str:
    parts = name.split()
    return f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[-1]


_find_author_address = _FeedParserMixin._sync_author_detail  # noqa: SLF001


def _find_address_of_short_author(parser: Any, key: str = "author") -> None:  # noqa: ANN401 - feedparser has no types
    context = parser._get_context()  # noqa: SLF001
    if len(author := context.get(key) or "") > MAX_AUTHOR:
        context[key] = author[:MAX_AUTHOR]
    _find_author_address(parser, key)


_FeedParserMixin._sync_author_detail = _find_address_of_short_author  # noqa: SLF001
