"""Deliveries that were given up: whose fault it was, and when they are tried again automatically.

A channel that accepts a message works. So in the same transaction other deliveries of the channel become due: dead ones
for which the channel was to blame, with all their attempts, as after `outbox retry`; and those that wait for their next
attempt, in the order in which they were due first. A message that is itself to blame stays dead: its channel accepted
others after the message had failed for the first time (since it was revived, except for one that was refused).
(docs/decisions/028)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    case,
    exists,
    false,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from monitor.model import Blame, DeadLetters, Delivery, DeliveryState, Receipt, ReceiptKind
from monitor.store.engine.database import Database
from monitor.store.engine.tables import attempt, delivery


@dataclass(frozen=True, slots=True)
class RevivalCounts:
    """How many deliveries an acceptance has made due: of those that were dead, and of those that waited."""

    dead: int
    waiting: int


def build_resend_values(now: datetime | BindParameter[datetime]) -> Mapping[str, object]:
    """The column values for a delivery that is tried again from the beginning: its earlier attempts stay stored."""
    return {
        "state": DeliveryState.PENDING,
        "not_before": now,
        "ended_at": None,
        "blame": None,
        "forgiven": delivery.c.attempts,
    }


def build_dead_letter_values(connection: Connection, sent: Delivery, receipt: Receipt) -> Mapping[str, object]:
    """The column values, besides the state, for a delivery that is given up after this receipt."""
    refused = receipt.kind is ReceiptKind.REFUSED
    accepted = has_accepted_others(since_attempt=literal(1)) if refused else has_accepted_others()
    if connection.execute(select(delivery.c.id).where(delivery.c.id == sent.id, accepted)).first() is None:
        return {"blame": Blame.CHANNEL, "detail": receipt.detail}
    why = "its channel accepts others, so this message itself is to blame"
    return {"blame": Blame.MESSAGE, "detail": f"{receipt.detail}; {why}"}


def mark_delivery_dead(connection: Connection, delivery_id: int, why: str, now: datetime) -> None:
    """Give up a claimed delivery that cannot be attempted because its alert cannot be read. No channel that works
    changes that, so the message is to blame."""
    values = {
        "state": DeliveryState.DEAD,
        "blame": Blame.MESSAGE,
        "ended_at": now,
        "detail": why,
        "attempts": delivery.c.attempts - 1,  # none was made
        "lease_until": None,
        "lease_owner": None,
    }
    connection.execute(update(delivery).where(delivery.c.id == delivery_id).values(**values))


def revive_deliveries(connection: Connection, accepted: Delivery, now: datetime) -> RevivalCounts:
    """Make deliveries due that waited for their channel to work, after it accepted this one."""
    values = {"its_channel": accepted.channel, "accepted_id": accepted.id, "now": now}
    states = connection.execute(_build_revival(), values).scalars().all()  # none in most cases
    dead = states.count(DeliveryState.PENDING)  # what waited for its next attempt still does
    return RevivalCounts(dead, len(states) - dead)


def find_dead_letters(database: Database) -> list[DeadLetters]:
    """Dead deliveries, grouped by channel and blame."""
    with database.reading() as connection:
        rows = connection.execute(_build_dead_query()).all()
        return [
            DeadLetters(
                row.channel,
                Blame(row.blame),
                row.deliveries,
                row.since,
                connection.execute(_select_latest_detail(row.channel, row.blame)).scalar() or "",
            )
            for row in rows
        ]


@cache
def _build_dead_query() -> Select[*tuple[Any, ...]]:
    """Built once, because every heartbeat asks for it."""
    columns = (delivery.c.channel, delivery.c.blame)
    counts = (func.count().label("deliveries"), func.min(delivery.c.ended_at).label("since"))
    dead = select(*columns, *counts).where(delivery.c.state == DeliveryState.DEAD)
    return dead.group_by(*columns).order_by(*columns)


def _select_latest_detail(channel: str, blame: str) -> Select[str]:
    """The last receipt's detail of the delivery of a group that died last."""
    dead = (delivery.c.state == DeliveryState.DEAD) & (delivery.c.channel == channel)
    group = select(delivery.c.detail).where(dead, delivery.c.blame == blame)
    return group.order_by(delivery.c.ended_at.desc(), delivery.c.id.desc()).limit(1)


@cache
def _build_revival() -> ReturningUpdate[str]:
    """Makes dead deliveries of `its_channel` due, and those that wait, after `accepted_id` was accepted `now`. Returns
    their new states. It is built once, because every acceptance runs it: building a statement costs more than running
    it. If several daemons' deliveries are accepted at once, only one of them updates."""
    now = bindparam("now", type_=delivery.c.not_before.type)
    is_dead = (delivery.c.state == DeliveryState.DEAD) & (delivery.c.blame == Blame.CHANNEL)
    # A message that may have arrived keeps its pauses: they keep the copies apart.
    is_late = (delivery.c.not_before > now) | (delivery.c.not_before > delivery.c.due_at)
    is_waiting = (delivery.c.state == DeliveryState.RETRY) & is_late
    is_unambiguous = (delivery.c.repeat == false()) & ~has_accepted_others(except_id=bindparam("accepted_id"))
    is_open = delivery.c.state.in_((DeliveryState.DEAD, DeliveryState.RETRY))  # for the index
    on_channel = (delivery.c.channel == bindparam("its_channel")) & is_open
    due = select(delivery.c.id).where(on_channel, is_dead | (is_waiting & is_unambiguous))
    found = due.with_for_update(skip_locked=True).cte("found")
    was_dead = delivery.c.state == DeliveryState.DEAD
    of_dead = build_resend_values(now)
    # What waits keeps its place: its wait says nothing about its age. (A dead one begins again, also for /healthz.)
    of_waiting = {"not_before": case((delivery.c.due_at < now, delivery.c.due_at), else_=now)}
    values = {
        name: case((was_dead, value), else_=of_waiting.get(name, delivery.c[name])) for name, value in of_dead.items()
    }
    changing = update(delivery).where(delivery.c.id.in_(select(found.c.id))).values(**values)
    return changing.returning(delivery.c.state)


def has_accepted_others(
    except_id: BindParameter[int] | None = None, since_attempt: ColumnElement[int] = delivery.c.forgiven + 1
) -> ColumnElement[bool]:
    """Whether the channel of a delivery has accepted another one (except `except_id`) since an attempt of the delivery
    ended: the first that counts."""
    other = delivery.alias("other")
    its_attempt = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number == since_attempt)
    since = select(attempt.c.ended_at).where(its_attempt).correlate(delivery).scalar_subquery()
    accepted = (other.c.state == DeliveryState.ACCEPTED) & (other.c.channel == delivery.c.channel)
    apart = (other.c.id != delivery.c.id) & (other.c.id != except_id if except_id is not None else True)
    return exists().where(accepted, other.c.ended_at > since, apart).correlate(delivery)
