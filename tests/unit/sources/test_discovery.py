"""What a web page names as its feeds, as pages are: well made, badly made, or of the large platforms' kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.sources.polling.discovery import (
    FeedCandidate,
    FeedCandidates,
    guess_feed_urls,
    links_of,
)

PAGES = Path(__file__).parents[2] / "data" / "pages"
HTML = {"content-type": "text/html; charset=utf-8"}
FEED = '<link rel=alternate type="application/rss+xml" '


@pytest.mark.parametrize(
    ("page", "url", "links"),
    [
        # a weblog's, as WordPress makes it: oEmbed and translations are no feeds
        (
            "weblog.html",
            "https://harbour.example/2026/a-story",
            FeedCandidates(
                (
                    FeedCandidate("https://harbour.example/feed/"),
                    FeedCandidate("https://harbour.example/comments/feed/"),
                )
            ),
        ),
        # a channel's, as YouTube makes it; what stands in a script is none
        (
            "channel.html",
            "https://video.example/@name",
            FeedCandidates((FeedCandidate("https://video.example/feeds/videos.xml?channel_id=UC1"),)),
        ),
        # a profile's, as Mastodon makes it
        (
            "profile.html",
            "https://social.example/@desk",
            FeedCandidates((FeedCandidate("https://social.example/@desk.rss"),)),
        ),
        # a page that names none: links that look like feeds, each once
        (
            "links.html",
            "https://gazette.example/en/index.html",
            FeedCandidates(
                (),
                (
                    FeedCandidate("https://gazette.example/en/feeds/world.xml"),
                    FeedCandidate("https://gazette.example/rss"),
                    FeedCandidate("https://elsewhere.example/index.php?option=x&format=feed"),
                    FeedCandidate("https://gazette.example/en/news.atom?x=1"),
                ),
            ),
        ),
    ],
)
def test_the_feeds_of_a_page_are_found(page: str, url: str, links: FeedCandidates) -> None:
    """In its order, with whole addresses."""
    assert links_of((PAGES / page).read_bytes(), HTML, url) == links


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (f"{FEED}href=f>", [FeedCandidate("https://n.example/a/f")]),
        (f"<base href='/b/'>{FEED}href=f>", [FeedCandidate("https://n.example/b/f")]),
        (f"{FEED}href=f hreflang=zh-Hant>", [FeedCandidate("https://n.example/a/f", "zh-Hant")]),
        (f"{FEED}href=f>{FEED}href=f#x>", [FeedCandidate("https://n.example/a/f")]),
        (f"{FEED}href='feed:https://o.example/f'>", [FeedCandidate("https://o.example/f")]),
        (
            "<LINK REL='Alternate Home' TYPE='Application/Atom+XML; charset=x' HREF=f>",
            [FeedCandidate("https://n.example/a/f")],
        ),
        ("<link rel=feed href=f>", [FeedCandidate("https://n.example/a/f")]),
        # nowhere, and no address of the web
        (f"{FEED}href=''>{FEED}>{FEED}href='data:x'>{FEED}href='http://[x/'>{FEED}href='http:'>", []),
        # the page itself
        (f"{FEED}href='https://n.example/a/b'>", []),
        ("", []),
        ("\0\0<", []),
    ],
)
def test_a_link_names_a_feed_or_not(body: str, named: list[FeedCandidate]) -> None:
    """By its relation and its type."""
    links = links_of(body.encode(), HTML, "https://n.example/a/b")
    assert (list(links.declared), links.is_page) == (named, True)


@pytest.mark.parametrize(
    ("body", "headers", "page"),
    [
        (b"<title>x</title>", {}, True),
        (b"plain", {"content-type": "application/xhtml+xml"}, True),
        (b"%PDF-1.7", {"content-type": "application/pdf"}, False),
        (b"{}", {"content-type": "application/json"}, False),
        (b"", {}, False),
    ],
)
def test_what_is_no_page_is_known(body: bytes, headers: dict[str, str], page: bool) -> None:
    """No other address is tried for it."""
    assert links_of(body, headers, "https://n.example/").is_page is page


def test_a_hostile_page_takes_little() -> None:
    """Deep, and with names of many sizes; what it names first is found."""
    body = f"<html><head>{FEED}href=f>" + "<div>" * 100_000 + "<a href=/rss>" * 50_000
    links = links_of(body.encode(), HTML, "https://n.example/")
    assert links.declared == (FeedCandidate("https://n.example/f"),)


def test_the_usual_addresses_are_few() -> None:
    """Below the page first, then at the top of its site."""
    assert list(guess_feed_urls("https://n.example/en/news/?a=1"))[:2] == [
        "https://n.example/en/news/feed",
        "https://n.example/feed",
    ]
    assert next(guess_feed_urls("https://n.example/index.html")) == "https://n.example/feed"
    assert len(list(guess_feed_urls("https://n.example"))) == 6
