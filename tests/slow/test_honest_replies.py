"""Whatever a document holds, an honest worker's reply is one that its daemon takes: so one that it refuses is a lie."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.errors import FeedUnreadable
from monitor.model import Selectors
from monitor.runtime.workers import messages
from monitor.sources.kinds.page import read_page
from monitor.sources.polling.discovery import read_links
from monitor.sources.polling.in_worker import RawDocument, read_document, read_full_text
from monitor.sources.polling.readers import read_documents

URL = "https://news.test/feed"
PAGE = {"content-type": "text/html"}
DIGITS = 2_000_000

# Short texts, and longer ones than any bound, of characters that something refuses.
ODD = "a1 \0\n\r\x1b\u200d\u202e\ufffe\ud800\udfff😀ﷺ<&/:?#[]%"
texts = st.builds(
    lambda start, text, times: start + text * times,
    st.sampled_from(["", "", "https://x.test/", "2026-12-02"]),
    st.text(st.one_of(st.sampled_from(ODD), st.characters()), max_size=4),
    st.sampled_from([1, 1, 1, 60, 600, 3_000, 70_000]),
)
long_lists = st.builds(lambda text: [f"{text}{number}" for number in range(3_000)], st.sampled_from("aé"))
simple = st.one_of(texts, st.just(f"@{DIGITS}@"), st.none(), st.booleans())
values = st.one_of(simple, long_lists, st.lists(simple, max_size=3), st.dictionaries(st.just("name"), simple))

ITEM_KEYS = (
    *("id", "url", "external_url", "title", "summary", "content_html", "content_text"),
    *("date_published", "date_modified", "language", "tags", "authors", "author"),
)
FEED_KEYS = ("title", "home_page_url", "next_url", "language", "author", "authors")


def write_json(head: dict[str, Any], items: Sequence[object], times: int) -> str:
    """A JSON Feed. A text such as "@7@" becomes a number of so many digits; only short items are repeated."""
    feed, listed = (
        re.sub(r'"@(\d+)@"', lambda digits: "1" * int(digits[1]), json.dumps(part)[1:-1])
        for part in ({**head, "version": "https://jsonfeed.org/version/1"}, items)
    )
    repeated = ", ".join([listed] * (times if 0 < len(listed) < 2_000 else 1))
    return f'{{{feed}, "items": [{repeated}]}}'


json_feeds = st.builds(
    write_json,
    st.dictionaries(st.sampled_from(FEED_KEYS), values, max_size=4),
    st.lists(st.dictionaries(st.sampled_from(ITEM_KEYS), values, max_size=6), max_size=3),
    st.sampled_from([1, 1, 1, 3, 1_200]),
)

TAGS = (
    *("title", "link", "guid", "description", "pubDate", "author", "category", "dc:creator", "dc:language", "ttl"),
    *("content:encoded", "sy:updatePeriod", "loc", "lastmod", "id", "updated", "summary", "name", "time", "a"),
    *("news:title", "news:keywords", "news:publication_date", "news:name", "news:language"),
)
elements = st.builds(lambda tag, text: f"<{tag}>{escape(text)}</{tag}>", st.sampled_from(TAGS), texts)
ROOTS = (
    ("<rss version='2.0'><channel>", "item", "</channel></rss>"),
    ("<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='ko'>", "entry", "</feed>"),
    ("<urlset xmlns:news='n'>", "url", "</urlset>"),
    ("<html><body><a rel='alternate' hreflang='x' href='/rss'>", "li", "</body></html>"),
)


def write_xml(root: tuple[str, str, str], head: Sequence[str], item: Sequence[str], times: int) -> str:
    begin, name, end = root
    entry = f"<{name}>{''.join(item)}</{name}>"
    return f"{begin}{''.join(head)}{entry * (times if len(entry) < 2_000 else 1)}{end}"


xml_documents = st.builds(
    write_xml,
    st.sampled_from(ROOTS),
    st.lists(elements, max_size=4),
    st.lists(elements, max_size=6),
    st.sampled_from([0, 1, 1, 3, 1_200]),
)
documents = st.one_of(json_feeds, xml_documents).map(lambda text: text.encode("utf-8", "surrogatepass"))

SELECTORS = Selectors("li", title="title", text="description", date="time")
FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[[bytes], tuple[Any, ...]]]] = {
    "feed": (read_document, lambda body: (RawDocument(body, {}, URL),)),
    "batch": (read_documents, lambda body: ([RawDocument(body, {}, URL)] * 2,)),
    "page": (read_page, lambda body: (body, PAGE, URL, SELECTORS)),
    "links": (read_links, lambda body: (RawDocument(body, PAGE, URL),)),
    "full text": (read_full_text, lambda body: (RawDocument(body, PAGE, URL),)),
}


@pytest.mark.parametrize("kind", FUNCTIONS)
@given(body=documents)
@settings(max_examples=40, deadline=None)
@example(body=write_json({}, [{"id": f"@{DIGITS}@", "url": "/a", "title": "t"}], 1).encode())
@example(
    body=write_json({"author": {"name": "x" * 300}, "language": "x" * 4_000}, [{"id": "1", "url": "/a"}], 9).encode()
)
def test_what_an_honest_worker_sends_is_taken(kind: str, body: bytes) -> None:
    """As its function gave it: a result, or a document that is refused with a line."""
    function, make_args = FUNCTIONS[kind]
    args = make_args(body)
    try:
        result = function(*args)
        reply = messages.encode_result(1, function, result)
    except FeedUnreadable as error:
        result = None
        reply = messages.encode_error(1, error)
    try:
        assert messages.decode_result(reply, 1, function) == result
    except FeedUnreadable as error:
        assert result is None
        assert 0 < len(str(error)) <= messages.MAX_LINE  # noqa: PT017


def test_entries_with_guids_of_any_length_are_told_apart() -> None:
    """By the digest of a guid that is too long to be stored."""
    body = write_json({}, [{"id": f"@{DIGITS + number}@", "url": "/a"} for number in range(3)], 1).encode()
    first, again = (read_document(RawDocument(body, {}, URL)) for _ in range(2))
    assert len({entry.guid for entry in first.entries}) == 3
    assert first == again
