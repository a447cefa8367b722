"""Merges two stories, or two events, when a person says so: for the stored articles, and for those that come.

The one that becomes part of the other stays stored, and articles are still compared with it: the parts may differ, and
an article that is like either of them belongs to the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select, union, update

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending import pending_id
from monitor.alerting.subject_keys import event_key, mention_key, shadow_key, story_key
from monitor.alerting.subject_merge import merge_pending
from monitor.alerting.updates import SAYS_MORE
from monitor.errors import InvalidRequest
from monitor.model import (
    STORIES,
    AlertCandidate,
    ClauseCode,
    Config,
    DeskTime,
    Event,
    IdentityMarkKind,
    MatchOutcome,
    PendingAlert,
    Reason,
    ReasonClause,
    Story,
)
from monitor.model.outcome import deferred_outcome, suppressed_outcome
from monitor.store.commit.decision_writer import update_match_outcomes
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, event, match, story_article, waiting
from monitor.store.state.identity_marks import (
    IdentityMark,
    MarkedCluster,
    keep_apart,
    require_cluster,
    write_identity_mark,
)
from monitor.store.state.mute_rows import merge_mutes
from monitor.store.state.pending_rows import read_pending_alerts, write_pending_alerts
from monitor.store.state.stored_ledger import load_subject_records, write_subject_records


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The result of a merge. `id`: of the whole; `merged_id`: of the one that became part of it; `already_merged`: they
    were one before."""

    id: str
    merged_id: str
    already_merged: bool = False


