"""The database: its schema, and who may open it."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import DateTime, delete, insert, inspect, literal, select, text, update

from monitor.errors import StoreFailed, StoreLocked, StoreRefused, StoreReplaced
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.daemons import list_daemons
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.sqlite import SqliteDatabase
from monitor.store.engine.store_thread import is_database_unusable
from monitor.store.engine.tables import daemon, metadata, source
from monitor.store.engine.tables import match as matches
from monitor.store.engine.timestamp_column import UtcDateTime
from monitor.store.queues.claims import Claims
from monitor.store.search.index import INDEX_TABLE
from tests.conftest import new_database
from tests.support.building import (
    NOON,
    article,
    claimed,
    commit,
    rule,
    rules,
    sources,
)
from tests.support.patience import PATIENCE


def at(path: Path) -> Database:
    return open_database(f"sqlite:///{path}")


def run(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("moment", [NOON, NOON + timedelta(microseconds=7), NOON.replace(year=987)])
def test_a_moment_is_written_as_the_database_itself_writes_it(database: Database, moment: datetime) -> None:
    with database.reading() as connection:
        written = literal(moment.astimezone(timezone(timedelta(hours=9))), UtcDateTime)
        same = connection.execute(select(written == literal(moment.replace(tzinfo=None), DateTime))).scalar_one()
    assert same


def test_the_baseline_builds_what_the_tables_say(database: Database) -> None:
    """There is nothing that Alembic would still change. The search index is not in the metadata."""
    options = {"compare_type": True, "compare_server_default": True, "render_as_batch": True}
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={**options, "include_name": lambda name, kind, _: (name, kind) != (INDEX_TABLE, "table")}
        )
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    """Each start upgrades; what stands in the database stays."""
    with database.writing() as connection:
        connection.execute(source.insert().values(id="s", url="u", next_at=NOON))
    database.upgrade()
    with database.reading() as connection:
        assert connection.execute(select(source.c.id)).scalars().all() == ["s"]


UPGRADE = """
import sys
from monitor.store.engine.opening import open_database
database = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
database.upgrade()
database.close()
"""


def upgraded_by_three(url: str) -> list[tuple[str, int | None]]:
    """What three processes that upgrade at the same moment say, and how they end."""
    processes = [run(UPGRADE, url) for _ in range(3)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [(process.communicate(timeout=PATIENCE)[1], process.returncode) for process in processes]


def test_three_processes_may_upgrade_at_once(empty_url: str) -> None:
    """On an empty database one builds the schema, and the others wait and find it built."""
    assert upgraded_by_three(empty_url) == [("", 0)] * 3
    opened = open_database(empty_url)
    with opened.reading() as connection:
        assert connection.execute(select(source.c.id)).scalars().all() == []
    opened.close()


def test_a_copy_survives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes reach the disk before its name does."""
    opened, copy, synced = at(tmp_path / "news.db"), tmp_path / "copy.db", []
    opened.upgrade()
    fsync = os.fsync

    def noted(opened: int) -> None:
        synced.append((os.fstat(opened).st_ino, copy.exists()))
        fsync(opened)

    monkeypatch.setattr(os, "fsync", noted)
    opened.backup(copy)
    assert synced == [(copy.stat().st_ino, False), (tmp_path.stat().st_ino, True)]
    opened.close()


KILLED = """
import os, sys
from alembic import op
from monitor.store.engine.opening import open_database
create = op.create_table
def killed(name, *rest, **options):
    if name == sys.argv[2]:
        os.kill(os.getpid(), 9)
    return create(name, *rest, **options)
op.create_table = killed
open_database(sys.argv[1]).upgrade()
"""


@pytest.mark.parametrize("table", ["daemon", "attempt"])
def test_a_creation_that_is_killed_leaves_an_empty_database(empty_url: str, table: str) -> None:
    """Among the first of its steps or the last; the next start creates the tables."""
    killed = run(KILLED, empty_url, table)
    killed.communicate(timeout=PATIENCE)
    assert killed.returncode == -9
    opened = open_database(empty_url)
    with pytest.raises(StoreFailed, match="has no tables yet"):
        opened.require_schema()
    assert opened.upgrade()
    opened.require_schema()
    opened.close()


