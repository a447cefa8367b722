"""Sources whose guids are made anew at each request, from their documents to what is stored and told."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.ingest.entry_identity import assign_uids
from monitor.ingest.fingerprints import fingerprint_entries, retain_fingerprints
from monitor.ingest.new_articles import build_fallback_identities, select_new_articles
from monitor.model import Article, Entry, EntryFingerprint, OncePer, Retention
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article, article_version
from monitor.store.lifecycle.erasure import ArticleEraser
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from tests.support.building import HEADLINE, MINUTE, NOON, claimed, commit, config_of, rule, rules, source

RULESET = rules(rule(), rule("every", ["News"], once_per=OncePer.ARTICLE))


class Reader:
    """Polls the documents of a source as the pipeline does: what it has by its slice is not parsed again."""

    def __init__(self, database: Database) -> None:
        self.source = source()
        self.guids = True
        self._database = database
        self._claims = Claims(database, "here:1")
        self._claims.register_sources({"wire": self.source}, NOON)
        self._section = SerialSection(database)
        self._marks: tuple[EntryFingerprint, ...] = ()
        self._now = NOON

    def poll(self, document: Sequence[Entry]) -> tuple[Article, ...]:
        """The articles that it brought."""
        claim = claimed(self._claims, at=self._now)
        known = {mark.slice: mark for mark in self._marks}
        rest = [entry for entry in document if entry.slice not in known]
        others = [known[entry.slice] for entry in document if entry.slice in known]
        uids = assign_uids(rest, others, guids=self.guids)
        had = self._claims.find_known("wire", uids, build_fallback_identities(rest, uids, others))
        taken = select_new_articles(
            self.source,
            rest,
            uids,
            had,
            now=self._now,
            baseline=claim.is_first_poll,
            known_fingerprints=others,
            guids=self.guids,
        )
        commit(
            self._section,
            claim,
            *taken.articles,
            at=self._now,
            ruleset=rules(rule(), rule("every", ["News"], once_per=OncePer.ARTICLE)),
        )
        self.guids = not taken.distrusts_guids
        self._marks = retain_fingerprints(
            [entry.slice for entry in document if entry.slice], known, fingerprint_entries(rest)
        )
        self._now += 5 * MINUTE
        return taken.articles

    def stored(self) -> list[int]:
        """How many articles, and how many versions of them."""
        with self._database.reading() as connection:
            return [len(connection.execute(select(table.c.id)).all()) for table in (article, article_version)]


_guids = map("g{}".format, itertools.count())
_slices = (number.to_bytes(12) for number in itertools.count())


def churned(entries: Sequence[Entry]) -> list[Entry]:
    """The same entries with new guids; their slices are new with them."""
    return [replace(entry, guid=next(_guids), slice=next(_slices)) for entry in entries]


def entry(number: int, link: str | None = None, title: str = "", summary: str = "") -> Entry:
    """A dated one, which a rule on "News" tells."""
    title = title or f"News of place {number}"
    return Entry(link=link, title=title, summary=summary or f"It happened {number} times.", published=f"{NOON}")


def stable(number: int, poll: int) -> str | None:
    del poll
    return f"https://x.test/{number}"


def tracked(number: int, poll: int) -> str | None:
    return f"http://www.x.test/{number}?utm_source=rss&utm_term={poll}"


def no_link(number: int, poll: int) -> str | None:
    del number, poll
    return None


def home(number: int, poll: int) -> str | None:
    del number, poll
    return "https://x.test/"


@pytest.mark.parametrize("link", [stable, tracked, no_link, home])
def test_new_guids_for_all_at_every_poll_bring_nothing_new(
    database: Database, link: Callable[[int, int], str | None]
) -> None:
    """Thirty entries, ten polls: thirty articles, no further versions, one alert each."""
    reader = Reader(database)
    for poll in range(10):
        reader.poll(churned([entry(number, link(number, poll)) for number in range(30)]))
    assert reader.stored() == [30, 30]
    assert not reader.guids
    assert ReportQueries(database).counts()["alerts"] == 30


def test_what_is_new_among_the_churning_is_taken_at_once(database: Database) -> None:
    """In the poll that tells that they churn, and in those after it: each once, and under its own address."""
    reader = Reader(database)
    entries = [entry(number, stable(number, 0)) for number in range(30)]
    reader.poll(churned(entries))
    for number in (30, 31, 32):
        entries = [entry(number, stable(number, 0), HEADLINE if number == 30 else ""), *entries]
        (new,) = reader.poll(churned(entries))
        assert (new.uid, new.version) == (f"https://x.test/{number}", 1)
        assert reader.poll(churned(entries)) == ()
    assert reader.stored() == [33, 33]


@pytest.mark.parametrize("at", [1, 2, 5])
def test_an_edit_among_the_churning_is_a_version_and_is_told_once(database: Database, at: int) -> None:
    """Also in the poll that tells that they churn: a version of the article under its first guid, not a new one."""
    reader = Reader(database)
    entries = [entry(number, stable(number, 0)) for number in range(10)]
    (first, *_) = reader.poll(churned(entries))
    for _ in range(1, at):
        reader.poll(churned(entries))
    before = ReportQueries(database).counts()["alerts"]
    entries[0] = replace(entries[0], summary="Missiles were fired.")
    (second,) = reader.poll(churned(entries))
    assert (second.uid, second.version, second.seen) == (first.uid, 2, NOON)
    assert reader.poll(churned(entries)) == ()
    assert reader.stored() == [10, 11]
    assert ReportQueries(database).counts()["alerts"] == before + 1


def test_one_new_guid_for_a_known_address_and_text_is_no_article(database: Database) -> None:
    """However few do so: the very same words at the very same address."""
    reader = Reader(database)
    entries = churned([entry(number, stable(number, 0)) for number in range(3)])
    reader.poll(entries)
    assert reader.poll([*churned(entries[:1]), *entries[1:]]) == ()
    assert reader.poll(churned(entries)) == ()
    assert reader.guids
    assert reader.stored() == [3, 3]


@pytest.mark.parametrize("forgotten", [True, False])
def test_what_was_forgotten_or_let_go_does_not_come_back_under_another_guid(
    database: Database, forgotten: bool
) -> None:
    """It is known by its address still; what was only let go is told if its words change."""
    reader = Reader(database)
    document = churned([entry(1, stable(1, 0))])
    reader.poll(document)
    later = NOON + timedelta(days=100)
    if forgotten:
        forgetting = ArticleEraser(database, config_of())
        assert list(forgetting.erase(forgetting.plan("wire"), NOON))
    else:
        assert sum(
            map(Counter.total, ArchivePruner(database, Retention(articles=timedelta(days=90))).prune_slices(later))
        )
    assert reader.poll(churned(document)) == ()
    edited = reader.poll(churned([replace(document[0], summary="Another text.")]))
    assert len(edited) == (0 if forgotten else 1)


def test_a_live_page_is_not_taken_for_churn(database: Database) -> None:
    """Six pages, one address each and a new guid and title for each development: each is an article of its own."""
    reader = Reader(database)
    for hour in range(5):
        pages = [entry(n, stable(n, 0), f"News {hour} of place {n}", f"At {hour}: {n}.") for n in range(6)]
        assert len(reader.poll(churned(pages))) == 6
    assert reader.guids
    assert reader.stored() == [30, 30]


def test_a_feed_that_is_renewed_whole_is_not_taken_for_churn(database: Database) -> None:
    """All guids are new because all articles are."""
    reader = Reader(database)
    for day in range(3):
        numbers = range(day * 10, day * 10 + 10)
        assert len(reader.poll(churned([entry(number, stable(number, 0)) for number in numbers]))) == 10
    assert reader.guids


def test_known_slices_are_known_guids(database: Database) -> None:
    """Of thirty entries five are listed anew under new guids: few, though all that were parsed."""
    reader = Reader(database)
    entries = churned([entry(number, stable(number, 0)) for number in range(30)])
    reader.poll(entries)
    changed = [replace(each, summary="Another text.") for each in entries[:5]]
    assert len(reader.poll([*churned(changed), *entries[5:]])) == 5
    assert reader.guids


def test_distrust_stays(database: Database) -> None:
    """A poll in which nothing is new does not end it; an entry whose guid stays is still known."""
    reader = Reader(database)
    entries = [entry(number, stable(number, 0)) for number in range(10)]
    for _ in range(3):
        reader.poll(churned(entries))
    same = churned(entries)
    assert [reader.poll(same), reader.poll(same), reader.poll([])] == [(), (), ()]
    assert not reader.guids
