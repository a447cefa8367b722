"""The canonical address: what joins two outlets' links to one page, and what must never be joined."""

from __future__ import annotations

import pytest

from monitor.ingest.canonical_url import canonicalize_url


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        # trackers go, whoever added them
        ("https://x.test/a?utm_source=rss&fbclid=1&id=3", "https://x.test/a?id=3"),
        ("https://x.test/a?from=rss&CMP=share&ns_mchannel=social", "https://x.test/a"),
        ("https://x.test/a?ref=home&ref_src=twsrc", "https://x.test/a"),
        # the parameters of Korean portals are what tells articles apart
        ("https://n.test/read?sid=100&oid=001&aid=0012", "https://n.test/read?aid=0012&oid=001&sid=100"),
        # so is the number of a blog's post at its home page
        ("https://x.test/?p=12", "https://x.test/?p=12"),
        # http, https and www are one site
        ("http://x.test/a", "https://x.test/a"),
        ("https://www.x.test/a", "https://x.test/a"),
        ("http://WWW.X.test/a", "https://x.test/a"),
        # the order of parameters says nothing
        ("https://x.test/a?b=2&a=1", "https://x.test/a?a=1&b=2"),
        # another case of the path may be another page
        ("https://x.test/A", "https://x.test/A"),
        # a page in the fragment is a page
        ("https://x.test/app#/news/1", "https://x.test/app#/news/1"),
        # a home page is the address of no article
        ("https://x.test/", None),
        ("https://www.x.test", None),
        ("https://x.test/?utm_source=rss", None),
        # what is no web address
        ("ftp://x.test/a", None),
        ("mailto:desk@x.test", None),
        ("javascript:alert(1)", None),
        ("urn:uuid:1", None),
        ("/a", None),
        # what is broken
        ("http://[::1", None),
        ("https://x.test/a?q=\ud800", None),
        ("", None),
        (None, None),
    ],
)
def test_canonical_addresses(address: str | None, expected: str | None) -> None:
    """Links to one page have one canonical address; what names no page has none."""
    assert canonicalize_url(address) == expected
