"""The channels that the config has had: by them a renamed one is recognised while messages wait for its old name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select

from monitor.model import Channel, ChannelAddress
from monitor.store.engine.database import Database, build_insert, write_rows
from monitor.store.engine.tables import channel_address


def record_channel_addresses(database: Database, channels: Iterable[Channel]) -> None:
    """Keep the kind and checksum of these channels, in place of what was kept for the same names."""
    rows = [
        {"name": channel.name, "kind": channel.address.kind, "checksum": channel.address.checksum}
        for channel in channels
    ]
    with database.writing() as connection:
        new = build_insert(connection, channel_address)
        kept = {"kind": new.excluded.kind, "checksum": new.excluded.checksum}
        write_rows(connection, new.on_conflict_do_update(index_elements=["name"], set_=kept), rows)


def load_channel_addresses(connection: Connection) -> Mapping[str, ChannelAddress]:
    """What is kept, by the channels' names."""
    return {row.name: ChannelAddress(row.kind, row.checksum) for row in connection.execute(select(channel_address))}
