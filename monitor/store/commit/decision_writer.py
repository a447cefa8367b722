"""What was decided, written: articles with their versions, stories, matches, alerts, notices and deliveries, and what
waits. It decides nothing; `section` says when it is called.

All that is decided in one pass through the section is written together, with one statement for each table: a statement
costs more than its rows. Rows are written in the order of the decisions, and so are their ids given, on both kinds of
database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Insert, bindparam, delete, insert, select, update
from sqlalchemy.sql.dml import ReturningInsert

from monitor.decide import DueDecision
from monitor.model import (
    Alert,
    AlertCandidate,
    AlertKind,
    Article,
    ArticleDecision,
    ComparedArticle,
    DeliveryState,
    Level,
    MatchDecision,
    MatchOutcome,
    Notice,
    NoticeState,
    PendingAlert,
    PendingKind,
    Reason,
    Span,
)
from monitor.model.outcome import sent_outcome, suppressed_outcome
from monitor.store.engine import tables
from monitor.store.engine.database import build_insert_for, in_batches, write_rows
from monitor.store.state.clusters import StoredClusters
from monitor.store.state.pending_rows import load_article_ids, write_pending_alerts

ChannelsOf = Callable[[Alert], Iterable[str]]
Ids = Mapping[tuple[str, str], int]  # of articles, by source and uid
Row = dict[str, object]

# What a new version of an article says anew.
_CHANGING = ("version", "url", "canonical", "title", "language", "digest", "published_at", "dated")
# Of a delivery: 0 goes first.
_PRIORITY = {level: priority for priority, level in enumerate(reversed(Level))}


@dataclass(frozen=True, slots=True)
class DecisionBatch:
    """What came of the articles of a poll, or of a page, when, and which channels its alerts go to."""

    article_decisions: Sequence[ArticleDecision]
    at: datetime
    channels_of: ChannelsOf


def write_decisions(connection: Connection, made: Sequence[DecisionBatch], clusters: StoredClusters) -> Ids:
    """All that was decided on articles, with the stories and events that they have joined; the articles' ids."""
    every = [(judged, each.at) for each in made for judged in each.article_decisions]
    ids = _write_articles(connection, every)
    clusters.write(ids)
    _write_memberships(connection, [judged for judged, _ in every], clusters)
    told = [
        (decided.alert, ids[judged.article.source, judged.article.uid], each.channels_of(decided.alert))
        for each in made
        for judged in each.article_decisions
        for decided in judged.decisions
        if decided.alert is not None
    ]
    write_rows(connection, _ALERT, [_alert_to_row(alert, article_id) for alert, article_id, _ in told])
    write_rows(
        connection, _DELIVERY, [row for alert, _, channels in told for row in _build_delivery_rows(alert, channels)]
    )
    matches = [_match_to_row(judged, decided, at, clusters) for judged, at in every for decided in judged.decisions]
    write_rows(connection, _MATCH, matches)
    _write_pending_changes(connection, [judged for judged, _ in every], ids)
    return ids


def write_revised_decisions(
    connection: Connection, every: Sequence[ArticleDecision], ids: Ids, channels_of: ChannelsOf
) -> None:
    """Decisions on matches that are here already: they have become of another story, or event."""
    decided = [
        (each, ids[judged.article.source, judged.article.uid], judged) for judged in every for each in judged.decisions
    ]
    told = [(each.alert, article_id) for each, article_id, _ in decided if each.alert is not None]
    write_rows(connection, _ALERT, [_alert_to_row(alert, article_id) for alert, article_id in told])
    write_rows(
        connection, _DELIVERY, [row for alert, _ in told for row in _build_delivery_rows(alert, channels_of(alert))]
    )
    said: list[Row] = [
        {
            "its_article": article_id,
            "its_version": judged.article.version,
            "its_rule": each.match.rule,
            **_outcome_to_columns(each.outcome),
            "alert_id": each.alert.id if each.alert else None,
        }
        for each, article_id, judged in decided
    ]
    write_rows(connection, _TOLD_LATER, said)
    _write_pending_changes(connection, every, ids)