def test_a_database_of_before_the_baseline_is_refused_and_not_touched(database: Database) -> None:
    """One line says where, what and what to do. Commands, an upgrade and a restore do not change it."""
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0016'")
    before = read_everything(database)
    says = (
        rf"^{re.escape(database.name)} was written by an older news-monitor \(schema 0016\), and this version "
        r"reads only schema 0017; nothing in it was changed: move it away, or name another database [^\n]*$"
    )
    for attempt in (database.require_schema, database.upgrade):
        with pytest.raises(StoreFailed, match=says):
            attempt()
    assert read_everything(database) == before


def test_a_newer_database_is_refused(database: Database) -> None:
    """An older program never writes into what it does not understand."""
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    for attempt in (database.require_schema, database.upgrade):
        with pytest.raises(StoreFailed, match=r"was written by a newer news-monitor \(schema 9999\): install"):
            attempt()


def read_everything(database: Database) -> object:
    """The bytes of the file; of a PostgreSQL its tables with their numbers of changes."""
    if isinstance(database, SqliteDatabase):
        return database.path.read_bytes()
    with database.reading() as connection:
        return connection.exec_driver_sql(
            "SELECT oid, relname, relfilenode, xmin::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).all()


@pytest.mark.parametrize("damage", ["DROP TABLE alembic_version", "DELETE FROM alembic_version"])
def test_a_database_that_does_not_say_its_version_is_not_called_empty(database: Database, damage: str) -> None:
    """What is there is named, and what to do; neither a command nor an upgrade changes it."""
    with database.write.begin() as connection:
        connection.execute(text(damage))
    says = (
        r"has tables \(account, alert, article \.\.\.\), but alembic_version is missing or empty, .*: restore a backup"
    )
    for attempt in (database.require_schema, database.upgrade):
        with pytest.raises(StoreFailed, match=says):
            attempt()


def test_an_empty_database_says_who_fills_it(empty_url: str) -> None:
    """There is nothing to restore."""
    opened = open_database(empty_url)
    with pytest.raises(StoreFailed, match="has no tables yet: `news-monitor run` creates them"):
        opened.require_schema()
    opened.close()


def test_the_number_of_a_match_that_left_is_never_given_again(database: Database) -> None:
    """Not even that of the newest, by which SQLite would go on: `why 17` of an old message must not tell of another."""
    claims = Claims(database, "here:1")
    claims.register_sources(sources("wire"), NOON)
    ruleset = rules(rule("launch", ["launch"]))
    commit(SerialSection(database), claimed(claims, "wire", NOON), article(title="A launch"), ruleset=ruleset)
    with database.writing() as connection:
        newest = connection.execute(select(matches).order_by(matches.c.id.desc())).one()
        connection.execute(delete(matches).where(matches.c.id == newest.id))
        row = {column.key: newest._mapping[column] for column in matches.c if column.key != "id"}
        assert connection.execute(insert(matches).values(row).returning(matches.c.id)).scalar_one() == newest.id + 1


HOLD = """
import sys
from monitor.store.engine.opening import open_database
with open_database(sys.argv[1]).hold_exclusively():
    print("taken", flush=True)
    sys.stdin.readline()
"""


def test_a_database_that_was_made_anew_is_seen(empty_url: str) -> None:
    """By its numbers or its files, once a daemon holds it; and what it was asked to write is not written."""
    database = open_database(empty_url)
    database.upgrade()
    database.require_not_replaced()
    with database.hold_exclusively():
        database.require_not_replaced()
        database.require_not_replaced()
        with database.writing() as connection:
            names = inspect(connection).get_table_names()
        make_anew(database, names)
        with pytest.raises(StoreReplaced, match="start it again, and it uses the database that it then finds") as seen:
            database.require_not_replaced()
        assert database.replaced == str(seen.value)
    database.close()
    fresh = open_database(empty_url)
    with fresh.hold_exclusively():
        assert fresh.upgrade()
        fresh.require_not_replaced()
    fresh.close()


def delete_the_file(folder: Path) -> None:
    (folder / "news.db").unlink()


def move_the_file(folder: Path) -> None:
    (folder / "news.db").rename(folder / "moved.db")


def put_another_file(folder: Path) -> None:
    (folder / "empty").touch()
    (folder / "empty").replace(folder / "news.db")


def put_a_link(folder: Path) -> None:
    (folder / "new").symlink_to(folder / "other.db")
    (folder / "new").replace(folder / "news.db")


def lead_the_link_elsewhere(folder: Path) -> None:
    (folder / "new").symlink_to(folder / "other.db")
    (folder / "new").replace(folder / "link.db")


def delete_the_log(folder: Path) -> None:
    (folder / "news.db-wal").unlink()


def delete_the_index(folder: Path) -> None:
    (folder / "news.db-shm").unlink()


@pytest.mark.parametrize(
    ("replace", "said"),
    [
        (delete_the_file, "link.db was deleted or moved"),
        (move_the_file, "link.db was deleted or moved"),
        (put_another_file, "link.db was replaced by another file"),
        (put_a_link, "link.db was replaced by another file"),
        (lead_the_link_elsewhere, "link.db was replaced by another file"),
        (delete_the_log, "news.db-wal was deleted or moved"),
        (delete_the_index, "news.db-shm was deleted or moved"),
    ],
)
def test_whichever_file_is_taken_away_it_is_seen(tmp_path: Path, replace: Callable[[Path], None], said: str) -> None:
    """Of a database that is opened by a link. What was committed is in the file that is left, also what stood in the
    log only."""
    for name in ("news.db", "other.db"):
        made = at(tmp_path / name)
        made.upgrade()
        made.close()
    (tmp_path / "link.db").symlink_to(tmp_path / "news.db")
    other = (tmp_path / "other.db").read_bytes()
    database = at(tmp_path / "link.db")
    with (tmp_path / "news.db").open("rb") as file:
        with database.hold_exclusively():
            Claims(database, "here:1").register_sources(sources("wire"), NOON)
            database.require_not_replaced()
            replace(tmp_path)
            with pytest.raises(StoreReplaced, match=f"{said} while it was in use"):
                database.require_not_replaced()
            with pytest.raises(StoreReplaced), database.writing():
                pass
        database.close()
        (tmp_path / "left.db").write_bytes(file.read())
    with closing(sqlite3.connect(f"file:{tmp_path / 'left.db'}?immutable=1", uri=True)) as alone:
        assert alone.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert alone.execute("SELECT id FROM source").fetchall() == [("wire",)]
    assert (tmp_path / "other.db").read_bytes() == other


def test_a_log_that_is_not_there_yet_may_come(database: Database) -> None:
    """SQLite makes it when a transaction first reads or writes, and deletes it when the last process ends."""
    with database.hold_exclusively():
        with database.reading():
            pass
        for _ in range(2):
            with database.writing() as connection:
                connection.execute(update(source).values(token=7))
    assert database.replaced is None


def test_a_file_that_cannot_be_looked_at_was_not_replaced(tmp_path: Path) -> None:
    """Its disk fails, or a link was led in a circle: that may pass."""
    file, link = tmp_path / "news.db", tmp_path / "link.db"
    made = at(file)
    made.upgrade()
    made.close()
    link.symlink_to(file)
    database = at(link)
    with database.hold_exclusively():
        with database.writing():
            pass
        link.unlink()
        link.symlink_to(link)
        with pytest.raises(StoreFailed, match=r"^cannot look at .*link\.db: \w") as seen:
            database.require_not_replaced()
        assert not isinstance(seen.value, StoreReplaced)
        link.unlink()
        link.symlink_to(file)
        database.require_not_replaced()
    assert database.replaced is None
    database.close()


def make_anew(database: Database, names: list[str]) -> None:
    """Take away what is in it, as `dropdb` and `createdb` or a deleted file do."""
    if isinstance(database, SqliteDatabase):
        database.path.unlink()
        return
    other = open_database(database.write.url.render_as_string(hide_password=False))
    with other.write.begin() as connection:
        for name in names:
            connection.exec_driver_sql(f'DROP TABLE "{name}" CASCADE')
    other.close()


def test_rows_that_hold_nonsense_are_told_in_one_line(tmp_path: Path) -> None:
    """Another program's, or damaged: no traceback."""
    database = at(tmp_path / "news.db")
    database.upgrade()
    with database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO daemon (owner, version, started_at, seen_at, running) VALUES ('x', '1', 'then', 'then', '{}')"
        )
    with pytest.raises(StoreRefused, match=r"^[^\n]+ has a value that cannot be read [^\n]+$"):
        list_daemons(database)
    with pytest.raises(StoreRefused, match="'then' is not a time"), database.writing() as connection:
        connection.execute(select(daemon.c.seen_at)).all()
    database.close()


