"""Pages of articles, read for real from servers on loopback: after the article was told, and never in its way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from ipaddress import ip_network

import pytest
from aiohttp import web
from sqlalchemy import select, update
from structlog.testing import capture_logs

from monitor import clock
from monitor.alerting.case import DecisionContext, PollGap
from monitor.full_text import FullTextReader
from monitor.ingest.full_text_need import select_pages_to_read
from monitor.ingest.new_articles import KnownArticle
from monitor.model import Article, Limits, Rule, Source
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from monitor.sources.http.fetch import Fetcher
from monitor.sources.http.guard import Network
from monitor.sources.polling.robots import Robots
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import article as articles
from monitor.store.engine.tables import article_version, fetch, match, page
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.full_text_queue import FullTextQueue, FullTextRequest
from monitor.store.queues.known_entries import EntryLookup
from monitor.telemetry import LogEvent
from tests.conftest import FaultServer
from tests.support.building import (
    HEADLINE,
    active_config,
    article,
    claimed,
    decide_in,
    polled,
    rule,
    rules,
    sources,
    stored_decision,
    to_desk,
)
from tests.support.patience import LONG
from tests.support.polls import feed, polling
from tests.support.site import Site, serving

TEXT = (
    "The army said that two missiles had been fired from the coast in the early hours of the morning.",
    "They fell into the sea after a flight of some hundred kilometres, and nobody was hurt by them.",
)
PAGE = f"<html><body><nav>Home</nav><article><h1>News</h1>{''.join(f'<p>{each}</p>' for each in TEXT)}</article></body>"
KNOWN = {name: replace(each, full_text=True) for name, each in sources("wire", "post").items()}


@dataclass
class Reading:
    """A reader wired as `app` does it, the site that it reads, and what came of it."""

    database: Database
    site: Site
    reader: FullTextReader
    section: SerialSection
    known: dict[str, Source]
    woken: list[None] = field(default_factory=list)

    def commit(self, *found: Article, away: PollGap | None = None, wanted: bool = True) -> None:
        """A poll that brought these articles, whose pages are wanted in the same commit."""
        claims, now = Claims(self.database, "test"), clock.now()
        claims.register_sources(self.known, now)
        for each in found:
            claim = claimed(claims, each.source, now)
            with self.section.enter(now) as inside:
                decision = decide_in(inside, [each], rules(), DecisionContext(poll_gap=away))
                assert inside.commit(polled(claim, now), decision, to_desk)
                if wanted:
                    inside.enqueue_pages(select_pages_to_read(self.known[each.source], [each], now), now, away)

    async def turn(self) -> list[str]:
        """One turn and what it began, to its end; the events of the log."""
        with capture_logs() as logs:
            await self.reader.run_once()
            await self.ended()
        return [each["event"] for each in logs]

    async def ended(self) -> None:
        """What is being read has been, and nothing went wrong unexpectedly."""
        await asyncio.gather(*self.reader._reading.values())

    def due_now(self) -> None:
        """What was put off is due."""
        with self.database.writing() as connection:
            connection.execute(update(page).values(not_before=clock.now()))

    def versions(self) -> list[tuple[int, str, str]]:
        with self.database.reading() as connection:
            asked = select(article_version.c.version, article_version.c.text, article_version.c.digest)
            return [tuple(row) for row in connection.execute(asked.order_by(article_version.c.id))]

    def left(self) -> int:
        with self.database.reading() as connection:
            return len(connection.execute(select(page)).all())

    def evidence(self) -> list[str | None]:
        with self.database.reading() as connection:
            asked = select(fetch.c.page_url, fetch.c.problem).where(fetch.c.outcome == "failed")
            return [f"{row.page_url}: {row.problem}" for row in connection.execute(asked)]

    def paths(self) -> list[str]:
        return [request.path for request in self.site.asked]


@asynccontextmanager
async def reading(
    database: Database, told_by: Rule | None = None, allow_for: Mapping[str, Sequence[Network]] | None = None
) -> AsyncIterator[Reading]:
    """`allow_for`: instead of loopback for all sources."""
    limits = Limits(connect=LONG, idle=LONG, total=LONG, parse=LONG)
    thread, workers = StoreThread(), Workers(1, setup=WorkerSetup(None))
    section, known = SerialSection(database), dict(KNOWN)
    woken: list[None] = []
    try:
        allow = [ip_network("127.0.0.0/8")] if allow_for is None else []
        async with serving() as site, Fetcher(limits, allow, allow_for or {}) as fetcher:
            site.answers["/1"] = web.Response(body=PAGE.encode(), content_type="text/html")
            active = active_config(known, rules(told_by or rule()))
            reader = FullTextReader(
                active,
                limits,
                fetcher=fetcher,
                robots=Robots(fetcher, workers),
                workers=workers,
                pages=FullTextQueue(database),
                section=section,
                thread=thread,
                deliver=lambda: woken.append(None),
            )
            yield Reading(database, site, reader, section, known, woken)
            await reader.close()
    finally:
        workers.close()
        thread.close()


def told(site: Site, uid: str = "a1", title: str = "Night over the coast", of: str = "wire") -> Article:
    """An article of today with few words, at the site's page."""
    now = clock.now()
    return article(uid, title, "Something happened.", of=of, seen=now, published=now, url=f"{site.url}/1")


