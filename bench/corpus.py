"""The main job on real input: every document of a corpus read in parts and as a whole, and polled twice.

    python bench/corpus.py FOLDER [--read-only]

FOLDER holds feed documents and an index.json (`files`: path, http_headers, format, expected, observed.entries).
Read: whatever entries of a document are known (the odd ones, the even ones, all but one, random ones, all), the others
must come out as the whole document gives them, and that as `feedparser.parse` gives it; and what the document's own
suite states (how many entries, and values of fields) must hold, or stand among the exceptions below, each with its
reason.
Polled by `run --once` from a server on loopback: each document must give at least as many entries as
`observed.entries`, each an article unless it is another one word for word, and the second run must store none.
Exit code 1 otherwise.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import func, select

from bench.world.documents import alike, claims, count_stated, differences, documents, kept, read
from monitor.model import Feed
from monitor.sources.formats.charset import read_text, to_utf8
from monitor.sources.formats.feedparser_compat import parse_leniently, parse_well_formed
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import article, article_version, fetch, source
from tests.support.parsed_feeds import said

CONFIG = """\
database: sqlite:///monitor.db
sources: [sources.yaml]
network: {allow: [127.0.0.0/8]}
limits: {total: 60 s}
channels: {screen: {url: "console://"}}
routes: {default: [screen]}
"""
# What suites state that is not so here: the end of a document's path, and why.
EXCEPTIONS = {
    "Resources__DaringFireball.json": "the file holds 48 items with as many ids, whatever a test of that suite states",
    "http_item_link_base_docuri.xml": "that suite serves it from an address of its own, to which the link is relative",
    "Resources__ScriptingNews.json": "RSS written as JSON, which is no JSON Feed, and not JSON either: raw line ends",
}
# The server's own to say.
HOP_BY_HOP = {"content-length", "transfer-encoding", "connection", "date", "server"}


def hold_against_suites(corpus: Path, files: list[dict[str, Any]]) -> int:
    """Counts and values that the documents' own suites state; how many do not hold, without an exception."""
    counted = claimed = missed = 0
    for document in documents(corpus, files):
        feed, count = read(document), count_stated(document.about)
        entries = len(feed.entries) if feed else 0
        said = [(path, value, kept(feed or Feed(()), path)) for path, value in claims(document.about)]
        held = [(path, value, ours) for path, value, ours in said if ours is not None]
        counted, claimed = counted + (count is not None), claimed + len(held)
        faults = [f"{path} is {ours!r}, stated: {value!r}" for path, value, ours in held if not alike(ours, value)]
        if count is not None and count != entries:
            faults.append(f"{entries} entries, stated: {count}")
        if "json" in document.about["format"] and feed is None:
            faults.append("it is JSON, and was not read")
        for fault in faults:
            reason = next((why for end, why in EXCEPTIONS.items() if document.path.endswith(end)), None)
            missed += reason is None
            print(
                f"{'exception' if reason else 'missed'}: {document.path}: {fault}" + (f" ({reason})" if reason else "")
            )
    print(f"suites state {counted} counts and {claimed} values that we keep; {missed} do not hold without a reason")
    return missed


def read_in_parts(corpus: Path, files: list[dict[str, Any]]) -> int:
    """Each document with some of its entries known; how many of the others came out differently."""
    entries = ranged = compared = different = 0
    for document in documents(corpus, files):
        if feed := read(document):
            of_it, other = differences(document, feed)
            entries, ranged = entries + len(feed.entries), ranged + len(feed.slices)
            compared, different = compared + of_it, different + other
            if other:
                print(f"different: {document.path}: {other} of {of_it}")
            elif feed.entries and not feed.slices:
                print(f"always whole: {document.path}: {len(feed.entries)} entries; {feed.problem or ''}")
    print(f"{entries} entries, {ranged} of them in documents that are read in parts")
    print(f"{compared} compared with the whole parse in all fields, {different} different")
    return different


def hold_against_feedparser(corpus: Path, files: list[dict[str, Any]]) -> int:
    """What our short way into feedparser's reader makes of each document; how many come out otherwise."""
    read = different = 0
    for document in documents(corpus, files):
        clean = to_utf8(read_text(document.body, document.headers.get("content-type")).text.lstrip())
        if parsed := parse_well_formed(clean):
            other = parse_leniently(clean)
            read += 1
            if other.problem is not None or said(parsed) != said(other):
                different += 1
                print(f"not as feedparser reads it: {document.path}")
    print(f"{read} documents held against feedparser alone in all that it says, {different} different")
    return different


