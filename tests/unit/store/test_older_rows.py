"""What an earlier version has stored is read as it would be stored today: clean links, headlines and sentences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Text, insert, select, type_coerce, update

from monitor.ingest.canonical_url import canonicalize_url
from monitor.model import Alert, OncePer, SourceStats
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import (
    article,
    article_version,
    fetch,
    marked_article,
    metadata,
    page,
    source,
    story,
    trouble,
)
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.queries.alerts import AlertQueries
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.url_secrets import digest_open_address, find_url_secrets, redact_url
from tests.support.building import MINUTE, NOON, alert_of, claimed, commit, config_of, rule, rules, sources
from tests.support.building import article as made

DIRTY = "Seoul says Mis\u3164siles\xad\u202e flew"
CLEAN = "Seoul says Missiles flew"


def store_older_row(database: Database, url: str) -> None:
    """As a version before these checks: the article reaches the store as its feed gave it."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire"), NOON)
    each = rules(rule("launch", ["missiles"], once_per=OncePer.ARTICLE))
    commit(SerialSection(database), claimed(claims), made(title=DIRTY, url=url), ruleset=each)


def read_sent(database: Database) -> Alert:
    return alert_of(Outbox(database, "here:1").claim("desk", NOON, MINUTE))


def test_a_message_has_clean_words_and_a_clean_link(database: Database) -> None:
    """Its highlights stay on their words."""
    store_older_row(database, "https://bank@evil.test/1")
    sent = read_sent(database)
    assert (sent.article.title, sent.article.url, sent.sentence) == (CLEAN, "https://evil.test/1", CLEAN)
    assert [sent.sentence[start:end] for start, end in sent.highlights] == ["Missiles"]


def test_lists_and_json_have_them_too(database: Database) -> None:
    """A link with a scheme that is not the web's is none."""
    store_older_row(database, "ms-msdt:/id")
    (found,) = AlertQueries(database).newest()
    assert [(line.title, line.url) for line in found.lines] == [(CLEAN, None)]
    assert found.title == CLEAN
    (matched,) = MatchQueries(database).iter_matches(MatchFilter())
    assert matched.article.url is None
    with database.reading() as connection:
        assert connection.execute(select(story.c.title)).scalars().all() == [CLEAN]


def test_what_is_erased_is_found_as_it_was_stored(database: Database) -> None:
    """The headline of its story, and the record of a fetch of its page."""
    url = "https://bank@evil.test/1"
    store_older_row(database, url)
    record = {
        "source_id": "wire",
        "at": NOON,
        "outcome": "page",
        "entries": 0,
        "new": 0,
        "problem": "gone",
        "page_url": url,
    }
    with database.writing() as connection:
        connection.execute(insert(fetch).values(**record))
    eraser = ArticleEraser(database, config_of())
    assert sum(eraser.erase(eraser.plan("https://evil.test/1"), NOON)) == 0  # addresses are found as they were given
    assert sum(eraser.erase(eraser.plan(url), NOON)) == 1
    with database.reading() as connection:
        assert connection.execute(select(type_coerce(story.c.title, Text))).scalars().all() == [""]
        assert connection.execute(select(fetch.c.problem).where(fetch.c.problem.is_not(None))).scalars().all() == []


TOKEN = "0f3a9c1b2d4e5f607182"


def store_rows_with_token(database: Database, claims: Claims, link: str) -> None:
    """As a version before 061: its log, its articles and its source with the address as it was asked."""
    commit(SerialSection(database), claimed(claims), made(uid=link, url=link, canonical=canonicalize_url(link)))
    problem = f"from {link}: HTTP 404"
    values = {"uid_hash": "x", "publisher": "", "published_at": NOON, "dated": True, "seen_at": NOON, "title": "t"}
    with database.writing() as connection:
        (id_,) = connection.execute(select(article.c.id)).scalars()
        connection.execute(insert(page).values(article_id=id_, url=link, wanted_at=NOON, not_before=NOON))
        connection.execute(insert(marked_article).values(source_id="wire", url=link, **values))
        connection.execute(
            insert(fetch).values(
                source_id="wire", at=NOON, outcome="page", entries=0, new=0, problem=problem, page_url=link
            )
        )
        connection.execute(
            insert(trouble).values(source_id="wire", kind="gap", since=NOON, last_at=NOON, detail=f"at {link}")
        )


def read_all_texts(database: Database) -> Iterator[tuple[str, str]]:
    """Every value of the database, with its column."""
    with database.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(*(type_coerce(column, Text) for column in table.columns))):
                yield from ((str(column), str(value)) for column, value in zip(table.columns, row, strict=True))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"https://x.test/f?token={TOKEN}", None),  # after an upgrade
        (f"https://x.test/f?{TOKEN}", None),
        (f"https://x.test/f?token={TOKEN}", "https://x.test/g?a=1"),  # and an edit
    ],
)
def test_links_and_problems_lose_the_token_of_their_source(database: Database, before: str, after: str | None) -> None:
    """Nothing but the uid, by which its entry is recognised, still has it."""
    url = after or before
    configured = replace(
        sources("wire")["wire"],
        url=redact_url(url),
        full_url=url,
        secrets=find_url_secrets(url),
        open_digest=digest_open_address(url),
    )
    claims = Claims(database, "here:1")
    claims.register_sources({"wire": configured}, NOON)
    store_rows_with_token(database, claims, f"https://x.test/1?token={TOKEN}&b=2")
    moved = SourceStats(moved_to=before, moved_polls=3, moved_since=NOON).to_row()
    with database.writing() as connection:
        connection.execute(update(source).values(url=before, habits=moved))
    claims.register_sources({"wire": configured}, NOON)
    assert {column for column, value in read_all_texts(database) if TOKEN in value} == {
        "article.uid",
        "article_features.row",  # its uid
    }
    with database.reading() as connection:
        assert connection.execute(select(article.c.url, article.c.canonical)).all() == [
            ("https://x.test/1?b=2", "https://x.test/1?b=2")
        ]
        assert connection.execute(select(article_version.c.canonical)).scalars().all() == ["https://x.test/1?b=2"]
        assert connection.execute(select(page.c.url)).scalars().all() == ["https://x.test/1?b=2"]
        pages = connection.execute(select(fetch.c.page_url, fetch.c.problem).where(fetch.c.page_url.is_not(None)))
        ((page_url, problem),) = pages.all()
    assert page_url == "https://x.test/1?b=2"
    assert "HTTP 404" in problem


def test_links_of_other_sources_keep_their_options(database: Database) -> None:
    """A token in the link of a public feed is needed to read the page."""
    store_older_row(database, f"https://x.test/1?token={TOKEN}")
    Claims(database, "here:1").register_sources(sources("wire"), NOON)
    assert read_sent(database).article.url == f"https://x.test/1?token={TOKEN}"
