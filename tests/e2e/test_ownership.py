"""Commands of root and of other users leave nothing behind that locks the daemon's user out."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.whole import ROOT, Daemon, news_monitor, until, write_config

OWNER, OTHER = 65534, 65533
# In CI we are root, and a test that cannot be run there fails.
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 and not os.environ.get("CI"), reason="only root can make files of other users"
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder of another user, with a config of root's; nobody else looks into those above it."""
    write_config(tmp_path, {})
    os.chown(tmp_path, OWNER, OWNER)
    yield tmp_path
    os.chown(tmp_path, 0, 0)


def owners(folder: Path) -> dict[str, int]:
    return {path.name: path.lstat().st_uid for path in folder.glob("monitor.db*")}


async def test_what_root_runs_makes_files_of_their_owner(folder: Path) -> None:
    """From the first file of all; and `run` says whom it has become."""
    async with Daemon(folder, in_interpreter=True) as daemon:
        await until(lambda: '"event": "daemon.started"' in daemon.log.read_text())
        names = ("monitor.db", "monitor.db-shm", "monitor.db-wal", "monitor.db.lock")
        assert owners(folder) == dict.fromkeys(names, OWNER)
        assert await daemon.end(signal.SIGTERM) == 0
    assert '"owner": "nobody", "event": "daemon.user_changed"' in daemon.log.read_text()


@pytest.mark.parametrize(
    "command",
    [("db", "upgrade"), ("run", "--once"), ("status",), ("matches", "list"), ("outbox", "list"), ("sources", "health")],
)
async def test_no_command_of_root_leaves_a_file_of_root(folder: Path, command: tuple[str, ...]) -> None:
    """On a database that is there, and that the owner's own process has left."""
    assert (await news_monitor("db", "upgrade", folder=folder)).code == 0
    assert (await news_monitor(*command, folder=folder)).code == 0
    assert set(owners(folder).values()) == {OWNER}


async def test_a_link_of_the_owner_leads_root_nowhere(folder: Path) -> None:
    """Root does not write through it to what is root's."""
    precious = folder / "precious"
    precious.write_text("root's", encoding="utf-8")
    (folder / "monitor.db.lock").symlink_to(precious)
    ended = await news_monitor("run", "--once", folder=folder)
    assert (ended.code, precious.read_text(encoding="utf-8")) == (1, "root's")
    assert "monitor.db.lock, which keeps other daemons away, is a link: delete it" in ended.err


@pytest.fixture
def precious(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of root's, into which links lead."""
    return tmp_path_factory.mktemp("precious")


def set_database(folder: Path, name: str) -> None:
    config = folder / "monitor.yaml"
    config.write_text(re.sub("sqlite:///.*", f"sqlite:///{name}", config.read_text()), encoding="utf-8")


def names_in(folder: Path, pattern: str = "*") -> set[str]:
    return {path.name for path in folder.glob(pattern)}


def link(path: Path, target: Path, owner: int = OWNER) -> None:
    path.symlink_to(target)
    os.lchown(path, owner, owner)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("data/monitor.db", ("db", "upgrade")),
        ("data/news/monitor.db", ("run", "--once")),
        ("monitor.db", ("status",)),
        ("monitor.db", ("check",)),
    ],
)
async def test_no_link_of_the_owner_leads_a_database_of_root_elsewhere(
    folder: Path, precious: Path, name: str, command: tuple[str, ...]
) -> None:
    """Neither a link to the file, nor one to a folder on the way to it."""
    set_database(folder, name)
    first = folder / name.partition("/")[0]
    link(first, precious if "/" in name else precious / "monitor.db")
    ended = await news_monitor(*command, folder=folder)
    assert names_in(precious) == set()
    if command != ("check",):  # without a database it has nothing to ask
        assert ended.code == 1
        assert f"{first} leads elsewhere and is not root's; 'chown -h root {first}' if it may" in ended.err


