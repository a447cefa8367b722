"""The troubles of sources, as their polls have left them. It only reads."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from monitor.model import SourceTrouble, TroubleKind
from monitor.store.tables import trouble


def troubles(connection: Connection) -> Iterator[SourceTrouble]:
    """All that are kept, those that are over too; the oldest of a source first. Kinds of a later version of the program
    are none of ours."""
    kinds = {kind.value for kind in TroubleKind}
    for row in connection.execute(select(trouble).order_by(trouble.c.source_id, trouble.c.since, trouble.c.kind)):
        if row.kind in kinds:
            kind = TroubleKind(row.kind)
            yield SourceTrouble(row.source_id, kind, row.since, row.last_at, row.detail, row.over_at)
