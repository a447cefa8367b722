"""Where the daemons of a benchmark live: a folder with their files, and a new database of either kind."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from bench.world.feeds import WORD, Feeds, Revealing
from monitor.model import DeliveryState
from monitor.store.engine import tables
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from tests.support.postgres import postgres

KINDS = ("sqlite", "postgresql")
LEASES = 300.0  # s: the longest that what a dead daemon held on PostgreSQL may keep everybody waiting, and a minute
ENDED = (DeliveryState.ACCEPTED, DeliveryState.DEAD, DeliveryState.DISCARDED)
RULE = f"""\
rule: sighting
title: Sighting
level: low
match: {{words: {{en: [{WORD}]}}}}
alert: {{once_per: article}}
"""


def parser_of(docstring: str | None) -> argparse.ArgumentParser:
    """The options of a benchmark, under its docstring."""
    return argparse.ArgumentParser(description=docstring, formatter_class=argparse.RawDescriptionHelpFormatter)


@contextmanager
def made(kind: str, *options: str) -> Iterator[tuple[Path, str]]:
    """A new folder, and the URL of a new database; `options` are of a PostgreSQL server."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        if kind == "sqlite":
            yield Path(name), f"sqlite:///{name}/monitor.db"
        else:
            with postgres(*options) as url:
                yield Path(name), f"{url}postgres"


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The daemons' database, for asking it."""
    database = open_database(url)
    yield database
    database.close()


def write_files(
    folder: Path, url: str, feeds: Feeds, channels: Mapping[str, str], *, every: int, more: str = "", rule: str = RULE
) -> None:
    """Sources, the rule, and channels that get all alerts."""
    write_sources(folder, feeds, every)
    (folder / "rules").mkdir()
    (folder / "rules" / "sighting.yaml").write_text(rule, encoding="utf-8")
    urls = "".join(f"  {name}: {{url: '{channel}'}}\n" for name, channel in channels.items())
    (folder / "monitor.yaml").write_text(
        f"database: {url}\nsources: [sources.yaml]\nrules: [rules]\nnetwork: {{allow: [127.0.0.0/8]}}\n"
        f"channels:\n{urls}routes: {{default: [{', '.join(channels)}]}}\n{more}",
        encoding="utf-8",
    )


def write_sources(folder: Path, feeds: Feeds, every: int) -> None:
    """One for each feed: s0, s1 ..."""
    rows = "".join(
        f"  - {{id: s{n}, url: '{feeds.url(n)}', name: Source {n}, every: {every} s}}\n" for n in range(feeds.count)
    )
    (folder / "sources.yaml").write_text(f"sources:\n{rows}", encoding="utf-8")


def next_polls(database: Database) -> dict[int, datetime]:
    """When each feed is to be asked next, of those that were polled well."""
    known = select(tables.source.c.id, tables.source.c.next_at).where(tables.source.c.first_at.is_not(None))
    with database.reading() as connection:
        return {int(row.id.removeprefix("s")): row.next_at for row in connection.execute(known)}


def unsent(database: Database) -> int:
    """How many deliveries are not settled for good."""
    open_ = select(func.count()).select_from(tables.delivery).where(tables.delivery.c.state.not_in(ENDED))
    with database.reading() as connection:
        return int(connection.execute(open_).scalar_one())


def left_by(database: Database, pid: int) -> int:
    """How many deliveries a process that is dead has claimed and not settled."""
    held = tables.delivery.c.lease_owner.contains(f":{pid}:", autoescape=True)
    with database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.delivery).where(held)).scalar_one())


async def settled(database: Database, revealing: Revealing, within: float) -> None:
    """Wait until each feed was asked for its last word and everything is sent: nothing is open for three seconds.

    If that is not so in time, the account will say what is missing.
    """
    revealing.stop()
    quiet = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while quiet < 3:
                await asyncio.sleep(1)
                quiet = quiet + 1 if revealing.complete and not await asyncio.to_thread(unsent, database) else 0
