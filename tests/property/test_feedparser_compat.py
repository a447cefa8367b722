"""However a feed is written: our short way into feedparser's reader makes of it what `feedparser.parse` makes of it."""

from __future__ import annotations

from hypothesis import event, given, settings

from monitor.sources.formats.charset import to_utf8
from monitor.sources.formats.feedparser_compat import parse_leniently, parse_well_formed
from tests.parsed_feeds import said
from tests.property.test_delta import versions


@settings(max_examples=200)
@given(versions())
def test_it_is_read_as_feedparser_reads_it(history: list[str]) -> None:
    """In all that feedparser says of the feed and of its entries, whether we ask for it or not."""
    for document in history:
        clean = to_utf8(document)
        parsed, other = parse_well_formed(clean), parse_leniently(clean)
        event("left to feedparser" if parsed is None else "read")
        if parsed is None:
            assert other.problem is not None
        else:
            assert other.problem is None
            assert said(parsed) == said(other)
