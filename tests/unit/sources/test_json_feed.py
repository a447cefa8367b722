"""JSON Feeds to entries."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor.errors import FeedUnreadable
from monitor.model import Entry, Feed
from monitor.model.sources import DIGEST_SIZE, MAX_CONTENT, MAX_SUMMARY, MAX_TITLE
from monitor.sources.formats.read_document import read_document

URL = "https://news.example.org/feed.json"
VERSION = "https://jsonfeed.org/version/1.1"


def document(*items: object, version: str | None = VERSION, **feed: Any) -> str:
    head = {"version": version} if version else {}
    return json.dumps(head | feed | {"items": items})


def read(text: str | bytes, known: frozenset[bytes] = frozenset()) -> Feed:
    body = text.encode() if isinstance(text, str) else text
    return read_document(body, {"content-type": "application/feed+json"}, URL, known)


def entry_of(item: dict[str, Any], **feed: Any) -> Entry:
    (entry,) = read(document(item, **feed)).entries
    return entry


def test_an_item_gives_all_that_it_says() -> None:
    """As an entry of any other feed does."""
    feed = read(
        document(
            {
                "id": "n-17",
                "url": "/a?x=1&y=2",
                "title": "Rockets & talks",
                "summary": "In short.",
                "content_html": "<p>All of <b>it</b>.</p><p>Two.</p>",
                "content_text": "Not this.",
                "date_published": "2026-01-05T12:00:00+09:00",
                "date_modified": "2026-01-06T00:00:00Z",
                "authors": [{"name": "Kim Min-ji"}, {"name": "Lee"}],
                "language": "ko",
                "tags": ["Asia", "Asia", "Arms"],
            },
            title="World",
            home_page_url="https://www.example.org/",
            next_url="feed.json?page=2",
        )
    )
    (digest,) = feed.slices
    assert feed == Feed(
        entries=(
            Entry(
                guid="n-17",
                link="https://www.example.org/a?x=1&y=2",
                title="Rockets & talks",
                summary="In short.",
                content="All of it.\nTwo.",
                published="2026-01-05T12:00:00+09:00",
                updated="2026-01-06T00:00:00Z",
                authors=("Kim Min-ji", "Lee"),
                language="ko",
                tags=("Asia", "Arms"),
            ),
        ),
        title="World",
        slices=(digest,),
        older_page_url="https://news.example.org/feed.json?page=2",
    )
    assert (feed.entries[0].slice, len(digest)) == (digest, DIGEST_SIZE)


@pytest.mark.parametrize(
    ("item", "feed", "entry"),
    [
        ({"id": 17}, {}, Entry(guid="17")),  # ids are text, whatever they are
        ({"id": 1.50}, {}, Entry(guid="1.5")),
        ({"id": 10**400}, {}, Entry(guid="1" + "0" * 400)),
        ({"id": True}, {}, Entry()),
        ({"id": ""}, {}, Entry()),
        ({"id": "1", "content_text": "a <b> c"}, {}, Entry(guid="1", content="a <b> c")),  # plain text means itself
        ({"id": "1", "title": "a < b &amp; c"}, {}, Entry(guid="1", title="a < b &amp; c")),
        ({"id": "1", "content_html": "", "content_text": "a"}, {}, Entry(guid="1", content="a")),
        ({"id": "1", "external_url": "https://b.example/"}, {}, Entry(guid="1", link="https://b.example/")),
        ({"id": "1", "url": "javascript:alert(1)"}, {}, Entry(guid="1")),
        ({"id": "1", "url": ["https://a.example/"]}, {}, Entry(guid="1")),
        # Version 1 had one author; the feed's stand for items that name none.
        ({"id": "1", "author": {"name": "A"}}, {}, Entry(guid="1", authors=("A",))),
        ({"id": "1"}, {"authors": [{"name": "A"}]}, Entry(guid="1", authors=("A",))),
        ({"id": "1", "authors": []}, {"author": {"name": "A"}}, Entry(guid="1", authors=("A",))),
        ({"id": "1", "author": "A", "authors": None}, {}, Entry(guid="1", authors=("A",))),
        ({"id": "1", "authors": [{"url": "https://a.example/"}, 5]}, {}, Entry(guid="1", authors=("5",))),
        ({"id": "1"}, {"language": "de"}, Entry(guid="1", language="de")),
        ({"id": "1", "tags": "Asia"}, {}, Entry(guid="1", tags=("Asia",))),
        ({"id": "1", "tags": [{"term": "Asia"}, None, " "]}, {}, Entry(guid="1")),
        ({"id": "1", "title": "a\u0000b\ud800 c\n d"}, {}, Entry(guid="1", title="ab c d")),  # what no database takes
        ({"id": "1", "title": "t" * (MAX_TITLE + 9)}, {}, Entry(guid="1", title="t" * MAX_TITLE, is_truncated=True)),
        (
            {"id": "1", "summary": "s" * (MAX_SUMMARY + 9)},
            {},
            Entry(guid="1", summary="s" * MAX_SUMMARY, is_truncated=True),
        ),
        (
            {"id": "1", "content_text": "c" * (MAX_CONTENT + 9)},
            {},
            Entry(guid="1", content="c" * MAX_CONTENT, is_truncated=True),
        ),
        ({}, {}, Entry()),
    ],
)
def test_what_publishers_write_is_read(item: dict[str, Any], feed: dict[str, Any], entry: Entry) -> None:
    """Where it is not what the standard says, what was meant."""
    assert entry_of(item, **feed) == entry


ITEMS = tuple({"id": str(n), "title": f"Title {n}"} for n in range(4))


def test_only_what_is_not_known_is_given() -> None:
    """An item is known by what it says, not by how that is written or where it stands."""
    first = read(document(*ITEMS))
    known = frozenset(first.slices[1:])
    shuffled = [dict(reversed(item.items())) for item in reversed(ITEMS)]
    second = read(json.dumps({"title": "new", "items": shuffled, "version": VERSION}, indent=4), known)
    assert [entry.guid for entry in second.entries] == ["0"]
    assert second.slices == first.slices[::-1]
    edited = read(document({**ITEMS[1], "title": "Corrected"}, *ITEMS[2:]), known)
    assert [entry.title for entry in edited.entries] == ["Corrected"]


@pytest.mark.parametrize(
    "feed", [{"language": "ko"}, {"home_page_url": "/b"}, {"author": {"name": "A"}}, {"authors": [{"name": "A"}]}]
)
def test_what_an_item_takes_over_from_the_feed_is_in_its_digest(feed: dict[str, Any]) -> None:
    """A change there makes it another one."""
    assert not set(read(document(*ITEMS)).slices) & set(read(document(*ITEMS, **feed)).slices)


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (document(*ITEMS, version="http://www.jsonfeed.org/version/1"), 4),
        (document({"id": "1", "url": "https://a.example/"}, version=None), 1),  # what else could it be?
        (document(), 0),  # quiet sources are no broken ones
        ("\n " + document(*ITEMS), 4),
        (document(*ITEMS).replace("Title 0", "a\nb\tc"), 4),  # control characters that JSON forbids
        (document(*ITEMS).replace('"0"', "NaN"), 4),
    ],
)
def test_a_feed_is_recognised(text: str, titles: int) -> None:
    """By its version, or by what its items have."""
    assert len(read(text).entries) == titles
    assert read(text.encode("utf-8-sig")) == read(text.encode("utf-16")) == read(text)


def test_items_that_are_none_are_told_of() -> None:
    """The others are read."""
    feed = read(document("a", None, *ITEMS, [ITEMS[0]]))
    assert [entry.guid for entry in feed.entries] == ["0", "1", "2", "3"]
    assert feed.problem == "3 of its items are not JSON objects, and were left out"


@pytest.mark.parametrize("cut", [1, 3, 20])
def test_a_feed_that_breaks_off_gives_its_whole_items(cut: int) -> None:
    """And says so."""
    feed = read(document(*ITEMS)[:-cut])
    assert [entry.guid for entry in feed.entries] == ["0", "1", "2", "3"][: 4 if cut < 3 else 3]
    assert feed.problem is not None
    assert feed.problem.startswith("the document is ill-formed (line 1: ")


LEVELS = 100_000


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{"error": 1}', "this is JSON, but not a feed: it has no list of items"),
        ('{"items": {"id": 1}, "version": "https://jsonfeed.org/version/1"}', "this is JSON, but not a feed"),
        ('{"items": [1, {"name": "a"}, {"id": "1"}]}', "this is JSON, but not a JSON Feed: it names no version"),
        ("[1, 2]", "this is JSON, but not a feed: it is a list"),
        ('{"items": [', "this is not JSON that can be read (line 1: "),
        ("{" + "'a': 1}", "this is not JSON that can be read (line 1: "),
        ("[" * LEVELS, "this is JSON that is nested too deeply to be a feed"),
        ('{"a":' * LEVELS + "1" + "}" * LEVELS, "this is JSON that is nested too deeply to be a feed"),
    ],
)
def test_what_is_no_feed_is_named(text: str, line: str) -> None:
    """One line that says what came instead."""
    with pytest.raises(FeedUnreadable) as error:
        read(text)
    assert str(error.value).startswith(line)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("levels", [10, 100, 300, 500, 900, 980, 1_000, 3_000, LEVELS])
def test_a_deep_item_is_read_or_refused(levels: int) -> None:
    """There is no depth between the two at which it breaks."""
    text = f'{{"version": "{VERSION}", "items": [{{"id": "1", "x": {"[" * levels}{"]" * levels}}}]}}'
    refused = None
    try:
        assert len(read(text).entries) == 1
    except FeedUnreadable as error:
        refused = str(error)
    assert refused in {None, "this is JSON that is nested too deeply to be a feed"}
    assert refused is None or levels > 100
