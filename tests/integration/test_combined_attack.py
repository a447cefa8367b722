"""What could break a message of several alerts: what waits beside it, what fails with it, what has no room in it."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from monitor import clock
from monitor.model import Level
from monitor.notify.renderers import capabilities_of, render_message
from monitor.notify.renderers.capabilities import Form
from monitor.notify.renderers.kinds import KINDS, combines_alerts
from monitor.store.engine.database import Database
from monitor.store.queues.delivery_claims import MAX_COMBINED
from monitor.store.queues.outbox import Outbox
from tests.building import HOUR, alert, delivery
from tests.sending import fill


def test_only_the_first_is_looked_for_in_what_waits_for_the_channel(database: Database) -> None:
    """A new database has no statistics: its planner must not read all that waits for a channel, at each claim, to find
    the other alerts about one article."""
    fill(database, ["desk"], "a", "b", other_levels=[Level.MEDIUM])
    asked: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
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
            " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {statement}", values))  # type: ignore[call-overload]
            for statement, values in asked
            if statement.lstrip().startswith(("SELECT", "UPDATE", "WITH"))
        ]
    assert len([plan for plan in plans if "ix_delivery_next" in plan]) == 1, plans


@pytest.mark.parametrize("others", [1, MAX_COMBINED - 1])
@pytest.mark.parametrize(
    "kind", [kind for kind, can in KINDS.items() if combines_alerts(kind) and can.form is not Form.SHORT]
)
def test_with_little_room_a_message_still_names_its_rule_and_all_its_alerts(kind: str, others: int) -> None:
    """Its rule, headline, link and all ids stay, and so does the sentence, as when it is sent alone."""
    page = replace(
        alert().article, url="https://www.harbourtimes.example/2026/01/05/china-starts-live-fire-drills.html"
    )
    first = replace(alert(), article=page, rule_title="Chinese military drills around Taiwan", event="E5f3c21aa07c0de1")
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
