"""The weekly notices of what the rules have missed, from the archive to the outbox, in each kind of database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from monitor.active_config import ActiveConfig, ActiveConfigHolder, compile_config
from monitor.daemon.weekly_misses import WeeklyMisses
from monitor.model import Notice, RouteStep, Settings
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import alert, delivery
from monitor.store.queues.outbox import Outbox
from monitor.telemetry import LogEvent
from tests.support.building import HOUR, NOON
from tests.support.missing_desk import CLOSE, FAR, Desk, reported

MONDAY = datetime(2026, 1, 12, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def thread() -> AsyncIterator[StoreThread]:
    made = StoreThread()
    yield made
    made.close()


class Reporter:
    """What reports the misses of a desk, as often as a daemon is started. `woken`: how often it left something."""

    def __init__(self, desk: Desk, thread: StoreThread, settings: Settings | None = None) -> None:
        config = replace(desk.config, settings=settings or desk.config.settings)
        self._active = ActiveConfigHolder(ActiveConfig(config, compile_config(config)))
        self._database, self._thread = desk.database, thread
        self.woken = 0
        self.restart()

    def restart(self) -> None:
        self._weekly = WeeklyMisses(self._active, self._database, self._thread, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    async def report(self, now: datetime) -> None:
        await self._weekly.report(now)


def queued(database: Database) -> list[tuple[str, str]]:
    """The notices that wait to be sent: the key and the channel of each."""
    query = select(alert.c.dedup_key, delivery.c.channel).join(delivery, delivery.c.alert_id == alert.c.id)
    with database.reading() as connection:
        rows = connection.execute(query.where(alert.c.subject == "misses").order_by(alert.c.dedup_key))
        return [(row.dedup_key, row.channel) for row in rows]


async def test_each_week_is_reported_once(database: Database, tmp_path: Path, thread: StoreThread) -> None:
    """Whatever was restarted, and by whichever daemon. The next week has a notice of its own."""
    desk = Desk(tmp_path, database)
    desk.add(reported(FAR))
    settings = replace(desk.config.settings, routes={**desk.config.settings.routes, "asia": (RouteStep("mail"),)})
    first, second = Reporter(desk, thread, settings), Reporter(desk, thread, settings)
    wanted = [("notice misses 2026-W03", "screen"), ("notice misses 2026-W03 owner asia", "mail")]
    with capture_logs() as logs:
        for now in (MONDAY, MONDAY + DAY):
            await first.report(now)
            await second.report(now)
            first.restart()
    assert queued(database) == wanted
    assert (first.woken, second.woken) == (1, 0)
    assert [entry["to"] for entry in logs if entry["event"] == LogEvent.NOTICE] == ["screen", "mail"]
    claimed = Outbox(database, "here:1").claim("screen", MONDAY, HOUR)
    assert claimed is not None
    assert isinstance(claimed.alert, Notice)
    assert FAR in claimed.alert.text
    desk.add(reported(FAR, NOON + 8 * DAY))
    await first.report(MONDAY + 7 * DAY)
    assert queued(database)[2:] == [("notice misses 2026-W04", "screen"), ("notice misses 2026-W04 owner asia", "mail")]


async def test_it_can_be_turned_off(database: Database, tmp_path: Path, thread: StoreThread) -> None:
    """By its key, or because nobody is the operator."""
    desk = Desk(tmp_path, database)
    desk.add(reported(FAR))
    for settings in (replace(desk.config.settings, operator=()), replace(desk.config.settings, weekly_misses=False)):
        await Reporter(desk, thread, settings).report(MONDAY)
        assert queued(database) == []


async def test_a_week_without_misses_has_no_notice(database: Database, tmp_path: Path, thread: StoreThread) -> None:
    desk = Desk(tmp_path, database)
    desk.add(reported(CLOSE))
    reporter = Reporter(desk, thread)
    await reporter.report(MONDAY)
    assert (queued(database), reporter.woken) == ([], 0)
