"""What waits for a channel that has failed for long goes to its fallback too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, func, literal, or_, select

from monitor.alerting.fallback import FailedChannel, find_failed_channels
from monitor.model import Blame, Channel, DeliveryState
from monitor.store.engine.database import Database, build_insert
from monitor.store.engine.tables import delivery
from monitor.store.queries.ages import is_held
from monitor.store.queues.channel_states import load_channel_states

MIN_WAIT = timedelta(seconds=30)  # what was never tried on a failing channel goes to the fallback after this


class ChannelUpkeep:
    """The deliveries of all channels, as one process sees them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hand_over(self, channels: Mapping[str, Channel], now: datetime) -> Mapping[FailedChannel, int]:
        """Give the fallbacks what they do not have yet, in one transaction if there is something to do. Returns for
        each failed channel how many deliveries its fallback got. `channels`: those that there are."""
        with self._database.reading() as connection:
            failed = list(find_failed_channels(channels, load_channel_states(connection), now))
        if not failed:
            return {}
        with self._database.writing() as connection:
            counts = {channel: _hand_over(connection, channel, now) for channel in failed}
        return {channel: count for channel, count in counts.items() if count}


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
    rows = select(*kept, *values.values()).where(delivery.c.channel == failed.name, waiting).order_by(delivery.c.id)
    copying = build_insert(connection, delivery).from_select([*(column.name for column in kept), *values], rows)
    # what the fallback holds for its hours is sent there now: nobody else has it
    sent_now = {name: copying.excluded[name] for name in ("not_before", "handed_from", "handed_since")}
    handing_over = copying.on_conflict_do_update(
        index_elements=["alert_id", "channel"], set_={**sent_now, "held_by": None}, where=is_held(now)
    )
    return len(connection.execute(handing_over.returning(delivery.c.id)).all())
