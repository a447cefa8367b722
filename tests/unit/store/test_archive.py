"""The archive: every version in the order in which it came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article as article_table
from monitor.store.engine.tables import article_version
from monitor.store.queries import archive
from monitor.store.queries.archive import Archive
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, sources

DAY = timedelta(days=1)


@pytest.fixture
def filled(database: Database) -> Archive:
    """An old article, two of today, and new versions of an old and a new one."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON - 9 * DAY)
    came = [
        (NOON - 9 * DAY, article("older", "Rowers win", seen=NOON - 9 * DAY)),
        (NOON - 8 * DAY, article("old", "Rowers win twice", seen=NOON - 8 * DAY)),
        (NOON, article("a", "Ferries", "late again", authors=("Kim",), tags=("harbour",))),
        (NOON + MINUTE, article("b", "Ferries stop", seen=NOON + MINUTE)),
        (NOON + HOUR, article("a", "Ferries sail", "on time", version=2, published=NOON + HOUR)),
        (NOON + 2 * HOUR, article("old", "Rowers win thrice", seen=NOON - 8 * DAY, version=2)),
    ]
    for at, each in came:
        commit(section, claimed(claims, at=at), each, at=at)
    return Archive(database)


@pytest.mark.parametrize("slice_", [1, 500])
def test_every_version_comes_at_its_own_moment(filled: Archive, slice_: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the words that it had; what is older than was asked for is there only where it was edited since."""
    monkeypatch.setattr(archive, "_SLICE", slice_)
    found = list(filled.iter_versions(NOON - DAY))
    assert [(at, each.uid, each.version, each.title, each.text) for at, each in found] == [
        (NOON, "a", 1, "Ferries", "late again"),
        (NOON + MINUTE, "b", 1, "Ferries stop", ""),
        (NOON + HOUR, "a", 2, "Ferries sail", "on time"),
        (NOON + 2 * HOUR, "old", 2, "Rowers win thrice", ""),
    ]
    assert (found[0][1].authors, found[0][1].tags) == (("Kim",), ("harbour",))
    assert found[2][1].seen == NOON
    assert filled.count(NOON - DAY) == 4


def test_where_nothing_came_nothing_is_given(filled: Archive) -> None:
    """However much stands there from before."""
    assert list(filled.iter_versions(NOON + DAY)) == []
    assert filled.count(NOON + DAY) == 0
    assert filled.count(NOON - 30 * DAY) == 6


def test_a_damaged_article_is_left_out(filled: Archive, database: Database) -> None:
    """The others are read, in every way in which reports read them."""
    with database.writing() as connection:
        damaged = connection.execute(select(article_table.c.id).where(article_table.c.uid == "a")).scalar_one()
        newest = select(func.max(article_version.c.id)).where(article_version.c.article_id == damaged)
        changing = update(article_version).where(article_version.c.id == newest.scalar_subquery())
        connection.execute(changing.values(authors=7))
    everything = NOON - 30 * DAY, NOON + DAY
    assert [found.uid for _, found in filled.iter_seen(*everything)] == ["older", "old", "b"]
    assert [found.uid for _, found in filled.iter_newest(10)] == ["b", "old", "older"]
    assert damaged not in filled.load_articles(range(10))
    assert [found.title for _, found in filled.iter_versions(NOON)][:2] == ["Ferries", "Ferries stop"]
