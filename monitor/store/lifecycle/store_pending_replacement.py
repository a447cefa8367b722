"""Replaces pending alerts that lose their article, or something that they were to say. `alerting.pending_replacement`
decides; this loads what it asks for, and writes the result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Select, and_, case, false, or_, select, union

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending_replacement import (
    LostMatch,
    OtherMatch,
    PendingLoss,
    PendingReplacement,
    Removal,
    is_article_subject,
    list_shared_keys,
    replace_pending_alert,
)
from monitor.alerting.subject_keys import event_key
from monitor.cases import determine_article_provenance
from monitor.model import AlertCandidate, Config, Level, Match, MatchKind, PendingKind, Story
from monitor.store.commit.decision_writer import update_match_outcomes
from monitor.store.engine.damaged_rows import skip_if_unreadable
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import article, article_version, match, story, story_article, waiting
from monitor.store.queries.articles import article_from_row
from monitor.store.queries.matches import spans_from_evidence
from monitor.store.state.pending_rows import pending_alert_from_row, write_pending_alerts
from monitor.store.state.stored_ledger import load_subject_records
from monitor.text.counts import extract_counts

_MAX_MATCHES = 200  # matches of a subject, the last ones: texts are read while no other process may write
_SEPARATE_KINDS = (PendingKind.MENTION, PendingKind.IN_DOUBT)
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class RemovedArticles:
    """Articles that leave now, by id. `config`: what the user's files say."""

    articles: Sequence[int]
    config: Config
    now: datetime


def replace_pending_alerts(connection: Connection, removed: RemovedArticles, lost: Sequence[LostMatch]) -> None:
    """A pending alert whose article leaves gets another article, at the same time, or is dropped. One that may report
    something of these `lost` matches goes on without them."""
    losses = [*_find_orphaned(connection, removed.articles), *_find_reduced(connection, removed.articles, lost)]
    records = load_subject_records(connection, {row.key for row, _ in losses})
    found = (_find_replacement(connection, row, loss, removed, records.get(row.key)) for row, loss in losses)
    replacements = [replacement for replacement in found if replacement is not None]
    added = [replacement.after for replacement in replacements if replacement.after is not None]
    dropped = [replacement.before.id for replacement in replacements if replacement.after is None]
    write_pending_alerts(connection, added, dropped)
    outcomes = [outcome for replacement in replacements for outcome in replacement.outcomes]
    update_match_outcomes(connection, [(candidate, None, outcome) for candidate, outcome in outcomes])


def _find_orphaned(connection: Connection, removed: Sequence[int]) -> Iterable[tuple[_Row, PendingLoss]]:
    found: list[tuple[_Row, PendingLoss]] = []
    for row in connection.execute(select(waiting).where(waiting.c.article_id.in_(removed))):
        with skip_if_unreadable(f"waiting {row.id}"):
            found.append((row, PendingLoss(pending_alert_from_row(row), loses_article=True)))
    return found


def _find_reduced(
    connection: Connection, removed: Sequence[int], lost: Sequence[LostMatch]
) -> Iterable[tuple[_Row, PendingLoss]]:
    """The pending alerts of other articles that may report these matches. Mentions, and what a digest lists as
    suppressed, report nothing else."""
    by_key: defaultdict[str, list[LostMatch]] = defaultdict(list)
    for lost_match in lost:
        for key in lost_match.keys:
            by_key[key].append(lost_match)
    found: list[tuple[_Row, PendingLoss]] = []
    query = select(waiting).where(waiting.c.article_id.not_in(removed), waiting.c.kind.not_in(_SEPARATE_KINDS))
    for batch in in_batches({lost_match.rule for lost_match in lost}):
        for row in connection.execute(query.where(waiting.c.rule_id.in_(batch))):
            with skip_if_unreadable(f"waiting {row.id}"):
                pending = pending_alert_from_row(row)
                of_pending = [match for key in list_shared_keys(pending.candidate) for match in by_key.get(key, ())]
                if of_pending:
                    found.append((row, PendingLoss(pending, loses_article=False, lost=of_pending)))
    return found


def _find_replacement(
    connection: Connection, row: _Row, loss: PendingLoss, removed: RemovedArticles, record: SubjectRecord | None
) -> PendingReplacement | None:
    record = record or SubjectRecord(row.key, row.rule_id, removed.now)
    if not loss.may_change(record):
        return None
    matches = connection.execute(_select_other_matches(row, loss, removed.articles, record.last_sent_at)).all()
    own_match = next((match_row.match_id for match_row in matches if _is_own_match(match_row, row, loss)), None)
    if loss.is_made_before(own_match, record):
        return None
    others = [
        _other_match_from_row(match_row, row, loss, removed.config)
        for match_row in sorted(matches, key=lambda match_row: match_row.match_id)
    ]
    removal = Removal(removed.now, ZoneInfo(removed.config.settings.timezone))
    return replace_pending_alert(loss, others, record, removed.config.rules.get(row.rule_id), removal)


