"""What time brings: notices, from what polls and deliveries left in the database to the operator's channels."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from monitor import clock
from monitor.active_config import ActiveConfig, ActiveConfigHolder
from monitor.alerting.retry import RetryVerdict
from monitor.decide import Decision
from monitor.delivery import Dispatcher
from monitor.due import DueProcessor
from monitor.model import (
    Alert,
    Channel,
    Config,
    DeliveryState,
    FetchOutcome,
    Notice,
    OncePer,
    Receipt,
    ReceiptKind,
    RouteStep,
    RunningVersion,
    Settings,
)
from monitor.notify import Notifier
from monitor.state import State
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.daemons import DaemonRecord
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import alert, delivery, noticed, source
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.store.queues.outbox import Outbox
from monitor.telemetry import LogEvent
from tests.conftest import FaultServer
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

DAY = 24 * HOUR
REFUSED = Receipt(ReceiptKind.REFUSED, "the server answered 404")


def config(*operator: str, urls: dict[str, str] | None = None) -> Config:
    """Two sources and three channels."""
    channels = {name: Channel(name, (urls or {}).get(name, "json://x.test")) for name in ("desk", "mail", "phone")}
    settings = Settings("UTC", "", channels, {"default": (RouteStep("desk"),)}, operator)
    return Config(settings, sources("wire", "post"), {}, {})


@pytest.fixture
async def thread() -> AsyncIterator[StoreThread]:
    """The thread that speaks with the database."""
    made = StoreThread()
    yield made
    made.close()


def active(of: Config) -> ActiveConfigHolder:
    """In force, with rules of which none defers anything."""
    return ActiveConfigHolder(ActiveConfig(of, rules(), ZoneInfo(of.settings.timezone)))


def looking(database: Database, thread: StoreThread, *operator: str) -> DueProcessor:
    """A daemon that began at noon, and tells its operator on these channels."""
    serial = SerialSection(database)
    return DueProcessor(active(config(*operator)), section=serial, thread=thread, deliver=lambda: None, began=NOON)


def poll(database: Database, name: str, at: datetime, outcome: FetchOutcome = FetchOutcome.FAILED) -> None:
    """A poll that brought nothing."""
    claims = Claims(database, "test")
    claims.register_sources(sources("wire", "post"), NOON)
    claim = claimed(claims, name, at)
    with SerialSection(database).enter(at) as inside:
        assert inside.commit(polled(claim, at, outcome=outcome), Decision((), State()), to_desk)


def alerted(database: Database, *uids: str, at: datetime = NOON) -> None:
    """For each of these an alert, with a delivery on the desk."""
    claims = Claims(database, "test")
    claims.register_sources(sources("wire"), at)
    claim = claimed(claims, at=at)
    with SerialSection(database).enter(at) as inside:
        new = [article(uid, seen=at) for uid in uids]
        decision = decide_in(inside, new, rules(rule(once_per=OncePer.ARTICLE)))
        assert inside.commit(polled(claim, at), decision, to_desk)


def tried(database: Database, channel: str, at: datetime, state: DeliveryState) -> Alert | Notice:
    """An attempt on a channel that ended so; what was sent."""
    outbox = Outbox(database, "test")
    sent = outbox.claim(channel, at, MINUTE)
    assert sent is not None
    receipt = Receipt(ReceiptKind.ACCEPTED) if state is DeliveryState.ACCEPTED else REFUSED
    assert outbox.settle(sent, receipt, RetryVerdict(state, at + 1000 * DAY), at)
    return sent.alert


def arrives(database: Database, *channels: str, at: datetime) -> None:
    """All that waits for these channels is accepted."""
    for channel in channels:
        while channel in Outbox(database, "test").find_due(at).channels:
            tried(database, channel, at, DeliveryState.ACCEPTED)


def outgoing(database: Database) -> list[tuple[str, str, str]]:
    """The deliveries of notices: subject, kind, channel."""
    rows = select(alert.c.subject, alert.c.kind, delivery.c.channel).join(delivery).where(alert.c.subject.is_not(None))
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(rows.order_by(delivery.c.id))]


def test_a_source_that_fails_for_three_hours_is_told(database: Database, thread: StoreThread) -> None:
    """Once, on every channel of the operator, by whichever daemon looks first; then that it works again."""
    due, other = (looking(database, thread, "mail", "phone") for _ in range(2))
    poll(database, "post", NOON, FetchOutcome.DOCUMENT)
    for minutes in range(0, 180, 5):
        poll(database, "wire", NOON + minutes * MINUTE)
        assert due.issue_notices(NOON + minutes * MINUTE) == []
    poll(database, "wire", NOON + 3 * HOUR)
    (told,) = due.issue_notices(NOON + 3 * HOUR)
    assert [*due.issue_notices(NOON + 3 * HOUR), *other.issue_notices(NOON + 3 * HOUR + MINUTE)] == []
    assert outgoing(database) == [("source wire", "problem", "mail"), ("source wire", "problem", "phone")]
    sent = tried(database, "mail", NOON + 3 * HOUR, DeliveryState.ACCEPTED)
    assert isinstance(sent, Notice)
    assert (sent.id, sent.subject, sent.kind, sent.level, sent.at) == (
        told.id, told.subject, told.kind, told.level, told.at,
    )  # fmt: skip
    assert (sent.title, sent.text, sent.reason, sent.channels) == (told.title, told.text, told.reason, ())
    arrives(database, "mail", "phone", at=NOON + 3 * HOUR)
    poll(database, "wire", NOON + 4 * HOUR, FetchOutcome.DOCUMENT)
    assert [each.kind for each in other.issue_notices(NOON + 4 * HOUR)] == ["recovery"]
    assert due.issue_notices(NOON + 4 * HOUR + MINUTE) == []
    assert outgoing(database)[2:] == [("source wire", "recovery", "mail"), ("source wire", "recovery", "phone")]


def test_a_channel_that_hangs_is_told_on_another(database: Database, thread: StoreThread) -> None:
    """An urgent message waits for five minutes; each day again; and that it takes messages again."""
    due = looking(database, thread, "desk", "phone")
    alerted(database, "a", "b")
    assert Outbox(database, "hung").claim("desk", NOON, 1000 * DAY) is not None  # it is being sent, and does not end
    assert due.issue_notices(NOON + 4 * MINUTE) == []
    (told,) = due.issue_notices(NOON + 5 * MINUTE)
    assert told.title == "Channel desk: 2 messages wait, the oldest since 12:00"
    arrives(database, "phone", at=NOON + 6 * MINUTE)
    assert due.issue_notices(NOON + 6 * MINUTE) == []
    assert len(due.issue_notices(NOON + 5 * MINUTE + DAY)) == 1
    Outbox(database, "hung").release_own(NOON + 25 * HOUR)
    arrives(database, "desk", "phone", at=NOON + 25 * HOUR)
    (told,) = due.issue_notices(NOON + 25 * HOUR)
    assert told.title == "Channel desk takes messages again"
    assert outgoing(database) == [
        ("channel desk", "problem", "phone"),
        ("channel desk", "reminder", "phone"),
        ("channel desk", "recovery", "desk"),
        ("channel desk", "recovery", "phone"),
    ]


def test_the_operators_only_channel_brings_no_loop(database: Database, thread: StoreThread) -> None:
    """Nothing gets through for ten days, and every message is given up in the end: that its notices wait and are given
    up is the reason of no other problem. It is told again each day, and known that it can reach nobody."""
    due, outbox = looking(database, thread, "desk"), Outbox(database, "test")
    alerted(database, "a")
    told = []
    for hour in range(24 * 10):
        now = NOON + hour * HOUR
        told += due.issue_notices(now)
        while hour % 12 == 11 and outbox.find_due(now).channels:
            tried(database, "desk", now, DeliveryState.DEAD)
    first, later = told[:2], told[2:]
    assert [(each.kind, each.subject) for each in first] == [("problem", "channel desk"), ("problem", "dead desk")]
    days = Counter((each.kind.value, each.subject) for each in later)
    assert days == {("reminder", "channel desk"): 9, ("reminder", "dead desk"): 9}
    assert all(each.blocked for each in told)


def test_alerts_that_were_given_up_are_told(database: Database, thread: StoreThread) -> None:
    """With the command; once they are tried again, there is nothing more to tell."""
    due = looking(database, thread, "phone")
    alerted(database, "a")
    tried(database, "desk", NOON, DeliveryState.DEAD)
    (told,) = due.issue_notices(NOON + MINUTE)
    assert "news-monitor outbox retry --dead" in told.text
    arrives(database, "phone", at=NOON + MINUTE)
    assert due.issue_notices(NOON + HOUR + MINUTE) == []
    outbox = Outbox(database, "operator")
    outbox.retry(outbox.ids([DeliveryState.DEAD]), NOON + 2 * HOUR)
    assert due.issue_notices(NOON + 2 * HOUR + MINUTE) == []
    assert outgoing(database) == [("dead desk", "problem", "phone")]


def test_a_bad_edit_is_told(database: Database, thread: StoreThread) -> None:
    """As the daemon that sees it says it, whichever daemon looks; that all is good again is told too."""
    due, daemons = looking(database, thread, "phone"), DaemonRecord(database, "here:1:aa")
    bad = RunningVersion(NOON - HOUR, 1, 1, NOON, ("rules/r.yaml:1:1: no such word",))
    daemons.record_start("1", bad, NOON + MINUTE)
    (told,) = due.issue_notices(NOON + MINUTE)
    assert told.title == "Running the version of 11:00; your edit of 12:00 has 1 fault"
    later = NOON + 2 * MINUTE
    daemons.record_heartbeat(RunningVersion(later, 1, 1), later, ticked=later, delivered=later)
    (told,) = due.issue_notices(later)
    assert told.title == "No file has a fault any more: the daemon runs what the files say"


def test_without_an_operator_the_log_is_told_once(database: Database, thread: StoreThread) -> None:
    """No notice is written that nobody gets, and the log is not filled with it."""
    due = looking(database, thread)
    alerted(database, "a")
    assert [each.subject for each in due.issue_notices(NOON + HOUR)] == ["channel desk"]
    assert due.issue_notices(NOON + HOUR + MINUTE) == []
    assert outgoing(database) == []
    with database.reading() as connection:
        assert connection.execute(select(alert.c.id).where(alert.c.subject.is_not(None))).all() == []


def test_a_notice_is_written_once_for_ever(database: Database, thread: StoreThread) -> None:
    """Even if what the operator knows is lost: its key is unique, and it has one delivery a channel."""
    due = looking(database, thread, "phone")
    alerted(database, "a")
    assert len(due.issue_notices(NOON + HOUR)) == 1
    with database.writing() as connection:
        connection.execute(noticed.delete())
    assert due.issue_notices(NOON + HOUR + MINUTE) == []
    assert len(outgoing(database)) == 1


def test_daemons_that_look_at_once_tell_once(database: Database, thread: StoreThread) -> None:
    """Each has a section of its own; on PostgreSQL they are on different machines."""
    alerted(database, "a")
    told: list[Notice] = []
    all_ready = threading.Barrier(3)

    def look(due: DueProcessor) -> None:
        all_ready.wait()
        told.extend(due.issue_notices(NOON + HOUR))

    threads = [threading.Thread(target=look, args=[looking(database, thread, "phone")]) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(told) == len(outgoing(database)) == 1


def test_a_notice_is_no_news(database: Database, thread: StoreThread) -> None:
    """It counts as no alert."""
    due = looking(database, thread, "phone")
    alerted(database, "a")
    due.issue_notices(NOON + HOUR)
    assert ReportQueries(database).counts()["alerts"] == 1
    (told, _) = ReportQueries(database).deliveries([], 10)
    assert (told.rule, told.title) == ("channel desk", "Channel desk: 1 message waits since 12:00")


async def test_a_notice_reaches_the_operator(database: Database, thread: StoreThread, faults: FaultServer) -> None:
    """From the tables to his phone, at the turn of the clockwork, in his words and marked as a notice."""
    now = clock.now()
    poll(database, "wire", now - timedelta(hours=4))
    with database.writing() as connection:
        connection.execute(update(source).values(next_at=now + HOUR, problem="the server answered 503"))
    wired = config("phone", urls={"phone": faults.url("ok/phone")})
    notifier = Notifier(lambda: wired.settings.channels, wired.settings.limits.send)
    dispatcher = Dispatcher(
        wired.settings, outbox=Outbox(database, "test"), notifier=notifier, thread=thread, name_of=str
    )
    serial = SerialSection(database)
    due = DueProcessor(active(wired), section=serial, thread=thread, deliver=dispatcher.wake, began=now)
    with capture_logs() as logs:
        await due.run_once()
        await due.run_once()
        await dispatcher.send_all_due()
    notifier.close()
    (body,) = faults.bodies("ok/phone")
    assert "NOTICE: Source wire fails since" in body
    assert "news-monitor sources remove wire" in body
    assert [(each["event"], each["log_level"]) for each in logs] == [
        (LogEvent.NOTICE, "warning"),
        (LogEvent.ACCEPTED, "info"),
    ]
    assert (logs[0]["to"], logs[1]["notice"]) == ("phone", "source wire")
