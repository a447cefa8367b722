"""What is missing between two polls, as far as documents tell: without asking anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Entry
from monitor.sources.polling.backfill import older_page, step_from_feed_page, step_from_sitemap

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WORDPRESS = b"<rss><channel><generator>https://wordpress.org/?v=6.8</generator>"


def entry(link: str, hours_ago: float | None = None) -> Entry:
    at = None if hours_ago is None else (NOON - timedelta(hours=hours_ago)).isoformat()
    return Entry(link=link, title=link, published=at)


@pytest.mark.parametrize(
    ("known", "missed", "enough"),
    [
        ([False, False, False], "abc", False),  # the gap goes on
        ([False, True, True], "a", True),
        ([True, True, True], "", True),
        ([True, False, False], "bc", True),  # the oldest stands first
        ([], "", False),  # nothing to tell by
    ],
)
def test_a_known_entry_ends_the_gap(known: list[bool], missed: str, enough: bool) -> None:
    """Wherever it stands; what is not known beside it was missed."""
    entries = [entry(name) for name in "abc"[: len(known)]]
    found = step_from_feed_page(entries, known)
    assert "".join(each.title for each in found.missed) == missed
    assert found.reaches_known is enough


def test_of_a_sitemap_only_the_time_of_the_gap_counts() -> None:
    """What is older was never in the feed, what has no date cannot be placed, and an hour's slack is given."""
    entries = [entry("new", 1), entry("known", 2), entry("slack", 6.5), entry("undated"), entry("old", 20)]
    found = step_from_sitemap(entries, [False, True, False, False, False], NOON - timedelta(hours=6), NOON)
    assert [each.title for each in found.missed] == ["new", "slack"]
    assert found.reaches_known
    short = step_from_sitemap(entries[:1], [False], NOON - timedelta(hours=6), NOON)
    assert not short.reaches_known  # it does not reach back to the gap's beginning


@pytest.mark.parametrize(
    ("url", "body", "older", "page", "found"),
    [
        ("https://a.test/feed", b"<rss>", "https://a.test/archive/7", 1, "https://a.test/archive/7"),
        ("https://a.test/feed", WORDPRESS, "https://a.test/archive/7", 1, "https://a.test/archive/7"),
        ("https://a.test/feed/", WORDPRESS, None, 1, "https://a.test/feed/?paged=2"),
        ("https://a.test/?feed=rss2&lang=", WORDPRESS, None, 2, "https://a.test/?feed=rss2&lang=&paged=3"),
        ("https://a.test/feed?paged=1", WORDPRESS, None, 1, "https://a.test/feed?paged=2"),
        ("https://a.test/feed", b"<rss>", None, 1, None),
        ("https://a.test/feed", b"x" * 9_000 + WORDPRESS, None, 1, None),  # a word in an entry says nothing
    ],
)
def test_where_older_pages_stand(url: str, body: bytes, older: str | None, page: int, found: str | None) -> None:
    """Where the feed says so; else as WordPress numbers them, where the generator says that it is that."""
    assert older_page(url, body, older, page) == found
