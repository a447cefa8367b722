"""What could break a message of several alerts: what waits beside it, what fails with it, and what has no room in it."""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.engine import Engine

from monitor import clock
from monitor.model import Level
from monitor.store.engine.database import Database
from monitor.store.queues.outbox import Outbox
from tests.building import HOUR
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
