"""Sources that mean harm, all at once, beside others that do not. `./dev bench hostile_sources` measures each alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bench.world import feeds as newsroom
from bench.world import hostile_servers as servers
from bench.world.feeds import Feeds, uid_in
from bench.world.hostile_servers import CASES, ELSEWHERE, FORMS, MIB, Hostile
from bench.world.place import RULE, opened
from monitor.sources.http.guard import reason_if_address_refused
from monitor.store.engine.tables import article, fetch
from tests.support.whole import Daemon, until

HEALTHY = 19
RESTLESS = "changing guids"  # which shows at its second poll


async def test_hostile_sources_harm_nobody(tmp_path: Path) -> None:
    """New entries of 19 healthy sources are stored beside them; each hostile one has a line that says why; nobody
    connects to a private address."""
    feeds = Feeds(HEALTHY)
    feeds.begin_with(5, timedelta(hours=1))
    async with newsroom.serving(feeds), servers.serving(Hostile(bomb=64 * MIB)) as hostile:
        cases = {f"x{number}": case for number, case in enumerate((*CASES, *ELSEWHERE))}
        write(tmp_path, feeds, {id_: hostile.url(case) for id_, case in cases.items()})
        async with Daemon(tmp_path) as daemon:
            with opened(f"sqlite:///{tmp_path}/monitor.db") as database:

                def polled() -> dict[str, str | None]:
                    """The last line that each has told; None: it was polled, and told none."""
                    rows = select(fetch.c.source_id, fetch.c.problem).order_by(fetch.c.problem.is_not(None), fetch.c.id)
                    with database.reading() as connection:
                        return {row.source_id: row.problem for row in connection.execute(rows)}

                def titles() -> set[str | None]:
                    with database.reading() as connection:
                        return {uid_in(title) for title in connection.execute(select(article.c.title)).scalars()}

                await until(lambda: (tmp_path / "monitor.db").exists() and len(feeds.asks) == HEALTHY)
                new = {feeds.publish(number, told=False).uid for number in range(HEALTHY)}
                await until(lambda: new <= titles())
                await until(lambda: polled().keys() >= cases.keys() and hostile.asked[RESTLESS] > 2)
                new = {feeds.publish(number, told=False).uid for number in range(HEALTHY)}
                await until(lambda: new <= titles())
                problems = polled()
        unclear = {case for id_, case in cases.items() if not clear(problems[id_])}
        assert not unclear, problems
        assert hostile.private_hits == 0
    assert "Traceback" not in daemon.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
def test_no_form_of_a_private_address_passes(form: str) -> None:
    """However it is written: the check says no, and what to do if it is meant."""
    line = reason_if_address_refused(form, servers.allowed())
    assert line is not None
    assert "network.allow" in line


def write(folder: Path, feeds: Feeds, hostile: dict[str, str]) -> None:
    """The daemon's files: the healthy sources every 5 s, the hostile ones once."""
    rows = [(f"s{number}", feeds.url(number), 5) for number in range(HEALTHY)]
    rows += [(id_, url, 5 if url.endswith(RESTLESS.replace(" ", "-")) else 3600) for id_, url in hostile.items()]
    written = "".join(f"  - {{id: {id_}, url: '{url}', every: {every} s}}\n" for id_, url, every in rows)
    (folder / "sources.yaml").write_text(f"sources:\n{written}", encoding="utf-8")
    (folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    (folder / "monitor.yaml").write_text(
        "database: sqlite:///monitor.db\nsources: [sources.yaml]\nrules: [rule.yaml]\n"
        f"network: {{allow: [127.1.0.0/16, {servers.ALLOWED}]}}\n"
        "limits: {idle: 3 s, total: 6 s, parse: 3 s}\nchannels:\n  screen: {url: 'console://'}\n"
        "routes: {default: [screen]}\n",
        encoding="utf-8",
    )


def clear(problem: str | None) -> bool:
    """Whether it is one line for a person."""
    return problem is not None and 10 < len(problem) < 500 and problem.isprintable()
