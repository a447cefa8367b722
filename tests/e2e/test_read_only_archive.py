"""An archive that may not be written can be searched and listed, and no command leaves anything beside it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor import clock
from tests.support import busy_desk
from tests.support.whole import news_monitor

OWNER = 65534
# Root may write everything; but for a file of another user, commands of root act as that user.
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 and not os.environ.get("CI"), reason="only root can make files of other users"
)
READING = [
    ("search", "flood"),
    ("articles", "show", "1"),
    ("matches", "list"),
    ("rules", "list"),
    ("status",),
    ("report", "--html", "-"),
    ("db", "check"),
]
CLOSED_FILE, CLOSED_FOLDER = {"file": 0o400, "folder": 0o700}, {"file": 0o600, "folder": 0o500}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    """The folder of an archive of another user."""
    made = tmp_path / "desk"
    made.mkdir()
    busy_desk.fill(made, clock.now()).close()
    give_to_owner(made)
    yield made
    made.chmod(0o700)


def give_to_owner(folder: Path) -> None:
    for path in (folder, *folder.glob("monitor.db*")):
        os.chown(path, OWNER, OWNER)


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def close(desk: Path, *, file: int, folder: int) -> set[str]:
    """Change the modes. Returns the names in the folder."""
    for path in desk.glob("monitor.db*"):
        path.chmod(file)
    desk.chmod(folder)
    return names_in(desk)


@pytest.mark.parametrize("modes", [CLOSED_FILE, CLOSED_FOLDER])
async def test_reading_commands_work_and_leave_no_files(desk: Path, modes: dict[str, int]) -> None:
    before = close(desk, **modes)
    for command in READING:
        ended = await news_monitor(*command, folder=desk)
        assert (command, ended.code, "read" in ended.err and "only" in ended.err) == (command, 0, False)
    assert "Rivers burst" in (await news_monitor("search", "flood", folder=desk)).out
    assert names_in(desk) == before


@pytest.mark.parametrize("modes", [CLOSED_FILE, CLOSED_FOLDER])
@pytest.mark.parametrize("command", [("mark", "1", "good"), ("db", "prune")])
async def test_commands_that_write_say_that_it_is_read_only(
    desk: Path, modes: dict[str, int], command: tuple[str, ...]
) -> None:
    before = close(desk, **modes)
    ended = await news_monitor(*command, folder=desk)
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "is read-only, so nothing can be stored; commands that only read work" in ended.err
    assert names_in(desk) == before


async def test_a_copy_can_be_made_of_it(desk: Path, tmp_path: Path) -> None:
    before = close(desk, **CLOSED_FILE)
    given = tmp_path / "given"
    given.mkdir()
    os.chown(given, OWNER, OWNER)
    assert (await news_monitor("db", "backup", str(given / "kept.db"), folder=desk)).code == 0
    assert names_in(desk) == before


async def test_the_latest_commits_are_read_from_the_log(desk: Path, tmp_path: Path) -> None:
    """With the index of the log it can be read; without one it cannot be, and is not left out silently."""
    with closing(sqlite3.connect(desk / "monitor.db", isolation_level=None)) as other:
        other.execute("UPDATE article SET title = 'The dam holds'")
        copied = tmp_path / "copied"
        shutil.copytree(desk, copied)
    give_to_owner(copied)
    assert {path.name for path in copied.glob("monitor.db-*")} == {"monitor.db-wal", "monitor.db-shm"}
    close(copied, **CLOSED_FOLDER)
    ended = await news_monitor("articles", "list", folder=copied)
    assert (ended.code, "The dam holds" in ended.out) == (0, True)
    copied.chmod(0o700)
    (copied / "monitor.db-shm").unlink()
    close(copied, **CLOSED_FOLDER)
    ended = await news_monitor("articles", "list", folder=copied)
    assert (ended.code, ended.out) == (1, "")
    assert "monitor.db-wal has the latest commits" in ended.err
    assert "copy both monitor.db and monitor.db-wal into a folder that you may write" in ended.err
    copied.chmod(0o700)
