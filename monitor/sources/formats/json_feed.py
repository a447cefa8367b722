"""A JSON Feed (https://www.jsonfeed.org, versions 1 and 1.1), turned into entries of plain text.

It takes what publishers really write: ids that are numbers, items without a version, texts where lists should be. It
does not decide which entry is known or what a date means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from hashlib import blake2b
from typing import Final, TypeAlias

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.sources.formats.delta import DIGEST
from monitor.sources.formats.entry_bounds import CONTENT, SUMMARY, TITLE, EntryBounds
from monitor.sources.formats.feed import NAME, NAMES, resolve_link
from monitor.sources.formats.feed_head import FeedLink, find_older_link
from monitor.sources.formats.html import one_line, tidy_lines, to_text
from monitor.sources.formats.list_window import ListSelection, select_entries

Value: TypeAlias = "Mapping[str, Value] | list[Value] | str | bool | None"
Object: TypeAlias = Mapping[str, Value]
Pick: TypeAlias = Callable[[Sequence[Object]], ListSelection[Object]]

FORMAT: Final = "://jsonfeed.org/version/", "://www.jsonfeed.org/version/"
# What an item is read with besides its own: a change here makes every item another one.
AROUND: Final = ("version", "home_page_url", "language", "author", "authors")
# Numbers stay as they were written: an id is text, and a number of 5,000 digits is slow to read.
DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)
VERSION: Final = re.compile(r'"version"\s*:\s*"([^"]{1,200})"')
ITEMS: Final = re.compile(r'"items"\s*:\s*\[\s*')
NEXT: Final = re.compile(r"\s*,\s*")


def is_json(text: str) -> bool:
    """Whether a document is JSON by its first character, which none of the XML formats begins with."""
    return text.startswith(("{", "["))


def read_json_feed(text: str, url: str, known: AbstractSet[bytes] = frozenset(), most: int | None = None) -> Feed:
    """The items that are not known. FeedUnreadable: it is no JSON Feed, and what it seems to be."""
    try:
        feed, problem = _load_json(text)
        return _build_feed(
            feed, problem, url, lambda objects: select_entries(objects, partial(_digest_items, feed), known, most)
        )
    except RecursionError:
        raise FeedUnreadable("this is JSON that is nested too deeply to be a feed") from None


def _build_feed(feed: Object, problem: str | None, url: str, pick: Pick) -> Feed:
    items = feed.get("items")
    if not isinstance(items, list):
        raise FeedUnreadable("this is JSON, and no feed: it has no list of items")
    if not _is_feed(feed, items):
        raise FeedUnreadable("this is JSON, and no JSON Feed: it names no version of it, and its items have no ids")
    objects = [item for item in items if isinstance(item, dict)]
    items_read = pick(objects)
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
    """The feed, and what is wrong with it: of one that breaks off, what stands before that."""
    problem = None
    try:
        feed, _ = DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        what = f"line {error.lineno}: {error.msg}"
        items = _recover_items(text)
        if not items:
            raise FeedUnreadable(f"this is no JSON that can be read ({what})") from None
        named = VERSION.search(text)
        feed = {"items": items, "version": named[1] if named else None}
        problem = f"the document is ill-formed ({what}); what could be read of it was kept"
    if not isinstance(feed, dict):
        raise FeedUnreadable("this is JSON, and no feed: it is a list")
    return feed, problem


def _recover_items(text: str) -> list[Value]:
    """The items that are whole."""
    items: list[Value] = []
    begins = ITEMS.search(text)
    at = begins.end() if begins else len(text)
    while at < len(text):
        try:
            item, at = DECODER.raw_decode(text, at)
        except json.JSONDecodeError:
            break
        items.append(item)
        after = NEXT.match(text, at)
        at = after.end() if after else len(text)
    return items


def _is_feed(feed: Object, items: list[Value]) -> bool:
    version = feed.get("version")
    if isinstance(version, str) and any(name in version for name in FORMAT):
        return True
    return any(
        isinstance(item, dict) and item.get("id") and ("url" in item or _extract_content(item, EntryBounds()))
        for item in items
    )


def _digest_items(feed: Object, items: Sequence[Object]) -> tuple[bytes, ...]:
    """Of each item in its canonical form: neither order nor white space is part of what it says."""
    around = _encode_canonical({key: feed[key] for key in AROUND if key in feed})
    salt = blake2b(around, digest_size=blake2b.SALT_SIZE).digest()
    return tuple(blake2b(_encode_canonical(item), digest_size=DIGEST, salt=salt).digest() for item in items)


def _encode_canonical(value: Object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def _build_entry(item: Object, feed: Object, base: str, digest: bytes) -> Entry:
    bounds = EntryBounds()
    return Entry(
        guid=_get_string(item, "id") or None,
        link=resolve_link(_get_string(item, "url") or _get_string(item, "external_url"), base),
        title=_extract_title(item, bounds),
        summary=_extract_text(item, "summary", SUMMARY, bounds),
        content=_extract_content(item, bounds),
        published=_get_string(item, "date_published")[:NAME] or None,
        updated=_get_string(item, "date_modified")[:NAME] or None,
        authors=_extract_authors(item) or _extract_authors(feed),
        language=_get_string(item, "language") or _get_string(feed, "language") or None,
        tags=tuple(_clean_names(item.get("tags"))),
        slice=digest,
        is_truncated=bounds.exceeded,
    )


def _extract_title(of: Object, bounds: EntryBounds) -> str:
    return one_line(_extract_text(of, "title", TITLE, bounds))


def _extract_text(of: Object, key: str, most: int, bounds: EntryBounds) -> str:
    value = of.get(key)
    return bounds.text_of(value, most, tidy_lines) if isinstance(value, str) else ""


def _extract_content(item: Object, bounds: EntryBounds) -> str:
    html = item.get("content_html")
    if isinstance(html, str) and html:
        return bounds.text_of(html, CONTENT, to_text)
    return _extract_text(item, "content_text", CONTENT, bounds)


def _extract_authors(of: Object) -> tuple[str, ...]:
    """Version 1 had one author, 1.1 has several."""
    authors = of.get("authors")
    listed: list[Value] = authors if isinstance(authors, list) and authors else [of.get("author")]
    names = [_get_string(each, "name") if isinstance(each, dict) else each for each in listed]
    return tuple(_clean_names(names))


def _clean_names(values: Value) -> Iterator[str]:
    """Texts of a list, or the one text that stands where a list should."""
    listed = [values] if isinstance(values, str) else values if isinstance(values, list) else []
    names = dict.fromkeys(one_line(value)[:NAME] for value in listed if isinstance(value, str))
    names.pop("", None)
    yield from list(names)[:NAMES]


def _get_string(of: Object, key: str) -> str:
    value = of.get(key)
    return one_line(value) if isinstance(value, str) else ""


def _explain_omitted(items: int) -> str | None:
    return f"{items} of its items are none, and were left out" if items else None
