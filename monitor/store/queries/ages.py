"""Ages: when sources were last polled successfully, and since when deliveries have been waiting. `daemon.health` asks
every few seconds, so this reads no more than it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Select, bindparam, case, func, select

from monitor.model import UNSETTLED_STATES, DeliveryState, Level
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, attempt, delivery, source

# Built once, with bound values: building a statement costs more than running it.
_NOW = bindparam("now", type_=delivery.c.not_before.type)
_SELECT_AGES = select(source.c.id, source.c.last_ok_at, source.c.failing_since, source.c.failures)


@dataclass(frozen=True, slots=True)
class PollOutage:
    """No poll has succeeded since `since`: `failures` polls of `sources` sources failed. `problem`: that of the first
    of them. A source that was failing already while another one was polled successfully is not counted: the fault is
    its own."""

    since: datetime
    failures: int
    sources: int
    problem: str


@dataclass(frozen=True, slots=True)
class SourceAges:
    """`good`: when each source was last polled successfully, or None; `failing`: those whose last poll failed, and
    since when all their polls have failed; `outage`: set if no poll succeeds."""

    good: Mapping[str, datetime | None]
    failing: Mapping[str, datetime]
    outage: PollOutage | None = None

    @property
    def unverified(self) -> tuple[str, ...]:
        """The sources that were not polled yet: never successfully, and their last poll did not fail either."""
        return tuple(id_ for id_, at in self.good.items() if at is None and id_ not in self.failing)

    @property
    def oldest(self) -> datetime | None:
        """The oldest last successful poll, among sources that had one."""
        return min((at for at in self.good.values() if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class HeldDeliveries:
    """How many deliveries of a channel wait for the hours of a route, and when the first of them is due."""

    deliveries: int
    until: datetime


@dataclass(frozen=True, slots=True)
class PendingDeliveries:
    """How many deliveries a channel has waiting, and since when the oldest has waited. `urgent_since`: the same of the
    critical and high alerts; None: none waits."""

    deliveries: int
    since: datetime
    urgent_since: datetime | None = None


def source_ages(database: Database, ids: Collection[str]) -> SourceAges:
    """The ages of these sources, including those that were never polled."""
    with database.reading() as connection:
        # ten thousand rows every few seconds: attributes of rows, and rows read one by one, cost more than the query
        rows = {id_: row for id_, *row in connection.execute(_SELECT_AGES).all()}
        known = {id_: rows[id_] for id_ in ids if id_ in rows}
        good = dict.fromkeys(ids) | {id_: last_ok_at for id_, (last_ok_at, _, _) in known.items()}
        failing = {id_: since for id_, (_, since, _) in known.items() if since is not None}
        newest = max((at for at in good.values() if at is not None), default=None)
        recent = [id_ for id_, since in failing.items() if newest is None or since > newest]
        outage = None
        if recent:
            first = min(recent, key=lambda id_: (failing[id_], id_))
            problem = connection.execute(select(source.c.problem).where(source.c.id == first)).scalar_one() or ""
            failures = sum(failures for _, _, failures in map(known.__getitem__, recent))
            outage = PollOutage(failing[first], failures, len(recent), problem)
    return SourceAges(good, failing, outage)


def find_pending_by_channel(database: Database, now: datetime) -> Mapping[str, PendingDeliveries]:
    """The waiting deliveries of each channel that has some, without those that are held until later than now."""
    with database.reading() as connection:
        return query_pending_by_channel(connection, now)


def find_held_by_channel(database: Database, now: datetime) -> Mapping[str, HeldDeliveries]:
    """The deliveries of each channel that wait for the hours of a route."""
    with database.reading() as connection:
        found = connection.execute(_build_held_query(), {"now": now})
        return {row.channel: HeldDeliveries(row.deliveries, row.until) for row in found}


@cache
def _build_held_query() -> Select[*tuple[Any, ...]]:
    counts = (func.count().label("deliveries"), func.min(delivery.c.not_before).label("until"))
    return select(delivery.c.channel, *counts).where(is_held(_NOW)).group_by(delivery.c.channel)


def is_held(now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
    """Whether a delivery waits for the hours of a route. Nothing is wrong with its channel."""
    is_planned_later = delivery.c.held_by.is_not(None) & (delivery.c.not_before > now)
    return (delivery.c.state == DeliveryState.PENDING) & is_planned_later


def query_pending_by_channel(connection: Connection, now: datetime) -> Mapping[str, PendingDeliveries]:
    """What `find_pending_by_channel` returns, on a connection."""
    found = connection.execute(_build_pending_query(), {"now": now})
    return {row.channel: PendingDeliveries(row.deliveries, row.since, row.urgent_since) for row in found}


@cache
def _build_pending_query() -> Select[*tuple[Any, ...]]:
    since = _pending_since_column()
    is_urgent = alert.c.level.in_([Level.CRITICAL, Level.HIGH]) & alert.c.subject.is_(None)  # no notice
    columns = (func.count().label("deliveries"), func.min(since).label("since"))
    urgent_since = func.min(case((is_urgent, since))).label("urgent_since")
    return (
        select(delivery.c.channel, *columns, urgent_since)
        .join_from(delivery, alert, alert.c.id == delivery.c.alert_id)
        .where(delivery.c.state.in_(UNSETTLED_STATES), ~is_held(_NOW))
        .group_by(delivery.c.channel)
    )


def _pending_since_column() -> ColumnElement[datetime]:
    """Since when a delivery has waited for its channel: since it was due first; if it was revived, or comes from
    another channel, since the first attempt that counts, or until then since it is due here."""
    first_attempt = select(attempt.c.started_at).where(
        attempt.c.delivery_id == delivery.c.id, attempt.c.number == delivery.c.forgiven + 1
    )
    due_here = func.coalesce(first_attempt.scalar_subquery(), delivery.c.not_before)
    # `due_at` is missing until the first claim, and in rows from before it was stored
    unclaimed = case((delivery.c.attempts == 0, delivery.c.not_before), else_=alert.c.at)
    comes_again = (delivery.c.forgiven > 0) | delivery.c.handed_from.is_not(None)
    return case((comes_again, due_here), else_=func.coalesce(delivery.c.due_at, unclaimed))
