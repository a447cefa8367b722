"""Entries -> the articles that are new to us."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from monitor.ingest.entry_identity import assign_uids
from monitor.ingest.new_articles import MAX_VERSIONS, KnownArticle, select_new_articles
from monitor.model import Article, Entry
from tests.support.building import HOUR, NOON, source

SOURCE = replace(source(), language="ko")
ENTRY = Entry(guid="g1", link="https://x.test/1", title="One", summary="First.", published="2026-01-05T11:00:00Z")


def taken(
    *entries: Entry, known: dict[str, KnownArticle] | None = None, now: datetime = NOON, baseline: bool = False
) -> tuple[Article, ...]:
    return select_new_articles(SOURCE, entries, assign_uids(entries), known or {}, now=now, baseline=baseline).articles


def known_after(*articles: Article) -> dict[str, KnownArticle]:
    return {a.uid: KnownArticle(a.version, a.digest, a.seen, a.baseline) for a in articles}


def test_an_entry_becomes_an_article() -> None:
    """Everything that the entry says is kept."""
    entry = replace(ENTRY, title="북한", authors=("Kim",), tags=("asia",), link="http://www.x.test/1?utm_source=rss")
    (article,) = taken(entry)
    assert (article.source, article.uid, article.title, article.text) == ("wire", "g1", "북한", "First.")
    assert (article.seen, article.published, article.dated, article.version) == (NOON, NOON - HOUR, True, 1)
    assert (article.url, article.canonical) == (entry.link, "https://x.test/1")
    assert (article.language, article.authors, article.tags) == ("ko", ("Kim",), ("asia",))
    assert not article.baseline


@pytest.mark.parametrize(
    ("title", "declared", "language"),
    [
        # too short to be told: what is said of the entry, else of the source, if the script allows it
        ("Seoul", "en", "en"),
        ("Seoul", None, None),
        # the text says it
        ("북한 미사일 발사", "en", "ko"),
        ("Ferries leave the harbour every hour again", None, "en"),
    ],
)
def test_the_language_is_that_of_the_text(title: str, declared: str | None, language: str | None) -> None:
    """What a feed declares is a hint: on one entry it outweighs what is said of the source."""
    assert taken(replace(ENTRY, title=title, summary="", language=declared))[0].language == language


def test_a_known_entry_is_no_article() -> None:
    """What we have, as we have it, is not kept again."""
    assert taken(ENTRY, known=known_after(*taken(ENTRY))) == ()


def test_an_edited_entry_is_the_next_version() -> None:
    """An edit keeps the identity and the moment of first sight, and is matched anew."""
    known = known_after(*taken(ENTRY))
    (second,) = taken(replace(ENTRY, title="One, corrected"), known=known, now=NOON + HOUR)
    assert (second.uid, second.version, second.seen, second.title) == ("g1", 2, NOON, "One, corrected")


def test_versions_end() -> None:
    """A feed that prints the present time into its texts is not followed for ever, and not in silence."""
    latest = KnownArticle(MAX_VERSIONS, "another", NOON)
    found = select_new_articles(SOURCE, [ENTRY], ["g1"], {"g1": latest}, now=NOON, baseline=False)
    assert (found.articles, found.unstable_entries) == ((), 1)


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        # first seen at noon: the day is not over, and its news not twelve hours old
        ("2026-01-05", NOON),
        # yesterday's news is at least as old as yesterday's end
        ("2026-01-04", NOON - 12 * HOUR),
        # a time is a time
        ("2026-01-05T00:00:00Z", NOON - 12 * HOUR),
        ("2026-01-05 오전 9:00", NOON - 3 * HOUR),
    ],
)
def test_a_day_without_a_time_counts_as_late_as_it_can(published: str, expected: datetime) -> None:
    """A ministry that writes only the day must not have its afternoon's news held as stale."""
    (article,) = taken(replace(ENTRY, published=published))
    assert (article.published, article.dated) == (expected, True)


def test_the_language_says_which_zone_is_meant() -> None:
    """CST is China's time in a Chinese feed, and not a date that is ahead of us."""
    entry = replace(ENTRY, published="Mon, 05 Jan 2026 19:00:00 CST", language="zh-cn")
    assert taken(entry)[0].published == NOON - HOUR


def test_a_first_poll_is_the_baseline() -> None:
    """Its articles are marked, and edits of them stay so: an undated past is not news because a word changed."""
    (first,) = taken(replace(ENTRY, published=None), baseline=True)
    (second,) = taken(replace(ENTRY, title="New", published=None), known=known_after(first), now=NOON + HOUR)
    assert first.baseline
    assert second.baseline


@pytest.mark.parametrize(
    ("published", "updated", "expected", "dated"),
    [
        ("2026-01-05T10:00:00Z", None, NOON - 2 * HOUR, True),
        ("2026-01-05T10:00:00Z", "2026-01-05T11:00:00Z", NOON - 2 * HOUR, True),
        (None, "2026-01-05T11:00:00Z", NOON - HOUR, True),
        ("yesterday", "2026-01-05T11:00:00Z", NOON - HOUR, True),  # unreadable: the other one
        (None, None, NOON, False),
        ("2026-01-05T21:00:00Z", None, NOON, False),  # Seoul's time written as UTC: nine hours ahead
        ("0001-01-01T00:00:00Z", None, NOON, False),
    ],
)
def test_the_effective_date(published: str | None, updated: str | None, expected: datetime, dated: bool) -> None:
    """The claimed date where it can be true, else the moment of first sight, and it is known which."""
    (article,) = taken(replace(ENTRY, published=published, updated=updated))
    assert (article.published, article.dated) == (expected, dated)


@pytest.mark.parametrize(
    ("summary", "content", "expected"),
    [
        ("S", "", "S"),
        ("", "C", "C"),
        ("S", "S and more", "S and more"),  # the summary is the content's beginning
        ("S", "C", "S\n\nC"),
        ("", "", ""),
    ],
)
def test_the_text_is_summary_and_content(summary: str, content: str, expected: str) -> None:
    """Both, without saying the summary twice."""
    assert taken(replace(ENTRY, summary=summary, content=content))[0].text == expected


def test_a_link_that_entries_share_joins_no_stories() -> None:
    """Entries of a live page have its address to show, and no canonical one."""
    articles = taken(ENTRY, replace(ENTRY, guid="g2", title="Two"))
    assert [(a.url, a.canonical) for a in articles] == [("https://x.test/1", None)] * 2


def test_an_entry_that_stands_twice_is_one_article_with_its_address() -> None:
    """A document that repeats an entry word for word says nothing new."""
    (article,) = taken(ENTRY, ENTRY)
    assert (article.uid, article.canonical) == ("g1", "https://x.test/1")


def test_entries_of_one_identity_make_no_versions_of_each_other() -> None:
    """A document in which one identity has two texts does not grow a version at each poll."""
    one, other = ENTRY, replace(ENTRY, title="Other")
    first = select_new_articles(SOURCE, [one, other], ["u", "u"], {}, now=NOON, baseline=False).articles
    later = NOON + timedelta(1)
    again = select_new_articles(
        SOURCE, [one, other], ["u", "u"], known_after(*first), now=later, baseline=False
    ).articles
    assert [a.title for a in first] == ["One"]
    assert again == ()


def test_articles_keep_the_documents_order() -> None:
    """The first entry is decided on first."""
    assert [a.uid for a in taken(replace(ENTRY, guid="b", link=None), replace(ENTRY, guid="a", link=None))] == [
        "b",
        "a",
    ]
