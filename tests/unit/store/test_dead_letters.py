"""What was given up is sent by itself when its channel works again, and a message that is to blame itself is not."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select, update
from structlog.testing import capture_logs

from monitor.alerting.retry import RetryVerdict
from monitor.errors import StoreFailed
from monitor.model import Blame, DeadLetters, Delivery, DeliveryState, OncePer, Receipt, ReceiptKind
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, article_version, delivery
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox, find_dead_letters
from monitor.telemetry import LogEvent
from tests.support.building import HOUR, MINUTE, NOON, alert_of, article, claimed, commit, notice, rule, rules, sources

OK = Receipt(ReceiptKind.ACCEPTED, "accepted")
BUSY = Receipt(ReceiptKind.TRY_LATER, "the server answered 503")
LOST = Receipt(ReceiptKind.UNKNOWN, "no answer")
REFUSED = Receipt(ReceiptKind.REFUSED, "the server answered 400")
BLAMED = f"{BUSY.detail}; its channel accepts others, so this message itself is to blame"


class Desk:
    """A channel: what is told on it, and what becomes of it. Its clock goes on by a minute at each attempt, and while
    the channel rests because it fails."""

    def __init__(self, database: Database) -> None:
        self.database, self.outbox, self.now = database, Outbox(database, "here:1"), NOON
        self.claims, self.section = Claims(database, "here:1"), SerialSection(database)
        self.claims.register_sources(sources("wire"), NOON)

    def tell(self, *uids: str) -> None:
        """An alert for each."""
        each = rules(rule(once_per=OncePer.ARTICLE))
        commit(self.section, claimed(self.claims, at=self.now), *map(article, uids), at=self.now, ruleset=each)

    def attempt(self, receipt: Receipt, state: DeliveryState, wait: timedelta = 12 * HOUR) -> Delivery:
        """The next one that is due, tried; where it is tried again, so much later."""
        sent = self.outbox.claim("desk", self.now, MINUTE)
        for _ in range(9):
            if sent is None:
                self.now += MINUTE
                sent = self.outbox.claim("desk", self.now, MINUTE)
        assert sent is not None
        self.now += MINUTE
        again = self.now + wait if state is DeliveryState.RETRY else None
        assert self.outbox.settle(sent, receipt, RetryVerdict(state, again), self.now)
        return sent

    def dies(self, receipt: Receipt = BUSY) -> Delivery:
        return self.attempt(receipt, DeliveryState.DEAD)

    def accepts(self) -> Delivery:
        return self.attempt(OK, DeliveryState.ACCEPTED)

    def fails(self, receipt: Receipt = BUSY) -> Delivery:
        return self.attempt(receipt, DeliveryState.RETRY)

    def states(self) -> dict[str, int]:
        return {state: count for state, count in ReportQueries(self.database).delivery_counts().items() if count}

    def due(self) -> list[int]:
        """What can be sent now."""
        rows = select(delivery.c.id).where(
            delivery.c.state.in_(["pending", "retry"]), delivery.c.not_before <= self.now
        )
        with self.database.reading() as connection:
            return list(connection.execute(rows.order_by(delivery.c.id)).scalars())


@pytest.fixture
def desk(database: Database) -> Desk:
    """Nothing was told yet."""
    return Desk(database)


def test_what_is_dead_is_sent_when_its_channel_next_accepts_something(desk: Desk) -> None:
    """With all its attempts, as after the operator's word; its past stays, and nothing is dead any more."""
    desk.tell("a", "b")
    first, second = desk.dies(), desk.dies()
    assert find_dead_letters(desk.database) == [
        DeadLetters("desk", Blame.CHANNEL, 2, NOON + MINUTE, "the server answered 503")
    ]
    assert desk.due() == []
    desk.tell("c")
    with capture_logs() as logs:
        desk.accepts()
    assert [(each["event"], each["channel"], each["deliveries"]) for each in logs] == [(LogEvent.REVIVED, "desk", 2)]
    assert desk.states() == {"accepted": 1, "pending": 2}
    assert find_dead_letters(desk.database) == []
    again = desk.fails()
    assert (again.id, again.attempt, again.forgiven_attempts, again.refusals) == (first.id, 2, 1, 0)
    assert desk.accepts().id == second.id


