"""What a feed says of itself as a whole: how long to stay away, and where what has left it still stands.

These are wishes, read and not weighed: whether they are followed is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urljoin, urlsplit

# RSS 1.0's syndication module, which RSS 2.0 and Atom feeds use too.
PERIODS: Final = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
LONGEST: Final = timedelta(days=365)
# RFC 5005: the archive before this document, else the next page of the same one.
OLDER: Final = ("prev-archive", "next")


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A link of the feed's own; `rel` in lower case."""

    rel: str
    href: str


def parse_update_interval(ttl: str = "", period: str = "", frequency: str = "") -> timedelta | None:
    """How often the feed says that it changes: the longest that it says. `ttl`: minutes, as RSS 2.0 has them."""
    said = [timedelta(minutes=min(minutes, LONGEST // timedelta(minutes=1)))] if (minutes := _parse_count(ttl)) else []
    if every := PERIODS.get(period.strip().lower()):
        said.append(every / (_parse_count(frequency) or 1))
    return max(said, default=None)


def find_older_link(links: Iterable[FeedLink], base: str, url: str) -> str | None:
    """Where an archive goes on: absolute, of the web, and not this document again (`url`)."""
    by_rel = {link.rel: link.href for link in reversed(list(links))}
    for rel in OLDER:
        address = web_address(by_rel.get(rel, ""), base)
        if address and address != url:
            return address
    return None


def web_address(link: str, base: str, most: int = 2_048) -> str | None:
    """A link that can be asked for over HTTP; None where it is none."""
    try:
        absolute = urljoin(base, link.strip()) if link.strip() else ""
        parts = urlsplit(absolute)
    except ValueError:
        return None
    return absolute if parts.scheme in {"http", "https"} and parts.netloc and len(absolute) <= most else None


def _parse_count(text: str) -> int:
    """A whole number of at least one; 0 where there is none."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
