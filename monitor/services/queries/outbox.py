"""The deliveries, for people and scripts."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from monitor.model import DeliveryState, Settings
from monitor.services.lookup import require_known
from monitor.store.engine.database import Database
from monitor.store.queries.reports import DeliveryReport, ReportQueries
from monitor.store.queues.outbox import Outbox


def list_deliveries(
    database: Database, settings: Settings, states: Iterable[DeliveryState], channels: Collection[str], most: int
) -> list[DeliveryReport]:
    """At most `most` deliveries in these states and on these channels (none: in any, on any), the newest first. Raises
    InvalidRequest for an unknown channel."""
    require_known("channel", channels, settings.channels, Outbox(database, "operator").channels)
    return ReportQueries(database).deliveries(list(states), most, channels)
