"""Issues notices that a job of the daemon has made itself: the weekly report, and what the canary found."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.model import Notice
from monitor.store.commit.notice_writer import write_reports
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.telemetry import LogEvent, log


class ReportSender:
    """Commits notices, and logs them. `deliver` is called after a commit that left something to send."""

    def __init__(self, database: Database, thread: StoreThread, deliver: Callable[[], None]) -> None:
        self._database = database
        self._thread = thread
        self._deliver = deliver

    async def send(self, notices: Sequence[Notice]) -> None:
        """Issue those that were not issued before; every one must have channels. Raises StoreFailed."""
        for notice in await self._thread.run(self._write, notices):
            fields = {"subject": notice.subject, "kind": notice.kind.value, "title": notice.title, "text": notice.text}
            log.info(LogEvent.NOTICE, **fields, to=", ".join(notice.channels))
        if notices:
            self._deliver()

    def _write(self, notices: Sequence[Notice]) -> list[Notice]:
        with self._database.writing() as connection:
            return write_reports(connection, notices)
