"""Stories and events for people: their articles and publishers, and what was sent. It only reads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, func, literal, or_, select, union_all

from monitor.alerting.mutes import Mute
from monitor.model import AlertKind, independent_publisher_of
from monitor.model.outcome import ReasonClauses
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, article, event, match, story, story_article, waiting
from monitor.store.queries.reasons import read_reason
from monitor.store.state.identity_marks import IdentityMark, load_identity_marks, select_events_of_story
from monitor.store.state.mute_rows import count_muted, load_mutes, select_muted_stories


@dataclass(frozen=True, slots=True)
class PossiblySame:
    """Another event, older or younger, that is possibly the same; `doubt`: why that is unsure."""

    id: str
    title: str
    doubt: str


@dataclass(frozen=True, slots=True)
class StoryReport:
    """A story: how many articles it has, of how many publishers; `rules`: those that matched it; `alerts`: how many
    messages were sent about it; `possibly`: what its events are possibly the same as; `mutes`: its mute and
    those of its events, also those that are over."""

    id: str
    title: str
    opened: datetime
    last: datetime
    articles: int
    publishers: int
    rules: tuple[str, ...]
    events: tuple[str, ...]
    alerts: int
    possibly: tuple[PossiblySame, ...] = ()
    mutes: tuple[Mute, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryMember:
    """An article of a story (`article`: its number), and how it joined that; in an event, also why it belongs there.
    `compared`, `event_compared`: with which older article it was compared each time, and the result, in words (None:
    with none, or that one was erased)."""

    article: int
    source: str
    uid: str
    title: str
    url: str | None
    seen: datetime
    publisher: str | None
    wire: str | None
    story: str
    how: str
    compared: str | None = None
    why_event: str | None = None
    event_compared: str | None = None


@dataclass(frozen=True, slots=True)
class SentAlert:
    """A message that was sent about it."""

    id: str
    at: datetime
    kind: str
    rule: str
    level: str
    why: ReasonClauses


@dataclass(frozen=True, slots=True)
class PendingStoryAlert:
    """A pending alert about it."""

    rule: str
    kind: str
    due: datetime
    why: ReasonClauses


@dataclass(frozen=True, slots=True)
class ClusterName:
    """A story or an event in a list; `rule`: for an event, the rule that it belongs to."""

    id: str
    title: str
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class StoryDetails:
    """A story, or an event with all of its stories, with all that belongs to it, in the order of time. `rule`: for an
    event, the rule that it belongs to; `waits`: its pending alerts; `events`: for a story, its events; `possibly`: the
    events that it, or one of these, is possibly the same as; `merged_into`: what a person made it a part of; `marks`:
    all merges and splits of it; `mutes`: its mute and those of its events, also those that are over."""

    id: str
    title: str
    opened: datetime
    rule: str | None
    members: tuple[StoryMember, ...]
    sent: tuple[SentAlert, ...]
    waits: tuple[PendingStoryAlert, ...]
    events: tuple[ClusterName, ...] = ()
    possibly: tuple[PossiblySame, ...] = ()
    merged_into: str | None = None
    marks: tuple[IdentityMark, ...] = ()
    mutes: tuple[Mute, ...] = ()

    @property
    def independent_publishers(self) -> int:
        """How many of its publishers are independent: those that print one agency's text count as one."""
        return len(
            {independent_publisher_of(member.wire, member.publisher or member.source) for member in self.members}
        )


