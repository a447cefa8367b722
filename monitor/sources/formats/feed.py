"""A feed in XML, turned into entries of plain text.

Runs in a worker process: what it is given was written by strangers, and feedparser takes very long over some of it.
Feedparser only ever gets a stream: bytes or a str it would try as the name of a file or an address. Its sanitiser and
its resolver of addresses in HTML are off (both are quadratic), nh3 takes the tags out instead.

Of a document whose entries can be told apart (`delta`), only those that are not known reach feedparser. Whenever that
does not come out even, the document is parsed whole: what is lossless goes before what is quick.

It does not decide which entry is known, what a date means, or what to do about a broken feed: dates go on as they were
written, and an ill-formed feed gives what can still be read from it and says so.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from html import unescape
from itertools import chain, islice, repeat
from typing import Final
from urllib.parse import urljoin, urlsplit
from xml.sax import SAXParseException

import feedparser
from feedparser.exceptions import CharacterEncodingOverride, NonXMLContentType

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.sanitize import sanitize_line
from monitor.sources.formats.delta import EntryRanges, ranges_of, without_bases
from monitor.sources.formats.doctype import strip_doctype
from monitor.sources.formats.entry_bounds import CONTENT, SUMMARY, TITLE, EntryBounds
from monitor.sources.formats.feed_head import FeedLink, find_older_link, parse_update_interval
from monitor.sources.formats.html import one_line, tidy_lines, to_text
from monitor.sources.formats.list_window import find_omitted_range, select_postponed
from monitor.sources.formats.xml_reader import ParsedFeed, read_xml

LINK: Final = 2_048  # characters
NAME: Final = 200
NAMES: Final = 50

Given = Mapping[str, object]

# What feedparser 6 raised on randomly damaged feeds (an element closed that was not open, a half of a surrogate pair).
BREAKS = (ValueError, TypeError, LookupError, AttributeError, AssertionError, ArithmeticError, RecursionError)

# How the text of an entry may come: not as pictures, sound or base64.
TEXTUAL = re.compile(r"text|html|xhtml|(text|application)/.*", re.IGNORECASE)
# An address that is joined to no other, and is itself again when it has been taken apart: most links of most feeds.
WHOLE = re.compile(r"https?://[a-zA-Z0-9.-]+(?::[0-9]+)?(?:/[^\s?#;]*(?:\?[^\s#]+)?)?")
NOT_SHOWN = ("javascript", "vbscript", "data", "file")
PREFIXED = b"<rss:item"
STARTS = re.compile(rb"<(?:rss:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
DECLARATION = re.compile(rb"\s*<\?xml[^<>]*>")
ROOT = re.compile(rb"<([a-z][\w:]*)")
HTML_TITLE = re.compile(rb"<title[^<>]*>([^<]{0,500})", re.IGNORECASE)


def read_feed(clean: bytes, url: str, known: AbstractSet[bytes] = frozenset(), most: int | None = None) -> Feed:
    """What is not known of a document. FeedUnreadable: it is no feed, and this is what it seems to be.

    `clean`: UTF-8 that says so (`charset`); `url`: where it came from, which links are relative to; `most`: entries to
    be read of those that are not known.
    """
    document = strip_doctype(clean)
    ranges = ranges_of(document.body, known)
    feed = (
        _parse_unknown_entries(document.body, url, ranges.without_resurfaced(known), known, most)
        if ranges is not None
        else None
    )
    if feed is None:
        ended, beyond = _cut_middle_entries(document.body)
        feed = replace(parse_feed(ended, url), entries_skipped=beyond)
    if document.problem is None:
        return feed
    return replace(feed, problem=f"{document.problem}; {feed.problem}" if feed.problem else document.problem)


def _parse_unknown_entries(
    clean: bytes, url: str, ranges: EntryRanges, known: AbstractSet[bytes], most: int | None
) -> Feed | None:
    """What is not known; None: it does not come out even."""
    unseen = [digest for digest in ranges.digests if digest not in known]
    left = select_postponed(unseen, most)
    if left:
        unseen = [digest for digest in unseen if digest not in left]
    feed = parse_feed(ranges.remove_known(clean, known | left), url, unseen) if unseen else Feed(())
    if feed.problem or len(feed.entries) != len(unseen):
        return None
    said = ranges.feed_texts
    return replace(
        feed,
        slices=ranges.digests,
        poll_hint=parse_update_interval(
            said.get("ttl", ""), said.get("updateperiod", ""), said.get("updatefrequency", "")
        ),
        older_page_url=find_older_link(ranges.links, _join_url(url, ranges.base), url),
        entries_left=len(left),
        entries_skipped=ranges.omitted,
    )


def _cut_middle_entries(clean: bytes) -> tuple[bytes, int]:
    """A document whose entries cannot be told for certain, without what stands in the middle of a long list; how many
    entries that are."""
    begin, end = find_omitted_range(sum(1 for _ in STARTS.finditer(clean)))
    if begin == end:
        return clean, 0
    starts = (found.start() for found in STARTS.finditer(clean))
    first = next(islice(starts, begin, None))
    return clean[:first] + clean[next(islice(starts, end - begin - 1, None)) :], end - begin


def parse_feed(clean: bytes, url: str, slices: Iterable[bytes] = ()) -> Feed:
    """All entries of a document, whatever is known: the parse that every other is held against.

    `slices`: the digests of its entries, where each can be told apart.
    """
    try:
        parsed = _parse_xml(without_bases(clean))
        if not parsed.entries and PREFIXED in clean:  # of no namespace, which feedparser does not look behind
            parsed = _parse_xml(clean.replace(b"<rss:", b"<").replace(b"</rss:", b"</"))
    except BREAKS as error:
        what = f"{type(error).__name__}: {one_line(str(error))[:NAME]}"
        raise FeedUnreadable(f"the document is so ill-formed that feedparser breaks on it ({what})") from None
    if not parsed.entries and not parsed.version:
        raise FeedUnreadable(_explain_non_feed(clean))
    head = dict(parsed.feed)
    language = _get_string(head, "language")
    # Relative links of Atom are relative to the document (RFC 4287 section 2), those of RSS to the site as it names it.
    site = None if parsed.version.startswith("atom") else resolve_link(_get_string(head, "link"), url)
    return Feed(
        entries=tuple(
            _build_entry(dict(entry), site or url, language, digest)
            for entry, digest in zip(parsed.entries, chain(slices, repeat(b"")), strict=False)
        ),
        title=_extract_title(head, EntryBounds()) or None,
        problem=_explain_ill_formed(parsed.error),
        poll_hint=parse_update_interval(
            *(_get_string(head, key) for key in ("ttl", "sy_updateperiod", "sy_updatefrequency"))
        ),
        older_page_url=find_older_link(
            (FeedLink(_get_string(link, "rel"), _get_string(link, "href")) for link in _get_dicts(head, "links")),
            url,
            url,
        ),
    )


def _parse_xml(clean: bytes) -> ParsedFeed:
    if read := read_xml(clean):
        return read
    # With the old charset left in the header, feedparser would turn the clean body into mojibake. Where the document
    # came from is not told: relative guids would become other ones when a feed moves to https.
    parsed = feedparser.parse(
        io.BytesIO(clean),
        response_headers={"content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return ParsedFeed(parsed.feed, parsed.entries, parsed.get("version") or "", parsed.get("bozo_exception"))


def _build_entry(entry: Given, base: str, language: str, digest: bytes) -> Entry:
    bounds = EntryBounds()
    contents = [_extract_text(part, CONTENT, bounds) for part in _get_dicts(entry, "content") if _is_textual(part)]
    detail = _get_dict(entry, "title_detail")
    return Entry(
        guid=_get_string(entry, "id") or None,
        link=resolve_link(_get_string(entry, "link"), base),
        title=_extract_title(entry, bounds),
        summary=_extract_summary(entry, bounds),
        content=max(contents, key=len, default=""),
        published=(_get_string(entry, "published") or _get_string(entry, "created"))[:NAME] or None,
        updated=_get_string(entry, "updated")[:NAME] or None,
        authors=_collect_names(_get_dicts(entry, "authors"), "name", "email") or _collect_names([entry], "author"),
        language=_get_string(entry, "language") or _get_string(detail, "language") or language or None,
        tags=_collect_names(_get_dicts(entry, "tags"), "term", "label"),
        slice=digest,
        is_truncated=bounds.exceeded,
    )


def _extract_title(parsed: Given, bounds: EntryBounds) -> str:
    return one_line(_extract_text(_select_detail(parsed, "title"), TITLE, bounds))


def _extract_summary(entry: Given, bounds: EntryBounds) -> str:
    """What the feed gives as such: where it gives only a content, feedparser copies that."""
    copied = "summary_detail" not in entry and any(
        part.get("value") == entry.get("summary") for part in _get_dicts(entry, "content")
    )
    return "" if copied else _extract_text(_select_detail(entry, "summary"), SUMMARY, bounds)


def _select_detail(parsed: Given, key: str) -> Given:
    """Value and type. Where elements are nested (a description within a media:group), feedparser keeps the outer one's
    value and the inner one's details."""
    value, detail = parsed.get(key), _get_dict(parsed, f"{key}_detail")
    return detail if detail.get("value") == value else {"value": value, "type": "text/html"}