def test_a_value_that_is_too_long_for_an_index_is_refused_and_no_outage(request: pytest.FixtureRequest) -> None:
    """Who writes it is told so: it would wait in vain for PostgreSQL to recover, and so would all behind it."""
    database = open_database(new_database(request, "newest"))
    long = "".join(map(chr, range(0x4E00, 0x4E00 + 6_000)))  # no compression makes it short
    with pytest.raises(StoreRefused, match="index row"), database.writing() as connection:
        connection.execute(insert(daemon).values(owner=long, version="1", started_at=NOON, seen_at=NOON, running={}))
    assert list_daemons(database) == []
    database.close()


def test_a_server_that_is_read_only_for_a_while_is_an_outage(request: pytest.FixtureRequest) -> None:
    """As during a failover: what was to be written waits, and no source and no message is blamed."""
    url = new_database(request, "newest")
    database = open_database(f"{url}?options=-c%20default_transaction_read_only%3Don")
    claims = Claims(database, "here:1")
    with pytest.raises(StoreFailed, match="read-only transaction") as raised:
        claims.register_sources(sources("wire"), NOON)
    assert is_database_unusable(raised.value)
    database.close()


def test_an_error_of_who_reads_is_no_error_of_the_database(database: Database) -> None:
    """It ends where errors of ours do, with its traceback."""
    with pytest.raises(ValueError, match=r"^invalid literal"), database.reading() as connection:
        int(connection.execute(select(literal("x"))).scalar_one())


