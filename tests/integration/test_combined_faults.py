"""What could break a message of several alerts: what waits beside it, what fails with it, what has no room in it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apprise import NotificationManager
from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine

from monitor import clock
from monitor.alerting import channel_pace, retry
from monitor.alerting.retry import RetryVerdict
from monitor.delivery import Dispatcher
from monitor.model import (
    AlertKind,
    Channel,
    Delivery,
    DeliveryState,
    Handover,
    Level,
    Limits,
    Message,
    MessageTemplate,
    Receipt,
    ReceiptKind,
    RouteStep,
    Settings,
)
from monitor.notify import Notifier, Send
from monitor.notify.renderers import capabilities_of, render_message
from monitor.notify.renderers.capabilities import Form
from monitor.notify.renderers.kinds import KINDS
from monitor.store.engine.database import Database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.engine.tables import alert as alert_table
from monitor.store.engine.tables import delivery as delivery_table
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.outbox import MAX_COMBINED, MAX_TRIES_TOGETHER, Outbox
from tests.support.building import HOUR, MINUTE, alert, delivery
from tests.support.patience import PATIENCE
from tests.support.sending import fill


def test_only_the_first_is_looked_for_in_what_waits_for_the_channel(database: Database) -> None:
    """A new database has no statistics: its planner must not read all that waits for a channel, at each claim, to find
    the other alerts about one article."""
    fill(database, ["desk"], "a", "b", other_levels=[Level.MEDIUM])
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        claimed = Outbox(database, "here").claim("desk", clock.now(), HOUR, combine=True)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert claimed is not None
    assert len(claimed.combined) == 1
    explain = "EXPLAIN QUERY PLAN" if database.kind == "SQLite" else "EXPLAIN"
    with database.writing() as connection:
        plans = [
            " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
            for statement, values in asked
            if statement.lstrip().startswith(("SELECT", "UPDATE", "WITH"))
        ]
    assert len([plan for plan in plans if "ix_delivery_next" in plan]) == 1, plans


@pytest.mark.parametrize("others", [1, MAX_COMBINED - 1])
@pytest.mark.parametrize("kind", [kind for kind, can in KINDS.items() if can.combines and can.form is not Form.SHORT])
def test_with_little_room_a_message_still_names_its_rule_and_all_its_alerts(kind: str, others: int) -> None:
    """Its rule, headline, link and all ids stay, and so does the sentence, as when it is sent alone."""
    page = replace(
        alert().article, url="https://www.harbourtimes.example/2026/01/05/china-starts-live-fire-drills.html"
    )
    said = "China's army began two days of live-fire drills."
    title = "Chinese military drills around Taiwan"
    first = replace(alert(), article=page, sentence=said, rule_title=title, event="E5f3c21aa07c0de1")
    further = [
        replace(first, rule=f"korea-china-diplomacy-{number}", level=Level.LOW, id=f"{number:016x}")
        for number in range(others)
    ]
    both = replace(delivery(first), combined=tuple(map(delivery, further)))
    sent, alone = (
        render_message(each, kind=kind, source="The Harbour Times", zone=ZoneInfo("UTC"))
        for each in (both, delivery(first))
    )
    text = (sent.markdown or sent.text).replace("\\", "")
    assert [each.id for each in (first, *further) if f"alert {each.id}" not in text] == []
    assert first.rule_title in text
    assert ("“" in text) == ("“" in (alone.markdown or alone.text))
    assert capabilities_of(kind).accepts(sent.title, sent.markdown or sent.text)


URL = "gotify://127.0.0.1:9/Atoken12345"  # people read it; nothing is sent there


class PlayedNotifier(Notifier):
    """Renders as the real one does. `answer` plays the server; `texts` are what it got."""

    def __init__(self) -> None:
        self.channels = {"desk": Channel("desk", URL)}
        self.texts: list[str] = []
        super().__init__(lambda: self.channels, Limits().send)

    @asynccontextmanager
    async def send_slot(self, channel: str) -> AsyncIterator[Send]:  # noqa: ARG002 - as the real one
        async def send(message: Message) -> Receipt:
            self.texts.append(message.text)
            return self.answer(message)

        yield send

    def answer(self, message: Message) -> Receipt:  # noqa: ARG002 - others look at it
        return Receipt(ReceiptKind.ACCEPTED)


async def deliver(database: Database, notifier: PlayedNotifier, turns: int = 1) -> dict[str, int]:
    """Send all that is due, so many times; returns the states of the deliveries."""
    settings = Settings("UTC", "", notifier.channels, {"default": (RouteStep("desk"),)}, limits=Limits(attempts=8))
    outbox, thread = Outbox(database, "here"), StoreThread()
    dispatcher = Dispatcher(settings, outbox=outbox, notifier=notifier, thread=thread, name_of=str.title)
    try:
        for _ in range(turns):
            await dispatcher.send_all_due()
    finally:
        notifier.close()
        thread.close()
    return {state: count for state, count in ReportQueries(database).delivery_counts().items() if count}


class NewTemplate(PlayedNotifier):
    """Somebody saves a template for the channel while an alert is claimed."""

    def combines_alerts(self, channel: str) -> bool:
        combines = super().combines_alerts(channel)
        self.channels["desk"] = Channel("desk", URL, template=MessageTemplate("t.j2", "{{ title }}, alert {{ id }}"))
        return combines


async def test_a_template_that_comes_meanwhile_loses_no_alert(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It shows one alert. The others must not count as sent."""
    monkeypatch.setattr(retry, "FIRST_WAIT", timedelta(0))
    fill(database, ["desk"], other_levels=[Level.MEDIUM])
    notifier = NewTemplate()
    assert await deliver(database, notifier, 2) == {"accepted": 2}
    ids = [report.alert for report in ReportQueries(database).deliveries([], 100)]
    assert [id_ for id_ in ids if not any(f"alert {id_}" in text for text in notifier.texts)] == []