def _write_pending_changes(connection: Connection, every: Sequence[ArticleDecision], ids: Ids) -> None:
    """What waits at the end of it: a later article may say more than, or withdraw, what an earlier one let wait. The
    match of that one says so."""
    begins: dict[str, tuple[PendingAlert, int]] = {}
    ends: dict[str, None] = {}
    for judged in every:
        for decided in judged.decisions:
            for each in decided.pending_changes:
                begins.pop(each.before.id, None)
                ends[each.before.id] = None
            if (waits := decided.pending) is not None:
                begins[waits.id] = (waits, ids[judged.article.source, judged.article.uid])
    write_pending_alerts(connection, begins.values(), ends)
    moved = [each for judged in every for decided in judged.decisions for each in decided.pending_changes]
    heard = load_article_ids(connection, [each.before.candidate for each in moved])
    update_match_outcomes(connection, [(each.before.candidate, None, each.outcome) for each in moved], heard)


def write_due_decision(connection: Connection, fallen: DueDecision, channels_of: ChannelsOf) -> None:
    """What was told of what waited, or waits on for something else, or no more; the matches that waited say so. A line
    of what was suppressed is no telling: its match stays held."""
    told = [(telling.alert, waited) for telling in fallen.released for waited in telling.pending]
    waited = [*(each for _, each in told), *(moved.before for moved in fallen.changes)]
    ids = load_article_ids(connection, [each.candidate for each in waited])
    alerts = [telling.alert for telling in fallen.released]
    firsts = [telling.pending[0].candidate for telling in fallen.released]
    rows = [_alert_to_row(each, _get_article_id(first, ids)) for each, first in zip(alerts, firsts, strict=True)]
    write_rows(connection, _ALERT, rows)
    write_rows(connection, _DELIVERY, [row for each in alerts for row in _build_delivery_rows(each, channels_of(each))])
    said: list[tuple[AlertCandidate, str | None, MatchOutcome]] = [
        *(_explain_pending_outcome(alert, each) for alert, each in told),
        *((moved.before.candidate, None, moved.outcome) for moved in fallen.changes),
    ]
    update_match_outcomes(connection, said, ids)
    begins = [
        (after, _get_article_id(after.candidate, ids)) for moved in fallen.changes if (after := moved.after) is not None
    ]
    write_pending_alerts(connection, begins, [each.id for each in waited])


def _explain_pending_outcome(alert: Alert, waited: PendingAlert) -> tuple[AlertCandidate, str | None, MatchOutcome]:
    """By which alert what waited was told, if that is a telling, and why: a digest's own reason is of all its lines."""
    if waited.kind is PendingKind.IN_DOUBT:
        return waited.candidate, None, suppressed_outcome(Reason.IN_DOUBT, f"{waited.why}; listed in a digest")
    why = f"{waited.candidate.evidence_words}; {waited.why}" if alert.kind is AlertKind.DIGEST else alert.reason
    return waited.candidate, alert.id, sent_outcome(alert.kind.reason, why)


def update_match_outcomes(
    connection: Connection, said: Iterable[tuple[AlertCandidate, str | None, MatchOutcome]], ids: Ids
) -> None:
    """What has become of matches that waited: by which alert they were told, if any, and the decision on them now."""
    rows: list[Row] = [
        {
            "its_article": _get_article_id(hearing, ids),
            "its_version": hearing.article.version,
            "its_rule": hearing.rule,
            **_outcome_to_columns(decision),
            "alert_id": alert_id,
        }
        for hearing, alert_id, decision in said
    ]
    write_rows(connection, _TOLD_LATER, rows)


def _outcome_to_columns(decision: MatchOutcome) -> Row:
    return {"outcome": decision.outcome, "reason": decision.reason, "decision": decision.words}


