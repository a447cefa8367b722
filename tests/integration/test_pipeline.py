"""One source polled for real: from its address to what is committed, whatever comes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, update
from structlog.testing import capture_logs

from monitor import clock
from monitor.ingest.ingest_poll import IngestResult, PollResult, ingest_poll
from monitor.ingest.new_articles import KnownArticle
from monitor.model import FetchOutcome, OncePer
from monitor.model.sources import MAX_LINK
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import article, fetch, match, source
from monitor.store.queries.reports import ReportQueries
from monitor.store.queries.sources import load_feed_titles, load_source_reports
from monitor.telemetry import LogEvent
from tests.conftest import FaultServer
from tests.support.building import HEADLINE, HOUR, MINUTE, claimed, rule, rules, stored_decision
from tests.support.building import source as built
from tests.support.polls import LIMITS, feed, polling
from tests.support.whole import until


async def test_news_becomes_an_alert(database: Database, faults: FaultServer) -> None:
    """The first poll is a baseline; a new entry after it is told, once, and delivery is woken."""
    async with polling(database, faults, wire="wire.xml", post="post.xml") as polls:
        faults.documents["wire.xml"] = feed("An old missile story", age=24 * HOUR)
        faults.documents["post.xml"] = feed("Nothing at all")
        for name in ("wire", "post"):
            assert await polls.poll(name)
        assert (ReportQueries(database).counts()["matches"], polls.woken) == (1, [])
        for name in ("wire", "post", "wire"):
            faults.documents[f"{name}.xml"] = feed(HEADLINE)
            assert await polls.poll(name)
    counts = ReportQueries(database).counts()
    assert (counts["articles"], counts["alerts"], len(polls.woken)) == (4, 1, 1)
    assert ReportQueries(database).delivery_counts()["pending"] == 1


async def test_a_source_without_a_name_shows_the_title_of_its_feed(database: Database, faults: FaultServer) -> None:
    """As where it could not be asked when it was added. A name of its own counts, whatever its feed says."""
    for path in ("wire.xml", "post.xml"):
        faults.documents[path] = feed(HEADLINE).replace("<title>x", "<title>The Harbour &amp; Times", 1)
    async with polling(database, faults, more={"name": "wire"}, wire="wire.xml", post="post.xml") as polls:
        assert polls.active.source_name("wire") == "wire"
        for name in ("wire", "post"):
            await polls.poll(name)
        assert polls.active.source_name("wire") == "The Harbour & Times"
        assert polls.active.source_name("post") == "wire"  # its file says so
        faults.documents["wire.xml"] = feed("Something else").replace("<title>x</title>", "", 1)
        await polls.poll()
        assert polls.active.source_name("wire") == "The Harbour & Times"  # it says nothing now
        sources = polls.active.current.sources
    assert load_feed_titles(database, sources) == {"wire": "The Harbour & Times"}  # for the next start
    assert load_source_reports(database)["wire"].title == "The Harbour & Times"


async def test_entries_with_the_longest_identities_are_stored_with_the_others(
    database: Database, faults: FaultServer
) -> None:
    """Of letters that no compression makes shorter: PostgreSQL's indexes take 2,704 bytes. None stops its feed, and
    each is known again."""
    letters = random.Random(5)

    def write(length: int, first: int, last: int) -> str:
        return "".join(map(chr, letters.choices(range(first, last), k=length)))

    han, latin = (0x4E00, 0x9FA5), (ord("a"), ord("z"))
    site = "https://x.test/"
    odd = [
        ("Long guid", write(MAX_LINK, *han), f"{site}1"),
        ("Longer guid", write(2 * MAX_LINK, *latin), f"{site}2"),
        ("Long link", "l", site + write(MAX_LINK - len(site), *han)),
        ("Link that grows when it is encoded", "g", site + write(MAX_LINK // 3 - len(site), *han)),
        *((f"Guid {n} of several", "s", site + write(MAX_LINK - len(site), *latin)) for n in (1, 2)),
        *((f"Long guid {n} of several", "L" * MAX_LINK, f"{site}{write(1_900, *latin)}") for n in (1, 2)),
    ]
    entries = [("Before", "b", f"{site}b"), *odd, ("After", "a", f"{site}a")]
    items = "".join(
        f"<item><title>{title}</title><guid isPermaLink='false'>{guid}</guid><link>{link}</link></item>"
        for title, guid, link in entries
    )
    faults.documents["wire.xml"] = f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"
    async with polling(database, faults, wire="wire.xml") as polls:
        first = await polls.poll()
        faults.documents["wire.xml"] += " "  # it is read again
        second = await polls.poll()
    assert first is not None
    assert second is not None
    assert (first.problem, second.problem, ReportQueries(database).counts()["articles"]) == (None, None, len(entries))


async def test_a_first_poll_decides_the_oldest_first(database: Database, faults: FaultServer) -> None:
    """A document lists the newest first: what happened first is what the story is opened by, and the alert is of."""
    newest, middle, oldest = (feed(f"{HEADLINE}, report {n}", age=(n + 1) * MINUTE) for n in range(3))
    parts = (
        document.partition("</title>")[2].removesuffix("</channel></rss>") for document in (newest, middle, oldest)
    )
    items = "".join(parts)
    faults.documents["wire.xml"] = f"<rss version='2.0'><channel><title>x</title>{items}</channel></rss>"
    async with polling(database, faults, wire="wire.xml") as polls:
        await polls.poll()
        faults.documents["wire.xml"] = feed("Later", "Much later")
        await polls.poll()
    with database.reading() as connection:
        titles = list(connection.execute(select(article.c.title).order_by(article.c.id)).scalars())
    first = [f"{HEADLINE}, report {n}" for n in (2, 1, 0)]
    assert titles == [*first, "Later", "Much later"]  # a later poll keeps the order of its document


@pytest.mark.parametrize(
    ("path", "outcome", "problem"),
    [
        ("404", FetchOutcome.FAILED, "404"),
        ("503", FetchOutcome.FAILED, "503"),
        ("drop", FetchOutcome.FAILED, ""),
        ("ok", FetchOutcome.FAILED, ""),  # a page that is no feed
    ],
)
async def test_a_failure_is_counted_and_told(
    database: Database, faults: FaultServer, path: str, outcome: FetchOutcome, problem: str
) -> None:
    """One clear line in the log and in the source's report; the next poll is later, and the baseline still to come."""
    async with polling(database, faults, wire=path) as polls:
        with capture_logs() as logs:
            polled = await polls.poll()
        assert polled is not None
        again = polls.claim()
    assert (polled.fetched.outcome, polled.failures) == (outcome, 1)
    report = load_source_reports(database)["wire"]
    assert report.problem
    assert problem in report.problem
    assert "\n" not in report.problem
    assert report.next_at is not None
    assert report.next_at > polled.at
    assert logs[0]["event"] == LogEvent.POLL_PROBLEM
    assert (again.failures, again.is_first_poll) == (1, True)


