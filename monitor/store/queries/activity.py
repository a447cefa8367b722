"""What came in and what was sent since some moment, row by row: the figures of plots are made of it. It only reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select

from monitor.model import AlertKind, DeliveryState, FetchOutcome
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, article, delivery, fetch, match

_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class AlertMoments:
    """When an alert happened. `at`: when it was decided; `published_at`: by the article's own date, None if it has
    none; `seen_at`: when we saw it first; `accepted_at`: when the first channel accepted it. None too if the article
    has left, or nothing was accepted yet. `title`: of the rule, as it was then."""

    rule: str
    title: str
    level: str
    kind: AlertKind
    at: datetime
    published_at: datetime | None
    seen_at: datetime | None
    accepted_at: datetime | None

    @property
    def from_publication(self) -> timedelta | None:
        """How long it took from the publication of the article until a channel accepted the message. A date in the
        future counts as that moment. None: unknown, or a digest, which waits on purpose."""
        return self._measure_from(self.published_at)

    @property
    def from_first_seen(self) -> timedelta | None:
        """The same from when we saw the article first."""
        return self._measure_from(self.seen_at)

    def _measure_from(self, start: datetime | None) -> timedelta | None:
        if start is None or self.accepted_at is None or self.kind is AlertKind.DIGEST:
            return None
        return max(self.accepted_at - start, _NOTHING)


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What a source brought: its new articles, the matches of its articles, and how many of its fetches failed."""

    articles: int = 0
    matches: int = 0
    failures: int = 0


class ActivityQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list_alerts_since(self, since: datetime, rules: Sequence[str] = ()) -> list[AlertMoments]:
        """The alerts since then, without notices, the oldest first. `rules`: only theirs, none: of all."""
        recent = (alert.c.at >= since, alert.c.rule_id.in_(rules) if rules else alert.c.rule_id.is_not(None))
        accepted = (
            select(delivery.c.alert_id, func.min(delivery.c.ended_at).label("at"))
            .join_from(delivery, alert, alert.c.id == delivery.c.alert_id)
            .where(delivery.c.state == DeliveryState.ACCEPTED, *recent)
            .group_by(delivery.c.alert_id)
            .subquery()
        )
        columns = (alert.c.rule_id, alert.c.title, alert.c.level, alert.c.kind, alert.c.at)
        of_article = (article.c.published_at, article.c.dated, article.c.seen_at)
        query = (
            select(*columns, *of_article, accepted.c.at.label("accepted_at"))
            .join_from(alert, article, article.c.id == alert.c.article_id, isouter=True)
            .outerjoin(accepted, accepted.c.alert_id == alert.c.id)
            .where(*recent)
            .order_by(alert.c.at, alert.c.id)
        )
        with self._database.reading() as connection:
            return [
                AlertMoments(
                    row.rule_id,
                    row.title or row.rule_id,
                    row.level,
                    AlertKind(row.kind),
                    row.at,
                    row.published_at if row.dated else None,
                    row.seen_at,
                    row.accepted_at,
                )
                for row in connection.execute(query)
            ]

    def count_by_source(self, since: datetime) -> Mapping[str, SourceCounts]:
        """What each source brought since then; those that brought nothing are left out."""
        failed = fetch.c.outcome.in_([FetchOutcome.FAILED, FetchOutcome.GONE])
        articles = self._count(
            select(article.c.source_id, func.count().label("count"))
            .where(article.c.seen_at >= since)
            .group_by(article.c.source_id)
        )
        matches = self._count(
            select(article.c.source_id, func.count().label("count"))
            .join_from(match, article, article.c.id == match.c.article_id)
            .where(match.c.at >= since)
            .group_by(article.c.source_id)
        )
        failures = self._count(
            select(fetch.c.source_id, func.count().label("count"))
            .where(fetch.c.at >= since, failed)
            .group_by(fetch.c.source_id)
        )
        return {
            id_: SourceCounts(articles.get(id_, 0), matches.get(id_, 0), failures.get(id_, 0))
            for id_ in articles.keys() | matches.keys() | failures.keys()
        }

    def _count(self, query: Select[str, int]) -> Mapping[str, int]:
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}
