"""Recorded news: each line becomes an article, or says why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.lab.recorded import RecordedArticle, UnusableLine, read_recorded, read_single_article
from monitor.model import Article

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def one(line: str) -> Article:
    (found,) = read_recorded([line], NOW)
    assert isinstance(found, RecordedArticle)
    return found.article


def test_all_keys_are_read_and_unknown_ones_ignored() -> None:
    """A line as an archive has it."""
    article = one(
        '{"id": "a", "title": "T", "text": "X", "lang": "de", "date": "2026-01-04T09:00:00+09:00",'
        ' "source": "s", "url": "http://Example.org:80/a#top", "more": [1]}'
    )
    assert (article.uid, article.title, article.text, article.language) == ("a", "T", "X", "de")
    assert (article.source, article.url) == ("s", "http://Example.org:80/a#top")
    assert article.canonical is not None
    assert article.seen == article.published == datetime(2026, 1, 4, tzinfo=UTC)
    assert article.dated


@pytest.mark.parametrize(
    ("names", "authors", "tags"),
    [
        ('"authors": ["Kim Lee", "이수진"], "tags": ["DPRK"]', ("Kim Lee", "이수진"), ("DPRK",)),  # as `parse` has them
        ('"author": "Kim Lee", "tags": "DPRK, drills"', ("Kim Lee",), ("DPRK, drills",)),
        ('"author": ["Kim Lee"]', ("Kim Lee",), ()),
        ('"authors": [], "author": "Kim Lee", "tags": ""', ("Kim Lee",), ()),
        ('"authors": null, "tags": null', (), ()),
    ],
)
def test_authors_and_tags(names: str, authors: tuple[str, ...], tags: tuple[str, ...]) -> None:
    """A list, or one text, which is looked through as it stands."""
    article = one(f'{{"id": 1, "title": "T", {names}}}')
    assert (article.authors, article.tags) == (authors, tags)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ('"2026-01-04"', datetime(2026, 1, 4, tzinfo=UTC)),  # a bare day, month, year: its first moment
        ('"2026-01"', datetime(2026, 1, 1, tzinfo=UTC)),
        ('"2025"', datetime(2025, 1, 1, tzinfo=UTC)),
        ('"2026-01-04T10:00"', datetime(2026, 1, 4, 10, tzinfo=UTC)),  # no zone: UTC
        ('"2026-13"', None),  # no such month
        ('"0001-01-01"', None),  # no time can be reckoned with
        ('"9999-12-31"', None),
        ('"yesterday"', None),  # no date
        ("null", None),
    ],
)
def test_dates(date: str, moment: datetime | None) -> None:
    """As the contract has them; what is no date leaves the article undated, at the present."""
    article = one(f'{{"id": 1, "title": "T", "date": {date}}}')
    assert (article.published, article.dated) == (moment or NOW, moment is not None)


def test_a_date_without_a_zone_is_of_the_one_that_is_given() -> None:
    """A bare day begins there; a date that names its zone keeps it."""
    dates = ("2026-01-04", "2026-01-04T09:30", "2026-01-04T09:30Z")
    lines = [f'{{"id": 1, "title": "T", "date": "{date}"}}' for date in dates]
    found = [
        each.article.published
        for each in read_recorded(lines, NOW, zone=ZoneInfo("Asia/Seoul"))
        if isinstance(each, RecordedArticle)
    ]
    assert [f"{moment:%d %H:%M}" for moment in found] == ["03 15:00", "04 00:30", "04 09:30"]


def test_headlines_of_several_files_are_told_apart() -> None:
    """By the file before the number of the line; objects keep their ids."""
    found = [
        each.id
        for each in read_recorded(["A", "", '{"id": 2, "title": "B"}', "C"], NOW, file="b")
        if isinstance(each, RecordedArticle)
    ]
    assert found == ["b:1", 2, "b:4"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON: Expecting property name"),
        ('{"title": "T"}', "it has no id"),
        ('{"id": null, "title": "T"}', "it has no id"),
        ('{"id": 1.5, "title": "T"}', "it has no id"),
        ('{"id": true, "title": "T"}', "it has no id"),
        ('{"id": 1}', "it has neither title nor text"),
        ('{"id": 1, "title": ["T"]}', "title must be text"),
        ('{"id": 1, "title": "T", "date": 20260104}', "date must be text"),
        ('{"id": 1, "title": "T", "tags": ["a", 1]}', "tags must be a text, or a list of texts"),
        ('{"id": 1, "title": "T", "author": {"name": "Kim"}}', "author must be a text, or a list of texts"),
        ('{"id": ' + "[" * 100_000, "nested too deeply"),
        ('{"id": ' + "9" * 5_000 + ', "title": "T"}', "a number too long"),
    ],
)
def test_unusable_lines_say_why(line: str, why: str) -> None:
    """With the line's number, and the lines after it are read."""
    found = list(read_recorded(["", f"{line}\n", '{"id": "b", "title": "B"}'], NOW))
    assert isinstance(found[0], UnusableLine)
    assert str(found[0]).startswith("line 2: ")
    assert why in str(found[0])
    assert isinstance(found[1], RecordedArticle)


