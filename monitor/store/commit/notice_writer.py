"""Writes notices with their deliveries, and what the operator was notified of; also the deliveries of alerts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache

from sqlalchemy import Connection, Insert, bindparam, delete, func, insert, select
from sqlalchemy.sql.dml import ReturningInsert

from monitor.model import Alert, AlertKind, DeliveryState, Level, Notice, NoticeState, PlannedDelivery
from monitor.model.outcome import clauses_from_sentence, clauses_to_row
from monitor.store.engine import tables
from monitor.store.engine.database import build_insert_for, in_batches, write_rows

Row = dict[str, object]

MAX_AHEAD = 10
"""Alerts of one source and level that wait on a channel before further ones go after those of all other sources."""
# Of deliveries: 0 goes first.
_PRIORITY = {level: priority for priority, level in enumerate(reversed(Level))}
# Built once, with bound values: building a statement costs more than running it.
_INSERT_DELIVERY = insert(tables.delivery)
_WAITING_COUNTED = (tables.delivery.c.channel, tables.delivery.c.priority, tables.article.c.source_id)
# From what waits, by outer joins: otherwise a planner may begin with all articles of a source.
_COUNT_WAITING = (
    select(*_WAITING_COUNTED, func.count())
    .select_from(tables.delivery)
    .outerjoin(tables.alert, tables.alert.c.id == tables.delivery.c.alert_id)
    .outerjoin(tables.article, tables.article.c.id == tables.alert.c.article_id)
    .where(
        tables.delivery.c.channel.in_(bindparam("channels", expanding=True)),
        tables.UNSENT,
        tables.delivery.c.priority < len(_PRIORITY),
    )
    .group_by(*_WAITING_COUNTED)
)
_SELECT_NOTICE_STATES = select(tables.noticed)
_DELETE_NOTICE_STATES = delete(tables.noticed).where(
    tables.noticed.c.subject.in_(bindparam("subjects", expanding=True))
)


def write_deliveries(
    connection: Connection, messages: Sequence[tuple[Alert | Notice, Iterable[PlannedDelivery]]]
) -> None:
    """Write one row for each planned delivery of these messages.

    What a source brings beyond MAX_AHEAD goes after the messages of all levels: otherwise a feed of many matching
    headlines would delay the alerts of all others for as long as the channel needs to send them.
    """
    planned = [(message, delivery) for message, deliveries in messages for delivery in deliveries]
    waiting: Counter[tuple[str, int, str]] = Counter()
    if channels := sorted({delivery.channel for message, delivery in planned if _source_of(message) is not None}):
        for channel, priority, source, count in connection.execute(_COUNT_WAITING, {"channels": channels}):
            waiting[channel, priority, source] = count
    rows: list[Row] = []
    for message, delivery in planned:
        priority = _PRIORITY[message.channel_level if isinstance(message, Alert) else message.level]
        if (source := _source_of(message)) is not None:
            waiting[delivery.channel, priority, source] += 1
            if waiting[delivery.channel, priority, source] > MAX_AHEAD:
                priority += len(_PRIORITY)
        rows.append(
            {
                "alert_id": message.id,
                "channel": delivery.channel,
                "state": DeliveryState.PENDING,
                "priority": priority,
                "not_before": delivery.not_before,
                "held_by": delivery.held_by,
            }
        )
    write_rows(connection, _INSERT_DELIVERY, rows)


def _source_of(message: Alert | Notice) -> str | None:
    """The source of an alert; None for a notice and for a digest, which may have several."""
    return None if isinstance(message, Notice) or message.kind is AlertKind.DIGEST else message.article.source


def write_notices(connection: Connection, notices: Iterable[Notice], states: Iterable[NoticeState]) -> list[Notice]:
    """Write notices with their deliveries, and the new notice states. Returns the notices that had not been written
    before.

    A notice without channels reaches nobody, and is not written.
    """
    _write_notice_states(connection, {state.subject: state for state in states})
    return [notice for notice in notices if not notice.channels or _write_notice(connection, notice)]


def write_reports(connection: Connection, notices: Iterable[Notice]) -> list[Notice]:
    """Write notices that are about no trouble, with their deliveries. Returns those that had not been written before.
    Each must have channels."""
    return [notice for notice in notices if _write_notice(connection, notice)]


def is_notice_written(connection: Connection, dedup_key: str) -> bool:
    """Whether a notice with this key was written."""
    query = select(tables.alert.c.id).where(tables.alert.c.dedup_key == dedup_key)
    return connection.execute(query).first() is not None


def _write_notice(connection: Connection, notice: Notice) -> bool:
    row = {
        "id": notice.id,
        "dedup_key": notice.dedup_key,
        "kind": notice.kind,
        "at": notice.at,
        "level": notice.level,
        "title": notice.title,
        "subject": notice.subject,
        "reason_parameters": clauses_to_row(clauses_from_sentence(notice.reason)),
        "sentence": notice.text,
        "marks": [],
    }
    if connection.execute(_build_notice_insert(connection.dialect.name), row).first() is None:
        return False
    planned = (PlannedDelivery(channel, notice.at) for channel in notice.channels)
    write_deliveries(connection, [(notice, planned)])
    return True


@cache
def _build_notice_insert(dialect: str) -> ReturningInsert[str]:
    return build_insert_for(dialect, tables.alert).on_conflict_do_nothing().returning(tables.alert.c.id)


def _write_notice_states(connection: Connection, states: Mapping[str, NoticeState]) -> None:
    stored = {row.subject: NoticeState(**row._mapping) for row in connection.execute(_SELECT_NOTICE_STATES)}  # noqa: SLF001 - public in SQLAlchemy
    for subjects in in_batches(stored.keys() - states.keys()):
        connection.execute(_DELETE_NOTICE_STATES, {"subjects": subjects})
    changed = [asdict(state) for state in states.values() if stored.get(state.subject) != state]
    write_rows(connection, _build_notice_state_upsert(connection.dialect.name), changed)


@cache
def _build_notice_state_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, tables.noticed)
    changed = {name: new.excluded[name] for name in ("since", "told_at", "over_at")}
    return new.on_conflict_do_update(index_elements=["subject"], set_=changed)
