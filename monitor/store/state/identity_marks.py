"""What people decided on stories and events, as it is stored: who merged or split what, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, insert, or_, select, update

from monitor.errors import InvalidRequest
from monitor.model import STORIES, IdentityMarkKind
from monitor.store.engine.tables import alert, event, identity_mark, match, story, story_article


@dataclass(frozen=True, slots=True)
class IdentityMark:
    """What a person did to two stories or events; `who`: the user's name on that machine."""

    kind: IdentityMarkKind
    id: str
    other: str
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class MarkedCluster:
    """A story or an event that a person merges or splits; never a part of another one, but the whole. `scope`: the rule
    of an event, "" for a story."""

    scope: str
    row: Row[*tuple[Any, ...]]

    @property
    def table(self) -> Table:
        """The table that stores it."""
        return table_for_scope(self.scope)

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.row.id)

    @property
    def kept_apart(self) -> frozenset[str]:
        """The ids of what it was split from."""
        return frozenset(self.row.kept_apart or ())


def table_for_scope(scope: str) -> Table:
    """The table of stories (scope ""), or of the events of a rule."""
    return story if scope == STORIES else event


def require_cluster(connection: Connection, id_: str) -> MarkedCluster:
    """The story or event with this id, or the one that it is a part of. Raises InvalidRequest if there is none."""
    for table in (story, event):
        row = connection.execute(select(table).where(table.c.id == id_)).one_or_none()
        if row is not None:
            if row.merged_into is not None:
                row = connection.execute(select(table).where(table.c.id == row.merged_into)).one_or_none() or row
            return MarkedCluster(STORIES if table is story else row.rule_id, row)
    raise InvalidRequest(f"there is no story or event '{id_}'")


def select_events_of_story(story_id: str) -> Select[tuple[str]]:
    """The ids of the events of a story: those of its matches, and, as its articles may have been erased, of its
    alerts."""
    of_story = select(story_article.c.article_id).where(story_article.c.story_id == story_id)
    matched = select(match.c.event_id).where(match.c.article_id.in_(of_story))
    alerted = select(alert.c.event_id).where(alert.c.story_id == story_id)
    return select(event.c.id).where(or_(event.c.id.in_(matched), event.c.id.in_(alerted)))


def keep_apart(connection: Connection, table: Table, id_: str, others: Iterable[str]) -> None:
    """Set the stories or events that articles of this one, or of its parts, must not join."""
    condition = or_(table.c.id == id_, table.c.merged_into == id_)
    connection.execute(update(table).where(condition).values(kept_apart=sorted(others) or None))


def write_identity_mark(connection: Connection, mark: IdentityMark, scope: str) -> None:
    """Store who merged or split what, and when."""
    row = {"kind": mark.kind, "scope": scope, "cluster_id": mark.id, "other_id": mark.other}
    connection.execute(insert(identity_mark).values(**row, at=mark.at, who=mark.who))


def load_identity_marks(connection: Connection, id_: str) -> tuple[IdentityMark, ...]:
    """All merges and splits of a story or an event, in the order of time."""
    condition = or_(identity_mark.c.cluster_id == id_, identity_mark.c.other_id == id_)
    rows = connection.execute(select(identity_mark).where(condition).order_by(identity_mark.c.id))
    return tuple(map(identity_mark_from_row, rows))


def identity_mark_from_row(row: Row[*tuple[Any, ...]]) -> IdentityMark:
    """The merge or split of a row of `identity_mark`."""
    return IdentityMark(IdentityMarkKind(row.kind), row.cluster_id, row.other_id, row.at, row.who)
