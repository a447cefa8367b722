"""What of an address is secret, and how it is shown."""

from __future__ import annotations

import pytest

from monitor.url_secrets import (
    digest_open_address,
    drop_secrets_from_link,
    find_url_secrets,
    hide_secrets_in,
    list_references,
    redact_url,
    secret_forms,
)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.test/f?token=abc", "https://x.test/f?token=***"),
        ("https://x.test/f?a=1&api_key=q&b=2#c", "https://x.test/f?a=1&api_key=***&b=2#c"),
        ("https://x.test/f?X-Amz-Signature=ffee", "https://x.test/f?X-Amz-Signature=***"),
        ("https://x.test/f?accessToken=zz;b=1", "https://x.test/f?accessToken=***;b=1"),
        ("https://x.test/f?key=a1b2c3d4e5f6", "https://x.test/f?key=***"),
        ("https://x.test/f?session=0f3a9c1b2d4e5f607182", "https://x.test/f?session=***"),
        ("https://x.test/f?auth=averyveryverylongword", "https://x.test/f?auth=***"),
        ("https://x.test/f?f=0f3a9c1b2d4e5f60718293a4b5c6d7e8", "https://x.test/f?f=***"),  # hexadecimal
        ("https://x.test/f?x=550e8400-e29b-41d4-a716-446655440000", "https://x.test/f?x=***"),  # a UUID
        ("https://x.test/f?j=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", "https://x.test/f?j=***"),
        ("https://x.test/f?0f3a9c1b2d4e5f607182", "https://x.test/f?***"),  # without a name
        ("https://x.test/f?a=1&550e8400-e29b-41d4-a716-446655440000", "https://x.test/f?a=1&***"),
        ("https://x.test/f?Zm9vYmFyMTIzNDU2Nzg5MA==", "https://x.test/f?***"),
        (
            "https://x.test/f?rsstoken=a&tokenid=b&user_feedtoken=c",
            "https://x.test/f?rsstoken=***&tokenid=***&user_feedtoken=***",
        ),
        ("https://x.test/f?rsskey=a1b2c3d4e5f6", "https://x.test/f?rsskey=***"),
        ("https://x.test/f?PHPSESSID=0f3a9c1b2d4e5f60718293a4", "https://x.test/f?PHPSESSID=***"),
        ("https://x.test/feed;token=abc/new;a=1;sig=0f3a9c1b2d4e", "https://x.test/feed;token=***/new;a=1;sig=***"),
        ("https://x.test/f;jsessionid=0F3A9C1B2D4E5F607182?a=1", "https://x.test/f;jsessionid=***?a=1"),
        ("https://x.test/f#token=abc", "https://x.test/f#token=***"),
        ("https://x.test/f?a=1#/feed?access_token=abc&b=2", "https://x.test/f?a=1#/feed?access_token=***&b=2"),
        ("https://x.test/f?url=https://o.test/?token=abc&b=2", "https://x.test/f?url=https://o.test/?token=***&b=2"),
        (
            "https://x.test/f?url=https%3A%2F%2Fo.test%2F%3Fa%3D1%26token%3Dabc&b=2",
            "https://x.test/f?url=https%3A%2F%2Fo.test%2F%3Fa%3D1%26token%3D***&b=2",
        ),
        (
            "https://x.test/f?u=https%3a%2f%2fo.test%2f%3ftoken%3dabc%26b%3d2",
            "https://x.test/f?u=https%3a%2f%2fo.test%2f%3ftoken%3d***%26b%3d2",
        ),
        (
            "https://x.test/f?u=https%253A%252F%252Fo.test%252F%253Ftoken%253Dabc",
            "https://x.test/f?u=https%253A%252F%252Fo.test%252F%253Ftoken%253D***",
        ),
        ("https://x.test/f?token=ab%26b%3Dc", "https://x.test/f?token=***"),  # the whole value
        ("https://x.test/f?u=https://me:pw@o.test/f", "https://x.test/f?u=https://***@o.test/f"),
        ("https://x.test/f?u=https%3A%2F%2Fme%3Apw%40o.test%2Ff", "https://x.test/f?u=https%3A%2F%2F***%40o.test%2Ff"),
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
        "https://x.test/f?key=covid19&pass=euro2024&auth=north-korea-2024-tests",
        "https://x.test/f?sid=10000&session=2024&sessionid=101",  # sections
        "https://video.test/feeds?channel_id=UCabc123def456ghi789jkl0",  # the id of a thing
        "https://x.test/f?category=top-news-of-the-day-2024",
        "https://x.test/rss/search?q=%22North+Korea%22+missile+when:1d&hl=en-US&gl=US&ceid=US:en",
        "https://x.test/?date=2024-01-01T00:00:00Z&q=covid19-vaccine-2024q3-update",
        "https://x.test/f?token=",
        "https://x.test/?rss",
        "https://x.test/?north-korea-fires-3-missiles-in-2024-tests",
        "https://x.test/index.html?S3RequesterPays.html",
        "https://x.test/?p=1234567890123456789012&20240101T000000Z",
        "https://x.test/?p123456789012345678901",
        "https://x.test/f?secretary=guterres&tokenomics=1&secretariat=un",
        "https://x.test/f?turkey=ankara&hockey=nhl2024&monkey=mpox2024&passage=3&compass=north",
        "https://x.test/f?assess=2024q3&sessions=week12",
        "https://x.test/f;jsessionid=101;v=2/world;lang=en?a=1",
        "https://x.test/2024/01/01/seoul;-a-report",
        "https://x.test/f#top-news-of-the-day-2024",
        "https://x.test/#/world/feed?page=2",
        "https://x.test/f#:~:text=North%20Korea",
        "https://x.test/f?url=https://o.test/@user/feed?page=2",
        "https://x.test/f?url=https%3A%2F%2Fo.test%2F%40user%2Ffeed%3Fpage%3D2%26key%3Dpolitics",
        "https://x.test/f?q=https%3A%2F%2Fo.test%2Fa-slug-of-2024-b2b-3d",
        "https://x.test/f?q=a@b.test&mail=me%40x.test",
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
    secrets = find_url_secrets("https://x.test/?x=a%2Fb1c2d3e4f5g6h7i8%2B9")
    assert {"a%2Fb1c2d3e4f5g6h7i8%2B9", "a/b1c2d3e4f5g6h7i8+9", "a/b1c2d3e4f5g6h7i8%2B9"} <= secrets
    text = "GET /?x=a%2Fb1c2d3e4f5g6h7i8%2B9 a/b1c2d3e4f5g6h7i8+9"
    assert hide_secrets_in(text, secrets) == "GET /?x=*** ***"
    assert hide_secrets_in("of a file: c2VjcmV0LWtleQ==", {"c2VjcmV0LWtleQ=="}) == "of a file: ***"


