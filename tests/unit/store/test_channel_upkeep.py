"""What waits for a channel that has failed for long goes to its fallback too, once, and the clock holds up nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from monitor.alerting.retry import RetryVerdict, after_attempt
from monitor.model import Channel, DeliveryState, Handover, OncePer, Receipt, ReceiptKind
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import delivery
from monitor.store.queries.ages import find_pending_by_channel
from monitor.store.queues.channel_states import hand_over
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, rule, rules, sources

BUSY = Receipt(ReceiptKind.TRY_LATER, "the server answered 503")
OK = Receipt(ReceiptKind.ACCEPTED, "accepted")
CHANNELS = {
    "desk": Channel("desk", "json://x", fallback="phone", patience=10 * MINUTE),
    "phone": Channel("phone", "json://y", fallback="mail", patience=20 * MINUTE),
    "mail": Channel("mail", "json://z"),
}


class Service:
    """A daemon with alerts for the desk, whose phone is the fallback, and mail the one of the phone."""

    def __init__(self, database: Database) -> None:
        self.database, self.outbox = database, Outbox(database, "here:1")
        self.claims, self.section = Claims(database, "here:1"), SerialSection(database)
        self.claims.register_sources(sources("wire"), NOON)

    def tell(self, *uids: str, at: datetime = NOON) -> None:
        each = rules(rule(once_per=OncePer.ARTICLE))
        brought = [article(uid, seen=at) for uid in uids]
        commit(self.section, claimed(self.claims, at=at), *brought, at=at, ruleset=each)

    def attempt(self, channel: str, at: datetime, receipt: Receipt = BUSY) -> Handover | None:
        """Send the next one, with this result."""
        sent = self.outbox.claim(channel, at, MINUTE)
        assert sent is not None
        accepted = receipt.kind is ReceiptKind.ACCEPTED
        state = DeliveryState.ACCEPTED if accepted else DeliveryState.RETRY
        self.outbox.settle(sent, receipt, RetryVerdict(state, None if accepted else at + MINUTE), at)
        return sent.handover

    def hand_over(self, at: datetime) -> list[tuple[str, str, int]]:
        """Which channel gave how many to which."""
        done = hand_over(self.database, CHANNELS, at)
        return [(failed.name, failed.fallback, count) for failed, count in done.items()]

    def waiting(self, channel: str) -> int:
        with self.database.reading() as connection:
            query = select(delivery.c.id).where(delivery.c.channel == channel, delivery.c.state != "accepted")
            return len(connection.execute(query).all())


@pytest.fixture
def service(database: Database) -> Service:
    """Nothing has failed yet."""
    return Service(database)


def test_the_fallback_gets_what_waits_once_patience_is_over(service: Service) -> None:
    """All of it, once, and what comes meanwhile; the channel keeps its own deliveries."""
    service.tell("a", "b")
    service.attempt("desk", NOON)
    assert service.hand_over(NOON + 9 * MINUTE) == []
    assert service.hand_over(NOON + 10 * MINUTE) == [("desk", "phone", 2)]
    assert service.hand_over(NOON + 11 * MINUTE) == []
    service.tell("c", at=NOON + 11 * MINUTE)
    assert service.hand_over(NOON + 11 * MINUTE) == []  # it has its first chance on its own channel
    assert service.hand_over(NOON + 12 * MINUTE) == [("desk", "phone", 1)]
    assert (service.waiting("desk"), service.waiting("phone")) == (3, 3)
    assert service.attempt("phone", NOON + 12 * MINUTE, OK) == Handover("desk", NOON)


def test_a_fallback_that_fails_has_its_own(service: Service) -> None:
    """What it was handed goes on, by its own patience."""
    service.tell("a")
    service.attempt("desk", NOON)
    service.hand_over(NOON + 10 * MINUTE)
    service.attempt("phone", NOON + 10 * MINUTE)
    assert service.hand_over(NOON + 29 * MINUTE) == []
    assert service.hand_over(NOON + 30 * MINUTE) == [("phone", "mail", 1)]
    assert service.attempt("mail", NOON + 30 * MINUTE, OK) == Handover("phone", NOON + 10 * MINUTE)
    assert service.hand_over(NOON + HOUR) == []


def test_a_channel_that_takes_something_hands_over_nothing(service: Service) -> None:
    """Its failure is over."""
    service.tell("a", "b")
    service.attempt("desk", NOON)
    service.attempt("desk", NOON, OK)
    assert service.hand_over(NOON + HOUR) == []


def test_what_waits_for_its_hours_is_not_handed_over(service: Service) -> None:
    """It is not late yet."""
    service.tell("a", "b")
    service.attempt("desk", NOON)
    with service.database.writing() as connection:
        waits = update(delivery).where(delivery.c.state == "pending")
        connection.execute(waits.values(not_before=NOON + 9 * HOUR))
    assert service.hand_over(NOON + HOUR) == [("desk", "phone", 1)]


def test_ten_that_fall_due_while_the_receiver_is_down_go_within_thirty_seconds_of_its_recovery(
    service: Service,
) -> None:
    """It is down for 90 s; none is sent twice."""
    service.tell(*(f"a{number}" for number in range(10)))
    accepted: list[tuple[int, timedelta]] = []
    for second in range(0, 125, 5):
        now = NOON + timedelta(seconds=second)
        while (sent := service.outbox.claim("desk", now, MINUTE)) is not None:
            receipt = BUSY if second < 90 else OK
            service.outbox.settle(sent, receipt, after_attempt(receipt, sent, limit=30, now=now), now)
            if receipt is OK:
                accepted.append((sent.id, now - NOON))
    assert len(accepted) == len({number for number, _ in accepted}) == 10
    assert max(after for _, after in accepted) <= timedelta(seconds=120)


def test_what_the_fallback_holds_for_its_hours_is_sent_there_at_once(service: Service) -> None:
    """Nobody else has it."""
    service.tell("a", "b")
    service.attempt("desk", NOON)
    with service.database.writing() as connection:
        (first,) = connection.execute(select(delivery.c.alert_id).where(delivery.c.state == "retry")).scalars()
        held = {"alert_id": first, "channel": "phone", "state": "pending", "not_before": NOON + 9 * HOUR}
        connection.execute(delivery.insert().values(**held, held_by="the hours 'day' of route default"))
    assert service.outbox.claim("phone", NOON + MINUTE, MINUTE) is None
    assert service.hand_over(NOON + 10 * MINUTE) == [("desk", "phone", 2)]
    sent = [service.outbox.claim("phone", NOON + 10 * MINUTE, MINUTE) for _ in range(2)]
    assert [one is not None and (one.held_by, one.handover is not None) for one in sent] == [(None, True)] * 2
    assert service.hand_over(NOON + 11 * MINUTE) == []


def test_a_fallback_does_not_look_stalled_by_what_it_gets(service: Service) -> None:
    """What was handed over waits there since it came."""
    service.tell("a", "b")
    service.attempt("desk", NOON)
    assert service.hand_over(NOON + 10 * MINUTE) == [("desk", "phone", 2)]
    now = NOON + 11 * MINUTE
    assert find_pending_by_channel(service.database, now)["phone"].since == NOON + 10 * MINUTE
    service.attempt("phone", now)
    assert find_pending_by_channel(service.database, now)["phone"].since == NOON + 10 * MINUTE
    assert find_pending_by_channel(service.database, now)["desk"].since == NOON
