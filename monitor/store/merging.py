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

from monitor.alerting.again import SAYS_MORE
from monitor.alerting.merging import merge_accounts, merge_waiting
from monitor.alerting.subjects import event_key, in_shadow, mention_key, story_key
from monitor.alerting.told import Account
from monitor.alerting.waiting import waiting_id
from monitor.errors import WrongUse
from monitor.model import Config, Event, Hearing, MatchOutcome, Reason, Story, Waiting, time_of_day
from monitor.model.outcome import deferred, suppressed
from monitor.store.database import Database
from monitor.store.decisions import say_anew
from monitor.store.identity_marks import IdentityMark, MarkedCluster, MarkKind, find_whole, keep_apart, write_mark
from monitor.store.ledger import accounts_of, write_accounts
from monitor.store.tables import alert, event, match, story_article, waiting
from monitor.store.waits import articles_of, waiting_of, write_waiting
from monitor.stories import STORIES


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of two: the id of what both are by now, and of the one that became part of it; `already`: they were
    one before."""

    id: str
    merged_id: str
    already_merged: bool = False


class Merging:
    """Merges stories, or events of one rule. `config`: what the user's files say."""

    def __init__(self, database: Database, config: Config) -> None:
        self._database = database
        self._config = config

    def merge(self, id_: str, other: str, now: datetime, who: str) -> Merged:
        """Make the other one a part of this one. Raises WrongUse if one is not there, or if both are of two kinds."""
        with self._database.writing() as connection:
            self._database.enter_section(connection)
            whole, part = _found(connection, id_), _found(connection, other)
            if whole.id == part.id:
                if id_ == other:
                    raise WrongUse(f"{id_} is one already: name two")
                return Merged(whole.id, other, already_merged=True)
            if whole.scope != part.scope:
                raise WrongUse(_two_kinds(whole, part))
            _merge_subjects(connection, whole, part, self._config, now)
            _move_articles(connection, whole, part)
            _merge_rows(connection, whole, part)
            write_mark(connection, IdentityMark(MarkKind.MERGE, whole.id, part.id, now, who), whole.scope)
            return Merged(whole.id, part.id)


def _found(connection: Connection, id_: str) -> MarkedCluster:
    found = find_whole(connection, id_)
    if found is None:
        raise WrongUse(f"there is no story or event '{id_}'")
    return found


def _two_kinds(whole: MarkedCluster, part: MarkedCluster) -> str:
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
    keys = {theirs: ours for rule in _rules(connection, whole, part) for ours, theirs in _keys(rule, whole, part)}
    accounts = accounts_of(connection, [*keys, *keys.values()])
    merged = dict(_merged_accounts(keys, accounts))
    write_accounts(connection, [account for key, account in merged.items() if account != accounts.get(key)])
    waits: defaultdict[str, list[tuple[Waiting, Waiting]]] = defaultdict(list)
    asked = select(waiting).where(waiting.c.key.in_([*keys, *keys.values()]))
    for row in connection.execute(asked).all():
        before = waiting_of(row)
        key = keys.get(before.candidate.key, before.candidate.key)
        waits[key].append((before, _of_whole(before, key, whole)))
    for key, some in waits.items():
        account = merged.get(key) or Account(key, some[0][0].candidate.rule, now)
        _merge_waits(connection, some, account, config, now)


def _rules(connection: Connection, whole: MarkedCluster, part: MarkedCluster) -> Iterable[str]:
    """The rules that have heard or told something of them."""
    if whole.scope != STORIES:
        return [whole.scope]
    ids = [whole.id, part.id]
    articles = select(story_article.c.article_id).where(story_article.c.story_id.in_(ids))
    hit = select(match.c.rule_id).where(match.c.article_id.in_(articles))
    told = select(alert.c.rule_id).where(alert.c.story_id.in_(ids), alert.c.rule_id.is_not(None))
    return connection.execute(union(hit, told)).scalars().all()


def _keys(rule: str, whole: MarkedCluster, part: MarkedCluster) -> Iterable[tuple[str, str]]:
    """Under which a rule knows them, in pairs."""
    key_of = story_key if whole.scope == STORIES else event_key
    ours, theirs = key_of(rule, whole.id), key_of(rule, part.id)
    return [
        (ours, theirs),
        (in_shadow(ours), in_shadow(theirs)),
        (mention_key(ours), mention_key(theirs)),
        (in_shadow(mention_key(ours)), in_shadow(mention_key(theirs))),
    ]


def _merged_accounts(keys: dict[str, str], accounts: dict[str, Account]) -> Iterable[tuple[str, Account]]:
    for theirs, ours in keys.items():
        one, other = accounts.get(ours), accounts.get(theirs)
        if other is not None:
            yield ours, merge_accounts(one or Account(ours, other.rule, other.last_match_at), other)
        elif one is not None:
            yield ours, one


def _of_whole(waits: Waiting, key: str, whole: MarkedCluster) -> Waiting:
    """What waits, of the whole."""
    row, before = whole.row, waits.candidate
    if whole.scope == STORIES:
        hearing = replace(before, story=Story(row.id, "", row.opened_at))
    else:
        hearing = replace(before, event=Event(row.id, whole.scope, "", row.opened_at, row.possibly_of, row.doubt or ""))
    return replace(waits, id=waiting_id(waits.kind, key), candidate=replace(hearing, key=key))


def _merge_waits(
    connection: Connection, some: list[tuple[Waiting, Waiting]], account: Account, config: Config, now: datetime
) -> None:
    zone = ZoneInfo(config.settings.timezone)
    rule = config.rules.get(account.rule)  # one that has left the config since is told all the same
    policy = SAYS_MORE if rule is None else rule.alert
    left = merge_waiting([each for _, each in some], account, policy, now=now, zone=zone)
    ids = articles_of(connection, [before.candidate for before, _ in some])
    begins = [] if left is None else [(left, _id_of(left.candidate, ids))]
    write_waiting(connection, begins, {before.id for before, _ in some} - {each.id for each, _ in begins})
    said: list[tuple[Hearing, str | None, MatchOutcome]] = []
    for before, _ in some:
        if left is not None and _id_of(before.candidate, ids) == _id_of(left.candidate, ids):
            at = time_of_day(left.due, zone, now)
            decision = deferred(left.kind.reason, f"{left.why}; two were merged, and it is told at {at}")
        elif left is None:
            nothing = "what it waited for was merged with what was told, and it says nothing new"
            decision = suppressed(Reason.MERGED, nothing)
        else:
            decision = suppressed(Reason.MERGED, f"two were merged, and {left.candidate.publisher} is told for both")
        said.append((before.candidate, None, decision))
    say_anew(connection, said, ids)


def _id_of(hearing: Hearing, ids: Mapping[tuple[str, str], int]) -> int:
    return ids[hearing.article.source, hearing.article.uid]
