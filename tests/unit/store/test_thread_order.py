"""An update does not arrive before the alert that it updates, also when the channel fails."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from monitor.alerting.retry import after_message
from monitor.model import Delivery, DeliveryState, OncePer, Receipt, ReceiptKind
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, delivery
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import TRIES_FOR_OTHERS, Outbox
from tests.support.building import HOUR, MINUTE, NOON, alert_of, article, claimed, commit, rule, rules, sources

SECOND = timedelta(seconds=1)
OK = Receipt(ReceiptKind.ACCEPTED, "accepted")
AWAY = Receipt(ReceiptKind.TRY_LATER, "the server could not be reached")
REFUSED = Receipt(ReceiptKind.REFUSED, "the server answered 404")
LOST = Receipt(ReceiptKind.UNKNOWN, "no answer")


class Desk:
    """A channel, whose server gives `answer`, or what `answers` has for an article. `tried`: the articles of the
    attempts, in order; `arrived`: of those that were accepted."""

    def __init__(self, database: Database) -> None:
        self.database, self.outbox, self.now = database, Outbox(database, "here:1"), NOON
        self.claims, self.section = Claims(database, "here:1"), SerialSection(database)
        self.claims.register_sources(sources("wire"), NOON)
        self.answer, self.answers = AWAY, dict[str, Receipt]()
        self.tried, self.arrived = list[str](), list[str]()
        self.alerts = dict[str, str]()

    def tell(self, uid: str, *, updates: str | None = None, rules_hit: int = 1) -> None:
        """An alert for an article now, of each of the rules; `updates`: the article whose alerts it updates."""
        each = rules(*(rule(f"launch-{number}", once_per=OncePer.ARTICLE) for number in range(rules_hit)))
        commit(self.section, claimed(self.claims, at=self.now), article(uid, seen=self.now), at=self.now, ruleset=each)
        with self.database.writing() as connection:
            query = select(alert.c.id, alert.c.rule_id).where(alert.c.id.not_in(self.alerts.values()))
            for row in connection.execute(query).all():
                self.alerts[f"{uid} {row.rule_id}"] = row.id
                if updates is not None:
                    thread = self.alerts[f"{updates} {row.rule_id}"]
                    connection.execute(update(alert).where(alert.c.id == row.id).values(thread=thread))

    def send_until(self, end: datetime, *, step: timedelta = SECOND, combine: bool = False) -> None:
        """Send what is due at each step until then."""
        while self.now < end:
            while (sent := self.outbox.claim("desk", self.now, MINUTE, combine=combine)) is not None:
                self.settle(sent)
            self.now += step

    def settle(self, sent: Delivery) -> None:
        uid = alert_of(sent).article.uid
        receipt = self.answers.get(uid, self.answer)
        own, *others = after_message(receipt, (sent, *sent.combined), limit=30, now=self.now, unknowns=0)
        self.tried.append(uid)
        self.arrived += [uid] if receipt.is_sent else []
        assert self.outbox.settle(sent, receipt, own, self.now, *others)


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_an_update_waits_for_its_alert_when_the_server_is_back(desk: Desk) -> None:
    """The alert has a long wait by then, and the update a short one."""
    desk.tell("lagos")
    desk.send_until(NOON + 75 * SECOND)
    desk.tell("7 injured", updates="lagos")
    desk.send_until(NOON + 105 * SECOND)
    assert "7 injured" in desk.tried
    desk.answer = OK
    desk.send_until(NOON + 5 * MINUTE)
    assert desk.arrived == ["lagos", "7 injured"]


def test_an_update_after_the_outage_sends_its_alert_first(desk: Desk) -> None:
    """At once: neither waits for the long wait of the alert."""
    desk.tell("lagos")
    desk.send_until(NOON + HOUR, step=MINUTE)
    desk.answer = OK
    desk.tell("7 injured", updates="lagos")
    desk.send_until(desk.now + SECOND)
    assert desk.arrived == ["lagos", "7 injured"]


def test_while_a_channel_fails_the_oldest_of_a_thread_tries_it(desk: Desk) -> None:
    """Until it was tried TRIES_FOR_OTHERS times; then each goes at its own time."""
    desk.tell("lagos")
    desk.tell("7 injured", updates="lagos")
    desk.tell("9 injured", updates="lagos")
    desk.send_until(NOON + SECOND)
    assert desk.tried == ["lagos", "7 injured"]
    desk.send_until(NOON + 20 * MINUTE, step=5 * SECOND)
    assert set(desk.tried[2:]) == {"lagos"}
    assert len(desk.tried) <= TRIES_FOR_OTHERS + 1
    desk.answer = OK
    desk.send_until(desk.now + HOUR, step=MINUTE)
    assert desk.arrived == ["lagos", "7 injured", "9 injured"]


def test_after_an_outage_the_oldest_goes_first(desk: Desk) -> None:
    """Also where some were tried often, and others never."""
    for uid in ("a", "b", "c", "d"):
        desk.tell(uid)
        desk.send_until(desk.now + 20 * SECOND)
    desk.tell("e")
    desk.answer = OK
    desk.send_until(desk.now + 10 * MINUTE, step=5 * SECOND)
    assert desk.arrived[1:] == sorted(desk.arrived[1:])
    assert len(desk.arrived) == 5


@pytest.mark.parametrize("answer", [AWAY, REFUSED, LOST])
def test_a_message_that_is_to_blame_itself_does_not_stop_its_updates(desk: Desk, answer: Receipt) -> None:
    """The server takes others: after one attempt of the older one, the update goes."""
    desk.answer, desk.answers = OK, {"poison": answer}
    desk.tell("poison")
    desk.send_until(NOON + 5 * SECOND)
    desk.tell("7 injured", updates="poison")
    desk.send_until(desk.now + SECOND)
    assert desk.arrived == ["7 injured"]


@pytest.mark.parametrize("answer", [REFUSED, LOST])
def test_a_message_that_is_refused_or_unclear_stops_no_update_of_a_failing_channel(desk: Desk, answer: Receipt) -> None:
    """It is known to be reached, or the message may have arrived."""
    desk.answers = {"poison": answer}
    desk.tell("poison")
    desk.tell("7 injured", updates="poison")
    desk.send_until(NOON + SECOND)
    desk.answer = OK
    desk.send_until(NOON + MINUTE)
    assert desk.arrived == ["7 injured"]


def test_another_thread_does_not_wait(desk: Desk) -> None:
    desk.tell("lagos")
    desk.send_until(NOON + MINUTE)
    desk.tell("abuja")
    desk.answer = OK
    desk.send_until(desk.now + SECOND)
    assert desk.arrived[0] == "abuja"


def test_what_was_tried_in_one_message_goes_in_one(desk: Desk) -> None:
    """Also when an update brings its turn forward."""
    desk.tell("lagos", rules_hit=2)
    desk.send_until(NOON + 15 * SECOND, combine=True)
    desk.answer = OK
    desk.tell("7 injured", updates="lagos", rules_hit=2)
    desk.send_until(desk.now + SECOND, combine=True)
    assert desk.arrived == ["lagos", "7 injured"]
    with desk.database.reading() as connection:
        states = connection.execute(select(delivery.c.state)).scalars().all()
    assert states == [DeliveryState.ACCEPTED] * 4


def test_many_updates_do_not_use_up_the_attempts_of_their_alert(database: Database) -> None:
    """It is tried for half a day, as without them."""
    desk = Desk(database)
    desk.tell("alert")
    for number in range(6):
        desk.send_until(desk.now + 8 * MINUTE, step=5 * SECOND)
        desk.tell(f"update {number}", updates="alert")
    desk.send_until(NOON + 5 * HOUR, step=10 * SECOND)
    with database.reading() as connection:
        states = set(connection.execute(select(delivery.c.state)).scalars())
    assert DeliveryState.DEAD not in states
    assert desk.tried.count("alert") < 24


def test_an_update_arrives_soon_after_its_server_is_back(database: Database) -> None:
    """Behind its alert, whose own wait is much longer by then."""
    desk = Desk(database)
    desk.tell("alert")
    desk.send_until(NOON + 30 * MINUTE, step=10 * SECOND)
    desk.tell("update", updates="alert")
    desk.send_until(desk.now + 6 * MINUTE)
    desk.answer = OK
    desk.send_until(desk.now + 6 * MINUTE)
    assert desk.arrived == ["alert", "update"]
