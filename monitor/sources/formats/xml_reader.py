"""Well-formed XML, read by feedparser's own strict reader, with less around it than `feedparser.parse` puts there.

Most of what feedparser takes for a document is not the reading: it decodes it once more, looks for drivers of XML, has
each tag pass through three layers that take its name apart and put it together again, has each date parsed that we
never ask for, joins the address base of each element to that of the one around it, and mends texts that are sound.
Here expat calls its reader straight, which has a short way for what is plain. What that makes of a document is what
`feedparser.parse` makes of it, but for the parsed dates; whatever is not plain is left to that.

It leans on how feedparser 6.0 is made inside. A test holds it against `feedparser.parse`, over all that is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeAlias
from xml.parsers import expat
from xml.sax.xmlreader import AttributesNSImpl

from feedparser.api import StrictFeedParser
from feedparser.html import _cp1252
from feedparser.util import FeedParserDict

Pair: TypeAlias = tuple[str | None, str]  # the namespace of a name, and the rest of it

# feedparser rewrites document types before it reads on; the few that have one are left to it.
TYPED: Final = b"<!DOCTYPE"
CONTROLS: Final = re.compile("[\x80-\x9f]")
BEYOND_LATIN: Final = re.compile("[^\x00-\xff]")
REFERENCE: Final = re.compile("&([A-Za-z0-9_]+);")
XHTML: Final = "application/xhtml+xml"
DIVS: Final = {"xhtml:div", "div"}
# Keys of feedparser's dicts that may stand for others, or for what is worked out when it is asked for.
RENAMED: Final = {*FeedParserDict.keymap, "category", "enclosures", "license", "updated", "updated_parsed"}
LANGUAGED: Final = {"feed", "rss"}  # whose language is the feed's
INHERITED: Final = {"base", "lang", "xmlns"}  # attributes that say something of what stands in the element
# What does not end a text input or an image whose own end is missing.
IN_TEXTINPUT: Final = {"title", "link", "description", "name"}
IN_IMAGE: Final = {"title", "link", "description", "url", "href", "width", "height"}
TAGS: Final = {"category", "tags", "itunes_keywords"}  # which are kept by whoever asks for them
EMBEDDED: Final = ("math", "svg")  # feedparser notes the namespaces of these
USERLAND: Final = "backend.userland.com/rss"  # any address with this in it is the namespace of RSS


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What feedparser makes of a document, in dicts that may hold anything. `ill`: what is wrong with it."""

    feed: Mapping[str, object]
    entries: Sequence[Mapping[str, object]]
    version: str
    error: Exception | None = None


def read_xml(clean: bytes) -> ParsedFeed | None:
    """A document in UTF-8; None: it is not well-formed, or not plain, and `feedparser.parse` shall see to it."""
    if TYPED in clean:
        return None
    reader = _ExpatFeedParser()
    try:
        reader.read(clean)
    except (expat.ExpatError, _UnsupportedName):
        return None
    return ParsedFeed(reader.feeddata, reader.entries, reader.version)


class _UnsupportedName(Exception):
    """A name that cannot be taken apart."""


class _Element(NamedTuple):
    """An element, as feedparser calls it."""

    tag: str
    name: str  # under which it keeps what the element says
    start: str  # its methods, if it has them
    end: str
    in_textinput: bool  # whether it may stand there
    in_image: bool


class _FastParserDict(FeedParserDict):  # type: ignore[misc]  # feedparser has no types
    """What is said of the feed or an entry. feedparser's own looks for other names of each key, which few have."""

    def __getitem__(self, key: str) -> Any:  # noqa: ANN401 - it may hold anything
        return super().__getitem__(key) if key in RENAMED else dict.__getitem__(self, key)

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) if key in RENAMED else dict.__contains__(self, key)

    def __setitem__(self, key: str, value: object) -> None:
        if key in RENAMED:
            super().__setitem__(key, value)
        else:
            dict.__setitem__(self, key, value)

    def get(self, key: str, default: object = None) -> Any:  # noqa: ANN401 - as above
        """By this name, or another one."""
        return super().get(key, default) if key in RENAMED else dict.get(self, key, default)

    def setdefault(self, key: str, default: object) -> Any:  # noqa: ANN401 - as above
        """Likewise."""
        return super().setdefault(key, default) if key in RENAMED else dict.setdefault(self, key, default)


