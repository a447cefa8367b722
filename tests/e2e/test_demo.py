"""`news-monitor demo`: the whole pipeline on a machine without a network."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.whole import Ended, news_monitor

PREFIX = "demo-under-test"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Path, list[str]]:
    """How the demo ended, its TMPDIR, and the processes that still carry that TMPDIR afterwards."""
    folder = tmp_path_factory.mktemp(PREFIX)
    ended = asyncio.run(news_monitor("demo", folder=folder, env={"TMPDIR": str(folder), "HOME": str(folder)}))
    return ended, folder, left_running(folder)


def left_running(folder: Path) -> list[str]:
    """The command lines of processes whose environment names the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if f"TMPDIR={folder}\0".encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text())
        except OSError:  # it has ended, or is none of ours
            continue
    return found


def test_it_ends_well_and_tells_of_the_three_rules(demo: tuple[Ended, Path, list[str]]) -> None:
    """Each alert is shown with rule, level, sentence, source and reason, as its receivers got it."""
    ended, _, _ = demo
    assert ended.code == 0, ended.err
    for rule in ("north-korea-missile-launch", "taiwan-drills", "korea-china-diplomacy"):
        mails = [mail for mail in ended.out.split("── by e-mail ") if f"Rule {rule}, story S" in mail]
        assert mails, rule
        for mail in mails:
            level, _, title = mail.split("Subject: ", 1)[1].splitlines()[0].partition(": ")
            assert level in {"MEDIUM", "HIGH", "CRITICAL"}
            assert "**" in mail  # the words that fired, marked in their sentence
            assert re.search(r"\(demo\), \w{3} \d{1,2} \w{3} \d{4}, \d\d:\d\d KST", mail)
            assert "Why: “" in mail
            assert f"── by webhook: {level}: {title}" in ended.out


def test_a_story_that_five_feeds_reprint_is_one_message(demo: tuple[Ended, Path, list[str]]) -> None:
    """No subject comes twice by mail, although the newsroom prints one of its stories five times."""
    ended, _, _ = demo
    subjects = Counter(line for line in ended.out.splitlines() if line.startswith("Subject: "))
    assert subjects
    assert set(subjects.values()) == {1}
    assert "5 held: north-korea-missile-launch has told this story already\n" in ended.out


def test_it_leaves_nothing_behind(demo: tuple[Ended, Path, list[str]]) -> None:
    """No file, no folder, no process."""
    _, folder, running = demo
    assert [str(path) for path in folder.rglob("*")] == []
    assert running == []
