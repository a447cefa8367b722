"""Which stories and events are muted, as their rows say. Views read it without what decisions need."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    select,
    union,
    union_all,
)

from monitor.alerting.mutes import Mute
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import event, match, story, story_article

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


def _is_active(table: Table, now: datetime) -> ColumnElement[bool]:
    """`Mute.is_active`, as a condition."""
    return and_(table.c.muted_at <= now, table.c.muted_until > now)