class FailingServer(PlayedNotifier):
    """It fails on one of the alerts, without a word about it: 500, or a connection that ends."""

    kind = ReceiptKind.TRY_LATER

    def answer(self, message: Message) -> Receipt:
        return Receipt(self.kind, "500") if "About launch-1" in message.text else super().answer(message)


@pytest.mark.parametrize("kind", [ReceiptKind.TRY_LATER, ReceiptKind.UNKNOWN])
async def test_an_alert_on_which_a_server_fails_does_not_stop_the_others(
    database: Database, monkeypatch: pytest.MonkeyPatch, kind: ReceiptKind
) -> None:
    """Few servers say that a message is refused for what is in it."""
    monkeypatch.setattr(retry, "FIRST_WAIT", timedelta(0))
    monkeypatch.setattr(retry, "UNANSWERED_WAIT", timedelta(0))
    monkeypatch.setattr(channel_pace, "FIRST_PROBE", timedelta(0))
    fill(database, ["desk"], other_levels=[Level.MEDIUM])
    notifier = FailingServer()
    notifier.kind = kind
    assert await deliver(database, notifier, 20) == {"accepted": 1, "dead": 1}


def test_what_was_refused_is_not_taken_with_another(database: Database) -> None:
    """However they came to the same number of attempts: one was refused alone, the other one found a server away."""
    fill(database, ["desk"], other_levels=[Level.MEDIUM])
    outbox, now = Outbox(database, "here"), clock.now()
    for kind in (ReceiptKind.TRY_LATER, ReceiptKind.REFUSED):
        alone = outbox.claim("desk", now, HOUR)
        assert alone is not None
        assert outbox.settle(alone, Receipt(kind, "no"), RetryVerdict(DeliveryState.RETRY, now + MINUTE), now)
    again = outbox.claim("desk", now + HOUR, HOUR, combine=True)
    assert again is not None
    assert again.combined == ()


@pytest.mark.parametrize("of_launch", [AlertKind.UPDATE, AlertKind.POSSIBLY])
def test_a_new_alert_does_not_come_in_the_thread_of_another_one(database: Database, of_launch: AlertKind) -> None:
    """An update answers its first message, and takes its place on ntfy: there nobody would look for a new alert."""
    fill(database, ["desk"], other_levels=[Level.HIGH])
    with database.writing() as connection:
        connection.execute(update(alert_table).where(alert_table.c.rule_id == "launch").values(kind=of_launch))
    outbox, now = Outbox(database, "here"), clock.now()
    sent = [outbox.claim("desk", now, HOUR, combine=True) for _ in range(2)]
    assert [each and len(each.combined) for each in sent] == [0, 0]


def fail(
    outbox: Outbox, sent: Delivery | None, state: DeliveryState, kind: ReceiptKind = ReceiptKind.TRY_LATER
) -> None:
    """An attempt of a message fails, and so this becomes of all its deliveries."""
    assert sent is not None
    verdict = RetryVerdict(state, sent.claimed_at)
    receipt = Receipt(kind, "the server answered 503")
    assert sent.claimed_at is not None
    assert outbox.settle(sent, receipt, verdict, sent.claimed_at, *[verdict] * len(sent.combined))


def test_alerts_that_failed_together_often_enough_are_not_combined_again(database: Database) -> None:
    """Also if the operator sends the other one again, whose tries no longer count."""
    fill(database, ["desk"], other_levels=[Level.MEDIUM])
    outbox, now = Outbox(database, "here"), clock.now()
    for _ in range(MAX_TRIES_TOGETHER):
        fail(outbox, outbox.claim("desk", now, HOUR, combine=True), DeliveryState.RETRY)
    with database.writing() as connection:
        connection.execute(update(delivery_table).values(not_before=now))
    outbox.retry(outbox.ids([DeliveryState.RETRY])[:1], now)
    claimed = outbox.claim("desk", now, HOUR, combine=True)
    assert claimed is not None
    assert claimed.combined == ()


