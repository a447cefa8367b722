"""With logging at DEBUG, no token or password in the address of a source is seen anywhere, whatever its server does."""

from __future__ import annotations

import asyncio
import io
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Row, select, update

from monitor.app import open_daemon
from monitor.config.loading.load import load_config_files
from monitor.model import Source, SourceStats
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import article
from monitor.store.engine.tables import source as sources
from monitor.store.queues.claims import Claims
from monitor.telemetry import close_log, hide_secrets
from tests.support.building import NOON
from tests.support.patience import PATIENCE
from tests.support.site import Site, serving
from tests.support.whole import news_monitor

# Every secret is one that occurs nowhere else.
SECRETS = {
    "QUERY": "qu3ry-s3cret%2Fa",
    "PATH_TOKEN": "p4th-s3cret",
    "LOGIN": "l0gin-s3cret",
    "PAGE": "p4ge-s3cret",
    "BROKEN": "br0ken-s3cret",
    "FAR": "f4r-s3cret",
    "PROXY": "pr0xy-s3cret",
}
OPEN = "0pen-s3cret"
SOURCES = """\
sources:
  - {{id: query, url: '{site}/query?token=${{env:QUERY}}', full_text: true}}
  - {{id: path, url: '{site}/${{env:PATH_TOKEN}}/feed'}}
  - {{id: login, url: 'http://me:${{env:LOGIN}}@{host}/login'}}
  - {{id: page, url: '{site}/page?x=${{env:PAGE}}', kind: page, select: {{entry: li}}}}
  - {{id: broken, url: '{site}/broken?x=${{env:BROKEN}}'}}
  - {{id: far, url: '{site}/far?x=${{env:FAR}}'}}
  - {{id: open, url: '{site}/open?api_key={open}'}}
  - {{id: proxied, url: 'http://127.0.0.1:9/', proxy: 'http://me:${{env:PROXY}}@127.0.0.1:1'}}
"""
CONFIG = """\
database: sqlite:///monitor.db
sources: [sources.yaml]
channels: {screen: {url: 'console://'}}
routes: {default: [screen]}
network: {allow: [127.0.0.0/8]}
"""


def echo(request: web.BaseRequest) -> str:
    """All that was asked for and sent, as a server may repeat it."""
    return f"{request.raw_path} {request.headers.get('Authorization', '')}"


async def say_feed(request: web.BaseRequest) -> web.StreamResponse:
    """A feed that repeats the token in its links, guids and texts, and has links to itself."""
    here = f"http://{request.host}{request.raw_path}".replace("&", "&amp;")
    said = f"<title>{echo(request)}</title><description>{here}</description>"
    items = (here, "", "?page=2", "item", f"{here}#1")
    entries = "".join(
        f"<item><guid>{here}-{number}</guid><link>{link}</link>{said}<category>{here}</category></item>"
        for number, link in enumerate(items)
    )
    body = f"<rss version='2.0'><channel><title>{here}</title><link>{here}</link>{entries}</channel></rss>"
    return web.Response(text=body, headers={"ETag": '"1"', "X-Echo": echo(request)})


async def say_no(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=401, reason=echo(request)[:60], text=echo(request))


async def say_page(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text=f"<html><title>{echo(request)}</title><li>x</li></html>", content_type="text/html")


async def redirect_away(request: web.BaseRequest) -> web.StreamResponse:
    """To a private address, with the token in its path and its query."""
    token = request.query_string.partition("=")[2]
    return web.Response(status=302, headers={"Location": f"http://10.0.0.1/{token}/?y={token}"})