def _is_pending_match(row: _Row, loss: PendingLoss) -> ColumnElement[bool]:
    """The condition for the match that is pending."""
    version = match.c.article_version == loss.pending.candidate.article.version
    return and_(match.c.article_id == row.article_id, version)


def _select_other_matches(
    row: _Row, loss: PendingLoss, removed: Sequence[int], sent_at: datetime | None
) -> Select[Any]:
    """The matches from which a replacement may be made. They are in articles that stay, of the same subject, since that
    was last sent, and not sent themselves; in the articles' latest versions, as earlier ones are out of date. Also the
    pending match itself, in its own version."""
    pending, own_match = loss.pending, _is_pending_match(row, loss)
    version = and_(article_version.c.article_id == article.c.id, article_version.c.version == match.c.article_version)
    columns = (match.c.rule_version, match.c.level, match.c.evidence, story_article.c.publisher, story_article.c.wire)
    kept_match = false() if loss.loses_article else own_match
    latest = match.c.article_version == article.c.version
    current = latest if sent_at is None else and_(latest, match.c.at >= sent_at)
    return (
        select(article, article_version.c.text, article_version.c.authors, article_version.c.tags, *columns)
        .join_from(article, match, match.c.article_id == article.c.id)
        .join(article_version, version)
        .join(story_article, story_article.c.article_id == article.c.id)
        .join(story, story.c.id == story_article.c.story_id)
        .add_columns(match.c.kind, match.c.article_version, match.c.id.label("match_id"))
        .add_columns(story.c.id.label("story_id"), story.c.opened_at)
        .where(match.c.rule_id == pending.candidate.rule, match.c.is_recorded.is_(True), match.c.alert_id.is_(None))
        .where(match.c.kind == (MatchKind.MENTION if pending.kind is PendingKind.MENTION else MatchKind.NEWS))
        .where(
            match.c.id.in_(_select_subject_matches(pending.candidate, own_match)),
            or_(kept_match, current),
            article.c.id.not_in(removed),
        )
        .order_by(case((kept_match, 0), else_=1), match.c.id.desc())
        .limit(_MAX_MATCHES)
    )


def _select_subject_matches(candidate: AlertCandidate, own_match: ColumnElement[bool]) -> CompoundSelect[int]:
    """The ids of the matches of the alert's subject, each found by an index. An article is its own only match. A rule
    that alerts on events may have been edited since, so matches of its story without an event count too."""
    own, of_event = select(match.c.id).where(own_match), select(match.c.id)
    of_story = of_event.join(story_article, story_article.c.article_id == match.c.article_id)
    of_story = of_story.where(story_article.c.story_id == candidate.story.id)
    if is_article_subject(candidate):
        return union(own)
    if candidate.event is None or candidate.key != event_key(candidate.rule, candidate.event.id):
        return union(own, of_story)
    of_event = of_event.where(match.c.event_id == candidate.event.id)
    return union(own, of_event, of_story.where(match.c.event_id.is_(None)))


def _is_own_match(match_row: _Row, row: _Row, loss: PendingLoss) -> bool:
    """Whether the pending alert was made from this match: the query may bring it along with the others."""
    return (match_row.id, match_row.article_version) == (row.article_id, loss.pending.candidate.article.version)


def _other_match_from_row(match_row: _Row, row: _Row, loss: PendingLoss, config: Config) -> OtherMatch:
    candidate, source = loss.pending.candidate, config.sources.get(match_row.source_id)
    is_own = _is_own_match(match_row, row, loss)
    stored_article = replace(candidate.article, text=match_row.text) if is_own else article_from_row(match_row)
    evidence = spans_from_evidence(match_row.evidence)
    kind, level = MatchKind(match_row.kind), Level(match_row.level)
    return OtherMatch(
        id=match_row.match_id,
        match=Match(candidate.rule, match_row.rule_version, kind, evidence, level),
        article=stored_article,
        story=Story(match_row.story_id, "", match_row.opened_at),
        publisher=match_row.publisher or match_row.source_id,
        wire=match_row.wire,
        wire_status=determine_article_provenance(stored_article, source).wire_status,
        official=source is not None and source.official,
        facts=extract_counts(stored_article.title, stored_article.text, stored_article.language),
    )