def test_the_acceptance_on_another_channel_is_none_of_its_own(desk: Desk) -> None:
    """Nor does what was discarded come back."""
    desk.tell("a", "b", "c")
    other = desk.dies()
    discarded = desk.dies()
    with desk.database.writing() as connection:
        connection.execute(update(delivery).where(delivery.c.id == other.id).values(channel="phone"))
    desk.outbox.discard([discarded.id], desk.now)
    desk.accepts()
    assert desk.states() == {"accepted": 1, "dead": 1, "discarded": 1}


def test_a_message_that_is_to_blame_stays_dead(desk: Desk) -> None:
    """Its channel accepted another one between its first attempt and its death. The reason is kept, and a person may
    still have it sent."""
    desk.tell("poison", "b", "c")
    sent = desk.fails()
    desk.accepts()
    desk.now += 24 * HOUR
    desk.outbox.discard([sent.id + 2], desk.now)
    assert desk.dies().id == sent.id
    why = "the server answered 503; its channel accepts others, so this message itself is to blame"
    assert find_dead_letters(desk.database) == [DeadLetters("desk", Blame.MESSAGE, 1, desk.now, why)]
    dead = next(each for each in ReportQueries(desk.database).deliveries([DeliveryState.DEAD], 9))
    assert (dead.detail, dead.blame) == (BLAMED, "message")
    desk.tell("d")
    desk.accepts()
    assert desk.states() == {"accepted": 2, "dead": 1, "discarded": 1}
    desk.outbox.retry([sent.id], desk.now)
    assert desk.accepts().id == sent.id


def test_a_channel_that_was_away_is_to_blame_whatever_it_accepted_before(desk: Desk) -> None:
    """What was accepted before the first attempt says nothing of it."""
    desk.tell("a")
    desk.accepts()
    desk.tell("b")
    desk.dies()
    assert [each.blame for each in find_dead_letters(desk.database)] == [Blame.CHANNEL]


@pytest.mark.parametrize("receipt", [BUSY, LOST, REFUSED])
def test_a_message_that_alone_dies_again_after_its_channel_accepted_another_one_is_to_blame(
    desk: Desk, receipt: Receipt
) -> None:
    """On a quiet channel nothing else is sent while it is tried: it is revived once."""
    desk.tell("poison")
    poison = desk.dies(receipt).id
    assert [each.blame for each in find_dead_letters(desk.database)] == [Blame.CHANNEL]
    desk.tell("b")
    desk.accepts()
    assert desk.fails(receipt).id == poison
    desk.now += 12 * HOUR
    assert desk.dies(receipt).id == poison
    assert [each.blame for each in find_dead_letters(desk.database)] == [Blame.MESSAGE]
    desk.tell("c")
    desk.accepts()
    assert desk.states() == {"accepted": 2, "dead": 1}


@pytest.mark.parametrize("receipt", [BUSY, LOST, REFUSED])
def test_a_channel_that_flaps_is_to_blame_for_what_it_lets_die_again(desk: Desk, receipt: Receipt) -> None:
    """It accepts one message and is away again, more than once: all that was revived is sent when it is back."""
    desk.tell(*"abcd")
    for uid in "ef":
        for _ in range(4):
            desk.dies(receipt)
        assert [(each.blame, each.deliveries) for each in find_dead_letters(desk.database)] == [(Blame.CHANNEL, 4)]
        desk.tell(uid)
        desk.accepts()
    for _ in range(4):
        desk.accepts()
    assert desk.states() == {"accepted": 6}


@pytest.mark.parametrize("receipt", [BUSY, LOST, REFUSED])
def test_a_moved_message_is_not_to_blame_for_what_its_new_channel_accepted_before(desk: Desk, receipt: Receipt) -> None:
    """Its attempts on the old channel say nothing of the new one; there it is revived once too."""
    desk.tell("a")
    moved = desk.dies(receipt)
    with desk.database.writing() as connection:
        connection.execute(update(delivery).where(delivery.c.id == moved.id).values(channel="phone"))
    desk.tell("b")
    desk.accepts()
    desk.outbox.move([moved.id], "desk", desk.now)
    assert desk.dies(receipt).id == moved.id
    assert [each.blame for each in find_dead_letters(desk.database)] == [Blame.CHANNEL]
    desk.tell("c")
    desk.accepts()
    assert desk.dies(receipt).id == moved.id
    assert [each.blame for each in find_dead_letters(desk.database)] == [Blame.MESSAGE]


def test_what_is_dead_without_a_blame_is_known(desk: Desk) -> None:
    """It died before the blame was stored: no acceptance revives it, so it is reported as the message's."""
    desk.tell("a", "b", "poison")
    old, _ = desk.dies(), desk.fails()
    with desk.database.writing() as connection:
        connection.execute(update(delivery).where(delivery.c.id == old.id).values(blame=None))
    desk.accepts()
    assert desk.dies().id != old.id
    assert [(each.blame, each.deliveries) for each in find_dead_letters(desk.database)] == [(Blame.MESSAGE, 2)]


