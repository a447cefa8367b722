"""`/` and the feeds of alerts, asked over HTTP: what they say, who may read them, and what they cost the daemon."""

from __future__ import annotations

import asyncio
import io
import json
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from aiohttp import ClientSession
from lxml import etree, html
from sqlalchemy import update
from structlog.testing import capture_logs

from monitor import clock
from monitor.config.loading.summary import ConfigSummary
from monitor.daemon.http_server import HttpServer
from monitor.daemon.page_runner import PageRunner
from monitor.daemon.progress import LastRun
from monitor.errors import StoreFailed
from monitor.model import Config, Endpoint, WebSettings
from monitor.model.web_pages import list_feed_paths, make_feed_secret
from monitor.services.queries.status import load_status
from monitor.services.queries.status_text import StatusText
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import alert, article_version
from monitor.store.queues.claims import Claims
from monitor.telemetry.metrics import Metrics
from monitor.web.alert_feeds import identify_alert, identify_feed
from monitor.web.daemon_pages import DaemonPages
from tests.support.building import NOON, article, claimed, commit, config_of, rule, sources
from tests.support.busy_desk import CAME, RULES, SOURCES, fill_database
from tests.support.health import health_of
from tests.support.newest import make_newest
from tests.support.patience import PATIENCE
from tests.support.whole import write_config

SECRET = make_feed_secret()
ATOM, JSON_FEED = list_feed_paths(SECRET)
NOW = NOON + timedelta(hours=1)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what no database decides
NS = {"a": "http://www.w3.org/2005/Atom"}


class Answer:
    """What the server said."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body


class Server:
    """A server with pages, that can be asked."""

    def __init__(self, address: str, metrics: Metrics, pages: DaemonPages) -> None:
        self.address = address
        self.metrics = metrics
        self.pages = pages

    async def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with ClientSession() as session, session.request(method, self.address + path, headers=sent) as answer:
            return Answer(answer.status, dict(answer.headers), await answer.read())


def config() -> Config:
    made = config_of(rule("launch"), rule("floods"))
    known = {name: replace(made.sources["wire"], id=name, name=name.title()) for name in SOURCES}
    return replace(made, sources=known)


@asynccontextmanager
async def serving(database: Database, feed: str | None = SECRET) -> AsyncIterator[Server]:
    metrics, last_run = Metrics(), LastRun(clock.monotonic())
    thread = StoreThread(on_call_end=last_run.record_call)
    health = health_of(database, thread, last_run, metrics)
    pages = DaemonPages(
        database,
        read_config=lambda: ConfigSummary.from_config(config()),
        sources=lambda: config().sources,
        timezone="Asia/Seoul",
        feed=feed,
    )
    server = HttpServer(WebSettings(Endpoint("127.0.0.1", 0)), health, metrics, pages.find_page)
    await health.write_heartbeat()
    try:
        with capture_logs() as lines:
            await server.listen()
        yield Server(lines[0]["health"].removesuffix("/healthz"), metrics, pages)
    finally:
        await server.close()
        thread.close()


@pytest.fixture(autouse=True)
def _at_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


# --- the status -------------------------------------------------------------------------------------------------


async def test_the_page_says_what_the_command_says(database: Database) -> None:
    """Line for line, in its words."""
    fill_database(database, NOON)
    async with serving(database) as server:
        found = await server.get("/")
    page = html.document_fromstring(found.body)
    text = StatusText(load_status(ConfigSummary.from_config(config()), database, NOW), "Asia/Seoul")
    shown = [" ".join(each.text_content().split()) for each in page.xpath("//ul[@class='warnings']/li")]
    assert shown == [" ".join(line.split()) for line in text.warnings()]
    # the size of the database may have changed meanwhile
    lines = [line for name, line in text.summary() if name != "database"]
    values = [each.text_content() for each in page.xpath("//dl/dd[not(preceding-sibling::dt[1]='database')]")]
    assert values == [" ".join(line.split()) for line in lines]
    assert (found.status, found.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert found.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in found.headers["Content-Security-Policy"]


MAKE_PAGE = """\
import sys
from datetime import UTC, datetime
from monitor.config.loading.summary import load_config_summary
from monitor.config.loading.summary_cache import SummaryCache
from monitor.model import PageRequest
from monitor.store.engine.opening import open_database
from monitor.web.daemon_pages import DaemonPages
from pathlib import Path

