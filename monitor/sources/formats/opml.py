"""Reads and writes OPML, the format in which feed readers exchange lists of feeds.

A well-formed document is parsed as XML, without DTD, entities and network. Any other (bare ampersands, HTML entities,
attributes without quotation marks, unclosed outlines, a truncated document) is parsed outline by outline, each as an
HTML tag. So a fault affects only its own outline, and such outlines are reported.

Our own settings are attributes in a namespace, which other programs ignore. This module does not decide which outline
becomes a source, and fetches nothing, not even lists that a list includes.

A list may come from anybody. So its size is bounded before it is parsed.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html.entities import html5
from itertools import islice

from lxml import etree

from monitor.errors import FeedUnreadable
from monitor.model import Outline, Outlines, UnusableOutline
from monitor.model.sources import MAX_LINK, MAX_NAME
from monitor.sanitize import sanitize_line, sanitize_text
from monitor.sources.formats.charset import FORBIDDEN, UTF8_DECLARATION, read_text, to_utf8
from monitor.url_secrets import redact_url

SETTINGS_NAMESPACE = "urn:news-monitor:source"
"""The namespace of our settings: only a name, with nothing to fetch."""
PREFIX = "nm"

DOCUMENT_START = re.compile(rb"<\?xml[\s?]|<opml\b|<outline\b", re.IGNORECASE)
ROOT_START = re.compile(r"<opml\b|<outline\b", re.IGNORECASE)
OUTLINE_TAG = re.compile(r"<(/?)outline\b", re.IGNORECASE)
AMPERSAND = re.compile(r"&(?!#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};)([A-Za-z][A-Za-z0-9]{0,31};)?")
MOST_BYTES = 8 * 1024 * 1024
MOST_OUTLINES = 20_000
_SPLIT = "split it, and import the parts"
_MOST_SIGNS = 500_000
"""Of `<`, `=` and `&`: each may begin a tag, an attribute or an entity, which takes a hundred times its length in
memory."""
_MOST_ATTRIBUTES = 1_000
"""Of a tag: the parser compares each with all before it."""
_MOST_GROUPS = 30
"""Of a feed: outlines around it, and categories."""
FEED_TYPES = {"rss", "rss1", "atom", "rdf", "feed", "json"}
"""The outline types that should have an address."""


@dataclass(frozen=True, slots=True)
class _OutlineTag:
    """The start of an outline: its attributes by lower-case name, ours with PREFIX."""

    line: int
    attributes: Mapping[str, str]
    closed: bool = False

    def get(self, name: str) -> str:
        return sanitize_line(self.attributes.get(name, ""))


_Event = _OutlineTag | UnusableOutline | None
"""An outline opens, is unusable, or (None) closes."""


def read_opml(body: bytes) -> Outlines:
    """The feeds in the list, in its order. Raises FeedUnreadable if it is no OPML."""
    if len(body) > MOST_BYTES:
        raise FeedUnreadable(f"it is larger than {MOST_BYTES // 1024**2} MiB: {_SPLIT}")
    text, lines_before, notes = _decode_opml(body)
    _require_few_outlines(text)
    try:
        events = list(_parse_well_formed(text, lines_before))
    except etree.XMLSyntaxError as error:
        line = (error.lineno or 1) + lines_before
        reason = re.sub(", line [0-9]+, column [0-9]+$", "", sanitize_line(error.msg or ""))
        notes.append(f"it is ill-formed (line {line}: {reason}); what could be read of it was kept")
        events = list(_parse_ill_formed(text, lines_before))
    outlines, unusable = _build_outlines(events)
    return Outlines(tuple(outlines), tuple(sorted(unusable)), "; ".join(notes) or None)


def _decode_opml(body: bytes) -> tuple[str, int, list[str]]:
    """The document from its root on, the number of lines before that, and notes about its encoding."""
    notes: list[str] = []
    start = DOCUMENT_START.search(body)
    # With NULs at its start it is UTF-16 or UTF-32, which `read_text` detects.
    start_index = start.start() if start and b"\0" not in body[:4] else 0
    decoded = read_text(body[start_index:], None)
    if decoded.doubt is not None:
        notes.append(f"its character set is in doubt: {decoded.doubt}")
    text = to_utf8(decoded.text).decode("utf-8", "replace")
    root = ROOT_START.search(text)
    if root is None:
        raise FeedUnreadable(_explain_non_opml(text))
    if decoded.doubt is None and "\N{REPLACEMENT CHARACTER}" in text:
        notes.append("some of its characters are broken")
    # `to_utf8` has replaced the declaration, and we ignore a DOCTYPE.
    original = body[start_index:]
    blank_length = len(original) - len(original.lstrip())
    lines_before = (
        body[:start_index].count(b"\n") + original[:blank_length].count(b"\n") + text.count("\n", 0, root.start())
    )
    return text[root.start() :], lines_before, notes


def _require_few_outlines(text: str) -> None:
    """Raises FeedUnreadable if it would take much memory."""
    outlines = (tag for tag in OUTLINE_TAG.finditer(text) if not tag[1])
    if next(islice(outlines, MOST_OUTLINES, None), None):
        raise FeedUnreadable(f"it has more than {MOST_OUTLINES:,} outlines: {_SPLIT}")
    if sum(map(text.count, "<=&")) > _MOST_SIGNS or max(tag.count("=") for tag in text.split("<")) > _MOST_ATTRIBUTES:
        raise FeedUnreadable(f"it has too many tags and attributes for a list of feeds: {_SPLIT}")


def _explain_non_opml(text: str) -> str:
    if re.search(r"<(rss|feed|rdf:RDF)\b", text):
        return "this is a feed, and not a list of feeds (OPML): give its address to `news-monitor sources add`"
    beginning = sanitize_line(text.removeprefix(UTF8_DECLARATION))[:60]
    return f"this is not a list of feeds: it has no <opml> (it starts with {beginning!r})"


def _parse_well_formed(text: str, lines_before: int) -> Iterator[_Event]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(text.encode(), parser)
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str) or etree.QName(element).localname.lower() != "outline":
            continue
        if event == "end":
            yield None
            continue
        attributes = {_normalize_attribute_name(name): value for name, value in element.attrib.items()}
        yield _OutlineTag((element.sourceline or 1) + lines_before, attributes)


def _normalize_attribute_name(name: str) -> str:
    return name.replace(f"{{{SETTINGS_NAMESPACE}}}", f"{PREFIX}:").lower()


# --- documents that are not well-formed -------------------------------------------------------------------------


def _parse_ill_formed(text: str, lines_before: int) -> Iterator[_Event]:
    text = AMPERSAND.sub(_escape_ampersand, _without_comments(text))
    tags = list(OUTLINE_TAG.finditer(text))
    line, counted_to = lines_before + 1, 0
    ends = [*(tag.start() for tag in tags), len(text)][1:]
    for tag, end in zip(tags, ends, strict=True):
        line, counted_to = line + text.count("\n", counted_to, tag.start()), tag.start()
        yield None if tag[1] else _parse_outline_tag(text[tag.start() : end], line)


def _without_comments(text: str) -> str:
    """The text without comments, with the same number of lines. An unclosed comment is no comment."""
    parts, position = [], 0
    while (start := text.find("<!--", position)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts += [text[position:start], "\n" * text.count("\n", start, end)]
        position = end + 3
    return "".join([*parts, text[position:]])


def _escape_ampersand(match: re.Match[str]) -> str:
    """Escapes an ampersand unless it begins an entity. In addresses it rarely does (`&copy=1` is no entity)."""
    name = match[1]
    return match[0] if name and (name in html5 or name == "apos;") else f"&amp;{name or ''}"


def _parse_outline_tag(tag: str, line: int) -> _OutlineTag | UnusableOutline:
    """One outline. `tag`: the text from its start to the start of the next one."""
    attributes = _parse_attributes(tag)
    if attributes is None and ">" in tag:  # a quotation mark is missing, mostly the last one
        unclosed = tag[: tag.rindex(">")].rstrip().removesuffix("/").rstrip()
        attributes = next(filter(None, (_parse_attributes(f"{unclosed}{quote}>") for quote in "\"'")), None)
    if attributes is None or ("xmlurl" in tag.lower() and "xmlurl" not in attributes):
        return UnusableOutline(line, "this outline could not be read")
    return _OutlineTag(line, attributes, closed="/>" in tag)


def _parse_attributes(tag: str) -> dict[str, str] | None:
    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True)
    root = etree.fromstring(tag.encode(), parser)
    outline = None if root is None else next(root.iter("outline"), None)
    return None if outline is None else {name.lower(): value for name, value in outline.attrib.items()}


# --- from outlines to feeds -------------------------------------------------------------------------------------


def _build_outlines(events: Iterable[_Event]) -> tuple[list[Outline], list[UnusableOutline]]:
    outlines: list[Outline] = []
    unusable: list[UnusableOutline] = []
    open_outlines: list[_OutlineTag] = []
    for event in events:
        if event is None:
            del open_outlines[-1:]
            continue
        if isinstance(event, UnusableOutline):
            unusable.append(event)
            continue
        if open_outlines and _has_address(open_outlines[-1]):  # a feed contains no outlines: it was never closed
            open_outlines.pop()
        if (length := len(event.get("xmlurl"))) > MAX_LINK:
            too_long = f"the address of this feed has {length} characters, of at most {MAX_LINK}"
            unusable.append(UnusableOutline(event.line, too_long))
        elif _has_address(event):
            outlines.append(_build_outline(event, open_outlines))
        elif problem := _explain_missing_address(event):
            unusable.append(UnusableOutline(event.line, problem))
        if not event.closed:
            open_outlines.append(event)
    return outlines, unusable


def _has_address(tag: _OutlineTag) -> bool:
    return bool(tag.get("xmlurl"))


def _build_outline(tag: _OutlineTag, open_outlines: Sequence[_OutlineTag]) -> Outline:
    prefix = f"{PREFIX}:"
    groups = [
        group.get("text") or group.get("title") for group in open_outlines[:_MOST_GROUPS] if not _has_address(group)
    ]
    categories = re.split("[,/]", tag.get("category"), maxsplit=_MOST_GROUPS)[:_MOST_GROUPS]
    return Outline(
        tag.get("xmlurl"),
        tag.line,
        tag.get("title") or tag.get("text") or None,
        tag.get("language") or None,
        tuple(dict.fromkeys(filter(None, map(_name_group, [*groups, *categories])))),
        {
            name.removeprefix(prefix): sanitize_text(value)
            for name, value in tag.attributes.items()
            if name.startswith(prefix)
        },
    )


def _name_group(text: str) -> str:
    """Its beginning, if it is long: what is made of a group's name costs more than its length."""
    return sanitize_line(text)[:MAX_NAME]


