"""Writes decisions: articles with their versions, stories, matches, alerts and deliveries, and what became of matches
that were pending. It decides nothing; `serial_section` calls it.

All decisions of one pass through the section are written together, with one statement for each table: a statement costs
more than its rows. Rows are written in the order of the decisions, and get their ids in that order, on both kinds of
database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Insert, bindparam, insert, update
from sqlalchemy.sql.dml import ReturningInsert

from monitor.alerting.release import ReleasedAlert
from monitor.decide import DueDecision
from monitor.model import (
    Alert,
    AlertCandidate,
    Article,
    ArticleDecision,
    ClauseCode,
    ComparedArticle,
    MatchDecision,
    MatchOutcome,
    PendingKind,
    PlannedDelivery,
    Reason,
    ReasonClause,
    Span,
)
from monitor.model.outcome import clauses_to_row, sent_outcome, suppressed_outcome
from monitor.store.commit.notice_writer import write_deliveries
from monitor.store.engine import tables
from monitor.store.engine.database import build_insert_for, write_rows
from monitor.store.search.index import fold_texts, index_articles
from monitor.store.state.clusters import StoredClusters
from monitor.store.state.pending_rows import load_article_ids
from monitor.store.state.state_loader import StoredState
from monitor.store.state.stored_part import ArticleIds

PlanAlert = Callable[[Alert], Iterable[PlannedDelivery]]
Row = dict[str, object]

# The columns of an article that a new version changes.
_COLUMNS_OF_NEW_VERSION = ("version", "url", "canonical", "title", "language", "digest", "published_at", "dated")


@dataclass(frozen=True, slots=True)
class DecisionBatch:
    """The decisions on the articles of a poll, or of a page. `at`: when they were made; `plan_alert`: where
    an alert is sent, and when."""

    article_decisions: Sequence[ArticleDecision]
    at: datetime
    plan_alert: PlanAlert


def write_decisions(
    connection: Connection,
    batches: Sequence[DecisionBatch],
    stored: StoredState,
    stored_ids: ArticleIds | None = None,
) -> ArticleIds:
    """Write decisions on articles, after those changes of the state that they refer to. Returns the articles' ids.
    `stored_ids`: if the articles are stored already, in these versions. Then a match replaces the stored one of the
    same rule."""
    dated_decisions = [(decision, batch.at) for batch in batches for decision in batch.article_decisions]
    ids = _write_articles(connection, dated_decisions) if stored_ids is None else stored_ids
    stored.write_first(ids)
    clusters = stored[StoredClusters]
    _write_memberships(connection, [decision for decision, _ in dated_decisions], clusters)
    alerts = [
        (
            match_decision.alert,
            ids[decision.article.source, decision.article.uid],
            batch.plan_alert(match_decision.alert),
        )
        for batch in batches
        for decision in batch.article_decisions
        for match_decision in decision.decisions
        if match_decision.alert is not None
    ]
    write_rows(connection, _INSERT_ALERT, [_alert_to_row(alert, article_id) for alert, article_id, _ in alerts])
    write_deliveries(connection, [(alert, planned) for alert, _, planned in alerts])
    matches = [
        _match_to_row(decision, match_decision, at, clusters)
        for decision, at in dated_decisions
        for match_decision in decision.decisions
    ]
    statement = _INSERT_MATCH if stored_ids is None else _build_match_upsert(connection.dialect.name)
    write_rows(connection, statement, matches)
    _write_pending_outcomes(connection, [decision for decision, _ in dated_decisions], ids)
    return ids


def _write_pending_outcomes(connection: Connection, decisions: Sequence[ArticleDecision], ids: ArticleIds) -> None:
    """Update the outcomes of matches that were pending: a later article says more, or withdraws what was reported."""
    changes = [
        change
        for decision in decisions
        for match_decision in decision.decisions
        for change in match_decision.pending_changes
    ]
    update_match_outcomes(connection, [(change.before.candidate, None, change.outcome) for change in changes], ids)


def write_due_decision(connection: Connection, due_decision: DueDecision, plan_alert: PlanAlert) -> None:
    """Write what came of pending alerts: sent, replaced by something else, or dropped; and the new outcomes of their
    matches. A digest's line about a suppressed match does not count as sent: the match stays suppressed."""
    released = [pending for release in due_decision.released for pending in release.pending]
    pending_alerts = [*released, *(change.before for change in due_decision.changes)]
    ids = load_article_ids(connection, [pending.candidate for pending in pending_alerts])
    alerts = [release.alert for release in due_decision.released]
    first_candidates = [release.pending[0].candidate for release in due_decision.released]
    rows = [
        _alert_to_row(alert, _get_article_id(candidate, ids))
        for alert, candidate in zip(alerts, first_candidates, strict=True)
    ]
    write_rows(connection, _INSERT_ALERT, rows)
    write_deliveries(connection, [(alert, plan_alert(alert)) for alert in alerts])
    outcomes: list[tuple[AlertCandidate, str | None, MatchOutcome]] = [
        *(outcome for release in due_decision.released for outcome in _explain_pending_outcomes(release)),
        *((change.before.candidate, None, change.outcome) for change in due_decision.changes),
    ]
    update_match_outcomes(connection, outcomes, ids)


