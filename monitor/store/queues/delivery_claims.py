"""Claims deliveries: the next one of a channel, and those that go into the same message. All run in the transaction of
the caller (`outbox`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, func, insert, select, update

from monitor.errors import RowUnreadable
from monitor.model import WAITING_STATES, Alert, AlertKind, Delivery, DeliveryState, Handover, ReceiptKind
from monitor.store.engine.tables import UNSENT, alert, attempt, delivery
from monitor.store.queues.dead_letters import mark_delivery_dead
from monitor.store.queues.stored_alerts import read_alert

MAX_COMBINED = 5
"""Alerts in one message. Further ones come in the next message."""
MAX_TRIES_TOGETHER = 3
"""Then each is tried alone: the text of one of them may be the cause, and a server that fails on it need not say so."""

_CLAIMED = (
    delivery.c.id,
    delivery.c.alert_id,
    delivery.c.channel,
    delivery.c.priority,
    delivery.c.attempts,
    delivery.c.repeat,
    delivery.c.forgiven,
    delivery.c.held_by,
    delivery.c.due_at,
    delivery.c.handed_from,
    delivery.c.handed_since,
)

# Built once, because every message needs them: building a statement costs more than running it.
IS_DUE = (
    (delivery.c.channel == bindparam("its_channel"))
    & UNSENT
    & (delivery.c.not_before <= bindparam("now", type_=delivery.c.not_before.type))
)
IN_ORDER = (delivery.c.priority, delivery.c.not_before, delivery.c.id)
_CLAIM = (
    update(delivery)
    .values(
        state=DeliveryState.SENDING,
        attempts=delivery.c.attempts + 1,
        lease_until=bindparam("lease_ends", type_=delivery.c.lease_until.type),
        lease_owner=bindparam("owner"),
        due_at=func.coalesce(delivery.c.due_at, delivery.c.not_before),
    )
    .returning(*_CLAIMED)
)
_NEXT = (
    select(delivery.c.id).where(IS_DUE).order_by(*IN_ORDER).limit(1).with_for_update(skip_locked=True).cte("next_one")
)
_CLAIM_NEXT = _CLAIM.where(delivery.c.id.in_(select(_NEXT.c.id)))
# It is found by its alerts only: whether it is due is decided afterwards. Otherwise a planner without statistics looks
# through all that waits for the channel, at each claim.
_OTHER_ALERT = alert.alias("other")
_IS_ABOUT_SAME_ARTICLE = (_OTHER_ALERT.c.article_id == alert.c.article_id) & (
    _OTHER_ALERT.c.article_version == alert.c.article_version
)
_IS_ITS_DELIVERY = (delivery.c.alert_id == _OTHER_ALERT.c.id) & (delivery.c.channel == bindparam("its_channel"))
_IS_COUNTED = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number > delivery.c.forgiven)
WAS_REFUSED = exists().where(_IS_COUNTED, attempt.c.receipt == ReceiptKind.REFUSED).correlate(delivery)
_TRIES = (
    select(func.count()).select_from(attempt).where(_IS_COUNTED, ~attempt.c.throttled).correlate(delivery)
).scalar_subquery()
_SELECT_ABOUT_SAME_ARTICLE = (
    select(delivery.c.id, delivery.c.priority, delivery.c.state, delivery.c.not_before)
    .join_from(alert, _OTHER_ALERT, _IS_ABOUT_SAME_ARTICLE)
    .join(delivery, _IS_ITS_DELIVERY)
    .where(
        alert.c.id == bindparam("its_alert"),
        _OTHER_ALERT.c.id != alert.c.id,
        _OTHER_ALERT.c.kind == alert.c.kind,  # a new alert has no place in the thread of an update
        # Those that were tried together are tried together again: so a repeat is the same message.
        delivery.c.attempts == bindparam("its_attempts"),
        delivery.c.repeat == bindparam("its_repeat"),
        ~WAS_REFUSED,
        _TRIES < MAX_TRIES_TOGETHER,
    )
    .with_for_update(skip_locked=True, of=delivery)
)
_CLAIM_THESE = _CLAIM.where(delivery.c.id.in_(bindparam("ids", expanding=True)))
_BEGIN_ATTEMPT = insert(attempt)
_SELECT_ATTEMPTS = (
    select(attempt.c.receipt, attempt.c.throttled)
    .where(attempt.c.delivery_id == bindparam("its_delivery"), attempt.c.number > bindparam("forgiven"))
    .order_by(attempt.c.number)
)


@dataclass(frozen=True, slots=True)
class UnreadableAlert:
    """A delivery that is dead because its alert cannot be read from the database. `detail`: what is wrong with it."""

    delivery: int
    channel: str
    alert: str
    detail: str


@dataclass(frozen=True, slots=True)
class DeliveryLease:
    """Who claims deliveries, when, and until when he holds them. `unreadable` collects the deliveries that cannot be
    sent: they are logged once the claim is committed."""

    owner: str
    now: datetime
    ends: datetime
    unreadable: list[UnreadableAlert] = field(default_factory=list)


def claim_next(connection: Connection, channel: str, lease: DeliveryLease) -> Row[*tuple[Any, ...]] | None:
    """The row of the next delivery that is due on a channel, now `sending`; None: none is due. The highest level goes
    first, then what has been due the longest. `thread_order` claims on a channel whose last attempt failed."""
    return connection.execute(_CLAIM_NEXT, _lease_values(channel, lease)).one_or_none()


def claim_delivery(connection: Connection, id_: int, channel: str, lease: DeliveryLease) -> Row[*tuple[Any, ...]]:
    """The row of a waiting delivery, which the caller has locked, now `sending`."""
    return connection.execute(_CLAIM_THESE, {**_lease_values(channel, lease), "ids": [id_]}).one()


def claim_about_same_article(connection: Connection, first: Delivery, lease: DeliveryLease) -> Iterator[Delivery]:
    """Claims what is due on the same channel of other alerts of the same kind about the same article as the first one,
    the highest level first; nothing for a notice or a digest. A message that was refused, or has failed
    MAX_TRIES_TOGETHER times, is sent alone: what is in it may be the cause. So is what was refused before, even if the
    first one was not.
    """
    subject = first.alert
    if not isinstance(subject, Alert) or subject.kind is AlertKind.DIGEST or first.refusals:
        return
    if first.attempt - first.forgiven_attempts - first.throttled > MAX_TRIES_TOGETHER:
        return
    same = {"its_alert": subject.id, "its_attempts": first.attempt - 1, "its_repeat": first.may_be_duplicate}
    found = connection.execute(_SELECT_ABOUT_SAME_ARTICLE, {"its_channel": first.channel, **same}).all()
    due = [row for row in found if row.state in WAITING_STATES and row.not_before <= lease.now]
    if not due:
        return
    ids = [row.id for row in sorted(due, key=lambda row: (row.priority, row.id))[: MAX_COMBINED - 1]]
    rows = connection.execute(_CLAIM_THESE, {**_lease_values(first.channel, lease), "ids": ids}).all()
    for row in sorted(rows, key=lambda row: (row.priority, row.id)):
        if (other := begin_attempt(connection, row, lease)) is not None:
            yield other


def begin_attempt(connection: Connection, row: Row[*tuple[Any, ...]], lease: DeliveryLease) -> Delivery | None:
    """The claimed delivery of a row; its attempt is recorded. None: its alert cannot be read, and the delivery is now
    dead."""
    now = lease.now
    try:
        message = read_alert(connection, row.alert_id)
    except RowUnreadable as error:
        mark_delivery_dead(connection, row.id, str(error), now)
        lease.unreadable.append(UnreadableAlert(row.id, row.channel, row.alert_id, str(error)))
        return None
    is_first = row.attempts == row.forgiven + 1  # of those that count
    refusals, unknowns, throttled = (0, 0, 0) if is_first else _failures_before(connection, row.id, row.forgiven)
    connection.execute(_BEGIN_ATTEMPT, {"delivery_id": row.id, "number": row.attempts, "started_at": now})
    handover = None if row.handed_since is None else Handover(row.handed_from, row.handed_since)
    return Delivery(
        row.id,
        row.channel,
        message,
        row.attempts,
        may_be_duplicate=row.repeat,
        refusals=refusals,
        forgiven_attempts=row.forgiven,
        unknown_streak=unknowns,
        throttled=throttled,
        due_at=row.due_at,
        claimed_at=now,
        held_by=row.held_by,
        handover=handover,
    )


def _lease_values(channel: str, lease: DeliveryLease) -> dict[str, object]:
    return {"its_channel": channel, "now": lease.now, "lease_ends": lease.ends, "owner": lease.owner}


def _failures_before(connection: Connection, delivery_id: int, forgiven: int) -> tuple[int, int, int]:
    """Of a delivery's attempts after the forgiven ones: how many were refused, how many of the last in a row ended
    unknown, and how many were throttled."""
    attempts = connection.execute(_SELECT_ATTEMPTS, {"its_delivery": delivery_id, "forgiven": forgiven}).all()
    receipts = [row.receipt for row in attempts]
    last_known = max((place for place, kind in enumerate(receipts, 1) if kind != ReceiptKind.UNKNOWN), default=0)
    return receipts.count(ReceiptKind.REFUSED), len(receipts) - last_known, sum(row.throttled for row in attempts)
