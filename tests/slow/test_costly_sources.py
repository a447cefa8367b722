"""Sources whose small documents cost much, beside a healthy one. `./dev bench costly_sources` measures each kind."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import select

from bench.world import costly as hostile
from bench.world import feeds as newsroom
from bench.world.costly import Costly
from bench.world.feeds import Feeds, uid_in
from bench.world.place import RULE, opened
from monitor.store.engine.tables import article, fetch
from tests.support.whole import Daemon, until

SOURCES = 4
NEWS = 3


async def test_costly_documents_hold_up_nobody(tmp_path: Path) -> None:
    """Again and again a new entry of the healthy source is stored while four others bring what costs most; what they
    bring beyond the budget is told, and comes at their next polls."""
    feeds = Feeds(1)
    feeds.begin_with(5, timedelta(hours=1))
    async with newsroom.serving(feeds), hostile.serving(Costly("U+FDFA")) as costly:
        write(tmp_path, feeds, costly)
        async with Daemon(tmp_path) as daemon:
            with opened(f"sqlite:///{tmp_path}/monitor.db") as database:

                def stored(uids: set[str]) -> bool:
                    with database.reading() as connection:
                        return uids <= {
                            uid_in(title) for title in connection.execute(select(article.c.title)).scalars()
                        }

                def told() -> str:
                    with database.reading() as connection:
                        return " ".join(filter(None, connection.execute(select(fetch.c.problem)).scalars()))

                await until(lambda: len(costly.asked) == SOURCES and len(feeds.asks[0]) > 1)
                for _ in range(NEWS):
                    new = {feeds.publish(0, told=False).uid}
                    await until(partial(stored, new), within=25)  # five of its intervals; it took ten
                await until(lambda: "too much work for one poll" in told())
                assert "their ends were left out" in told()
    assert "Traceback" not in daemon.log.read_text(encoding="utf-8")


def write(folder: Path, feeds: Feeds, costly: Costly) -> None:
    """The daemon's files: all are to be polled every 5 s."""
    rows = [("s0", feeds.url(0)), *((f"x{number}", costly.url(number)) for number in range(SOURCES))]
    written = "".join(f"  - {{id: {id_}, url: '{url}', every: 5 s}}\n" for id_, url in rows)
    (folder / "sources.yaml").write_text(f"sources:\n{written}", encoding="utf-8")
    (folder / "rule.yaml").write_text(RULE, encoding="utf-8")
    (folder / "monitor.yaml").write_text(
        "database: sqlite:///monitor.db\nsources: [sources.yaml]\nrules: [rule.yaml]\n"
        "network: {allow: [127.0.0.0/8]}\nchannels:\n  screen: {url: 'console://'}\nroutes: {default: [screen]}\n",
        encoding="utf-8",
    )
