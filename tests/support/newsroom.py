"""A newsroom after some days, for the commands that our pages show: files, an archive, and loopback servers."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import select, update

from monitor import clock
from monitor.config.loading.load import load_rules
from monitor.matching import compile_rules
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.identity_tables import story_article
from monitor.store.engine.tables import alert, source
from monitor.store.queues.claims import Claims
from tests.support.building import MINUTE, article, claimed, commit, sources
from tests.support.newest import make_newest

FEED = """\
<rss version="2.0"><channel><title>Harbour News</title>
<item><title>Ferries run on time</title><link>http://harbour.example/ferries</link></item>
</channel></rss>
"""
CONFIG = """\
timezone: Asia/Seoul
database: sqlite:///monitor.db
sources: [sources.yaml]
rules: [rules]
entities: [entities.yaml]
network: {{allow: [127.0.0.0/8]}}
channels:
  mail: {{url: "json://{host}/mail"}}
  phone: {{url: "json://{host}/phone"}}
  desk: {{url: "json://{host}/desk"}}
  duty: {{url: "json://{host}/duty"}}
routes:
  default: [mail]
  night: [{{channel: phone, from: medium, hours: night owl}}, {{channel: desk, hours: office hours}}]
operator: [mail]
"""
SOURCES = """\
sources:
  - {{id: wire, url: "http://{host}/wire.xml", name: Wire, tags: [desk]}}
  - {{id: harbour-times, url: "http://{host}/harbour.xml", name: Harbour Times}}
  - {{id: some-source, url: "http://{host}/some.xml", name: Some Source}}
"""
ENTITIES = """\
entity: north-korea
kind: country
name: North Korea
in: [east-asia, africa]
sure: {en: [North Korea, Pyongyang], ko: [북한]}
"""
RULE = """\
rule: {id}
title: {title}
level: high
match:
  all:
    - words: [{what}]
    - words: [{does}]
tests:
  fires: [{title}]
"""
RULES = {
    "launch": ("North Korea fires a missile", "North Korea, Pyongyang", '"missile*", ICBM', ""),
    "north-korea-launch": ("North Korea launches a missile", "North Korea", '"missile*"', ""),
    "taiwan-drills": ("Drills around Taiwan", "Taiwan", '"drill*"', ""),
    "port-strike": ("Dockers strike in a port", '"port*", "dock*"', '"strike*", walk out', ""),
}
ARTICLES = [
    ("wire", "North Korea fires missile toward the sea", "https://harbour.example/2026/01/05/launch"),
    ("harbour-times", "Warships practise around Taiwan", "https://news.example.org/2026/01/05/a-name"),
    ("some-source", "Port workers strike in Busan", "https://news.example.org/2026/a-name"),
    ("wire", "Dockers strike over night shifts in Busan port", "https://harbour.example/strike"),
    ("harbour-times", "A missile of North Korea is shown at a parade", "https://harbour.example/parade"),
    ("wire", "Ferries run on time", "https://harbour.example/ferries"),
    ("some-source", "Cranes of the harbour get new paint", "https://news.example.org/paint"),
]
FILLERS = 24
"""Further matches, so that the numbers of matches that the pages name exist."""
OLDER = timedelta(days=40)
"""How long before some of them are dated: in another month."""


class _Handler(BaseHTTPRequestHandler):
    """Gives the feed for every GET, and takes every POST."""

    def do_GET(self) -> None:
        """Answer with the feed."""
        self._answer(FEED.encode(), "application/rss+xml")

    def do_POST(self) -> None:
        """Take a message."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(b"{}", "application/json")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def loopback_site(handler: type[BaseHTTPRequestHandler] = _Handler) -> Iterator[str]:
    """A web server for feeds and webhooks: its host and port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A folder to copy, and the ids of what is stored there."""

    folder: Path
    host: str
    alert: str
    story: str
    story_article: int
    other_story: str


