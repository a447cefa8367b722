"""Commands of root and of other users leave nothing behind that locks the daemon's user out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.whole import ROOT, Daemon, news_monitor, until, write_config

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
    async with Daemon(folder) as daemon:
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
    assert "Permission denied" in ended.err


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
