"""Well-formed XML, read by feedparser's own strict reader, with less around it than `feedparser.parse` puts there.

Most of what feedparser takes for a document is not the reading: it decodes it once more, looks for drivers of XML, has
each tag pass through three layers that take its name apart and put it together again, has each date parsed that we
never ask for, and copies small dicts at great length. Here expat calls its reader straight. What that makes of a
document is what `feedparser.parse` makes of it, but for the parsed dates; whatever is not plain is left to that.

It leans on how feedparser 6.0 is made inside. A test holds it against `feedparser.parse`, over all that is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from xml.parsers import expat
from xml.sax.xmlreader import AttributesNSImpl

from feedparser.api import StrictFeedParser

Pair: TypeAlias = tuple[str | None, str]  # the namespace of a name, and the rest of it

# feedparser rewrites document types before it reads on; the few that have one are left to it.
TYPED: Final = b"<!DOCTYPE"
CONTROLS: Final = re.compile("[\x80-\x9f]")
EMBEDDED: Final = ("math", "svg")  # feedparser notes the namespaces of these
USERLAND: Final = "backend.userland.com/rss"  # any address with this in it is the namespace of RSS


@dataclass(frozen=True, slots=True)
class Parsed:
    """What feedparser makes of a document, in dicts that may hold anything. `ill`: what is wrong with it."""

    feed: Mapping[str, object]
    entries: Sequence[Mapping[str, object]]
    version: str
    ill: Exception | None = None


def read_xml(clean: bytes) -> Parsed | None:
    """A document in UTF-8; None: it is not well-formed, or not plain, and `feedparser.parse` shall see to it."""
    if TYPED in clean:
        return None
    reader = _Strict()
    try:
        reader.read(clean)
    except (expat.ExpatError, _Odd):
        return None
    return Parsed(reader.feeddata, reader.entries, reader.version)


class _Odd(Exception):
    """A name that cannot be taken apart."""


class _Params(dict[str, Any]):
    """How a text is to be read (its type, language, base). feedparser looks at it for all that it does with a text,
    and copies it by a way that is made for dicts in dicts."""

    def __deepcopy__(self, _: object) -> dict[str, Any]:
        return dict(self)


class _Text(str):
    """A text in which feedparser replaces the signs of Windows that stand for control characters. It asks a table for
    each character, and where the table says nothing each answer is an exception."""

    __slots__ = ()

    def translate(self, table: Any) -> str:  # noqa: ANN401 - as str has it
        """The text with what the table says in place of characters; only control characters are in it."""
        return str(self) if self.isascii() or not CONTROLS.search(self) else super().translate(table)


class _Strict(StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """feedparser's reader, called by expat."""

    resolve_relative_uris = False
    sanitize_html = False

    def __init__(self) -> None:
        super().__init__("", None, "utf-8")
        self.contentparams = _Params()
        self._tags: dict[str, str] = {}  # what feedparser calls an element, by what expat does

    def read(self, clean: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartNamespaceDeclHandler = self._space
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.handle_data
        parser.Parse(clean, True)

    # --- from expat ---

    def _space(self, prefix: str | None, uri: str) -> None:
        self._tags.clear()
        self.startPrefixMapping(prefix, uri)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        tag = self._tags.get(name) or self._tag(name)
        if self.decls or tag.endswith(EMBEDDED) or (attributes and " " in "".join(attributes)):
            keys = {_pair(key): key for key in attributes}
            qualified = {pair: _qualified(key) for pair, key in keys.items()}
            values = {pair: attributes[key] for pair, key in keys.items()}
            self.startElementNS(_pair(name), None, AttributesNSImpl(values, qualified))
        else:
            self.unknown_starttag(tag, [(key.lower(), value) for key, value in attributes.items()])

    def _end(self, name: str) -> None:
        self.unknown_endtag(self._tags.get(name) or self._tag(name))

    def _tag(self, name: str) -> str:
        """As feedparser names an element: by the prefix that it knows for the namespace, or that the document has."""
        namespace, local = _pair(name) if " " in name else (None, name)
        tag = local
        if namespace is not None:
            lower = namespace.lower()
            if USERLAND in lower:
                namespace = lower = f"http://{USERLAND}"
            known = self._matchnamespaces.get(lower)
            own = (prefix for prefix, uri in self.namespaces_in_use.items() if prefix and uri == namespace)
            prefix = known or next(own, "")
            tag = f"{prefix}:{local}" if prefix else local
        self._tags[name] = tag = tag.lower()
        return tag

    # --- of feedparser's, what costs much for nothing ---

    def push_content(self, tag: str, attributes: dict[str, str], kind: str, text: int) -> None:
        super().push_content(tag, attributes, kind, text)
        self.contentparams = _Params(self.contentparams)

    @staticmethod
    def decode_entities(_: str, text: str) -> str:
        """Called for each text; in well-formed XML there is nothing left to decode."""
        return _Text(text)

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


def _pair(name: str) -> Pair:
    parts = name.split()
    if len(parts) == 1:
        return None, name
    if len(parts) > 3:
        raise _Odd
    return parts[0], parts[1]


def _qualified(name: str) -> str:
    parts = name.split()
    return f"{parts[2]}:{parts[1]}" if len(parts) == 3 else parts[-1]
