"""Text from outside is data: no page, feed, list or query that a stranger wrote gets a secret of this machine.

The attacker is a web server on loopback that keeps the head of each request. The commands and the daemon are processes,
as a user has them, with the secret in their environment.
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from aiohttp import web

from monitor.config.editing.rule_lists import RuleListFormat
from monitor.services.commands.rule_import import import_rules
from tests.support.site import Site, serving
from tests.support.whole import LAUNCH, Ended, news_monitor, now, rss, write_config

SECRET = "m4il-s3cret"
FILED = "f1led-s3cret"
ENVIRONMENT = {"MAIL_PASSWORD": SECRET, "CREDENTIALS_DIRECTORY": "."}
ENTRIES = rss((LAUNCH, "/a", now()))
# What a stranger writes in the hope that it is filled in. The folder of the config holds the file.
REFERENCES = ("${env:MAIL_PASSWORD}", "${file:filed}", "${credential:filed}")
BROKEN = ("$${env:MAIL_PASSWORD}", "${${env:MAIL_PASSWORD}}", "${env:MAIL_PASSWORD", "${}", "${nothing}")


@pytest.fixture
async def attacker() -> AsyncIterator[Site]:
    """A server with a feed at each address for which it has no other answer."""
    async with serving() as site:
        site.answers["/robots.txt"] = web.Response(status=404)
        yield site


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A config with a secret in a file, and a source that its user wrote."""
    write_config(tmp_path, {})
    (tmp_path / "filed").write_text(FILED, encoding="utf-8")
    return tmp_path


async def command(folder: Path, *args: str | Path, stdin: str = "") -> Ended:
    return await news_monitor(*args, folder=folder, env=ENVIRONMENT, stdin=stdin.encode())


def feed_at(site: Site, path: str, document: str = ENTRIES) -> str:
    """The address of a new feed. The server knows it by the decoded path."""
    site.answers[path] = web.Response(text=document, content_type="application/rss+xml")
    return f"{site.url}{path}"


def read_stored(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(folder.glob("*.yaml")) + sorted(folder.glob("monitor.db*")))


def page_with_feeds(*urls: str) -> web.Response:
    links = "".join(f"<link rel=alternate type=application/rss+xml href={quoteattr(url)}>" for url in urls)
    return web.Response(text=f"<html><head>{links}</head></html>", content_type="text/html")


def assert_not_told(site: Site) -> None:
    """Nothing that the server was asked, in path, query and headers, has a secret in any form."""
    asked = "\n".join(f"{request.raw_path} {request.path} {dict(request.headers)}" for request in site.asked)
    assert site.asked
    for secret in (SECRET, FILED):
        assert secret not in asked
        for length in range(3):  # a login in base64 may begin at each of three places
            assert b64encode(b"x" * length + secret.encode()).decode()[4:-4] not in asked


async def poll(folder: Path, site: Site) -> None:
    """Let the daemon poll each source once; the config must be without a fault."""
    ended = await command(folder, "run", "--once")
    assert_not_told(site)
    assert ended.code == 0, ended.err
    assert "config.left_out" not in ended.err


def read_sources(folder: Path) -> str:
    return (folder / "sources.yaml").read_text(encoding="utf-8")


async def test_a_page_gets_no_secret_by_the_address_of_its_feed(folder: Path, attacker: Site) -> None:
    """Feeds whose address has something of our syntax are left out by name. The page's other feed is added."""
    hostile = [feed_at(attacker, f"/{written}") for written in (*REFERENCES, *BROKEN)]
    hostile += [f"{attacker.url}/feed?x={written}" for written in REFERENCES]
    good = feed_at(attacker, "/good.xml", rss(("Other news", "/b", now()), about=REFERENCES[0]))
    attacker.answers["/"] = page_with_feeds(*hostile, good)
    ended = await command(folder, "sources", "add", f"{attacker.url}/", "--all")
    await poll(folder, attacker)
    assert (ended.code, ended.out.splitlines()[0]) == (0, "added 127-0-0-1 to sources.yaml")
    assert ended.err.count("must not name a secret") == len(hostile)
    assert all(ended.err.count(reference) >= 2 for reference in REFERENCES)
    assert [line for line in read_sources(folder).splitlines() if "${" in line and "name:" not in line] == []
    assert good in read_sources(folder)
    listed = await command(folder, "sources", "list", "--json")
    assert [row["name"] for row in listed.rows] == [REFERENCES[0]]  # the title of a feed is a name, and nothing else