def _extract_text(detail: Given, most: int, bounds: EntryBounds) -> str:
    value = detail.get("value")
    if not isinstance(value, str):
        return ""
    # In plain text "<b>" is what the author wrote; feedparser has looked whether RSS means HTML by it.
    return bounds.text_of(value, most, tidy_lines if detail.get("type") == "text/plain" else to_text)


def _is_textual(detail: Given) -> bool:
    return TEXTUAL.match(_get_string(detail, "type")) is not None


def _collect_names(parsed: Iterable[Given], *keys: str) -> tuple[str, ...]:
    """Of each the first of the keys that it has, without repeats."""
    found = (next(filter(None, (_get_string(each, key) for key in keys)), "") for each in parsed)
    return tuple(dict.fromkeys(name[:NAME] for name in found if name))[:NAMES]


def _join_url(url: str, base: str) -> str:
    try:
        return urljoin(url, base)
    except ValueError:
        return url


def resolve_link(link: str, base: str) -> str | None:
    """A link that can be shown; none where it is broken, too long to be one, or a script or a local file."""
    if WHOLE.fullmatch(link):
        return link if len(link) <= LINK else None
    try:
        absolute = urljoin(base, link) if link else ""
        scheme = urlsplit(absolute).scheme
    except ValueError:
        return None
    return absolute if scheme and scheme not in NOT_SHOWN and len(absolute) <= LINK else None


