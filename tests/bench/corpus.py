"""The main job on real input: every document of a corpus, served on loopback, polled twice by `run --once`.

    python tests/bench/corpus.py FOLDER

FOLDER holds feed documents and an index.json (`files`: path, http_headers, observed.entries). Each document must give
at least as many entries as `observed.entries`, each an article unless it is another one word for word, and the second
run must store none. Exit code 1 otherwise.
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

from monitor.store.opening import open_database
from monitor.store.tables import article, article_version, fetch, source

CONFIG = """\
database: sqlite:///monitor.db
sources: [sources.yaml]
network: {allow: [127.0.0.0/8]}
limits: {total: 60 s}
channels: {screen: {url: "console://"}}
routes: {default: [screen]}
"""
# The server's own to say.
HOP_BY_HOP = {"content-length", "transfer-encoding", "connection", "date", "server"}


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
    raise SystemExit(asyncio.run(measure(parser.parse_args().corpus)))
