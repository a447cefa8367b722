"""What feedparser says of a document, to compare two ways of parsing it."""

from __future__ import annotations

from typing import Any

from monitor.sources.formats.parsed_feed import ParsedFeed


def said(parsed: ParsedFeed) -> tuple[Any, ...]:
    """All that it says, but for the dates that it parses."""
    return _said(parsed.feed), [_said(entry) for entry in parsed.entries], parsed.version


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        items = dict(value).items()  # as it stands there: feedparser's own dicts also answer to other names
        return {key: _said(each) for key, each in items if not key.endswith("_parsed")}
    return [_said(each) for each in value] if isinstance(value, list) else value
