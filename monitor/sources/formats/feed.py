"""Parses XML feeds into entries of plain text.

Runs in a worker process: the input is untrusted, and feedparser takes very long for some of it. feedparser always gets
a stream: it would try to open bytes or a str as a file name or an address. Its sanitiser and its resolver of addresses
in HTML are off (both are quadratic); nh3 removes the tags instead.

If the entries of a document can be told apart (`delta`), only unknown ones reach feedparser. Whenever the numbers of
entries do not agree then, the whole document is parsed: losing nothing matters more than speed.

This module does not decide which entry is known, what a date means, or what to do about a broken feed. Dates stay as
they were written. Of an ill-formed feed, it returns what could be parsed and says that it is ill-formed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from html import unescape
from itertools import chain, islice, repeat
from urllib.parse import urlsplit

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.model.sources import MAX_CONTENT, MAX_LINK, MAX_NAME, MAX_SUMMARY, MAX_TITLE
from monitor.sources.formats.absolute_link import join_link
from monitor.sources.formats.delta import EntryRanges, ranges_of, without_bases
from monitor.sources.formats.doctype import strip_doctype
from monitor.sources.formats.entry_bounds import EntryBounds
from monitor.sources.formats.feed_head import FeedLink, find_older_link, parse_update_interval
from monitor.sources.formats.feedparser_compat import parse_xml
from monitor.sources.formats.html import one_line, tidy_lines, to_text
from monitor.sources.formats.list_window import find_omitted_range, select_postponed

FeedDict = Mapping[str, object]

# Content types of text, as opposed to pictures, sound and base64.
TEXT_TYPE = re.compile(r"text|html|xhtml|(text|application)/.*", re.IGNORECASE)
# An absolute address that join_link would not change: most links of most feeds.
PLAIN_URL = re.compile(r"https?://[a-zA-Z0-9.-]+(?::[0-9]+)?(?:/[^\s?#;]*(?:\?[^\s#]+)?)?")
# Such links are part of no identity. Which of the others are shown: `monitor.article_links`.
REFUSED_SCHEMES = ("javascript", "vbscript", "data", "file")
PREFIXED_ITEM = b"<rss:item"
ENTRY_START = re.compile(rb"<(?:rss:)?(?:item|entry)(?=[\s/>])", re.IGNORECASE)
# A document with none of these is no feed. feedparser would read all of it before it finds no entries.
FEED_ELEMENT = re.compile(rb"<(?:[^\s<>/:]++:)?(?:rss|rdf|channel|feed|item|entry)\b", re.IGNORECASE)
DECLARATION = re.compile(rb"<\?xml[^<>]*>")
ROOT = re.compile(rb"<([a-z][\w:]*)")
HTML_TITLE = re.compile(rb"<title[^<>]*>([^<]{0,500})", re.IGNORECASE)


def read_feed(clean: bytes, url: str, known: AbstractSet[bytes] = frozenset(), max_entries: int | None = None) -> Feed:
    """The entries of a document that are not known.

    `clean`: XML in UTF-8, declared as such (`charset.to_utf8`); `url`: of the document, which links are relative to;
    `max_entries`: how many unknown entries are parsed. Raises FeedUnreadable if it is no feed, with what it seems to
    be.
    """
    document = strip_doctype(clean)
    ranges = ranges_of(document.body, known)
    feed = (
        _parse_unknown_entries(document.body, url, ranges.without_resurfaced(known), known, max_entries)
        if ranges is not None
        else None
    )
    if feed is None:
        shortened, omitted = _cut_middle_entries(document.body)
        feed = replace(parse_feed(shortened, url), entries_skipped=omitted)
    if document.problem is None:
        return feed
    return replace(feed, problem=f"{document.problem}; {feed.problem}" if feed.problem else document.problem)


def _parse_unknown_entries(
    clean: bytes, url: str, ranges: EntryRanges, known: AbstractSet[bytes], max_entries: int | None
) -> Feed | None:
    """The unknown entries; None if the numbers of entries do not agree."""
    unseen = [digest for digest in ranges.digests if digest not in known]
    postponed = select_postponed(unseen, max_entries)
    if postponed:
        unseen = [digest for digest in unseen if digest not in postponed]
    feed = parse_feed(ranges.remove_known(clean, known | postponed), url, unseen) if unseen else Feed(())
    if feed.problem or len(feed.entries) != len(unseen):
        return None
    feed_texts = ranges.feed_texts
    return replace(
        feed,
        slices=ranges.digests,
        poll_hint=parse_update_interval(
            feed_texts.get("ttl", ""), feed_texts.get("updateperiod", ""), feed_texts.get("updatefrequency", "")
        ),
        older_page_url=find_older_link(ranges.links, _join_url(url, ranges.base), url),
        entries_left=len(postponed),
        entries_skipped=ranges.omitted,
    )


def _cut_middle_entries(clean: bytes) -> tuple[bytes, int]:
    """A document whose entries cannot be told apart, without the middle of a long list; and how many entries that
    leaves out."""
    begin, end = find_omitted_range(sum(1 for _ in ENTRY_START.finditer(clean)))
    if begin == end:
        return clean, 0
    starts = (match.start() for match in ENTRY_START.finditer(clean))
    first = next(islice(starts, begin, None))
    return clean[:first] + clean[next(islice(starts, end - begin - 1, None)) :], end - begin


def parse_feed(clean: bytes, url: str, slices: Iterable[bytes] = ()) -> Feed:
    """All entries of a document, known or not. Tests compare the faster ways with this one.

    `slices`: the digests of its entries, if they can be told apart.
    """
    if not FEED_ELEMENT.search(clean):
        raise FeedUnreadable(_explain_non_feed(clean))
    parsed = parse_xml(without_bases(clean))
    # A prefix without a namespace, which feedparser does not remove.
    if not parsed.entries and PREFIXED_ITEM in clean:
        parsed = parse_xml(clean.replace(b"<rss:", b"<").replace(b"</rss:", b"</"))
    if not parsed.entries and not parsed.version:
        raise FeedUnreadable(_explain_non_feed(clean))
    head = dict(parsed.feed)
    language = _get_string(head, "language")
    # Relative links in Atom are relative to the document (RFC 4287 section 2), those in RSS to the site's own link.
    site = None if parsed.version.startswith("atom") else resolve_link(_get_string(head, "link"), url)
    return Feed(
        entries=tuple(
            _build_entry(dict(entry), site or url, language, digest)
            for entry, digest in zip(parsed.entries, chain(slices, repeat(b"")), strict=False)
        ),
        title=_extract_title(head, EntryBounds()) or None,
        problem=parsed.problem,
        poll_hint=parse_update_interval(
            *(_get_string(head, key) for key in ("ttl", "sy_updateperiod", "sy_updatefrequency"))
        ),
        older_page_url=find_older_link(
            (FeedLink(_get_string(link, "rel"), _get_string(link, "href")) for link in _get_dicts(head, "links")),
            url,
            url,
        ),
    )


def _build_entry(entry: FeedDict, base: str, language: str, digest: bytes) -> Entry:
    bounds = EntryBounds()
    contents = [_extract_text(part, MAX_CONTENT, bounds) for part in _get_dicts(entry, "content") if _is_textual(part)]
    detail = _get_dict(entry, "title_detail")
    return bounds.build_entry(
        guid=_get_string(entry, "id"),
        link=resolve_link(_get_string(entry, "link"), base),
        title=_extract_title(entry, bounds),
        summary=_extract_summary(entry, bounds),
        content=max(contents, key=len, default=""),
        published=_get_string(entry, "published") or _get_string(entry, "created"),
        updated=_get_string(entry, "updated"),
        authors=_collect_names(_get_dicts(entry, "authors"), "name", "email") or _collect_names([entry], "author"),
        language=_get_string(entry, "language") or _get_string(detail, "language") or language,
        tags=_collect_names(_get_dicts(entry, "tags"), "term", "label"),
        slice=digest,
    )


def _extract_title(parsed: FeedDict, bounds: EntryBounds) -> str:
    return one_line(_extract_text(_select_detail(parsed, "title"), MAX_TITLE, bounds))


def _extract_summary(entry: FeedDict, bounds: EntryBounds) -> str:
    """The summary, if the feed has one: if it has only a content, feedparser copies that."""
    copied = "summary_detail" not in entry and any(
        part.get("value") == entry.get("summary") for part in _get_dicts(entry, "content")
    )
    return "" if copied else _extract_text(_select_detail(entry, "summary"), MAX_SUMMARY, bounds)


def _select_detail(parsed: FeedDict, key: str) -> FeedDict:
    """The value and type of a key. If elements are nested (a description within a media:group), feedparser keeps the
    value of the outer one and the details of the inner one."""
    value, detail = parsed.get(key), _get_dict(parsed, f"{key}_detail")
    return detail if detail.get("value") == value else {"value": value, "type": "text/html"}


def _extract_text(detail: FeedDict, max_length: int, bounds: EntryBounds) -> str:
    value = detail.get("value")
    if not isinstance(value, str):
        return ""
    # In plain text, "<b>" means these three characters: feedparser has checked whether RSS text is HTML.
    return bounds.text_of(value, max_length, tidy_lines if detail.get("type") == "text/plain" else to_text)


def _is_textual(detail: FeedDict) -> bool:
    return TEXT_TYPE.match(_get_string(detail, "type")) is not None


def _collect_names(parsed: Iterable[FeedDict], *keys: str) -> list[str]:
    """For each dict the value of the first key that it has."""
    names = (next(filter(None, (_get_string(item, key) for key in keys)), "") for item in parsed)
    return list(filter(None, names))


def _join_url(url: str, base: str) -> str:
    try:
        return join_link(url, base)
    except ValueError:
        return url


def resolve_link(link: str, base: str) -> str | None:
    """The absolute link; None if it is broken, too long, a script or a local file."""
    if PLAIN_URL.fullmatch(link):
        return link if len(link) <= MAX_LINK else None
    try:
        absolute = join_link(base, link) if link else ""
        scheme = urlsplit(absolute).scheme
    except ValueError:
        return None
    return absolute if scheme and scheme not in REFUSED_SCHEMES and len(absolute) <= MAX_LINK else None


# --- access to feedparser's dicts, whose values may be anything ---------------------------------------------------
# They are copied into plain dicts: feedparser's own map keys to other names, and give the date of publication for
# "updated".


def _get_string(parsed: FeedDict, key: str) -> str:
    value = parsed.get(key)
    return one_line(value) if isinstance(value, str) else ""


def _get_dict(parsed: FeedDict, key: str) -> FeedDict:
    value = parsed.get(key)
    return dict(value) if isinstance(value, dict) else {}


def _get_dicts(parsed: FeedDict, key: str) -> list[FeedDict]:
    value = parsed.get(key)
    return [dict(item) for item in value if isinstance(item, dict)] if isinstance(value, list) else []


# --- what is wrong ------------------------------------------------------------------------------------------------


def _explain_non_feed(body: bytes) -> str:
    """What a document that is no feed seems to be, in a line for a person."""
    body = DECLARATION.sub(b"", body, count=1).lstrip()
    head = body[:4096].lower()
    root = match[1] if (match := ROOT.search(head)) else b""
    if root in {b"html", b"head", b"body", b"title", b"meta"} or b"<!doctype html" in head:
        title_match = HTML_TITLE.search(body[: 256 * 1024])
        title = one_line(unescape(title_match[1].decode("utf-8", "replace")))[:MAX_NAME] if title_match else ""
        page_title = f" (its <title> is '{title}')" if title else ""
        return f"this is an HTML page, not a feed{page_title}; `news-monitor sources add` finds its feeds"
    if root == b"opml":
        return "this is an OPML file: a list of feeds; `news-monitor sources import` adds them"
    return f"no feed format that we know (starts with {body[:60].decode('utf-8', 'replace')!r})"
