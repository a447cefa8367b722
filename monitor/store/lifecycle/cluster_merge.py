"""Makes one story, or event, of two on a person's word: for what is here, and for what comes.

What became part of another one stays where it was, as what articles are compared with: the parts may differ, and what
is like either belongs to the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, or_, select, union, update

from monitor.alerting.ledger import SubjectRecord
from monitor.alerting.pending import pending_id
from monitor.alerting.subject_keys import event_key, mention_key, shadow_key, story_key
from monitor.alerting.subject_merge import merge_pending, merge_subject_records
from monitor.alerting.updates import SAYS_MORE
from monitor.errors import InvalidRequest
from monitor.model import AlertCandidate, Config, Event, MatchOutcome, PendingAlert, Reason, Story, time_of_day
from monitor.model.outcome import deferred_outcome, suppressed_outcome
from monitor.store.commit.decision_writer import update_match_outcomes
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert, event, match, story_article, waiting
from monitor.store.state.identity_marks import (
    IdentityMark,
    IdentityMarkKind,
    MarkedCluster,
    find_whole_cluster,
    keep_apart,
    write_identity_mark,
)
from monitor.store.state.pending_rows import load_article_ids, pending_alert_from_row, write_pending_alerts
from monitor.store.state.stored_ledger import load_subject_records, write_subject_records
from monitor.stories import STORIES


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What became of two: the id of what both are by now, and of the one that became part of it; `already`: they were
    one before."""

    id: str
    merged_id: str
    already_merged: bool = False


