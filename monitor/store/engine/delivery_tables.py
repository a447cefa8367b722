"""The tables of deliveries and channels. `tables` exports them too."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    text,
)

from monitor.model import DeliveryState
from monitor.store.engine.metadata import metadata
from monitor.store.engine.timestamp_column import UtcDateTime

_STATES = ", ".join(f"'{state.value}'" for state in DeliveryState)

# The outbox: one row for each alert and channel. `priority`: 0 (critical) goes first, 4 (info) last; from 5 on, in the
# same order, what one source brings beyond its share (`commit.notice_writer`), after all others. `blame`: why it is
# dead (model.Blame), or was before it was revived.
# `due_at`: when it was due first; null until it is claimed. `handed_from`: the channel that it
# comes from: by `outbox move`, or, with `handed_since`, because that one has failed since then and this one is its
# fallback.
delivery = Table(
    "delivery",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alert_id", ForeignKey("alert.id"), nullable=False),
    Column("channel", String, nullable=False),
    Column("state", String, nullable=False),
    Column("priority", Integer, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("forgiven", Integer, nullable=False, server_default="0"),  # attempts that no longer count: it was revived
    Column("not_before", UtcDateTime, nullable=False),
    Column("held_by", Text),  # the hours that it waits for, or has waited for
    Column("lease_until", UtcDateTime),
    Column("lease_owner", String),
    Column("repeat", Boolean, nullable=False, server_default=text("false")),
    Column("ended_at", UtcDateTime),
    Column("detail", Text),  # of the last receipt
    Column("blame", String),
    Column("due_at", UtcDateTime),
    Column("handed_from", String),
    Column("handed_since", UtcDateTime),
    UniqueConstraint("alert_id", "channel"),
    CheckConstraint(f"state IN ({_STATES})", name="state"),
)
# Open deliveries must be found at once among years of accepted ones; so must dead ones, and the time when a channel
# last accepted something.
Index("ix_delivery_state", delivery.c.state, delivery.c.channel, delivery.c.ended_at)
Index(
    "ix_delivery_open",
    delivery.c.state,
    delivery.c.not_before,
    sqlite_where=delivery.c.state.in_(["pending", "retry", "sending"]),
)
# A claim takes the first row of its channel. Its query has the same literals: with bound values no planner can prove
# that the partial index holds the row.
UNSENT = delivery.c.state.in_([literal_column("'pending'"), literal_column("'retry'")])
Index(
    "ix_delivery_next",
    delivery.c.channel,
    delivery.c.priority,
    delivery.c.not_before,
    delivery.c.id,
    sqlite_where=UNSENT,
)

# Each attempt to deliver, and how it ended: an append-only log.
attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("receipt", String),
    Column("detail", Text),
    Column("throttled", Boolean, nullable=False, server_default=text("false")),  # does not count as an attempt
)

# What is known of a channel that has a rate or fails: `alerting.channel_pace`.
channel_state = Table(
    "channel_state",
    metadata,
    Column("name", String, primary_key=True),
    Column("next_at", UtcDateTime),
    Column("paused_until", UtcDateTime),
    Column("failing_since", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("last_failed", Integer),
)

# The channels that the config has had, to recognise one that was renamed. `checksum`: of its URL; one byte, so that it
# tells nobody a secret.
channel_address = Table(
    "channel_address",
    metadata,
    Column("name", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("checksum", Integer, nullable=False),
)
