"""What keeps the outbox moving: what waits for a channel that has failed for long goes to its fallback too, and no
attempt stays far ahead because the clock was set back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, literal, or_, select, update

from monitor.alerting.channel_pace import LONGEST_PAUSE
from monitor.alerting.fallback import FailedChannel, find_failed_channels
from monitor.alerting.retry import UNANSWERED_WAIT
from monitor.model import Blame, Channel, DeliveryState
from monitor.store.engine.database import Database, build_insert
from monitor.store.engine.tables import delivery
from monitor.store.queues.channel_states import load_channel_states

MIN_WAIT = timedelta(seconds=30)  # what was never tried on a failing channel goes to the fallback after this


@dataclass(frozen=True, slots=True)
class UpkeepResult:
    """`handed_over`: for each failed channel, how many deliveries its fallback got; `moved`: how many attempts were
    planned too far ahead, and are due earlier now."""

    handed_over: Mapping[FailedChannel, int]
    moved: int


class ChannelUpkeep:
    """Looks after the channels: see the module."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def run(self, channels: Mapping[str, Channel], now: datetime) -> UpkeepResult:
        """Do all of it, in one transaction if there is something to do. `channels`: those that there are."""
        with self._database.reading() as connection:
            failed = list(find_failed_channels(channels, load_channel_states(connection), now))
            has_far = connection.execute(select(delivery.c.id).where(_is_far_ahead(now)).limit(1)).first() is not None
        if not failed and not has_far:
            return UpkeepResult({}, 0)
        with self._database.writing() as connection:
            moved = connection.execute(
                update(delivery).where(_is_far_ahead(now)).values(not_before=now + UNANSWERED_WAIT)
            ).rowcount
            counts = {channel: _hand_over(connection, channel, now) for channel in failed}
        return UpkeepResult({channel: count for channel, count in counts.items() if count}, moved)


def _is_far_ahead(now: datetime) -> ColumnElement[bool]:
    """No attempt that failed waits so long: the clock was set back. What was never tried may wait for its hours."""
    return and_(delivery.c.state == DeliveryState.RETRY, delivery.c.not_before > now + LONGEST_PAUSE)


def _hand_over(connection: Connection, failed: FailedChannel, now: datetime) -> int:
    """Give the fallback a delivery of all that waits for the channel and that it does not have; returns how many."""
    waiting = or_(
        delivery.c.state == DeliveryState.RETRY,
        and_(delivery.c.state == DeliveryState.PENDING, delivery.c.not_before <= now - MIN_WAIT),
        and_(
            delivery.c.state == DeliveryState.DEAD,
            delivery.c.blame == Blame.CHANNEL,
            delivery.c.ended_at >= failed.failing_since,
        ),
    )
    kept = (delivery.c.alert_id, delivery.c.priority)
    values = {
        "channel": literal(failed.fallback),
        "state": literal(DeliveryState.PENDING.value),
        "not_before": literal(now, delivery.c.not_before.type),
        "due_at": func.coalesce(delivery.c.due_at, delivery.c.not_before),
        "handed_from": literal(failed.name),
        "handed_since": literal(failed.failing_since, delivery.c.not_before.type),
    }
    rows = select(*kept, *values.values()).where(delivery.c.channel == failed.name, waiting)
    copying = build_insert(connection, delivery).from_select([*(column.name for column in kept), *values], rows)
    return len(connection.execute(copying.on_conflict_do_nothing().returning(delivery.c.id)).all())
