"""Walks through a table, slice by slice, that delete what has been stored for its time.

Each slice is one short transaction. Between two slices others may use the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, delete, tuple_

SLICE = 250  # rows read in one transaction, at most: others wait for it
LARGE_SLICE = 5_000  # for rows that no other row depends on
TableRow = Row[*tuple[Any, ...]]
_AIM = 0.05  # s that a transaction should take: others wait for no longer than a few times that
_FIRST_SHARE = 0.2
_SMALLEST_SHARE = 0.02


class SlicePace:
    """How large the slices are, as a share of their usual size: as large as takes little time, however slow or busy the
    machine is. `share`: of the first one."""

    def __init__(self, share: float = _FIRST_SHARE) -> None:
        self._share = share

    def limit_rows(self, usual: int) -> int:
        """How many rows the next slice may have, where it usually has so many."""
        return max(1, int(usual * self._share))

    def record(self, seconds: float) -> None:
        """Note how long the transaction of a slice has taken."""
        change = _AIM / max(seconds, _AIM / 2)  # at most twice as large at once
        self._share = min(1.0, max(_SMALLEST_SHARE, self._share * change))


@dataclass(frozen=True, slots=True)
class TableWalk:
    """A walk through a table that deletes its expired rows.

    query        reads rows of the table, with the columns of its primary key and of `key`
    key          the order of the walk; the last of its columns makes it unique
    is_expired   whether a row may go
    by_time      the rows are in the order of time, so that a slice without an expired row ends the walk
    """

    query: Select[*tuple[Any, ...]]
    key: tuple[Column[Any], ...]
    is_expired: Callable[[TableRow], bool]
    slice_size: int = SLICE
    by_time: bool = False

    def read_slice(
        self, connection: Connection, after: TableRow | None, pace: SlicePace
    ) -> tuple[list[TableRow], TableRow | None]:
        """The expired rows of the slice after a row, and the row after which the next slice begins (None: there is
        none)."""
        limit = pace.limit_rows(self.slice_size)
        rows = read_slice(connection, self.query, self.key, after, limit)
        expired = [row for row in rows if self.is_expired(row)]
        ends = len(rows) < limit or (self.by_time and not expired)
        return expired, None if ends else rows[-1]

    def delete_rows(self, connection: Connection, rows: Sequence[TableRow]) -> None:
        """Delete these rows."""
        columns = tuple(self.key[-1].table.primary_key)
        keys = [tuple(getattr(row, column.name) for column in columns) for row in rows]
        connection.execute(delete(self.key[-1].table).where(tuple_(*columns).in_(keys)))


def read_slice(
    connection: Connection,
    query: Select[*tuple[Any, ...]],
    key: tuple[Column[Any], ...],
    after: TableRow | None,
    limit: int = SLICE,
) -> Sequence[TableRow]:
    """At most `limit` rows in the order of their key, after this row."""
    if after is not None:
        query = query.where(tuple_(*key) > tuple(getattr(after, column.name) for column in key))
    return connection.execute(query.order_by(*key).limit(limit)).all()
