"""The canonical address is the same whether a plain link is recognised as one or cleaned like any other."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.ingest import canonical_url
from monitor.ingest.canonical_url import canonicalize_url

_NOTHING = re.compile("(?!)")
_PIECES = (
    "http:// https:// HTTPS:// www. www www2. x.test X.test xn--80ak6aa92e. localhost :80 :443 :8080 user@ . .. / //"
    " /.. /a /A_b-c.html /2026/01/05/ ~b !=, %20 %zz ; : @ & + * ? # ?id=3 ?utm_source=rss #ref é 汉 /대만-훈련"
    " /٣ /a\u0301 <b> { } \" ' | &amp; http://y.test/b [ ] \ud800"
)
_pieces = st.lists(st.sampled_from([" ", "\n", *_PIECES.split()]), max_size=6).map("".join)
_links = st.builds(
    "{}{}{}".format,
    st.sampled_from(["http://", "https://"]),
    st.sampled_from(["www.x.test", "x.test", "x-1.co.uk"]),
    _pieces,
)


@settings(max_examples=3000)
@given(st.one_of(_pieces, _links))
def test_a_plain_link_is_what_cleaning_leaves_of_it(link: str) -> None:
    """Plain or not."""
    canonicalize_url.cache_clear()
    said = canonicalize_url(link)
    canonicalize_url.cache_clear()
    with pytest.MonkeyPatch.context() as cleaning_alone:
        cleaning_alone.setattr(canonical_url, "_PLAIN", _NOTHING)
        cleaned = canonicalize_url(link)
    assert said == cleaned
