"""What of an address is secret, and how it is shown."""

from __future__ import annotations

import pytest

from monitor.url_secrets import drop_secrets_from_link, find_url_secrets, hide_secrets_in, redact_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.test/f?token=abc", "https://x.test/f?token=***"),
        ("https://x.test/f?a=1&api_key=q&b=2#c", "https://x.test/f?a=1&api_key=***&b=2#c"),
        ("https://x.test/f?X-Amz-Signature=ffee", "https://x.test/f?X-Amz-Signature=***"),
        ("https://x.test/f?accessToken=zz;b=1", "https://x.test/f?accessToken=***;b=1"),
        ("https://x.test/f?key=a1b2", "https://x.test/f?key=***"),
        ("https://x.test/f?auth=averyveryverylongword", "https://x.test/f?auth=***"),
        ("https://x.test/f?f=0f3a9c1b2d4e5f60718293a4b5c6d7e8", "https://x.test/f?f=***"),  # hexadecimal
        ("https://x.test/f?x=550e8400-e29b-41d4-a716-446655440000", "https://x.test/f?x=***"),  # a UUID
        ("https://x.test/f?j=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", "https://x.test/f?j=***"),
        ("https://me:pw@x.test/f", "https://x.test/f"),
        ("https://me:${file:/run/x?y}@x.test/${env:A}", "https://x.test/***"),
    ],
)
def test_a_secret_is_shown_as_stars(url: str, shown: str) -> None:
    """By its name, or because it is long and looks random."""
    assert redact_url(url) == shown
    assert redact_url(shown) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://x.test/feed.xml",
        "https://x.test/f?key=politics&author=kim&authority=9",  # words, and names that only look alike
        "https://video.test/feeds?channel_id=UCabc123def456ghi789jkl0",  # the id of a thing
        "https://x.test/f?category=top-news-of-the-day-2024",
        "https://x.test/rss/search?q=%22North+Korea%22+missile+when:1d&hl=en-US&gl=US&ceid=US:en",
        "https://x.test/?date=2024-01-01T00:00:00Z&q=covid19-vaccine-2024q3-update",
        "https://x.test/f?token=",
        "HTTPS://X.test:443/%7Ea/?b=%20&&c",  # not one sign is changed
        "no address at all",
        "https://[x/f?a=1",
    ],
)
def test_what_is_no_secret_stays(url: str) -> None:
    """People must be able to tell their feeds apart."""
    assert redact_url(url) == url
    assert find_url_secrets(url) == frozenset()


def test_known_secrets_are_hidden_wherever_they_are() -> None:
    """As a part of the path or of the query, in each form, and within other texts if they are long enough."""
    assert redact_url("https://x.test/ab/f?c=ab&d=abc", {"ab"}) == "https://x.test/***/f?c=***&d=abc"
    secrets = find_url_secrets("https://x.test/?token=a%2Fb%2Bc9")
    assert {"a%2Fb%2Bc9", "a/b+c9", "a/b%2Bc9"} <= secrets
    assert hide_secrets_in("GET /?token=a%2Fb%2Bc9 a/b+c9", secrets) == "GET /?token=*** ***"


@pytest.mark.parametrize(
    ("link", "left"),
    [
        ("https://x.test/1?token=s3cret", "https://x.test/1"),
        ("https://x.test/1?a=1&token=s3cret&b=2#c", "https://x.test/1?a=1&b=2#c"),
        ("https://x.test/s3cret/1", "https://x.test/***/1"),
        ("https://x.test/1?a=1#c", "https://x.test/1?a=1#c"),
        ("https://x.test/1#c?d", "https://x.test/1#c?d"),
    ],
)
def test_a_link_loses_the_option_with_the_secret(link: str, left: str) -> None:
    """It still leads to the page, for those who may read it."""
    assert drop_secrets_from_link(link, {"s3cret"}) == left
