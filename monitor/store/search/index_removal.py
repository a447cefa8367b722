"""Empties the search index of SQLite without holding up others.

FTS5 empties a table in one transaction, which overwrites all its pages: seconds for a large archive, during which
every poll waits. So the ordinary tables in which FTS5 keeps the rows are renamed, and the index is made again. The
rows of the renamed tables are deleted later in slices (`purge_discarded`). No index uses these tables any more, so
that any SQLite can check, copy and delete them, at any time. Their names record what is left to delete, so a process
may stop at any time.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from monitor import clock
from monitor.store.engine.database import Database
from monitor.store.engine.search_tables import INDEX_TABLE, SQLITE
from monitor.store.engine.table_walk import SlicePace

_DISCARDED = f"{INDEX_TABLE}_discarded_"  # a number, and the name of a part
_ROWS = 1_000  # deleted at once, if that is quick: a row of the index has four kilobytes
# FTS5 cannot open a table without the first rows, which describe the others.
_FIRST_ROWS = "id <= 10"
_KEYS = {"data": "id", "idx": "segid, term", "docsize": "id"}  # of the tables in which FTS5 keeps an index


def discard_index(connection: Connection) -> None:
    """Take the rows of SQLite's index out of use, if it has any, and delete the index; the caller creates another. It
    takes milliseconds."""
    data = f"{INDEX_TABLE}_data"
    if connection.exec_driver_sql(f"SELECT 1 FROM {data} WHERE NOT {_FIRST_ROWS}").first() is None:  # noqa: S608
        return
    name = f"{_DISCARDED}{1 + max(map(_get_number, _list_discarded(connection)), default=0)}"
    for part in _KEYS:
        connection.exec_driver_sql(f"ALTER TABLE {INDEX_TABLE}_{part} RENAME TO {name}_{part}")
    connection.exec_driver_sql(f"CREATE TABLE {data} (id INTEGER PRIMARY KEY, block BLOB)")
    connection.exec_driver_sql(f"INSERT INTO {data} SELECT * FROM {name}_data WHERE {_FIRST_ROWS}")  # noqa: S608
    connection.exec_driver_sql(f"DROP TABLE {INDEX_TABLE}")


def purge_discarded(database: Database) -> Iterator[None]:
    """Delete discarded indexes, in short transactions. Between two of them others may use the database."""
    if database.write.dialect.name != SQLITE:
        return
    pace = SlicePace()
    with database.reading() as connection:
        tables = _list_discarded(connection)
    for table in tables:
        while _delete_slice(database, table, pace):
            yield
        with database.writing() as connection:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
        yield


def _delete_slice(database: Database, table: str, pace: SlicePace) -> bool:
    """Returns whether there were rows to delete."""
    key = _KEYS[table.rpartition("_")[2]]
    rows = f"SELECT {key} FROM {table} LIMIT {pace.limit_rows(_ROWS)}"  # noqa: S608 - no input
    with database.writing() as connection:
        began = clock.monotonic()  # until now it has waited for others
        if connection.exec_driver_sql(_SELECT_TABLE, (table,)).first() is None:
            return False  # another process has deleted it
        deleted = connection.exec_driver_sql(f"DELETE FROM {table} WHERE ({key}) IN ({rows})").rowcount  # noqa: S608
    pace.record(clock.monotonic() - began)
    return deleted > 0


_SELECT_TABLE = "SELECT 1 FROM sqlite_master WHERE name = ?"


def _list_discarded(connection: Connection) -> list[str]:
    statement = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB ? ORDER BY rowid"
    return [row[0] for row in connection.exec_driver_sql(statement, (f"{_DISCARDED}*",))]


def _get_number(table: str) -> int:
    return int(table.removeprefix(_DISCARDED).partition("_")[0])