class ClusterMerger:
    """Merges stories, or events of one rule. `config`: what the user's files say."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config

    def merge(self, id_: str, other: str, now: datetime, who: str) -> MergeResult:
        """Make the other one a part of this one. Raises WrongUse if one is not there, or if both are of two kinds."""
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            whole, part = _require_cluster(connection, id_), _require_cluster(connection, other)
            if whole.id == part.id:
                if id_ == other:
                    raise InvalidRequest(f"{id_} is one already: name two")
                return MergeResult(whole.id, other, already_merged=True)
            if whole.scope != part.scope:
                raise InvalidRequest(_explain_kind_mismatch(whole, part))
            _merge_subjects(connection, whole, part, self._config, now)
            _move_articles(connection, whole, part)
            _merge_rows(connection, whole, part)
            write_identity_mark(
                connection, IdentityMark(IdentityMarkKind.MERGE, whole.id, part.id, now, who), whole.scope
            )
            return MergeResult(whole.id, part.id)


def _require_cluster(connection: Connection, id_: str) -> MarkedCluster:
    found = find_whole_cluster(connection, id_)
    if found is None:
        raise InvalidRequest(f"there is no story or event '{id_}'")
    return found


def _explain_kind_mismatch(whole: MarkedCluster, part: MarkedCluster) -> str:
    def kind(of: MarkedCluster) -> str:
        return f"{of.id} is a story" if of.scope == STORIES else f"{of.id} is an event of {of.scope}"

    return f"{kind(whole)}, and {kind(part)}: a story merges with a story, an event with one of the same rule"


def _merge_rows(connection: Connection, whole: MarkedCluster, part: MarkedCluster) -> None:
    table = whole.table
    its = or_(table.c.id == part.id, table.c.merged_into == part.id)
    connection.execute(update(table).where(its).values(merged_into=whole.id))
    settled = or_(event.c.id == part.id, (event.c.id == whole.id) & (event.c.possibly_of == part.id))
    connection.execute(update(event).where(settled).values(possibly_of=None, doubt=None))
    connection.execute(update(event).where(event.c.possibly_of == part.id).values(possibly_of=whole.id))
    apart = (whole.kept_apart | part.kept_apart) - {whole.id, part.id}
    keep_apart(connection, table, whole.id, apart)
    for row in connection.execute(select(table.c.id, table.c.kept_apart).where(table.c.id.in_(apart))).all():
        keep_apart(connection, table, row.id, {*(row.kept_apart or ()), whole.id} - {part.id})


def _move_articles(connection: Connection, whole: MarkedCluster, part: MarkedCluster) -> None:
    if whole.scope == STORIES:
        moved = update(story_article).where(story_article.c.story_id == part.id).values(story_id=whole.id)
    else:
        moved = update(match).where(match.c.event_id == part.id).values(event_id=whole.id)
    connection.execute(moved)


def _merge_subjects(
    connection: Connection, whole: MarkedCluster, part: MarkedCluster, config: Config, now: datetime
) -> None:
    """What rules have heard and told of both, and what waits of both."""
    keys = {
        theirs: ours
        for rule in _find_rules(connection, whole, part)
        for ours, theirs in _pair_subject_keys(rule, whole, part)
    }
    accounts = load_subject_records(connection, [*keys, *keys.values()])
    merged = dict(_merge_record_pairs(keys, accounts))
    write_subject_records(connection, [account for key, account in merged.items() if account != accounts.get(key)])
    waits: defaultdict[str, list[tuple[PendingAlert, PendingAlert]]] = defaultdict(list)
    asked = select(waiting).where(waiting.c.key.in_([*keys, *keys.values()]))
    for row in connection.execute(asked).all():
        before = pending_alert_from_row(row)
        key = keys.get(before.candidate.key, before.candidate.key)
        waits[key].append((before, _move_to_whole(before, key, whole)))
    for key, some in waits.items():
        account = merged.get(key) or SubjectRecord(key, some[0][0].candidate.rule, now)
        _merge_pending_alerts(connection, some, account, config, now)


def _find_rules(connection: Connection, whole: MarkedCluster, part: MarkedCluster) -> Iterable[str]:
    """The rules that have heard or told something of them."""
    if whole.scope != STORIES:
        return [whole.scope]
    ids = [whole.id, part.id]
    articles = select(story_article.c.article_id).where(story_article.c.story_id.in_(ids))
    hit = select(match.c.rule_id).where(match.c.article_id.in_(articles))
    told = select(alert.c.rule_id).where(alert.c.story_id.in_(ids), alert.c.rule_id.is_not(None))
    return connection.execute(union(hit, told)).scalars().all()


def _pair_subject_keys(rule: str, whole: MarkedCluster, part: MarkedCluster) -> Iterable[tuple[str, str]]:
    """Under which a rule knows them, in pairs."""
    key_of = story_key if whole.scope == STORIES else event_key
    ours, theirs = key_of(rule, whole.id), key_of(rule, part.id)
    return [
        (ours, theirs),
        (shadow_key(ours), shadow_key(theirs)),
        (mention_key(ours), mention_key(theirs)),
        (shadow_key(mention_key(ours)), shadow_key(mention_key(theirs))),
    ]


def _merge_record_pairs(
    keys: dict[str, str], accounts: dict[str, SubjectRecord]
) -> Iterable[tuple[str, SubjectRecord]]:
    for theirs, ours in keys.items():
        one, other = accounts.get(ours), accounts.get(theirs)
        if other is not None:
            yield ours, merge_subject_records(one or SubjectRecord(ours, other.rule, other.last_match_at), other)
        elif one is not None:
            yield ours, one


def _move_to_whole(waits: PendingAlert, key: str, whole: MarkedCluster) -> PendingAlert:
    """What waits, of the whole."""
    row, before = whole.row, waits.candidate
    if whole.scope == STORIES:
        hearing = replace(before, story=Story(row.id, "", row.opened_at))
    else:
        hearing = replace(before, event=Event(row.id, whole.scope, "", row.opened_at, row.possibly_of, row.doubt or ""))
    return replace(waits, id=pending_id(waits.kind, key), candidate=replace(hearing, key=key))


def _merge_pending_alerts(
    connection: Connection,
    some: list[tuple[PendingAlert, PendingAlert]],
    account: SubjectRecord,
    config: Config,
    now: datetime,
) -> None:
    zone = ZoneInfo(config.settings.timezone)
    rule = config.rules.get(account.rule)  # one that has left the config since is told all the same
    policy = SAYS_MORE if rule is None else rule.alert
    left = merge_pending([each for _, each in some], account, policy, now=now, zone=zone)
    ids = load_article_ids(connection, [before.candidate for before, _ in some])
    begins = [] if left is None else [(left, _get_article_id(left.candidate, ids))]
    write_pending_alerts(connection, begins, {before.id for before, _ in some} - {each.id for each, _ in begins})
    said: list[tuple[AlertCandidate, str | None, MatchOutcome]] = []
    for before, _ in some:
        if left is not None and _get_article_id(before.candidate, ids) == _get_article_id(left.candidate, ids):
            at = time_of_day(left.due, zone, now)
            decision = deferred_outcome(left.kind.reason, f"{left.why}; two were merged, and it is sent at {at}")
        elif left is None:
            nothing = "it was deferred with something that was merged into what was sent, and says nothing new"
            decision = suppressed_outcome(Reason.MERGED, nothing)
        else:
            decision = suppressed_outcome(
                Reason.MERGED, f"two were merged, and {left.candidate.publisher} is sent for both"
            )
        said.append((before.candidate, None, decision))
    update_match_outcomes(connection, said, ids)


def _get_article_id(hearing: AlertCandidate, ids: Mapping[tuple[str, str], int]) -> int:
    return ids[hearing.article.source, hearing.article.uid]
