"""Counts and lists for people (`status` and others). It only reads."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, func, select

from monitor.alerting.subject_keys import once_per_of
from monitor.model import (
    UNSETTLED_STATES,
    WAITING_STATES,
    AlertKind,
    DeliveryState,
    IdentityMarkKind,
    OncePer,
)
from monitor.store.engine.database import Database
from monitor.store.engine.tables import (
    alert,
    article,
    attempt,
    channel_state,
    delivery,
    identity_mark,
    match,
    source,
    story,
    story_article,
)
from monitor.store.engine.tables import waiting as later
from monitor.store.queries.ages import find_pending_by_channel, is_held


def _find_next_attempt(not_before: datetime, paused_until: datetime | None) -> datetime:
    """When a delivery is tried next that is due at `not_before`, on a channel that is paused."""
    return not_before if paused_until is None else max(not_before, paused_until)


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A delivery with its alert; for a notice, `rule` is its subject. `committed_at`: when the alert was decided and
    stored; `not_before`: when a delivery that waits is due; `paused_until`: until when its channel is paused;
    `held_by`: the hours that it waits or has waited for; `ended_at`: when it was accepted, given up or discarded.
    `blame`: whose fault it is that a delivery is dead, or was before it was revived (model.Blame).
    The fields of the alert are None if its row is missing in the database."""

    id: int
    channel: str
    state: DeliveryState
    attempts: int
    not_before: datetime
    detail: str | None
    alert: str
    rule: str | None
    level: str | None
    title: str | None
    committed_at: datetime | None
    ended_at: datetime | None
    blame: str | None = None
    held_by: str | None = None
    paused_until: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        """When it is sent next; None if it is not waiting."""
        if self.state not in WAITING_STATES:
            return None
        return _find_next_attempt(self.not_before, self.paused_until)

    def is_held(self, now: datetime) -> bool:
        """Whether it waits for the hours of a route."""
        return self.state == DeliveryState.PENDING and self.held_by is not None and self.not_before > now


@dataclass(frozen=True, slots=True)
class WaitingForChannel:
    """How many deliveries wait for a channel, without those that the hours of a route hold, and when the first of them
    is tried next."""

    channel: str
    deliveries: int
    next_at: datetime


@dataclass(frozen=True, slots=True)
class ShadowReport:
    """What a rule would have sent while it was in shadow: how many alerts, in how many stories, the first at
    `since`."""

    alerts: int = 0
    stories: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingReport:
    """How many alerts are pending, and when the first of them is due."""

    count: int
    next: datetime | None


@dataclass(frozen=True, slots=True)
class RuleHitReport:
    """How many articles came, and how many of them each version of each rule matched: by rule, then by version."""

    articles: int
    by_rule: Mapping[str, Mapping[str, int]]


class ReportQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self) -> Mapping[str, int]:
        """How many articles, matches, stories and alerts (without notices) there are, and how many stories and events
        people have merged and split."""
        with self._database.reading() as connection:
            tables: Mapping[str, FromClause] = {
                "articles": article,
                "matches": match,
                "stories": story,
                "alerts": select(alert.c.id).where(alert.c.subject.is_(None)).subquery(),
                "merges": select(identity_mark.c.id).where(identity_mark.c.kind == IdentityMarkKind.MERGE).subquery(),
                "splits": select(identity_mark.c.id).where(identity_mark.c.kind == IdentityMarkKind.SPLIT).subquery(),
            }
            return {
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in tables.items()
            }

    def shadow(self, rules: Iterable[str]) -> Mapping[str, ShadowReport]:
        """The reports of these rules, by id."""
        query = (
            select(
                match.c.rule_id,
                func.count().label("alerts"),
                func.count(story_article.c.story_id.distinct()).label("stories"),
                func.min(match.c.at).label("since"),
            )
            .outerjoin(story_article, story_article.c.article_id == match.c.article_id)
            .where(match.c.shadow_key.is_not(None))
            .group_by(match.c.rule_id)
        )
        found = {row.rule_id: ShadowReport(row.alerts, row.stories, row.since) for row in self._rows(query)}
        return {id_: found.get(id_, ShadowReport()) for id_ in rules}

    def rule_hits(self, since: datetime) -> RuleHitReport:
        """Of the articles that came since then, as news or as mentions."""
        recent = article.c.seen_at >= since
        query = (
            select(match.c.rule_id, match.c.rule_version, func.count(match.c.article_id.distinct()).label("articles"))
            .join_from(match, article, article.c.id == match.c.article_id)
            .where(recent)
            .group_by(match.c.rule_id, match.c.rule_version)
        )
        by_rule: dict[str, dict[str, int]] = defaultdict(dict)
        for row in self._rows(query):
            by_rule[row.rule_id][row.rule_version] = row.articles
        (total,) = self._rows(select(func.count().label("articles")).select_from(article).where(recent))
        return RuleHitReport(total.articles, by_rule)

    def first_alerts(self, since: datetime) -> Mapping[str, Mapping[OncePer, int]]:
        """How many first alerts rules have sent since then: by rule, and by what the rule sent once at that time."""
        query = select(alert.c.rule_id, alert.c.dedup_key).where(
            alert.c.at >= since, alert.c.kind.in_((AlertKind.NEW, AlertKind.POSSIBLY)), alert.c.rule_id.is_not(None)
        )
        found: defaultdict[str, Counter[OncePer]] = defaultdict(Counter)
        for row in self._rows(query):
            if (once_per := once_per_of(row.dedup_key, row.rule_id)) is not None:
                found[row.rule_id][once_per] += 1
        return found

    def delivery_counts(self) -> Mapping[str, int]:
        """How many deliveries are in each state; a state without any counts 0."""
        counting = select(delivery.c.state, func.count()).group_by(delivery.c.state)
        with self._database.reading() as connection:
            found = {row[0]: row[1] for row in connection.execute(counting)}
        return {state.value: found.get(state.value, 0) for state in DeliveryState}

    def pending_alerts(self) -> PendingReport:
        """How many alerts are pending, and when the first is due."""
        (row,) = self._rows(select(func.count().label("count"), func.min(later.c.due).label("next")))
        return PendingReport(row.count, row.next)

    def last_fetch_at(self) -> datetime | None:
        """When anything was last fetched."""
        with self._database.reading() as connection:
            found: datetime | None = connection.execute(select(func.max(source.c.polled_at))).scalar_one()
            return found

    def deliveries(
        self, states: Collection[DeliveryState], limit: int, channels: Collection[str] = ()
    ) -> list[DeliveryReport]:
        """At most `limit` deliveries in these states and on these channels (none: in any, on any), the newest first."""
        rows = _SELECT_DELIVERIES.order_by(delivery.c.id.desc()).limit(limit)
        if states:
            rows = rows.where(delivery.c.state.in_(states))
        if channels:
            rows = rows.where(delivery.c.channel.in_(channels))
        return [DeliveryReport(**_row_to_fields(row, DeliveryReport)) for row in self._rows(rows)]

    def deliveries_of(self, alert_id: str) -> list[DeliveryReport]:
        """The deliveries of one alert or notice."""
        rows = self._rows(_SELECT_DELIVERIES.where(delivery.c.alert_id == alert_id))
        return [DeliveryReport(**_row_to_fields(row, DeliveryReport)) for row in rows]

    def waiting_for(self, channels: Collection[str], now: datetime) -> list[WaitingForChannel]:
        """What waits for these channels."""
        columns = (delivery.c.channel, channel_state.c.paused_until)
        counts = (func.count().label("deliveries"), func.min(delivery.c.not_before).label("due_at"))
        waiting = (
            select(*columns, *counts)
            .outerjoin(channel_state, channel_state.c.name == delivery.c.channel)
            .where(delivery.c.channel.in_(channels), delivery.c.state.in_(WAITING_STATES), ~is_held(now))
            .group_by(*columns)
            .order_by(delivery.c.channel)
        )
        return [
            WaitingForChannel(row.channel, row.deliveries, _find_next_attempt(row.due_at, row.paused_until))
            for row in self._rows(waiting)
        ]

    def last_answers(self, channels: Collection[str]) -> Mapping[str, str]:
        """For each of these channels: how the last attempt ended of the messages that wait for it, if one has ended."""
        newest = (
            select(delivery.c.channel, func.max(attempt.c.id).label("id"))
            .join(attempt, attempt.c.delivery_id == delivery.c.id)
            .where(delivery.c.channel.in_(channels), delivery.c.state.in_(UNSETTLED_STATES))
            .where(attempt.c.ended_at.is_not(None))
            .group_by(delivery.c.channel)
            .subquery()
        )
        rows = select(newest.c.channel, attempt.c.detail).join(attempt, attempt.c.id == newest.c.id)
        return {row.channel: row.detail for row in self._rows(rows) if row.detail}

    def oldest_pending(self, now: datetime) -> Mapping[str, datetime]:
        """For each channel with waiting deliveries: since when the oldest has waited."""
        return {channel: pending.since for channel, pending in find_pending_by_channel(self._database, now).items()}

    def last_accepted(self) -> Mapping[str, datetime]:
        """For each channel that ever accepted a message: when it accepted the last."""
        ended = func.max(delivery.c.ended_at).label("at")
        rows = select(delivery.c.channel, ended).where(delivery.c.state == DeliveryState.ACCEPTED)
        return {row.channel: row.at for row in self._rows(rows.group_by(delivery.c.channel))}

    def _rows(self, statement: Any) -> Sequence[Any]:  # noqa: ANN401 - rows are turned into reports at once
        with self._database.reading() as connection:
            return connection.execute(statement).all()


# A notice has a subject and a title of its own.
_SELECT_DELIVERIES = (
    select(
        delivery,
        delivery.c.alert_id.label("alert"),
        func.coalesce(alert.c.rule_id, alert.c.subject).label("rule"),
        alert.c.level,
        func.coalesce(article.c.title, alert.c.title).label("title"),
        alert.c.at.label("committed_at"),
        channel_state.c.paused_until,
    )
    .outerjoin_from(delivery, alert, alert.c.id == delivery.c.alert_id)
    .outerjoin(channel_state, channel_state.c.name == delivery.c.channel)
    .outerjoin(article, article.c.id == alert.c.article_id)
)


def _row_to_fields(row: Any, shape: type[DeliveryReport]) -> dict[str, Any]:  # noqa: ANN401
    return {field.name: row._mapping[field.name] for field in fields(shape)}  # noqa: SLF001 - public in SQLAlchemy
