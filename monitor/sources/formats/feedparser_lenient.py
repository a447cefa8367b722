"""Reads documents that are ill-formed, or not plain, with feedparser, and says what is wrong with them.

Like `feedparser_compat`, this uses the inside of feedparser 6.0.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat
from xml.sax import SAXParseException

import feedparser
from feedparser.api import LooseFeedParser
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType
from feedparser.sanitizer import replace_doctype

from monitor.sanitize import sanitize_line

MAX_REASON: Final = 200  # characters
_ROOT: Final = re.compile(rb"<\w")
_MAX_PROLOG: Final = 4096  # bytes before the root; its DOCTYPE has been read (`doctype`)


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A document as feedparser parsed it, in dicts whose values may be anything. `problem`: what is wrong with it, in a
    line for a person."""

    feed: Mapping[str, object]
    entries: Sequence[Mapping[str, object]]
    version: str
    problem: str | None = None


def parse_leniently(clean: bytes) -> ParsedFeed:
    """The result of `feedparser.parse`, which also reads what is ill-formed."""
    clean = _cut_long_prolog(clean)
    # The old charset in the header would make mojibake of it; with its address relative guids would change with https.
    parsed = feedparser.parse(
        io.BytesIO(clean),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    problem = _explain_ill_formed(parsed.get("bozo_exception"))
    return ParsedFeed(parsed.feed, parsed.entries, parsed.get("version") or "", problem)


def find_xml_fault(clean: bytes) -> str | None:
    """Why a document is not well-formed, in a line for a person; None: it is. It takes a hundredth of the time of
    parsing it as a feed."""
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(clean, True)
    except expat.ExpatError as error:
        return f"line {error.lineno}: {expat.ErrorString(error.code)}"
    return None


def parse_ill_formed(clean: bytes, fault: str) -> ParsedFeed:
    """The result of `parse_leniently` for a document that expat refuses and that has no document type.
    `feedparser.parse` would first read it as a well-formed one, up to its fault."""
    _, body, entities = replace_doctype(_cut_long_prolog(clean))
    parser = LooseFeedParser("", None, "utf-8", entities)
    parser.resolve_relative_uris = parser.sanitize_html = False
    parser.feed(body.decode("utf-8", "replace"))
    return ParsedFeed(parser.feeddata, parser.entries, parser.version, _name_fault(fault))


def _cut_long_prolog(clean: bytes) -> bytes:
    """Feedparser's search for declarations before the root takes a time that grows with the square of that part's
    length."""
    root = _ROOT.search(clean)
    return clean[root.start() :] if root and root.start() > _MAX_PROLOG else clean


def _name_fault(fault: str) -> str:
    return f"the document is ill-formed ({fault}); what could be read of it was kept"


def _explain_ill_formed(error: object) -> str | None:
    """The parse error, in a line for a person. None also for a wrong declared type or character set."""
    if error is None or isinstance(error, (CharacterEncodingOverride, NonXMLContentType)):
        return None
    if isinstance(error, SAXParseException):
        reason = f"line {error.getLineNumber()}: {error.getMessage()}"
    else:
        reason = sanitize_line(str(error))[:MAX_REASON]
    return _name_fault(reason)
