"""The outbox: which delivery is due on which channel, which process sends it, and how it ended.

A delivery is claimed just before it is sent, one at a time for each channel, under a lease. The claim is committed
before the sending, the receipt after it. What a dead process left in `sending` is tried again: at least once.

Deliveries of several alerts can be claimed together, for one message. Each keeps its own row, with its
attempts and its state.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Update, bindparam, or_, select, true, update

from monitor.alerting.channel_pace import after_claim, after_failure, end_of_pause, next_by_rate
from monitor.alerting.retry import RetryVerdict
from monitor.model import WAITING_STATES, Delivery, DeliveryState, Receipt, ReceiptKind, SendRate
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import attempt, delivery
from monitor.store.queries.ages import is_held
from monitor.store.queues.channel_states import (
    end_channel_failure,
    end_pauses,
    load_channel_states,
    lock_channel_state,
    write_channel_state,
)
from monitor.store.queues.dead_letters import (
    RevivalCounts,
    build_dead_letter_values,
    build_resend_values,
    revive_deliveries,
)
from monitor.store.queues.delivery_claims import (
    DeliveryLease,
    begin_attempt,
    claim_about_same_article,
    claim_next,
)
from monitor.store.queues.thread_order import claim_in_thread_order
from monitor.telemetry import LogEvent, log

# What an operator may retry or discard. What is being sent may still arrive; what was accepted has arrived.
OPERATOR_STATES = (*WAITING_STATES, DeliveryState.DEAD)

# Built once, because it is asked for every second: building a statement costs more than running it.
_NOW = bindparam("now", type_=delivery.c.not_before.type)
_SELECT_DUE_CHANNELS = (
    select(delivery.c.channel).where(delivery.c.state.in_(WAITING_STATES), delivery.c.not_before <= _NOW).distinct()
)
_SELECT_EXPIRED = (
    select(delivery.c.id).where(delivery.c.state == DeliveryState.SENDING, delivery.c.lease_until <= _NOW).limit(1)
)
_LOCK = (
    select(delivery.c.id)
    .where(delivery.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(delivery.c.id)
    .with_for_update()
)
_END_ATTEMPT = (
    update(attempt)
    .where(
        attempt.c.delivery_id == bindparam("its_delivery"),
        attempt.c.number == bindparam("its_number"),
        attempt.c.ended_at.is_(None),
    )
    .values({name: bindparam(f"new_{name}") for name in ("ended_at", "receipt", "detail", "throttled")})
)


@dataclass(frozen=True, slots=True)
class DueDeliveries:
    """`channels`: those that have something to send and may do so now; `has_expired`: whether `release_expired` would
    find something; `next_by_rate`: when the next channel may send that has something and waits only for its rate."""

    channels: list[str]
    has_expired: bool
    next_by_rate: datetime | None = None


class Outbox:
    """The deliveries as one process (`owner`) sees them."""

    def __init__(self, database: Database, owner: str) -> None:
        self._database = database
        self._owner = owner

    def find_due(self, now: datetime, rates: Mapping[str, SendRate | None] | None = None) -> DueDeliveries:
        """What is due. It is called every second, so it only reads. `rates`: the channels that there are, with their
        rates; None: all, without any."""
        with self._database.reading() as connection:
            found = connection.execute(_SELECT_DUE_CHANNELS, {"now": now}).scalars().all()
            expired = connection.execute(_SELECT_EXPIRED, {"now": now}).first() is not None
            due = [name for name in found if rates is None or name in rates]
            states = load_channel_states(connection) if due else {}
        running = [name for name in due if name not in states or end_of_pause(states[name], now) <= now]
        free_at = {
            name: next_by_rate(states[name], rates[name] if rates else None, now) for name in running if name in states
        }
        channels = [name for name in running if free_at.get(name, now) <= now]
        return DueDeliveries(channels, expired, min((at for at in free_at.values() if at > now), default=None))

    def claim(
        self,
        channel: str,
        now: datetime,
        lease: timedelta,
        rate: SendRate | None = None,
        *,
        combine: bool = False,
    ) -> Delivery | None:
        """Claim the next delivery of a channel: it is `sending`, and ours until the lease ends. None if none is due, or
        if the channel is paused or has used up its rate. The highest level goes first, then what has been due the
        longest. `combine`: claim with it what `claim_about_same_article` finds."""
        while True:
            given = DeliveryLease(self._owner, now, now + lease)
            with self._database.writing() as connection:
                claimed = _claim_message(connection, channel, given, rate, combine=combine)
            for each in given.unreadable:
                todo = f"restore it from a backup, or: news-monitor outbox discard {each.delivery}"
                log.error(LogEvent.DEAD, channel=each.channel, alert=each.alert, detail=each.detail, todo=todo)
            if claimed is not None or not given.unreadable:  # else the next one
                return claimed

    def settle(
        self, sent: Delivery, receipt: Receipt, verdict: RetryVerdict, now: datetime, *others: RetryVerdict
    ) -> bool:
        """Record how an attempt ended. `others`: the verdicts on the other deliveries of the message (`combined`).
        False if the claim was no longer ours: its lease had ended.

        An acceptance counts even then, as long as no process has begun to send it again. So does the pause after a
        failure: the process that ended the lease knew of neither.
        """
        revived = RevivalCounts(0, 0)
        with self._database.writing() as connection:
            if sent.combined:  # in the order in which others lock several
                connection.execute(_LOCK, {"ids": [each.id for each in (sent, *sent.combined)]}).all()
            settled = _settle_delivery(connection, sent, receipt, verdict, now)
            if verdict.state is DeliveryState.ACCEPTED:
                end_channel_failure(connection, sent.channel)
            else:
                state = lock_channel_state(connection, sent.channel)
                write_channel_state(connection, after_failure(state, sent, receipt, now))
            if settled and verdict.state is DeliveryState.ACCEPTED:
                revived = revive_deliveries(connection, sent, now)
            for other, its_verdict in zip(sent.combined, others, strict=True):
                _settle_delivery(connection, other, receipt, its_verdict, now)
        if revived.dead:
            log.info(LogEvent.REVIVED, channel=sent.channel, deliveries=revived.dead)
        return settled

    def release_expired(self, now: datetime) -> int:
        """Put deliveries whose lease has ended back to retry; returns how many."""
        return self._release(delivery.c.lease_until <= now, now)

    def release_own(self, now: datetime) -> int:
        """Put what this process has not settled back to retry, when it ends; returns how many."""
        return self._release(delivery.c.lease_owner == self._owner, now)

    def release_all(self, now: datetime) -> int:
        """Put all deliveries that are being sent back to retry: for a process that holds the database alone, when it
        starts, as dead processes left them. Returns how many."""
        return self._release(true(), now)

    def _release(self, which: ColumnElement[bool], now: datetime) -> int:
        receipt = Receipt(ReceiptKind.UNKNOWN, "the sender ended before it had a receipt")
        values = {"state": DeliveryState.RETRY, "not_before": now, "lease_until": None, "lease_owner": None}
        sending = select(delivery.c.id).where(delivery.c.state == DeliveryState.SENDING, which)
        found = sending.with_for_update(skip_locked=True).cte("found")
        releasing = update(delivery).where(delivery.c.id.in_(select(found.c.id)))
        releasing_ids = releasing.values(**values, repeat=True, detail=receipt.detail).returning(
            delivery.c.id, delivery.c.attempts
        )
        with self._database.writing() as connection:
            rows = connection.execute(releasing_ids).all()
            for row in rows:
                _end_attempt(connection, row.id, row.attempts, receipt, now)
            return len(rows)

    def ids(
        self, states: Collection[DeliveryState], channel: str | None = None, unheld_at: datetime | None = None
    ) -> list[int]:
        """The ids of the deliveries in these states, on one channel or on all, the oldest first. `unheld_at`: without
        those that the hours of a route hold at this time."""
        query = select(delivery.c.id).where(delivery.c.state.in_(states)).order_by(delivery.c.id)
        if channel is not None:
            query = query.where(delivery.c.channel == channel)
        if unheld_at is not None:
            query = query.where(~is_held(unheld_at))
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def channels(self) -> list[str]:
        """All channels that have a delivery."""
        query = select(delivery.c.channel).distinct().order_by(delivery.c.channel)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def retry(self, ids: Iterable[int], now: datetime) -> dict[int, DeliveryState]:
        """Send these now, as if for the first time: their earlier attempts no longer count, but stay stored, and the
        numbering goes on. Only dead and waiting deliveries are changed; returns the state in which each was found. A
        pause of their channels ends: the operator may have repaired them."""
        wanted = list(ids)
        with self._database.writing() as connection:
            for batch in in_batches(wanted):
                end_pauses(connection, select(delivery.c.channel).where(delivery.c.id.in_(batch)))
        return self._update_open(wanted, build_resend_values(now))

    def discard(self, ids: Iterable[int], now: datetime) -> dict[int, DeliveryState]:
        """Never send these; their attempts stay stored. Only dead and waiting deliveries are changed; returns the state
        in which each was found."""
        return self._update_open(ids, {"state": DeliveryState.DISCARDED, "ended_at": now})

    def _update_open(self, ids: Iterable[int], values: Mapping[str, object]) -> dict[int, DeliveryState]:
        found: dict[int, DeliveryState] = {}
        for batch in in_batches(ids):
            query = select(delivery.c.id, delivery.c.state).where(delivery.c.id.in_(batch)).order_by(delivery.c.id)
            with self._database.writing() as connection:
                states = {row.id: DeliveryState(row.state) for row in connection.execute(query.with_for_update())}
                open_ids = [id_ for id_, state in states.items() if state in OPERATOR_STATES]
                connection.execute(update(delivery).where(delivery.c.id.in_(open_ids)).values(**values))
            found |= states
        return found


def _claim_message(
    connection: Connection, channel: str, lease: DeliveryLease, rate: SendRate | None, *, combine: bool
) -> Delivery | None:
    """The next delivery of a channel, with those of the same message; None: none is due that can be read, or the
    channel is paused or has used up its rate."""
    now, state = lease.now, lock_channel_state(connection, channel)
    if max(end_of_pause(state, now), next_by_rate(state, rate, now)) > now:
        return None
    has_failed = state.failing_since is not None
    row = claim_in_thread_order(connection, state, lease) if has_failed else claim_next(connection, channel, lease)
    first = None if row is None else begin_attempt(connection, row, lease)
    if first is None:
        return None
    if (paced := after_claim(state, rate, now)) != state:
        write_channel_state(connection, paced)
    others = claim_about_same_article(connection, first, lease) if combine else ()
    return replace(first, combined=tuple(others))


def _settle_delivery(
    connection: Connection, sent: Delivery, receipt: Receipt, verdict: RetryVerdict, now: datetime
) -> bool:
    """Record in a delivery how its attempt ended. False if the claim was no longer ours."""
    late = WAITING_STATES if verdict.state is DeliveryState.ACCEPTED else ()
    claim = {"its_id": sent.id, "its_attempt": sent.attempt}
    values: dict[str, object] = {
        "state": verdict.state,
        "lease_until": None,
        "lease_owner": None,
        "detail": receipt.detail,
        "ended_at": None if verdict.state is DeliveryState.RETRY else now,
        "repeat": receipt.kind is ReceiptKind.UNKNOWN,
    }
    if verdict.not_before is not None:
        values["not_before"] = verdict.not_before
    _end_attempt(connection, sent.id, sent.attempt, receipt, now)
    if verdict.state is DeliveryState.DEAD:
        values |= build_dead_letter_values(connection, sent, receipt)
    settling = _build_settling((DeliveryState.SENDING, *late), tuple(values))
    new = {f"new_{name}": value for name, value in values.items()}
    settled = connection.execute(settling, {**claim, **new}).rowcount == 1
    if not settled and verdict.state is DeliveryState.RETRY:
        pausing = _build_settling((DeliveryState.RETRY,), ("not_before",))
        connection.execute(pausing, {**claim, "new_not_before": verdict.not_before})
    return settled


def _end_attempt(connection: Connection, delivery_id: int, number: int, receipt: Receipt, now: datetime) -> None:
    new = {"ended_at": now, "receipt": receipt.kind, "detail": receipt.detail, "throttled": receipt.throttled}
    which = {"its_delivery": delivery_id, "its_number": number}
    connection.execute(_END_ATTEMPT, {**which, **{f"new_{name}": value for name, value in new.items()}})


@cache
def _build_settling(states: tuple[DeliveryState, ...], names: tuple[str, ...]) -> Update:
    """Gives a claimed delivery that is in one of these states new values (`new_NAME`) of these columns. `repeat` only
    ever becomes true."""
    own_claim = (delivery.c.id == bindparam("its_id")) & (delivery.c.attempts == bindparam("its_attempt"))
    new: dict[str, ColumnElement[Any]] = {name: bindparam(f"new_{name}", type_=delivery.c[name].type) for name in names}
    if "repeat" in new:
        new["repeat"] = or_(delivery.c.repeat, new["repeat"])
    return update(delivery).where(own_claim, delivery.c.state.in_(states)).values(new)
