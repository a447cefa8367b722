"""Moves deliveries from a channel that was renamed or removed, or that will not recover, to another channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from monitor.model import DeliveryState
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import delivery
from monitor.store.queries.ages import is_held
from monitor.store.queues.dead_letters import build_resend_values
from monitor.store.queues.outbox import OPERATOR_STATES

_ENDED_UNSENT = (DeliveryState.DEAD, DeliveryState.DISCARDED)


def move_deliveries(database: Database, ids: Iterable[int], channel: str, now: datetime) -> dict[int, DeliveryState]:
    """Send these on `channel` now, as if for the first time: their earlier attempts no longer count, but stay stored.
    What the hours of a route hold stays held. Where the channel has a delivery of the alert already, that one is sent
    if it was given up, and this one is discarded. Only dead and waiting deliveries are changed; returns the state in
    which each was found."""
    found: dict[int, DeliveryState] = {}
    for batch in in_batches(ids):
        columns = (delivery.c.id, delivery.c.state, delivery.c.alert_id, delivery.c.channel, is_held(now).label("held"))
        query = select(*columns)
        with database.writing() as connection:
            for row in connection.execute(query.where(delivery.c.id.in_(batch)).with_for_update()).all():
                found[row.id] = DeliveryState(row.state)
                if row.state in OPERATOR_STATES and row.channel != channel:
                    values = _build_values(connection, row, channel, now)
                    connection.execute(update(delivery).where(delivery.c.id == row.id).values(**values))
    return found


def _build_values(
    connection: Connection, row: Row[*tuple[Any, ...]], channel: str, now: datetime
) -> Mapping[str, object]:
    """What changes in a delivery that is moved. One that the hours of a route hold stays held."""
    query = select(delivery.c.id, delivery.c.state).where(
        delivery.c.alert_id == row.alert_id, delivery.c.channel == channel
    )
    there = connection.execute(query.with_for_update()).one_or_none()
    if there is None:
        due = {} if row.held else build_resend_values(now)
        origin = {"handed_from": row.channel, "handed_since": None}
        return {**due, **origin, "channel": channel, "detail": f"moved from {row.channel}"}
    if there.state in _ENDED_UNSENT:
        connection.execute(update(delivery).where(delivery.c.id == there.id).values(**build_resend_values(now)))
    return {"state": DeliveryState.DISCARDED, "ended_at": now, "detail": f"{channel} has it: delivery {there.id}"}
