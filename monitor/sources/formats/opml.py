"""OPML, the format in which feed readers exchange lists of feeds: read as users have it, and written as it should be.

What is well-formed is read as XML, without a DTD, entities and network. All else (bare ampersands, entities of HTML,
attributes without quotation marks, outlines never closed, a document cut short) is read outline by outline, each as a
tag of HTML, so that a fault costs the outline that it stands in and no other; which those are is said.

Our own settings travel in attributes of a namespace, which other programs ignore. It does not decide which outline
becomes a source, and fetches nothing, no list that another includes either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html.entities import html5

from lxml import etree

from monitor.errors import FeedUnreadable
from monitor.model import Outline, Outlines, UnusableOutline
from monitor.sanitize import sanitize_line, sanitize_text
from monitor.sources.formats.charset import FORBIDDEN, UTF8, read_text, to_utf8

OURS = "urn:news-monitor:source"
"""The namespace of our settings: a plain name, at which nothing can be fetched."""
PREFIX = "nm"

START = re.compile(rb"<\?xml[\s?]|<opml\b|<outline\b", re.IGNORECASE)
ROOT = re.compile(r"<opml\b|<outline\b", re.IGNORECASE)
TAG = re.compile(r"<(/?)outline\b", re.IGNORECASE)
AMPERSAND = re.compile(r"&(?!#[0-9]{1,7};|#[xX][0-9a-fA-F]{1,6};)([A-Za-z][A-Za-z0-9]{0,31};)?")
FEEDS = {"rss", "rss1", "atom", "rdf", "feed", "json"}
"""Types of outlines that should have an address."""


@dataclass(frozen=True, slots=True)
class _OutlineTag:
    """An outline as it stands: the names of its attributes in lower case, ours with PREFIX."""

    line: int
    attributes: Mapping[str, str]
    closed: bool = False

    def get(self, name: str) -> str:
        return sanitize_line(self.attributes.get(name, ""))


_Event = _OutlineTag | UnusableOutline | None
"""An outline opens, cannot be read, or (None) closes."""


def read_opml(body: bytes) -> Outlines:
    """The feeds that it names, in its order. FeedUnreadable: it is no OPML."""
    text, before, notes = _decode_opml(body)
    try:
        events = list(_parse_well_formed(text, before))
    except etree.XMLSyntaxError as error:
        line = (error.lineno or 1) + before
        what = re.sub(", line [0-9]+, column [0-9]+$", "", sanitize_line(error.msg or ""))
        notes.append(f"it is ill-formed (line {line}: {what}); what could be read of it was kept")
        events = list(_parse_ill_formed(text, before))
    outlines, unusable = _build_outlines(events)
    return Outlines(tuple(outlines), tuple(sorted(unusable)), "; ".join(notes) or None)


def _decode_opml(body: bytes) -> tuple[str, int, list[str]]:
    """The document from its root on, how many lines stand before, and what had to be mended."""
    notes: list[str] = []
    begin = START.search(body)
    # What has NULs there is UTF-16 or UTF-32, which tell themselves.
    cut = begin.start() if begin and b"\0" not in body[:4] else 0
    read = read_text(body[cut:], None)
    if read.doubt is not None:
        notes.append(f"its character set is in doubt: {read.doubt}")
    text = to_utf8(read.text).decode("utf-8", "replace")
    root = ROOT.search(text)
    if root is None:
        raise FeedUnreadable(_explain_non_opml(text))
    if read.doubt is None and "\N{REPLACEMENT CHARACTER}" in text:
        notes.append("some of its characters are broken")
    # The declaration is ours by now, and of a DOCTYPE nothing is wanted.
    lost = body[cut:]
    blank = len(lost) - len(lost.lstrip())
    before = body[:cut].count(b"\n") + lost[:blank].count(b"\n") + text.count("\n", 0, root.start())
    return text[root.start() :], before, notes


def _explain_non_opml(text: str) -> str:
    if re.search(r"<(rss|feed|rdf:RDF)\b", text):
        return "this is a feed, and no list of feeds (OPML): `news-monitor sources add` takes its address"
    begin = sanitize_line(text.removeprefix(UTF8))[:60]
    return f"this is no list of feeds: no <opml> stands in it (it starts with {begin!r})"


def _parse_well_formed(text: str, before: int) -> Iterator[_Event]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    root = etree.fromstring(text.encode(), parser)
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str) or etree.QName(element).localname.lower() != "outline":
            continue
        if event == "end":
            yield None
            continue
        attributes = {_normalize_attribute_name(name): value for name, value in element.attrib.items()}
        yield _OutlineTag((element.sourceline or 1) + before, attributes)


def _normalize_attribute_name(name: str) -> str:
    return name.replace(f"{{{OURS}}}", f"{PREFIX}:").lower()


# --- what is not well-formed ------------------------------------------------------------------------------------


def _parse_ill_formed(text: str, before: int) -> Iterator[_Event]:
    text = AMPERSAND.sub(_escape_ampersand, _without_comments(text))
    tags = list(TAG.finditer(text))
    line, counted = before + 1, 0
    ends = [*(each.start() for each in tags), len(text)][1:]
    for tag, end in zip(tags, ends, strict=True):
        line, counted = line + text.count("\n", counted, tag.start()), tag.start()
        yield None if tag[1] else _parse_outline_tag(text[tag.start() : end], line)


def _without_comments(text: str) -> str:
    """With as many lines as before. A comment that never ends is none."""
    parts, at = [], 0
    while (start := text.find("<!--", at)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        parts += [text[at:start], "\n" * text.count("\n", start, end)]
        at = end + 3
    return "".join([*parts, text[at:]])


def _escape_ampersand(found: re.Match[str]) -> str:
    """An ampersand as it was meant: in an address mostly as itself, whatever follows. (`&copy=1` is no sign.)"""
    name = found[1]
    return found[0] if name and (name in html5 or name == "apos;") else f"&amp;{name or ''}"


def _parse_outline_tag(tag: str, line: int) -> _OutlineTag | UnusableOutline:
    """One outline: from its beginning to that of the next."""
    attributes = _parse_attributes(tag)
    if attributes is None and ">" in tag:  # a quotation mark is missing, at the end as a rule
        whole = tag[: tag.rindex(">")].rstrip().removesuffix("/").rstrip()
        attributes = next(filter(None, (_parse_attributes(f"{whole}{mark}>") for mark in "\"'")), None)
    if attributes is None or ("xmlurl" in tag.lower() and "xmlurl" not in attributes):
        return UnusableOutline(line, "this outline could not be read")
    return _OutlineTag(line, attributes, closed="/>" in tag)


def _parse_attributes(tag: str) -> dict[str, str] | None:
    parser = etree.HTMLParser(encoding="utf-8", recover=True, no_network=True)
    root = etree.fromstring(tag.encode(), parser)
    found = None if root is None else next(root.iter("outline"), None)
    return None if found is None else {name.lower(): value for name, value in found.attrib.items()}


# --- from outlines to feeds -------------------------------------------------------------------------------------


def _build_outlines(events: Iterable[_Event]) -> tuple[list[Outline], list[UnusableOutline]]:
    outlines: list[Outline] = []
    unusable: list[UnusableOutline] = []
    within: list[_OutlineTag] = []
    for event in events:
        if event is None:
            del within[-1:]
            continue
        if isinstance(event, UnusableOutline):
            unusable.append(event)
            continue
        if within and _has_address(within[-1]):  # a feed holds no outlines: this one was never closed
            within.pop()
        if _has_address(event):
            outlines.append(_build_outline(event, within))
        elif why := _explain_missing_address(event):
            unusable.append(UnusableOutline(event.line, why))
        if not event.closed:
            within.append(event)
    return outlines, unusable


def _has_address(opened: _OutlineTag) -> bool:
    return bool(opened.get("xmlurl"))


def _build_outline(opened: _OutlineTag, within: Sequence[_OutlineTag]) -> Outline:
    ours = f"{PREFIX}:"
    groups = [each.get("text") or each.get("title") for each in within if not _has_address(each)]
    categories = [part for each in opened.get("category").split(",") for part in each.split("/")]
    return Outline(
        opened.get("xmlurl"),
        opened.line,
        opened.get("title") or opened.get("text") or None,
        opened.get("language") or None,
        tuple(dict.fromkeys(filter(None, map(sanitize_line, [*groups, *categories])))),
        {
            name.removeprefix(ours): sanitize_text(value)
            for name, value in opened.attributes.items()
            if name.startswith(ours)
        },
    )


def _explain_missing_address(opened: _OutlineTag) -> str | None:
    """Why an outline without an address is no feed, though it was meant to be one; None: it is a group or a note."""
    kind, page = opened.get("type").lower(), opened.get("htmlurl") or opened.get("url")
    if kind == "include":
        return "this names another list, which is not fetched: import that one by itself"
    if page and kind in {*FEEDS, "", "link"}:
        return f"this names a page and no feed (xmlUrl): `news-monitor sources add {page}` looks for its feed"
    return "this feed has no address (xmlUrl)" if kind in FEEDS else None


# --- written ----------------------------------------------------------------------------------------------------


def write_opml(outlines: Iterable[Outline], title: str, now: datetime) -> bytes:
    """OPML 2.0: grouped by the first group of each, all groups as its categories, and our settings. Characters that
    XML does not know become blanks."""
    root = etree.Element("opml", {"version": "2.0"}, nsmap={PREFIX: OURS})
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
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return written + b"\n"


def _outline_to_attributes(outline: Outline) -> dict[str, str]:
    title = outline.title or outline.url
    standard = {"type": "rss", "text": title, "title": title, "xmlUrl": outline.url}
    if outline.language:
        standard["language"] = outline.language
    if outline.groups:
        standard["category"] = ",".join(re.sub("[,/]", " ", group) for group in outline.groups)
    return standard | {f"{{{OURS}}}{key}": value for key, value in outline.settings.items()}


def _sanitize_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    return {name: sanitize_text(FORBIDDEN.sub(" ", value)) for name, value in attributes.items()}
