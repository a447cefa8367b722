"""What an attack on commit 3f10d00 found, tried through the command line alone: so it runs on that version, and fails.

README.md beside this file says how, and which test holds each finding.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """\
database: sqlite:///monitor.db
sources: [sources.yaml]
channels: {screen: {url: 'console://'}}
routes: {default: [screen]}
"""
MAX_RECORD = 262_144  # characters of a text after folding


def news_monitor(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """A process of its own: the quicker way of other tests needs modules of today."""
    path = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH"))))
    return subprocess.run(
        [sys.executable, "-m", "monitor", *args],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def write_feed(folder: Path, items: str, declaration: str = "") -> str:
    path = folder / "feed.xml"
    path.write_text(f"{declaration}<rss version='2.0'><channel><title>t</title>{items}</channel></rss>", "utf-8")
    return str(path)


def parse(folder: Path, feed: str) -> list[dict[str, str | None]]:
    ended = news_monitor(folder, "parse", "--json", feed)
    assert ended.returncode == 0, ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def read_modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.glob("monitor.db*")}


def test_a_text_that_grows_when_it_is_folded_is_cut(tmp_path: Path) -> None:
    """S1: U+FDFA becomes 18 letters."""
    text = "\ufdfa" * 100_000
    feed = write_feed(tmp_path, f"<item><title>x</title><description>{text}</description></item>")
    (entry,) = parse(tmp_path, feed)
    assert len(entry["summary"] or "") <= MAX_RECORD / 18


@pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for others")
def test_a_link_of_the_services_user_leads_root_nowhere(tmp_path: Path) -> None:
    """S4: root made a database where that user's link led."""
    folder, precious = tmp_path / "theirs", tmp_path / "root's"
    folder.mkdir()
    precious.mkdir()
    (folder / "monitor.yaml").write_text(CONFIG.replace("monitor.db", "data/monitor.db"))
    (folder / "sources.yaml").write_text("sources: []")
    (folder / "data").symlink_to(precious)
    for path in (folder, *folder.iterdir()):
        os.chown(path, 65534, 65534, follow_symlinks=False)
    news_monitor(folder, "db", "upgrade")
    assert list(precious.iterdir()) == []


def test_a_codec_that_is_no_character_set_is_ignored(tmp_path: Path) -> None:
    """S9: it was looked up, and failed with a traceback."""
    declaration = "<?xml version='1.0' encoding='zlib_codec'?>"
    assert len(parse(tmp_path, write_feed(tmp_path, "<item><title>x</title></item>", declaration))) == 1


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ("smb://evil.test/a", None),
        ("ms-msdt:/id", None),
        ("intent://evil.test/", None),
        ("http://bank@evil.test/a", "http://evil.test/a"),
    ],
)
def test_only_links_of_the_web_without_a_name_before_the_host_stay(
    tmp_path: Path, link: str, shown: str | None
) -> None:
    """S10."""
    (entry,) = parse(tmp_path, write_feed(tmp_path, f"<item><title>x</title><link>{link}</link></item>"))
    assert entry["link"] == shown


def test_the_database_is_for_its_owner_whatever_the_umask_is(tmp_path: Path) -> None:
    """S11."""
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    (tmp_path / "sources.yaml").write_text("sources: []")
    before = os.umask(0)
    try:
        ended = news_monitor(tmp_path, "db", "upgrade")
    finally:
        os.umask(before)
    assert ended.returncode == 0, ended.stderr
    assert read_modes(tmp_path) == {0o600}


def test_a_title_has_no_sign_that_is_not_seen(tmp_path: Path) -> None:
    """S12."""
    title = "a\u200bb\u200fc\u061cd\U000e0041e"
    (entry,) = parse(tmp_path, write_feed(tmp_path, f"<item><title>{title}</title></item>"))
    assert entry["title"] == "abcde"


@pytest.mark.parametrize("value", ["@s3cret", "&s3cret x", "*s3cret", "%s3cret", "`s3cret"])
def test_a_fault_of_yaml_quotes_no_value(tmp_path: Path, value: str) -> None:
    """S12: it may be a password."""
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    (tmp_path / "sources.yaml").write_text(f"sources: [{{id: a, url: {value}}}]\n")
    ended = news_monitor(tmp_path, "check")
    assert ended.returncode == 1
    assert "sources.yaml:1" in ended.stdout + ended.stderr
    assert "s3cret" not in ended.stdout + ended.stderr


def test_a_list_shows_no_token_of_an_address(tmp_path: Path) -> None:
    """S12."""
    (tmp_path / "monitor.yaml").write_text(CONFIG)
    (tmp_path / "sources.yaml").write_text("sources: [{id: a, url: 'https://x.test/f?token=s3cret'}]\n")
    ended = news_monitor(tmp_path, "sources", "list", "--json")
    assert ended.returncode == 0, ended.stderr
    assert '"a"' in ended.stdout
    assert "s3cret" not in ended.stdout
