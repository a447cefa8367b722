"""Pending alerts that lose their article, or something that they were to say. Another article in which the rule matched
the same subject takes over, or the alert is sent with what remains, or it is dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Select, and_, case, false, or_, select, union

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending_replacement import find_pending_replacement
from monitor.alerting.quotes import quote_best_sentence
from monitor.alerting.subject_keys import article_key, event_key, story_key, unsure_key
from monitor.alerting.updates import SAYS_MORE
from monitor.alerting.wording import evidence_in_words
from monitor.cases import determine_article_provenance
from monitor.model import (
    AlertCandidate,
    Config,
    Level,
    Match,
    MatchKind,
    MatchOutcome,
    PendingAlert,
    PendingKind,
    Reason,
    Story,
    time_of_day,
)
from monitor.model.outcome import deferred_outcome, suppressed_outcome
from monitor.store.commit.decision_writer import update_match_outcomes
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import article, article_version, match, story, story_article, waiting
from monitor.store.lifecycle.publisher_removal import ContributingMatch
from monitor.store.queries.articles import article_from_row
from monitor.store.queries.matches import spans_from_evidence
from monitor.store.state.pending_rows import pending_alert_from_row, write_pending_alerts
from monitor.store.state.stored_ledger import load_subject_records
from monitor.stories.facts import extract_counts

_MAX_MATCHES = 200  # matches of a subject, the last ones: texts are read while no other process may write
_SEPARATE_KINDS = (PendingKind.MENTION, PendingKind.IN_DOUBT)
_A_MOMENT = timedelta(microseconds=1)
_Row = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class RemovedArticles:
    """Articles that leave now, by id. `config`: what the user's files say; `removal_phrase`: how they leave;
    `subjects`: the ledger keys of what they leave; None: all that they belong to."""

    articles: Sequence[int]
    config: Config
    now: datetime
    removal_phrase: str = "was forgotten"
    subjects: Collection[str] | None = None

    @property
    def zone(self) -> tzinfo:
        """The time zone of the desk."""
        return ZoneInfo(self.config.settings.timezone)


@dataclass(frozen=True, slots=True)
class _AffectedAlert:
    """A pending alert and the id of its article. `is_removed`: the article leaves; `contributions`: the matches of its
    subject in articles that leave."""

    pending: PendingAlert
    article_id: int
    is_removed: bool
    contributions: Sequence[ContributingMatch] = ()

    @property
    def match(self) -> ColumnElement[bool]:
        """The condition for the match that is pending."""
        version = match.c.article_version == self.pending.candidate.article.version
        return and_(match.c.article_id == self.article_id, version)

    def first_unsent_match(self, sent_at: datetime | None) -> int | None:
        """The first match in articles that leave which the alert may report: made since its subject was sent."""
        unsent = [
            contribution
            for contribution in self.contributions
            if not contribution.alerted and (sent_at is None or contribution.at >= sent_at)
        ]
        return min((contribution.match for contribution in unsent), default=None)

    def matches_row(self, row: _Row) -> bool:
        """Whether the row is the match that is pending."""
        return (row.id, row.article_version) == (self.article_id, self.pending.candidate.article.version)


_Replacement = tuple[PendingAlert, int] | None  # the new pending alert, with the id of its article


def replace_pending_alerts(
    connection: Connection, removed: RemovedArticles, contributions: Sequence[ContributingMatch]
) -> None:
    """A pending alert whose article leaves gets another article, at the same time, or is dropped. One that may report
    something of these `contributions` goes on without them."""
    affected = [
        *_find_orphaned(connection, removed.articles),
        *_find_reduced(connection, removed.articles, contributions),
    ]
    if removed.subjects is not None:
        affected = [alert for alert in affected if alert.pending.candidate.key in removed.subjects]
    records = load_subject_records(connection, {alert.pending.candidate.key for alert in affected})
    replacements = [
        (alert, _find_replacement(connection, alert, removed, records.get(alert.pending.candidate.key)))
        for alert in affected
    ]
    changed = [
        (alert, replacement)
        for alert, replacement in replacements
        if replacement is None or replacement[0] != alert.pending
    ]
    added = [replacement for _, replacement in changed if replacement is not None]
    write_pending_alerts(connection, added, [alert.pending.id for alert, replacement in changed if replacement is None])
    outcomes = [outcome for alert, replacement in changed for outcome in _build_outcomes(alert, replacement, removed)]
    ids = {(candidate.article.source, candidate.article.uid): id_ for candidate, id_, _ in outcomes}
    update_match_outcomes(connection, [(candidate, None, outcome) for candidate, _, outcome in outcomes], ids)


def _find_orphaned(connection: Connection, removed: Sequence[int]) -> list[_AffectedAlert]:
    rows = connection.execute(select(waiting).where(waiting.c.article_id.in_(removed)))
    return [_AffectedAlert(pending_alert_from_row(row), row.article_id, is_removed=True) for row in rows]


def _find_reduced(
    connection: Connection, removed: Sequence[int], contributions: Iterable[ContributingMatch]
) -> list[_AffectedAlert]:
    """The pending alerts of other articles that may report matches of these. Mentions, and what a digest lists as
    suppressed, report nothing else."""
    by_key: defaultdict[str, list[ContributingMatch]] = defaultdict(list)
    for contribution in contributions:
        for key in contribution.keys:
            by_key[key].append(contribution)
    query = select(waiting).where(waiting.c.article_id.not_in(removed), waiting.c.kind.not_in(_SEPARATE_KINDS))
    found: list[_AffectedAlert] = []
    for batch in in_batches({contribution.rule for contribution in contributions}):
        for row in connection.execute(query.where(waiting.c.rule_id.in_(batch))):
            pending = pending_alert_from_row(row)
            lost = [
                contribution
                for key in _list_subject_keys(pending.candidate)
                if key in by_key
                for contribution in by_key[key]
            ]
            found += [_AffectedAlert(pending, row.article_id, is_removed=False, contributions=lost)] if lost else []
    return found


def _list_subject_keys(candidate: AlertCandidate) -> Iterator[str]:
    """The ledger keys of its story and event; none where the article is the subject, as only it can report that."""
    if _is_article_subject(candidate):
        return
    yield story_key(candidate.rule, candidate.story.id)
    if candidate.event is not None:
        yield event_key(candidate.rule, candidate.event.id)


def _is_article_subject(candidate: AlertCandidate) -> bool:
    names = (candidate.rule, candidate.article.source, candidate.article.uid)
    return candidate.key in (article_key(*names), unsure_key(*names))


def _build_outcomes(
    affected: _AffectedAlert, replacement: _Replacement, removed: RemovedArticles
) -> Iterator[tuple[AlertCandidate, int, MatchOutcome]]:
    """The new outcomes of matches, each with the id of its article."""
    candidate = affected.pending.candidate
    if replacement is None:
        if not affected.is_removed:
            removal = removed.removal_phrase
            why = f"it was deferred with news from an article that {removal}, and has nothing new without it"
            yield candidate, affected.article_id, suppressed_outcome(Reason.ERASED, why)
        return
    pending, article_id = replacement
    at = time_of_day(pending.due, removed.zone, removed.now)
    if article_id == affected.article_id and pending.candidate.article.version == candidate.article.version:
        omission = f"what an article said that {removed.removal_phrase} is left out"
        yield (
            pending.candidate,
            article_id,
            deferred_outcome(pending.kind.reason, f"{pending.why}; {omission}, and it is sent at {at}"),
        )
        return
    substitution = f"it replaces an article that {removed.removal_phrase}"
    yield (
        pending.candidate,
        article_id,
        deferred_outcome(pending.kind.reason, f"{pending.why}; {substitution}, and is sent at {at}"),
    )
    if not affected.is_removed:
        superseded = f"{pending.candidate.publisher} says more, and is sent with it"
        yield candidate, affected.article_id, suppressed_outcome(Reason.SUPERSEDED, superseded)


def _find_replacement(
    connection: Connection, affected: _AffectedAlert, removed: RemovedArticles, record: SubjectRecord | None
) -> _Replacement:
    """The pending alert that replaces it; the alert itself, if it reports nothing that is removed."""
    before = affected.pending
    record = record or SubjectRecord(before.candidate.key, before.candidate.rule, removed.now)
    since = affected.first_unsent_match(record.last_sent_at)
    if since is None and not affected.is_removed:
        return before, affected.article_id
    rows = connection.execute(_select_other_matches(affected, removed.articles, record.last_sent_at)).all()
    rows = sorted(rows, key=lambda row: row.match_id)
    # it was matched before these
    if since is not None and any(affected.matches_row(row) and row.match_id < since for row in rows):
        return before, affected.article_id
    candidates = [_candidate_from_row(affected, row, removed.config) for row in rows]
    # if the rule has left the config since, the alert is sent all the same
    rule = removed.config.rules.get(before.candidate.rule)
    policy = SAYS_MORE if rule is None else rule.alert
    replacement = find_pending_replacement(before, candidates, record, policy, now=removed.now, zone=removed.zone)
    if replacement is None or replace(replacement, since=before.since) == before:
        return None if replacement is None else (before, affected.article_id)
    # By `since` daemons know that it is another one, even if it changes twice in one erasure.
    replacement = replace(replacement, since=max(replacement.since, before.since + _A_MOMENT))
    ids = {(row.source_id, row.uid): row.id for row in rows}
    return replacement, ids[replacement.candidate.article.source, replacement.candidate.article.uid]


def _select_other_matches(affected: _AffectedAlert, removed: Sequence[int], sent_at: datetime | None) -> Select[Any]:
    """The matches from which a replacement may be made. They are in articles that stay, of the same subject, since that
    was last sent, and not sent themselves; in the articles' latest versions, as earlier ones are out of date. Also the
    pending match itself, in its own version."""
    candidate = affected.pending.candidate
    version = and_(article_version.c.article_id == article.c.id, article_version.c.version == match.c.article_version)
    columns = (match.c.rule_version, match.c.level, match.c.evidence, story_article.c.publisher, story_article.c.wire)
    own_match = false() if affected.is_removed else affected.match
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
        .where(match.c.rule_id == candidate.rule, match.c.heard.is_(True), match.c.alert_id.is_(None))
        .where(match.c.kind == (MatchKind.MENTION if affected.pending.kind is PendingKind.MENTION else MatchKind.NEWS))
        .where(match.c.id.in_(_select_subject_matches(affected)), or_(own_match, current), article.c.id.not_in(removed))
        .order_by(case((own_match, 0), else_=1), match.c.id.desc())
        .limit(_MAX_MATCHES)
    )


def _select_subject_matches(affected: _AffectedAlert) -> CompoundSelect[int]:
    """The ids of the matches of the alert's subject, each found by an index. An article is its own only match. A rule
    that alerts on events may have been edited since, so matches of its story without an event count too."""
    candidate = affected.pending.candidate
    own_match, of_event = select(match.c.id).where(affected.match), select(match.c.id)
    of_story = of_event.join(story_article, story_article.c.article_id == match.c.article_id)
    of_story = of_story.where(story_article.c.story_id == candidate.story.id)
    if _is_article_subject(candidate):
        return union(own_match)
    if candidate.event is None or candidate.key != event_key(candidate.rule, candidate.event.id):
        return union(own_match, of_story)
    of_event = of_event.where(match.c.event_id == candidate.event.id)
    return union(own_match, of_event, of_story.where(match.c.event_id.is_(None)))


def _candidate_from_row(affected: _AffectedAlert, row: _Row, config: Config) -> AlertCandidate:
    """The candidate that the rule's match in this article makes for the same subject."""
    before, source = affected.pending.candidate, config.sources.get(row.source_id)
    stored_article = replace(before.article, text=row.text) if affected.matches_row(row) else article_from_row(row)
    rule_match = Match(
        before.rule, row.rule_version, MatchKind(row.kind), spans_from_evidence(row.evidence), Level(row.level)
    )
    quoted = quote_best_sentence(stored_article, rule_match.evidence)
    return replace(
        before,
        level=rule_match.level,
        article=stored_article,
        story=Story(row.story_id, "", row.opened_at),
        publisher=row.publisher or row.source_id,
        wire=row.wire,
        facts=extract_counts(stored_article.title, stored_article.text),
        sentence=quoted.sentence,
        highlights=quoted.highlights,
        evidence_words=evidence_in_words(rule_match),
        wire_status=determine_article_provenance(stored_article, source).wire_status,
        official=source is not None and source.official,
    )
