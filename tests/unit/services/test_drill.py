"""A drill goes the way of an alert: through the outbox, and the daemon that runs."""

from __future__ import annotations

import pytest

from monitor.alerting.retry import RetryVerdict
from monitor.errors import InvalidRequest, MonitorError
from monitor.model import (
    Channel,
    DeliveryState,
    Level,
    Notice,
    Receipt,
    ReceiptKind,
    RouteStep,
    RunningVersion,
    Settings,
)
from monitor.services.commands.channels import start_drill
from monitor.store.engine.daemons import DaemonRecord
from monitor.store.engine.database import Database
from monitor.store.queries.reports import DeliveryReport, ReportQueries
from monitor.store.queues.outbox import Outbox
from tests.support.building import HOUR, MINUTE, NOON

CHANNELS = {name: Channel(name, "json://127.0.0.1") for name in ("desk", "phone")}
SETTINGS = Settings("UTC", "", CHANNELS, {"default": (RouteStep("desk"),)})


def load_drill(database: Database, notice: Notice) -> list[DeliveryReport]:
    """Its deliveries, by channel."""
    return sorted(ReportQueries(database).deliveries_of(notice.id), key=lambda report: report.channel)


def test_a_drill_goes_out_on_every_channel_as_a_critical_alert(database: Database) -> None:
    """What each channel made of it can be read while it goes on."""
    DaemonRecord(database, "desk:17:aa").record_start("1.2", RunningVersion(NOON, rules=2, sources=2), NOON)
    notice = start_drill(database, SETTINGS, (), Level.CRITICAL, NOON)
    states = [(report.channel, report.state) for report in load_drill(database, notice)]
    assert states == [("desk", DeliveryState.PENDING), ("phone", DeliveryState.PENDING)]
    outbox = Outbox(database, "here:1")
    sent = outbox.claim("phone", NOON, HOUR)
    assert sent is not None
    assert isinstance(sent.alert, Notice)
    assert (sent.alert.title, sent.alert.level) == ("DRILL: this is not news", Level.CRITICAL)
    outbox.settle(sent, Receipt(ReceiptKind.ACCEPTED), RetryVerdict(DeliveryState.ACCEPTED), NOON + MINUTE)
    desk, phone = load_drill(database, notice)
    assert (desk.ended_at, phone.ended_at, phone.state) == (None, NOON + MINUTE, DeliveryState.ACCEPTED)
    assert len(load_drill(database, start_drill(database, SETTINGS, ("phone",), Level.LOW, NOON))) == 1


def test_a_drill_needs_a_daemon_that_runs(database: Database) -> None:
    """One that has died is none. An unknown channel is refused before that is looked at."""
    DaemonRecord(database, "desk:17:aa").record_start("1.2", RunningVersion(NOON, rules=2, sources=2), NOON)
    with pytest.raises(MonitorError, match="no daemon runs"):
        start_drill(database, SETTINGS, (), Level.CRITICAL, NOON + HOUR)
    with pytest.raises(InvalidRequest, match="there is no channel 'fone'"):
        start_drill(database, SETTINGS, ("fone",), Level.CRITICAL, NOON + HOUR)
