"""A SQLite file that its owner has closed, read by its owner: what is changed meanwhile is never read in silence."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from monitor.errors import StoreFailed
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.ownership import act_as_owner
from tests.support.newest import make_newest

OWNER = 65534  # root may write every file; so what root tests here runs as another user
CLOSED, OPEN = 0o400, 0o600
RunAsOwner = Callable[[Callable[[Path], None]], None]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The file."""
    folder = tmp_path / "desk"
    folder.mkdir()
    path = folder / "news.db"
    make_newest(path).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO source (id, url, next_at, token) VALUES ('s', 'u', 0, 0)")
    give_to_owner(folder)
    path.chmod(CLOSED)
    return path


def give_to_owner(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in (folder, *folder.iterdir()):
            os.chown(path, OWNER, OWNER)


@pytest.fixture
def as_owner(archive: Path) -> Iterator[RunAsOwner]:
    """Runs a function with the path in a process of the file's owner."""
    url = f"sqlite:///{archive}"
    with ProcessPoolExecutor(1, get_context("spawn"), act_as_owner, (url,)) as processes:
        yield lambda function: processes.submit(function, archive).result()


def read(connection: Connection, url: str) -> None:
    assert connection.execute(text("SELECT url FROM source")).scalar_one() == url


def change(path: Path, url: str) -> None:
    path.chmod(OPEN)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE source SET url = ?", (url,))
    path.chmod(CLOSED)


def damage(path: Path) -> None:
    path.chmod(OPEN)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(path.stat().st_size - 4096))
    path.chmod(CLOSED)


def read_while(path: Path, act: Callable[[Database], None]) -> Database:
    """Read the file, do something meanwhile, and read again. Returns the closed database."""
    database = open_database(f"sqlite:///{path}")
    with database.reading() as connection:
        read(connection, "u")
        act(database)
        for table in ("article", "match", "alert"):
            connection.execute(text(f"SELECT * FROM {table}")).all()
    database.close()
    return database


def change_while_it_is_read(path: Path) -> None:
    database = read_while(path, lambda _: None)
    with pytest.raises(StoreFailed, match="was changed while it was read: run the command again"):
        read_while(path, lambda _: change(path, "v"))
    with database.reading() as connection:
        read(connection, "v")


def change_between_two_connections(path: Path) -> None:
    """Each has the state of the file that it has opened."""
    ended = []

    def change_and_read(database: Database) -> None:
        change(path, "v")
        with database.reading() as connection:
            read(connection, "v")
        ended.append("the second")

    with pytest.raises(StoreFailed, match="was changed while it was read"):
        read_while(path, change_and_read)
    assert ended == ["the second"]


def damage_while_it_is_read(path: Path) -> None:
    """Only damage that was there before is reported as damage."""
    with pytest.raises(StoreFailed, match="was changed while it was read"):
        read_while(path, lambda _: damage(path))
    with pytest.raises(StoreFailed, match="malformed"):
        read_while(path, lambda _: None)


def delete_while_it_is_read(path: Path) -> None:
    with pytest.raises(StoreFailed, match="was changed while it was read"):
        read_while(path, lambda _: path.unlink())


def change_while_it_is_copied(path: Path) -> None:
    def touch_once_it_is_open(event: str, _args: object) -> None:
        if event == "sqlite3.connect/handle":
            os.utime(path)

    sys.addaudithook(touch_once_it_is_open)
    with pytest.raises(StoreFailed, match="was changed while it was read"):
        open_database(f"sqlite:///{path}").backup(path.with_name("kept.db"))
    assert [each.name for each in path.parent.iterdir()] == ["news.db"]


def read_and_copy_with_a_log_alone(path: Path) -> None:
    """SQLite would make an index of the log that has the mode of the file, and that nobody can use later."""
    database = open_database(f"sqlite:///{path}")
    reason = f"news.db-wal has the latest commits, and {path} cannot be written"
    with pytest.raises(StoreFailed, match=reason), database.reading() as connection:
        read(connection, "v")
    with pytest.raises(StoreFailed, match=r"copy both news\.db and news\.db-wal into a folder that you may write"):
        database.backup(path.with_name("kept.db"))
    assert {each.name for each in path.parent.iterdir()} == {"news.db", "news.db-wal"}
    for each in path.parent.iterdir():
        each.chmod(OPEN)
    with database.reading() as connection:
        read(connection, "v")


@pytest.mark.parametrize(
    "attempt",
    [
        change_while_it_is_read,
        change_between_two_connections,
        damage_while_it_is_read,
        delete_while_it_is_read,
        change_while_it_is_copied,
    ],
)
def test_a_change_is_reported(as_owner: RunAsOwner, attempt: Callable[[Path], None]) -> None:
    as_owner(attempt)


def test_a_log_without_an_index_is_not_read_beside_a_closed_file(as_owner: RunAsOwner, archive: Path) -> None:
    """Although the folder may be written."""
    archive.chmod(OPEN)
    with closing(sqlite3.connect(archive, isolation_level=None)) as connection:
        connection.execute("UPDATE source SET url = 'v'")
        shutil.copytree(archive.parent, kept := archive.parent.with_name("kept"))
    for end in ("", "-wal"):
        shutil.copy(f"{kept / archive.name}{end}", f"{archive}{end}")
    give_to_owner(archive.parent)
    for path in archive.parent.iterdir():
        path.chmod(CLOSED)
    as_owner(read_and_copy_with_a_log_alone)