def _get_article_id(hearing: AlertCandidate, ids: Ids) -> int:
    return ids[hearing.article.source, hearing.article.uid]


def _write_articles(connection: Connection, every: Sequence[tuple[ArticleDecision, datetime]]) -> Ids:
    articles = [(judged.article, at) for judged, at in every]
    latest = {
        (article.source, article.uid): _article_to_row(article) for article, _ in articles
    }  # of two versions, the later
    if not latest:
        return {}
    rows = connection.execute(_build_article_upsert(connection.dialect.name), list(latest.values()))
    ids = {(source, uid): its_id for its_id, source, uid in rows}
    write_rows(connection, _VERSION, [_version_to_row(article, ids, at) for article, at in articles])
    return ids


def _write_memberships(connection: Connection, every: Sequence[ArticleDecision], clusters: StoredClusters) -> None:
    members: list[Row] = [
        {
            **_comparison_to_columns(each.compared, clusters),
            "article_id": clusters.article_id(each.article.source, each.article.uid),
            "story_id": each.story.id,
            "how": each.join_reason,
            "publisher": each.publisher,
            "wire": each.wire,
        }
        for each in every
        if each.story is not None
    ]
    write_rows(connection, _build_membership_insert(connection.dialect.name), members)


def _comparison_to_columns(compared: ComparedArticle | None, clusters: StoredClusters) -> Row:
    if compared is None:
        return {"compared": None, "compared_with": None}
    return {"compared": compared.words, "compared_with": clusters.article_id(compared.source, compared.uid)}


# Statements with their values beside them: building one for each article, or poll, costs more than running it.
_VERSION = insert(tables.article_version)
_MATCH = insert(tables.match)
_ALERT = insert(tables.alert)
_DELIVERY = insert(tables.delivery)
_TOLD_LATER = (
    update(tables.match)
    .where(
        tables.match.c.article_id == bindparam("its_article"),
        tables.match.c.article_version == bindparam("its_version"),
        tables.match.c.rule_id == bindparam("its_rule"),
    )
    .values({name: bindparam(name) for name in ("outcome", "reason", "decision", "alert_id")})
)
_NOTICED = select(tables.noticed)
_NO_MORE = delete(tables.noticed).where(tables.noticed.c.subject.in_(bindparam("subjects", expanding=True)))


@cache
def _build_article_upsert(dialect: str) -> ReturningInsert[int, str, str]:
    new, columns = build_insert_for(dialect, tables.article), tables.article.c
    changed = {key: new.excluded[key] for key in _CHANGING}
    latest = new.on_conflict_do_update(index_elements=["source_id", "uid"], set_=changed)
    return latest.returning(columns.id, columns.source_id, columns.uid)


@cache
def _build_membership_insert(dialect: str) -> Insert:
    return build_insert_for(dialect, tables.story_article).on_conflict_do_nothing()


def _article_to_row(article: Article) -> Row:
    return {
        "source_id": article.source,
        "uid": article.uid,
        "version": article.version,
        "url": article.url,
        "canonical": article.canonical,
        "title": article.title,
        "language": article.language,
        "published_at": article.published,
        "dated": article.dated,
        "seen_at": article.seen,
        "baseline": article.baseline,
        "digest": article.digest,
    }


def _version_to_row(article: Article, ids: Ids, at: datetime) -> Row:
    return {
        "article_id": ids[article.source, article.uid],
        "version": article.version,
        "at": at,
        "canonical": article.canonical,
        "title": article.title,
        "text": article.text,
        "digest": article.digest,
        "authors": article.authors,
        "tags": article.tags,
    }


