"""`news-monitor demo`: the whole pipeline on a machine without a network."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from tests.support.whole import Ended, news_monitor

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
        mails = mails_of(rule, ended)
        assert mails, rule
        for mail in mails:
            level, _, title = subject(mail).partition(": ")
            assert level.removeprefix("UPDATE, ") in {"MEDIUM", "HIGH", "CRITICAL"}
            assert "**" not in mail  # no marks that only some programs show as bold
            assert re.search(r"\(demo\), \w{3} \d{1,2} \w{3} \d{4}, \d\d:\d\d KST", mail)
            assert "Why: “" in mail
            assert f"── by webhook: {level}: {title}" in ended.out


def test_what_it_says_of_times_and_of_unsent_matches_is_true(demo: tuple[Ended, Path, list[str]]) -> None:
    """No mail comes before the newsroom publishes; each time has a zone; and a reason with two outcomes says what makes
    the difference."""
    ended, _, _ = demo
    before, _, after = ended.out.partition("Two outlets publish the first reports.")
    assert "they are stored, and no message is sent." in before
    assert "── by e-mail" not in before
    assert "The desk that gets its alerts is in the time zone Asia/Seoul." in before
    assert re.search(r"\d deferred: only mentioned; the daily digest lists it\n", after)
    assert re.search(r"\d suppressed: only mentioned, and too old, already sent or of a rule in shadow\n", after)
    assert not re.search(r"http://\S*/20\d\d/", ended.out)


def test_the_first_alert_is_one_that_most_readers_can_read(demo: tuple[Ended, Path, list[str]]) -> None:
    """It is in English: two outlets of that language have the news before the others."""
    ended, _, _ = demo
    first = ended.out.split("── by e-mail ")[1]
    assert (
        subject(first) == "CRITICAL: North Korea fires two ballistic missiles into Sea of Japan, South's military says"
    )


def test_the_correction_is_not_dated_before_the_first_alert(demo: tuple[Ended, Path, list[str]]) -> None:
    """Its mail names both times, which are in the same zone."""
    ended, _, _ = demo
    update = mails_of("north-korea-missile-launch", ended)[-1]
    dated = re.search(r"(\w{3} \d{1,2} \w{3} \d{4}), (\d\d:\d\d) KST", update)
    first = re.search(r"first sent at (?:(.+), )?(\d\d:\d\d)", update)
    assert dated is not None
    assert first is not None
    assert first[1] is not None or dated[2] >= first[2]  # with a day, the first alert was before midnight


def test_each_message_of_the_webhook_names_its_rule(demo: tuple[Ended, Path, list[str]]) -> None:
    """Two rules match the same article, so the webhook gets its headline twice."""
    ended, _, _ = demo
    lines = [line for line in ended.out.splitlines() if line.startswith("── by webhook: ")]
    assert len(lines) == len(set(lines))
    assert any(line.endswith("(rule summits)") for line in lines)
    assert "a headline comes there once for each rule" in ended.out


def mails_of(rule: str, ended: Ended) -> list[str]:
    """The mails that a rule sent, in their order."""
    return [mail for mail in ended.out.split("── by e-mail ") if f"Rule {rule}, event E" in mail]


def subject(mail: str) -> str:
    return mail.split("Subject: ", 1)[1].splitlines()[0]


def test_a_happening_that_all_outlets_tell_is_one_alert(demo: tuple[Ended, Path, list[str]]) -> None:
    """In five languages, by agency and in their own words; the account at the end says what was joined."""
    ended, _, _ = demo
    for rule in ("taiwan-drills", "korea-china-diplomacy"):
        assert len(mails_of(rule, ended)) == 1
    first, *updates = mails_of("north-korea-missile-launch", ended)
    assert not subject(first).startswith("UPDATE")
    assert [subject(mail).partition(", ")[0] for mail in updates] == ["UPDATE"]
    launch = "  north-korea-missile-launch: 1 alert and 1 update for 14 articles in 5 languages"
    assert f"{launch}, of 7 independent publishers\n" in ended.out


def test_a_correction_is_told_at_once_and_says_who_else_reports_it(demo: tuple[Ended, Path, list[str]]) -> None:
    """Nine other outlets, most of which print one agency's text, are six publishers more."""
    ended, _, _ = demo
    *_, update = mails_of("north-korea-missile-launch", ended)
    assert "Subject: UPDATE, CRITICAL: CORRECTED: North Korea fires three ballistic missiles into Sea" in update
    assert re.search(r"Also reported by .*, .*, .* and 6 more; 7 independent publishers in all", update)
    assert re.search(r"Why: .*; update: new fact: 3 missiles.*; .*corrected.*; first sent at \d\d:\d\d\.", update)


def test_it_leaves_nothing_behind(demo: tuple[Ended, Path, list[str]]) -> None:
    """No file, no folder, no process."""
    _, folder, running = demo
    assert [str(path) for path in folder.rglob("*")] == []
    assert running == []
