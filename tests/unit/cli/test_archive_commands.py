"""`db` and `articles`: what an operator does to the archive by hand, on either kind of database."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from monitor import clock
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.opening import open_database
from monitor.store.engine.tables import delivery
from monitor.store.queues.claims import Claims
from tests.support.building import article, claimed, commit, sources
from tests.support.commands import run_in
from tests.support.whole import Ended, write_config

URL = "https://x.test/1"
MANY = timedelta(days=1000)


@pytest.fixture
def folder(tmp_path: Path, new_url: str) -> Path:
    """The folder of a monitor.yaml, with an old article that was alerted and delivered, and a young one."""
    write_config(tmp_path, {"wire": "http://127.0.0.1:9/feed"})
    config = tmp_path / "monitor.yaml"
    config.write_text(config.read_text().replace("sqlite:///monitor.db", new_url), encoding="utf-8")
    database, now = open_database(new_url), clock.now()
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), now - MANY)
    for uid, url, at in (("old", URL, now - MANY), ("young", None, now)):
        commit(section, claimed(claims, at=at), article(uid, f"A missile, {uid}", seen=at, url=url), at=at)
    with database.writing() as connection:
        connection.execute(update(delivery).values(state="accepted"))
    database.close()
    return tmp_path


def run(folder: Path, command: str, stdin: bytes = b"") -> Ended:
    return run_in(folder, *command.split(), stdin=stdin)


def test_prune_tells_what_would_go_and_what_went(folder: Path) -> None:
    """A dry run first, which changes nothing."""
    for command, said in (
        (
            "db prune --dry-run",
            "would be deleted: 1 articles, 1 alerts, 1 polls, 0 known entries\n",
        ),
        ("db prune", "deleted: 1 articles, 1 alerts, 1 polls, 0 known entries\n"),
        ("db prune", "deleted: 0 articles, 0 alerts, 0 polls, 0 known entries\n"),
    ):
        ended = run(folder, command)
        assert (ended.code, ended.out, ended.err) == (0, said, "")


def test_prune_obeys_monitor_yaml(folder: Path) -> None:
    """What is kept for good does not go."""
    with (folder / "monitor.yaml").open("a", encoding="utf-8") as config:
        config.write("retention: {articles: for good, alerts: for good, fetches: for good}\n")
    assert (run(folder, "db prune")).out == "deleted: 0 articles, 0 alerts, 0 polls, 0 known entries\n"


def test_forget_asks_before_it_does(folder: Path) -> None:
    """It says what is meant, and without a yes nothing happens."""
    asked = run(folder, f"articles forget {URL}", b"n\n")
    assert (asked.code, asked.err, "1 article with 1 alert" in asked.out) == (0, "", True)
    assert asked.out.endswith("nothing was forgotten\n")
    nobody = run(folder, f"articles forget {URL}")
    assert (nobody.code, nobody.told) == (2, ["nothing was forgotten: the question was not answered; --yes skips it"])
    done = run(folder, f"articles forget {URL}", b"y\n")
    assert (done.code, "forgotten: 1 article;" in done.out) == (0, True)
    again = run(folder, f"articles forget {URL} --yes")
    assert (again.code, again.err.startswith(f"there is no source or article '{URL}'")) == (1, True)


def test_forgetting_a_source_says_that_it_is_still_polled(folder: Path) -> None:
    """With what to type."""
    ended = run(folder, "articles forget wire --yes")
    assert ended.code == 0
    assert ended.out.splitlines()[-1].endswith("`news-monitor sources remove wire`")
    assert "2 articles with 2 alerts" in ended.out


def test_a_sound_database_is_sound(folder: Path) -> None:
    """On PostgreSQL every row is read."""
    ended = run(folder, "db check")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith(" is sound\n")


@pytest.fixture
def empty(tmp_path: Path, empty_url: str) -> Path:
    """The folder of a monitor.yaml whose database holds nothing yet."""
    write_config(tmp_path, {})
    config = tmp_path / "monitor.yaml"
    config.write_text(config.read_text().replace("sqlite:///monitor.db", empty_url), encoding="utf-8")
    return tmp_path


def test_an_upgrade_says_what_it_made(empty: Path) -> None:
    """A new database, which may be at a path that was mistyped, or nothing new."""
    made = (run(empty, "db upgrade")).out
    assert made.startswith("made a new database: ")
    name = made.removeprefix("made a new database: ").strip()
    assert (run(empty, "db upgrade")).out == f"{name} is up to date\n"


def test_a_database_with_nothing_in_it_is_not_called_sound(empty: Path, empty_url: str) -> None:
    """It may be the wrong one: an empty PostgreSQL, or a file of no bytes."""
    if empty_url.startswith("sqlite:"):
        (empty / "news.db").touch()
    ended = run(empty, "db check")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.endswith(" has no tables yet: `news-monitor run` creates them\n")


@pytest.mark.parametrize("new_url", ["sqlite"], indirect=True)  # PostgreSQL's files are its server's
def test_what_is_damaged_is_told(folder: Path) -> None:
    """A row that names what is not there, and a file with holes in it: exit code 1, and what to do."""
    path = folder / "news.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("DELETE FROM source")
    ended = run(folder, "db check")
    assert ended.code == 1
    assert "table article, row 1: the source that it refers to does not exist" in ended.err
    path.write_bytes(path.read_bytes()[:8192] + os.urandom(4096) * 20)
    ended = run(folder, "db check")
    assert (ended.code, "news.db: " in ended.err) == (1, True)


def test_a_backup_is_whole_and_overwrites_nothing(folder: Path) -> None:
    """On PostgreSQL its own tool is named, and no password."""
    if not (folder / "news.db").exists():
        config = folder / "monitor.yaml"
        config.write_text(config.read_text().replace("postgres@", "postgres:tr0ub4dor@"), encoding="utf-8")
        told = run(folder, "db backup news.dump")
        assert told.code == 1
        assert "pg_dump --format=custom --file=news.dump postgresql://postgres@" in told.err
        assert "tr0ub4dor" not in told.err
        return
    (folder / "news.db").chmod(0o600)
    assert (run(folder, "db backup kept.db")).code == 0
    copy = folder / "kept.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM article").fetchone() == (2,)
    before = copy.read_bytes()
    again = run(folder, "db backup kept.db")
    assert (again.code, "exists already" in again.err) == (1, True)
    nowhere = run(folder, "db backup nosuch/kept.db")
    assert (nowhere.code, nowhere.err.count("\n")) == (2, 1)
    assert nowhere.err.endswith("nosuch/kept.db: there is no folder nosuch; make it first\n")
    assert copy.read_bytes() == before
    assert not (folder / "kept.db.half").exists()


def test_a_backup_is_restored_and_what_was_there_is_kept(folder: Path) -> None:
    """A damaged backup is refused. On PostgreSQL its own tool is named, and no password."""
    if not (folder / "news.db").exists():
        config = folder / "monitor.yaml"
        config.write_text(config.read_text().replace("postgres@", "postgres:tr0ub4dor@"), encoding="utf-8")
        told = run(folder, "db restore monitor.yaml")
        assert (told.code, "tr0ub4dor" in told.err) == (1, False)
        assert "pg_restore --clean --if-exists --dbname=postgresql://postgres@" in told.err
        return
    assert (run(folder, "db backup kept.db")).code == 0
    with closing(sqlite3.connect(folder / "news.db")) as connection, connection:
        connection.execute("DELETE FROM trouble")
        connection.execute("UPDATE article SET title = 'Edited since'")
    broken = folder / "broken.db"
    broken.write_bytes((folder / "kept.db").read_bytes()[:8192] + os.urandom(4096) * 20)
    for refused in ("broken.db", "news.db", "monitor.yaml"):
        ended = run(folder, f"db restore {refused}")
        assert (ended.code, ended.out) == (1, "")
    assert _titles(folder / "news.db") == {"Edited since"}
    ended = run(folder, "db restore kept.db")
    assert (ended.code, ended.err) == (0, "")
    assert "Edited since" not in _titles(folder / "news.db")
    (kept,) = _find_files(folder, "news.db.before-restore-*")
    assert _titles(kept) == {"Edited since"}
    assert str(kept) in ended.out
    assert "messages that were sent after the backup may be sent again" in ended.out
    assert not _find_files(folder, "*.half")
    assert (run(folder, "db check")).code == 0


def test_no_backup_is_restored_under_a_daemon(folder: Path) -> None:
    """It would go on writing into the file that was there."""
    if not (folder / "news.db").exists():
        return
    assert (run(folder, "db backup kept.db")).code == 0
    daemon = open_database(f"sqlite:///{folder / 'news.db'}")
    with daemon.hold_exclusively():
        ended = run(folder, "db restore kept.db")
    daemon.close()
    assert (ended.code, "stop it" in ended.err) == (1, True)
    assert not _find_files(folder, "news.db.before-restore-*")


def _find_files(folder: Path, pattern: str) -> list[Path]:
    return list(folder.glob(pattern))


def _titles(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as connection:
        return {title for (title,) in connection.execute("SELECT title FROM article")}
