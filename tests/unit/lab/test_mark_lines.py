"""Marked articles are lines that every command reads that reads recorded news, and another database."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.ingest.canonical_url import canonicalize_url
from monitor.lab.mark_lines import marked_article_to_labeled, marked_article_to_row, parse_marked
from monitor.lab.recorded import RecordedArticle, UnusableLine, read_recorded
from monitor.lab.scoring import LabeledArticle, parse_labels
from monitor.model import MarkedArticle, MarkVerdict, MatchKind, RuleMark
from tests.support.building import HEADLINE, HOUR, NOON, article, read_as

AT = NOON + timedelta(microseconds=7)
MARKS = (
    RuleMark("launch", MarkVerdict.GOOD, AT, "ann", MatchKind.NEWS, "v1", match=3, alert="a1"),
    RuleMark("korea", MarkVerdict.NOISE, AT, "bob", MatchKind.NEWS),
    RuleMark("drills", MarkVerdict.MISSED, AT, "이수진"),
    RuleMark("sea", MarkVerdict.GOOD, AT, "ann", MatchKind.MENTION),
)
URL = "https://x.test/1"
OF = article("hash", text="Seoul says so.", url=URL, canonical=URL, authors=("Kim Lee",), tags=("DPRK",))
MARKED = MarkedArticle(replace(OF, language="en", published=NOON - HOUR, digest=""), "The Wire", MARKS)


def line(**changes: object) -> str:
    """The line of the article, with some keys as they are given; None: without them."""
    row = marked_article_to_row(MARKED) | changes
    return json.dumps({key: value for key, value in row.items() if value is not None})


def test_an_exported_article_comes_back_as_it_was() -> None:
    """All but the ids of its match and alert, which mean nothing elsewhere; an undated one too."""
    here = replace(MARKED, marks=tuple(replace(mark, match=None, alert=None) for mark in MARKS))
    assert read_as([line()], parse_marked) == [here]
    undated = replace(here, article=replace(here.article, dated=False, published=NOON))
    assert read_as([json.dumps(marked_article_to_row(undated))], parse_marked) == [undated]


def test_the_identity_of_a_line_is_that_of_the_link_that_it_has() -> None:
    """Not of the one that is shown."""
    given = "https://x.test/report 1.html"
    [found] = read_as([line(url=given)], parse_marked)
    assert isinstance(found, MarkedArticle)
    assert (found.article.url, found.article.canonical) == ("https://x.test/report%201.html", canonicalize_url(given))


def test_it_is_recorded_and_labelled_news_too() -> None:
    """What a rule should match as news is a label; a mention that is good may stay one; only marked rules count."""
    [recorded] = read_recorded([line()], NOON)
    assert isinstance(recorded, RecordedArticle)
    assert (recorded.article.title, recorded.article.published) == (HEADLINE, NOON - HOUR)
    [labeled] = read_as([line()], parse_labels)
    assert isinstance(labeled, LabeledArticle)
    assert (labeled.labels, labeled.mentions) == (frozenset({"launch", "drills"}), frozenset({"sea"}))
    assert labeled.judged_rules == frozenset({"launch", "korea", "drills", "sea"})
    direct = marked_article_to_labeled(MARKED)
    assert replace(labeled, recorded=direct.recorded) == direct
    assert direct.recorded.article == MARKED.article


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"marks": None}, "it has no marks; `news-monitor marks export` writes them"),
        ({"marks": []}, "it has no marks; `news-monitor marks export` writes them"),
        ({"marks": ["good"]}, "a mark must be an object with rule, verdict, at and who"),
        ({"marks": [{"rule": "r", "verdict": "good"}]}, "a mark needs at, who"),
        (
            {"marks": [{"rule": "r", "verdict": "bad", "at": "x", "who": "a"}]},
            "the verdict of a mark is good, noise, missed",
        ),
        ({"marks": [{"rule": "r", "verdict": "good", "at": "2026-01-05T09:00", "who": "a"}]}, "is not a time in ISO"),
        ({"marks": [{"rule": "r", "verdict": "good", "at": "noon", "who": "a"}]}, "'noon' is not a time in ISO 8601"),
        (
            {"marks": [{"rule": "r", "verdict": "good", "at": "2026-01-05T09:00Z", "who": "a", "kind": "k"}]},
            "the kind of a mark is news or mention",
        ),
        (
            {"marks": [{"rule": "r", "verdict": "good", "at": "2026-01-05T09:00Z", "who": "a", "rule_version": 1}]},
            "rule_version of a mark must be text",
        ),
        ({"source": None}, "a marked article needs source and date"),
        ({"date": None}, "a marked article needs source and date"),
        ({"date": "some day"}, "a marked article needs source and date"),
        ({"seen": "then"}, "'then' is not a time in ISO 8601"),
        ({"seen": 1}, "'1' is not a time in ISO 8601"),
        ({"publisher": 1}, "publisher must be text, and dated true or false"),
        ({"dated": "no"}, "publisher must be text, and dated true or false"),
        ({"title": 1}, "title must be text"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_used_says_why(changes: dict[str, object], reason: str) -> None:
    """With its number, and the others are read."""
    unusable, good = read_as([line(**changes), line()], parse_marked)
    assert isinstance(unusable, UnusableLine)
    assert (unusable.line, reason in unusable.reason) == (1, True)
    assert isinstance(good, MarkedArticle)


def test_what_no_database_takes_is_left_out() -> None:
    """Half a character, a zero, a line end in a title: the file may come from elsewhere."""
    [found] = read_as([line(title="Mis\0siles\ud800\nfly", text="a\0b", tags=["\ud800x"])], parse_marked)
    assert isinstance(found, MarkedArticle)
    assert (found.article.title, found.article.text, found.article.tags) == ("Missiles fly", "ab", ("x",))
