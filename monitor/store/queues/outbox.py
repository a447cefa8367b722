"""The outbox: which delivery is due on which channel, which process sends it, and how it ended.

A delivery is claimed just before it is sent, one at a time for each channel, under a lease. The claim is committed
before the sending, the receipt after it. What a dead process left in `sending` is tried again: at least once. Alerts
about one article can be claimed together, for one message; each keeps its own row, with its attempts and its state.

Blame. A delivery that is given up is itself to blame if its channel has accepted another one since its first attempt
that counts, or if it was revived and its channel fails no other message; else the channel is. A channel that accepts a
message works: in the same transaction the dead deliveries for which it was to blame are revived, that is, they become
pending, and what waits for its next attempt is due. (docs/decisions/028)

Order. The highest level goes first, then what has been due the longest. On a channel whose last attempt failed, the
oldest unsent message of a thread goes in the place of a newer one, as long as the channel may be to blame for it: an
update does not arrive before its alert. (docs/decisions/051)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    case,
    exists,
    false,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from monitor.alerting.channel_pace import (
    CLOCK_TOLERANCE,
    LONGEST_PROBE,
    ChannelState,
    after_claim,
    after_failure,
    end_of_pause,
    next_by_rate,
)
from monitor.alerting.retry import LONGEST_WAIT, RetryVerdict
from monitor.errors import RowUnreadable
from monitor.model import (
    WAITING_STATES,
    Alert,
    AlertKind,
    Blame,
    DeadLetters,
    Delivery,
    DeliveryState,
    Handover,
    Receipt,
    ReceiptKind,
    SendRate,
)
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import UNSENT, alert, attempt, delivery
from monitor.store.queries.ages import is_held
from monitor.store.queues.channel_states import (
    end_channel_failure,
    end_pauses,
    load_channel_states,
    lock_channel_state,
    write_channel_state,
)
from monitor.store.queues.stored_alerts import read_alert
from monitor.telemetry import LogEvent, log

# What an operator may retry, move or discard. What is being sent may still arrive; what was accepted has arrived.
OPERATOR_STATES = (*WAITING_STATES, DeliveryState.DEAD)
MAX_COMBINED = 5  # alerts in one message; further ones come in the next message
MAX_TRIES_TOGETHER = 3  # then each is tried alone: the text of one may be the cause, and a server need not say so
TRIES_FOR_OTHERS = 12  # attempts of a message, of the 30 that it has by default, until it holds up nobody

_OTHER, _OTHER_ALERT = delivery.alias("other"), alert.alias("other_alert")
_SENDING = delivery.c.state == DeliveryState.SENDING
_COUNTED = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number > delivery.c.forgiven)
_LAST_ATTEMPT = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number == delivery.c.attempts)
_WAS_REFUSED = exists().where(_COUNTED, attempt.c.receipt == ReceiptKind.REFUSED).correlate(delivery)


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
        waiting = delivery.c.state.in_(WAITING_STATES) & (delivery.c.not_before <= now)
        with self._database.reading() as connection:
            found = connection.execute(select(delivery.c.channel).where(waiting).distinct()).scalars().all()
            expired = select(delivery.c.id).where(_SENDING, delivery.c.lease_until <= now).limit(1)
            has_expired = connection.execute(expired).first() is not None
            due = [name for name in found if rates is None or name in rates]
            states = load_channel_states(connection) if due else {}
        running = [name for name in due if name not in states or end_of_pause(states[name], now) <= now]
        free_at = {
            name: next_by_rate(states[name], rates[name] if rates else None, now) for name in running if name in states
        }
        channels = [name for name in running if free_at.get(name, now) <= now]
        return DueDeliveries(channels, has_expired, min((at for at in free_at.values() if at > now), default=None))

    def claim(
        self, channel: str, now: datetime, lease: timedelta, rate: SendRate | None = None, *, combine: bool = False
    ) -> Delivery | None:
        """Claim the next delivery of a channel: it is `sending`, and ours until the lease ends. None if none is due, or
        if the channel is paused or has used up its rate. `combine`: claim with it what goes into the same message. A
        delivery whose alert cannot be read is dead at once, and the next one is claimed."""
        with ExitStack() as committed, self._database.writing() as connection:
            state = lock_channel_state(connection, channel)
            if max(end_of_pause(state, now), next_by_rate(state, rate, now)) > now:
                return None
            while (found := _find_next(connection, state, now)) is not None:
                if begun := self._begin_attempts(connection, [found.id], now, lease, committed):
                    break
            else:
                return None
            if (paced := after_claim(state, rate, now)) != state:
                write_channel_state(connection, paced)
            ids = _find_for_same_message(connection, begun[0], max(now, found.not_before)) if combine else []
            return replace(begun[0], combined=tuple(self._begin_attempts(connection, ids, now, lease, committed)))

    def _begin_attempts(
        self, connection: Connection, ids: Sequence[int], now: datetime, lease: timedelta, committed: ExitStack
    ) -> list[Delivery]:
        """These deliveries, claimed, the highest level first; their attempts are recorded. One whose alert cannot be
        read is dead instead, which is logged once it is `committed`."""
        if not ids:
            return []
        claiming = update(delivery).where(delivery.c.id.in_(ids)).returning(*delivery.c)
        values = {"state": DeliveryState.SENDING, "lease_until": now + lease, "lease_owner": self._owner}
        due_at = func.coalesce(delivery.c.due_at, delivery.c.not_before)
        rows = connection.execute(claiming.values(**values, attempts=delivery.c.attempts + 1, due_at=due_at)).all()
        begun = []
        for row in sorted(rows, key=lambda row: (row.priority, row.id)):
            try:
                message = read_alert(connection, row.alert_id)
            except RowUnreadable as error:
                _bury_unreadable(connection, row, str(error), now, committed)
                continue
            refusals, unknowns, throttled = _count_failures(connection, row)
            connection.execute(insert(attempt).values(delivery_id=row.id, number=row.attempts, started_at=now))
            begun.append(
                Delivery(
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
                    handover=None if row.handed_since is None else Handover(row.handed_from, row.handed_since),
                )
            )
        return begun

    def settle(
        self, sent: Delivery, receipt: Receipt, verdict: RetryVerdict, now: datetime, *others: RetryVerdict
    ) -> bool:
        """Record how an attempt ended. `others`: the verdicts on the other deliveries of the message (`combined`).
        False if the claim was no longer ours: its lease had ended.

        An acceptance counts even then, as long as no process has begun to send it again. So does the pause after a
        failure: the process that ended the lease knew of neither.
        """
        revived = 0
        with self._database.writing() as connection:
            if sent.combined:  # in the order in which others lock several
                ids = [each.id for each in (sent, *sent.combined)]
                connection.execute(_lock(select(delivery.c.id), ids)).all()
            settled = _settle_delivery(connection, sent, receipt, verdict, now)
            if verdict.state is DeliveryState.ACCEPTED:
                end_channel_failure(connection, sent.channel)
                revived = _revive_deliveries(connection, sent, now) if settled else 0
            else:
                state = lock_channel_state(connection, sent.channel)
                write_channel_state(connection, after_failure(state, sent, receipt, now))
            for other, its_verdict in zip(sent.combined, others, strict=True):
                _settle_delivery(connection, other, receipt, its_verdict, now)
        if revived:
            log.info(LogEvent.REVIVED, channel=sent.channel, deliveries=revived)
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
        found = select(delivery.c.id).where(_SENDING, which).with_for_update(skip_locked=True).cte("found")
        values = {"state": DeliveryState.RETRY, "not_before": now, "lease_until": None, "lease_owner": None}
        releasing = update(delivery).where(delivery.c.id.in_(select(found.c.id)))
        releasing = releasing.values(**values, repeat=True, detail=receipt.detail)
        with self._database.writing() as connection:
            rows = connection.execute(releasing.returning(delivery.c.id, delivery.c.attempts)).all()
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
        return self._update_open(wanted, _build_resend_values(now))

    def discard(self, ids: Iterable[int], now: datetime) -> dict[int, DeliveryState]:
        """Never send these; their attempts stay stored. Only dead and waiting deliveries are changed; returns the state
        in which each was found."""
        return self._update_open(ids, {"state": DeliveryState.DISCARDED, "ended_at": now})

    def _update_open(self, ids: Iterable[int], values: Mapping[str, object]) -> dict[int, DeliveryState]:
        found: dict[int, DeliveryState] = {}
        for batch in in_batches(ids):
            with self._database.writing() as connection:
                rows = connection.execute(_lock(select(delivery.c.id, delivery.c.state), batch))
                states = {row.id: DeliveryState(row.state) for row in rows}
                open_ids = [id_ for id_, state in states.items() if state in OPERATOR_STATES]
                connection.execute(update(delivery).where(delivery.c.id.in_(open_ids)).values(**values))
            found |= states
        return found

    def move(self, ids: Iterable[int], channel: str, now: datetime) -> dict[int, DeliveryState]:
        """Send these on `channel` now, as if for the first time: their earlier attempts no longer count, but stay
        stored. What the hours of a route hold stays held. Where the channel has a delivery of the alert already, that
        one is sent if it was given up, and this one is discarded. Only dead and waiting deliveries are changed; returns
        the state in which each was found."""
        found: dict[int, DeliveryState] = {}
        query = select(*delivery.c, is_held(now).label("held"))
        for batch in in_batches(ids):
            with self._database.writing() as connection:
                for row in connection.execute(_lock(query, batch)).all():
                    found[row.id] = DeliveryState(row.state)
                    if row.state in OPERATOR_STATES and row.channel != channel:
                        _move_delivery(connection, row, channel, now)
        return found


def find_dead_letters(database: Database) -> list[DeadLetters]:
    """Dead deliveries, grouped by channel and blame, with the last receipt's detail of the one that died last."""
    blame = func.coalesce(delivery.c.blame, Blame.MESSAGE).label("blame")  # null: no acceptance will revive it
    group = (delivery.c.channel, blame)
    latest = (delivery.c.ended_at.desc(), delivery.c.id.desc())
    ranked = (
        select(
            *group,
            func.count().over(partition_by=group).label("deliveries"),
            func.min(delivery.c.ended_at).over(partition_by=group).label("since"),
            delivery.c.detail,
            func.row_number().over(partition_by=group, order_by=latest).label("place"),
        )
        .where(delivery.c.state == DeliveryState.DEAD)
        .subquery()
    )
    query = select(ranked).where(ranked.c.place == 1).order_by(ranked.c.channel, ranked.c.blame)
    with database.reading() as connection:
        return [
            DeadLetters(row.channel, Blame(row.blame), row.deliveries, row.since, row.detail or "")
            for row in connection.execute(query)
        ]