# --- what feedparser gives: dicts that may hold anything ----------------------------------------------------------
# Plain ones, made of its own: those look for other names of a key, and take the date of publication for "updated".


def _get_string(parsed: Given, key: str) -> str:
    value = parsed.get(key)
    return one_line(value) if isinstance(value, str) else ""


def _get_dict(parsed: Given, key: str) -> Given:
    value = parsed.get(key)
    return dict(value) if isinstance(value, dict) else {}


def _get_dicts(parsed: Given, key: str) -> list[Given]:
    value = parsed.get(key)
    return [dict(each) for each in value if isinstance(each, dict)] if isinstance(value, list) else []


# --- what is wrong ------------------------------------------------------------------------------------------------


def _explain_ill_formed(error: object) -> str | None:
    """What a person should know; not that the declared type or character set was another one than the real."""
    if error is None or isinstance(error, (CharacterEncodingOverride, NonXMLContentType)):
        return None
    if isinstance(error, SAXParseException):
        what = f"line {error.getLineNumber()}: {error.getMessage()}"
    else:
        what = sanitize_line(str(error))[:NAME]
    return f"the document is ill-formed ({what}); what could be read of it was kept"


def _explain_non_feed(body: bytes) -> str:
    """What a document that is no feed seems to be."""
    body = DECLARATION.sub(b"", body, count=1).lstrip()
    head = body[:4096].lower()
    root = found[1] if (found := ROOT.search(head)) else b""
    if root in {b"html", b"head", b"body", b"title", b"meta"} or b"<!doctype html" in head:
        named = HTML_TITLE.search(body[: 256 * 1024])
        title = one_line(unescape(named[1].decode("utf-8", "replace")))[:NAME] if named else ""
        which = f" (its <title> is '{title}')" if title else ""
        return f"this is an HTML page, not a feed{which}; `news-monitor sources add` finds its feeds"
    if root == b"opml":
        return "this is an OPML file: a list of feeds; `news-monitor sources import` takes them over"
    return f"no feed format that we know (starts with {body[:60].decode('utf-8', 'replace')!r})"
