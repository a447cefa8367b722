"""The daemons that work on this database, or did: one row each, which the daemon itself updates.

A row says that a daemon was seen, not that it works: how its work goes is in its own health report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, select, update

from monitor.model import RunningVersion
from monitor.store.engine.database import Database, build_insert
from monitor.store.engine.tables import daemon

HEARTBEAT_EVERY = timedelta(seconds=10)
ALIVE_WINDOW = 3 * HEARTBEAT_EVERY


class DaemonStatus(StrEnum):
    """The state of a daemon, as its row shows it. Gone: it was not seen lately, and did not report that it stops."""

    ALIVE = "alive"
    GONE = "gone"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class DaemonReport:
    """A daemon as it was when it was last seen."""

    owner: str
    version: str
    started_at: datetime
    seen_at: datetime
    ticked_at: datetime | None
    delivered_at: datetime | None
    stopped_at: datetime | None
    running: RunningVersion

    @property
    def name(self) -> str:
        """The name that people find it by."""
        host, process, _ = self.owner.rsplit(":", 2)
        return f"process {process} on {host}"

    @property
    def host(self) -> str:
        """The machine that it runs on."""
        return self.owner.rsplit(":", 2)[0]

    @property
    def first_tick_by(self) -> datetime:
        """When its row has its first tick at the latest, if all is well: with the first heartbeat after the one that
        it starts with."""
        return self.started_at + HEARTBEAT_EVERY

    @property
    def is_stalled(self) -> bool:
        """Whether it was alive but did no work when it was last seen."""
        times = [at for at in (self.ticked_at, self.delivered_at) if at is not None]
        return bool(times) and self.seen_at - min(times) > ALIVE_WINDOW

    def status_at(self, now: datetime) -> DaemonStatus:
        """Its status at this moment."""
        if self.stopped_at is not None:
            return DaemonStatus.STOPPED
        return DaemonStatus.ALIVE if now - self.seen_at <= ALIVE_WINDOW else DaemonStatus.GONE


class DaemonRecord:
    """The row of one process (`owner`, "host:process:token")."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    def record_start(self, version: str, running: RunningVersion, now: datetime) -> None:
        """Insert the row: the daemon starts."""
        row = {"owner": self._owner, "version": version, "started_at": now, "seen_at": now, "running": running.to_row()}
        with self._database.writing() as connection:
            connection.execute(build_insert(connection, daemon).values(**row))

    def record_heartbeat(
        self, running: RunningVersion, now: datetime, *, ticked: datetime, delivered: datetime
    ) -> bool:
        """Note that the daemon still works, and when it last ticked and delivered. False if there is no row of it: it
        has not started; or it slept for so long that its row was deleted, and others have started since; or this is
        another database."""
        values = {"seen_at": now, "ticked_at": ticked, "delivered_at": delivered, "running": running.to_row()}
        with self._database.writing() as connection:
            return self._update(connection, values)

    def record_stop(self, now: datetime) -> None:
        """Note that the daemon stops as intended; nothing happens if it has no row."""
        with self._database.writing() as connection:
            self._update(connection, {"seen_at": now, "stopped_at": now})

    def _update(self, connection: Connection, values: dict[str, object]) -> bool:
        own_row = update(daemon).where(daemon.c.owner == self._owner)
        return connection.execute(own_row.values(**values)).rowcount == 1


def is_daemon_running(database: Database, now: datetime) -> bool:
    """Whether any daemon runs on this database."""
    return any(daemon.status_at(now) is DaemonStatus.ALIVE for daemon in list_daemons(database))


def list_daemons(database: Database) -> list[DaemonReport]:
    """All daemons that have a row, the last started first."""
    with database.reading() as connection:
        rows = connection.execute(select(daemon).order_by(daemon.c.started_at.desc())).all()
    return [DaemonReport(**{**row._mapping, "running": RunningVersion.from_row(row.running)}) for row in rows]  # noqa: SLF001 - public in SQLAlchemy
