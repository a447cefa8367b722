"""Lines that other commands write are read as recorded news."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.lab.recorded import RecordedArticle, UnusableLine, read_recorded
from monitor.lab.scoring import LabeledArticle, parse_labels
from tests.support.building import read_as

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
ENTRY = {
    "uid": "guid-1",
    "title": "T",
    "link": "https://x.test/1",
    "summary": "Short.",
    "content": "Short. And long.",
    "published": "2026-01-04T00:00:00+00:00",
    "updated": None,
    "authors": ["Kim"],
    "language": "de",
    "tags": None,
}
MATCH = {
    "id": 17,
    "rule": "launch",
    "kind": "news",
    "mark": None,
    "article": {
        "source": "wire",
        "uid": "guid-1",
        "version": 2,
        "title": "T",
        "url": "https://x.test/1",
        "language": "de",
        "published": "2026-01-04T00:00:00+00:00",
        "dated": True,
        "seen": "2026-01-04T01:00:00+00:00",
        "text": "Long.",
        "authors": ["Kim"],
        "tags": ["a"],
    },
}


def read_one(row: dict[str, Any]) -> RecordedArticle | UnusableLine:
    (found,) = read_recorded([json.dumps(row)], NOW)
    return found


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "Short. And long."),  # the content repeats the summary
        ({"content": "Long."}, "Short.\n\nLong."),
        ({"content": None}, "Short."),
        ({"summary": None, "content": None}, ""),
        ({"text": "Own."}, "Own."),
    ],
)
def test_an_entry_of_parse_has_the_text_that_the_daemon_would_store(changes: dict[str, Any], text: str) -> None:
    """Its uid is the id, and the other keys have other names."""
    found = read_one(ENTRY | changes)
    assert isinstance(found, RecordedArticle)
    article = found.article
    assert (found.id, article.title, article.text, article.url) == ("guid-1", "T", text, "https://x.test/1")
    assert (article.language, article.published, article.dated) == ("de", datetime(2026, 1, 4, tzinfo=UTC), True)
    assert article.authors == ("Kim",)


def test_an_entry_without_published_has_the_time_of_its_update() -> None:
    """As in the daemon; without either it is undated."""
    updated = read_one(ENTRY | {"published": None, "updated": "2026-01-03T00:00:00+00:00"})
    undated = read_one(ENTRY | {"published": None})
    assert isinstance(updated, RecordedArticle)
    assert isinstance(undated, RecordedArticle)
    assert updated.article.published == datetime(2026, 1, 3, tzinfo=UTC)
    assert not undated.article.dated


def test_a_match_is_its_article() -> None:
    """In the version that matched, with the id that its source gave: several rules match one article."""
    found = read_one(MATCH)
    assert isinstance(found, RecordedArticle)
    article = found.article
    assert (found.id, article.source, article.title, article.text) == ("guid-1", "wire", "T", "Long.")
    assert (article.published, article.authors, article.tags) == (datetime(2026, 1, 4, tzinfo=UTC), ("Kim",), ("a",))


def test_a_match_of_an_undated_article_has_the_time_when_it_was_seen() -> None:
    """Its published time is a guess."""
    found = read_one(MATCH | {"article": MATCH["article"] | {"dated": False}})  # type: ignore[operator]
    assert isinstance(found, RecordedArticle)
    assert found.article.published == datetime(2026, 1, 4, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mark", "kind", "labels", "mentions", "judged"),
    [
        ("good", "news", {"launch"}, set(), {"launch"}),
        ("good", "mention", set(), {"launch"}, {"launch"}),
        ("noise", "news", set(), set(), {"launch"}),
        ("missed", "mention", {"launch"}, set(), {"launch"}),
        (None, "news", set(), set(), set()),  # nobody has judged it
        ("odd", "news", set(), set(), set()),
    ],
)
def test_a_mark_on_a_match_is_a_label(
    mark: str | None, kind: str, labels: set[str], mentions: set[str], judged: set[str]
) -> None:
    """For its rule only."""
    (found,) = read_as([json.dumps(MATCH | {"mark": mark, "kind": kind})], parse_labels)
    assert isinstance(found, LabeledArticle)
    assert found.labels == labels
    assert found.mentions == mentions
    assert found.judged_rules == frozenset(judged)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"uid": 5.5, "title": "T"}, "it has no id; give it a text or a number"),
        ({"uid": "a", "summary": 5}, "it has neither title nor text"),
        ({"uid": "a", "title": "T", "link": 5}, "url must be text"),
        ({"rule": "launch", "article": {"uid": "a", "title": ["T"]}}, "title must be text"),
        ({"rule": "launch", "article": {"title": "T"}}, "it has no id; give it a text or a number"),
        ({"rule": "launch", "article": {"uid": "a"}}, "it has neither title nor text"),
    ],
)
def test_what_is_wrong_with_such_a_line_is_said(row: dict[str, Any], reason: str) -> None:
    """As of any other line."""
    assert read_one(row) == UnusableLine(1, reason)


@pytest.mark.parametrize(
    "row",
    [
        {"id": 1, "title": "T", "uid": "b", "link": "https://x.test/2", "summary": "S"},
        {"id": 1, "title": "T", "rule": "launch", "article": {"uid": "b", "title": "Other"}},
        {"id": 1, "title": "T", "article": "a"},
    ],
)
def test_other_keys_of_a_recorded_article_are_ignored(row: dict[str, Any]) -> None:
    """Though their names are those of another shape."""
    found = read_one(row)
    assert isinstance(found, RecordedArticle)
    assert (found.id, found.article.title, found.article.text, found.article.url) == (1, "T", "", None)
