"""A drill: a message that the running daemon sends, as it sends alerts. (`channels test` sends by itself.)"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from monitor.errors import MonitorError
from monitor.model import Level, Notice, NoticeKind, Settings
from monitor.services.lookup import require_known
from monitor.store.commit.notice_writer import write_reports
from monitor.store.engine.daemons import is_daemon_running
from monitor.store.engine.database import Database
from monitor.store.queries.reports import DeliveryReport, ReportQueries

_SUBJECT = "drill"


def start_drill(database: Database, settings: Settings, names: Collection[str], level: Level, now: datetime) -> Notice:
    """Put a message into the outbox for each of these channels, or for all if none is named, at this level. Returns it.
    Raises InvalidRequest for an unknown channel, and MonitorError if no daemon runs that would send it."""
    require_known("channel", names, settings.channels)
    if not is_daemon_running(database, now):
        raise MonitorError("no daemon runs, so nothing would be sent: start one; `channels test` sends without it")
    id_ = secrets.token_hex(8)
    notice = Notice(
        id=id_,
        dedup_key=f"{_SUBJECT} {id_}",
        subject=_SUBJECT,
        kind=NoticeKind.REPORT,
        level=level,
        at=now,
        title="DRILL: this is not news",
        text=f"A drill at the level {level}. If this had been an alert, you would have it now.",
        reason="somebody ran `news-monitor channels drill`",
        channels=tuple(dict.fromkeys(names or settings.channels)),
    )
    with database.writing() as connection:
        write_reports(connection, [notice])
    return notice


def load_drill(database: Database, notice: Notice) -> list[DeliveryReport]:
    """The deliveries of a drill, in the order of its channels, as they are now. A fallback may have one more."""
    reports = {report.channel: report for report in ReportQueries(database).deliveries_of(notice.id)}
    return [reports[channel] for channel in notice.channels if channel in reports]