async def move_for_good(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(status=301, headers={"Location": f"/moved{request.raw_path}"})


def prepare(site: Site) -> None:
    site.answers |= {
        "/query": say_feed,
        f"/{SECRETS['PATH_TOKEN']}/feed": move_for_good,
        f"/moved/{SECRETS['PATH_TOKEN']}/feed": say_feed,
        "/login": say_no,
        "/page": say_page,
        "/robots.txt": web.Response(text="User-agent: *\nDisallow: /nothing"),
        "/broken": say_page,
        "/far": redirect_away,
        "/open": say_no,
    }


def read_stored(folder: Path) -> bytes:
    """The bytes of the database and of what lies beside it."""
    return b"".join(file.read_bytes() for file in folder.glob("monitor.db*"))


async def test_no_secret_of_an_address_is_seen(
    tmp_path: Path, logged_at_debug: io.StringIO, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In no log, row, byte of the database and its WAL, metric or answer of a command; the log hides nothing itself."""
    monkeypatch.setattr("monitor.app.hide_secrets", lambda _: None)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    async with serving() as site:
        prepare(site)
        host = site.url.partition("://")[2]
        (tmp_path / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
        (tmp_path / "sources.yaml").write_text(SOURCES.format(site=site.url, host=host, open=OPEN), encoding="utf-8")
        loaded = load_config_files(tmp_path / "monitor.yaml", os.environ)
        assert loaded.faults == ()
        async with open_daemon(loaded.config) as daemon:
            for _ in range(2):
                await asyncio.wait_for(daemon.run_once(asyncio.Event()), PATIENCE)
            stored = read_stored(tmp_path)
            metrics = daemon._metrics.render_exposition()
        seen = [stored.decode(errors="replace"), metrics.decode(), logged_at_debug.getvalue()]
        for command in (
            ["sources", "list"],
            ["sources", "list", "--json"],
            ["sources", "health", "--json"],
            ["sources", "export"],
            ["status", "--json"],
            ["check"],
            ["articles", "list", "--json"],
            ["parse", "-c", "monitor.yaml", "--json", "--source", "query"],
            ["sources", "add", f"{site.url}/query?token={OPEN}"],
        ):
            ended = await news_monitor(*command, folder=tmp_path, env=SECRETS)
            seen += [ended.out, ended.err]
        asked = "\n".join(f"{request.raw_path} {request.headers}" for request in site.asked)
    printed = capfd.readouterr()
    whole = "\n".join([*seen, printed.out, printed.err])
    secret = {*SECRETS.values(), OPEN, "qu3ry-s3cret/a", "bDpsMGdpbi1zM2NyZXQ", "bWU6bDBnaW4tczNjcmV0"}
    sent = ("qu3ry-s3cret", "p4th-s3cret", "p4ge-s3cret", "br0ken-s3cret", "f4r-s3cret", OPEN)
    assert [each for each in sent if each not in asked] == []
    assert {each for each in secret if each in whole} == set()
    assert "qu3ry" not in whole
    for shown in ("/query?token=***", "/***/feed", "redirects to http://10.0.0.1/***/: ", "/open?api_key=***"):
        assert shown in whole


async def test_what_an_older_version_stored_is_hidden_and_nothing_is_learnt_again(tmp_path: Path) -> None:
    """The address with its token, and where it has moved to: all else that was learnt of it stays."""
    database = open_database(f"sqlite:///{tmp_path}/monitor.db")
    try:
        database.upgrade()
        (tmp_path / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
        (tmp_path / "sources.yaml").write_text(
            "sources: [{id: a, url: 'https://x.test/${env:T}/f?token=t0ken9'}]", encoding="utf-8"
        )
        loaded = load_config_files(tmp_path / "monitor.yaml", {"T": "s3cret"}).config.sources
        claims = Claims(database, "test")
        claims.register_sources(loaded, NOON)
        stats = SourceStats(
            since=NOON, rate=2.0, moved_to="https://y.test/?token=0ld5", moved_polls=3, moved_since=NOON
        )
        old = {
            "url": "https://x.test/s3cret/f?token=t0ken9",
            "first_at": NOON,
            "etag": '"1"',
            "habits": stats.to_row(),
            "problem": "at https://x.test/s3cret/f?token=t0ken9",
        }
        with database.writing() as connection:
            connection.execute(update(sources).values(**old))
        claims.register_sources(loaded, NOON)
        with database.reading() as connection:
            row = connection.execute(select(sources)).one()
    finally:
        database.close()
    assert row.url == loaded["a"].stored_url
    assert row.url.startswith("https://x.test/***/f?token=***#open-")
    assert (row.first_at, row.etag, row.problem) == (NOON, '"1"', None)
    assert SourceStats.of_row(row.habits) == SourceStats(since=NOON, rate=2.0)


async def test_what_an_older_version_polled_stays_known_though_its_guids_have_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An edited entry is a new version of its article, whose uid does not change. No guid looks new."""
    edition = iter(["first", "second", "third"])

    async def publish(request: web.BaseRequest) -> web.StreamResponse:
        here, title = f"http://{request.host}{request.raw_path}", next(edition)
        items = (
            f"<item><guid>{here}&amp;a={number}</guid><link>{here}&amp;a={number}</link>"
            f"<title>{title} {number}</title></item>"
            for number in range(12)
        )
        return web.Response(text=f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>")

    async with serving() as site:
        site.answers["/f"] = publish
        load_sources(tmp_path, f"{site.url}/f?token={OPEN}")
        config = load_config_files(tmp_path / "monitor.yaml", {}).config
        rows = []
        for is_old in (True, False, False):
            with monkeypatch.context() as older:
                if is_old:
                    older.setattr("monitor.sources.polling.source_poller.hide_secrets_in_feed", lambda feed, _: feed)
                async with open_daemon(config) as daemon:
                    await asyncio.wait_for(daemon.run_once(asyncio.Event()), PATIENCE)
            rows.append(read_articles(tmp_path))
    first, *later = rows
    assert len(first) == 12
    assert all(OPEN in uid for uid in first)
    for version, read in enumerate(later, 2):
        assert read == dict.fromkeys(first, version)


def read_articles(folder: Path) -> dict[str, int]:
    """The versions of all articles, by uid."""
    database = open_database(f"sqlite:///{folder}/monitor.db")
    try:
        with database.reading() as connection:
            return {row.uid: row.version for row in connection.execute(select(article.c.uid, article.c.version))}
    finally:
        database.close()


FEED = "https://x.test/f"


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        (f"{FEED}?sid=101", f"{FEED}?sid=205", False),
        (f"{FEED}?token=world", f"{FEED}?token=asia", False),  # shown alike
        (f"{FEED}?token=world", f"{FEED}?token=world", True),
        (f"{FEED}?token=world", f"{FEED}?token=${{env:A}}", True),  # as `check` advises
        (f"{FEED}?token=${{env:A}}", f"{FEED}?token=${{env:B}}", True),  # a new token
        (f"{FEED}?token=${{env:A}}", f"{FEED}?token=world", True),
        (f"{FEED}?token=${{env:A}}", f"{FEED}?x=${{env:A}}", False),
        (f"{FEED}?token=${{env:A}}", "https://x.test/g?token=${env:A}", False),
    ],
)
def test_a_source_is_reset_where_more_than_a_referenced_secret_changes(
    before: str, after: str, is_same: bool, tmp_path: Path
) -> None:
    """Else all entries of another section would count as news."""
    old, new = (load_sources(tmp_path, url) for url in (before, after))
    row = register_after(tmp_path, new, stored=old["a"].stored_url)
    assert (row.first_at, row.etag) == ((NOON, '"1"') if is_same else (None, None))
    assert row.url == new["a"].stored_url
    assert not any(value in row.url for value in ("world", "asia", "s3cret"))


@pytest.mark.parametrize(
    ("after", "is_same"),
    [(f"{FEED}?token=world", True), (f"{FEED}?token=${{env:A}}", True), (f"{FEED}?token=asia", False)],
)
def test_what_an_older_version_stored_of_an_open_secret_still_tells_addresses_apart(
    after: str, is_same: bool, tmp_path: Path
) -> None:
    """It stored the address as the file had it."""
    row = register_after(tmp_path, load_sources(tmp_path, after), stored=f"{FEED}?token=world")
    assert (row.first_at is not None) is is_same
    assert "world" not in row.url


@pytest.mark.parametrize(
    ("stored", "after", "is_same"),
    [
        (f"{FEED}?rsstoken=world", f"{FEED}?rsstoken=world", True),
        (f"{FEED}?rsstoken=world", f"{FEED}?rsstoken=asia", False),
        (f"{FEED}?rsstoken=world", f"{FEED}?rsstoken=${{env:A}}", True),
        (f"{FEED}/***?rsstoken=world", f"{FEED}/${{env:A}}?rsstoken=world", True),
        (f"{FEED}/***?rsstoken=world", f"{FEED}/${{env:A}}?rsstoken=asia", False),
        (f"{FEED}?token=***&rsstoken=world#open-{{digest}}", f"{FEED}?token=a&rsstoken=world", True),
        (f"{FEED}?token=***&rsstoken=world#open-00000000", f"{FEED}?token=a&rsstoken=world", False),
    ],
)
def test_a_source_stays_the_same_where_more_of_its_address_is_found_to_be_secret(
    stored: str, after: str, is_same: bool, tmp_path: Path
) -> None:
    """An older version stored `rsstoken=world` openly."""
    new = load_sources(tmp_path, after)
    row = register_after(tmp_path, new, stored=stored.format(digest=new["a"].open_digest))
    assert (row.first_at is not None) is is_same
    assert row.url == new["a"].stored_url
    assert "world" not in row.url


def register_after(folder: Path, configured: Mapping[str, Source], stored: str) -> Row[Any]:
    """The row of the source `a`, which was polled at the stored address, after it is registered as configured now."""
    database = open_database(f"sqlite:///{folder}/monitor.db")
    try:
        database.upgrade()
        claims = Claims(database, "test")
        claims.register_sources(configured, NOON)
        with database.writing() as connection:
            connection.execute(update(sources).values(url=stored, first_at=NOON, etag='"1"'))
        claims.register_sources(configured, NOON)
        with database.reading() as connection:
            return connection.execute(select(sources)).one()
    finally:
        database.close()


def load_sources(folder: Path, url: str) -> Mapping[str, Source]:
    """A config with one source, `a`, at this address."""
    (folder / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
    (folder / "sources.yaml").write_text(f"sources: [{{id: a, url: '{url}'}}]", encoding="utf-8")
    return load_config_files(folder / "monitor.yaml", {"A": "s3cret-a", "B": "s3cret-b"}).config.sources


def test_a_secret_is_hidden_by_the_log_too(logged_at_debug: io.StringIO) -> None:
    """Should one come there from elsewhere."""
    hide_secrets({"s3cret-of-a-source"})
    logging.getLogger("x").warning("asked /feed?x=s3cret-of-a-source")
    close_log()
    assert "asked" in logged_at_debug.getvalue()
    assert "s3cret" not in logged_at_debug.getvalue()
