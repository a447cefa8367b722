"""Deletes the lines of articles in digests, for whatever reason the articles leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select, tuple_, update

from monitor.alerting.subject_keys import unsure_key
from monitor.model import AlertKind
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import account, alert, article, match

ArticleRow = Row[*tuple[Any, ...]]  # a row of `article`


def find_digests_listing(connection: Connection, ids: Sequence[int]) -> dict[int, set[str]]:
    """The ids of the digests that list these articles as suppressed, by article id. The articles' matches do not name
    these digests, because a line does not count as sent; a ledger record of its own remembers each line."""
    matches = select(match.c.article_id, match.c.rule_id, article.c.source_id, article.c.uid)
    matches = matches.join(article, article.c.id == match.c.article_id).where(match.c.article_id.in_(ids)).distinct()
    article_by_key = {
        unsure_key(row.rule_id, row.source_id, row.uid): row.article_id for row in connection.execute(matches)
    }
    found: dict[int, set[str]] = {}
    for batch in in_batches(article_by_key):
        query = select(account.c.key, account.c.alert_id).where(account.c.key.in_(batch))
        for row in connection.execute(query.where(account.c.alert_id.is_not(None))):
            found.setdefault(article_by_key[row.key], set()).add(row.alert_id)
    return found


def drop_digest_lines(connection: Connection, articles: Sequence[ArticleRow]) -> None:
    """Delete their lines in digests. Call it before `forget_articles`: ledger records find some of the digests. A
    digest whose first line leaves then belongs to the article of its next line; without any line it stays with its
    article."""
    removed = {(row.source_id, row.uid) for row in articles}
    ids = [row.id for row in articles]
    alert_ids = select(match.c.alert_id).where(match.c.article_id.in_(ids))
    listing = set().union(*find_digests_listing(connection, ids).values())
    digests = select(alert).where(
        alert.c.kind == AlertKind.DIGEST, or_(alert.c.id.in_(alert_ids), alert.c.id.in_(listing))
    )
    for row in connection.execute(digests).all():
        lines = [line for line in row.items or () if (line["source"], line["uid"]) not in removed]
        values: dict[str, object] = {"items": lines or None}
        if lines and row.article_id in ids:
            values |= _find_first_line(connection, lines, ids)
        connection.execute(update(alert).where(alert.c.id == row.id).values(**values))


def _find_first_line(
    connection: Connection, lines: Sequence[Mapping[str, Any]], ids: Sequence[int]
) -> dict[str, object]:
    """The columns of an alert for the first of these lines whose article is stored; empty if there is none."""
    columns = (article.c.source_id, article.c.uid, match.c.rule_id, match.c.article_id, match.c.article_version)
    names = [(line["source"], line["uid"]) for line in lines]
    query = select(*columns).join(article, article.c.id == match.c.article_id).order_by(match.c.id)
    query = query.where(tuple_(article.c.source_id, article.c.uid).in_(names), article.c.id.not_in(ids))
    rows_by_line = {(row.source_id, row.uid, row.rule_id): row for row in connection.execute(query)}
    for line in lines:
        if (row := rows_by_line.get((line["source"], line["uid"], line["rule"]))) is not None:
            match_columns = {
                "article_id": row.article_id,
                "article_version": row.article_version,
                "rule_id": line["rule"],
            }
            return {
                **match_columns,
                "story_id": line["story"],
                "event_id": line["event"],
                "sentence": line["sentence"],
                "marks": [],
            }
    return {}