def test_what_an_operator_sends_to_a_channel_that_is_still_away_is_not_to_blame(desk: Desk) -> None:
    """An acceptance from before it died is no proof that the channel works."""
    desk.tell("a")
    desk.accepts()
    desk.tell("b")
    dead = desk.dies()
    desk.outbox.retry([dead.id], desk.now)
    desk.dies()
    assert [each.blame for each in find_dead_letters(desk.database)] == [Blame.CHANNEL]


def test_what_waits_is_due_when_its_channel_works_again(desk: Desk) -> None:
    """It need not wait for its next attempt, if it has certainly not arrived and did not fail beside one that did."""
    desk.tell("a", "b")
    away = desk.fails().id, desk.fails(LOST).id
    desk.tell("c")
    desk.accepts()
    assert desk.due() == [away[0]]
    assert desk.fails().id == away[0]
    desk.tell("d")
    desk.accepts()
    assert desk.due() == []  # it has failed while the channel accepted others: it keeps its pauses


def test_notices_are_sent_late_too(desk: Desk) -> None:
    """Also one of the channel itself: it says since when, and the next says that it is over."""
    with desk.section.enter(NOON) as inside:
        inside.write_notices([notice(channels=("desk",))], [])
    desk.dies()
    assert [each.deliveries for each in find_dead_letters(desk.database)] == [1]
    desk.tell("a")
    desk.accepts()
    assert desk.states() == {"accepted": 1, "pending": 1}


def test_two_daemons_that_accept_at_once_revive_each_once(database: Database) -> None:
    """Neither waits for the other's rows, and nothing is lost between them."""
    desk = Desk(database)
    desk.tell(*(f"{number}" for number in range(20)))
    boxes = [Outbox(database, owner) for owner in ("here:1", "there:2")]
    claims = [box.claim("desk", desk.now, HOUR) for box in boxes]
    for _ in range(18):
        desk.dies()

    def accept(box: Outbox, sent: Delivery | None) -> bool:
        assert sent is not None
        return box.settle(sent, OK, RetryVerdict(DeliveryState.ACCEPTED), desk.now)

    with ThreadPoolExecutor(2) as threads:
        assert all(threads.map(accept, boxes, claims))
    assert desk.states() == {"accepted": 2, "pending": 18}
    with database.reading() as connection:
        assert set(connection.execute(select(delivery.c.forgiven).where(delivery.c.state == "pending")).scalars()) == {
            1
        }