def _match_to_row(judged: ArticleDecision, decided: MatchDecision, at: datetime, clusters: StoredClusters) -> Row:
    article, found = judged.article, decided.match
    return {
        **_comparison_to_columns(decided.compared, clusters),
        "article_id": clusters.article_id(article.source, article.uid),
        "article_version": article.version,
        "rule_id": found.rule,
        "rule_version": found.rule_version,
        "kind": found.kind,
        "level": found.level,
        "evidence": [_span_to_row(span) for span in found.evidence],
        "at": at,
        **_outcome_to_columns(decided.outcome),
        "alert_id": decided.alert.id if decided.alert else None,
        "shadow_key": decided.shadow_key,
        "event_id": decided.candidate.event.id if decided.candidate and decided.candidate.event else None,
        "by": {name: sorted(values) for name, values in found.by.items() if values} or None,
        "why_event": decided.event_reason,
        "heard": decided.candidate is not None,
    }


def _span_to_row(span: Span) -> list[str | int]:
    """Without the name of its condition where that has none, as most have."""
    named = [span.node] if span.node else []
    return [span.field, span.start, span.end, span.text, span.term, *named]


def _alert_to_row(alert: Alert, article_id: int) -> Row:
    return {
        "id": alert.id,
        "dedup_key": alert.dedup_key,
        "kind": alert.kind,
        "at": alert.at,
        "level": alert.level,
        "rule_id": alert.rule,
        "title": alert.rule_title,
        "story_id": alert.story,
        "article_id": article_id,
        "article_version": alert.article.version,
        "reason": alert.reason,
        "sentence": alert.sentence,
        "marks": [list(mark) for mark in alert.highlights],
        "event_id": alert.event,
        "thread": alert.thread,
        "items": [asdict(item) for item in alert.items] or None,
    }


def _build_delivery_rows(told: Alert | Notice, channels: Iterable[str]) -> list[Row]:
    """What is to be sent of it: one row for each channel."""
    return [
        {
            "alert_id": told.id,
            "channel": channel,
            "state": DeliveryState.PENDING,
            "priority": _PRIORITY[told.level],
            "not_before": told.at,
        }
        for channel in channels
    ]


def write_notices(connection: Connection, notices: Iterable[Notice], noticed: Iterable[NoticeState]) -> list[Notice]:
    """Notices with their deliveries, and what the operator knows after them; those that had not been told before.

    One without channels reaches nobody, and is not written.
    """
    _write_notice_states(connection, {each.subject: each for each in noticed})
    return [each for each in notices if not each.channels or _write_notice(connection, each)]


def _write_notice(connection: Connection, notice: Notice) -> bool:
    row = {
        "id": notice.id,
        "dedup_key": notice.dedup_key,
        "kind": notice.kind,
        "at": notice.at,
        "level": notice.level,
        "title": notice.title,
        "subject": notice.subject,
        "reason": notice.reason,
        "sentence": notice.text,
        "marks": [],
    }
    if connection.execute(_build_notice_insert(connection.dialect.name), row).first() is None:
        return False
    write_rows(connection, _DELIVERY, _build_delivery_rows(notice, notice.channels))
    return True


@cache
def _build_notice_insert(dialect: str) -> ReturningInsert[str]:
    return build_insert_for(dialect, tables.alert).on_conflict_do_nothing().returning(tables.alert.c.id)


def _write_notice_states(connection: Connection, wanted: Mapping[str, NoticeState]) -> None:
    before = {row.subject: NoticeState(**row._mapping) for row in connection.execute(_NOTICED)}  # noqa: SLF001 - public in SQLAlchemy
    for some in in_batches(before.keys() - wanted.keys()):
        connection.execute(_NO_MORE, {"subjects": some})
    changed = [asdict(each) for each in wanted.values() if before.get(each.subject) != each]
    write_rows(connection, _build_notice_state_upsert(connection.dialect.name), changed)


@cache
def _build_notice_state_upsert(dialect: str) -> Insert:
    new = build_insert_for(dialect, tables.noticed)
    changed = {name: new.excluded[name] for name in ("since", "told_at", "over_at")}
    return new.on_conflict_do_update(index_elements=["subject"], set_=changed)
