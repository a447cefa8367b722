"""The pipeline, wired as `app` does it, over a server on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from ipaddress import ip_network
from typing import Any

from monitor import clock
from monitor.active_config import ActiveConfigHolder
from monitor.model import Claim, Limits, PollRecord
from monitor.pipeline import Pipeline
from monitor.runtime.workers.pool import Workers
from monitor.runtime.workers.serve import WorkerSetup
from monitor.sources.http.fetch import Fetcher
from monitor.sources.polling.in_worker import preload_parsers
from monitor.sources.polling.robots import Robots
from monitor.sources.polling.source_poller import SourcePoller
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queues.claims import Claims, KnownEntries
from tests.conftest import FaultServer
from tests.support.building import active_config, claimed, rules
from tests.support.building import source as built
from tests.support.patience import LONG

LIMITS = Limits(connect=LONG, idle=LONG, total=LONG, gap=timedelta(0), parse=LONG)


def feed(*titles: str, age: timedelta = timedelta(0)) -> str:
    """An RSS document with an entry for each title, dated so long ago."""
    date = format_datetime(clock.now() - age)
    items = (
        f"<item><guid>{title}</guid><title>{title}</title><link>https://x.test/{i}</link><pubDate>{date}</pubDate></item>"
        for i, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>x</title>{''.join(items)}</channel></rss>"


@dataclass
class Polls:
    """A pipeline, wired as `app` does it, and what came of it."""

    database: Database
    claims: Claims
    pipeline: Pipeline
    active: ActiveConfigHolder
    woken: list[None] = field(default_factory=list)

    def claim(self, name: str = "wire") -> Claim:
        return claimed(self.claims, name, clock.now())

    async def poll(self, name: str = "wire") -> PollRecord | None:
        return await self.pipeline.poll(self.claim(name))


@asynccontextmanager
async def polling(
    database: Database, faults: FaultServer, *, limits: Limits = LIMITS, more: Mapping[str, Any] = {}, **paths: str
) -> AsyncIterator[Polls]:
    """Sources by name, each with the path at which the server has it, and what `more` says of them all."""
    site = f"http://127.0.0.1:{faults.port}"
    known = {name: replace(built(name), url=f"{site}/{path}", **more) for name, path in paths.items()}
    claims, thread, parsers = Claims(database, "test"), StoreThread(), Workers(1, setup=WorkerSetup(None))
    claims.register_sources(known, clock.now())
    woken: list[None] = []
    try:
        await parsers.warm(preload_parsers)
        async with Fetcher(limits, [ip_network("127.0.0.0/8")]) as fetcher:
            active = active_config(known, rules())
            pipeline = Pipeline(
                active,
                limits,
                poller=SourcePoller(fetcher, Robots(fetcher, parsers), parsers, limits, KnownEntries(claims, thread)),
                claims=claims,
                section=SerialSection(database),
                thread=thread,
                deliver=lambda: woken.append(None),
            )
            yield Polls(database, claims, pipeline, active, woken)
    finally:
        parsers.close()
        thread.close()