DAMAGES = {
    "items that are no list of lines": update(alert).values(items=[7]),
    "a clause that there is not": update(alert).values(reason_parameters=[{"code": "song"}]),
    "a mark without an end": update(alert).values(marks=[[1]]),
    "a level that there is not": update(alert).values(level="loud"),
    "a kind that there is not": update(alert).values(kind="song"),
    "a text that is gone": article_version.delete(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_row_that_cannot_be_read_holds_up_no_other(desk: Desk, damage: str) -> None:
    """It is dead at once, with its reason, and the next one is claimed in the same call; neither an acceptance nor a
    person's retry makes anything go round in circles."""
    desk.tell("a")
    with desk.database.writing() as connection:
        connection.execute(DAMAGES[damage])
    desk.tell("b", "c")
    with capture_logs() as logs:
        sent = desk.accepts()
    (said,) = logs
    assert (said["event"], said["log_level"], said["channel"]) == (LogEvent.DEAD, "error", "desk")
    (dead,) = ReportQueries(desk.database).deliveries([DeliveryState.DEAD], 9)
    assert (dead.id, dead.attempts, dead.blame) == (sent.id - 1, 0, "message")
    assert said["alert"] == dead.alert
    assert said["detail"] == dead.detail
    assert dead.alert in str(dead.detail)
    assert desk.states() == {"accepted": 1, "dead": 1, "pending": 1}
    desk.outbox.retry([dead.id], desk.now)
    assert desk.accepts().id == sent.id + 1
    assert desk.outbox.claim("desk", desk.now, MINUTE) is None
    assert desk.states() == {"accepted": 2, "dead": 1}


def test_a_death_is_logged_once_it_is_stored(desk: Desk) -> None:
    """A commit that fails leaves it unsent: then the log does not say that it is dead."""
    desk.tell("a")
    with desk.database.writing() as connection:
        connection.execute(update(alert).values(kind="song"))

    def fail(_: object) -> None:
        raise StoreFailed("disk full")

    event.listen(desk.database.write, "commit", fail)
    with capture_logs() as logs, pytest.raises(StoreFailed):
        desk.outbox.claim("desk", desk.now, MINUTE)
    event.remove(desk.database.write, "commit", fail)
    assert logs == []
    assert desk.states() == {"pending": 1}
    with capture_logs() as logs:
        assert desk.outbox.claim("desk", desk.now, MINUTE) is None
    assert [each["event"] for each in logs] == [LogEvent.DEAD]


@pytest.mark.parametrize("column", ["items", "marks", "reason_parameters", "at"])
def test_a_row_that_is_no_json_and_no_moment_holds_up_no_other(desk: Desk, column: str) -> None:
    """SQLite takes anything; PostgreSQL refuses it."""
    if desk.database.shared:
        with pytest.raises(Exception, match="invalid input syntax"), desk.database.writing() as connection:
            connection.exec_driver_sql(f"UPDATE alert SET {column} = '[{{'")
        return
    desk.tell("a")
    with desk.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE alert SET {column} = '[{{'")
    desk.tell("b")
    desk.accepts()
    assert desk.states() == {"accepted": 1, "dead": 1}


@pytest.mark.parametrize("column", ["alert.sentence", "alert.title", "article_version.text", "article_version.title"])
def test_a_text_that_is_no_utf_8_is_sent_with_marks_in_its_place(desk: Desk, column: str) -> None:
    """SQLite takes anything; PostgreSQL refuses it."""
    table, _, name = column.partition(".")
    desk.tell("a")
    if desk.database.shared:
        with pytest.raises(StoreFailed, match="invalid byte sequence"), desk.database.writing() as connection:
            connection.exec_driver_sql(f"UPDATE {table} SET {name} = convert_from('\\xffc328', 'UTF8')")
        return
    with desk.database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE {table} SET {name} = CAST(x'ffc328' AS TEXT)")
    desk.tell("b")
    sent = alert_of(desk.accepts())
    found = (sent.sentence, sent.rule_title, sent.article.text, sent.article.title)
    assert [said == "\ufffd\ufffd(" for said in found].count(True) == 1
    assert sent.article.uid == "a"
    assert alert_of(desk.accepts()).article.uid == "b"
    assert desk.states() == {"accepted": 2}


def test_a_delivery_without_its_alert_holds_up_no_other(desk: Desk) -> None:
    """No daemon leaves such a row behind: somebody has written into the database."""
    desk.tell("b")
    row = "INSERT INTO delivery (alert_id, channel, state, not_before) VALUES ('gone', 'desk', 'pending', '2026-01-05')"
    if desk.database.shared:
        with desk.database.writing() as connection:
            connection.exec_driver_sql("ALTER TABLE delivery DROP CONSTRAINT fk_delivery_alert_id")
            connection.exec_driver_sql(row)
    else:
        with closing(sqlite3.connect(str(desk.database.write.url.database))) as other, other:
            other.execute(row)  # by default SQLite minds no foreign key
    desk.accepts()
    (dead,) = ReportQueries(desk.database).deliveries([DeliveryState.DEAD], 9)
    assert (dead.detail, dead.rule, dead.title) == ("alert gone is not in the database", None, None)


def test_what_is_dead_is_explained_with_what_to_do() -> None:
    """By its cause: wait for the channel, or decide on the message."""

    def said(blame: Blame, deliveries: int) -> str:
        return DeadLetters("desk", blame, deliveries, NOON).explain("09:50")

    assert said(Blame.CHANNEL, 1) == (
        "channel desk: 1 delivery is dead since 09:50; repair the channel: the next message that the channel accepts "
        "brings it along; to send it now: `news-monitor outbox retry --dead --channel desk`"
    )
    assert said(Blame.MESSAGE, 2) == (
        "channel desk: 2 deliveries are dead since 09:50, and the messages themselves are to blame: see `news-monitor "
        "outbox list --state dead`; send them again: `news-monitor outbox retry --dead --channel desk`, or discard: "
        "`news-monitor outbox discard ID`"
    )


def test_moments_are_of_the_first_death(desk: Desk) -> None:
    """Since when something is dead, of each channel and cause."""
    desk.tell("a", "b")
    desk.dies()
    first: datetime = desk.now
    desk.dies()
    assert [each.since for each in find_dead_letters(desk.database)] == [first]
