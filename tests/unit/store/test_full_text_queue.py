"""Pages that are wanted: claimed by one process, and gone with their articles."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from monitor.model import Article, DeliveryState, Retention
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import delivery, fetch, page
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queues.claims import Claims
from monitor.store.queues.full_text_queue import FullTextQueue, FullTextRequest
from tests.support.building import MINUTE, NOON, article, claimed, config_of, decide_in, polled, rules, sources, to_desk

LEASE = 5 * MINUTE
ONE = article("a1", "Night over the coast", "Few words.", url="https://x.test/secret/1")
TWO = replace(ONE, uid="a2", url="https://x.test/secret/2")


class Desk:
    """A database with articles whose pages are wanted."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.section = SerialSection(database)
        self.claims = Claims(database, "here:1")
        self.claims.register_sources(sources("wire"), NOON)
        self.pages = FullTextQueue(database)

    def poll(self, *brought: Article, at: datetime = NOON) -> None:
        """A poll that brought them, and the wish for their pages."""
        claim = claimed(self.claims)
        with self.section.enter(at) as inside:
            assert inside.commit(polled(claim, at), decide_in(inside, brought, rules()), to_desk)
            inside.enqueue_pages(brought, at)

    def claim(self) -> FullTextRequest:
        (first,) = self.pages.claim([self.pages.find_due(NOON)[0].article_id], NOON, LEASE)
        return first

    def problems(self) -> list[tuple[str, str]]:
        with self.database.reading() as connection:
            rows = connection.execute(select(fetch.c.page_url, fetch.c.problem).where(fetch.c.problem.is_not(None)))
            return [(row.page_url, row.problem) for row in rows]


@pytest.fixture
def desk(database: Database) -> Desk:
    """Two articles, whose pages are wanted."""
    made = Desk(database)
    made.poll(ONE, TWO)
    return made


def test_a_page_is_claimed_by_one_process_only(desk: Desk) -> None:
    """Until its lease ends; whoever was too slow leaves nothing behind."""
    both = [each.article_id for each in desk.pages.find_due(NOON)]
    first = desk.pages.claim(both[:1], NOON, LEASE)
    assert [each.article_id for each in FullTextQueue(desk.database).claim(both, NOON, LEASE)] == both[1:]
    (again,) = desk.pages.claim(both, NOON + LEASE, LEASE)[:1]
    assert (first[0].attempt, again.attempt) == (1, 2)
    desk.pages.give_up(first[0], "late", 404, NOON)
    desk.pages.postpone(first[0], NOON + timedelta(days=1))
    with desk.section.enter(NOON) as inside:
        assert inside.load_claimed_article(first[0]) is None
        assert inside.load_claimed_article(again) == ONE
        inside.commit_page(first[0], None, to_desk, NOON)
        assert inside.load_claimed_article(again) == ONE
    assert desk.problems() == []


def test_requests_of_other_sources_are_found_alone(desk: Desk) -> None:
    """However many of one source are due, they hide no others."""
    desk.claims.register_sources(sources("wire", "post"), NOON)
    other = replace(ONE, source="post", uid="p1")
    claim = claimed(desk.claims, "post")
    with desk.section.enter(NOON) as inside:
        assert inside.commit(polled(claim, NOON), decide_in(inside, [other], rules()), to_desk)
        inside.enqueue_pages([other], NOON)
    assert [each.source for each in desk.pages.find_due(NOON)] == ["wire", "wire", "post"]
    assert [each.source for each in desk.pages.find_due(NOON, ["wire"])] == ["post"]


def test_what_is_given_up_is_not_wanted_any_more(desk: Desk) -> None:
    """Why stands among the evidence of its source's fetches."""
    desk.pages.give_up(desk.claim(), "404 Not Found", 404, NOON)
    assert len(desk.pages.find_due(NOON)) == 1
    assert desk.problems() == [("https://x.test/secret/1", "404 Not Found")]


def test_what_is_put_off_waits(desk: Desk) -> None:
    """It is free for whoever comes then."""
    put_off = desk.claim()
    desk.pages.postpone(put_off, NOON + MINUTE)
    assert put_off.article_id not in [each.article_id for each in desk.pages.find_due(NOON)]
    assert put_off.article_id in [each.article_id for each in desk.pages.find_due(NOON + MINUTE)]


def test_a_new_text_wants_its_page_afresh(desk: Desk) -> None:
    """As if nobody had tried it before."""
    old = desk.claim()
    desk.poll(replace(ONE, text="Other words.", version=2), at=NOON + MINUTE)
    with desk.section.enter(NOON + MINUTE) as inside:
        assert inside.load_claimed_article(old) is None
    (anew,) = [each for each in desk.pages.find_due(NOON + MINUTE) if each.article_id == old.article_id]
    assert (anew.attempt, anew.wanted_at) == (0, NOON + MINUTE)


def test_pages_leave_with_their_articles(desk: Desk) -> None:
    """When these have been kept for their time."""
    with desk.database.writing() as connection:
        connection.execute(update(delivery).values(state=DeliveryState.ACCEPTED))
    for _ in ArchivePruner(desk.database, Retention()).prune_slices(NOON + timedelta(days=1000)):
        pass
    assert desk.pages.find_due(NOON) == []


def test_what_is_forgotten_leaves_no_address(desk: Desk) -> None:
    """Neither as a wish nor as evidence; what is not forgotten stays."""
    desk.pages.give_up(desk.claim(), "404 Not Found", 404, NOON)
    desk.pages.give_up(desk.claim(), "410 Gone", 410, NOON)
    forgetting = ArticleEraser(desk.database, config_of())
    assert sum(forgetting.erase(forgetting.plan("https://x.test/secret/1"), NOON)) == 1
    assert desk.problems() == [("https://x.test/secret/2", "410 Gone")]
    with desk.database.reading() as connection:
        assert connection.execute(select(page)).all() == []
