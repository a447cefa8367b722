"""A delivery that the hours of a route hold: it waits, and nothing is wrong with its channel."""

from __future__ import annotations

from datetime import UTC, datetime, time

from monitor.active_config import plan_alert
from monitor.alerting.retry import RetryVerdict
from monitor.model import (
    Channel,
    ClockSpan,
    Delivery,
    DeliveryState,
    Hours,
    Level,
    OncePer,
    Outside,
    Receipt,
    ReceiptKind,
    RouteStep,
    Settings,
)
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queries.ages import (
    HeldDeliveries,
    PendingDeliveries,
    find_held_by_channel,
    find_pending_by_channel,
)
from monitor.store.queries.ops_snapshot import load_ops_facts
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import OPERATOR_STATES, Outbox
from tests.support.building import HOUR, MINUTE, article, claimed, decide_in, polled, rule, rules, sources

OFFICE = Hours("office hours", "UTC", (ClockSpan(frozenset(range(5)), time(9), time(18)),))
NIGHT = datetime(2026, 1, 6, 3, 12, tzinfo=UTC)
MORNING = NIGHT.replace(hour=9, minute=0)
HELD = "the hours 'office hours' of route default"
ROUTE = (RouteStep("desk", hours=OFFICE), RouteStep("phone", Level.HIGH, OFFICE, Outside.CRITICAL_ONLY))
SETTINGS = Settings("UTC", "", {name: Channel(name, "json://x.test") for name in ("desk", "phone")}, {"default": ROUTE})
OK, BUSY = Receipt(ReceiptKind.ACCEPTED), Receipt(ReceiptKind.TRY_LATER, "503")


def commit_alert(database: Database, level: Level, uid: str, at: datetime) -> None:
    """One alert of this level, sent as its route says."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire"), at)
    claim = claimed(claims, at=at)
    with SerialSection(database).enter(at) as inside:
        ruleset = rules(rule(f"launch-{level}", level=level, once_per=OncePer.ARTICLE))
        decision = decide_in(inside, [article(uid, seen=at)], ruleset)
        assert inside.commit(polled(claim, at), decision, lambda alert: plan_alert(alert, SETTINGS.routes))


def take(outbox: Outbox, channel: str, at: datetime) -> Delivery | None:
    return outbox.claim(channel, at, MINUTE)


def test_what_is_held_waits_until_the_hours_begin(database: Database) -> None:
    """Then it is due, the highest level first, and only then does it count as waiting: since the hours began."""
    outbox = Outbox(database, "here:1")
    for minutes, level in enumerate((Level.LOW, Level.HIGH, Level.MEDIUM)):
        commit_alert(database, level, f"a{level}", NIGHT + 10 * minutes * MINUTE)
    almost = MORNING - MINUTE
    assert outbox.find_due(almost).channels == []
    assert take(outbox, "desk", almost) is None
    assert find_pending_by_channel(database, almost) == {}
    assert find_held_by_channel(database, almost) == {"desk": HeldDeliveries(3, MORNING)}
    assert find_held_by_channel(database, MORNING) == {}
    assert find_pending_by_channel(database, MORNING) == {"desk": PendingDeliveries(3, MORNING, MORNING)}
    with database.reading() as connection:
        assert load_ops_facts(connection, almost).stalled_channels == ()
        assert [stalled.since for stalled in load_ops_facts(connection, MORNING).stalled_channels] == [MORNING]
    sent = [take(outbox, "desk", MORNING) for _ in range(3)]
    assert [each.alert.level for each in sent if each] == [Level.HIGH, Level.MEDIUM, Level.LOW]
    assert {each.held_by for each in sent if each} == {HELD}


def test_what_is_critical_is_sent_at_once(database: Database) -> None:
    """On every step that holds or drops the rest."""
    outbox = Outbox(database, "here:1")
    commit_alert(database, Level.CRITICAL, "a1", NIGHT)
    assert sorted(outbox.find_due(NIGHT).channels) == ["desk", "phone"]
    sent = take(outbox, "phone", NIGHT)
    assert sent is not None
    assert sent.held_by is None


def test_a_channel_that_accepts_a_message_wakes_nothing_that_is_held(database: Database) -> None:
    """Nor does the operator who retries all that waits for it; who names the delivery sends it."""
    outbox = Outbox(database, "here:1")
    commit_alert(database, Level.HIGH, "a1", NIGHT)
    commit_alert(database, Level.CRITICAL, "a2", NIGHT + HOUR)
    sent = take(outbox, "desk", NIGHT + HOUR)
    assert sent is not None
    outbox.settle(sent, OK, RetryVerdict(DeliveryState.ACCEPTED), NIGHT + HOUR)
    assert take(outbox, "desk", NIGHT + HOUR) is None
    assert outbox.ids(OPERATOR_STATES, "desk", NIGHT + HOUR) == []
    (held,) = outbox.ids([DeliveryState.PENDING], "desk")
    outbox.retry([held], NIGHT + HOUR)
    early = take(outbox, "desk", NIGHT + HOUR)
    assert early is not None
    assert early.held_by == HELD


def test_a_channel_that_fails_in_its_hours_is_late_since_they_began(database: Database) -> None:
    """Not since the alert: however often it is tried."""
    outbox = Outbox(database, "here:1")
    commit_alert(database, Level.LOW, "a1", NIGHT)
    for minutes in (0, 5, 10):
        at = MORNING + minutes * MINUTE
        sent = take(outbox, "desk", at)
        assert sent is not None
        outbox.settle(sent, BUSY, RetryVerdict(DeliveryState.RETRY, at + 5 * MINUTE), at)
        assert find_pending_by_channel(database, at) == {"desk": PendingDeliveries(1, MORNING)}
        assert find_held_by_channel(database, at) == {}
