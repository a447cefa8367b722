"""What is missing between two polls, as far as documents tell: without asking anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Entry, Feed
from monitor.sources.formats.read_document import read_document
from monitor.sources.polling.backfill import older_page, step_from_feed_page, step_from_sitemap

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WORDPRESS = b"<generator>https://wordpress.org/?v=6.8</generator>"


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
    ("url", "feed", "page", "found"),
    [
        ("https://a.test/feed", Feed((), older_page_url="https://a.test/archive/7"), 1, "https://a.test/archive/7"),
        (
            "https://a.test/feed",
            Feed((), older_page_url="https://a.test/archive/7", has_numbered_pages=True),
            1,
            "https://a.test/archive/7",
        ),
        ("https://a.test/feed/", Feed((), has_numbered_pages=True), 1, "https://a.test/feed/?paged=2"),
        (
            "https://a.test/?feed=rss2&lang=",
            Feed((), has_numbered_pages=True),
            2,
            "https://a.test/?feed=rss2&lang=&paged=3",
        ),
        ("https://a.test/feed?paged=1", Feed((), has_numbered_pages=True), 1, "https://a.test/feed?paged=2"),
        ("https://a.test/feed", Feed(()), 1, None),
    ],
)
def test_where_older_pages_stand(url: str, feed: Feed, page: int, found: str | None) -> None:
    """Where the feed says so; else as WordPress numbers them."""
    assert older_page(url, feed, page) == found


def test_the_generator_of_a_feed_says_whether_its_pages_are_numbered() -> None:
    """A word in an entry says nothing."""
    feed = b"<rss version='2.0'><channel>%b<item><title>Launch</title></item></channel></rss>"
    for head, is_numbered in ((WORDPRESS, True), (b"", False), (b" " * 9_000 + WORDPRESS, False)):
        assert read_document(feed % head, {}, "https://a.test/feed").has_numbered_pages is is_numbered