def test_a_second_daemon_is_refused(tmp_path: Path) -> None:
    """It is told which process holds the database; when that one is gone, however it went, the next may have it."""
    database = at(tmp_path / "news.db")
    holder = run(HOLD, f"sqlite:///{tmp_path / 'news.db'}")
    assert holder.stdout is not None
    assert holder.stdout.readline() == "taken\n"
    with (
        pytest.raises(StoreLocked, match=rf"in use by another news-monitor \(process {holder.pid}\)"),
        database.hold_exclusively(),
    ):
        pass
    holder.kill()
    holder.communicate(timeout=PATIENCE)
    with database.hold_exclusively():
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
    with pytest.raises(StoreFailed, match=r"^[^\n]*news\.db has tables [^\n]+$"):
        database.upgrade()
    database.close()


@pytest.mark.parametrize(
    ("below", "what"),
    [("file/news.db", "file is not a folder"), ("link/news.db", "link is a link that leads nowhere"), ("folder", "")],
)
def test_a_path_that_cannot_be_a_database_is_told_in_one_line(tmp_path: Path, below: str, what: str) -> None:
    """Below what is no folder, or a folder itself: one line, and no traceback."""
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "unmounted")
    database = at(tmp_path / below)
    with pytest.raises(StoreFailed, match=r"^[^\n]+$"):
        database.upgrade()
    if below != "folder":
        with pytest.raises(StoreFailed, match=rf"^[^\n]*{what}; fix it[^\n]*$"), database.hold_exclusively():
            pass
    database.close()


def test_of_a_databases_folders_only_the_last_is_made(tmp_path: Path) -> None:
    """Where more are missing, the path is mistyped, and a new database would hide the one that it meant."""
    database = at(tmp_path / "lbi" / "news" / "monitor" / "news.db")
    for enter in (database.hold_exclusively, database.migrating):
        with pytest.raises(StoreFailed, match=rf"^[^\n]*there is no folder {tmp_path / 'lbi'}; make it, or"), enter():
            pass
    database.close()
    assert list(tmp_path.iterdir()) == []
    made = at(tmp_path / "data" / "news.db")
    made.upgrade()
    made.close()
    assert (tmp_path / "data" / "news.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:tr0ub4dor@db/news",
        "sqlite://",  # in memory: lost at the end
        "sqlite:///:memory:",
        "news.db",  # no URL
        "",
    ],
)
def test_other_databases_are_refused_in_one_line(url: str) -> None:
    """What cannot be used is told at once, without its password."""
    with pytest.raises(StoreFailed, match="sqlite:///PATH") as refused:
        open_database(url)
    assert "tr0ub4dor" not in str(refused.value)


def test_reading_never_writes(database: Database) -> None:
    """The engine that answers questions cannot change the answers."""
    with pytest.raises(Exception, match=r"readonly|read-only"), database.reading() as connection:
        connection.execute(update(source).values(token=1))


def test_moments_come_back_in_utc(database: Database) -> None:
    """Whatever zone a moment was given in, it is the same moment, aware, in UTC."""
    seoul = NOON.astimezone(timezone(timedelta(hours=9)))
    with database.writing() as connection:
        connection.execute(source.insert().values(id="s", url="u", next_at=seoul))
    with database.reading() as connection:
        found: datetime = connection.execute(select(source.c.next_at)).scalar_one()
    assert found == NOON
    assert found.utcoffset() == timedelta(0)
