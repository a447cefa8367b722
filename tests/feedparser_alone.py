"""feedparser as everybody uses it, to hold our shorter way into it against."""

from __future__ import annotations

import io
from typing import Any

import feedparser

from monitor.sources.formats.xml_reader import ParsedFeed

KIND = {"content-type": "application/xml; charset=utf-8"}


def alone(clean: bytes) -> ParsedFeed:
    """What `feedparser.parse` makes of a document."""
    parsed = feedparser.parse(
        io.BytesIO(clean), response_headers=KIND, sanitize_html=False, resolve_relative_uris=False
    )
    return ParsedFeed(parsed.feed, parsed.entries, parsed.version, parsed.get("bozo_exception"))


def said(parsed: ParsedFeed) -> tuple[Any, ...]:
    """All that it says, but for the dates that it parses."""
    return _said(parsed.feed), [_said(entry) for entry in parsed.entries], parsed.version


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        items = dict(value).items()  # as it stands there: feedparser's own dicts also answer to other names
        return {key: _said(each) for key, each in items if not key.endswith("_parsed")}
    return [_said(each) for each in value] if isinstance(value, list) else value
