"""Somebody deletes, moves or replaces the database's file while the daemon runs."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.patience import PATIENCE
from tests.support.whole import LAUNCH, Daemon, Site, document, news_monitor, now, rss, serving, until, write_config

SAID = '"event": "database.replaced"'


def delete(folder: Path) -> None:
    (folder / "monitor.db").unlink()


def move(folder: Path) -> None:
    (folder / "monitor.db").rename(folder / "moved.db")


def restore(folder: Path) -> None:
    (folder / "backup.db").replace(folder / "monitor.db")


def restore_into_it(folder: Path) -> None:
    """As `.restore` of SQLite's shell does."""
    backup, live = (closing(sqlite3.connect(folder / name)) for name in ("backup.db", "monitor.db"))
    with backup as kept, live as overwritten:
        kept.backup(overwritten)


def delete_the_log(folder: Path) -> None:
    (folder / "monitor.db-wal").unlink()


def daemons_in(file: Path) -> int:
    """How many daemons this file alone knows, without what stands in a log beside it."""
    with closing(sqlite3.connect(f"file:{file}?immutable=1", uri=True)) as alone:
        assert alone.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (number,) = alone.execute("SELECT count(*) FROM daemon").fetchone()
    return int(number)


def beaten(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "monitor.db")) as other:
        return bool(other.execute("SELECT count(*) FROM daemon").fetchone()[0])


WAYS = [
    (move, "monitor.db was deleted or moved"),
    (restore, "monitor.db was replaced by another file"),
    (restore_into_it, "monitor.db was overwritten with another database"),
    # or replaced: `status` makes another one
    (delete_the_log, "monitor.db-wal was "),
]


async def test_it_is_seen_told_and_ends_the_daemon(tmp_path: Path) -> None:
    """With 1, so that systemd starts it again: on what is there then. No command ends in a traceback meanwhile. The
    daemons run side by side, for each waits until it next looks. tests/unit/store/test_database.py has more ways."""
    prepared = tmp_path / "prepared"
    prepared.mkdir()
    write_config(prepared, {}, more="")
    assert (await news_monitor("db", "upgrade", folder=prepared)).code == 0
    assert (await news_monitor("db", "backup", "backup.db", folder=prepared)).code == 0
    async with asyncio.TaskGroup() as side_by_side:
        for replaced, said in WAYS:
            folder = tmp_path / replaced.__name__
            shutil.copytree(prepared, folder)
            side_by_side.create_task(ends_and_starts_again(folder, replaced, said))


async def ends_and_starts_again(tmp_path: Path, replaced: Callable[[Path], None], said: str) -> None:
    """One daemon, whose database is replaced like this, and its successor."""
    async with Daemon(tmp_path, in_interpreter=True) as daemon:  # its end closes open connections, as in real use
        await until(lambda: '"event": "daemon.started"' in daemon.log.read_text() and beaten(tmp_path))
        replaced(tmp_path)
        assert await asyncio.wait_for(daemon.process.wait(), PATIENCE) == 1
        # A command that opens the new file beside the daemon's log, before the daemon has ended, could spoil it.
        await news_monitor("status", folder=tmp_path)  # which may find anything, and shows no traceback
    log = daemon.log.read_text()
    assert (log.count(SAID), said in log, "Traceback" in log) == (1, True, False), (replaced.__name__, log)
    if replaced is move:
        assert daemons_in(tmp_path / "moved.db") == 1  # what was committed is there, also what stood in the log only
    if replaced is delete_the_log:
        assert daemons_in(tmp_path / "monitor.db") == 1
    async with Daemon(tmp_path) as daemon:
        await until(lambda: daemon.log.read_text().count('"daemon.started"') == 2)
        assert await daemon.end(signal.SIGTERM) == 0
    assert (await news_monitor("db", "check", folder=tmp_path)).code == 0


@dataclass
class Deleting(Site):
    """A site that deletes the database when this path is asked for."""

    path: str = ""
    folder: Path = Path()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == self.path:
            delete(self.folder)
        return await super().answer(request)


@pytest.mark.parametrize("path", ["/feed", "/desk"])
async def test_run_once_ends_with_1_too(tmp_path: Path, path: str) -> None:
    """Whatever it does when the file is deleted: a poll, or a message that the server accepts."""
    async with serving(
        site := Deleting({"/feed": document(rss((LAUNCH, "/launch", now())))}, path=path, folder=tmp_path)
    ):
        write_config(tmp_path, {"wire": site.url("/feed")}, channels={"desk": site.url("/desk", "json")})
        ended = await news_monitor("run", "--once", folder=tmp_path)
    assert ended.code == 1
    assert re.search(r"/monitor.db was (deleted or moved|replaced by another file) while it was in use", ended.told[-1])


async def test_a_daemon_and_commands_refuse_a_database_of_an_older_version(tmp_path: Path) -> None:
    """In one line, with exit code 1. Nothing in the database changes, and no backup of it takes its place."""
    write_config(tmp_path, {}, channels={})
    path, backup = tmp_path / "monitor.db", tmp_path / "backup.db"
    assert (await news_monitor("db", "upgrade", folder=tmp_path)).code == 0
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0009'")
    before = path.read_bytes()
    backup.write_bytes(before)
    for command in (["run", "--once"], ["status"], ["db", "upgrade"], ["db", "restore", str(backup)]):
        ended = await news_monitor(*command, folder=tmp_path)
        assert (ended.code, path.read_bytes() == before) == (1, True), (command, ended.err)
        assert re.search(r"\.db was written by an older news-monitor \(schema 0009\), .*: move it away", ended.err)
        assert "Traceback" not in ended.err