async def test_a_page_is_not_read_where_a_redirect_leads_if_that_site_forbids_it(database: Database) -> None:
    """robots.txt is asked at each site on the way, before the page is."""
    async with reading(database) as read, serving("127.0.0.2") as other:
        other.answers["/robots.txt"] = web.Response(text="User-agent: *\nDisallow: /shut")
        other.answers["/shut"] = web.Response(body=PAGE.encode(), content_type="text/html")
        read.site.answers["/1"] = web.Response(status=302, headers={"Location": f"{other.url}/shut"})
        read.commit(told(read.site))
        assert LogEvent.PAGE_READ not in await read.turn()
        assert [request.path for request in other.asked] == ["/robots.txt"]
        other.answers["/open"] = other.answers["/shut"]
        read.site.answers["/1"] = web.Response(status=302, headers={"Location": f"{other.url}/open"})
        read.due_now()
        assert LogEvent.PAGE_READ in await read.turn()


async def test_an_edit_that_another_daemon_has_overtaken_is_no_failure(
    database: Database, faults: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of an article was read between the moment at which its edit was taken in and the commit: the edit is
    the version after that, and its poll a good one."""
    recognise, pages, other = Claims.find_known_entries, FullTextQueue(database), SerialSection(database)

    def read_meanwhile(claims: Claims, asked: Sequence[EntryLookup]) -> dict[tuple[str, str], KnownArticle]:
        known, now = recognise(claims, asked), clock.now()
        monkeypatch.setattr(Claims, "find_known_entries", recognise)
        for wish in pages.claim([each.article_id for each in pages.find_due(now)[-1:]], now, timedelta(minutes=1)):
            with other.enter(now) as section:
                before = section.load_claimed_article(wish)
                assert before is not None
                decision = decide_in(section, [replace(before, text=TEXT[0], version=2)], rules())
                section.commit_page(wish, decision, to_desk, now)
        return known

    async with polling(database, faults, more={"full_text": True}, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = feed("Night over the coast", "Another")
        assert await polls.poll()
        monkeypatch.setattr(Claims, "find_known_entries", read_meanwhile)
        faults.documents["wire.xml"] = faults.documents["wire.xml"].replace("<title>Night", "<title>A long night")
        edited = await polls.poll()
    assert edited is not None
    assert edited.problem is None
    with database.reading() as connection:
        columns = (article_version.c.version, article_version.c.title, article_version.c.text)
        versions = [tuple(row) for row in connection.execute(select(*columns).order_by(article_version.c.id))]
    assert versions == [
        (1, "Another", ""),
        (1, "Night over the coast", ""),
        (2, "Night over the coast", TEXT[0]),
        (3, "A long night over the coast", ""),
    ]


async def test_a_page_makes_a_version_that_is_matched_again(database: Database) -> None:
    """What only the page says is told; the digest stays the feed's, so that the next poll sees no edit."""
    async with reading(database) as read:
        short = told(read.site)
        read.commit(short)
        assert ReportQueries(database).counts()["alerts"] == 0
        assert LogEvent.PAGE_READ in await read.turn()
        (first, second) = read.versions()
        assert first == (1, "Something happened.", short.digest)
        assert (second[0], second[2]) == (2, short.digest)
        assert second[1].startswith("Something happened.\n\n")
        assert TEXT[1] in second[1]
        with database.reading() as connection:
            assert connection.execute(select(articles.c.version, articles.c.digest)).one() == (2, short.digest)
        assert (ReportQueries(database).counts()["alerts"], len(read.woken), read.left()) == (1, 1, 0)
        assert read.paths() == ["/robots.txt", "/1"]
        assert await read.turn() == []


@pytest.mark.parametrize("missed", [True, False])
async def test_what_came_late_because_we_were_away_is_not_stale(database: Database, missed: bool) -> None:
    """Its page knows that too: it waits to be told with what else was missed."""
    hour, now = timedelta(hours=1), clock.now()
    async with reading(database, rule(max_age=6 * hour)) as read:
        late = replace(told(read.site), published=now - 13 * hour)
        read.commit(late, away=PollGap(now - 14 * hour, now) if missed else None)
        assert LogEvent.PAGE_READ in await read.turn()
        with database.reading() as connection:
            decision = stored_decision(*connection.execute(select(match.c.outcome, match.c.reason_parameters)).one())
    assert decision.startswith(
        "deferred: its source could not be polled" if missed else "suppressed: published 13 hours ago"
    )


async def test_what_was_told_is_not_told_again(database: Database) -> None:
    """The article went out at once; its longer text is kept and changes nothing."""
    async with reading(database) as read:
        read.commit(told(read.site, title=HEADLINE))
        assert ReportQueries(database).counts()["alerts"] == 1  # before any page was asked for
        assert read.site.asked == []
        await read.turn()
        assert (ReportQueries(database).counts()["alerts"], read.woken, len(read.versions())) == (1, [], 2)


async def test_robots_txt_forbids(database: Database) -> None:
    """The page is given up at once, and why stands in the log and among the evidence."""
    async with reading(database) as read:
        read.site.answers["/robots.txt"] = web.Response(body=b"User-agent: *\nDisallow: /")
        read.commit(told(read.site))
        assert await read.turn() == [LogEvent.PAGE_GIVEN_UP]
        assert (read.paths(), read.left(), len(read.versions())) == (["/robots.txt"], 0, 1)
        (why,) = read.evidence()
        assert str(why).startswith(f"{read.site.url}/1: ")
        assert "robots.txt forbids" in str(why)


async def test_a_page_that_cannot_be_had_is_tried_three_times(database: Database) -> None:
    """Later and later; then it is given up, and the article stays as its feed gave it."""
    async with reading(database) as read:
        read.site.answers["/1"] = web.Response(status=503, headers={"Retry-After": "7200"})
        read.commit(told(read.site))
        assert await read.turn() == [LogEvent.PAGE_POSTPONED]
        with database.reading() as connection:
            again = connection.execute(select(page.c.not_before)).scalar_one()
        assert again > clock.now() + timedelta(minutes=119)  # as the server asks
        assert await read.turn() == []
        read.due_now()
        assert await read.turn() == [LogEvent.PAGE_POSTPONED]
        read.due_now()
        assert await read.turn() == [LogEvent.PAGE_GIVEN_UP]
        assert (read.left(), len(read.versions())) == (0, 1)
        assert "503 Service Unavailable" in str(read.evidence()[0])


async def test_a_page_whose_reading_never_ends_well_is_given_up(database: Database) -> None:
    """Three claims without a result, as of a process that died each time, are enough."""
    async with reading(database) as read:
        read.commit(told(read.site))
        with database.writing() as connection:
            connection.execute(update(page).values(attempts=3))
        assert await read.turn() == [LogEvent.PAGE_GIVEN_UP]
        assert (read.site.asked, read.left()) == ([], 0)
        assert "three times without a result" in str(read.evidence()[0])


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (web.Response(status=404), "404 Not Found"),  # nobody is helped by asking again
        (web.Response(body=b"%PDF-1.7", content_type="application/pdf"), "it is not a web page (application/pdf)"),
    ],
)
async def test_a_page_that_will_never_be_one_is_given_up_at_once(
    database: Database, answer: web.Response, why: str
) -> None:
    """With the reason."""
    async with reading(database) as read:
        read.site.answers["/1"] = answer
        read.commit(told(read.site))
        assert await read.turn() == [LogEvent.PAGE_GIVEN_UP]
        assert why in str(read.evidence()[0])


