"""The alerts that were made, as people have them before them: by their ids, digests line by line. It only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select, tuple_

from monitor.article_links import sanitize_link
from monitor.model import AlertKind, MarkVerdict
from monitor.sanitize import sanitize_line
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import alert, article, article_version, match
from monitor.store.queries.matches import load_verdicts

LineKey = tuple[str, str, str]  # the ids of a source, and of a rule, and a uid: source, uid, rule


@dataclass(frozen=True, slots=True)
class AlertLine:
    """What an alert reports of one article: all of it, or one line of a digest.

    number  of the line in the message, from 1
    match   the number of its match; None: the match is gone
    mark    the newest mark on the article and the rule; None: nobody made one
    """

    number: int
    match: int | None
    rule: str
    level: str
    source: str
    title: str
    url: str | None
    mark: MarkVerdict | None = None


@dataclass(frozen=True, slots=True)
class AlertSummary:
    """An alert, as its message has it. `title`: of its article, or of the digest; `subject`: for a notice to the
    operator, what it is about; `lines`: none for a notice, and none if the articles were erased."""

    id: str
    at: datetime
    kind: str
    level: str
    rule: str | None
    title: str
    subject: str | None
    lines: tuple[AlertLine, ...]

    @property
    def is_digest(self) -> bool:
        """Whether it reports several articles, a line for each."""
        return self.kind == AlertKind.DIGEST


class AlertQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(
        self, *, rules: Sequence[str] = (), since: datetime | None = None, limit: int = 100
    ) -> list[AlertSummary]:
        """At most `limit` alerts, the newest first, without notices. `rules`: only theirs; a digest has the rule of its
        first line."""
        query = _SELECT_ALERTS.where(alert.c.subject.is_(None)).order_by(alert.c.at.desc(), alert.c.id).limit(limit)
        if rules:
            query = query.where(alert.c.rule_id.in_(rules))
        if since is not None:
            query = query.where(alert.c.at >= since)
        return self._summarize(query)

    def find(self, id_: str) -> AlertSummary | None:
        """The alert or notice with this id; None if there is none."""
        return next(iter(self._summarize(_SELECT_ALERTS.where(alert.c.id == id_))), None)

    def find_by_prefix(self, prefix: str, limit: int) -> list[AlertSummary]:
        """At most `limit` alerts and notices whose ids begin so, the newest first."""
        begins = alert.c.id.startswith(prefix, autoescape=True)
        return self._summarize(_SELECT_ALERTS.where(begins).order_by(alert.c.at.desc(), alert.c.id).limit(limit))

    def _summarize(self, query: Select[Any]) -> list[AlertSummary]:
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
            lines = {row.id: _read_lines(row) for row in rows}
            keys = {(line.source, uid, line.rule) for found in lines.values() for uid, line in found}
            matches = _load_matches(connection, keys)
            verdicts = load_verdicts(connection, {(source, uid) for source, uid, _ in keys})
        return [_build_summary(row, lines[row.id], matches, verdicts) for row in rows]


_SELECT_ALERTS = (
    select(alert, article.c.source_id, article.c.uid, article.c.url, article_version.c.title.label("headline"))
    .outerjoin(article, article.c.id == alert.c.article_id)
    .outerjoin(
        article_version,
        and_(article_version.c.article_id == alert.c.article_id, article_version.c.version == alert.c.article_version),
    )
)


def _read_lines(row: Row[*tuple[Any, ...]]) -> list[tuple[str, AlertLine]]:
    """The lines of an alert, each with the uid of its article."""
    if row.kind == AlertKind.DIGEST:
        return [
            (
                item["uid"],
                AlertLine(
                    item.get("number") or position,
                    None,
                    item["rule"],
                    item["level"],
                    item["source"],
                    sanitize_line(item["title"]),
                    item["url"] and sanitize_link(item["url"]),
                ),
            )
            for position, item in enumerate(row.items or (), 1)
        ]
    if row.subject is not None or row.headline is None:
        return []
    return [(row.uid, AlertLine(1, None, row.rule_id, row.level, row.source_id, sanitize_line(row.headline), row.url))]


def _load_matches(connection: Connection, keys: set[LineKey]) -> Mapping[LineKey, Sequence[tuple[int, str | None]]]:
    """The matches of each of these articles and rules, in the order in which they were stored: number and alert."""
    columns = (match.c.id, match.c.alert_id, match.c.rule_id, article.c.source_id, article.c.uid)
    query = select(*columns).join(article, article.c.id == match.c.article_id).order_by(match.c.id)
    found: dict[LineKey, list[tuple[int, str | None]]] = {}
    for batch in in_batches({(source, uid) for source, uid, _ in keys}):
        for row in connection.execute(query.where(tuple_(article.c.source_id, article.c.uid).in_(batch))):
            found.setdefault((row.source_id, row.uid, row.rule_id), []).append((row.id, row.alert_id))
    return found


def _choose_match(matches: Sequence[tuple[int, str | None]], alert_id: str) -> int | None:
    """The match that the alert sent; else the last one: what a digest lists as suppressed was not sent by it."""
    own = [id_ for id_, sent_by in matches if sent_by == alert_id]
    return next(reversed(own or [id_ for id_, _ in matches]), None)


def _build_summary(
    row: Row[*tuple[Any, ...]],
    lines: Sequence[tuple[str, AlertLine]],
    matches: Mapping[LineKey, Sequence[tuple[int, str | None]]],
    verdicts: Mapping[tuple[str, str], Mapping[str, MarkVerdict]],
) -> AlertSummary:
    known = tuple(
        replace(
            line,
            match=_choose_match(matches.get((line.source, uid, line.rule), ()), row.id),
            mark=verdicts.get((line.source, uid), {}).get(line.rule),
        )
        for uid, line in lines
    )
    title = row.title if row.kind == AlertKind.DIGEST or row.subject else row.headline and sanitize_line(row.headline)
    return AlertSummary(row.id, row.at, row.kind, row.level, row.rule_id, title or "", row.subject, known)
