"""What people look up by the address that they were shown was stored under the one that the feed gave."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from monitor.article_links import sanitize_link
from monitor.ingest.canonical_url import canonicalize_url
from monitor.model.hashing import uid_hash
from monitor.store.engine.database import Database
from monitor.store.engine.tables import known
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.queries.address_forms import list_address_forms
from monitor.store.queries.articles import ArticleQueries
from monitor.store.queues.claims import Claims
from tests.support.building import NOON, config_of, sources

GIVEN = (
    "https://news.test/report 1.html",
    "https://news.test/a?q=b c&d=e",
    "https://news.test/a#b c",
    "https://news.test/a<b>",
    'https://news.test/a"b',
    "https://news.test/미 사",
    "https://news.test/a[1]|b",
)


@pytest.mark.parametrize("given", GIVEN)
def test_what_has_left_is_found_by_the_address_that_was_shown(database: Database, given: str) -> None:
    """Its hash alone is left. To forget it and to explain it, people type what they saw."""
    shown, stored = sanitize_link(given), canonicalize_url(given)
    assert shown is not None
    assert stored is not None
    Claims(database, "here:1").register_sources(sources("wire"), NOON)
    row = {"version": 1, "digest": "d", "seen_at": NOON, "baseline": False, "forgotten": False, "left_at": NOON}
    with database.writing() as connection:
        connection.execute(insert(known).values(source_id="wire", uid_hash=uid_hash(stored), **row))
    for address in (shown, given):
        assert ArticleEraser(database, config_of()).plan(address).left_archive == 1
        assert ArticleQueries(database).explain_missing(address) is not None


def test_nothing_else_is_looked_up() -> None:
    """A plain address has its canonical form only, and a uid none at all."""
    assert list_address_forms("https://www.x.test/a") == ["https://www.x.test/a", "https://x.test/a"]
    assert list_address_forms("https://x.test/%EB%AF%B8%2F") == ["https://x.test/%EB%AF%B8%2F"]
    assert list_address_forms("guid 1") == ["guid 1"]