class StoryQueries:
    """Answers from what has been committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(
        self,
        *,
        rules: Sequence[str] = (),
        since: datetime | None = None,
        muted_at: datetime | None = None,
        limit: int = 100,
    ) -> list[StoryReport]:
        """At most `limit` stories, those with the latest article first; `rules`: only those that these rules matched;
        `muted_at`: only those that are muted at this time, or have an event that is."""
        query = select(story).where(story.c.merged_into.is_(None))
        query = query.order_by(story.c.last_at.desc(), story.c.id).limit(limit)
        if since is not None:
            query = query.where(story.c.last_at >= since)
        if rules:
            query = query.where(_hit_by(rules))
        if muted_at is not None:
            query = query.where(story.c.id.in_(select_muted_stories(muted_at)))
        with self._database.reading() as connection:
            return [_build_story_report(connection, row) for row in connection.execute(query).all()]

    def find(self, name: str) -> StoryDetails | None:
        """A story or an event by its id; None if there is none."""
        with self._database.reading() as connection:
            row = connection.execute(select(story).where(story.c.id == name)).one_or_none()
            if row is not None:
                of_story = story_article.c.story_id == name
                details = _build_story_details(connection, row, None, of_story, alert.c.story_id == name)
                events = _find_events(connection, name)
                ids = [cluster.id for cluster in events]
                possibly, mutes = _find_possibly_same(connection, ids), _find_mutes(connection, [name, *ids])
                return replace(details, events=events, possibly=possibly, mutes=mutes)
            row = connection.execute(select(event).where(event.c.id == name)).one_or_none()
            if row is None:
                return None
            articles = select(match.c.article_id).where(match.c.event_id == name)
            of_event = story_article.c.article_id.in_(articles)
            details = _build_story_details(connection, row, row.rule_id, of_event, alert.c.event_id == name)
            members = _add_event_reasons(connection, name, details.members)
            possibly, mutes = _find_possibly_same(connection, [name]), _find_mutes(connection, [name])
            return replace(details, members=members, possibly=possibly, mutes=mutes)

    def find_mutes(self, ids: Sequence[str]) -> tuple[Mute, ...]:
        """The mutes of these stories and events, in the order of the ids, also those that are over."""
        with self._database.reading() as connection:
            return _find_mutes(connection, ids)

    def count_muted(self, now: datetime) -> int:
        """How many stories and events people have muted, of those that are muted now."""
        with self._database.reading() as connection:
            return count_muted(connection, now)

    def find_clusters_of_alert(self, name: str) -> list[str]:
        """The ids of the event and of the story of the alert with this id, or of the only one whose id begins so; none
        if there is no such alert, or if it is a digest or a notice."""
        query = select(alert.c.kind, alert.c.event_id, alert.c.story_id)
        with self._database.reading() as connection:
            found = connection.execute(query.where(alert.c.id.startswith(name, autoescape=True)).limit(2)).all()
        if len(found) != 1 or found[0].kind == AlertKind.DIGEST:
            return []
        return [id_ for id_ in (found[0].event_id, found[0].story_id) if id_ is not None]

    def find_by_prefix(self, name: str, limit: int) -> list[ClusterName]:
        """At most `limit` stories and events whose ids begin so, those with the latest article first."""
        no_rule = literal(None, String).label("rule_id")
        found = union_all(
            select(story.c.id, story.c.title, no_rule, story.c.last_at).where(
                story.c.id.startswith(name, autoescape=True)
            ),
            select(event.c.id, event.c.title, event.c.rule_id, event.c.last_at).where(
                event.c.id.startswith(name, autoescape=True)
            ),
        ).subquery()
        query = select(found).order_by(found.c.last_at.desc(), found.c.id).limit(limit)
        with self._database.reading() as connection:
            return [ClusterName(row.id, row.title, row.rule_id) for row in connection.execute(query)]


def _find_mutes(connection: Connection, ids: Sequence[str]) -> tuple[Mute, ...]:
    mutes = load_mutes(connection, ids)
    return tuple(mutes[id_] for id_ in dict.fromkeys(ids) if id_ in mutes)


def _find_events(connection: Connection, story_id: str) -> tuple[ClusterName, ...]:
    """The events of a story, in the order in which they were opened."""
    query = select(event).where(event.c.id.in_(select_events_of_story(story_id)))
    found = connection.execute(query.order_by(event.c.opened_at, event.c.id))
    return tuple(ClusterName(row.id, row.title, row.rule_id) for row in found)


def _add_event_reasons(
    connection: Connection, event_id: str, members: Sequence[StoryMember]
) -> tuple[StoryMember, ...]:
    """The articles of an event, each with why the first of its versions that belongs to the event does so."""
    query = select(article.c.source_id, article.c.uid, match.c.why_event, match.c.compared).join(
        article, article.c.id == match.c.article_id
    )
    rows = connection.execute(query.where(match.c.event_id == event_id).order_by(match.c.id.desc()))
    reasons = {(row.source_id, row.uid): (row.why_event, row.compared) for row in rows}
    found = ((member, reasons.get((member.source, member.uid), (None, None))) for member in members)
    return tuple(replace(member, why_event=why, event_compared=compared) for member, (why, compared) in found)


def _find_possibly_same(connection: Connection, events: Collection[str]) -> tuple[PossiblySame, ...]:
    """The older events that these are possibly the same as, then the younger ones that are possibly the same as one of
    these."""
    other = event.alias()
    older = (
        select(event.c.possibly_of.label("id"), other.c.title, event.c.doubt)  # it may have left
        .outerjoin(other, other.c.id == event.c.possibly_of)
        .where(event.c.id.in_(events), event.c.possibly_of.is_not(None))
        .order_by(event.c.opened_at, event.c.id)
    )
    younger = select(event.c.id, event.c.title, event.c.doubt).where(event.c.possibly_of.in_(events))
    queries = (older, younger.order_by(event.c.opened_at, event.c.id)) if events else ()
    found = (row for query in queries for row in connection.execute(query))
    return tuple(dict.fromkeys(PossiblySame(row.id, row.title or "", row.doubt or "") for row in found))


def _hit_by(rules: Sequence[str]) -> ColumnElement[bool]:
    """The condition for stories that one of these rules matched: by a stored article, or by an alert, as the matches of
    erased articles are gone."""
    joined = select(story_article.c.story_id).join(match, match.c.article_id == story_article.c.article_id)
    alerted = select(alert.c.story_id).where(alert.c.rule_id.in_(rules))
    return or_(story.c.id.in_(joined.where(match.c.rule_id.in_(rules))), story.c.id.in_(alerted))


def _build_story_report(connection: Connection, row: Any) -> StoryReport:  # noqa: ANN401 - rows are turned into reports at once
    members = story_article.c.story_id == row.id
    printed = func.coalesce(story_article.c.publisher, article.c.source_id)
    counts = select(func.count().label("articles"), func.count(printed.distinct()).label("publishers"))
    counted = connection.execute(
        counts.select_from(story_article).join(article, article.c.id == story_article.c.article_id).where(members)
    ).one()
    hit_query = select(match.c.rule_id, match.c.event_id).join(
        story_article, story_article.c.article_id == match.c.article_id
    )
    hits = connection.execute(hit_query.where(members).order_by(match.c.id)).all()
    alert_query = select(alert.c.rule_id, alert.c.event_id).where(alert.c.story_id == row.id)
    alerts = connection.execute(alert_query.order_by(alert.c.at, alert.c.id)).all()
    entries = [*hits, *alerts]  # of erased articles only their alerts are left
    events = tuple(dict.fromkeys(entry.event_id for entry in entries if entry.event_id))
    return StoryReport(
        id=row.id,
        title=row.title,
        opened=row.opened_at,
        last=row.last_at,
        articles=counted.articles,
        publishers=counted.publishers,
        rules=tuple(dict.fromkeys(entry.rule_id for entry in entries)),
        events=events,
        alerts=len(alerts),
        possibly=_find_possibly_same(connection, events),
        mutes=_find_mutes(connection, [row.id, *events]),
    )


def _build_story_details(
    connection: Connection,
    row: Any,  # noqa: ANN401
    rule: str | None,
    members: ColumnElement[bool],
    alert_condition: ColumnElement[bool],
) -> StoryDetails:
    columns = (article.c.id, article.c.source_id, article.c.uid, article.c.title, article.c.url, article.c.seen_at)
    story_columns = (story_article.c[name] for name in ("story_id", "how", "compared", "publisher", "wire"))
    query = (
        select(*columns, *story_columns).join(story_article, story_article.c.article_id == article.c.id).where(members)
    )
    member_rows = connection.execute(query.order_by(article.c.id)).all()
    # what was sent in a digest has the digest's alert, which may be of another story
    ids = select(story_article.c.article_id).where(members)
    by_match = alert.c.id.in_(select(match.c.alert_id).where(match.c.article_id.in_(ids)))
    sent_rows = connection.execute(
        select(alert).where(or_(alert_condition, by_match)).order_by(alert.c.at, alert.c.id)
    ).all()
    pending_rows = connection.execute(
        select(waiting).where(waiting.c.article_id.in_(ids)).order_by(waiting.c.due)
    ).all()
    return StoryDetails(
        id=row.id,
        title=row.title,
        opened=row.opened_at,
        rule=rule,
        members=tuple(
            StoryMember(
                article=member.id,
                source=member.source_id,
                uid=member.uid,
                title=member.title,
                url=member.url,
                seen=member.seen_at,
                publisher=member.publisher,
                wire=member.wire,
                story=member.story_id,
                how=member.how,
                compared=member.compared,
            )
            for member in member_rows
        ),
        sent=tuple(
            SentAlert(
                sent_alert.id,
                sent_alert.at,
                sent_alert.kind,
                sent_alert.rule_id,
                sent_alert.level,
                read_reason(sent_alert.reason_parameters),
            )
            for sent_alert in sent_rows
        ),
        waits=tuple(
            PendingStoryAlert(pending.rule_id, pending.kind, pending.due, read_reason(pending.reason_parameters))
            for pending in pending_rows
        ),
        merged_into=row.merged_into,
        marks=load_identity_marks(connection, row.id),
    )