def test_a_line_that_is_no_object_is_a_headline() -> None:
    """Its id is the number of its line; the ids of objects come back as the lines have them, numbers as numbers."""
    lines = [
        "[속보] 북한, 미사일 발사\n",
        "\n",
        ' {"id": 7, "title": "A"}\n',
        '{"id": "7", "title": "B"}',
        '"Quoted" it is',
    ]
    found = [each for each in read_recorded(lines, NOW) if isinstance(each, RecordedArticle)]
    assert [each.id for each in found] == [1, 7, "7", 5]
    titles = [(each.article.uid, each.article.title, each.article.text) for each in found]
    assert titles[:2] == [("1", "[속보] 북한, 미사일 발사", ""), ("7", "A", "")]
    assert titles[3] == ("5", '"Quoted" it is', "")
    assert not found[0].article.dated


@pytest.mark.parametrize(
    ("given", "title", "text"),
    [
        ("North Korea fires\n", "North Korea fires", ""),
        ("\nNorth Korea fires\n\nSeoul says so.\nTokyo too.\n", "North Korea fires", "Seoul says so.\nTokyo too."),
        ('{\n "title": "T",\n "text": "X"\n}\n', "T", "X"),  # as jq writes it, and without an id
    ],
)
def test_one_article_alone_may_have_lines(given: str, title: str, text: str) -> None:
    """What somebody pastes: a headline with its text, or one object."""
    found = read_single_article(given, NOW)
    assert isinstance(found, RecordedArticle)
    assert (found.id, found.article.title, found.article.text) == (1, title, text)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (" \n", "line 1: it has neither title nor text"),
        ('{"id": 1,\n"title" "T"}', "line 2: not JSON: Expecting ':' delimiter at column 9"),
        ('{"id": 1, "title": "T"}\n{"id": 2, "title": "T"}\n', "line 2: not JSON: Extra data at column 1"),
    ],
)
def test_what_is_not_one_article_says_why(given: str, said: str) -> None:
    """With the line where it goes wrong."""
    assert str(read_single_article(given, NOW)).startswith(said)


@pytest.mark.parametrize(
    ("title", "lang", "language"),
    [
        ("북한이 동해상으로 탄도미사일 두 발을 발사했다고 합참이 밝혔다", None, "ko"),
        ("북한이 동해상으로 탄도미사일 두 발을 발사했다고 합참이 밝혔다", "en", "ko"),  # feeds declare what is not so
        ("Fed", "de", "de"),  # too short to contradict what is declared
        ("Fed", None, None),
    ],
)
def test_the_language_is_detected_as_by_the_daemon(title: str, lang: str | None, language: str | None) -> None:
    """`where: languages` and lists of words by language hold in `match`, `replay` and `why` for the same articles."""
    assert one(json.dumps({"id": 1, "title": title, "lang": lang})).language == language
