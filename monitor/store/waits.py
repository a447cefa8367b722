"""What waits to be told, as it stands in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, delete, select, tuple_

from monitor.alerting.waiting import of_row, to_row
from monitor.model import Hearing, Waiting, WaitKind
from monitor.store.database import in_batches, insert
from monitor.store.tables import article, waiting


def write_waiting(connection: Connection, begins: Iterable[tuple[Waiting, int]], ends: Iterable[str]) -> None:
    """What waits from now on, each with the id of its article, and what waits no more."""
    for some in in_batches(ends):
        connection.execute(delete(waiting).where(waiting.c.id.in_(some)))
    rows = {
        each.id: {
            "id": each.id,
            "kind": each.kind,
            "rule_id": each.candidate.rule,
            "key": each.candidate.key,
            "article_id": article_id,
            "since": each.since,
            "due": each.due,
            "why": each.why,
            "hearing": to_row(each),
        }
        for each, article_id in begins
    }
    if rows:
        new = insert(connection, waiting)
        anew = {name: new.excluded[name] for name in next(iter(rows.values())) if name != "id"}
        connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=anew), list(rows.values()))


def articles_of(connection: Connection, hearings: Iterable[Hearing]) -> Mapping[tuple[str, str], int]:
    """The ids of the articles in which this was heard; those that wait are kept."""
    names = {(each.article.source, each.article.uid) for each in hearings}
    found: dict[tuple[str, str], int] = {}
    for some in in_batches(names):
        asked = select(article.c.source_id, article.c.uid, article.c.id)
        rows = connection.execute(asked.where(tuple_(article.c.source_id, article.c.uid).in_(some)))
        found.update(((row.source_id, row.uid), row.id) for row in rows)
    return found


def waiting_of(row: Row[*tuple[Any, ...]]) -> Waiting:
    """What waits, of its row."""
    return Waiting(row.id, WaitKind(row.kind), row.since, row.due, row.why, of_row(row.hearing))