class ClusterMerger:
    """Merges stories, or events of one rule. `config`: what the user's files say."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config

    def merge(self, id_: str, other: str, now: datetime, who: str) -> MergeResult:
        """Make `other` a part of this one. Raises InvalidRequest if one of them does not exist, or if they are of
        different kinds."""
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            whole, part = require_cluster(connection, id_), require_cluster(connection, other)
            if whole.id == part.id:
                if id_ == other:
                    raise InvalidRequest(f"{id_} cannot be merged with itself: name two")
                return MergeResult(whole.id, other, already_merged=True)
            if whole.scope != part.scope:
                raise InvalidRequest(_explain_kind_mismatch(whole, part))
            _merge_subjects(connection, whole, part, self._config, now)
            _move_articles(connection, whole, part)
            _merge_rows(connection, whole, part)
            merge_mutes(connection, whole, part, now)
            write_identity_mark(
                connection, IdentityMark(IdentityMarkKind.MERGE, whole.id, part.id, now, who), whole.scope
            )
            return MergeResult(whole.id, part.id)


def _explain_kind_mismatch(whole: MarkedCluster, part: MarkedCluster) -> str:
    def kind(cluster: MarkedCluster) -> str:
        what = "a story" if cluster.scope == STORIES else f"an event of {cluster.scope}"
        return f"{cluster.id} is {what}"

    return f"{kind(whole)}, and {kind(part)}: a story merges with a story, an event with one of the same rule"


def _merge_rows(connection: Connection, whole: MarkedCluster, part: MarkedCluster) -> None:
    table = whole.table
    part_rows = or_(table.c.id == part.id, table.c.merged_into == part.id)
    connection.execute(update(table).where(part_rows).values(merged_into=whole.id))
    settled_doubts = or_(event.c.id == part.id, (event.c.id == whole.id) & (event.c.possibly_of == part.id))
    connection.execute(update(event).where(settled_doubts).values(possibly_of=None, doubt=None))
    connection.execute(update(event).where(event.c.possibly_of == part.id).values(possibly_of=whole.id))
    kept_apart = (whole.kept_apart | part.kept_apart) - {whole.id, part.id}
    keep_apart(connection, table, whole.id, kept_apart)
    for row in connection.execute(select(table.c.id, table.c.kept_apart).where(table.c.id.in_(kept_apart))).all():
        keep_apart(connection, table, row.id, {*(row.kept_apart or ()), whole.id} - {part.id})


def _move_articles(connection: Connection, whole: MarkedCluster, part: MarkedCluster) -> None:
    if whole.scope == STORIES:
        statement = update(story_article).where(story_article.c.story_id == part.id).values(story_id=whole.id)
    else:
        statement = update(match).where(match.c.event_id == part.id).values(event_id=whole.id)
    connection.execute(statement)


def _merge_subjects(
    connection: Connection, whole: MarkedCluster, part: MarkedCluster, config: Config, now: datetime
) -> None:
    """Merge the ledger records of both, and their pending alerts."""
    keys = {
        part_key: whole_key
        for rule in _find_rules(connection, whole, part)
        for whole_key, part_key in _pair_subject_keys(rule, whole, part)
    }
    records = load_subject_records(connection, [*keys, *keys.values()])
    merged = dict(_merge_record_pairs(keys, records))
    write_subject_records(connection, [record for key, record in merged.items() if record != records.get(key)])
    pending_by_key: defaultdict[str, list[tuple[PendingAlert, PendingAlert]]] = defaultdict(list)
    query = select(waiting).where(waiting.c.key.in_([*keys, *keys.values()]))
    for pending in read_pending_alerts(connection, query):
        key = keys.get(pending.candidate.key, pending.candidate.key)
        pending_by_key[key].append((pending, _move_to_whole(pending, key, whole)))
    for key, pairs in pending_by_key.items():
        record = merged.get(key) or SubjectRecord(key, pairs[0][0].candidate.rule, now)
        _merge_pending_alerts(connection, pairs, record, config, now)


def _find_rules(connection: Connection, whole: MarkedCluster, part: MarkedCluster) -> Iterable[str]:
    """The rules that have a match or an alert of them."""
    if whole.scope != STORIES:
        return [whole.scope]
    ids = [whole.id, part.id]
    articles = select(story_article.c.article_id).where(story_article.c.story_id.in_(ids))
    matched = select(match.c.rule_id).where(match.c.article_id.in_(articles))
    alerted = select(alert.c.rule_id).where(alert.c.story_id.in_(ids), alert.c.rule_id.is_not(None))
    return connection.execute(union(matched, alerted)).scalars().all()


def _pair_subject_keys(rule: str, whole: MarkedCluster, part: MarkedCluster) -> Iterable[tuple[str, str]]:
    """The ledger keys of a rule for both: pairs of the whole's key and the part's key."""
    key_of = story_key if whole.scope == STORIES else event_key
    whole_key, part_key = key_of(rule, whole.id), key_of(rule, part.id)
    return [
        (whole_key, part_key),
        (shadow_key(whole_key), shadow_key(part_key)),
        (mention_key(whole_key), mention_key(part_key)),
        (shadow_key(mention_key(whole_key)), shadow_key(mention_key(part_key))),
    ]


def _merge_record_pairs(keys: dict[str, str], records: dict[str, SubjectRecord]) -> Iterable[tuple[str, SubjectRecord]]:
    for part_key, whole_key in keys.items():
        whole_record, part_record = records.get(whole_key), records.get(part_key)
        if part_record is not None:
            before = whole_record or SubjectRecord(whole_key, part_record.rule, part_record.last_match_at)
            yield whole_key, before.merge(part_record)
        elif whole_record is not None:
            yield whole_key, whole_record


def _move_to_whole(pending: PendingAlert, key: str, whole: MarkedCluster) -> PendingAlert:
    """The pending alert, as one of the whole."""
    row, candidate = whole.row, pending.candidate
    if whole.scope == STORIES:
        moved = replace(candidate, story=Story(row.id, "", row.opened_at))
    else:
        moved = replace(
            candidate, event=Event(row.id, whole.scope, "", row.opened_at, row.possibly_of, row.doubt or "")
        )
    return replace(pending, id=pending_id(pending.kind, key), candidate=replace(moved, key=key))


def _merge_pending_alerts(
    connection: Connection,
    pairs: list[tuple[PendingAlert, PendingAlert]],
    record: SubjectRecord,
    config: Config,
    now: datetime,
) -> None:
    zone = ZoneInfo(config.settings.timezone)
    rule = config.rules.get(record.rule)  # if it has left the config since, the alert is sent all the same
    policy = SAYS_MORE if rule is None else rule.alert
    merged = merge_pending([moved for _, moved in pairs], record, policy, now=now, zone=zone)
    added = [] if merged is None else [merged]
    write_pending_alerts(connection, added, {original.id for original, _ in pairs} - {pending.id for pending in added})
    outcomes: list[tuple[AlertCandidate, str | None, MatchOutcome]] = []
    for original, _ in pairs:
        if merged is not None and _article_name(original) == _article_name(merged):
            until = ReasonClause(ClauseCode.PENDING_MERGED, at=DeskTime.from_moment(merged.due, zone, now))
            outcome = deferred_outcome(merged.kind.reason, *merged.why, until)
        elif merged is None:
            outcome = suppressed_outcome(Reason.MERGED, ReasonClause(ClauseCode.MERGED_WITH_SENT))
        else:
            clause = ReasonClause(ClauseCode.MERGED, publisher=merged.candidate.publisher)
            outcome = suppressed_outcome(Reason.MERGED, clause)
        outcomes.append((original.candidate, None, outcome))
    update_match_outcomes(connection, outcomes)


def _article_name(pending: PendingAlert) -> tuple[str, str]:
    return pending.candidate.article.source, pending.candidate.article.uid
