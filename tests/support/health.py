"""The state of health of a daemon, as `/healthz` and `/metrics` serve it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.daemon.health import DaemonHealth
from monitor.daemon.progress import LastRun
from monitor.model import RunningVersion
from monitor.store.engine.daemons import DaemonRecord
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.telemetry.metrics import Metrics
from tests.support.building import NOON


def health_of(database: Database, thread: StoreThread, last_run: LastRun, metrics: Metrics) -> DaemonHealth:
    """Of a daemon without sources, whose work these record."""
    return DaemonHealth(
        database,
        DaemonRecord(database, "desk:17:aa"),
        thread=thread,
        last_run=last_run,
        metrics=metrics,
        running=lambda: RunningVersion(NOON, 1, 0),
        sources=tuple[str, ...],
        zone=ZoneInfo("UTC"),
    )
