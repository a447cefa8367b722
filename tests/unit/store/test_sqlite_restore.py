"""A restored database is the backup, whatever lies beside the one that was there."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from monitor.errors import StoreFailed, StoreReplaced
from monitor.store.engine.opening import open_database
from monitor.store.engine.sqlite import SqliteDatabase
from monitor.store.engine.sqlite_restore import restore_database
from tests.building import NOON


def write(path: Path, value: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO channel_address VALUES (?, 'json', 1)", (value,))


def names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM channel_address")}


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    """A database with a backup, and a commit since."""
    opened = open_database(f"sqlite:///{tmp_path / 'news.db'}")
    assert isinstance(opened, SqliteDatabase)
    opened.upgrade()
    write(tmp_path / "news.db", "old")
    opened.backup(tmp_path / "backup.db")
    opened.close()
    write(tmp_path / "news.db", "new")
    return opened


def test_the_log_of_a_database_that_was_deleted_is_not_taken_for_that_of_the_backup(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    """SQLite would replay it, and the old content would be back."""
    path, log = tmp_path / "news.db", tmp_path / "news.db-wal"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO channel_address VALUES ('in the log', 'json', 1)")
        connection.commit()
        shutil.copy(log, tmp_path / "kept-wal")
    shutil.copy(tmp_path / "kept-wal", log)
    path.unlink()
    assert restore_database(database, tmp_path / "backup.db", NOON) is None
    assert names(path) == {"old"}


def test_a_database_that_is_being_read_is_not_replaced(database: SqliteDatabase, tmp_path: Path) -> None:
    """Its log would hold commits that the kept one lacks. Nothing is changed."""
    path = tmp_path / "news.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM channel_address").fetchall()
        write(path, "newer")
        with pytest.raises(StoreFailed, match="is being read by another command"):
            restore_database(database, tmp_path / "backup.db", NOON)
    assert names(path) == {"old", "new", "newer"}
    kept = restore_database(database, tmp_path / "backup.db", NOON)
    assert kept is not None
    assert (names(path), names(kept)) == ({"old"}, {"old", "new", "newer"})


def test_no_connection_is_opened_on_a_file_that_took_the_place_of_the_database(
    database: SqliteDatabase, tmp_path: Path
) -> None:
    """It would apply the log of the old file to the new one, also at the end of the process."""
    path = tmp_path / "news.db"
    with closing(sqlite3.connect(path)) as other, database.hold_exclusively():
        with database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO channel_address VALUES ('in the log', 'json', 1)")
        other.execute("SELECT count(*) FROM channel_address").fetchall()  # the log stays while this is open
        database.write.dispose()
        database.read.dispose()
        (tmp_path / "backup.db").replace(path)
        before = path.read_bytes()
        for using in (database.writing, database.reading):
            with pytest.raises(StoreReplaced), using():
                pass
        database.close()
        assert path.read_bytes() == before
