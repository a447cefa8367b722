"""A clock that was ahead: what its times made wait goes out in its time by the right clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from monitor.alerting.retry import LONGEST_WAIT, RetryVerdict
from monitor.model import Delivery, DeliveryState, Receipt, ReceiptKind
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import delivery
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox, correct_delivery_times
from tests.support.building import (
    HOUR,
    MINUTE,
    NOON,
    article,
    claimed,
    decide_in,
    polled,
    rule,
    rules,
    sources,
    to_desk,
)

AHEAD = timedelta(days=2)


@pytest.fixture
def outbox(database: Database) -> Outbox:
    """One alert, committed by a clock that is two days ahead."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire"), NOON + AHEAD)
    claim = claimed(claims, at=NOON + AHEAD)
    with SerialSection(database).enter(NOON + AHEAD) as inside:
        decision = decide_in(inside, [article(seen=NOON + AHEAD)], rules(rule()))
        assert inside.commit(polled(claim, NOON + AHEAD), decision, to_desk)
    return Outbox(database, "here:1")


def taken(outbox: Outbox, now: datetime) -> Delivery:
    sent = outbox.claim("desk", now, 2 * MINUTE)
    assert sent is not None
    return sent


def test_what_nobody_has_tried_is_due(database: Database, outbox: Outbox) -> None:
    """Its alert is of the day after tomorrow."""
    assert outbox.find_due(NOON).channels == []
    assert correct_delivery_times(database, NOON) == 1
    assert outbox.find_due(NOON).channels == ["desk"]


def test_a_pause_is_as_long_as_it_was_meant_to_be(database: Database, outbox: Outbox) -> None:
    """And is so after a second correction too."""
    again = RetryVerdict(DeliveryState.RETRY, NOON + AHEAD + 10 * MINUTE)
    busy = Receipt(ReceiptKind.TRY_LATER, "the server answered 503")
    assert outbox.settle(taken(outbox, NOON + AHEAD), busy, again, NOON + AHEAD)
    assert [correct_delivery_times(database, NOON) for _ in range(2)] == [1, 0]
    assert outbox.find_due(NOON + 9 * MINUTE).channels == []
    assert outbox.find_due(NOON + 10 * MINUTE).channels == ["desk"]


def test_a_claim_ends_as_soon_as_it_was_meant_to(database: Database, outbox: Outbox) -> None:
    """A daemon that died with it does not hold it for two days."""
    taken(outbox, NOON + AHEAD)
    assert correct_delivery_times(database, NOON) == 1
    assert outbox.release_expired(NOON + MINUTE) == 0
    assert outbox.release_expired(NOON + 2 * MINUTE) == 1


def test_what_is_not_ahead_is_left_alone(database: Database, outbox: Outbox) -> None:
    """A pause that the right clock began, or one of a machine whose clock differs a little."""
    assert correct_delivery_times(database, NOON + AHEAD + HOUR) == 0
    assert correct_delivery_times(database, NOON + AHEAD - MINUTE) == 0
    assert outbox.find_due(NOON + AHEAD).channels == ["desk"]


def test_what_waits_for_hours_still_waits_for_that_time_of_the_day(database: Database, outbox: Outbox) -> None:
    """Two days earlier, as the clock was two days ahead; a clock that was hours ahead changes nothing."""
    with database.writing() as connection:
        held = {"not_before": NOON + AHEAD + 9 * HOUR, "held_by": "the hours 'day' of route default"}
        connection.execute(update(delivery).values(**held))
    correct_delivery_times(database, NOON + AHEAD - 5 * HOUR)
    assert outbox.find_due(NOON + AHEAD + 8 * HOUR).channels == []
    correct_delivery_times(database, NOON)
    assert outbox.find_due(NOON + 9 * HOUR - MINUTE).channels == []
    assert outbox.find_due(NOON + 9 * HOUR).channels == ["desk"]


def test_a_clock_that_is_set_back_twice(database: Database, outbox: Outbox) -> None:
    """After the first time nothing says any more when the delivery was stored by the clock of that moment."""
    for now in (NOON + AHEAD - HOUR, NOON - AHEAD):
        assert correct_delivery_times(database, now) == 1
        assert outbox.find_due(now).channels == ["desk"]
    assert correct_delivery_times(database, NOON - AHEAD) == 0


def test_a_pause_is_not_longer_than_any_if_the_clock_is_set_back_twice(database: Database, outbox: Outbox) -> None:
    """How long it was meant to be is not known any more."""
    again = RetryVerdict(DeliveryState.RETRY, NOON + AHEAD + 10 * MINUTE)
    busy = Receipt(ReceiptKind.TRY_LATER, "the server answered 503")
    assert outbox.settle(taken(outbox, NOON + AHEAD), busy, again, NOON + AHEAD)
    assert correct_delivery_times(database, NOON) == 1
    assert [correct_delivery_times(database, NOON - AHEAD) for _ in range(2)] == [1, 0]
    assert outbox.find_due(NOON - AHEAD + LONGEST_WAIT).channels == ["desk"]