async def test_links_that_lead_to_their_owner_and_links_of_root_are_followed(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The files belong to the owner of the folder that they lead to."""
    disk = tmp_path_factory.mktemp("disk")
    os.chown(disk, OWNER, OWNER)
    disk.parent.chmod(0o711)  # the owner must reach it
    for name, owner in (("theirs", OWNER), ("ours", 0)):
        link(folder / name, disk, owner)
        set_database(folder, f"{name}/{name}.db")
        ended = await news_monitor("db", "upgrade", folder=folder)
        assert (ended.code, (disk / f"{name}.db").stat().st_uid) == (0, OWNER), ended.err


async def test_root_works_on_no_file_of_root_in_a_folder_of_another_user(folder: Path) -> None:
    """That user could put links beside it, at any time."""
    (folder / "monitor.db").touch()
    ended = await news_monitor("run", "--once", folder=folder)
    assert ended.code == 1
    assert f"'chown nobody {folder}/monitor.db*'" in ended.err
    assert names_in(folder, "monitor.db*") == {"monitor.db"}


async def test_root_exports_through_no_link_of_another_user(folder: Path, precious: Path) -> None:
    """A new file in somebody's folder is that user's, and nobody else may read it."""
    link(folder / "there", precious)
    link(folder / "file.opml", precious / "file.opml")
    (precious / "shadow").write_text("root's", encoding="utf-8")
    os.link(precious / "shadow", folder / "second.opml")
    for name in ("there/new.opml", "file.opml", "second.opml"):
        ended = await news_monitor("sources", "export", "-o", name, folder=folder)
        assert (ended.code, f"cannot write {name}" in ended.err) == (2, True), name
    assert names_in(precious) == {"shadow"}
    assert (precious / "shadow").read_text(encoding="utf-8") == "root's"
    assert (await news_monitor("sources", "export", "-o", "new.opml", folder=folder)).code == 0
    status = (folder / "new.opml").stat()
    assert (status.st_uid, status.st_mode & 0o777) == (OWNER, 0o600)


async def test_root_exports_into_no_file_that_others_put_into_a_shared_folder(folder: Path, precious: Path) -> None:
    """Such as /tmp: its owner would read the export, or a file elsewhere would get it."""
    shared = folder / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "theirs.opml").touch()
    (shared / "theirs.opml").chmod(0o666)
    os.mkfifo(shared / "pipe.opml")
    for name in ("theirs.opml", "pipe.opml"):
        os.chown(shared / name, OWNER, -1)
    (precious / "shadow").write_text("root's", encoding="utf-8")
    os.link(precious / "shadow", shared / "second.opml")
    for name in ("theirs.opml", "pipe.opml", "second.opml"):
        ended = await news_monitor("sources", "export", "-o", shared / name, folder=folder)
        assert (ended.code, "others may write in its folder" in ended.err) == (2, True), (name, ended.err)
    assert (shared / "theirs.opml").stat().st_size == 0
    assert (precious / "shadow").read_text(encoding="utf-8") == "root's"
    for _ in range(2):  # root's own file is written again
        assert (await news_monitor("sources", "export", "-o", shared / "new.opml", folder=folder)).code == 0


async def test_root_acts_as_nobody_who_does_not_own_the_folder_too(folder: Path) -> None:
    """The owner of the folder could put a link there to other files of that user."""
    (folder / "monitor.db").touch()
    os.chown(folder / "monitor.db", 1, -1)
    ended = await news_monitor("run", "--once", folder=folder)
    assert ended.code == 1
    assert f"in a folder of nobody ({folder})" in ended.err


async def test_init_of_root_follows_no_link_of_another_user(folder: Path, precious: Path) -> None:
    """What it writes into somebody's folder is that user's."""
    new = folder / "new"
    assert (await news_monitor("init", "--empty", new, folder=folder)).code == 0
    assert {path.lstat().st_uid for path in (new, *new.rglob("*"))} == {OWNER}
    shutil.rmtree(new / "rules")
    (new / "monitor.yaml").unlink()
    link(new / "rules", precious)
    ended = await news_monitor("init", "--empty", new, folder=folder)
    assert (ended.code, names_in(precious)) == (2, set())
    assert f"{new}/rules leads elsewhere and is not root's" in ended.err


async def test_root_keeps_nothing_in_the_cache_of_another_user(folder: Path, precious: Path) -> None:
    """Neither there, nor where a link in that user's home leads."""
    home = folder / "home"
    home.mkdir()
    os.chown(home, OWNER, OWNER)
    link(home / ".cache", precious)
    env = {"HOME": str(home), "XDG_CACHE_HOME": ""}
    assert "does not exist yet" in (await news_monitor("status", folder=folder, env=env)).err
    assert names_in(precious) == set()


def set_open_umask() -> None:
    os.umask(0)


async def test_no_other_user_can_open_what_holds_texts(tmp_path: Path) -> None:
    """Whatever the umask: the database, its log, lock and backups, and what is exported."""
    write_config(tmp_path, {})
    set_database(tmp_path, "data/monitor.db")

    def run_open(*args: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "monitor", *args]
        subprocess.run(command, cwd=tmp_path, env=environment, check=True, preexec_fn=set_open_umask)

    run_open("run", "--once")
    with closing(sqlite3.connect(tmp_path / "data" / "monitor.db")) as reader:
        reader.execute("SELECT count(*) FROM article").fetchone()  # as long as it reads, the log stays
        run_open("db", "backup", "kept.db")
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
        names = ("monitor.db", "monitor.db-shm", "monitor.db-wal", "monitor.db.lock")
        assert modes == dict.fromkeys(names, 0o600)
    run_open("matches", "export", "matches.jsonl")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    for name in ("kept.db", "matches.jsonl"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600, name


async def test_files_of_earlier_versions_are_closed_to_others(folder: Path) -> None:
    """And the log says so."""
    assert (await news_monitor("db", "upgrade", folder=folder)).code == 0
    lock = folder / "monitor.db.lock"
    lock.touch()
    for file in (folder / "monitor.db", lock):
        os.chown(file, OWNER, OWNER)
        file.chmod(0o664)
    ended = await news_monitor("run", "--once", folder=folder)
    assert ended.code == 0
    assert {file.name: file.stat().st_mode & 0o777 for file in (folder / "monitor.db", lock)} == {
        "monitor.db": 0o600,
        "monitor.db.lock": 0o600,
    }
    assert ended.err.count("database.closed_to_others") == 2


@pytest.mark.parametrize("end", [".lock", "-wal"])
async def test_a_lock_or_a_log_of_another_user_is_not_used(folder: Path, end: str) -> None:
    """Where both may write, that user could hold the lock for good, or have a log of theirs applied."""
    os.chmod(folder, 0o1777)  # noqa: PTH101
    assert (await news_monitor("db", "upgrade", folder=folder)).code == 0
    file = folder / f"monitor.db{end}"
    file.touch(0o666)
    os.chown(file, OTHER, OTHER)
    ended = await news_monitor("run", "--once", folder=folder)
    assert ended.code == 1
    assert f"{file} belongs to #65533, who is not the owner of the database: stop what uses it, and delete it" in (
        ended.err
    )


async def test_root_backs_up_into_no_folder_where_others_may_write(tmp_path: Path, folder: Path) -> None:
    """They could put a link in the way of SQLite."""
    os.chown(tmp_path, 0, 0)
    theirs = folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, OWNER, OWNER)
    assert (await news_monitor("db", "upgrade", folder=folder)).code == 0
    ended = await news_monitor("db", "backup", "theirs/kept.db", folder=folder)
    assert (ended.code, names_in(theirs)) == (1, set())
    assert "name a folder of root's" in ended.err


AS_ANOTHER = f"""\
import os, sys
sys.path.insert(0, {str(ROOT)!r})
import monitor.store.engine.ownership as ownership
os.setgroups([]); os.setgid({OTHER}); os.setuid({OTHER})
try:
    print(ownership.act_as_owner("sqlite:///data/news.db"))
except ownership.StoreFailed as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("owner", "folder_mode", "mode", "expected"),
    [
        (OTHER, 0o700, 0o600, "None"),
        (OWNER, 0o700, 0o600, "belongs to nobody, and you are #65533: use it as that user, `sudo -u nobody news-mon"),
        # whoever may read and write could leave a log behind that its owner may not
        (OWNER, 0o777, 0o666, "belongs to nobody, and you are #65533: use it as that user, `sudo -u nobody news-mon"),
        (0, 0o755, 0o600, "belongs to root, and you are #65533: use it as that user, `sudo news-monitor ...`"),
        # root opens whatever others leave behind
        (0, 0o777, 0o666, "None"),
        # there is none yet: in a folder of everybody's, as /tmp is; in another's
        (0, 0o1777, None, "None"),
        (OWNER, 0o777, None, "belongs to nobody, and you are #65533: use it as that user, `sudo -u nobody news-mon"),
    ],
)
def test_who_is_neither_root_nor_the_owner_is_told_what_to_type(
    tmp_path: Path, owner: int, folder_mode: int, mode: int | None, expected: str
) -> None:
    """Before anything is opened."""
    tmp_path.chmod(0o755)  # relative to it the other user can go on, whoever closed the folders above
    data = tmp_path / "data"
    data.mkdir()
    if mode is not None:
        (data / "news.db").touch()
        (data / "news.db").chmod(mode)
        os.chown(data / "news.db", owner, owner)
    data.chmod(folder_mode)
    os.chown(data, owner, owner)
    done = subprocess.run([sys.executable, "-c", AS_ANOTHER], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert expected in done.stdout
