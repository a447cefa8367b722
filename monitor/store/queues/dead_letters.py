"""Deliveries that were given up: what they died of, and when they are tried again without anybody's word.

A channel that accepts a message works. In the same transaction what waited for that is due: what is dead through no
fault of its own, with all its attempts, as after `outbox retry`; and what waits for its next attempt, which need not
wait longer. A message that is itself to blame is left: its channel accepted others after it had failed for the first
time, or another one just before it was tried afresh. (docs/decisions/028)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, exists, false, func, select, update

from monitor.model import Blame, DeadLetters, Delivery, DeliveryState, Receipt, ReceiptKind
from monitor.store.engine.database import Database
from monitor.store.engine.tables import attempt, delivery


@dataclass(frozen=True, slots=True)
class RevivalCounts:
    """How many deliveries an acceptance has made due: of those that were dead, and of those that waited."""

    dead: int
    waiting: int


def build_resend_values(now: datetime) -> Mapping[str, object]:
    """What a delivery is set to that is tried as if for the first time: its attempts so far stay as evidence."""
    return {
        "state": DeliveryState.PENDING,
        "not_before": now,
        "ended_at": None,
        "blame": None,
        "forgiven": delivery.c.attempts,
    }


def build_dead_letter_values(connection: Connection, sent: Delivery, receipt: Receipt) -> Mapping[str, object]:
    """What a delivery is set to, besides its state, that dies with this receipt."""
    if not _is_message_to_blame(connection, sent):
        return {"blame": Blame.CHANNEL, "detail": receipt.detail}
    why = "its channel accepts others, so this message itself is to blame"
    return {"blame": Blame.MESSAGE, "detail": f"{receipt.detail}; {why}"}


def mark_delivery_dead(connection: Connection, delivery_id: int, why: str, now: datetime) -> None:
    """End a delivery that was claimed and cannot be attempted, because it cannot be read: it is dead, and no channel
    that works changes that."""
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
    """Make due what waited for its channel to work, after this delivery was accepted."""
    on_channel = delivery.c.channel == accepted.channel
    dead = on_channel & (delivery.c.state == DeliveryState.DEAD) & (delivery.c.blame == Blame.CHANNEL)
    # What may have arrived is not hurried: its pauses keep the copies apart.
    retrying = on_channel & (delivery.c.state == DeliveryState.RETRY) & (delivery.c.not_before > now)
    unambiguous = retrying & (delivery.c.repeat == false()) & ~_has_accepted_others(except_id=accepted.id)
    return RevivalCounts(
        _update_deliveries(connection, dead, build_resend_values(now)),
        _update_deliveries(connection, unambiguous, {"not_before": now}),
    )


def find_dead_letters(database: Database) -> list[DeadLetters]:
    """What is dead, by channel and cause."""
    columns = (delivery.c.channel, delivery.c.blame)
    count, since = func.count().label("deliveries"), func.min(delivery.c.ended_at).label("since")
    dead = select(*columns, count, since).where(delivery.c.state == DeliveryState.DEAD)
    with database.reading() as connection:
        rows = connection.execute(dead.group_by(*columns).order_by(*columns)).all()
        return [
            DeadLetters(
                row.channel,
                row.blame and Blame(row.blame),
                row.deliveries,
                row.since,
                connection.execute(_select_latest_detail(row.channel, row.blame)).scalar() or "",
            )
            for row in rows
        ]


def _select_latest_detail(channel: str, blame: str | None) -> Select[str]:
    """What the last attempt came to of the delivery of a group that died last."""
    dead = (delivery.c.state == DeliveryState.DEAD) & (delivery.c.channel == channel)
    group = select(delivery.c.detail).where(dead, delivery.c.blame.is_not_distinct_from(blame))
    return group.order_by(delivery.c.ended_at.desc(), delivery.c.id.desc()).limit(1)


def _update_deliveries(connection: Connection, which: ColumnElement[bool], values: Mapping[str, object]) -> int:
    """How many there were. Of several daemons that accept something at once, one does it."""
    found = select(delivery.c.id).where(which).with_for_update(skip_locked=True).cte("found")
    changing = update(delivery).where(delivery.c.id.in_(select(found.c.id))).values(**values)
    return len(connection.execute(changing.returning(delivery.c.id)).all())  # SQLite counts no rows of a WITH


def _is_message_to_blame(connection: Connection, sent: Delivery) -> bool:
    this = delivery.c.id == sent.id
    if connection.execute(select(delivery.c.id).where(this, _has_accepted_others())).first() is not None:
        return True
    return connection.execute(_select_previous_receipt(sent)).scalar() == ReceiptKind.ACCEPTED


def _has_accepted_others(except_id: int | None = None) -> ColumnElement[bool]:
    """Whether the channel of a delivery has accepted another one (not `but`) since its first attempt that counts."""
    other = delivery.alias("other")
    first = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number == delivery.c.forgiven + 1)
    since = select(attempt.c.ended_at).where(first).correlate(delivery).scalar_subquery()
    accepted = (other.c.state == DeliveryState.ACCEPTED) & (other.c.channel == delivery.c.channel)
    apart = (other.c.id != delivery.c.id) & (other.c.id != except_id if except_id is not None else True)
    return exists().where(accepted, other.c.ended_at > since, apart).correlate(delivery)


def _select_previous_receipt(sent: Delivery) -> Select[str]:
    """How the attempt ended that was the last on the channel before this delivery was tried afresh. What lies before it
    died for the first time says nothing, so of one that never did there is none."""
    number = attempt.c.number
    own = select(attempt.c.id).where(attempt.c.delivery_id == sent.id)
    died, revived = own.where(number == sent.forgiven_attempts), own.where(number == sent.forgiven_attempts + 1)
    between = (attempt.c.id > died.scalar_subquery()) & (attempt.c.id < revived.scalar_subquery())
    on_channel = select(attempt.c.receipt).join(delivery, delivery.c.id == attempt.c.delivery_id)
    others = on_channel.where(between, delivery.c.channel == sent.channel, delivery.c.id != sent.id)
    return others.order_by(attempt.c.id.desc()).limit(1)