class _EntryList(list[_FastParserDict]):
    """feedparser adds an empty dict for each entry."""

    def append(self, entry: dict[str, Any]) -> None:
        """As what is quicker."""
        super().append(_FastParserDict(entry))


class _FastText(str):
    """A text in which feedparser replaces the signs of Windows that stand for control characters. It asks a table for
    each character, and where the table says nothing each answer is an exception."""

    __slots__ = ()

    def translate(self, table: Any) -> str:  # noqa: ANN401 - as str has it
        """The text with what the table says in place of characters; only control characters are in it."""
        return str(self) if self.isascii() or not CONTROLS.search(self) else super().translate(table)


class _ExpatFeedParser(StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's reader, called by expat."""

    resolve_relative_uris = False
    sanitize_html = False
    baseuri: str
    lang: str | None

    def __init__(self) -> None:
        super().__init__("", None, "utf-8")
        self.feeddata = _FastParserDict()
        self.entries = _EntryList()
        self.contentparams: dict[str, Any] = {}  # how the text is to be read that is open
        self._elements: dict[str, _Element] = {}  # by what expat calls them

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
        element = self._elements.get(name) or self._element(name)
        if self.decls or element.tag.endswith(EMBEDDED) or (attributes and " " in "".join(attributes)):
            keys = {_split_name(key): key for key in attributes}
            qualified = {pair: _qualify_name(key) for pair, key in keys.items()}
            values = {pair: attributes[key] for pair, key in keys.items()}
            self.startElementNS(_split_name(name), None, AttributesNSImpl(values, qualified))
            return
        own = {key.lower(): value for key, value in attributes.items()}
        if self.incontent or self.baseuri or element.tag in LANGUAGED or not INHERITED.isdisjoint(own):
            self.unknown_starttag(element.tag, [*own.items()])
        else:
            self._opens(element, dict(map(self._normalize_attributes, own.items())))

    def _opens(self, element: _Element, attributes: dict[str, str]) -> None:
        """As `unknown_starttag` has it for an element beyond texts, under no address base, which has none of its own,
        nor a language."""
        self.depth += 1
        self.basestack.append(self.baseuri)
        self.langstack.append(self.lang)
        if not element.in_textinput:
            self.intextinput = 0
        if not element.in_image:
            self.inimage = 0
        try:
            getattr(self, element.start)(attributes)
        except AttributeError:  # it has none, or that one breaks
            if attributes:
                self._get_context()[element.name] = attributes
            else:
                self.push(element.name, 1)

    def _end(self, name: str) -> None:
        """As `unknown_endtag` has it."""
        element = self._elements.get(name) or self._element(name)
        if self.svgOK:
            self.unknown_endtag(element.tag)
            return
        try:
            getattr(self, element.end)()
        except AttributeError:
            self.pop(element.name)
        if self.incontent and not self.contentparams.get("type", "xml").endswith("xml"):
            if element.tag in DIVS:
                return
            self.contentparams["type"] = XHTML
        if self.incontent and self.contentparams.get("type") == XHTML:
            self.handle_data(f"</{element.tag.split(':')[-1]}>", escape=0)
        if self.basestack:
            self.basestack.pop()
            if self.basestack and self.basestack[-1]:
                self.baseuri = self.basestack[-1]
        if self.langstack:
            self.langstack.pop()
            if self.langstack:
                self.lang = self.langstack[-1]
        self.depth -= 1

    def _element(self, name: str) -> _Element:
        """As feedparser names an element: by the prefix that it knows for the namespace, or that the document has."""
        namespace, tag = _split_name(name) if " " in name else (None, name)
        if namespace is not None:
            lower = namespace.lower()
            if USERLAND in lower:
                namespace = lower = f"http://{USERLAND}"
            known = self._matchnamespaces.get(lower)
            own = (prefix for prefix, uri in self.namespaces_in_use.items() if prefix and uri == namespace)
            prefix = known or next(own, "")
            tag = f"{prefix}:{tag}" if prefix else tag
        tag = tag.lower()
        prefix, local = tag.split(":", 1) if ":" in tag else ("", tag)
        prefix = self.namespacemap.get(prefix, prefix)
        kept = f"{prefix}_{local}" if prefix else local
        inside = (prefix != "" or tag in IN_TEXTINPUT, prefix != "" or tag in IN_IMAGE)
        self._elements[name] = element = _Element(tag, kept, f"_start_{kept}", f"_end_{kept}", *inside)
        return element

    # --- of feedparser's, what costs much for nothing ---

    def track_namespace(self, prefix: str | None, uri: str) -> None:
        self._elements.clear()
        super().track_namespace(prefix, uri)

    def resolve_uri(self, uri: str) -> str:
        """Where there is no base, a slash too many is all that it takes away."""
        return super().resolve_uri(uri) if self.baseuri or ":///" in uri else uri

    def push_content(self, tag: str, attributes: dict[str, str], kind: str, text: int) -> None:
        self.incontent += 1
        if self.lang:
            self.lang = self.lang.replace("_", "-")
        kind = self.map_content_type(attributes.get("type", kind))
        self.contentparams = {"type": kind, "language": self.lang, "base": self.baseuri}
        self.contentparams["base64"] = self._is_base64(attributes, self.contentparams)
        self.push(tag, text)

    def pop(self, name: str, strip_whitespace: int = 1) -> str | None:
        """The text of an element, which ends here, and is kept where it belongs."""
        if not self.elementstack or self.elementstack[-1][0] != name:
            return None
        if self.contentparams.get("type") == XHTML or self.contentparams.get("base64"):
            return super().pop(name, strip_whitespace)  # type: ignore[no-any-return]
        _, expected, pieces = self.elementstack.pop()
        text = "".join(pieces)
        if strip_whitespace:
            text = text.strip()
        return self._said(name, text) if expected else text

    def _said(self, name: str, text: str) -> str:
        if text and name in self.can_be_relative_uri and (name != "id" or self.guidislink):
            text = self.resolve_uri(text)
        params = self.contentparams
        if params.get("type") == "text/plain" and not self.version.startswith("atom") and self.looks_like_html(text):
            params["type"] = "text/html"
        params.pop("base64", None)
        if not text.isascii():
            text = _repair_text(text)
        if name in TAGS or (name == "title" and -1 < self.title_depth <= self.depth):
            return text
        if self.inentry and not self.insource:
            return self._said_of_entry(name, text)
        return self._said_of_feed(name, text) if self.infeed or self.insource else text

    def _said_of_entry(self, name: str, text: str) -> str:
        entry = self.entries[-1]
        if name == "content":
            entry.setdefault(name, []).append(self._with_params(text))
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
                entry[f"{name}_detail"] = self._with_params(text)
        return text

    def _said_of_feed(self, name: str, text: str) -> str:
        said = self._get_context()
        name = "subtitle" if name == "description" else name
        said[name] = text
        if name == "link":
            said[name] = text = _repair_link(text)
            said["links"][-1]["href"] = text
        elif self.incontent:
            said[f"{name}_detail"] = self._with_params(text)
        return text

    def _with_params(self, text: str) -> dict[str, Any]:
        return {**self.contentparams, "value": text}

    @staticmethod
    def decode_entities(_: str, text: str) -> str:
        """Called for each text; in well-formed XML there is nothing left to decode."""
        return _FastText(text)

    def _end_published(self) -> None:
        self.pop("published")
        self._save("published_parsed", None, overwrite=True)

    _end_issued = _end_pubdate = _end_published

    def _end_updated(self) -> None:
        self.pop("updated")
        self._save("updated_parsed", None, overwrite=True)

    _end_modified = _end_lastbuilddate = _end_updated

    def _end_created(self) -> None:
        self.pop("created")
        self._save("created_parsed", None, overwrite=True)


def _repair_text(text: str) -> str:
    """UTF-8 that was taken for Latin-1 and encoded once more, and the signs of Windows that stand for control
    characters."""
    if not BEYOND_LATIN.search(text):
        with suppress(UnicodeDecodeError):
            text = text.encode("iso-8859-1").decode()
    return _FastText(text).translate(_cp1252)


def _repair_link(text: str) -> str:
    return REFERENCE.sub(r"&\g<1>", text) if "&" in text else text


def _split_name(name: str) -> Pair:
    parts = name.split()
    if len(parts) == 1:
        return None, name
    if len(parts) > 3:
        raise _UnsupportedName
    return parts[0], parts[1]


def _qualify_name(name: str) -> str:
    parts = name.split()
    return f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[-1]
