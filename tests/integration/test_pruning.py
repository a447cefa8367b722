"""The archive is pruned while polls go on, in the thread that both share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from monitor import clock
from monitor.daemon.pruning import prune_archive
from monitor.model import Retention
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.lifecycle import retention as module
from monitor.store.lifecycle.retention import ArchivePruner
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.telemetry import LogEvent
from tests.support.building import MINUTE, article, claimed, commit, sources

OLD = timedelta(days=100)


@pytest.fixture
async def thread() -> AsyncIterator[StoreThread]:
    """The thread that speaks with the database."""
    made = StoreThread()
    yield made
    made.close()


async def test_others_get_in_between_the_slices(
    database: Database, thread: StoreThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for the thread while much is let go waits for one slice, not for all; what went is told."""
    monkeypatch.setattr(module, "SLICE", 2)
    claims, section, now = Claims(database, "here:1"), SerialSection(database), clock.now()
    claims.register_sources(sources("wire"), now)
    old = (article(str(n), f"Ferry {n}", seen=now - OLD) for n in range(20))
    commit(section, claimed(claims, at=now - OLD), *old, at=now - OLD)
    left: list[int] = []
    with capture_logs() as logs:
        pruning = asyncio.create_task(prune_archive(ArchivePruner(database, Retention()), thread))
        while not pruning.done():
            left.append(await thread.run(lambda: ReportQueries(database).counts()["articles"]))
    await pruning
    assert [entry for entry in logs if entry["event"] == LogEvent.PRUNED] == [
        {"event": LogEvent.PRUNED, "log_level": "info", "articles": 20, "fetches": 1}
    ]
    assert len(set(left)) > 5
    assert ReportQueries(database).counts()["articles"] == 0
    commit(section, claimed(claims, at=now + MINUTE), article("new", seen=now + MINUTE), at=now + MINUTE)
    assert ReportQueries(database).counts()["alerts"] == 1


async def test_nothing_to_let_go_is_not_told(database: Database, thread: StoreThread) -> None:
    """An hour after hour without news is none for the log."""
    with capture_logs() as logs:
        await prune_archive(ArchivePruner(database, Retention()), thread)
    assert logs == []
