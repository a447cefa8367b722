"""`replay` with routes: what waits for the morning, and what a raised level reaches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.commands import read_output, rows, run

MONITOR = """\
timezone: Asia/Seoul
rules: [strikes.yaml]
channels: {desk: {url: "mailtos://${env:NOT_SET}@mail.test"}, phone: {url: "console://"}}
routes:
  default:
    - {channel: desk, hours: office hours}
    - {channel: phone, from: high}
  duty: [{channel: phone, from: high}]
"""
RULE = """\
rule: strikes
title: Strikes in ports
level: medium
raise: [{to: high, if: {words: [army]}}]
match: {words: [strike]}
alert: {once_per: story, again_if: [level rises]}
---
rule: ferries
title: Ferries
level: low
match: {words: [ferry]}
alert: {to: [duty]}
"""
CAME = [
    {"id": 1, "title": "Dockers strike in Busan", "date": "2026-01-05T03:12:00+09:00", "source": "wire"},
    {"id": 2, "title": "Dockers strike in Busan: army called", "date": "2026-01-05T05:00:00+09:00", "source": "post"},
    {"id": 3, "title": "A ferry runs aground off Jeju", "date": "2026-01-05T06:00:00+09:00", "source": "post"},
]
MORNING = "2026-01-05T00:00:00+00:00"
HELD = "the hours 'office hours' of route default"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A config whose secrets are not there, and a night of news."""
    (tmp_path / "monitor.yaml").write_text(MONITOR, encoding="utf-8")
    (tmp_path / "strikes.yaml").write_text(RULE, encoding="utf-8")
    (tmp_path / "night.jsonl").write_text("".join(json.dumps(each) + "\n" for each in CAME), encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def test_every_alert_has_its_channels_and_their_moments() -> None:
    """The first waits for the morning at the desk. The raised level makes an update, which reaches the phone at once;
    a level below the floor of the only step reaches nobody."""
    alerts = [row for row in rows("replay", "night.jsonl") if row["type"] == "alert"]
    assert [(row["kind"], row["level"], row["channels"]) for row in alerts] == [
        ("new", "medium", [{"channel": "desk", "sent_at": MORNING, "held_by": HELD}]),
        (
            "update",
            "high",
            [
                {"channel": "desk", "sent_at": MORNING, "held_by": HELD},
                {"channel": "phone", "sent_at": "2026-01-04T20:00:00+00:00", "held_by": None},
            ],
        ),
        ("new", "low", []),
    ]


def test_the_timeline_says_what_waits_and_what_goes_nowhere() -> None:
    """Under the reason of each."""
    timeline = read_output("replay", "night.jsonl")
    assert timeline.count(f"    to desk at 2026-01-05 09:00:00 KST: held by {HELD}\n") == 2
    assert "    to nobody: no step of its routes takes its level at that time\n" in timeline


def test_rules_alone_have_no_routes() -> None:
    """Then nothing is said of channels."""
    assert not any("channels" in row for row in rows("replay", "--rules", "strikes.yaml", "night.jsonl"))


@pytest.mark.parametrize(
    ("before", "after", "fault", "alerting"),
    [
        ("  duty: [{channel: phone,", "  duty: [{channel: fone,", "there is no channel 'fone'", ["strikes", "ferries"]),
        ("  default:", "  defualt:", "there is no route 'default'", ["strikes", "ferries"]),
        ("hours: office hours", "hours: offcie hours", "offcie hours", ["strikes", "ferries"]),
        ("  duty:", "  night:", "there is no route 'duty'", ["strikes"]),
    ],
)
@pytest.mark.parametrize("option", ["-c", "--against-config"])
def test_faults_of_routes_are_named(option: str, before: str, after: str, fault: str, alerting: list[str]) -> None:
    """As `check` does, with exit code 1. A rule whose route does not exist is left out, as by the daemon."""
    Path("faulty.yaml").write_text(MONITOR.replace(before, after), encoding="utf-8")
    ended = run("replay", option, "faulty.yaml", "--json", "night.jsonl")
    checked = [json.loads(line) for line in run("check", "-c", "faulty.yaml", "--json").stdout.splitlines()]
    assert ended.exit_code == 1
    assert fault in ended.stderr
    faults = [row["what"] for row in checked if row["kind"] == "fault" and "NOT_SET" not in row["what"]]
    assert [what for what in faults if what not in ended.stderr] == []
    if option == "-c":
        alerts = [row for row in map(json.loads, ended.stdout.splitlines()) if row["type"] == "alert"]
        assert list(dict.fromkeys(row["rule"] for row in alerts)) == alerting
        assert all(("channels" in row) is (alerting == ["strikes"]) for row in alerts)


def test_a_config_of_rules_alone_hides_nothing() -> None:
    """It names no channels, so there is no fault to tell."""
    Path("rules.yaml").write_text("rules: [strikes.yaml]\n", encoding="utf-8")
    ended = run("replay", "-c", "rules.yaml", "night.jsonl")
    assert (ended.exit_code, ended.stderr) == (0, "")
