"""What an earlier version has stored is read as it would be stored today: clean links, headlines and sentences."""

from __future__ import annotations

from sqlalchemy import Text, insert, select, type_coerce

from monitor.model import Alert, OncePer
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import fetch, story
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.queries.alerts import AlertQueries
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.building import MINUTE, NOON, alert_of, claimed, commit, config_of, rule, rules, sources
from tests.building import article as made

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
        "problem": f"page {url}: gone",
    }
    with database.writing() as connection:
        connection.execute(insert(fetch).values(**record))
    eraser = ArticleEraser(database, config_of())
    assert sum(eraser.erase(eraser.plan("https://evil.test/1"), NOON)) == 0  # addresses are found as they were given
    assert sum(eraser.erase(eraser.plan(url), NOON)) == 1
    with database.reading() as connection:
        assert connection.execute(select(type_coerce(story.c.title, Text))).scalars().all() == [""]
        assert connection.execute(select(fetch.c.problem).where(fetch.c.problem.is_not(None))).scalars().all() == []