async def serve(folder: Path, files: list[dict[str, Any]]) -> tuple[web.AppRunner, int]:
    """Each document at /NUMBER, with the headers of the index."""

    async def document(request: web.Request) -> web.Response:
        file = files[int(request.match_info["number"])]
        given = {k: v for k, v in (file.get("http_headers") or {}).items() if k.lower() not in HOP_BY_HOP}
        headers = {k: v for k, v in given.items() if k.lower() != "content-encoding"}
        return web.Response(body=(folder / file["path"]).read_bytes(), headers=headers)

    app = web.Application()
    app.router.add_get("/{number}", document)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port: int = runner.addresses[0][1]
    return runner, port


async def run_once(folder: Path) -> None:
    """`news-monitor run --once`, as a user starts it."""
    command = (sys.executable, "-m", "monitor", "run", "--once", "-c", str(folder / "monitor.yaml"))
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(*command, stderr=log)
        if await process.wait() != 0:
            raise SystemExit(f"run --once ended with {process.returncode}; its log: {folder / 'log'}")


def counts(folder: Path) -> dict[int, tuple[int, int, str | None]]:
    """For each document: articles, entries of the last fetch, the problem that was told."""
    database = open_database(f"sqlite:///{folder / 'monitor.db'}")
    last = select(fetch.c.source_id, func.max(fetch.c.id).label("id")).group_by(fetch.c.source_id).subquery()
    articles = select(article.c.source_id, func.count().label("n")).group_by(article.c.source_id).subquery()
    rows = (
        select(source.c.id, func.coalesce(articles.c.n, 0), func.coalesce(fetch.c.entries, 0), source.c.problem)
        .outerjoin(articles, articles.c.source_id == source.c.id)
        .outerjoin(last, last.c.source_id == source.c.id)
        .outerjoin(fetch, fetch.c.id == last.c.id)
    )
    with database.reading() as connection:
        return {int(row[0].removeprefix("d")): (row[1], row[2], row[3]) for row in connection.execute(rows)}


def stored(folder: Path) -> int:
    """How many versions of articles there are."""
    database = open_database(f"sqlite:///{folder / 'monitor.db'}")
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(article_version)).scalar_one()


async def measure(corpus: Path) -> int:
    """Serve, poll twice, compare; the exit code."""
    files = json.loads((corpus / "index.json").read_text(encoding="utf-8"))["files"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runner, port = await serve(corpus, files)
        rows = "\n".join(f"  - {{id: d{n}, url: 'http://127.0.0.1:{port}/{n}', name: d{n}}}" for n in range(len(files)))
        (folder / "sources.yaml").write_text(f"sources:\n{rows}\n", encoding="utf-8")
        (folder / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
        await run_once(folder)
        first, found = stored(folder), counts(folder)
        await run_once(folder)
        second = stored(folder)
        await runner.cleanup()
    fewer = alike = 0
    for number, file in enumerate(files):
        wanted, (articles, entries, problem) = file["observed"]["entries"], found[number]
        if entries < wanted:
            fewer += 1
            print(f"fewer: {file['path']}: observed {wanted}, read {entries}; {problem or ''}")
        elif articles < wanted:
            # Without guid and link an entry is its text: two that are alike word for word are one article.
            alike += 1
            print(f"alike: {file['path']}: {entries} entries read, {entries - articles} the same as another of them")
    wanted = sum(file["observed"]["entries"] for file in files)
    print(
        f"{len(files)} documents: {wanted} entries observed, {first} articles stored, {fewer} documents with fewer read"
    )
    print(f"{alike} documents with entries that are alike word for word; second run: {second - first} new")
    return 1 if fewer or second != first else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--read-only", action="store_true", help="no polls")
    asked = parser.parse_args()
    index = json.loads((asked.corpus / "index.json").read_text(encoding="utf-8"))["files"]
    faults = read_in_parts(asked.corpus, index) + hold_against_feedparser(asked.corpus, index)
    faults += hold_against_suites(asked.corpus, index)
    raise SystemExit((0 if asked.read_only else asyncio.run(measure(asked.corpus))) or bool(faults))