async def test_a_page_whose_only_feed_names_a_secret_adds_nothing(folder: Path, attacker: Site) -> None:
    """Whether one is added or all. If a page redirects to such an address, that is added percent-encoded, as data."""
    (reference, *_) = REFERENCES
    feed_at(attacker, f"/linked/{reference}")
    feed_at(attacker, f"/at/{reference}/feed")
    attacker.answers["/"] = page_with_feeds(f"/linked/{reference}")
    attacker.answers["/moved"] = web.Response(status=302, headers={"Location": f"/at/{reference}/"})
    attacker.answers[f"/at/{reference}/"] = page_with_feeds()
    before = read_sources(folder)
    linked = await command(folder, "sources", "add", f"{attacker.url}/", "--first")
    await poll(folder, attacker)
    assert (linked.code, read_sources(folder)) == (1, before)
    assert f"must not name a secret, and this one has {reference}" in linked.err
    moved = await command(folder, "sources", "add", f"{attacker.url}/moved", "--first")
    assert (moved.code, "${" in read_sources(folder)) == (0, False)
    await poll(folder, attacker)
    assert attacker.asked[-1].path == f"/at/{reference}/feed"


async def test_a_list_of_feeds_gets_no_secret(folder: Path, attacker: Site) -> None:
    """By no attribute. What names a secret is refused by name, with its line; the other feeds are added."""
    host = attacker.url.removeprefix("http://")
    rows, good = [], []
    for number, written in enumerate((*REFERENCES, *BROKEN)):
        good.append(feed_at(attacker, f"/good{number}.xml"))
        rows += [
            f"xmlUrl={quoteattr(f'{attacker.url}/steal?file={written}')}",
            f"xmlUrl={quoteattr(f'http://me:{written}@{host}/login')}",
            f"xmlUrl={quoteattr(f'feed:{attacker.url}/{written}')}",
            f"xmlUrl={quoteattr(f'{attacker.url}/a')} nm:proxy={quoteattr(f'http://me:{written}@{host}')}",
            f"xmlUrl={quoteattr(f'{attacker.url}/b')} nm:sitemap={quoteattr(f'{attacker.url}/{written}')}",
            f"xmlUrl={quoteattr(good[-1])} text={quoteattr(written)} category={quoteattr(written)}",
        ]
    outlines = "\n".join(f"<outline {attributes}/>" for attributes in rows)
    opml = f"<opml version='2.0' xmlns:nm='urn:news-monitor:source'><body>\n{outlines}\n</body></opml>"
    ended = await command(folder, "sources", "import", "-", stdin=opml)
    await poll(folder, attacker)
    assert (ended.code, ended.out.splitlines()[-1]) == (1, "8 added to sources.yaml; 40 could not be used")
    for number, reference in enumerate(REFERENCES):
        told = [line for line in ended.told if f"this one has {reference}" in line]
        assert [line.split(" ")[0] for line in told] == [f"-:{6 * number + line}:" for line in range(2, 6)]
    assert (
        sorted({f"{attacker.url}{request.path}" for request in attacker.asked} - {f"{attacker.url}/robots.txt"}) == good
    )
    listed = await command(folder, "sources", "list", "--json")
    assert {row["name"] for row in listed.rows} == {*REFERENCES, *BROKEN}