def test_a_message_that_fails_on_a_channel_that_works_is_to_blame_with_all_its_alerts(database: Database) -> None:
    """It was refused, and again after the channel accepted another message."""
    fill(database, ["desk"], other_levels=[Level.MEDIUM])
    outbox, now = Outbox(database, "here"), clock.now()
    fail(outbox, outbox.claim("desk", now, HOUR, combine=True), DeliveryState.DEAD, ReceiptKind.REFUSED)
    with database.reading() as connection:
        states = connection.execute(select(delivery_table.c.state, delivery_table.c.blame)).all()
    assert {(row.state, row.blame) for row in states} == {("dead", "channel")}
    fill(database, ["desk"], "b")
    later = now + HOUR
    accepted = outbox.claim("desk", later, HOUR, combine=True)
    assert accepted is not None
    assert outbox.settle(accepted, Receipt(ReceiptKind.ACCEPTED), RetryVerdict(DeliveryState.ACCEPTED), later)
    fail(outbox, outbox.claim("desk", later + HOUR, HOUR, combine=True), DeliveryState.DEAD, ReceiptKind.REFUSED)
    with database.reading() as connection:
        dead = delivery_table.c.state == DeliveryState.DEAD
        assert connection.execute(select(delivery_table.c.blame).where(dead)).scalars().all() == ["message"] * 2


def test_each_incident_is_one_alert() -> None:
    """Plug-ins for incidents have the option `action`: to open one, to add to it or to close it. (That of Bark says
    what a tap on a notification does.)"""
    plugins: Any = NotificationManager()  # type: ignore[no-untyped-call]
    of_incidents = {kind for kind in plugins.schemas() if "action" in plugins[kind].template_args} - {"bark", "barks"}
    assert {"pagerduty", "ilert", "incidentio"} <= of_incidents
    by_name = {"amqp", "amqps", "betterstack", "flowtriq", "flowtriqs", "spike", "xmatters"}
    assert by_name <= set(plugins.schemas())
    assert [kind for kind in sorted(of_incidents | by_name) if capabilities_of(kind).combines] == []


def test_what_is_tried_again_is_due_at_the_same_time_even_if_the_first_alert_is_given_up() -> None:
    """An operator had sent the others again, so their earlier attempts do not count."""
    first = replace(delivery(), attempt=30)
    others = [replace(first, id=id_, forgiven_attempts=29) for id_ in (2, 3)]
    receipt = Receipt(ReceiptKind.TRY_LATER, "503")
    own, *verdicts = retry.after_message(receipt, (first, *others), limit=30, now=clock.now(), unknowns=0)
    assert own.state is DeliveryState.DEAD
    assert [each.state for each in verdicts] == [DeliveryState.RETRY] * 2
    assert verdicts[0].not_before == verdicts[1].not_before


def test_a_message_says_that_one_of_its_alerts_comes_late_or_for_another_channel() -> None:
    """Whichever alert is the first."""
    late = replace(delivery(alert()), due_at=clock.now() - 9 * HOUR, claimed_at=clock.now(), held_by="desk hours")
    late = replace(late, handover=Handover("mail", clock.now() - HOUR))
    sent = render_message(replace(delivery(), combined=(late,)), kind="ntfy", source="Wire", zone=ZoneInfo("UTC"))
    for part in ("Late by 9 hours", "by desk hours", "because channel mail has failed"):
        assert part in sent.text, part


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_receipt_locks_the_deliveries_of_a_message_in_the_order_of_their_ids(database: Database) -> None:
    """As `outbox discard` does: two transactions that lock in different orders can deadlock."""
    fill(database, ["desk"], other_levels=[Level.CRITICAL])
    outbox, now = Outbox(database, "here"), clock.now()
    sent = outbox.claim("desk", now, HOUR, combine=True)
    assert sent is not None
    (other,) = sent.combined
    assert other.id < sent.id
    row, accepted = select(delivery_table.c.id), RetryVerdict(DeliveryState.ACCEPTED)
    with ThreadPoolExecutor(1) as pool:
        with database.writing() as connection:
            connection.execute(row.where(delivery_table.c.id == other.id).with_for_update())
            settling = pool.submit(outbox.settle, sent, Receipt(ReceiptKind.ACCEPTED), accepted, now, accepted)
            ends = time.monotonic() + PATIENCE
            while not connection.exec_driver_sql("SELECT count(*) FROM pg_locks WHERE NOT granted").scalar_one():
                assert time.monotonic() < ends
                assert not settling.done()
                time.sleep(0.01)
            free = row.where(delivery_table.c.id == sent.id).with_for_update(skip_locked=True)
            is_free = connection.execute(free).first() is not None
        assert settling.result(timeout=PATIENCE)
    assert is_free
