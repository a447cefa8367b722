"""What deciding has learnt, beside what was decided: events, and what was heard and told of each subject. Written in
the serial section, and read again at the start, or after another process has written it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Row, bindparam, select

from monitor.alerting.told import AN_HOUR, KEPT, Account
from monitor.decide import State
from monitor.model import AlertKind, Event
from monitor.store.database import in_batches, insert_of, write_rows
from monitor.store.tables import account, alert, event, story
from monitor.store.unreadable import left_out_if_unreadable
from monitor.store.waits import read_waiting
from monitor.stories.events import KEPT as EVENTS_KEPT
from monitor.stories.events import Open


def write_state(connection: Connection, state: State, sequence: int) -> None:
    """The events and accounts that a draft has changed."""
    if events := state.events.changed:
        _upsert_events(connection, events[::-1], sequence)  # of a rule, the one that was told last comes first
    if accounts := state.told.changed:
        write_accounts(connection, accounts, sequence)


def read_state(connection: Connection, state: State, since: int, now: datetime) -> None:
    """Tell `state` what commits after this number have learnt, and what waits now."""
    asked = select(event).where(event.c.sequence > since, event.c.last_at > now - EVENTS_KEPT)
    for row in connection.execute(asked.order_by(event.c.sequence, event.c.place)):
        with left_out_if_unreadable(f"event {row.id}"):
            known = Event(row.id, row.rule_id, row.title, row.opened_at, row.possibly_of, row.doubt or "")
            state.events.keep(Open.of_row(known, row.last_at, row.seen))
    read_waiting(connection, state.told)
    awaited = state.told.awaited
    for row in connection.execute(select(account).where(account.c.sequence > since)):
        if row.told_at is not None:
            state.told.add(row.key)
        last = row.heard_at if row.told_at is None else max(row.heard_at, row.told_at)  # as `Account.last`; quicker
        if now - last <= KEPT or row.key in awaited:
            with left_out_if_unreadable(f"account {row.key}"):
                state.told.keep(_account(row))
    lately: dict[str, tuple[datetime, ...]] = {}
    of_rules = alert.c.rule_id.is_not(None) & (alert.c.kind != AlertKind.DIGEST) & (alert.c.at > now - AN_HOUR)
    for row in connection.execute(select(alert.c.rule_id, alert.c.at).where(of_rules).order_by(alert.c.at)):
        lately[row.rule_id] = (*lately.get(row.rule_id, ()), row.at)
    state.told.recent(lately)


def accounts_of(connection: Connection, keys: Iterable[str]) -> Mapping[str, Account]:
    """What was heard and told of these subjects."""
    found: dict[str, Account] = {}
    for some in in_batches(keys):
        rows = connection.execute(select(account).where(account.c.key.in_(some)))
        for row in rows:
            with left_out_if_unreadable(f"account {row.key}"):
                found[row.key] = _account(row)
    return found


def _account(row: Row[*tuple[Any, ...]]) -> Account:
    return Account.of_row(
        row.row,
        key=row.key,
        rule=row.rule_id,
        heard_at=row.heard_at,
        alert=row.alert_id,
        first_at=row.first_at,
        told_at=row.told_at,
    )


def _upsert_events(connection: Connection, events: Sequence[Open], sequence: int) -> None:
    headlines = _headlines(connection, [each.stories[0] for each in events])
    rows = [
        {
            "id": each.event.id,
            "rule_id": each.event.rule,
            "title": headlines.get(each.stories[0], ""),  # an old event has its title; its first story may have left
            "opened_at": each.event.opened,
            "possibly_of": each.event.possibly_of,
            "doubt": each.event.doubt,
            "last_at": each.last,
            "seen": each.to_row(),
            "sequence": sequence,
            "place": place,
        }
        for place, each in enumerate(events)
    ]
    write_rows(connection, _told_again(connection.dialect.name), rows)


@cache
def _told_again(dialect: str) -> Insert:
    new = insert_of(dialect, event)
    anew = {name: new.excluded[name] for name in ("last_at", "seen", "sequence", "place")}
    return new.on_conflict_do_update(index_elements=["id"], set_=anew)


def _headlines(connection: Connection, stories: Iterable[str]) -> Mapping[str, str]:
    """Of these stories as they are called in the database: a daemon may remember a headline that was forgotten."""
    found: dict[str, str] = {}
    for some in in_batches(set(stories)):
        rows = connection.execute(select(story.c.id, story.c.title).where(story.c.id.in_(some)))
        found.update((row.id, row.title) for row in rows)
    return found


def write_accounts(connection: Connection, accounts: Iterable[Account], sequence: int) -> None:
    """What was heard and told of subjects, under the number of the commit."""
    rows = [
        {
            "key": each.key,
            "rule_id": each.rule,
            "its_alert": each.alert,
            "heard_at": each.heard_at,
            "first_at": each.first_at,
            "told_at": each.told_at,
            "row": each.to_row(),
            "sequence": sequence,
        }
        for each in accounts
    ]
    write_rows(connection, _heard_again(connection.dialect.name), rows)


@cache
def _heard_again(dialect: str) -> Insert:
    new = insert_of(dialect, account)
    anew = {name: new.excluded[name] for name in ("alert_id", "heard_at", "first_at", "told_at", "row", "sequence")}
    # An alert that was told long ago may have left the archive, while its subject is still heard of.
    here = select(alert.c.id).where(alert.c.id == bindparam("its_alert")).scalar_subquery()
    return new.values(alert_id=here).on_conflict_do_update(index_elements=["key"], set_=anew)
