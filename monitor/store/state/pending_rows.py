"""Pending alerts and their rows in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, Insert, Row, delete, select, tuple_

from monitor.alerting.pending import candidate_from_row, candidate_to_row
from monitor.model import AlertCandidate, PendingAlert, PendingKind
from monitor.model.outcome import clauses_from_row, clauses_to_row
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import build_insert_for, in_batches, write_rows
from monitor.store.engine.tables import article, waiting
from monitor.store.state.stored_part import ArticleIds


def write_pending_alerts(
    connection: Connection, added: Collection[PendingAlert], removed: Iterable[str], ids: ArticleIds | None = None
) -> None:
    """Write alerts that are pending from now on; delete those with the ids in `removed`. `ids`: those of articles that
    are known already."""
    ids = load_article_ids(connection, [pending.candidate for pending in added], ids)
    for batch in in_batches(removed):
        connection.execute(delete(waiting).where(waiting.c.id.in_(batch)))
    rows = {
        pending.id: {
            "id": pending.id,
            "kind": pending.kind,
            "rule_id": pending.candidate.rule,
            "key": pending.candidate.key,
            "article_id": ids[pending.candidate.article.source, pending.candidate.article.uid],
            "since": pending.since,
            "due": pending.due,
            "reason_parameters": clauses_to_row(pending.why),
            "hearing": candidate_to_row(pending),
        }
        for pending in added
    }
    write_rows(connection, _build_pending_upsert(connection.dialect.name), list(rows.values()))


@cache
def _build_pending_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, waiting)
    changes = {column.name: new.excluded[column.name] for column in waiting.columns if not column.primary_key}
    return new.on_conflict_do_update(index_elements=["id"], set_=changes)


def load_article_ids(
    connection: Connection, candidates: Iterable[AlertCandidate], known: ArticleIds | None = None
) -> ArticleIds:
    """The ids of the articles of these candidates, and those that are known already. The articles of pending alerts are
    never pruned."""
    found = dict(known or {})
    names = {(candidate.article.source, candidate.article.uid) for candidate in candidates}
    for batch in in_batches(names - found.keys()):
        query = select(article.c.source_id, article.c.uid, article.c.id)
        rows = connection.execute(query.where(tuple_(article.c.source_id, article.c.uid).in_(batch)))
        found.update(((row.source_id, row.uid), row.id) for row in rows)
    return found


def read_pending_alerts(
    connection: Connection, query: Executable, values: Mapping[str, object] | None = None
) -> list[PendingAlert]:
    """The pending alerts of these rows, without those that cannot be read."""
    found: list[PendingAlert] = []
    for row in connection.execute(query, values):
        with skip_if_unreadable(f"waiting {row.id}"):
            found.append(pending_alert_from_row(row))
    return found


def pending_alert_from_row(row: Row[*tuple[Any, ...]]) -> PendingAlert:
    """The pending alert of a row."""
    why = clauses_from_row(row.reason_parameters)
    return PendingAlert(row.id, PendingKind(row.kind), row.since, row.due, why, candidate_from_row(row.hearing))
