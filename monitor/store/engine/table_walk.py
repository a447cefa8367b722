"""Walks through a table, slice by slice, that delete what has been stored for its time.

Each slice is one short transaction. Between two slices others may use the database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, delete, tuple_

SLICE = 250  # rows read in one transaction: others wait a tenth of a second for it
LARGE_SLICE = 5_000  # for rows that no other row depends on
TableRow = Row[*tuple[Any, ...]]


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

    def read_slice(self, connection: Connection, after: TableRow | None) -> tuple[list[TableRow], TableRow | None]:
        """The expired rows of the slice after a row, and the row after which the next slice begins (None: there is
        none)."""
        rows = read_slice(connection, self.query, self.key, after, self.slice_size)
        expired = [row for row in rows if self.is_expired(row)]
        ends = len(rows) < self.slice_size or (self.by_time and not expired)
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