config, url = Path(sys.argv[1]), sys.argv[2]
pages = DaemonPages(
    open_database(url),
    read_config=lambda: load_config_summary(config, {}, SummaryCache(None, config)),
    sources=dict, timezone="UTC", feed=None,
)
page = pages.find_page("/")(PageRequest())
assert page.status == 200, page.body
print("apprise" in sys.modules)
"""


def test_the_page_checks_no_channel(tmp_path: Path) -> None:
    """Apprise is large, and a daemon has its channels checked by a worker: also while its heartbeat is late, when
    `status` checks them itself."""
    write_config(tmp_path, {}, channels={"desk": "json://127.0.0.1:9/in"})
    make_newest(tmp_path / "monitor.db").close()
    command = [sys.executable, "-c", MAKE_PAGE, str(tmp_path / "monitor.yaml"), f"sqlite:///{tmp_path / 'monitor.db'}"]
    made = subprocess.run(command, capture_output=True, check=False, text=True)
    assert (made.returncode, made.stdout.strip()) == (0, "False"), made.stderr


@on_sqlite
async def test_the_status_gives_no_secret_away(database: Database) -> None:
    """Neither do the figures, after the feeds were read."""
    fill_database(database, NOON)
    async with serving(database) as server:
        for path in (ATOM, JSON_FEED):
            assert (await server.get(path)).status == 200
        for path in ("/", "/metrics", "/healthz"):
            assert SECRET.encode() not in (await server.get(path)).body


@on_sqlite
async def test_without_a_status_the_page_says_why(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the command does, which ends with 1; /healthz goes on."""

    def fail(*_: object) -> None:
        raise StoreFailed("news.db: the disk <b>is</b> full")

    monkeypatch.setattr("monitor.web.daemon_pages.load_status", fail)
    async with serving(database) as server:
        found = await server.get("/")
        assert (found.status, b"the disk &lt;b&gt;is&lt;/b&gt; full" in found.body) == (503, True)
        assert (await server.get("/healthz")).status == 200


# --- the feeds --------------------------------------------------------------------------------------------------


async def test_a_reader_gets_all_alerts_as_atom(database: Database) -> None:
    """The newest first, with the text of their messages, the link to the article, and its language."""
    fill_database(database, NOON)
    async with serving(database) as server:
        found = await server.get(ATOM)
    parsed = feedparser.parse(io.BytesIO(found.body), response_headers={"content-type": found.headers["Content-Type"]})
    assert not parsed.bozo
    assert parsed.version == "atom10"
    sent = [title for _, _, title, *_ in CAME if not title.startswith("북한")]  # no rule hits it
    assert len(parsed.entries) == len(sent)
    for entry, title in zip(parsed.entries, sent, strict=True):
        assert entry.title.partition(": ")[2] == " ".join(title.split())
        assert entry.link.startswith("https://")
    assert parsed.entries[1].title_detail.language == "zh-Hans"
    assert [tag.term for tag in parsed.entries[0].tags] == ["launch", "high", "new"]
    assert "“missiles” in the title" in parsed.entries[0].content[0].value


async def test_an_entry_quotes_the_sentence_that_has_the_evidence(database: Database) -> None:
    """With the words that met the rule in bold letters."""
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    launch = article("a", "Launch from Sunan", "It rained. Two missiles flew over the sea.", url="https://wire.test/1")
    commit(section, claimed(claims), launch, ruleset=RULES)
    async with serving(database) as server:
        found = await server.get(ATOM)
    (entry,) = feedparser.parse(io.BytesIO(found.body)).entries
    assert "Two <b>missiles</b> flew over the sea." in entry.content[0].value


@on_sqlite
async def test_atom_is_as_the_standard_wants_it(database: Database) -> None:
    """What a validator asks: one id, title and time each, permanent ids that differ, an author, and no id that is the
    address."""
    fill_database(database, NOON)
    async with serving(database) as server:
        root = etree.fromstring((await server.get(ATOM)).body)
    nodes = [root, *root.findall("a:entry", NS)]
    for node in nodes:
        for name in ("id", "title", "updated"):
            (only,) = node.findall(f"a:{name}", NS)
            assert (only.text or "").strip()
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", node.findtext("a:updated", namespaces=NS))
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", node.findtext("a:id", namespaces=NS))
    ids = [node.findtext("a:id", namespaces=NS) for node in nodes]
    assert len(set(ids)) == len(ids)
    assert root.findtext("a:author/a:name", namespaces=NS)
    times = [node.findtext("a:updated", namespaces=NS) for node in nodes]
    assert times[0] == max(times[1:])
    for entry in nodes[1:]:
        content = entry.find("a:content", NS)
        assert content.get("type") == "html"
        assert len(content) == 0  # HTML as text: a reader's parser decides, and not that of XML
        assert urlsplit(entry.find("a:link[@rel='alternate']", NS).get("href")).scheme == "https"