def make_newsroom(folder: Path, host: str) -> Newsroom:
    """Write the files, and store some news of the last hours."""
    (folder / "rules").mkdir(parents=True)
    (folder / "monitor.yaml").write_text(CONFIG.format(host=host), encoding="utf-8")
    (folder / "sources.yaml").write_text(SOURCES.format(host=host), encoding="utf-8")
    (folder / "entities.yaml").write_text(ENTITIES, encoding="utf-8")
    for id_, (title, what, does, _) in RULES.items():
        (folder / f"rules/{id_}.yaml").write_text(
            RULE.format(id=id_, title=title, what=what, does=does), encoding="utf-8"
        )
    _write_lists(folder, host)
    return _fill_archive(folder, host)


def _write_lists(folder: Path, host: str) -> None:
    """The files of a user that the pages name."""
    edited = (folder / "rules/launch.yaml").read_text(encoding="utf-8").replace("ICBM", "ICBM, parade")
    rows = [
        {"id": number, "title": title, "source": of, "date": f"2026-01-0{number}", "labels": ["launch"] * (number == 1)}
        for number, (of, title, _) in enumerate(ARTICLES, 1)
    ]
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    when = "2026-01-05T09:00:00+00:00"
    mark = {"rule": "launch", "verdict": "noise", "at": when, "who": "ann"}
    marked = {"id": "ab12", "source": "wire", "title": "A missile", "date": when, "seen": when, "marks": [mark]}
    files = {
        "edited.yaml": edited,
        "articles.jsonl": lines,
        "labelled.jsonl": lines,
        "colleague.jsonl": f"{json.dumps(marked)}\n",
        "headlines.yaml": "port-strike:\n  fires: [Dockers walk out in Busan port]\n  silent: [Ferries run on time]\n",
        "list.opml": f"<opml version='2.0'><body><outline text='L' xmlUrl='http://{host}/list.xml'/></body></opml>",
        "subscriptions.opml": f"<opml version='2.0'><body><outline text='S' xmlUrl='http://{host}/s.xml'/></body></opml>",
        "keywords.txt": "# ports\nBusan\nstrike*\n",
        "queries.txt": "Busan AND (strike OR walkout) NOT baseball\n",
        "alerts.txt": "https://www.google.com/alerts/feeds/1234567890/1234567890 Busan strike OR walkout\n",
    }
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")


def _fill_archive(folder: Path, host: str) -> Newsroom:
    ruleset = compile_rules(load_rules([folder / "rules"]).rules.values(), {})
    database = make_newest(folder / "monitor.db")
    section, claims = SerialSection(database), Claims(database, "here:1")
    start = clock.now() - 90 * MINUTE
    claims.register_sources(sources(*{of for of, _, _ in ARTICLES}), start)
    fillers = [("wire", f"Dockers strike at port number {n}", f"https://harbour.example/{n}") for n in range(FILLERS)]
    for number, (of, title, url) in enumerate([*ARTICLES, *fillers]):
        at = start + number * MINUTE
        published = at - OLDER if number > len(ARTICLES) and number % 2 else at
        came = article(f"a{number}", title, of=of, seen=at, published=published, url=url, canonical=url)
        commit(section, claimed(claims, of, at), replace(came, language="en"), at=at, ruleset=ruleset)
    with database.writing() as connection:
        failing = {"failures": 4, "failing_since": start, "problem": "the server answered 503"}
        connection.execute(update(source).where(source.c.id == "harbour-times").values(**failing))
    with database.reading() as connection:
        alerts = connection.execute(select(alert.c.id)).scalars().all()
        members = connection.execute(select(story_article.c.story_id, story_article.c.article_id)).all()
    database.close()
    of, member = next(row for row in members if [row.story_id for row in members].count(row.story_id) > 1)
    other = next(row.story_id for row in members if row.story_id != of)
    return Newsroom(folder, host, alerts[0], of, member, other)
