"""What all daemons know of each channel: its rate is kept, and its pauses hold, over restarts and between daemons. What
waits for a channel that has failed for long goes to its fallback too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import Connection, Select, func, literal, or_, select, update

from monitor.alerting.channel_pace import ChannelState, after_acceptance
from monitor.alerting.fallback import FailedChannel, find_failed_channels
from monitor.model import Blame, Channel, DeliveryState
from monitor.store.engine.database import Database, build_insert
from monitor.store.engine.tables import channel_state, delivery
from monitor.store.queries.ages import is_held

MIN_WAIT = timedelta(seconds=30)  # what was never tried on a failing channel goes to the fallback after this


def load_channel_states(connection: Connection) -> dict[str, ChannelState]:
    """What is known, by the names of the channels."""
    return {row["name"]: ChannelState(**row) for row in connection.execute(select(channel_state)).mappings()}


def lock_channel_state(connection: Connection, name: str) -> ChannelState:
    """What is known of a channel, locked until the transaction ends."""
    query = select(channel_state).where(channel_state.c.name == name).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:  # there must be something to lock
        connection.execute(build_insert(connection, channel_state).values(name=name).on_conflict_do_nothing())
        row = connection.execute(query).mappings().one()
    return ChannelState(**row)


def write_channel_state(connection: Connection, state: ChannelState) -> None:
    """Write what is known now of a channel, which the caller has locked."""
    connection.execute(update(channel_state).where(channel_state.c.name == state.name).values(**asdict(state)))


def end_channel_failure(connection: Connection, name: str) -> None:
    """Note that the channel has accepted a message. It writes only if the channel had failed."""
    recovered = asdict(after_acceptance(ChannelState(name)))
    del recovered["next_at"]
    failed = update(channel_state).where(channel_state.c.name == name, channel_state.c.failing_since.is_not(None))
    connection.execute(failed.values(**recovered))


def end_pauses(connection: Connection, names: Select[str]) -> None:
    """Let these channels be tried at once. `names`: the query for their names."""
    connection.execute(update(channel_state).where(channel_state.c.name.in_(names)).values(paused_until=None))


def hand_over(database: Database, channels: Mapping[str, Channel], now: datetime) -> Mapping[FailedChannel, int]:
    """Give the fallbacks of failed channels a delivery of all that waits there and that they do not have yet, in one
    transaction. Returns for each failed channel how many deliveries its fallback got. `channels`: those that there
    are."""
    with database.reading() as connection:
        failed = list(find_failed_channels(channels, load_channel_states(connection), now))
    if not failed:
        return {}
    with database.writing() as connection:
        counts = {channel: _hand_over(connection, channel, now) for channel in failed}
    return {channel: count for channel, count in counts.items() if count}


def _hand_over(connection: Connection, failed: FailedChannel, now: datetime) -> int:
    its, state = delivery.c, delivery.c.state
    waiting = or_(
        state == DeliveryState.RETRY,
        (state == DeliveryState.PENDING) & (its.not_before <= now - MIN_WAIT),
        (state == DeliveryState.DEAD) & (its.blame == Blame.CHANNEL) & (its.ended_at >= failed.failing_since),
    )
    values = {
        "alert_id": its.alert_id,
        "priority": its.priority,
        "channel": literal(failed.fallback),
        "state": literal(DeliveryState.PENDING.value),
        "not_before": literal(now, its.not_before.type),
        "due_at": func.coalesce(its.due_at, its.not_before),
        "handed_from": literal(failed.name),
        "handed_since": literal(failed.failing_since, its.not_before.type),
    }
    rows = select(*values.values()).where(its.channel == failed.name, waiting).order_by(its.id)
    copying = build_insert(connection, delivery).from_select([*values], rows)
    # what the fallback holds for its hours is sent there now: nobody else has it
    sent_now = {name: copying.excluded[name] for name in ("not_before", "handed_from", "handed_since")}
    handing_over = copying.on_conflict_do_update(
        index_elements=["alert_id", "channel"], set_={**sent_now, "held_by": None}, where=is_held(now)
    )
    return len(connection.execute(handing_over.returning(its.id)).all())
