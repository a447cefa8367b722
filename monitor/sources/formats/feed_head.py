"""Reads what a feed says about itself as a whole: how often it changes, and where its older entries are.

Whether we follow that is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from monitor.sources.formats.absolute_link import join_link

# RSS 1.0's syndication module, which RSS 2.0 and Atom feeds use too.
PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
MAX_INTERVAL: Final = timedelta(days=365)
# RFC 5005: the archive before this document, else the next page of this archive.
OLDER_RELS: Final = ("prev-archive", "next")


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link of the feed's own; `rel` in lower case."""

    rel: str
    href: str


def parse_update_interval(ttl: str = "", period: str = "", frequency: str = "") -> timedelta | None:
    """How often the feed says that it changes: the longest interval that it gives. `ttl`: minutes, as in RSS 2.0."""
    intervals = (
        [timedelta(minutes=min(minutes, MAX_INTERVAL // timedelta(minutes=1)))]
        if (minutes := _parse_count(ttl))
        else []
    )
    if every := PERIODS.get(period.strip().lower()):
        intervals.append(every / (_parse_count(frequency) or 1))
    return max(intervals, default=None)


def find_older_link(links: Iterable[FeedLink], base: str, url: str) -> str | None:
    """The absolute address of the next older page; None if there is none, or it is this document (`url`)."""
    by_rel = {link.rel: link.href for link in reversed(list(links))}
    for rel in OLDER_RELS:
        address = web_address(by_rel.get(rel, ""), base)
        if address and address != url:
            return address
    return None


def web_address(link: str, base: str, max_length: int = 2_048) -> str | None:
    """The absolute HTTP address of a link; None if it has none."""
    try:
        absolute = join_link(base, link.strip()) if link.strip() else ""
        parts = urlsplit(absolute)
    except ValueError:
        return None
    return absolute if parts.scheme in {"http", "https"} and parts.netloc and len(absolute) <= max_length else None


def _parse_count(text: str) -> int:
    """A whole number of at least 1; 0 if the text has none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
