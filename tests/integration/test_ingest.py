"""What polls of one source take in, one after the other: new entries, edits, gaps, bursts, what is left for later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, update
from structlog.testing import capture_logs

from monitor import clock
from monitor.model import FetchOutcome, Selectors, SourceStats, TroubleKind
from monitor.store.engine.database import Database
from monitor.store.engine.tables import article, document, page, source
from monitor.store.queries.matches import MatchFilter, MatchQueries
from monitor.store.queries.reports import ReportQueries
from monitor.store.queries.sources import load_source_reports
from monitor.telemetry import LogEvent
from tests.conftest import FaultServer
from tests.support.building import HEADLINE
from tests.support.polls import LIMITS, polling

HOUR = timedelta(hours=1)
NAMES = (
    "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'"
)


def item(number: int, title: str = "", date: datetime | None = None) -> str:
    dated = f"<pubDate>{date.isoformat()}</pubDate>" if date else ""
    name = title or f"Item {number}"
    return f"<item><guid>g{number}</guid><link>https://x.test/{number}</link><title>{name}</title>{dated}</item>"


def rss(items: Sequence[str], head: str = "") -> str:
    return f"<rss version='2.0'><channel><title>x</title>{head}{''.join(items)}</channel></rss>"


def titles(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(select(article.c.title).order_by(article.c.title)).scalars())


async def test_what_is_known_is_not_taken_in_again(database: Database, faults: FaultServer) -> None:
    """One new entry is one article, an edit is a version, and all entries are counted whatever was parsed of them."""
    async with polling(database, faults, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = rss([item(n) for n in range(3)])
        assert await polls.poll()
        faults.documents["wire.xml"] = rss([item(3, HEADLINE, clock.now()), *(item(n) for n in range(3))])
        second = await polls.poll()
        faults.documents["wire.xml"] = rss([item(3, HEADLINE, clock.now()), item(0, "Item 0, edited"), item(1)])
        third = await polls.poll()
        assert second is not None
        assert third is not None
    assert (second.entries, third.entries) == (4, 3)
    assert titles(database) == ["Item 0, edited", "Item 1", "Item 2", HEADLINE]
    assert ReportQueries(database).counts()["alerts"] == 1
    with database.reading() as connection:
        assert len(connection.execute(select(document.c.marks)).scalar_one()) > 4 * 40


async def test_the_same_bytes_are_nothing_new(database: Database, faults: FaultServer) -> None:
    """Although the server sends them with 200, as if they were."""
    async with polling(database, faults, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = rss([item(1)])
        outcomes = [polled.fetched.outcome for _ in range(2) if (polled := await polls.poll())]
    assert outcomes == [FetchOutcome.DOCUMENT, FetchOutcome.NOT_MODIFIED]


async def test_what_is_left_for_the_next_poll_comes_then(database: Database, faults: FaultServer) -> None:
    """More new entries than are taken at once: none of them passes for known."""
    limits = replace(LIMITS, entries=2)
    async with polling(database, faults, limits=limits, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = rss([item(0)])
        assert await polls.poll()
        faults.documents["wire.xml"] = rss([item(n) for n in range(6)])
        problems = [polled.problem for _ in range(3) if (polled := await polls.poll())]
    assert [bool(problem) for problem in problems] == [True, True, False]
    assert titles(database) == [f"Item {n}" for n in range(6)]


async def test_a_gap_is_told_and_filled_from_the_sitemap(database: Database, faults: FaultServer) -> None:
    """A document that holds nothing that was there before: what came and went is taken in, matched and told."""
    now = clock.now()
    more = {"sitemap": faults.url("map.xml", "http")}
    async with polling(database, faults, more=more, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = rss([item(n, date=now - HOUR) for n in range(6)])
        assert await polls.poll()
        faults.documents["wire.xml"] = rss([item(n, date=now) for n in range(10, 16)])
        urls = [(6, "Lost"), (7, HEADLINE), (10, "Item 10")]
        faults.documents["map.xml"] = f"<urlset {NAMES}>" + "".join(
            f"<url><loc>https://x.test/{n}</loc><news:news><news:publication_date>{now.isoformat()}"
            f"</news:publication_date><news:title>{title}</news:title></news:news></url>"
            for n, title in urls
        )
        faults.documents["map.xml"] += "</urlset>"
        with capture_logs() as logs:
            polled = await polls.poll()
        assert polled is not None
    assert [each["trouble"] for each in logs if each["event"] == LogEvent.SOURCE_DEGRADED] == [TroubleKind.GAP]
    assert [trouble.kind for trouble in polled.opened_troubles] == [TroubleKind.GAP]
    assert "2 in the news sitemap" in polled.opened_troubles[0].detail
    assert {"Lost", HEADLINE} <= set(titles(database))
    assert ReportQueries(database).counts()["alerts"] == 1
    assert [each.kind for each in load_source_reports(database)["wire"].troubles] == [TroubleKind.GAP]


async def test_a_page_is_a_source(database: Database, faults: FaultServer) -> None:
    """Its new entries are told like those of a feed; robots.txt is asked, and may forbid it."""
    more = {"kind": "page", "settings": Selectors("li", date="time")}

    def listed(*names: str) -> str:
        now = clock.now().isoformat()
        items = (f"<li><a href='/a/{name}'>{name}</a><time datetime='{now}'></time></li>" for name in names)
        return f"<html><body><ul>{''.join(items)}</ul></body></html>"

    async with polling(database, faults, more=more, wire="list.html") as polls:
        faults.documents["list.html"] = listed("One", "Two")
        assert await polls.poll()
        faults.documents["list.html"] = listed(HEADLINE, "One", "Two")
        polled = await polls.poll()
        assert polled is not None
    assert polled.problem is None
    assert ReportQueries(database).counts()["alerts"] == 1
    async with polling(database, faults, more=more, shut="list.html") as polls:
        faults.documents["robots.txt"] = "User-agent: *\nDisallow: /"
        refused = await polls.poll("shut")
        assert refused is not None
    assert "robots.txt" in str(refused.problem)


async def test_edited_selectors_read_the_page_anew(database: Database, faults: FaultServer) -> None:
    """At the next poll, although its bytes are the same; what they bring to light is past, unless its date says that it
    is news. Where nothing was edited nothing is read again."""
    now = clock.now()
    faults.documents["list.html"] = (
        f"<html><body><ul><li><a href='/1'>One</a></ul>"
        f"<ol><li><a href='/2'>{HEADLINE}</a><time datetime='{now - 30 * HOUR}'></time>"
        f"<li><a href='/3'>Missiles over the sea</a><time datetime='{now}'></time></ol></body></html>"
    )
    outcomes = []
    for entry in ("ul li", "ul li", "ol li", "ol li"):
        more = {"kind": "page", "settings": Selectors(entry, date="time" if entry == "ol li" else None)}
        async with polling(database, faults, more=more, wire="list.html") as polls:
            polled = await polls.poll()
            assert polled is not None
            assert polled.problem is None
            assert polled.opened_troubles == ()
            outcomes.append(polled.fetched.outcome)
    assert outcomes == [
        FetchOutcome.DOCUMENT,
        FetchOutcome.NOT_MODIFIED,
        FetchOutcome.DOCUMENT,
        FetchOutcome.NOT_MODIFIED,
    ]
    assert titles(database) == ["Missiles over the sea", HEADLINE, "One"]
    assert ReportQueries(database).counts()["alerts"] == 1


async def test_the_page_of_an_article_is_wanted_with_it(database: Database, faults: FaultServer) -> None:
    """In the same commit; of what the first poll brought only what has a date of its own."""
    async with polling(database, faults, more={"full_text": True}, wire="wire.xml") as polls:
        faults.documents["wire.xml"] = rss([item(1)])
        assert await polls.poll()
        faults.documents["wire.xml"] = rss([item(2, HEADLINE, clock.now()), item(1)])
        assert await polls.poll()
    with database.reading() as connection:
        assert connection.execute(select(page.c.url)).scalars().all() == ["https://x.test/2"]
    assert len(list(MatchQueries(database).iter_matches(MatchFilter(sources=("wire",))))) == 1


async def test_an_address_that_a_redirect_had_left_is_asked_again(database: Database, faults: FaultServer) -> None:
    """Within the same poll, so that an old address that is dead costs nothing; if it answers, it is polled again."""
    moved = SourceStats(moved_to=f"http://127.0.0.1:{faults.port}/new.xml", moved_since=clock.now() - 9 * 24 * HOUR)
    row = replace(moved, moved_polls=3).to_row()
    faults.documents["new.xml"] = rss([item(1)])
    asked, learnt = [], []
    async with polling(database, faults, wire="old.xml") as polls:
        for old in ("<html><title>Parked</title>", rss([item(1), item(2)])):
            with database.writing() as connection:
                connection.execute(update(source).values(habits=row))
            faults.documents["old.xml"] = old
            for _ in range(2):
                polled = await polls.poll()
                assert polled is not None
                assert polled.failures == 0
                asked.append(polled.fetched.url.rpartition("/")[2])
            learnt.append(polls.claim().stats.moved_to)
            polls.claims.release_all()
    assert asked == ["new.xml", "new.xml", "old.xml", "old.xml"]
    assert learnt == [moved.moved_to, None]


async def test_an_address_that_it_has_left_is_not_asked_about_the_new_ones_document(
    database: Database, faults: FaultServer
) -> None:
    """What validators were learnt belongs to where it is polled; "not modified" from the old address says nothing."""
    moved = SourceStats(moved_to=f"http://127.0.0.1:{faults.port}/new.xml", moved_since=clock.now() - 9 * 24 * HOUR)
    row = replace(moved, moved_polls=3).to_row()
    faults.documents["new.xml"] = rss([item(1)])
    async with polling(database, faults, wire="304") as polls:
        with database.writing() as connection:
            connection.execute(update(source).values(habits=row, etag='"new"'))
        polled = await polls.poll()
    assert polled is not None
    assert (polled.fetched.url, polled.fetched.outcome) == (moved.moved_to, FetchOutcome.DOCUMENT)


async def test_an_archive_that_comes_at_once_is_held(database: Database, faults: FaultServer) -> None:
    """What has no date of its own is kept and told to nobody, however many rules it meets; what is dated is news."""
    async with polling(database, faults, wire="wire.xml") as polls:
        known = [item(n) for n in range(5)]
        for number in range(5, 12):
            faults.documents["wire.xml"] = rss(known := [item(number), *known])
            assert await polls.poll()
        burst = [item(n, f"{HEADLINE}, part {n}") for n in range(100, 160)]
        fresh = item(200, f"{HEADLINE} today", clock.now())
        faults.documents["wire.xml"] = rss([fresh, *burst, *known])
        polled = await polls.poll()
        assert polled is not None
    assert TroubleKind.BURST in [trouble.kind for trouble in polled.opened_troubles]
    counts = ReportQueries(database).counts()
    assert (counts["matches"], counts["alerts"]) == (61, 1)