@pytest.mark.parametrize("value", ["world", "covid19", "10000", "euro2024"])
def test_words_of_an_address_are_hidden_in_texts_only_with_their_name(value: str) -> None:
    """A section of a site may be called a token. News about it stays as it is, and so do its links."""
    secrets = find_url_secrets(f"https://x.test/f?token={value}&sid=10000")
    text = f"{value} wave: 10000 in hospital"
    assert hide_secrets_in(text, secrets) == text
    assert drop_secrets_from_link(f"https://x.test/{value}/1?section={value}", secrets) == (
        f"https://x.test/{value}/1?section={value}"
    )
    assert hide_secrets_in(f"401 for /f?token={value}&a", secrets) == "401 for /f?token=***&a"
    assert drop_secrets_from_link(f"https://x.test/1?token={value}", secrets) == "https://x.test/1"


def test_addresses_whose_open_secrets_differ_are_told_apart() -> None:
    """A reference may change; an address without a secret has no digest."""
    one, other = (digest_open_address(f"https://x.test/f?token={section}") for section in ("world", "asia"))
    assert one != other
    assert "" not in {one, other}
    assert digest_open_address("https://x.test/f?token=${env:A}") == ""
    assert digest_open_address("https://x.test/${env:A}?token=a") == digest_open_address(
        "https://x.test/${env:B}?token=a"
    )


@pytest.mark.parametrize("secret", ["a/b+c d=1é", "a%2Fb%2Bc%20d%3D1%C3%A9", "a%2fb%2bc%20d%3d1%c3%a9"])
@pytest.mark.parametrize(
    "form",
    [
        "a/b+c d=1é",
        "a%2Fb%2Bc%20d%3D1%C3%A9",
        "a%2fb%2bc%20d%3d1%c3%a9",
        "a%252Fb%252Bc%2520d%253D1%25C3%25A9",
        "a%252fb%252bc%2520d%253d1%25c3%25a9",
    ],
)
def test_a_secret_is_found_however_it_is_quoted(secret: str, form: str) -> None:
    """Servers write it back in lower case, or quote the whole address once more."""
    assert hide_secrets_in(f"GET {form} failed", secret_forms(secret)) == "GET *** failed"


def test_an_option_is_found_in_an_address_that_is_quoted() -> None:
    """Its value is a word, so it is hidden with its name only."""
    secrets = find_url_secrets("https://x.test/f?url=https%3A%2F%2Fo.test%2F%3Ftoken%3Dworld")
    assert secrets >= {"token=world", "token%3Dworld", "token%3dworld", "token%253Dworld"}
    assert "world" not in secrets
    assert find_url_secrets("https://x.test/f?token=world") >= {"token=world", "token%3Dworld"}
    assert hide_secrets_in("at ?u=o%3Ftoken%3Dworld", secrets) == "at ?u=o%3F***"


def test_an_option_without_a_name_leaves_links_and_texts() -> None:
    """As one that has a name does."""
    token = "0f3a9c1b2d4e5f607182"
    secrets = find_url_secrets(f"https://x.test/f?{token}")
    assert drop_secrets_from_link(f"https://x.test/1?{token}", secrets) == "https://x.test/1"
    assert drop_secrets_from_link(f"https://x.test/1?a=1&{token}", secrets) == "https://x.test/1?a=1"
    assert hide_secrets_in(f"401 for {token}", secrets) == "401 for ***"


def test_short_secrets_are_not_looked_for_in_texts() -> None:
    """They occur in harmless words; logs go by the same length."""
    assert hide_secrets_in("abcde abcdef", {"abcde", "abcdef"}) == "abcde ***"


def test_an_escaped_reference_is_none() -> None:
    """`$${` gives the two characters themselves."""
    assert redact_url("https://x.test/f?q=$${a}") == "https://x.test/f?q=$${a}"


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


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("https://x.test/${env:A}/$${b}/${env:A}", ["${env:A}", "$${b}"]),
        ("https://x.test/${", ["${"]),
        ("https://x.test/" + "$" * 200_000, []),  # takes no time
    ],
)
def test_all_that_names_a_secret_is_listed(text: str, references: list[str]) -> None:
    assert list_references(text) == references