def _explain_pending_outcomes(release: ReleasedAlert) -> Iterator[tuple[AlertCandidate, str | None, MatchOutcome]]:
    """The outcomes of pending matches, with the id of the alert that sent them, if one did. The reason of a digest
    covers all of its lines, so a line has its own."""
    alert = release.alert
    reasons = [item.why for item in alert.items] or [alert.why]
    for pending, why in zip(release.pending, reasons, strict=True):
        if pending.kind is PendingKind.IN_DOUBT:
            outcome = suppressed_outcome(Reason.IN_DOUBT, *pending.why, ReasonClause(ClauseCode.DOUBT_LISTED))
            yield pending.candidate, None, outcome
        else:
            yield pending.candidate, alert.id, sent_outcome(alert.kind.reason, *why)


def update_match_outcomes(
    connection: Connection,
    outcomes: Sequence[tuple[AlertCandidate, str | None, MatchOutcome]],
    ids: ArticleIds | None = None,
) -> None:
    """Update the outcomes of matches that were pending, each with the id of the alert that sent it, if one did. `ids`:
    those of articles that are known already."""
    ids = load_article_ids(connection, [candidate for candidate, _, _ in outcomes], ids)
    rows: list[Row] = [
        {
            "its_article": _get_article_id(candidate, ids),
            "its_version": candidate.article.version,
            "its_rule": candidate.rule,
            **_outcome_to_columns(outcome),
            "alert_id": alert_id,
        }
        for candidate, alert_id, outcome in outcomes
    ]
    write_rows(connection, _UPDATE_OUTCOME, rows)


def _outcome_to_columns(outcome: MatchOutcome) -> Row:
    clauses = clauses_to_row(outcome.why)
    return {"outcome": outcome.outcome, "reason": outcome.reason, "reason_parameters": clauses}


def _get_article_id(candidate: AlertCandidate, ids: ArticleIds) -> int:
    return ids[candidate.article.source, candidate.article.uid]


def _write_articles(connection: Connection, dated_decisions: Sequence[tuple[ArticleDecision, datetime]]) -> ArticleIds:
    articles = [(decision.article, at) for decision, at in dated_decisions]
    # of two versions, the later
    latest = {(article.source, article.uid): _article_to_row(article) for article, _ in articles}
    if not latest:
        return {}
    rows = connection.execute(_build_article_upsert(connection.dialect.name), list(latest.values()))
    ids = {(source, uid): id_ for id_, source, uid in rows}
    write_rows(connection, _INSERT_VERSION, [_version_to_row(article, ids, at) for article, at in articles])
    words = {
        ids[new.article.source, new.article.uid]: new.folded or fold_texts(new.article.title, new.article.text)
        for new, _ in dated_decisions
    }
    index_articles(connection, words)
    return ids