@on_sqlite
async def test_json_feed_has_the_same_alerts(database: Database) -> None:
    """By the same ids."""
    fill_database(database, NOON)
    async with serving(database) as server:
        atom = etree.fromstring((await server.get(ATOM)).body)
        found = await server.get(JSON_FEED)
    feed = json.loads(found.body)
    assert found.headers["Content-Type"] == "application/feed+json; charset=utf-8"
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in feed["items"]] == [each.text for each in atom.findall("a:entry/a:id", NS)]
    for item in feed["items"]:
        assert item["content_html"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", item["date_published"])
    assert feed["items"][1]["language"] == "zh-Hans"
    assert feed["items"][1]["url"].startswith("https://xinhua.test/")


@on_sqlite
async def test_a_copy_of_a_feed_does_not_say_where_it_is_from(database: Database) -> None:
    """Somebody may keep it, or pass it on."""
    fill_database(database, NOON)
    async with serving(database) as server:
        for path in (ATOM, JSON_FEED):
            assert SECRET.encode() not in (await server.get(path)).body


@on_sqlite
async def test_strangers_text_is_text_in_a_feed(database: Database) -> None:
    """Tags of a title stay signs, in HTML inside of XML and of JSON; what no XML may hold is gone."""
    fill_database(database, NOON)
    nasty = "</content></entry>]]> <img src=x onerror=alert(1)> \u202e\x9b\ufffe missiles"
    with database.writing() as connection:
        connection.execute(update(article_version).values(title=nasty))
    async with serving(database) as server:
        atom, as_json = (await server.get(ATOM)).body, (await server.get(JSON_FEED)).body
    contents = [each.text for each in etree.fromstring(atom).findall("a:entry/a:content", NS)]
    contents += [item["content_html"] for item in json.loads(as_json)["items"]]
    assert len(contents) == 14
    for content in contents:
        fragment = html.fragment_fromstring(content, create_parent=True)
        assert {each.tag for each in fragment.iter()} <= {"div", "b", "br", "a"}
        assert not {"\u202e", "\x9b", "\ufffe"} & set(content)
    assert "<img src=x" in etree.fromstring(atom).findtext("a:entry/a:title", namespaces=NS)


async def test_an_alert_that_cannot_be_read_is_named(database: Database) -> None:
    """It was sent: a feed that leaves it out would say that it was not."""
    fill_database(database, NOON)
    with database.writing() as connection:
        connection.execute(update(alert).where(alert.c.rule_id == "strikes").values(marks="what"))
    async with serving(database) as server:
        items = json.loads((await server.get(JSON_FEED)).body)["items"]
    assert len(items) == 7
    (unreadable,) = [item for item in items if item["tags"][0] == "strikes"]
    assert "This alert cannot be shown any more: " in unreadable["content_html"]


@on_sqlite
async def test_an_empty_archive_has_a_feed(database: Database) -> None:
    """A reader subscribes before the first alert."""
    async with serving(database) as server:
        found = await server.get(ATOM)
        assert not feedparser.parse(io.BytesIO(found.body)).bozo
        assert json.loads((await server.get(JSON_FEED)).body)["items"] == []


# --- asked again ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [ATOM, JSON_FEED], ids=["atom", "json"])
@on_sqlite
async def test_what_a_reader_has_is_not_sent_again(path: str, database: Database) -> None:
    """By its tag. A new or an erased alert changes it; a time would not tell, and counts for nothing."""
    fill_database(database, NOON)
    async with serving(database) as server:
        first = await server.get(path)
        tag = first.headers["Etag"]
        assert "Last-Modified" not in first.headers
        for known in (tag, f'"other", W/{tag}', "*"):
            again = await server.get(path, If_None_Match=known)
            assert (again.status, again.body, again.headers["Etag"]) == (304, b"", tag)
        now = format_datetime(NOON, usegmt=True)
        for stale in ({"If_None_Match": '"other"'}, {"If_Modified_Since": now}, {"If_Modified_Since": f"{now}{9**30}"}):
            assert (await server.get(path, **stale)).status == 200
        with database.writing() as connection:
            connection.execute(update(article_version).values(title="Corrected"))
        assert (await server.get(path, If_None_Match=tag)).status == 200


@on_sqlite
async def test_head_gives_the_headers_alone(database: Database) -> None:
    """Of the status and of both feeds."""
    fill_database(database, NOON)
    async with serving(database) as server:
        for path in (ATOM, JSON_FEED):
            whole, head = await server.get(path), await server.get(path, "HEAD")
            assert (head.status, head.body) == (200, b"")
            assert {name: head.headers[name] for name in ("Etag", "Content-Length")} == {
                name: whole.headers[name] for name in ("Etag", "Content-Length")
            }
        assert (await server.get("/", "HEAD")).body == b""
        assert (await server.get(ATOM, "POST")).status == 405


# --- who may read, and what it costs ----------------------------------------------------------------------------


@pytest.mark.parametrize("feed", [SECRET, None], ids=["feed", "none"])
@on_sqlite
async def test_a_wrong_secret_is_no_page(feed: str | None, database: Database) -> None:
    """It looks like any path that does not exist, whether or not there is a feed; so does a foreign host name."""
    wrong = [
        f"/alerts/{SECRET[:-1]}.atom",
        f"/alerts/{SECRET}x.atom",
        f"/alerts/{SECRET}.rss",
        f"/alerts/{SECRET}.atom/",
        f"/alerts//{SECRET}.atom",
        "/alerts/.atom",
        "/alerts/None.atom",
        "/alerts/%FF.atom",
        "/alerts/",
    ]
    async with serving(database, feed) as server:
        expected = await server.get("/nosuch")
        for path in [*wrong, *([] if feed else [ATOM])]:
            found = await server.get(path)
            assert (found.status, found.body) == (expected.status, expected.body), path
        assert expected.status == 404
        assert (await server.get(ATOM, Host="evil.example")).status == 421


@on_sqlite
async def test_no_log_has_the_secret(database: Database) -> None:
    """Neither of a good request nor of a wrong one."""
    fill_database(database, NOON)
    async with serving(database) as server:
        with capture_logs() as lines:
            await server.get(ATOM)
            await server.get(f"{ATOM}x")
            await server.get(ATOM, "POST")
    assert SECRET not in repr(lines)


@on_sqlite
async def test_pages_are_made_one_at_a_time_and_nothing_waits_for_them(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one takes long, /healthz answers at once; who waits too long for a page gets 503."""
    inside, most, enter, leave = 0, 0, threading.Event(), threading.Event()

    def be_slow(*_: object) -> list[object]:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        enter.set()
        assert leave.wait(PATIENCE)
        inside -= 1
        return []

    monkeypatch.setattr("monitor.web.daemon_pages.load_alert_feed", be_slow)
    monkeypatch.setattr("monitor.daemon.http_server.PageRunner", lambda: PageRunner(time_limit=0.5))
    async with serving(database) as server:
        asked = [asyncio.create_task(server.get(path)) for path in (ATOM, JSON_FEED, ATOM)]
        assert await asyncio.to_thread(enter.wait, PATIENCE)
        assert (await server.get("/healthz")).status == 200
        answers = await asyncio.gather(*asked)
        assert {(each.status, each.headers["Retry-After"]) for each in answers} == {(503, "60")}
        leave.set()
        assert (await server.get(ATOM)).status == 200
    assert most == 1


@on_sqlite
async def test_a_store_that_fails_is_said_to_the_reader(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """503, so that the reader keeps what it has and asks again."""

    def fail(*_: object) -> None:
        raise StoreFailed("news.db: disk I/O error")

    monkeypatch.setattr("monitor.web.daemon_pages.load_alert_feed", fail)
    async with serving(database) as server:
        found = await server.get(ATOM)
        assert (found.status, found.body) == (503, b"news.db: disk I/O error\n")


@on_sqlite
async def test_notices_are_no_alerts(database: Database) -> None:
    """A feed is for readers; what the service has to say to its operator is not for them."""
    fill_database(database, NOON)
    with database.writing() as connection:
        connection.execute(update(alert).where(alert.c.rule_id == "strikes").values(subject="source wire"))
    async with serving(database) as server:
        assert len(json.loads((await server.get(JSON_FEED)).body)["items"]) == 6


async def test_an_id_is_for_good() -> None:
    """Readers that have seen an alert would show it again."""
    assert identify_alert("207d7f56158b") == "urn:uuid:f85f1bff-ca79-5643-a858-a03ae19f9e9e"
    assert identify_feed("a") != identify_feed("b")
