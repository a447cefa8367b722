"""The database: its schema, and who may open it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, update

from monitor.errors import StoreFailed, StoreNewer, StoreTaken
from monitor.store.database import Database
from monitor.store.tables import metadata, section, source
from tests.building import NOON


def at(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def run(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_migrations_build_what_the_tables_say(database: Database) -> None:
    """There is nothing that Alembic would still change."""
    with database.read.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "render_as_batch": True}
        )
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    """Each start upgrades; what stands in the database stays."""
    with database.write.begin() as connection:
        connection.execute(update(section).values(sequence=7))
    database.upgrade()
    with database.read.begin() as connection:
        assert connection.execute(select(section.c.sequence)).scalars().all() == [7]


UPGRADE = """
import sys
from monitor.store.database import Database
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
database.upgrade()
database.close()
"""


def test_three_processes_may_upgrade_at_once(tmp_path: Path) -> None:
    """On an empty file one builds the schema, and the others wait and find it built."""
    url = f"sqlite:///{tmp_path / 'news.db'}"
    processes = [run(UPGRADE, url) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    ends = [(process.communicate(timeout=60)[1], process.returncode) for process in processes]
    assert ends == [("", 0)] * 3
    opened = at(tmp_path / "news.db")
    with opened.read.begin() as connection:
        assert connection.execute(select(section.c.sequence)).scalars().all() == [0]
    opened.close()


def test_a_newer_database_is_refused(database: Database) -> None:
    """An older program never writes into what it does not understand."""
    with database.write.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreNewer, match=r"news\.db was written by a newer news-monitor \(schema 9999\): install"):
        database.upgrade()


HOLD = """
import sys
from monitor.store.database import Database
with Database(sys.argv[1]).taken():
    print("taken", flush=True)
    sys.stdin.readline()
"""


def test_a_second_daemon_is_refused(tmp_path: Path) -> None:
    """It is told which process holds the database; when that one is gone, however it went, the next may have it."""
    database = at(tmp_path / "news.db")
    holder = run(HOLD, f"sqlite:///{tmp_path / 'news.db'}")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "taken\n"
    with pytest.raises(StoreTaken, match=rf"in use by another news-monitor \(process {holder.pid}\)"), database.taken():
        pass
    holder.kill()
    holder.communicate(timeout=10)
    with database.taken():
        assert (tmp_path / "news.db.lock").read_text() == str(os.getpid())


@pytest.mark.parametrize(
    "content",
    [
        b"this is a letter, not a database" * 100,
        b"SQLite format 3\x00" + b"\xff" * 5000,  # the right beginning, and rubbish
    ],
)
def test_a_file_that_is_no_database_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    """It is left as it is, and the line names it."""
    path = tmp_path / "news.db"
    path.write_bytes(content)
    database = at(path)
    with pytest.raises(StoreFailed, match=r"^[^\n]*news\.db: [^\n]+$"):
        database.upgrade()
    database.close()
    assert path.read_bytes() == content


def test_another_programs_database_is_told_in_one_line(tmp_path: Path) -> None:
    """A database that already has a table `article` is not ours."""
    with sqlite3.connect(tmp_path / "news.db") as other:
        other.execute("CREATE TABLE article (id)")
    other.close()
    database = at(tmp_path / "news.db")
    with pytest.raises(StoreFailed, match=r"^[^\n]*news\.db: [^\n]+$"):
        database.upgrade()
    database.close()


@pytest.mark.parametrize("below", ["file/news.db", "folder"])
def test_a_path_that_cannot_be_a_database_is_told_in_one_line(tmp_path: Path, below: str) -> None:
    """Below a file, or a folder itself: one line, and no traceback."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    database = at(tmp_path / below)
    with pytest.raises(StoreFailed, match=r"^[^\n]+$"):
        database.upgrade()
    if below != "folder":
        with pytest.raises(StoreFailed, match=r"^[^\n]+$"), database.taken():
            pass
    database.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:tr0ub4dor@db/news",  # comes with a later part
        "sqlite://",  # in memory: lost at the end
        "sqlite:///:memory:",
        "news.db",  # no URL
        "",
    ],
)
def test_other_databases_are_refused_in_one_line(url: str) -> None:
    """What cannot be used is told at once, without its password."""
    with pytest.raises(StoreFailed, match="sqlite:///PATH") as refused:
        Database(url)
    assert "tr0ub4dor" not in str(refused.value)


def test_reading_never_writes(database: Database) -> None:
    """The engine that answers questions cannot change the answers."""
    with pytest.raises(Exception, match="readonly"), database.read.begin() as connection:
        connection.execute(update(section).values(sequence=1))


def test_moments_come_back_in_utc(database: Database) -> None:
    """Whatever zone a moment was given in, it is the same moment, aware, in UTC."""
    seoul = NOON.astimezone(timezone(timedelta(hours=9)))
    with database.write.begin() as connection:
        connection.execute(source.insert().values(id="s", url="u", next_at=seoul))
    with database.read.begin() as connection:
        found: datetime = connection.execute(select(source.c.next_at)).scalar_one()
    assert found == NOON
    assert found.utcoffset() == timedelta(0)
