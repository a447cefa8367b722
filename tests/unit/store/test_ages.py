"""How old the sources' good polls are, and what waits in the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor import clock
from monitor.alerting.retry import RetryVerdict
from monitor.decide import Decision
from monitor.model import Delivery, DeliveryState, FetchOutcome, Level, OncePer, Receipt, ReceiptKind
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queries.ages import PendingDeliveries, PollOutage, SourceAges, find_pending_by_channel, source_ages
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import MINUTE, NOON, article, claimed, commit, polled, rule, rules, sources, to_desk
from tests.support.sending import fill


def poll(database: Database, name: str, minutes: int, outcome: FetchOutcome = FetchOutcome.DOCUMENT) -> None:
    at = NOON + minutes * MINUTE
    claim = claimed(Claims(database, "here:1:aa"), name, at)
    with SerialSection(database).enter(at) as inside:
        assert inside.commit(polled(claim, at, outcome=outcome), Decision((), State()), to_desk)


def test_sources_have_ages(database: Database) -> None:
    """When each was last polled well, and since when it fails; those that are not in the config do not count."""
    Claims(database, "here:1:aa").register_sources(sources("good", "bad", "new", "never", "gone"), NOON)
    for minutes in (0, 10):
        poll(database, "good", minutes)
    poll(database, "bad", 1)
    for minutes in (2, 3):
        poll(database, "bad", minutes, FetchOutcome.FAILED)
        poll(database, "never", minutes, FetchOutcome.FAILED)
        poll(database, "gone", minutes, FetchOutcome.FAILED)
    ages = source_ages(database, ["good", "bad", "new", "never", "unheard-of"])
    assert ages == SourceAges(
        good={
            "good": NOON + 10 * MINUTE, "bad": NOON + MINUTE, "new": None, "never": None, "unheard-of": None
        },
        failing={"bad": NOON + 2 * MINUTE, "never": NOON + 2 * MINUTE},
    )  # fmt: skip
    assert (ages.unverified, ages.oldest) == (("new", "unheard-of"), NOON + MINUTE)


def test_that_no_poll_goes_well_is_seen(database: Database) -> None:
    """By those that have failed since the last good poll of any: what failed before it has a fault of its own."""
    Claims(database, "here:1:aa").register_sources(sources("dead", "wire", "post", "new"), NOON)
    for minutes in (0, 1):
        poll(database, "dead", minutes, FetchOutcome.FAILED)
    everywhere = ["dead", "wire", "post", "new"]
    assert source_ages(database, everywhere).outage == PollOutage(NOON, 2, 1, "")
    for name in ("wire", "post"):
        poll(database, name, 2)
    poll(database, "dead", 3, FetchOutcome.FAILED)
    assert source_ages(database, everywhere).outage is None
    for minutes in (4, 5):
        poll(database, "post", minutes, FetchOutcome.FAILED)
    poll(database, "wire", 6, FetchOutcome.FAILED)
    assert source_ages(database, everywhere).outage == PollOutage(NOON + 4 * MINUTE, 3, 2, "")
    assert source_ages(database, ["wire"]).outage == PollOutage(NOON + 6 * MINUTE, 1, 1, "")
    poll(database, "wire", 7)
    assert source_ages(database, everywhere).outage is None


def test_without_sources_nothing_is_old(database: Database) -> None:
    """Nothing is unverified, and there is no oldest poll."""
    ages = source_ages(database, [])
    assert (ages.unverified, ages.oldest, ages.failing) == ((), None, {})


def test_what_waits_for_a_channel_is_counted(database: Database) -> None:
    """From the moment of the oldest alert, whether it was tried already or is being sent; what has ended does not."""
    claims, outbox, section = Claims(database, "here:1:aa"), Outbox(database, "here:1:aa"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    assert find_pending_by_channel(database, NOON) == {}
    each = rules(rule(once_per=OncePer.ARTICLE))
    for minutes, uid in enumerate("abc"):
        at = NOON + minutes * MINUTE
        commit(section, claimed(claims, "wire", at), article(uid, seen=at), at=at, ruleset=each)
    first = outbox.claim("desk", NOON + 5 * MINUTE, MINUTE)
    assert first is not None
    assert find_pending_by_channel(database, NOON + 5 * MINUTE) == {"desk": PendingDeliveries(3, NOON, NOON)}
    outbox.settle(first, Receipt(ReceiptKind.ACCEPTED), RetryVerdict(DeliveryState.ACCEPTED), NOON + 5 * MINUTE)
    assert find_pending_by_channel(database, NOON) == {"desk": PendingDeliveries(2, NOON + MINUTE, NOON + MINUTE)}


@pytest.mark.parametrize("level", Level)
def test_since_when_an_urgent_alert_waits_is_known(database: Database, level: Level) -> None:
    """Critical and high ones are urgent."""
    fill(database, ["desk"], level=level, other_levels=[Level.LOW])
    [pending] = find_pending_by_channel(database, clock.now()).values()
    assert pending.deliveries == 2
    assert pending.urgent_since == (pending.since if level in (Level.CRITICAL, Level.HIGH) else None)


def test_what_an_operator_has_tried_again_waits_from_then_on(database: Database) -> None:
    """An alert of last week that was dead does not make a channel late for a week, before it is tried and after."""
    claims, outbox = Claims(database, "here:1:aa"), Outbox(database, "here:1:aa")
    claims.register_sources(sources("wire"), NOON)
    commit(SerialSection(database), claimed(claims), article())

    def fails(at: datetime, state: DeliveryState) -> Delivery:
        sent = outbox.claim("desk", at, MINUTE)
        assert sent is not None
        outbox.settle(sent, Receipt(ReceiptKind.TRY_LATER), RetryVerdict(state, at), at)
        return sent

    dead = fails(NOON, DeliveryState.DEAD)
    later = NOON + timedelta(days=7)
    outbox.retry([dead.id], later)
    assert find_pending_by_channel(database, NOON) == {"desk": PendingDeliveries(1, later, later)}
    for minutes in (1, 2):
        fails(later + minutes * MINUTE, DeliveryState.RETRY)
        assert find_pending_by_channel(database, NOON) == {"desk": PendingDeliveries(1, later + MINUTE, later + MINUTE)}
