"""Parses a JSON Feed (https://www.jsonfeed.org, versions 1 and 1.1) into entries of plain text.

It accepts what publishers really write: numbers as ids, feeds without a version, texts in place of lists. It does not
decide which entry is known or what a date means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from hashlib import blake2b
from typing import Final, TypeAlias

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.model.sources import DIGEST_SIZE, MAX_CONTENT, MAX_SUMMARY, MAX_TITLE
from monitor.sources.formats.entry_bounds import EntryBounds
from monitor.sources.formats.feed import resolve_link
from monitor.sources.formats.feed_head import FeedLink, find_older_link
from monitor.sources.formats.html import one_line, tidy_lines, to_text
from monitor.sources.formats.list_window import ListSelection, select_entries

Value: TypeAlias = "Mapping[str, Value] | list[Value] | str | bool | None"
Object: TypeAlias = Mapping[str, Value]
Select: TypeAlias = Callable[[Sequence[Object]], ListSelection[Object]]

VERSION_URLS: Final = "://jsonfeed.org/version/", "://www.jsonfeed.org/version/"
# Keys of the feed that affect how an item is parsed: if one of them changes, the digests of all items do.
FEED_KEYS: Final = ("version", "home_page_url", "language", "author", "authors")
# Numbers stay as they were written: an id is text, and a number of 5,000 digits is slow to parse.
DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
VERSION_PATTERN: Final = re.compile(r'"version"\s*:\s*"([^"]{1,200})"')
ITEMS_START: Final = re.compile(r'"items"\s*:\s*\[\s*')
ITEM_SEPARATOR: Final = re.compile(r"\s*,\s*")


def is_json(text: str) -> bool:
    """Whether a document is JSON, by its first character: no XML format begins with it."""
    return text.startswith(("{", "["))


def read_json_feed(
    text: str, url: str, known: AbstractSet[bytes] = frozenset(), max_entries: int | None = None
) -> Feed:
    """The items that are not known. Raises FeedUnreadable if it is no JSON Feed, with what it seems to be."""
    try:
        feed, problem = _load_json(text)
        return _build_feed(
            feed,
            problem,
            url,
            lambda objects: select_entries(objects, partial(_digest_items, feed), known, max_entries),
        )
    except RecursionError:
        raise FeedUnreadable("this is JSON that is nested too deeply to be a feed") from None


def _build_feed(feed: Object, problem: str | None, url: str, select: Select) -> Feed:
    items = feed.get("items")
    if not isinstance(items, list):
        raise FeedUnreadable("this is JSON, but not a feed: it has no list of items")
    if not _is_feed(feed, items):
        raise FeedUnreadable("this is JSON, but not a JSON Feed: it names no version, and its items have no ids")
    objects = [item for item in items if isinstance(item, dict)]
    items_read = select(objects)
    base = resolve_link(_get_string(feed, "home_page_url"), url) or url
    return Feed(
        tuple(_build_entry(item, feed, base, digest) for digest, item in items_read.selected),
        title=_extract_title(feed, EntryBounds()) or None,
        problem=problem or _explain_omitted(len(items) - len(objects)),
        slices=items_read.digests,
        older_page_url=find_older_link([FeedLink("next", _get_string(feed, "next_url"))], url, url),
        entries_left=items_read.postponed,
        entries_skipped=items_read.omitted,
    )


def _load_json(text: str) -> tuple[Object, str | None]:
    """The feed, and what is wrong with it. Of a document that breaks off, the complete items are kept."""
    problem = None
    try:
        feed, _ = DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        reason = f"line {error.lineno}: {error.msg}"
        items = _recover_items(text)
        if not items:
            raise FeedUnreadable(f"this is not JSON that can be read ({reason})") from None
        version_match = VERSION_PATTERN.search(text)
        feed = {"items": items, "version": version_match[1] if version_match else None}
        problem = f"the document is ill-formed ({reason}); what could be read of it was kept"
    if not isinstance(feed, dict):
        raise FeedUnreadable("this is JSON, but not a feed: it is a list")
    return feed, problem


def _recover_items(text: str) -> list[Value]:
    """The complete items before the error."""
    items: list[Value] = []
    start = ITEMS_START.search(text)
    at = start.end() if start else len(text)
    while at < len(text):
        try:
            item, at = DECODER.raw_decode(text, at)
        except json.JSONDecodeError:
            break
        items.append(item)
        separator = ITEM_SEPARATOR.match(text, at)
        at = separator.end() if separator else len(text)
    return items


def _is_feed(feed: Object, items: list[Value]) -> bool:
    version = feed.get("version")
    if isinstance(version, str) and any(name in version for name in VERSION_URLS):
        return True
    return any(
        isinstance(item, dict) and item.get("id") and ("url" in item or _extract_content(item, EntryBounds()))
        for item in items
    )


def _digest_items(feed: Object, items: Sequence[Object]) -> tuple[bytes, ...]:
    """The digest of each item in canonical form: the order of keys and white space do not matter."""
    feed_data = _encode_canonical({key: feed[key] for key in FEED_KEYS if key in feed})
    salt = blake2b(feed_data, digest_size=blake2b.SALT_SIZE).digest()
    return tuple(blake2b(_encode_canonical(item), digest_size=DIGEST_SIZE, salt=salt).digest() for item in items)


def _encode_canonical(value: Object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _build_entry(item: Object, feed: Object, base: str, digest: bytes) -> Entry:
    bounds = EntryBounds()
    return bounds.build_entry(
        guid=_get_string(item, "id"),
        link=resolve_link(_get_string(item, "url") or _get_string(item, "external_url"), base),
        title=_extract_title(item, bounds),
        summary=_extract_text(item, "summary", MAX_SUMMARY, bounds),
        content=_extract_content(item, bounds),
        published=_get_string(item, "date_published"),
        updated=_get_string(item, "date_modified"),
        authors=_extract_authors(item) or _extract_authors(feed),
        language=_get_string(item, "language") or _get_string(feed, "language"),
        tags=_clean_names(item.get("tags")),
        slice=digest,
    )


def _extract_title(data: Object, bounds: EntryBounds) -> str:
    return one_line(_extract_text(data, "title", MAX_TITLE, bounds))


def _extract_text(data: Object, key: str, max_length: int, bounds: EntryBounds) -> str:
    value = data.get(key)
    return bounds.text_of(value, max_length, tidy_lines) if isinstance(value, str) else ""


def _extract_content(item: Object, bounds: EntryBounds) -> str:
    html = item.get("content_html")
    if isinstance(html, str) and html:
        return bounds.text_of(html, MAX_CONTENT, to_text)
    return _extract_text(item, "content_text", MAX_CONTENT, bounds)


def _extract_authors(data: Object) -> list[str]:
    """Version 1 had one author, 1.1 has several."""
    authors = data.get("authors")
    listed: list[Value] = authors if isinstance(authors, list) and authors else [data.get("author")]
    names = [_get_string(author, "name") if isinstance(author, dict) else author for author in listed]
    return _clean_names(names)


def _clean_names(values: Value) -> list[str]:
    """The texts of a list, or the one text in place of a list."""
    listed = [values] if isinstance(values, str) else values if isinstance(values, list) else []
    return [name for value in listed if isinstance(value, str) and (name := one_line(value))]


def _get_string(data: Object, key: str) -> str:
    value = data.get(key)
    return one_line(value) if isinstance(value, str) else ""


def _explain_omitted(items: int) -> str | None:
    return f"{items} of its items are not JSON objects, and were left out" if items else None
