"""What was let go, or forgotten, and is listed again brings nothing."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from monitor.ingest.entry_identity import assign_uids
from monitor.ingest.new_articles import build_fallback_identities, select_new_articles
from monitor.model import Entry, Retention
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, delivery
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.reports import ReportQueries
from monitor.store.queries.sources import load_source_reports
from monitor.store.queues.claims import Claims
from tests.support.building import HOUR, NOON, claimed, commit, config_of, source

DAY = timedelta(days=1)
RETENTIONS = (
    Retention(),
    Retention(articles=7 * DAY, alerts=7 * DAY, rules={"launch": 30 * DAY}),
    Retention(articles=30 * DAY, alerts=90 * DAY, fetches=7 * DAY),
)
_names = map("s{}".format, itertools.count())


def entries() -> st.SearchStrategy[Entry]:
    """Of few guids, addresses and texts, so that some share them."""
    return st.builds(
        Entry,
        guid=st.sampled_from([None, "1", "2", "https://x.test/a"]),
        link=st.sampled_from([None, "https://x.test/a", "https://x.test/b", "https://x.test/"]),
        title=st.sampled_from(["A missile flies", "Ferries run on time", ""]),
        summary=st.sampled_from(["", "One", "Two"]),
    )


documents = st.lists(st.lists(entries(), max_size=5), min_size=1, max_size=4)


class Reader:
    """Polls documents of a source of its own, as the pipeline does."""

    def __init__(self, database: Database) -> None:
        self.source = source(next(_names))
        self._claims = Claims(database, "here:1")
        self._claims.register_sources({self.source.id: self.source}, NOON)
        self._section = SerialSection(database)
        self._guids = True

    def poll(self, document: list[Entry], now: datetime) -> int:
        """How many articles it brought."""
        claim = claimed(self._claims, self.source.id, now)
        uids = assign_uids(document, guids=self._guids)
        known = self._claims.find_known(self.source.id, uids, build_fallback_identities(document, uids))
        taken = select_new_articles(
            self.source, document, uids, known, now=now, baseline=claim.is_first_poll, guids=self._guids
        )
        self._guids = not taken.distrusts_guids
        return len(commit(self._section, claim, *taken.articles, at=now).article_decisions)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(documents, st.integers(0, 1000), st.sampled_from(RETENTIONS), st.booleans())
def test_a_document_that_is_listed_again_brings_nothing(
    database: Database, history: list[list[Entry]], days: int, retention: Retention, told: bool
) -> None:
    """Whatever it held, whenever it was pruned, and whatever was still to be sent: no article, match or alert."""
    reader, now = Reader(database), NOON
    for document in history:
        reader.poll(document, now)
        now += 5 * DAY
    if told:
        own = select(alert.c.id).where(alert.c.story_id.is_not(None))
        with database.writing() as connection:
            connection.execute(update(delivery).where(delivery.c.alert_id.in_(own)).values(state="accepted"))
    for _ in ArchivePruner(database, retention).prune_slices(now + days * DAY):
        pass
    before = ReportQueries(database).counts()
    assert reader.poll(history[-1], now + days * DAY) == 0
    assert ReportQueries(database).counts() == before
    assert list(database.check()) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(documents)
def test_texts_that_come_back_tell_nothing(database: Database, history: list[list[Entry]]) -> None:
    """Entries are edited and edited back, an hour between: each text is matched again, and nothing is told twice."""
    reader = Reader(database)
    for hour, document in enumerate(history):
        reader.poll(document, NOON + hour * HOUR)
    told = ReportQueries(database).counts()["alerts"]
    for hour, document in enumerate([*history, *reversed(history)], len(history)):
        reader.poll(document, NOON + hour * HOUR)
    assert ReportQueries(database).counts()["alerts"] == told
    assert list(database.check()) == []


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(documents, st.integers(0, 200), st.booleans())
def test_what_was_forgotten_brings_nothing_whatever_becomes_of_it(
    database: Database, history: list[list[Entry]], days: int, pruned: bool
) -> None:
    """Here or pruned before: the whole source is forgotten, and then its last document comes again."""
    reader, now = Reader(database), NOON + days * DAY
    for document in history:
        reader.poll(document, NOON)
    if pruned:
        for _ in ArchivePruner(database, RETENTIONS[1]).prune_slices(now):
            pass
    forgetting = ArticleEraser(database, config_of())
    for _ in forgetting.erase(forgetting.plan(reader.source.id), now):
        pass
    assert reader.poll(history[-1], now) == 0
    assert load_source_reports(database)[reader.source.id].articles == 0
    assert list(database.check()) == []