def _has_accepted_others(except_id: BindParameter[int] | None = None) -> ColumnElement[bool]:
    """Whether the channel of a delivery has accepted another one (except `except_id`) since the end of the delivery's
    first attempt that counts."""
    first = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number == delivery.c.forgiven + 1)
    since = select(attempt.c.ended_at).where(first).correlate(delivery).scalar_subquery()
    accepted = (_OTHER.c.state == DeliveryState.ACCEPTED) & (_OTHER.c.channel == delivery.c.channel)
    others = accepted & (_OTHER.c.id != delivery.c.id) & (_OTHER.c.ended_at > since)
    return exists().where(others if except_id is None else others & (_OTHER.c.id != except_id)).correlate(delivery)


def _is_message_to_blame() -> ColumnElement[bool]:
    """Whether a delivery that is given up is itself to blame, and not its channel.

    One that was revived keeps its blame until it is accepted. If it dies again, an acceptance lies between: only other
    messages that fail beside it excuse it. Alerts about the same article are none: the same text may be the cause.
    """
    article_id = select(alert.c.article_id).where(alert.c.id == delivery.c.alert_id).correlate(delivery)
    its_article = _OTHER_ALERT.c.article_id
    fails_others = exists().where(
        _OTHER.c.channel == delivery.c.channel,
        _OTHER.c.id != delivery.c.id,
        _OTHER.c.state.in_(OPERATOR_STATES),
        or_(_OTHER.c.state == DeliveryState.RETRY, _OTHER.c.blame == Blame.CHANNEL),
        _OTHER_ALERT.c.id == _OTHER.c.alert_id,
        or_(its_article.is_(None), its_article.is_distinct_from(article_id.scalar_subquery())),
    )
    was_revived = delivery.c.blame == Blame.CHANNEL
    return _has_accepted_others() | (was_revived & ~fails_others.correlate(delivery))


