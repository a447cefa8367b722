"""A restored database is the backup, whatever lies beside the one that was there."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerting.retry import RetryVerdict
from monitor.errors import StoreFailed, StoreReplaced
from monitor.model import DeliveryState, Receipt, ReceiptKind
from monitor.store.engine.opening import open_database
from monitor.store.engine.sqlite import SqliteDatabase
from monitor.store.engine.sqlite_restore import restore_database
from monitor.store.queues.outbox import Outbox
from tests.support.building import NOON
from tests.support.sending import fill

HOUR = timedelta(hours=1)


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
    assert restore_database(database, tmp_path / "backup.db", NOON).kept is None
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
    kept = restore_database(database, tmp_path / "backup.db", NOON).kept
    assert kept is not None
    assert (names(path), names(kept)) == ({"old"}, {"old", "new", "newer"})


def test_messages_that_are_not_sent_in_the_backup_may_have_been_sent_since_and_say_so(
    database: SqliteDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever their state in it: they wait, are tried again, are being sent, or were given up. Those that were sent
    stay sent, and those that come after the restore say nothing."""
    monkeypatch.setattr("monitor.clock.now", lambda: NOON)
    outbox = Outbox(database, "old daemon")
    fill(database, ["accepted", "retried", "given-up", "sending", "waiting", "discarded"])
    for name, receipt, state in (
        ("accepted", ReceiptKind.ACCEPTED, DeliveryState.ACCEPTED),
        ("retried", ReceiptKind.TRY_LATER, DeliveryState.RETRY),
        ("given-up", ReceiptKind.REFUSED, DeliveryState.DEAD),
    ):
        claimed = outbox.claim(name, NOON, HOUR)
        assert claimed is not None
        assert outbox.settle(claimed, Receipt(receipt), RetryVerdict(state, NOON), NOON)
    assert outbox.claim("sending", NOON, HOUR) is not None
    outbox.discard(outbox.ids([DeliveryState.PENDING], "discarded"), NOON)
    database.backup(tmp_path / "waiting.db")
    database.close()
    assert restore_database(database, tmp_path / "waiting.db", NOON).unsent == 4
    restored = SqliteDatabase(database.write.url)
    outbox = Outbox(restored, "new daemon")
    outbox.release_all(NOON)
    fill(restored, ["after"], "a2")
    names = ("accepted", "retried", "given-up", "sending", "waiting", "discarded", "after")
    outbox.retry(outbox.ids([DeliveryState.DEAD]), NOON)
    claims = {name: outbox.claim(name, NOON, HOUR) for name in names}
    repeats = {name: claim.may_be_duplicate for name, claim in claims.items() if claim is not None}
    assert repeats == {"retried": True, "given-up": True, "sending": True, "waiting": True, "after": False}
    restored.close()
    assert not list(tmp_path.glob("*.half*"))


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