async def test_a_document_that_is_polled_gets_no_secret(folder: Path, attacker: Site) -> None:
    """Neither by titles, links, guids and redirects, nor by a permanent move that the daemon follows from then on; and
    the alert quotes the title as it is."""
    (reference, *_) = REFERENCES
    title = f"{LAUNCH} {reference}"
    items = "".join(
        f"<item><title>{escape(title)}</title><guid>{reference}{n}</guid><pubDate>{date}</pubDate>"
        f"<link>{attacker.url}/page{n}/{reference}</link><description>{reference}</description></item>"
        for n, date in enumerate([now().strftime("%a, %d %b %Y %H:%M:%S GMT")] * 2)
    )
    feed = f"<rss version='2.0'><channel><title>{reference}</title><link>{reference}</link>{items}</channel></rss>"
    target = f"/new/{reference}"
    feed_at(attacker, target, feed)
    attacker.answers["/feed"] = web.Response(status=301, headers={"Location": target})
    attacker.answers["/off"] = web.Response(status=302, headers={"Location": f"http://127.0.0.1:9/{reference}"})
    (folder / "sources.yaml").write_text(
        f"sources:\n  - {{id: feed, url: '{attacker.url}/feed', full_text: true, sitemap: '{attacker.url}/map'}}\n"
        f"  - {{id: off, url: '{attacker.url}/off'}}\n",
        encoding="utf-8",
    )
    await poll(folder, attacker)
    with closing(sqlite3.connect(folder / "monitor.db")) as database, database:
        (stored,) = database.execute("SELECT habits FROM source WHERE id = 'feed'").fetchone()
        stats = json.loads(stored)
        assert "${env:MAIL_PASSWORD}" in stats["moved_to"].replace("%7B", "{").replace("%7D", "}")
        stats["moved_polls"] = 99  # as after three polls and a day
        database.execute("UPDATE source SET habits = ? WHERE id = 'feed'", (json.dumps(stats),))
    attacker.asked.clear()
    await poll(folder, attacker)
    assert attacker.asked[0].path == "/robots.txt" or attacker.asked[0].path == target
    assert "/feed" not in {request.path for request in attacker.asked}
    assert SECRET.encode() not in read_stored(folder)
    alerts = await command(folder, "alerts", "list", "--json")
    assert title in alerts.out


async def test_imported_words_queries_and_alerts_are_data(folder: Path, attacker: Site) -> None:
    """The daemon uses the rules and sources that are made of them. An alert quotes what was written, with no secret."""
    (reference, *_) = REFERENCES
    lists = {
        "keywords": "\n".join(f"{written} strike" for written in (*REFERENCES, *BROKEN)),
        "boolean": "\n".join(f'Busan AND "{written} strike"' for written in (*REFERENCES, *BROKEN)),
        "google-alerts": f"https://www.google.com/alerts/feeds/1/2 {reference} strike",
    }
    outputs = ["--output", "rules.yaml", "--sources", "alerts.yaml"]
    for format_, text in lists.items():
        await command(folder, "rules", "import", "--format", format_, *outputs, "-", stdin=f"# {reference}\n{text}\n")
        (folder / "rules.yaml").rename(folder / f"{format_}.yaml")
    assert f"name: {reference} strike" in (folder / "alerts.yaml").read_text(encoding="utf-8")
    (folder / "alerts.yaml").write_text("", encoding="utf-8")  # a test asks nobody beyond this machine
    write_config(folder, {"a": feed_at(attacker, "/feed", rss((f"Busan {reference} strike", "/a", now())))})
    config = (folder / "monitor.yaml").read_text(encoding="utf-8")
    rules = "rules: [keywords.yaml, boolean.yaml, google-alerts.yaml]"
    (folder / "monitor.yaml").write_text(re.sub("^rules:.*$", rules, config, flags=re.MULTILINE), encoding="utf-8")
    await poll(folder, attacker)
    alerts = await command(folder, "alerts", "list", "--json")
    assert f'"Busan {reference} strike"' in alerts.out
    titles = {row["title"] for row in (await command(folder, "rules", "list", "--json")).rows}
    assert f'Busan AND "{reference} strike"' in titles
    assert SECRET not in alerts.out
    assert SECRET.encode() not in read_stored(folder)


@pytest.mark.parametrize("format_", [RuleListFormat.KEYWORDS, RuleListFormat.BOOLEAN, RuleListFormat.GOOGLE_ALERTS])
def test_imported_rules_read_the_same_for_a_person_and_for_the_program(format_: RuleListFormat) -> None:
    """What turns text around or hides, and what only some editors take for the end of a line, is in no file of rules:
    nothing looks there like a key that is none."""
    lines = [
        "# \u202eekirts\u202c",
        "port\u202e strike\u2066",
        "port\u2028rule evil",
        "port\x85rule evil\u2029title",
        "port\ufeff fire",
    ]
    done = import_rules("\n".join(lines).encode(), "list.txt", format_, frozenset(), now())
    assert done.faults == ()
    assert "evil" in done.document
    assert {sign for sign in done.document if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"}} == {"\n"}