def correct_delivery_times(database: Database, now: datetime) -> int:
    """Let open deliveries wait, from now on, as long as they were meant to, if their times were written by a clock that
    was ahead; returns how many. All that an open delivery waits for was computed from a moment that is stored beside
    it: the end of its last attempt, the beginning of the one that runs, or the moment of its alert. Doing it twice
    changes nothing more, except that hours which are more than a day away may come earlier by whole days."""
    waits_until = case((_SENDING, delivery.c.lease_until), else_=delivery.c.not_before)
    written_at = func.coalesce(case((_SENDING, attempt.c.started_at), else_=attempt.c.ended_at), alert.c.at)
    query = (
        select(*delivery.c, waits_until.label("waits_until"), written_at.label("written_at"))
        .join(alert, alert.c.id == delivery.c.alert_id)
        .join(attempt, _LAST_ATTEMPT, isouter=True)
        .where(UNSENT | _SENDING, written_at > now + CLOCK_TOLERANCE)
    )
    corrected = 0
    with database.writing() as connection:
        for row in connection.execute(query).all():
            if (until := _correct_wait(row, now)) != row.waits_until:
                is_sending = row.state == DeliveryState.SENDING
                unchanged = (delivery.c.id == row.id) & (delivery.c.attempts == row.attempts)
                correcting = update(delivery).where(unchanged, _SENDING if is_sending else UNSENT)
                connection.execute(correcting.values({"lease_until" if is_sending else "not_before": until}))
                corrected += 1
    return corrected


