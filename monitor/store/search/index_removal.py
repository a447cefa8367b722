"""Empties the search index of SQLite without holding up others.

FTS5 empties a table in one transaction, which overwrites all its pages: seconds for a large archive, during which
every poll waits. So the table is renamed, and an empty one replaces it. Its rows are deleted later in slices
(`purge_discarded`). The table names record what is left to delete, so a process may stop at any time.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from monitor import clock
from monitor.store.engine.database import Database
from monitor.store.engine.search_tables import INDEX_TABLE
from monitor.store.engine.table_walk import SlicePace

_SQLITE = "sqlite"
_DISCARDED = f"{INDEX_TABLE}_discarded_"  # and a number
_ROWS = 1_000  # deleted at once, if that is quick: a row of the index has four kilobytes
# FTS5 cannot open a table without the first rows, which describe the others.
_FIRST_DELETABLE_ROW = 11
# The tables in which FTS5 keeps the rows of an index, with their keys and which rows may be deleted.
_FTS5_TABLES = (
    ("data", "id", f"id >= {_FIRST_DELETABLE_ROW}"),
    ("idx", "segid, term", "true"),
    ("docsize", "id", "true"),
)


def discard_index(connection: Connection) -> None:
    """Rename the index of SQLite, if it has any rows; the caller creates another. It takes milliseconds."""
    rows = f"SELECT 1 FROM {INDEX_TABLE}_data WHERE id >= {_FIRST_DELETABLE_ROW}"  # noqa: S608 - no input
    if connection.exec_driver_sql(rows).first() is None:
        return
    number = 1 + max((int(name.removeprefix(_DISCARDED)) for name in _list_discarded(connection)), default=0)
    connection.exec_driver_sql(f"ALTER TABLE {INDEX_TABLE} RENAME TO {_DISCARDED}{number}")


def purge_discarded(database: Database) -> Iterator[None]:
    """Delete discarded indexes, in short transactions. Between two of them others may use the database."""
    if database.write.dialect.name != _SQLITE:
        return
    pace = SlicePace()
    with database.reading() as connection:
        names = _list_discarded(connection)
    for name in names:
        for part, key, condition in _FTS5_TABLES:
            while _delete_slice(database, f"{name}_{part}", key, condition, pace):
                yield
        with database.writing() as connection:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
        yield


def _delete_slice(database: Database, table: str, key: str, condition: str, pace: SlicePace) -> bool:
    """Returns whether there were rows to delete."""
    rows = f"SELECT {key} FROM {table} WHERE {condition} LIMIT {pace.limit_rows(_ROWS)}"  # noqa: S608
    with database.writing() as connection:
        began = clock.monotonic()  # until now it has waited for others
        if connection.exec_driver_sql(_SELECT_TABLE, (table,)).first() is None:
            return False  # another process has deleted it
        deleted = connection.exec_driver_sql(f"DELETE FROM {table} WHERE ({key}) IN ({rows})").rowcount  # noqa: S608
    pace.record(clock.monotonic() - began)
    return deleted > 0


_SELECT_TABLE = "SELECT 1 FROM sqlite_master WHERE name = ?"


def _list_discarded(connection: Connection) -> list[str]:
    pattern = f"{_DISCARDED}*"
    statement = "SELECT name FROM sqlite_master WHERE name GLOB ? AND sql LIKE 'CREATE VIRTUAL TABLE%' ORDER BY rowid"
    return [row[0] for row in connection.exec_driver_sql(statement, (pattern,))]
