"""Mutes as they are stored: columns of the story or event that a person has muted. So they are deleted with it.

The mute of a story and that of its event are separate: each is made, ended and merged alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Table,
    and_,
    bindparam,
    func,
    or_,
    select,
    union,
    union_all,
    update,
)

from monitor.alerting.mutes import Mute
from monitor.store.engine.database import Database, in_batches
from monitor.store.engine.tables import event, match, story, story_article
from monitor.store.state.identity_marks import MarkedCluster, require_cluster

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_SELECT_MUTES = union_all(
    *(
        select(table.c.id, table.c.muted_at, table.c.muted_until, table.c.muted_by).where(
            table.c.id.in_(_IDS), table.c.muted_until.is_not(None)
        )
        for table in (story, event)
    )
)


def load_mutes(connection: Connection, ids: Iterable[str]) -> Mapping[str, Mute]:
    """The mutes of these stories and events, by id, also those that are over."""
    return {
        row.id: Mute(row.id, row.muted_at, row.muted_until, row.muted_by)
        for batch in in_batches(ids)
        for row in connection.execute(_SELECT_MUTES, {"ids": batch})
    }


def select_muted_stories(now: datetime) -> CompoundSelect[tuple[str]]:
    """The ids of the stories that are muted now, or have an event that is."""
    muted_events = select(event.c.id).where(_is_active(event, now))
    of_events = select(story_article.c.story_id).join(match, match.c.article_id == story_article.c.article_id)
    return union(
        select(story.c.id).where(_is_active(story, now), story.c.merged_into.is_(None)),
        of_events.where(match.c.event_id.in_(muted_events)),
    )


def count_muted(connection: Connection, now: datetime) -> int:
    """How many stories and events people have muted, of those that are muted now."""
    counts = (
        select(func.count()).select_from(table).where(_is_active(table, now), table.c.merged_into.is_(None))
        for table in (story, event)
    )
    return sum(connection.execute(count).scalar_one() for count in counts)


def _is_active(table: Table, now: datetime) -> ColumnElement[bool]:
    """`Mute.is_active`, as a condition."""
    return and_(table.c.muted_at <= now, table.c.muted_until > now)


@dataclass(frozen=True, slots=True)
class MuteChange:
    """The mute that a story or an event had before it was muted, also one that was over, and the one that it has
    now."""

    before: Mute | None
    after: Mute


def set_mute(database: Database, id_: str, mute: Mute, *, may_shorten: bool = True) -> MuteChange:
    """Mute a story or an event. `may_shorten`: also if it is muted already, and that ends later. Raises InvalidRequest
    if there is no such story or event."""
    with database.writing() as connection:
        database.enter_section(connection)
        cluster = require_cluster(connection, id_)
        before = load_mutes(connection, [cluster.id]).get(cluster.id)
        if before is not None and before.until > mute.until and not may_shorten:
            return MuteChange(before, before)
        _write_mute(connection, cluster, mute)
        return MuteChange(before, mute)


def end_mute(database: Database, id_: str) -> Mute | None:
    """End the mute of a story or an event. Returns it, also if it was over. Raises InvalidRequest if there is no such
    story or event."""
    with database.writing() as connection:
        database.enter_section(connection)
        cluster = require_cluster(connection, id_)
        before = load_mutes(connection, [cluster.id]).get(cluster.id)
        _write_mute(connection, cluster, None)
        return before


def _write_mute(connection: Connection, cluster: MarkedCluster, mute: Mute | None) -> None:
    """What was merged into it is muted too: alerts that were deferred before the merge name it."""
    values = {"muted_at": mute and mute.at, "muted_until": mute and mute.until, "muted_by": mute and mute.who}
    ids = cluster.table.c
    itself = or_(ids.id == cluster.id, ids.merged_into == cluster.id)
    connection.execute(update(cluster.table).where(itself).values(**values))


def merge_mutes(connection: Connection, whole: MarkedCluster, part: MarkedCluster, now: datetime) -> None:
    """After a merge: if one of the two is muted, the whole is; if both are, until the later end."""
    active = [mute for mute in load_mutes(connection, [whole.id, part.id]).values() if mute.is_active(now)]
    if active:
        _write_mute(connection, whole, max(active, key=lambda mute: mute.until))