def _correct_wait(row: Row[*tuple[Any, ...]], now: datetime) -> datetime:
    """Until when a delivery is to wait that was written by a clock that was ahead."""
    until: datetime = row.waits_until
    written_at: datetime = row.written_at
    # A time before the moment at which it was written has been corrected already. If the clock was set back once more
    # since then, nobody knows how long a delivery that was tried was meant to wait; the others were due.
    is_corrected = until < written_at
    if row.held_by is not None and row.state == DeliveryState.PENDING:  # it waits for a time of the day
        day = timedelta(days=1)
        ahead = max(until - now, timedelta(0)) if is_corrected else written_at - now
        return until - ahead // day * day
    if not is_corrected:
        return now + (until - written_at)
    return min(until, now + (timedelta(0) if row.state == DeliveryState.PENDING else LONGEST_WAIT))


def _lock(query: Select[*tuple[Any, ...]], ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return query.where(delivery.c.id.in_(ids)).order_by(delivery.c.id).with_for_update()


def _find_next(connection: Connection, state: ChannelState, now: datetime) -> Row[*tuple[Any, ...]] | None:
    """The delivery that is to be claimed next on a channel (`id`, `not_before`), locked; None: none is due.

    If the channel's last attempt failed, it is the oldest unsent message of the thread. Where that one has just been
    tried, and only one delivery has failed, the next one may go: if it is accepted, the older one is to blame. Once the
    channel is failing, the next one waits until the channel is tried again, or until the older one is due.
    """
    columns = (delivery.c.id, delivery.c.not_before)
    thread = select(alert.c.thread).where(alert.c.id == delivery.c.alert_id).scalar_subquery()
    unsent = (delivery.c.channel == state.name) & UNSENT
    order = (delivery.c.priority, delivery.c.not_before, delivery.c.id)
    due = select(*columns, thread.label("thread")).where(unsent, delivery.c.not_before <= now).order_by(*order)
    following = connection.execute(due.limit(1).with_for_update(skip_locked=True, of=delivery)).one_or_none()
    if following is None or following.thread is None or state.failing_since is None:
        return following
    its_thread = or_(alert.c.id == following.thread, alert.c.thread == following.thread)
    in_thread = unsent & delivery.c.alert_id.in_(select(alert.c.id).where(its_thread))
    was_just_tried = exists().where(_LAST_ATTEMPT, attempt.c.started_at >= following.not_before).correlate(delivery)
    # What was refused, may have arrived, or failed while its channel accepted another one holds up nobody. Nor does
    # what was tried often: else it would use up in a few hours the attempts that it has for half a day.
    older = select(*columns).where(
        in_thread,
        delivery.c.id < following.id,
        ~is_held(now),
        delivery.c.repeat == false(),
        ~_WAS_REFUSED,
        ~_has_accepted_others(),
        true() if state.is_failing else ~was_just_tried,
        or_(delivery.c.not_before <= now, delivery.c.attempts - delivery.c.forgiven < TRIES_FOR_OTHERS),
    )
    oldest = connection.execute(
        older.order_by(delivery.c.id).limit(1).with_for_update(skip_locked=True, of=delivery)
    ).one_or_none()
    if oldest is not None and oldest.not_before > now and state.is_failing:
        newer = select(delivery.c.id).where(in_thread, delivery.c.id > oldest.id, delivery.c.not_before <= now)
        found = newer.with_for_update(skip_locked=True).cte("found")
        connection.execute(
            update(delivery)
            .where(delivery.c.id.in_(select(found.c.id)))
            .values(
                state=DeliveryState.RETRY,  # what waits for its next attempt is due when the channel accepts something
                due_at=func.coalesce(delivery.c.due_at, delivery.c.not_before),
                not_before=min(oldest.not_before, now + LONGEST_PROBE),
                detail=f"waits for an older message of its thread: delivery {oldest.id}",
            )
        )
    return oldest or following


def _find_for_same_message(connection: Connection, first: Delivery, due_until: datetime) -> list[int]:
    """What goes into one message with a delivery that was just claimed: what is due by `due_until` on its channel of
    other alerts of the same kind about the same article, the highest level first; nothing for a notice or a digest.

    A message that was refused, or has failed MAX_TRIES_TOGETHER times, is sent alone: what is in it may be the cause.
    So is what was refused before, even if the first one was not.
    """
    subject = first.alert
    if not isinstance(subject, Alert) or subject.kind is AlertKind.DIGEST or first.refusals:
        return []
    if first.attempt - first.forgiven_attempts - first.throttled > MAX_TRIES_TOGETHER:
        return []
    same_article = (_OTHER_ALERT.c.article_id == alert.c.article_id) & (
        _OTHER_ALERT.c.article_version == alert.c.article_version
    )
    tries = select(func.count()).select_from(attempt).where(_COUNTED, ~attempt.c.throttled).correlate(delivery)
    # It is found by its alerts only: whether it is due is decided afterwards. Otherwise a planner without statistics
    # looks through all that waits for the channel, at each claim.
    query = (
        select(delivery.c.id, delivery.c.priority, delivery.c.state, delivery.c.not_before)
        .join_from(alert, _OTHER_ALERT, same_article)
        .join(delivery, (delivery.c.alert_id == _OTHER_ALERT.c.id) & (delivery.c.channel == first.channel))
        .where(
            alert.c.id == subject.id,
            _OTHER_ALERT.c.id != alert.c.id,
            _OTHER_ALERT.c.kind == alert.c.kind,  # a new alert has no place in the thread of an update
            # Those that were tried together are tried together again: so a repeat is the same message.
            delivery.c.attempts == first.attempt - 1,
            delivery.c.repeat == first.may_be_duplicate,
            ~_WAS_REFUSED,
            tries.scalar_subquery() < MAX_TRIES_TOGETHER,
        )
    )
    found = connection.execute(query.with_for_update(skip_locked=True, of=delivery)).all()
    due = [row for row in found if row.state in WAITING_STATES and row.not_before <= due_until]
    return [row.id for row in sorted(due, key=lambda row: (row.priority, row.id))[: MAX_COMBINED - 1]]


def _bury_unreadable(
    connection: Connection, row: Row[*tuple[Any, ...]], why: str, now: datetime, committed: ExitStack
) -> None:
    """Give up a claimed delivery that cannot be attempted. No channel that works changes that, so the message is to
    blame; no attempt was made."""
    values = {"state": DeliveryState.DEAD, "blame": Blame.MESSAGE, "ended_at": now, "detail": why}
    free = {"lease_until": None, "lease_owner": None, "attempts": delivery.c.attempts - 1}
    connection.execute(update(delivery).where(delivery.c.id == row.id).values(**values, **free))
    todo = f"restore it from a backup, or: news-monitor outbox discard {row.id}"

    def log_death(failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            log.error(LogEvent.DEAD, channel=row.channel, alert=row.alert_id, detail=why, todo=todo)

    committed.push(log_death)


def _count_failures(connection: Connection, row: Row[*tuple[Any, ...]]) -> tuple[int, int, int]:
    """Of a delivery's earlier attempts that count: how many were refused, how many of the last in a row ended unknown,
    and how many were throttled."""
    if row.attempts == row.forgiven + 1:  # there are none
        return 0, 0, 0
    its_own = (attempt.c.delivery_id == row.id) & (attempt.c.number > row.forgiven)
    query = select(attempt.c.receipt, attempt.c.throttled).where(its_own).order_by(attempt.c.number)
    attempts = connection.execute(query).all()
    receipts = [each.receipt for each in attempts]
    last_known = max((place for place, kind in enumerate(receipts, 1) if kind != ReceiptKind.UNKNOWN), default=0)
    return receipts.count(ReceiptKind.REFUSED), len(receipts) - last_known, sum(each.throttled for each in attempts)


def _settle_delivery(
    connection: Connection, sent: Delivery, receipt: Receipt, verdict: RetryVerdict, now: datetime
) -> bool:
    """Record in a delivery how its attempt ended. False if the claim was no longer ours."""
    _end_attempt(connection, sent.id, sent.attempt, receipt, now)
    values: dict[str, object] = {
        "state": verdict.state,
        "lease_until": None,
        "lease_owner": None,
        "detail": receipt.detail,
        "ended_at": None if verdict.state is DeliveryState.RETRY else now,
    }
    if receipt.kind is ReceiptKind.UNKNOWN:
        values["repeat"] = True
    if verdict.not_before is not None:
        values["not_before"] = verdict.not_before
    if verdict.state is DeliveryState.DEAD:
        blamed = f"{receipt.detail}; its channel accepts others, so this message itself is to blame"
        is_to_blame = _is_message_to_blame()
        values["blame"] = case((is_to_blame, Blame.MESSAGE), else_=Blame.CHANNEL)
        values["detail"] = case((is_to_blame, blamed), else_=receipt.detail)
    elif verdict.state is DeliveryState.ACCEPTED:
        values["blame"] = None
    claimed = update(delivery).where(delivery.c.id == sent.id, delivery.c.attempts == sent.attempt)
    late = WAITING_STATES if verdict.state is DeliveryState.ACCEPTED else ()
    settling = claimed.where(delivery.c.state.in_((DeliveryState.SENDING, *late))).values(**values)
    settled = connection.execute(settling).rowcount == 1
    if not settled and verdict.state is DeliveryState.RETRY:
        pausing = claimed.where(delivery.c.state == DeliveryState.RETRY).values(not_before=verdict.not_before)
        connection.execute(pausing)
    return settled


def _end_attempt(connection: Connection, delivery_id: int, number: int, receipt: Receipt, now: datetime) -> None:
    running = (attempt.c.delivery_id == delivery_id) & (attempt.c.number == number) & attempt.c.ended_at.is_(None)
    values = {"ended_at": now, "receipt": receipt.kind, "detail": receipt.detail, "throttled": receipt.throttled}
    connection.execute(update(attempt).where(running).values(**values))


def _build_resend_values(now: datetime | BindParameter[datetime]) -> dict[str, object]:
    """The column values for a delivery that is tried again from the beginning: its earlier attempts stay stored."""
    forgiven = {"forgiven": delivery.c.attempts}
    return {"state": DeliveryState.PENDING, "not_before": now, "ended_at": None, "blame": None, **forgiven}


def _revive_deliveries(connection: Connection, accepted: Delivery, now: datetime) -> int:
    """Make deliveries due that waited for their channel to work, after it accepted this one: dead ones with all their
    attempts, and those that wait for their next attempt. Returns how many were dead. If several daemons' deliveries are
    accepted at once, only one of them updates."""
    values = {"accepted": accepted.id, "its_channel": accepted.channel, "now": now}
    states = connection.execute(_build_revival(), values).scalars().all()  # none in most cases
    return states.count(DeliveryState.PENDING)  # what waited for its next attempt still does


@cache
def _build_revival() -> ReturningUpdate[str]:
    """Built once: it took a fifth of the time that a message takes in the database."""
    now = bindparam("now", type_=delivery.c.not_before.type)
    dead, was_dead = delivery.c.state == DeliveryState.DEAD, delivery.c.blame == Blame.CHANNEL
    # A message that may have arrived keeps its pauses: they keep the copies apart.
    is_late = or_(delivery.c.not_before > now, delivery.c.not_before > delivery.c.due_at)
    is_unambiguous = (delivery.c.repeat == false()) & ~_has_accepted_others(except_id=bindparam("accepted"))
    waiting = (delivery.c.state == DeliveryState.RETRY) & is_late & is_unambiguous
    is_open = delivery.c.state.in_((DeliveryState.DEAD, DeliveryState.RETRY))  # for the index
    on_channel = (delivery.c.channel == bindparam("its_channel")) & is_open
    due = select(delivery.c.id).where(on_channel, (dead & was_dead) | waiting)
    found = due.with_for_update(skip_locked=True).cte("found")
    # What waits keeps its place: its wait says nothing about its age. (A dead one begins again, also for /healthz.)
    of_waiting = {"not_before": case((delivery.c.due_at < now, delivery.c.due_at), else_=now)}
    values = {
        name: case((dead, value), else_=of_waiting.get(name, delivery.c[name]))
        for name, value in _build_resend_values(now).items()
        if name != "blame"  # it says that this one was revived: see `_is_message_to_blame`
    }
    reviving = update(delivery).where(delivery.c.id.in_(select(found.c.id))).values(**values)
    return reviving.returning(delivery.c.state)


def _move_delivery(connection: Connection, row: Row[*tuple[Any, ...]], channel: str, now: datetime) -> None:
    query = select(delivery.c.id, delivery.c.state).where(
        delivery.c.alert_id == row.alert_id, delivery.c.channel == channel
    )
    there = connection.execute(query.with_for_update()).one_or_none()
    if there is None:
        due = {} if row.held else _build_resend_values(now)
        origin = {"handed_from": row.channel, "handed_since": None}
        values = {**due, **origin, "channel": channel, "detail": f"moved from {row.channel}"}
    else:
        values = {"state": DeliveryState.DISCARDED, "ended_at": now}
        values["detail"] = f"{channel} has it: delivery {there.id}"
        if there.state in {DeliveryState.DEAD, DeliveryState.DISCARDED}:
            resending = update(delivery).where(delivery.c.id == there.id)
            connection.execute(resending.values(**_build_resend_values(now)))
    connection.execute(update(delivery).where(delivery.c.id == row.id).values(**values))
