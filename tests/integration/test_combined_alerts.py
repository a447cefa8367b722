"""Alerts of several rules about one article are one message where people read them, and stay alerts of their own."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import update

from monitor import clock
from monitor.alerting import retry
from monitor.alerting.retry import RetryVerdict
from monitor.model import (
    Channel,
    DeliveryState,
    Level,
    MessageTemplate,
    Receipt,
    ReceiptKind,
    SendRate,
)
from monitor.notify import Notifier
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.channel_states import load_channel_states
from monitor.store.queues.outbox import MAX_COMBINED, Outbox
from tests.conftest import FaultServer
from tests.support.building import HOUR
from tests.support.sending import dispatching_in_threads, fill


def gotify(faults: FaultServer) -> dict[str, str]:
    """A channel that people read."""
    return {"desk": f"gotify://127.0.0.1:{faults.port}/Atoken12345"}


def received(faults: FaultServer) -> list[str]:
    """The texts that came, in order."""
    return [json.loads(body)["message"] for body in faults.bodies("message")]


def states(database: Database) -> dict[str, int]:
    return {state: count for state, count in ReportQueries(database).delivery_counts().items() if count}


def ids_of(database: Database) -> list[str]:
    """The ids of all alerts."""
    return [report.alert for report in ReportQueries(database).deliveries([], 100)]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again without a wait."""
    monkeypatch.setattr(retry, "FIRST_WAIT", timedelta(0))


async def deliver(database: Database, channels: dict[str, str]) -> None:
    """Send all that is due."""
    async with dispatching_in_threads(database, channels) as dispatcher:
        await dispatcher.send_all_due()


async def test_two_rules_about_one_article_make_one_message(database: Database, faults: FaultServer) -> None:
    """It has the higher level, and names both rules and both alerts, so that each alert can be marked."""
    fill(database, gotify(faults), other_levels=[Level.CRITICAL])
    await deliver(database, gotify(faults))
    (text,) = received(faults)
    assert states(database) == {"accepted": 2}
    assert text.startswith("CRITICAL: About launch-1\n")
    assert "\nAlso HIGH: About launch. Why: “missiles” in the title" in text
    assert [f"alert {id_}" in text for id_ in ids_of(database)] == [True, True]


async def test_programs_get_a_message_for_each_alert(database: Database, faults: FaultServer) -> None:
    channels = {"program": faults.url("ok/program")}
    fill(database, channels, other_levels=[Level.MEDIUM])
    await deliver(database, channels)
    assert len(faults.bodies("ok/program")) == 2


async def test_articles_are_not_mixed(database: Database, faults: FaultServer) -> None:
    fill(database, gotify(faults), "a", "b", other_levels=[Level.MEDIUM])
    await deliver(database, gotify(faults))
    assert [text.count("Also ") for text in received(faults)] == [1, 1]
    assert states(database) == {"accepted": 4}


async def test_what_does_not_fit_comes_in_the_next_message(database: Database, faults: FaultServer) -> None:
    """More rules than one message may name."""
    fill(database, gotify(faults), other_levels=[Level.HIGH] * (MAX_COMBINED + 1))
    await deliver(database, gotify(faults))
    assert [text.count("Also ") for text in received(faults)] == [MAX_COMBINED - 1, 1]
    assert states(database) == {"accepted": MAX_COMBINED + 2}


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(("first_answer", "is_repeat"), [("503", False), ("drop", True)])
async def test_what_was_tried_together_is_tried_together_again(
    database: Database, faults: FaultServer, first_answer: str, is_repeat: bool
) -> None:
    """So whoever got the first message gets the same one again, with one remark."""
    faults.then["message"] = [first_answer]
    fill(database, gotify(faults), other_levels=[Level.MEDIUM])
    await deliver(database, gotify(faults))
    texts = received(faults)
    assert [text.count("Also ") for text in texts] == [1, 1]
    assert texts[-1].count("you may have this message already") == is_repeat
    assert states(database) == {"accepted": 2}


@pytest.mark.usefixtures("at_once")
async def test_what_was_refused_is_tried_alone(database: Database, faults: FaultServer) -> None:
    """What is in the message may be the cause: it must not hold up the other alert."""
    faults.then["message"] = ["400"]
    fill(database, gotify(faults), other_levels=[Level.MEDIUM])
    await deliver(database, gotify(faults))
    assert [text.count("Also ") for text in received(faults)] == [1, 0, 0]
    assert states(database) == {"accepted": 2}


def test_one_failed_message_is_one_failure_of_its_channel(database: Database) -> None:
    """A channel fails if two messages in a row fail. One message is not two, however many alerts it has."""
    fill(database, ["desk"], other_levels=[Level.MEDIUM])
    outbox, now = Outbox(database, "here"), clock.now()
    first = outbox.claim("desk", now, HOUR, combine=True)
    assert first is not None
    again = RetryVerdict(DeliveryState.RETRY, now)
    assert outbox.settle(first, Receipt(ReceiptKind.TRY_LATER, "503"), again, now, again)
    with database.reading() as connection:
        assert load_channel_states(connection)["desk"].failures == 1
    assert states(database) == {"retry": 2}


def test_a_message_uses_one_turn_of_its_rate(database: Database) -> None:
    fill(database, ["desk"], "a", "b", other_levels=[Level.MEDIUM])
    outbox, now, rate = Outbox(database, "here"), clock.now(), SendRate(2, HOUR, burst=2)
    claimed_now = [outbox.claim("desk", now, HOUR, rate, combine=True) for _ in range(3)]
    assert [each and len(each.combined) for each in claimed_now] == [1, 1, None]


def test_no_other_daemon_sends_what_is_in_a_message(database: Database) -> None:
    """Until the lease ends. Then all of it is due again, as a possible repeat."""
    fill(database, ["desk"], other_levels=[Level.MEDIUM])
    here, there, now = Outbox(database, "here"), Outbox(database, "there"), clock.now()
    assert here.claim("desk", now, HOUR, combine=True) is not None
    assert there.claim("desk", now, HOUR, combine=True) is None
    assert there.release_expired(now + 2 * HOUR) == 2
    again = there.claim("desk", now + 2 * HOUR, HOUR, combine=True)
    assert again is not None
    assert [each.may_be_duplicate for each in (again, *again.combined)] == [True, True]


def test_an_alert_that_cannot_be_read_does_not_stop_the_others(database: Database) -> None:
    """It is dead, as when it is sent alone."""
    fill(database, ["desk"], other_levels=[Level.MEDIUM])
    with database.writing() as connection:
        connection.execute(update(alert).where(alert.c.rule_id == "launch-1").values(level="nonsense"))
    claimed_now = Outbox(database, "here").claim("desk", clock.now(), HOUR, combine=True)
    assert claimed_now is not None
    assert claimed_now.combined == ()
    assert states(database) == {"sending": 1, "dead": 1}


def test_people_read_one_message_unless_they_write_it_themselves() -> None:
    """A template of theirs may have no place for a second alert."""
    template = MessageTemplate("short.txt.j2", "{{ title }}")
    channels = {
        "mail": Channel("mail", "mailtos://desk:secret@example.org"),
        "own": Channel("own", "mailtos://desk:secret@example.org", template=template),
        "program": Channel("program", "webhooks://example.org/alerts"),
        "pager": Channel("pager", "pagerduty://key@routing"),
    }
    notifier = Notifier(lambda: channels, HOUR)
    try:
        assert [name for name in (*channels, "gone") if notifier.combines_alerts(name)] == ["mail"]
    finally:
        notifier.close()
