"""What all daemons know of each channel: its rate is kept, and its pauses hold, over restarts and between daemons."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache

from sqlalchemy import Connection, Insert, Select, bindparam, select, update

from monitor.alerting.channel_pace import ChannelState, after_acceptance
from monitor.store.engine.database import build_insert, build_insert_for
from monitor.store.engine.tables import channel_state

# Built once, with bound values: building a statement costs more than running it.
_SELECT_ALL = select(channel_state)
_NAMED = channel_state.c.name == bindparam("its_name")
_SELECT_LOCKED = _SELECT_ALL.where(_NAMED).with_for_update()
_RECOVERED = {
    name: value for name, value in asdict(after_acceptance(ChannelState(""))).items() if name not in ("name", "next_at")
}
_END_FAILURE = update(channel_state).where(_NAMED, channel_state.c.failing_since.is_not(None)).values(**_RECOVERED)


def load_channel_states(connection: Connection) -> dict[str, ChannelState]:
    """What is known, by the names of the channels."""
    return {row.name: ChannelState(**row._mapping) for row in connection.execute(_SELECT_ALL)}  # noqa: SLF001 - public in SQLAlchemy


def lock_channel_state(connection: Connection, name: str) -> ChannelState:
    """What is known of a channel, locked until the transaction ends."""
    row = connection.execute(_SELECT_LOCKED, {"its_name": name}).one_or_none()
    if row is None:  # there must be something to lock
        connection.execute(build_insert(connection, channel_state).values(name=name).on_conflict_do_nothing())
        row = connection.execute(_SELECT_LOCKED, {"its_name": name}).one()
    return ChannelState(**row._mapping)  # noqa: SLF001 - public in SQLAlchemy


def write_channel_state(connection: Connection, state: ChannelState) -> None:
    """Write what is known of a channel now."""
    connection.execute(_build_upsert(connection.dialect.name), asdict(state))


def end_channel_failure(connection: Connection, name: str) -> None:
    """Note that the channel has accepted a message. It writes only if the channel had failed."""
    connection.execute(_END_FAILURE, {"its_name": name})


def end_pauses(connection: Connection, names: Select[str]) -> None:
    """Let these channels be tried at once. `names`: the query for their names."""
    connection.execute(update(channel_state).where(channel_state.c.name.in_(names)).values(paused_until=None))


@cache
def _build_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, channel_state)
    changed = {column.name: new.excluded[column.name] for column in channel_state.c if not column.primary_key}
    return new.on_conflict_do_update(index_elements=["name"], set_=changed)
