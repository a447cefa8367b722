"""`timeline`: the alerts of some days, on any terminal and on none."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len
from sqlalchemy import delete

from monitor import clock
from monitor.cli import cli
from monitor.cli.output.timeline_report import RULE_HEADS
from monitor.store.engine.tables import metadata
from tests.busy_desk import CAME, fill
from tests.terminal import on_terminal

pytestmark = pytest.mark.usefixtures("busy_folder")


def run(*arguments: str) -> str:
    ended = CliRunner().invoke(cli, ["timeline", *arguments])
    assert ended.exit_code == 0, (ended.output, ended.exception)
    return ended.stdout


def test_every_alert_is_there_with_its_title() -> None:
    """The newest first, under its day, with its time of the desk, level and rule; nothing is cut where nobody looks."""
    lines = run().splitlines()
    assert lines[0].startswith("7 alerts in 7 days, ")
    assert lines[1] == "publication to the first channel: half within 10 min, 90% within 31 min"
    assert lines[2] == "first seen  to the first channel: half within 5 s, 90% within 40 s"
    assert lines[4].split() == " ".join(RULE_HEADS).split()
    day = clock.now() + timedelta(hours=9)  # in Seoul it is 21 o'clock of the same day
    found = [line for line in lines if line.startswith(f"{day:%a} {day.day} ")]
    assert [line.endswith("2 alerts") for line in found] == [True]
    titles = [line[len("  20:00  high      strikes  ") :] for line in lines if line[4:5] == ":"]
    kept = [title.replace("\u3000", " ") for _, _, title, *_ in CAME if not title.startswith("북한")]  # the same event
    assert titles == kept
    assert "  20:00  high      launch   North Korea fires two missiles from Sunan" in lines


@pytest.mark.parametrize("columns", [60, 80, 100, 160])
def test_nothing_is_lost_or_too_wide_on_a_terminal(columns: int, busy_folder: Path) -> None:
    """Titles in Chinese and Japanese, whose signs take two cells, are broken and not cut."""
    lines = on_terminal(columns, "-m", "monitor", "timeline", "--days", "30", folder=busy_folder)
    assert max(map(cell_len, lines)) <= columns
    shown = "".join("".join(line.split()) for line in lines)
    for title in (
        "台风过后广东多地洪水泛滥，数万人连夜转移，铁路停运",
        "北朝鮮がミサイル発射日本のＥＥＺ外に落下か防衛省",
    ):
        assert title in shown
    assert any(line.startswith("  ") and " high " in line and "launch" in line for line in lines)


def test_one_rule_and_few_titles() -> None:
    """What is left out is counted."""
    out = run("--rule", "floods", "--most", "1")
    assert out.splitlines()[0].startswith("3 alerts in 7 days")
    assert "launch" not in out
    assert "台风" in out
    assert "and 2 older alerts: --limit shows more" in out


def test_many_days_share_bars() -> None:
    """A year has no more bars than a month."""
    row = next(line for line in run("--days", "365").splitlines() if line.startswith("launch "))
    assert len(row.split()[2]) <= 30


def test_json_has_all_figures() -> None:
    """Of the whole, of each rule and of each day; delays in seconds."""
    rows = [json.loads(line) for line in run("--json").splitlines()]
    whole, *rest = rows
    assert (whole["type"], whole["alerts"], whole["kinds"], whole["timezone"]) == ("all", 7, {"new": 7}, "Asia/Seoul")
    assert whole["from_publication"] == {"alerts": 7, "median": 545.0, "p90": 1803.0}
    assert [row["rule"] for row in rest if row["type"] == "rule"] == ["launch", "floods", "strikes"]
    days = [row for row in rest if row["type"] == "day"]
    assert [row["day"] for row in days] == whole["days"]
    assert sum(row["alerts"] for row in days) == sum(sum(row["by_hour"]) for row in days) == 7


@pytest.mark.usefixtures("emptied_folder")
def test_an_empty_archive_says_what_to_do() -> None:
    """Nothing matched yet."""
    out = run()
    assert out.splitlines()[0].startswith("no alerts in 7 days")
    assert "`news-monitor status`" in out
    assert "rule " not in out.splitlines()[-1]


def test_matches_without_alerts_are_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules do match: the question is why nothing was sent."""
    quiet = tmp_path / "quiet"
    database = fill(quiet, clock.now())
    with database.writing() as connection:
        for name in ("attempt", "delivery", "waiting", "account"):
            connection.execute(delete(metadata.tables[name]))
        connection.execute(metadata.tables["match"].update().values(alert_id=None, outcome="suppressed"))
        connection.execute(delete(metadata.tables["alert"]))
    database.close()
    monkeypatch.chdir(quiet)
    assert "nothing was sent: `news-monitor matches list`" in run()
