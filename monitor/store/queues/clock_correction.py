"""Deliveries whose times were written by a clock that was ahead: without a correction they would wait for that time.

A clock that is set back by two days leaves a pause of ten seconds two days long. Everything that an open delivery waits
for was computed from a moment that is stored beside it: the end of its last attempt, the beginning of the one that
runs, or the moment of its alert. If that moment is in the future, the clock was wrong when it was written, and the
delivery waits as much too long.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, select, update

from monitor.alerting.channel_pace import CLOCK_TOLERANCE
from monitor.alerting.retry import LONGEST_WAIT
from monitor.model import DeliveryState
from monitor.store.engine.database import Database, write_rows
from monitor.store.engine.tables import UNSENT, alert, attempt, delivery

_DAY = timedelta(days=1)

_SENDING = delivery.c.state == DeliveryState.SENDING
_LAST_MOMENT = func.coalesce(case((_SENDING, attempt.c.started_at), else_=attempt.c.ended_at), alert.c.at)
_LAST_ATTEMPT = (attempt.c.delivery_id == delivery.c.id) & (attempt.c.number == delivery.c.attempts)
_SELECT_OPEN = (
    select(
        delivery.c.id,
        delivery.c.attempts,
        case((_SENDING, delivery.c.lease_until), else_=delivery.c.not_before).label("waits_until"),
        _LAST_MOMENT.label("written_at"),
        delivery.c.state,
        delivery.c.held_by,
    )
    .join(alert, alert.c.id == delivery.c.alert_id)
    .join(attempt, _LAST_ATTEMPT, isouter=True)
    .where(UNSENT | _SENDING)
)
_UNCHANGED = (delivery.c.id == bindparam("its_id")) & (delivery.c.attempts == bindparam("its_attempts"))
_UNTIL = bindparam("until", type_=delivery.c.not_before.type)
_MOVE_DUE = update(delivery).where(_UNCHANGED, UNSENT).values(not_before=_UNTIL)
_MOVE_LEASE = update(delivery).where(_UNCHANGED, _SENDING).values(lease_until=_UNTIL)


def correct_delivery_times(database: Database, now: datetime) -> int:
    """Let open deliveries wait, from now on, as long as they were meant to, if their times were written by a clock that
    was ahead; returns how many. Doing it twice changes nothing more, except that hours which are more than a day away
    may come earlier by whole days."""
    with database.writing() as connection:
        found = [(row, _correct_wait(row, now)) for row in connection.execute(_SELECT_OPEN)]
        wrong = [(row, until) for row, until in found if until != row.waits_until]
        for statement, is_lease in ((_MOVE_DUE, False), (_MOVE_LEASE, True)):
            rows = [
                {"its_id": row.id, "its_attempts": row.attempts, "until": until}
                for row, until in wrong
                if (row.state == DeliveryState.SENDING) is is_lease
            ]
            write_rows(connection, statement, rows)
    return len(wrong)


def _correct_wait(row: Row[*tuple[Any, ...]], now: datetime) -> datetime:
    """Until when a delivery is to wait."""
    until: datetime = row.waits_until
    written_at: datetime = row.written_at
    if written_at <= now + CLOCK_TOLERANCE:
        return until
    # A time before the moment at which it was written has been corrected already. If the clock was set back once more
    # since then, nobody knows how long a delivery that was tried was meant to wait; the others were due.
    is_corrected = until < written_at
    if row.held_by is not None and row.state == DeliveryState.PENDING:  # it waits for a time of the day
        ahead = max(until - now, timedelta(0)) if is_corrected else written_at - now
        return until - ahead // _DAY * _DAY
    if not is_corrected:
        return now + (until - written_at)
    return min(until, now + (timedelta(0) if row.state == DeliveryState.PENDING else LONGEST_WAIT))