async def test_a_problem_that_lasts_is_logged_once(database: Database, faults: FaultServer) -> None:
    """When it begins, when it is another one, and when it is over: not at every poll, also after a restart."""
    told, down, up = [], "<html><title>Down</title>", "<html><title>Up</title>"
    for document in (down, down, up, feed("A"), ""):
        async with polling(database, faults, wire="wire.xml") as polls:
            faults.documents["wire.xml"] = document or feed("A")
            with capture_logs() as logs:
                assert await polls.poll()
        told.append(
            [each["event"] for each in logs if each["event"] in {LogEvent.POLL_PROBLEM, LogEvent.POLL_RECOVERED}]
        )
        if recovered := [each for each in logs if each["event"] == LogEvent.POLL_RECOVERED]:
            assert "problem" not in recovered[0]  # it would read as if there still was one
            assert recovered[0]["was"]
    assert told == [[LogEvent.POLL_PROBLEM], [], [LogEvent.POLL_PROBLEM], [LogEvent.POLL_RECOVERED], []]


async def test_a_document_that_was_read_in_part_is_asked_for_whole(database: Database, faults: FaultServer) -> None:
    """What was not read must not be hidden by a 304: no validators are kept of a damaged document."""
    async with polling(database, faults, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = feed(HEADLINE, "Another story altogether")[:-150]
        damaged = await polls.poll()
        assert damaged is not None
        assert damaged.problem
        with database.writing() as connection:
            connection.execute(update(source).values(etag='"x"'))
        await polls.poll()
        assert polls.claim().validators.etag is None


async def test_what_is_beyond_the_limit_comes_with_the_next_poll(database: Database, faults: FaultServer) -> None:
    """`limits.entries` bounds what is taken of one poll; the rest is told of, and taken at the next."""
    async with polling(database, faults, limits=replace(LIMITS, entries=50), wire="wire.xml") as polls:
        faults.documents["wire.xml"] = feed("Nothing at all")
        await polls.poll()
        faults.documents["wire.xml"] = feed(*(f"{HEADLINE}, report {i}" for i in range(70)))
        first = await polls.poll()
        assert first is not None
        assert first.problem == "20 new entries beyond `limits.entries` are left to the next poll"
        second = await polls.poll()
        assert second is not None
        assert second.problem is None
    assert ReportQueries(database).counts()["alerts"] == 70


async def test_what_is_too_much_work_for_a_poll_comes_with_the_next(database: Database, faults: FaultServer) -> None:
    """What is within the budget is stored and matched at once; the rest is told of and lost to nobody, and the source
    waits. What is left of a first poll is the source's past at the next one too."""
    titles = [f"{HEADLINE}, report {n}" for n in range(24)]
    text = "<description>" + "북한 미사일 " * 8_000 + "</description>"
    document = (
        feed(*titles).replace("</title>", "</title>" + text).replace("<pubDate>", "<x>").replace("/pubDate>", "/x>")
    )
    async with polling(database, faults, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = document
        stored, claim = list[int](), polls.claim()
        while not stored or stored[-1] < len(titles):
            assert claim.is_first_poll
            polled = await polls.pipeline.poll(claim)
            assert polled is not None
            stored.append(ReportQueries(database).counts()["articles"])
            assert stored[-1] > (stored[-2] if len(stored) > 1 else 0)
            left = len(titles) - stored[-1]
            if left:
                waiting = f"{left} new entries are left to the next poll"
                assert polled.problem == f"its texts are too much work for one poll: {waiting}"
                assert polled.next_at - polled.at == 5 * MINUTE
            claim = claimed(polls.claims, "wire", polled.next_at)
            assert (claim.validators.body is None) == (left > 0)
        assert len(stored) > 1
        assert load_source_reports(database)["wire"].problem is None
        assert not claim.is_first_poll
    counts = ReportQueries(database).counts()
    assert (counts["matches"], counts["alerts"]) == (len(titles), 0)


@pytest.mark.parametrize("bound", ["work", "entries"])
async def test_what_a_late_poll_leaves_comes_as_late_as_it(
    database: Database, faults: FaultServer, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    """After an absence, what was missed is sent together to its last piece, whatever the age that a rule allows. What
    is as old and comes later is held."""
    limits = LIMITS
    if bound == "work":
        monkeypatch.setattr("monitor.pipeline.MAX_WORK", 1)
    else:
        limits = replace(LIMITS, entries=1)
    missed = [f"{HEADLINE}, report {n}" for n in range(4)]
    async with polling(database, faults, limits=limits, wire="wire.xml") as polls:
        by_article = rule(max_age=2 * HOUR, once_per=OncePer.ARTICLE)
        polls.active.current = replace(polls.active.current, rules=rules(by_article))
        faults.documents["wire.xml"] = feed("Nothing at all")
        await polls.poll()
        ago = clock.now() - 8 * HOUR
        with database.writing() as connection:
            connection.execute(update(source).values(last_ok_at=ago, next_at=ago + 5 * MINUTE))
        faults.documents["wire.xml"] = feed(*missed, age=3 * HOUR)
        for left in (3, 2, 1, 0):
            polled = await polls.poll()
            assert polled is not None
            assert (polled.problem or "").count(f"{left} new entries") == bool(left)
        decided = decisions(database)
        assert [title for title, _ in decided] == missed
        (why,) = {decision for _, decision in decided}  # of all four the same window
        assert why.startswith("deferred: its source could not be polled from ")
        assert why.endswith("; what was missed is sent together")
        faults.documents["wire.xml"] = feed("The same missile story, late", *missed, age=3 * HOUR)
        await polls.poll()
    assert decisions(database)[-1][1] == "suppressed: published 3 hours ago, and max_age is 2 hours"


def decisions(database: Database) -> list[tuple[str, str]]:
    """The titles of the articles that were matched, and what was decided, in the order in which they were stored."""
    with database.reading() as connection:
        rows = connection.execute(
            select(article.c.title, match.c.outcome, match.c.reason_parameters)
            .join(article, article.c.id == match.c.article_id)
            .order_by(article.c.id)
        )
        return [(title, stored_decision(outcome, why)) for title, outcome, why in rows]


async def test_what_had_left_the_document_is_not_lost_where_it_is_too_much_work(
    database: Database, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is looked for again until it is taken in, the oldest first; then what the document holds is."""

    def page(number: int, *titles: str) -> str:
        older = f"<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='next' href='{site}/older{number}.xml'/>"
        document = feed(*titles).replace("https://x.test/", f"https://x.test/{number}/")
        return document.replace("<item>", f"{older}<item>", 1)

    site = f"http://127.0.0.1:{faults.port}"
    before = [f"Nothing, number {n}" for n in range(10)]
    news = [f"{HEADLINE}, report {n}" for n in range(7)]  # the newest first
    async with polling(database, faults, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = page(0, *before)
        await polls.poll()
        monkeypatch.setattr("monitor.pipeline.MAX_WORK", 1)
        faults.documents |= {
            "wire.xml": page(1, *news[:2]),
            "older1.xml": page(2, *news[2:5]),
            "older2.xml": page(3, *news[5:], *before[:3]),
        }
        for left in range(len(news) - 1, -1, -1):
            polled = await polls.poll()
            assert polled is not None
            assert (polled.problem or "").count(f": {left} new entries are left to the next poll") == bool(left)
    assert ReportQueries(database).counts()["articles"] == len(before) + len(news)
    assert ReportQueries(database).counts()["alerts"] == len(news)
    assert [title for title, _ in decisions(database)] == [*reversed(news[2:]), *news[:2]]


async def test_a_long_list_is_past_when_it_is_first_seen(database: Database, faults: FaultServer) -> None:
    """Its ends are read, all of them at once; its middle is no news later, and what comes at an end is."""
    document = feed(*(f"{HEADLINE}, report {i}" for i in range(1500)), age=timedelta(days=9))
    head, *items = document.split("<item>")
    async with polling(database, faults, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = document
        first = await polls.poll()
        assert first is not None
        assert (first.entries, first.fetched.validators.body is not None) == (1500, True)
        assert first.problem == "it lists 1500 entries: only 1000 are read, those at its two ends"
        assert (ReportQueries(database).counts()["articles"], ReportQueries(database).counts()["alerts"]) == (1000, 0)
        second = await polls.poll()
        assert second is not None
        assert second.fetched.outcome is FetchOutcome.NOT_MODIFIED
        assert second.problem == first.problem  # as it still does
        with database.reading() as connection:  # it brought nothing, and leaves no row of its own
            assert connection.execute(select(func.count()).select_from(fetch)).scalar_one() == 1
        new = f"<guid>new</guid><title>{HEADLINE} again</title></item>"
        faults.documents["wire.xml"] = "<item>".join((head, new, *items[5:]))
        await polls.poll()
    assert (ReportQueries(database).counts()["articles"], ReportQueries(database).counts()["alerts"]) == (1001, 1)


async def test_guids_that_change_are_told_in_one_line(database: Database, faults: FaultServer) -> None:
    """At the poll that shows it; from then on its entries are known by their links."""
    async with polling(database, faults, wire="wire.xml") as polls:
        problems = []
        for turn in range(4):
            document = feed(*(f"{HEADLINE}, report {i}" for i in range(10)))
            faults.documents["wire.xml"] = document.replace("</guid>", f", asked {turn}</guid>")
            polled = await polls.poll()
            assert polled is not None
            problems.append(polled.problem)
    churned = "its guids change while its articles stay: they are known by their links from now on"
    assert problems == [None, churned, None, None]
    assert ReportQueries(database).counts()["alerts"] == 10  # none of them again


async def test_a_poll_that_was_taken_over_says_so(database: Database, faults: FaultServer) -> None:
    """Its articles are the other poll's to bring."""
    faults.documents["wire.xml"] = feed(HEADLINE)
    async with polling(database, faults, wire="wire.xml") as polls:
        old = polls.claim()
        polls.claims.release([old])
        polls.claim()
        with capture_logs() as logs:
            assert await polls.pipeline.poll(old) is None
    assert [entry["event"] for entry in logs] == [LogEvent.POLL_LOST]
    assert ReportQueries(database).counts()["articles"] == 0


def crash(brought: PollResult, known: Mapping[str, KnownArticle], now: datetime, *, max_articles: int) -> IngestResult:
    """Stands in for `ingest_poll`: an entry that our code cannot process."""
    if brought.entries:
        raise ZeroDivisionError
    return ingest_poll(brought, known, now, max_articles=max_articles)


async def test_an_error_of_our_own_stops_one_poll_only(
    database: Database, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a failure of the source as others are: told, counted, and tried again later."""
    faults.documents["wire.xml"] = feed(HEADLINE)
    monkeypatch.setattr("monitor.pipeline.ingest_poll", crash)
    async with polling(database, faults, wire="wire.xml") as polls:
        with capture_logs() as logs:
            polled = await polls.poll()
        monkeypatch.undo()
        assert await polls.poll()
    assert polled is not None
    assert polled.problem == "internal error: ZeroDivisionError; please report it with the log"
    assert [entry["event"] for entry in logs][:2] == [LogEvent.POLL_CRASHED, LogEvent.POLL_PROBLEM]
    assert ReportQueries(database).counts()["articles"] == 1


async def test_what_fails_for_want_of_descriptors_is_no_failure_of_the_source(
    database: Database, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is stored, it is polled again, and the log has a line of its own for it."""
    monkeypatch.setattr("monitor.telemetry.shortages._State.logged_at", None)
    monkeypatch.setattr("monitor.runtime.descriptors.count_free", lambda: 0)
    async with polling(database, faults, wire="missing.xml") as polls:
        with capture_logs() as logs:
            assert await polls.poll() is None
        monkeypatch.undo()
        polls.claims.release_all()
        polled = await polls.poll()
    assert [entry["event"] for entry in logs] == [LogEvent.RESOURCES_SHORT]
    assert polled is not None
    assert "not a feed" in str(polled.problem)  # the server answers everything as a service of messages would


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a database."""
    monkeypatch.setattr("monitor.store.engine.store_thread.MAX_OUTAGE_WAIT", 0)


@contextmanager
def unusable(database: Database) -> Iterator[None]:
    """The database refuses everybody who enters the section: its lock is held, and not waited for."""
    statement = "SET lock_timeout = '50ms'" if database.shared else "PRAGMA busy_timeout = 50"

    def hurry(connection: Any, record: object) -> None:
        del record
        connection.cursor().execute(statement).close()

    database.write.dispose()
    event.listen(database.write, "connect", hurry)
    holder = open_database(database.write.url.render_as_string(hide_password=False))
    with holder.writing() as connection:
        holder.enter_section(connection)
        yield
    holder.close()


async def test_a_database_that_recovers_takes_what_was_brought(database: Database, faults: FaultServer) -> None:
    """The document waits for it, and the source is not to blame: nothing is fetched again."""
    faults.documents["wire.xml"] = feed(HEADLINE)
    async with polling(database, faults, wire="wire.xml") as polls:
        claim = polls.claim()
        with capture_logs() as logs, unusable(database):
            polling_on = asyncio.create_task(polls.pipeline.poll(claim))
            await until(lambda: logs)
        polled = await polling_on
    assert polled is not None
    assert (polled.failures, polled.problem) == (0, None)
    assert logs[0]["event"] == LogEvent.DATABASE_PROBLEM
    assert ReportQueries(database).counts()["articles"] == 1
    assert len(faults.received) == 1


@pytest.mark.usefixtures("impatient")
async def test_a_database_that_fails_for_long_is_no_fault_of_the_source(
    database: Database, faults: FaultServer
) -> None:
    """It is logged and nothing is raised; the source is polled again when its claim is given back."""
    faults.documents["wire.xml"] = feed(HEADLINE)
    async with polling(database, faults, wire="wire.xml") as polls:
        claim = polls.claim()
        with capture_logs() as logs, unusable(database):
            assert await polls.pipeline.poll(claim) is None
        assert logs[-1]["event"] == LogEvent.DATABASE_PROBLEM
        polls.claims.release([claim])
        assert load_source_reports(database)["wire"].failures == 0
        assert await polls.poll()
    assert ReportQueries(database).counts()["alerts"] == 1


async def test_a_claim_of_an_address_that_has_changed_is_not_polled(database: Database, faults: FaultServer) -> None:
    """Another daemon has read the edit already: the old address is nothing to be asked for the new one's sake."""
    async with polling(database, faults, wire="wire.xml") as polls:
        moved = replace(built("wire"), url="https://elsewhere.test/feed")
        polls.claims.register_sources({"wire": moved}, clock.now())
        assert await polls.poll() is None
    assert faults.received == []
