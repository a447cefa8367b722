"""The troubles of sources, as their polls have left them. It only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from monitor.model import SourceTrouble, TroubleKind
from monitor.store.engine.database import in_batches
from monitor.store.engine.tables import trouble


def load_source_troubles(connection: Connection, *, since: datetime | None = None) -> Iterator[SourceTrouble]:
    """Troubles, the oldest of a source first. Those that last are always included; those that are over too, if there is
    no `since`, or they were last seen since then. Kinds of a later version of the program are left out."""
    query = select(trouble).order_by(trouble.c.source_id, trouble.c.since, trouble.c.kind)
    if since is not None:
        query = query.where(or_(trouble.c.over_at.is_(None), trouble.c.last_at >= since))
    return _read_troubles(connection, query)


def load_ended_troubles(connection: Connection, sources: Iterable[str]) -> Iterator[SourceTrouble]:
    """The troubles of these sources that are over."""
    for batch in in_batches(sources):
        yield from _read_troubles(
            connection, select(trouble).where(trouble.c.source_id.in_(batch), trouble.c.over_at.is_not(None))
        )


def _read_troubles(connection: Connection, query: Select[*tuple[Any, ...]]) -> Iterator[SourceTrouble]:
    kinds = {kind.value for kind in TroubleKind}
    for row in connection.execute(query):
        if row.kind in kinds:
            kind = TroubleKind(row.kind)
            yield SourceTrouble(row.source_id, kind, row.since, row.last_at, row.detail, row.over_at)
