"""What becomes of a delivery after an attempt."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.alerting.retry import (
    FIRST_WAIT,
    LONGEST_WAIT,
    REFUSALS,
    UNANSWERED_WAIT,
    RetryVerdict,
    after_attempt,
    unknowns_in_a_row,
)
from monitor.model import DeliveryState, Receipt, ReceiptKind
from tests.support.building import NOON, delivery

ACCEPTED, REFUSED = ReceiptKind.ACCEPTED, ReceiptKind.REFUSED
TRY_LATER, UNKNOWN = ReceiptKind.TRY_LATER, ReceiptKind.UNKNOWN


def verdict(kind: ReceiptKind, attempt: int, limit: int = 30, number: int = 1, refusals: int = 0) -> RetryVerdict:
    sent = replace(delivery(attempt=attempt), id=number, refusals=refusals)
    return after_attempt(Receipt(kind), sent, limit=limit, now=NOON)


@pytest.mark.parametrize(
    ("kind", "attempt", "limit", "expected"),
    [
        # accepted is accepted, at whatever attempt
        (ACCEPTED, 1, 30, DeliveryState.ACCEPTED),
        (ACCEPTED, 30, 30, DeliveryState.ACCEPTED),
        # in doubt, and later, are tried again up to the limit
        (UNKNOWN, 1, 30, DeliveryState.RETRY),
        (UNKNOWN, 29, 30, DeliveryState.RETRY),
        (UNKNOWN, 30, 30, DeliveryState.DEAD),
        (TRY_LATER, 29, 30, DeliveryState.RETRY),
        (TRY_LATER, 30, 30, DeliveryState.DEAD),
        # a refusal may be a deployment's, but not for hours
        (REFUSED, 1, 30, DeliveryState.RETRY),
        (REFUSED, 2, 2, DeliveryState.DEAD),  # a lower limit holds
        (TRY_LATER, 1, 1, DeliveryState.DEAD),
        # beyond the limit: it was lowered while the delivery waited
        (UNKNOWN, 40, 30, DeliveryState.DEAD),
    ],
)
def test_what_becomes_of_a_delivery(kind: ReceiptKind, attempt: int, limit: int, expected: DeliveryState) -> None:
    """Accepted, tried again until the attempts are exhausted, or dead; a next time exactly where it is tried again."""
    found = verdict(kind, attempt, limit)
    assert found.state is expected
    assert (found.not_before is not None) is (expected is DeliveryState.RETRY)


@pytest.mark.parametrize(
    ("kind", "refusals", "expected"),
    [
        (REFUSED, REFUSALS - 2, DeliveryState.RETRY),
        (REFUSED, REFUSALS - 1, DeliveryState.DEAD),
        # a receiver that was down for an hour and answers one 404 as it comes up
        (REFUSED, 0, DeliveryState.RETRY),
        # not refused this time
        (UNKNOWN, REFUSALS - 1, DeliveryState.RETRY),
    ],
)
def test_only_refusals_count_as_refusals(kind: ReceiptKind, refusals: int, expected: DeliveryState) -> None:
    """Attempts that failed otherwise bring no refusal nearer to the end."""
    assert verdict(kind, 20, refusals=refusals).state is expected


@pytest.mark.parametrize(
    ("attempt", "expected"),
    [(31, DeliveryState.RETRY), (59, DeliveryState.RETRY), (60, DeliveryState.DEAD)],
)
def test_an_operators_retry_gives_all_attempts_again(attempt: int, expected: DeliveryState) -> None:
    """Those before it do not count towards the limit, and waits begin small again; numbers go on."""
    sent = replace(delivery(attempt=attempt), forgiven_attempts=30)
    found = after_attempt(Receipt(TRY_LATER), sent, limit=30, now=NOON)
    assert found.state is expected
    if attempt == 31:
        assert found.not_before is not None
        assert found.not_before - NOON < 2 * FIRST_WAIT


@pytest.mark.parametrize(
    ("attempt", "wait"),
    [
        (1, FIRST_WAIT),
        (2, 2 * FIRST_WAIT),
        (5, 16 * FIRST_WAIT),
        (9, LONGEST_WAIT),
        (999, LONGEST_WAIT),  # the limit is the user's to set
    ],
)
def test_waits_double_up_to_the_longest(attempt: int, wait: timedelta) -> None:
    """Each wait is twice the one before, within a fifth, and spread so that deliveries do not come back together."""
    factors = []
    for number in range(200):
        not_before = verdict(UNKNOWN, attempt, 1000, number).not_before
        assert not_before is not None
        factors.append((not_before - NOON) / wait)
    assert 0.8 <= min(factors) < 0.85
    assert 1.15 < max(factors) <= 1.2


def test_the_verdict_on_an_attempt_is_always_the_same() -> None:
    """No hidden chance: what is decided can be explained later."""
    assert verdict(UNKNOWN, 3) == verdict(UNKNOWN, 3)
    assert verdict(UNKNOWN, 3) != verdict(UNKNOWN, 3, number=2)


def wait_after(attempt: int, unknowns: int, number: int = 1) -> timedelta:
    sent = replace(delivery(attempt=attempt), id=number)
    found = after_attempt(Receipt(UNKNOWN), sent, limit=1000, now=NOON, unknowns=unknowns)
    assert found.not_before is not None
    return found.not_before - NOON


def test_two_unknowns_in_a_row_make_the_pause_long() -> None:
    """One lost answer may be the network's, and is tried again soon; two are a server that is slow or takes and drops:
    each further attempt may be one more copy, so none is made before ten minutes."""
    assert wait_after(1, unknowns=1) < 2 * FIRST_WAIT
    waits = [wait_after(2, unknowns=2, number=number) for number in range(200)]
    assert timedelta(minutes=10) == UNANSWERED_WAIT <= min(waits)
    assert max(waits) > 1.3 * UNANSWERED_WAIT  # spread, as others are
    assert wait_after(1, unknowns=5) >= UNANSWERED_WAIT  # the others were of other messages
    assert wait_after(12, unknowns=12) > 2 * UNANSWERED_WAIT  # the usual wait, where that is longer


def test_a_known_answer_ends_the_row_of_unknowns() -> None:
    """Whatever it says: the server answers."""
    assert unknowns_in_a_row(Receipt(UNKNOWN), 1) == 2
    assert [unknowns_in_a_row(Receipt(kind), 7) for kind in (ACCEPTED, REFUSED, TRY_LATER)] == [0, 0, 0]


def test_a_server_with_too_many_messages_uses_up_no_attempts() -> None:
    """It is tried again when the server says, for ever; the attempts that count are the others."""
    busy = Receipt(TRY_LATER, "the server answered 429", throttled=True, retry_after=timedelta(minutes=3))
    for attempt, throttled in ((1, 0), (30, 0), (400, 380)):
        sent = replace(delivery(attempt=attempt), throttled=throttled)
        assert after_attempt(busy, sent, limit=30, now=NOON) == RetryVerdict(
            DeliveryState.RETRY, NOON + timedelta(minutes=3)
        )
    sent = replace(delivery(attempt=400), throttled=371)
    assert after_attempt(Receipt(TRY_LATER), sent, limit=30, now=NOON).state is DeliveryState.RETRY
    sent = replace(sent, throttled=370)
    assert after_attempt(Receipt(TRY_LATER), sent, limit=30, now=NOON).state is DeliveryState.DEAD


def test_a_wait_that_a_failing_server_asks_for_makes_ours_no_shorter() -> None:
    """A 503 that says "1" each time would use up all attempts in half a minute."""
    for asked, least in ((timedelta(seconds=1), LONGEST_WAIT / 2), (timedelta(hours=1), timedelta(hours=1))):
        busy = Receipt(TRY_LATER, "the server answered 503", retry_after=asked)
        found = after_attempt(busy, delivery(attempt=9), limit=30, now=NOON)
        assert found.not_before is not None
        assert found.not_before >= NOON + least
