"""However a feed is written: our short way into feedparser's reader makes of it what `feedparser.parse` makes of it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bench.mutations import DAMAGES, own
from monitor.sources.formats.charset import read_text, to_utf8
from monitor.sources.formats.doctype import strip_doctype
from monitor.sources.formats.feedparser_compat import (
    FEEDPARSER_ERRORS,
    may_have_doctype,
    parse_ill_formed,
    parse_leniently,
    parse_well_formed,
)
from monitor.sources.formats.parsed_feed import ParsedFeed, find_xml_fault
from tests.slow.test_delta import versions
from tests.support.parsed_feeds import said


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


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=3))
def test_damaged_feeds_are_read_as_feedparser_reads_them(number: int, damages: list[Callable[..., bytes]]) -> None:
    """The same entries, or the same kind of error."""
    chance = Random(number)
    body = chance.choice(own())
    for damage in damages:
        body = damage(chance, body, chance.choice(own()))
    clean = strip_doctype(to_utf8(read_text(body, None).text)).body
    fault = find_xml_fault(clean)
    event("well-formed" if fault is None else "ill-formed")
    if fault is not None and not may_have_doctype(clean):
        ours = _read_or_fail(lambda: parse_ill_formed(clean, fault))
        assert ours == _read_or_fail(lambda: parse_leniently(clean))


def _read_or_fail(read: Callable[[], ParsedFeed]) -> object:
    try:
        return said(read())
    except FEEDPARSER_ERRORS as error:
        return type(error)