def _write_memberships(connection: Connection, decisions: Sequence[ArticleDecision], clusters: StoredClusters) -> None:
    members: list[Row] = [
        {
            **_comparison_to_columns(decision.compared, clusters),
            "article_id": clusters.article_id(decision.article.source, decision.article.uid),
            "story_id": decision.story.id,
            "how": decision.join_reason,
            "publisher": decision.publisher,
            "wire": decision.wire,
        }
        for decision in decisions
        if decision.story is not None
    ]
    write_rows(connection, _build_membership_insert(connection.dialect.name), members)


def _comparison_to_columns(compared: ComparedArticle | None, clusters: StoredClusters) -> Row:
    if compared is None:
        return {"compared": None, "compared_with": None}
    return {"compared": compared.words, "compared_with": clusters.article_id(compared.source, compared.uid)}


# Built once, with bound values: building a statement for each article, or poll, costs more than running it.
_INSERT_VERSION = insert(tables.article_version)
_INSERT_MATCH = insert(tables.match)
_INSERT_ALERT = insert(tables.alert)
_UPDATE_OUTCOME = (
    update(tables.match)
    .where(
        tables.match.c.article_id == bindparam("its_article"),
        tables.match.c.article_version == bindparam("its_version"),
        tables.match.c.rule_id == bindparam("its_rule"),
    )
    .values({name: bindparam(name) for name in ("outcome", "reason", "reason_parameters", "alert_id")})
)


@cache
def _build_article_upsert(dialect: str) -> ReturningInsert[int, str, str]:
    new, columns = build_insert_for(dialect, tables.article), tables.article.c
    changed = {key: new.excluded[key] for key in _COLUMNS_OF_NEW_VERSION}
    latest = new.on_conflict_do_update(index_elements=["source_id", "uid"], set_=changed)
    return latest.returning(columns.id, columns.source_id, columns.uid)


@cache
def _build_membership_insert(dialect: str) -> Insert:
    return build_insert_for(dialect, tables.story_article).on_conflict_do_nothing()


@cache
def _build_match_upsert(dialect: str) -> Insert:
    new, key = build_insert_for(dialect, tables.match), ("article_id", "article_version", "rule_id")
    changed = {name: new.excluded[name] for name in tables.match.c.keys() if name not in {"id", *key}}  # noqa: SIM118 - the columns' keys
    return new.on_conflict_do_update(index_elements=key, set_=changed)


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


def _version_to_row(article: Article, ids: ArticleIds, at: datetime) -> Row:
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


def _match_to_row(
    decision: ArticleDecision, match_decision: MatchDecision, at: datetime, clusters: StoredClusters
) -> Row:
    article, match = decision.article, match_decision.match
    return {
        **_comparison_to_columns(match_decision.compared, clusters),
        "article_id": clusters.article_id(article.source, article.uid),
        "article_version": article.version,
        "rule_id": match.rule,
        "rule_version": match.rule_version,
        "kind": match.kind,
        "level": match.level,
        "evidence": [_span_to_row(span) for span in match.evidence],
        "at": at,
        **_outcome_to_columns(match_decision.outcome),
        "alert_id": match_decision.alert.id if match_decision.alert else None,
        "shadow_key": match_decision.shadow_key,
        "event_id": match_decision.candidate.event.id
        if match_decision.candidate and match_decision.candidate.event
        else None,
        "by": {name: sorted(values) for name, values in match.by.items() if values} or None,
        "why_event": match_decision.event_reason,
        "is_recorded": match_decision.candidate is not None,
    }


def _span_to_row(span: Span) -> list[str | int]:
    """The node is left out where it has no name, as most have none."""
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
        "reason_parameters": clauses_to_row(alert.why),
        "sentence": alert.sentence,
        "marks": [list(mark) for mark in alert.highlights],
        "event_id": alert.event,
        "thread": alert.thread,
        "items": [{**asdict(item), "why": clauses_to_row(item.why)} for item in alert.items] or None,
    }