async def test_a_wall_keeps_the_summary(database: Database) -> None:
    """A page that asks for consent or money is read, and adds nothing."""
    async with reading(database) as read:
        read.site.answers["/1"] = web.Response(body=b"<p>Subscribe</p>", content_type="text/html")
        read.commit(told(read.site))
        assert await read.turn() == [LogEvent.PAGE_READ]
        assert (read.left(), len(read.versions()), read.evidence()) == (0, 1, [])


async def test_an_address_that_several_want_is_fetched_once(database: Database) -> None:
    """Two feeds at the same time, and a third article within the day."""
    async with reading(database) as read:
        other = replace(told(read.site, "p1", of="post"), url=f"{read.site.url}/1?utm_source=rss")
        read.commit(told(read.site), other)
        await read.turn()
        read.commit(told(read.site, "a2"))
        await read.turn()
        assert read.paths() == ["/robots.txt", "/1"]
        assert [version for version, *_ in read.versions()] == [1, 1, 2, 2, 1, 2]


async def test_a_page_of_a_private_network_is_for_its_source_only(database: Database) -> None:
    """The link of another source to the same page is not fetched, nor answered with what was fetched for that one."""
    async with reading(database, allow_for={"wire": [ip_network("127.0.0.0/8")]}) as read:
        read.commit(told(read.site), told(read.site, "p1", of="post"))
        for _ in range(2):
            await read.turn()
        assert read.paths() == ["/robots.txt", "/1"]
        assert [version for version, *_ in read.versions()] == [1, 1, 2]
        read.commit(told(read.site, "p2", of="post"))
        await read.turn()
        assert read.paths() == ["/robots.txt", "/1"]
        assert [version for version, *_ in read.versions()] == [1, 1, 2, 1]