def _explain_missing_address(tag: _OutlineTag) -> str | None:
    """Why an outline that should be a feed has no address; None if it is a group or a note."""
    outline_type, page = tag.get("type").lower(), tag.get("htmlurl") or tag.get("url")
    if outline_type == "include":
        return "this names another list, which is not fetched: import that one by itself"
    if page and outline_type in {*FEED_TYPES, "", "link"}:
        command = f"news-monitor sources add {shlex.quote(redact_url(page))}"  # nothing of a stranger runs if copied
        return f"this names a page, not a feed (xmlUrl): `{command}` looks for its feed"
    return "this feed has no address (xmlUrl)" if outline_type in FEED_TYPES else None


# --- writing ----------------------------------------------------------------------------------------------------


def write_opml(outlines: Iterable[Outline], title: str, now: datetime) -> bytes:
    """The outlines as OPML 2.0 in UTF-8: grouped by their first group, with all groups as categories, and our settings.
    Characters that XML forbids become blanks."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={PREFIX: SETTINGS_NAMESPACE})
    head, body = etree.SubElement(root, "head"), etree.SubElement(root, "body")
    etree.SubElement(head, "title").text = title
    etree.SubElement(head, "dateCreated").text = format_datetime(now, usegmt=True)
    parents: dict[str, etree._Element] = {}
    for outline in outlines:
        parent = body
        if group := next(iter(outline.groups), None):
            if group not in parents:
                parents[group] = etree.SubElement(body, "outline", _sanitize_attributes({"text": group}))
            parent = parents[group]
        etree.SubElement(parent, "outline", _sanitize_attributes(_outline_to_attributes(outline)))
    etree.indent(root, "  ")
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return document + b"\n"


def _outline_to_attributes(outline: Outline) -> dict[str, str]:
    title = outline.title or outline.url
    standard = {"type": "rss", "text": title, "title": title, "xmlUrl": outline.url}
    if outline.language:
        standard["language"] = outline.language
    if outline.groups:
        standard["category"] = ",".join(re.sub("[,/]", " ", group) for group in outline.groups)
    return standard | {f"{{{SETTINGS_NAMESPACE}}}{key}": value for key, value in outline.settings.items()}


def _sanitize_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: sanitize_text(FORBIDDEN.sub(" ", value)) for name, value in attributes.items()}
