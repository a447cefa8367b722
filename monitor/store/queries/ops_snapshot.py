"""Reads what the operator may have to be notified of. It judges nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select

from monitor.model import (
    UNSETTLED_STATES,
    DeadAlerts,
    DeliveryState,
    FailingSource,
    NoticeState,
    OpsObservation,
    RunningVersion,
    StalledChannel,
)
from monitor.notices.troubles import CHANNEL, DAY, OF_SOURCES, SOURCE
from monitor.store.engine.channel_addresses import load_channel_addresses
from monitor.store.engine.daemons import ALIVE_WINDOW
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import alert, attempt, daemon, delivery, noticed, source
from monitor.store.queries.ages import query_pending_by_channel
from monitor.store.queries.sources import load_ended_troubles, load_source_troubles


def load_ops_facts(connection: Connection, now: datetime) -> OpsObservation:
    """All of it, as committed now."""
    states = tuple(NoticeState(**row._mapping) for row in connection.execute(select(noticed)))  # noqa: SLF001 - public in SQLAlchemy
    subjects = {state.subject for state in states}
    return OpsObservation(
        failing_sources=tuple(_find_failing_sources(connection)),
        stalled_channels=tuple(_find_waiting_channels(connection, now)),
        dead_alerts=tuple(_find_given_up_channels(connection)),
        running=tuple(_read_running_daemons(connection, now)),
        source_troubles=tuple(load_source_troubles(connection, since=now - DAY)),
        last_well_at={
            **dict(_find_last_successes(connection, subjects)),
            **dict(_find_ended_troubles(connection, subjects)),
        },
        notice_states=states,
        channel_addresses=load_channel_addresses(connection),
    )


def _find_ended_troubles(connection: Connection, subjects: Collection[str]) -> Iterator[tuple[str, datetime]]:
    """When the troubles of sources that the operator was notified of were seen to be over."""
    sources = {
        name for subject in subjects for sort in OF_SOURCES.values() if (name := sort.name_from_subject(subject))
    }
    for ended in load_ended_troubles(connection, sources):
        subject = OF_SOURCES[ended.kind].subject_from_name(ended.source)
        if subject in subjects and ended.over_at is not None:
            yield subject, ended.over_at


def _find_failing_sources(connection: Connection) -> Iterator[FailingSource]:
    columns = (source.c.id, source.c.failing_since, source.c.next_at, source.c.problem)
    for row in connection.execute(select(*columns).where(source.c.failing_since.is_not(None))):
        yield FailingSource(row.id, row.failing_since, row.next_at, row.problem)


def _find_waiting_channels(connection: Connection, now: datetime) -> Iterator[StalledChannel]:
    details = select(delivery.c.detail).where(delivery.c.state.in_(UNSETTLED_STATES), delivery.c.detail.is_not(None))
    oldest = details.order_by(delivery.c.id).limit(1)
    last_try = (
        select(func.max(attempt.c.started_at))
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .where(delivery.c.state.in_(UNSETTLED_STATES), attempt.c.ended_at.is_not(None))
    )
    for name, pending in query_pending_by_channel(connection, now).items():
        detail = connection.execute(oldest.where(delivery.c.channel == name)).scalar()
        tried_at = connection.execute(last_try.where(delivery.c.channel == name)).scalar()
        yield StalledChannel(name, pending.since, pending.deliveries, detail, tried_at, pending.urgent_since)


def _find_given_up_channels(connection: Connection) -> Iterator[DeadAlerts]:
    """Of alerts only: otherwise a notice that is given up would be the reason for the next notice."""
    last, count = func.max(delivery.c.ended_at).label("last_at"), func.count().label("messages")
    rows = (
        select(delivery.c.channel, count, last)
        .join_from(delivery, alert, alert.c.id == delivery.c.alert_id)
        .where(delivery.c.state == DeliveryState.DEAD, alert.c.subject.is_(None))
        .group_by(delivery.c.channel)
    )
    for row in connection.execute(rows):
        yield DeadAlerts(row.channel, row.messages, row.last_at)


def _read_running_daemons(connection: Connection, now: datetime) -> Iterator[RunningVersion]:
    alive = daemon.c.stopped_at.is_(None) & (daemon.c.seen_at >= now - ALIVE_WINDOW)
    for row in connection.execute(select(daemon.c.running).where(alive)):
        yield RunningVersion.from_row(row.running)


def _find_last_successes(connection: Connection, subjects: Collection[str]) -> Iterator[tuple[str, datetime]]:
    """When the subjects that the operator was notified of last succeeded: only these, because the table of deliveries
    is long."""
    polled = select(source.c.id, source.c.last_ok_at).where(source.c.last_ok_at.is_not(None))
    accepted = select(func.max(delivery.c.ended_at)).where(delivery.c.state == DeliveryState.ACCEPTED)
    names = {
        sort: [name for name in map(sort.name_from_subject, subjects) if name is not None] for sort in (SOURCE, CHANNEL)
    }
    for batch in in_batches(names[SOURCE]):
        for row in connection.execute(polled.where(source.c.id.in_(batch))):
            yield SOURCE.subject_from_name(row.id), row.last_ok_at
    for name in names[CHANNEL]:
        if last := connection.execute(accepted.where(delivery.c.channel == name)).scalar():
            yield CHANNEL.subject_from_name(name), last
