"""Keeps the order of a thread while its channel fails: an update does not arrive before the alert that it updates.

Each delivery has its own wait between two attempts, and that of an old one is long. So a newer message would be tried
first, just when the channel works again. Instead the oldest unsent message of its thread goes in its place.

It goes in its place only as long as the channel may be to blame. A message that was refused, that may have arrived, or
that failed while its channel accepted another one, holds up nobody. Nor does one that was tried often: else it would
use up in a few hours the attempts that it has for half a day. (docs/decisions/051)
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, exists, false, func, or_, select, update

from monitor.alerting.channel_pace import LONGEST_PROBE, ChannelState
from monitor.model import DeliveryState
from monitor.store.engine.tables import UNSENT, alert, attempt, delivery
from monitor.store.queries.ages import is_held
from monitor.store.queues.dead_letters import has_accepted_others
from monitor.store.queues.delivery_claims import IN_ORDER, IS_DUE, WAS_REFUSED, DeliveryLease, claim_delivery

TRIES_FOR_OTHERS = 12  # attempts of a message, of the 30 that it has by default, until it holds up nobody
_NOW = bindparam("now", type_=delivery.c.not_before.type)
_SELECT_NEXT = (
    select(delivery.c.id, delivery.c.not_before, alert.c.thread)
    .join_from(delivery, alert, alert.c.id == delivery.c.alert_id)
    .where(IS_DUE)
    .order_by(*IN_ORDER)
    .limit(1)
    .with_for_update(skip_locked=True, of=delivery)
)
_IS_LAST_ATTEMPT = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number == delivery.c.attempts)
_DUE_SINCE = bindparam("due_since", type_=delivery.c.not_before.type)
_WAS_JUST_TRIED = exists().where(_IS_LAST_ATTEMPT, attempt.c.started_at >= _DUE_SINCE).correlate(delivery)
_SELECT_OLDEST_IN_THREAD = (
    select(delivery.c.id, delivery.c.not_before, delivery.c.attempts)
    .join_from(delivery, alert, alert.c.id == delivery.c.alert_id)
    .where(
        delivery.c.channel == bindparam("its_channel"),
        UNSENT,
        delivery.c.id < bindparam("its_id"),
        or_(alert.c.id == bindparam("its_thread"), alert.c.thread == bindparam("its_thread")),
        ~is_held(_NOW),
        delivery.c.repeat == false(),
        ~WAS_REFUSED,
        ~has_accepted_others(),
        or_(bindparam("is_failing"), ~_WAS_JUST_TRIED),
        or_(delivery.c.not_before <= _NOW, delivery.c.attempts - delivery.c.forgiven < TRIES_FOR_OTHERS),
    )
    .order_by(delivery.c.id)
    .limit(1)
    .with_for_update(skip_locked=True, of=delivery)
)
# Those that were sent in one message are due again at the same moment: they go together again.
_TRIED_TOGETHER = (
    select(delivery.c.id)
    .where(
        delivery.c.channel == bindparam("its_channel"),
        UNSENT,
        delivery.c.not_before == bindparam("planned", type_=delivery.c.not_before.type),
        delivery.c.attempts == bindparam("its_attempts"),
    )
    .with_for_update(skip_locked=True)
    .cte("tried_together")
)
_BRING_FORWARD = update(delivery).where(delivery.c.id.in_(select(_TRIED_TOGETHER.c.id))).values(not_before=_NOW)
_NEWER_IN_THREAD = (
    select(delivery.c.id)
    .where(
        delivery.c.channel == bindparam("its_channel"),
        UNSENT,
        delivery.c.not_before <= _NOW,
        delivery.c.id > bindparam("its_id"),
        delivery.c.alert_id.in_(select(alert.c.id).where(alert.c.thread == bindparam("its_thread"))),
    )
    .with_for_update(skip_locked=True)
    .cte("newer_in_thread")
)
_PUT_OFF = (
    update(delivery)
    .where(delivery.c.id.in_(select(_NEWER_IN_THREAD.c.id)))
    .values(
        state=DeliveryState.RETRY,  # what waits for its next attempt is due when the channel accepts something
        due_at=func.coalesce(delivery.c.due_at, delivery.c.not_before),
        not_before=bindparam("until", type_=delivery.c.not_before.type),
        detail=bindparam("why"),
    )
)


def claim_in_thread_order(
    connection: Connection, state: ChannelState, lease: DeliveryLease
) -> Row[*tuple[Any, ...]] | None:
    """As `claim_next`, on a channel whose last attempt failed: claims instead the oldest unsent message of the same
    thread. Where that one has just been tried, and only one delivery has failed, the next one may go: if it is
    accepted, the older one is to blame. Once the channel is failing, the next one waits for the next time when the
    channel is tried, or when the older one is due."""
    now = lease.now
    following = connection.execute(_SELECT_NEXT, {"its_channel": state.name, "now": now}).one_or_none()
    if following is None:
        return None
    oldest = None if following.thread is None else _find_oldest_in_thread(connection, state, following, now)
    if oldest is None:
        return claim_delivery(connection, following.id, state.name, lease)
    if oldest.not_before > now:
        if state.is_failing:
            why = f"waits for an older message of its thread: delivery {oldest.id}"
            until = min(oldest.not_before, now + LONGEST_PROBE)
            newer = {"its_channel": state.name, "its_id": oldest.id, "its_thread": following.thread, "now": now}
            connection.execute(_PUT_OFF, {**newer, "until": until, "why": why})
        same = {"planned": oldest.not_before, "its_attempts": oldest.attempts}
        connection.execute(_BRING_FORWARD, {"its_channel": state.name, "now": now, **same})
    return claim_delivery(connection, oldest.id, state.name, lease)


def _find_oldest_in_thread(
    connection: Connection, state: ChannelState, following: Row[*tuple[Any, ...]], now: datetime
) -> Row[*tuple[Any, ...]] | None:
    values = {
        "its_channel": state.name,
        "its_id": following.id,
        "its_thread": following.thread,
        "due_since": following.not_before,
        "is_failing": state.is_failing,
        "now": now,
    }
    return connection.execute(_SELECT_OLDEST_IN_THREAD, values).one_or_none()
