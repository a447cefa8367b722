"""`replay`: what would have been sent, and when, in the words of the contract."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_in
from tests.support.whole import DESK, LAUNCH, write_config

RULES = ("--rules", DESK["rules"], "--rules", DESK["entities"])
LAUNCHED = "north-korea-missile-launch"
DRILLS = "taiwan-drills"
SUNK = "Three barges sink in the strait between Busan and Tsushima"
LATER = "The harbour rowers won by half a length on Sunday and the ferries ran on time. " * 12
ARTICLES: list[dict[str, object]] = [
    {"id": "reprint", "title": LAUNCH, "date": "2026-01-04T09:10:00+09:00", "source": "post"},
    {"id": "news", "title": LAUNCH, "date": "2026-01-04T09:00:00+09:00", "source": "wire"},
    {"id": "passing", "title": "Harbour news", "text": f"{LATER}China began live-fire drills around Taiwan on Sunday."},
    {"id": 7, "title": "Ferry timetable changes", "date": "2026-01-04"},
]
ARTICLE_KEYS = ["type", "id", "rules", "mentions", "story", "event", "decisions", "outcomes"]
ALERT_KEYS = ["at", "rule", "level", "kind", "story", "event", "articles", "reason"]


def lines(*articles: dict[str, object]) -> str:
    return "".join(json.dumps(article, ensure_ascii=False) + "\n" for article in articles)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "day.jsonl").write_text(lines(*ARTICLES), encoding="utf-8")
    return tmp_path


def of(type_: str, rows: list[Any]) -> list[Any]:
    return [row for row in rows if row["type"] == type_]


@pytest.mark.parametrize("way", ["file", "gzip", "stdin", "config"])
def test_the_same_answer_by_every_way_in(way: str, folder: Path) -> None:
    """A line for each article in time order, each alert behind what fired it, with all that the contract names."""
    write_config(folder, {})
    content = lines(*ARTICLES).encode()
    (folder / "day.jsonl.gz").write_bytes(gzip.compress(content))
    file = {"stdin": "-", "gzip": "day.jsonl.gz"}.get(way, "day.jsonl")
    rules = ("-c", "monitor.yaml") if way == "config" else RULES
    ended = run_in(folder, "replay", *rules, "--json", file, stdin=content)
    assert (ended.code, ended.err) == (0, "")
    articles, alerts = of("article", ended.rows), of("alert", ended.rows)
    assert [list(row) for row in articles] == [ARTICLE_KEYS] * 4
    assert [row["id"] for row in articles] == ["news", "passing", 7, "reprint"]
    hits = {row["id"]: (row["rules"], row["mentions"]) for row in articles}
    assert hits == {"news": ([LAUNCHED], []), 7: ([], []), "reprint": ([LAUNCHED], []), "passing": ([], [DRILLS])}
    assert all(key in row for row in alerts for key in ALERT_KEYS)
    assert [(row["kind"], row["rule"], row["level"], row["articles"]) for row in alerts] == [
        ("new", LAUNCHED, "critical", ["news"]),
        ("digest", DRILLS, "high", ["passing"]),
    ]
    assert alerts[0]["at"] == "2026-01-04T00:00:00+00:00"
    assert alerts[0]["story"] == articles[0]["story"] == articles[3]["story"]
    assert ended.rows[1] == alerts[0]
    assert [list(row["decisions"]) for row in articles] == [[LAUNCHED], [DRILLS], [], [LAUNCHED]]
    assert articles[3]["decisions"][LAUNCHED].startswith(f"suppressed: {LAUNCHED} sent this event")


def test_dates_without_a_zone_are_of_the_one_that_is_meant(folder: Path) -> None:
    """And digests go out by it."""
    (folder / "two.jsonl").write_text(lines({"id": "a", "title": LAUNCH, "date": "2026-01-04"}, ARTICLES[2]), "utf-8")
    ended = run_in(folder, "replay", *RULES, "--json", "--zone", "Asia/Seoul", "two.jsonl")
    assert [row["at"] for row in of("alert", ended.rows)] == ["2026-01-03T15:00:00+00:00", "2026-01-03T23:00:00+00:00"]
    wrong = run_in(folder, "replay", *RULES, "--zone", "Korea/Seoul", "two.jsonl")
    assert wrong.code == 2
    assert wrong.told == ["'Korea/Seoul' is not a time zone; write one such as Europe/Berlin or Asia/Seoul"]


def test_unusable_lines_are_told_by_file_and_the_others_answered(folder: Path) -> None:
    """Headlines of several files are told apart by their file; a gzip that is cut off is used up to there."""
    (folder / "heads").write_text(f"{LAUNCH}\n{{\n", encoding="utf-8")
    (folder / "cut.gz").write_bytes(gzip.compress(lines(*ARTICLES).encode())[:-9])
    ended = run_in(folder, "replay", *RULES, "--json", "heads", "cut.gz")
    assert ended.code == 1
    assert [row["id"] for row in of("article", ended.rows)] == ["news", "passing", 7, "reprint", "heads:1"]
    assert [line[:20] for line in ended.told] == ["heads: line 2: not J", "cut.gz: the gzip is "]


def test_dates_that_cannot_be_read_are_told_once(folder: Path) -> None:
    """How many, and where the first stands. Their articles are answered like those without a date."""
    dated = [
        {"id": n, "title": "Ferries", "date": date} for n, date in enumerate(("2026-01-04", "5th of Jan", "13", ""))
    ]
    (folder / "odd.jsonl").write_text(lines(*dated), "utf-8")
    ended = run_in(folder, "replay", *RULES, "--json", "odd.jsonl")
    assert (ended.code, [row["id"] for row in ended.rows]) == (0, [0, 1, 2, 3])
    assert [line.partition(": such")[0] for line in ended.told] == [
        "2 dates cannot be read, the first in odd.jsonl, line 2: '5th of Jan'"
    ]


def test_at_the_end_it_says_what_was_held_and_why(folder: Path) -> None:
    """Each match that no message tells, by rule and reason."""
    rule = "rule: {}\ntitle: T\nlevel: low\nmatch: {{words: [{}]}}\nmax_age: 1 day\n{}---\n"
    waits = "alert: {wait_at_least: 1 hour}\n"
    named = [("launch", "fires", ""), ("quiet", "fires", "status: shadow\n"), ("barges", "barge, barges", waits)]
    (folder / "some.yaml").write_text("".join(rule.format(*each) for each in named), encoding="utf-8")
    came: list[dict[str, object]] = [
        {"id": "a", "title": LAUNCH, "date": "2026-01-04T00:00Z"},
        {"id": "b", "title": LAUNCH, "date": "2026-01-04T00:10Z", "source": "post"},
        {"id": "c", "title": "Harbour news", "text": LATER + LAUNCH, "date": "2026-01-04T01:00Z"},
        {"id": "d", "title": SUNK, "date": "2026-01-04T02:00Z", "source": "wire"},
        {"id": "e", "title": f"WITHDRAWN: {SUNK}", "date": "2026-01-04T02:10Z", "source": "wire"},
    ]
    ended = run_in(folder, "replay", "--rules", "some.yaml", "-", stdin=lines(*came).encode())
    assert ended.code == 0
    table = [line.split("  ") for line in ended.out.splitlines()[-5:-1]]
    assert [[cell.strip() for cell in line if cell] for line in table] == [
        ["suppressed", "nothing new", "only mentioned", "overtaken", "in shadow"],
        ["barges", "1", "0", "1", "0"],
        ["launch", "1", "0", "0", "0"],
        ["quiet", "1", "1", "0", "1"],
    ]


def test_a_rule_in_shadow_is_told_of_on_stderr(folder: Path) -> None:
    """It sends nothing, and nobody should wonder why."""
    rule = "rule: quiet\ntitle: Quiet\nlevel: low\nstatus: shadow\nmatch: {words: [fires]}\n"
    (folder / "quiet.yaml").write_text(rule, encoding="utf-8")
    ended = run_in(folder, "replay", "--rules", "quiet.yaml", "--json", "day.jsonl")
    assert of("alert", ended.rows) == []
    assert ended.told == ["quiet is in shadow; live it would have sent 1"]


# --- what an edit would change ----------------------------------------------------------------------------------


@pytest.fixture
def edited(folder: Path) -> Path:
    """Two rules, and an edit of them: one finds less, another is new."""
    rule = "rule: {0}\ntitle: About {0}\nlevel: low\nmatch: {{words: [{1}]}}\n"
    (folder / "before.yaml").write_text(rule.format("launch", "fires, timetable"), encoding="utf-8")
    after = f"{rule.format('launch', 'fires')}---\n{rule.format('rowers', 'rowers')}"
    (folder / "after.yaml").write_text(after, encoding="utf-8")
    write_config(folder, {})
    return folder


@pytest.mark.parametrize("name", ["nope", "blurred", "locked"])
@pytest.mark.parametrize("given", ["--rules", "--against", "--against-config"])
def test_of_rules_of_which_nothing_can_be_read_nothing_is_said(given: str, name: str, edited: Path) -> None:
    """That nothing would be sent, or that all is lost, would be untrue. Of rules with a fault the others are played."""
    (edited / "blurred").mkdir()
    (edited / "blurred" / "a.yaml").write_bytes(b"rule: \xff\xfe\n")
    (edited / "locked").mkdir()
    (edited / "locked" / "a.yaml").symlink_to("a.yaml")  # leads to itself: not even root can read it
    config = f"rules: [{name}]\nchannels: {{s: {{url: 'console://'}}}}\nroutes: {{default: [s]}}\n"
    (edited / "other.yaml").write_text(config, encoding="utf-8")
    rules = () if given == "--rules" else ("--rules", "before.yaml")
    asked = (*rules, given, "other.yaml" if given == "--against-config" else name)
    ended = run_in(edited, "replay", *asked, "day.jsonl")
    code = 2 if name == "nope" and given != "--against-config" else 1  # what is not there is wrong usage
    assert (ended.code, ended.out, len(ended.told)) == (code, "", 1), ended.told
    (edited / "blurred" / "b.yaml").write_text("rule: faulty\nmatsh: {}\n", encoding="utf-8")
    if name == "blurred":
        ended = run_in(edited, "replay", *asked, "day.jsonl")
        assert (ended.code, ended.out != "") == (1, True)


@pytest.mark.parametrize("way", ["--against", "--against-config"])
def test_what_an_edit_would_change(way: str, edited: Path) -> None:
    """Alerts gained and lost, each with its sentence and reason; what both send is only counted."""
    config = "timezone: UTC\nrules: [after.yaml]\nchannels: {s: {url: 'console://'}}\nroutes: {default: [s]}\n"
    (edited / "after-config.yaml").write_text(config, encoding="utf-8")
    after = "after.yaml" if way == "--against" else "after-config.yaml"
    ended = run_in(edited, "replay", "--rules", "before.yaml", way, after, "--json", "day.jsonl")
    assert (ended.code, len(ended.rows)) == (0, 2), ended.err
    lost, gained = ended.rows
    assert (lost["type"], lost["rule"], lost["articles"]) == ("lost", "launch", [7])
    assert lost["sentence"] == "Ferry timetable changes"
    assert lost["reason"].startswith("“timetable” in the title")
    assert (gained["type"], gained["rule"], gained["articles"]) == ("gained", "rowers", ["passing"])
    assert ended.told[-1].startswith("1 gained, 1 lost, 1 as before, 0 moved, 0 by another article")


def test_what_an_edit_moves_is_told_with_both_times(edited: Path) -> None:
    """Earlier or later."""
    waits = (edited / "before.yaml").read_text("utf-8") + "alert: {wait_at_least: 2 hours}\n"
    (edited / "waits.yaml").write_text(waits, encoding="utf-8")
    later = ("--rules", "before.yaml", "--against", "waits.yaml", "day.jsonl")
    ended = run_in(edited, "replay", *later)
    told = ended.out.splitlines()
    assert told[0].split() == ["moved", "2026-01-04", "02:00:00", "UTC", "new", "low", "launch"]
    assert told[3] == "    2 hours later: before the edit at 2026-01-04 00:00:00 UTC"
    assert told[-1].startswith("0 gained, 0 lost, 0 as before, 2 moved, 0 by another article")
    rows = (run_in(edited, "replay", *later, "--json")).rows
    assert [(row["type"], row["before"], row["at"]) for row in rows] == [
        ("moved", "2026-01-04T00:00:00+00:00", "2026-01-04T02:00:00+00:00")
    ] * 2
    ended = run_in(edited, "replay", "--rules", "waits.yaml", "--against", "before.yaml", "day.jsonl")
    assert "    2 hours earlier: before the edit at 2026-01-04 02:00:00 UTC" in ended.out.splitlines()


def test_a_faulty_edit_is_told(edited: Path) -> None:
    """The rest is answered."""
    (edited / "after.yaml").write_text("rule: a\nmatsh: {}\n", encoding="utf-8")
    ended = run_in(edited, "replay", "--rules", "before.yaml", "--against", "after.yaml", "day.jsonl")
    assert ended.code == 1
    assert any(line.startswith("after.yaml:2:1: ") for line in ended.told)
    assert "2 lost" in ended.out.splitlines()[-1]
