"""Parsers that documents have taken over, beside a daemon that goes on."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from bench.world.place import opened
from monitor.store.engine.tables import article, fetch
from tests.security.lying_parser import MIB, make_documents
from tests.support.asking import WEB, listening
from tests.support.whole import ROOT, Daemon, Site, document, now, rss, serving, until, write_config

PATH = os.pathsep.join(map(str, (ROOT, ROOT / "tests/security/taken_over")))
MAX_ANSWER = 1.0  # s
MAX_GROWTH = 150 * MIB
BELIEVED = {"many-names", "a-thousand-replies"}  # what they say could be true of their documents


def peak_memory(pid: int) -> int:
    """Bytes that the process itself has had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024


@pytest.mark.skipif(sys.platform != "linux", reason="where there is no fork server no parser is taken over like this")
async def test_parsers_that_lie_cost_their_own_sources_only(tmp_path: Path) -> None:
    """The daemon answers within a second, stays small, stores what the honest source publishes, and has a line for each
    liar that is safe to show; no lie ends in a traceback."""
    site = Site({"/wire": document(rss(("A quiet day", "/quiet", now())))})
    lies = {name.replace(" ", "-"): body for name, body in make_documents()}
    site.pages |= {f"/{name}": document(body) for name, body in lies.items()}
    async with serving(site):
        more = f"{WEB}limits: {{parse: 3 s}}\n"
        write_config(tmp_path, {"wire": site.url("/wire")}, more=more)
        async with Daemon(tmp_path, {"PYTHONPATH": PATH}) as daemon:
            page = f"{await listening(daemon)}/healthz"
            with opened(f"sqlite:///{tmp_path}/monitor.db") as database:

                def titles() -> set[str]:
                    with database.reading() as connection:
                        return set(connection.execute(select(article.c.title)).scalars())

                def problems() -> dict[str, str | None]:
                    rows = select(fetch.c.source_id, fetch.c.problem).order_by(fetch.c.id)
                    with database.reading() as connection:
                        return {row.source_id: row.problem for row in connection.execute(rows)}

                await until(lambda: "A quiet day" in titles())
                before = peak_memory(daemon.process.pid)
                asking = asyncio.create_task(slowest_answer(page))
                write_config(tmp_path, {name: site.url(f"/{name}") for name in ("wire", *lies)}, more=more)
                await until(lambda: problems().keys() >= lies.keys())
                site.pages["/wire"] = document(
                    rss(("A second day", "/second", now()), ("A quiet day", "/quiet", now()))
                )
                await until(lambda: "A second day" in titles())
                await until(lambda: min(site.asked[f"/{name}"] for name in lies) > 1)
                asking.cancel()
                slowest, found, grown = await asking, problems(), peak_memory(daemon.process.pid) - before
    lines = daemon.log.read_text(encoding="utf-8").splitlines()
    assert slowest < MAX_ANSWER
    assert grown < MAX_GROWTH
    assert not [line for line in lines if "Traceback" in line or json.loads(line)["event"] == "forged"]
    assert max(map(len, lines)) < 5_000
    expected = dict.fromkeys(("wire", *BELIEVED))
    assert {name: line for name, line in found.items() if line is None or name in BELIEVED} == expected
    assert [line for line in found.values() if line is not None and not is_line(line)] == []


async def slowest_answer(page: str) -> float:
    """How long the slowest answer took, in seconds, until this is cancelled."""
    slowest = 0.0
    loop = asyncio.get_running_loop()
    async with ClientSession() as session:
        try:
            while True:
                begun = loop.time()
                async with session.get(page) as answer:
                    await answer.text()
                slowest = max(slowest, loop.time() - begun)
                await asyncio.sleep(0.05)
        except asyncio.CancelledError:
            return slowest


def is_line(problem: str) -> bool:
    """Whether it is one line for a person."""
    return 5 < len(problem) < 1_100 and problem.isprintable()