async def test_an_edit_meanwhile_wins(database: Database) -> None:
    """What was read for the old text leaves nothing behind; the page is wanted again."""
    async with reading(database) as read:
        arrived, go_on = asyncio.Event(), asyncio.Event()

        async def slow(_request: web.BaseRequest) -> web.StreamResponse:
            arrived.set()
            await go_on.wait()
            return web.Response(body=PAGE.encode(), content_type="text/html")

        read.site.answers["/1"] = slow
        read.commit(told(read.site))
        await read.reader.run_once()
        await arrived.wait()
        read.commit(replace(told(read.site), text="Something else happened.", version=2, digest="edited"))
        go_on.set()
        await read.ended()
        assert [version for version, *_ in read.versions()] == [1, 2]
        assert read.left() == 1
        await read.turn()
        assert [(version, digest) for version, _, digest in read.versions()][2:] == [(3, "edited")]
        assert read.left() == 0


@pytest.mark.parametrize("again", [True, False])
async def test_an_edit_right_before_the_commit_wins_too(
    database: Database, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """The longer text is matched before the serial section. An edit that another daemon commits in that time counts:
    its page is wanted again, or what was read belongs to the edited text."""
    look = FullTextQueue.load_claimed_article
    async with reading(database) as read:
        edited = replace(told(read.site), text="Something else happened.", version=2, digest="edited")

        def edit_meanwhile(pages: FullTextQueue, wish: FullTextRequest) -> Article | None:
            stored = look(pages, wish)
            monkeypatch.setattr(FullTextQueue, "load_claimed_article", look)
            Reading(database, read.site, read.reader, SerialSection(database), read.known).commit(edited, wanted=again)
            return stored

        read.commit(told(read.site))
        monkeypatch.setattr(FullTextQueue, "load_claimed_article", edit_meanwhile)
        await read.turn()
        versions = [(version, digest, TEXT[1] in text) for version, text, digest in read.versions()]
        assert versions[1:] == [(2, "edited", False)] + ([] if again else [(3, "edited", True)])
        assert read.left() == again


async def test_an_edited_article_gets_the_page_as_it_is_then(database: Database) -> None:
    """Not the one that it had before: that is from before the edit."""
    async with reading(database) as read:
        read.commit(told(read.site))
        await read.turn()
        later = PAGE.replace("</p>", " Nobody was hurt, a spokesman said later.</p>", 1)
        read.site.answers["/1"] = web.Response(body=later.encode(), content_type="text/html")
        read.commit(replace(told(read.site), text="Something else happened.", version=3, digest="edited"))
        await read.turn()
        assert read.paths().count("/1") == 2
        assert "Nobody was hurt" in read.versions()[-1][1]


async def test_a_source_that_has_left_wants_nothing(database: Database) -> None:
    """Its pages are given up, and that is said."""
    async with reading(database) as read:
        read.commit(told(read.site))
        read.known.clear()
        assert await read.turn() == [LogEvent.PAGE_GIVEN_UP]
        assert read.site.asked == []


async def test_one_page_at_a_time_of_a_host(database: Database) -> None:
    """However many wait; pages of other sources at other hosts do not wait for it."""
    async with reading(database) as read, serving("127.0.0.2") as other:
        other.answers["/1"] = web.Response(body=PAGE.encode(), content_type="text/html")
        more = [replace(told(read.site, f"m{n}"), url=f"{read.site.url}/1?n={n}") for n in range(3)]
        read.commit(*more, replace(told(read.site, "o", of="post"), url=f"{other.url}/1"))
        await read.reader.run_once()
        assert len(read.reader._reading) == 2
        await read.ended()
        assert len(other.asked) == 2


async def test_slow_pages_of_one_source_do_not_delay_those_of_another(database: Database) -> None:
    """A source may link to any number of hosts that never answer: it waits for them alone."""
    async with reading(database) as read, AsyncExitStack() as others:
        slow = [await others.enter_async_context(serving(f"127.0.0.{number}")) for number in range(2, 8)]
        for each in slow:
            each.answers["/robots.txt"] = _never
        read.commit(*(told(each, f"s{number}") for number, each in enumerate(slow)))
        read.commit(told(read.site, "p1", of="post"))
        async with asyncio.timeout(LONG.total_seconds()):
            while not (done := [task for task in read.reader._reading.values() if task.done()]):
                await read.reader.run_once()
                await asyncio.sleep(0.05)
        assert len(done) == 1
        assert read.paths() == ["/robots.txt", "/1"]
        assert [len(each.asked) for each in slow] == [1, 0, 0, 0, 0, 0]


async def test_sources_with_pages_at_one_host_take_turns(database: Database) -> None:
    """A source that links to many pages of another source's host takes every second turn there."""
    async with reading(database) as read:
        page = web.Response(body=PAGE.encode(), content_type="text/html")
        read.site.answers |= {f"/{name}{number}": page for name in ("wire", "post") for number in range(3)}
        for name in ("wire", "post"):
            for number in range(3):
                found = told(read.site, f"{name}{number}", of=name)
                read.commit(replace(found, url=f"{read.site.url}/{name}{number}"))
        for _ in range(6):
            await read.turn()
        assert read.paths() == ["/robots.txt", "/wire0", "/post0", "/wire1", "/post1", "/wire2", "/post2"]


async def _never(request: web.BaseRequest) -> web.StreamResponse:
    """A page that never comes."""
    del request
    await asyncio.Event().wait()
    raise AssertionError


async def test_a_reader_that_is_closed_gives_its_pages_back(database: Database) -> None:
    """To whoever comes after its lease; a process that has the database alone takes them back at its start."""
    async with reading(database) as read:
        asked = asyncio.Event()

        async def never(_request: web.BaseRequest) -> web.StreamResponse:
            asked.set()
            await asyncio.Event().wait()
            return web.Response()

        read.site.answers["/1"] = never
        read.commit(told(read.site))
        await read.reader.run_once()
        await asked.wait()
        await read.reader.close()
        assert FullTextQueue(database).find_due(clock.now()) == []
        assert len(FullTextQueue(database).find_due(clock.now() + timedelta(minutes=6))) == 1
        FullTextQueue(database).release_all()
        assert len(FullTextQueue(database).find_due(clock.now())) == 1
