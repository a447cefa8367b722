"""The rules, and the program, are measured on what people say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.engine.database import Database
from tests.support.commands import read_output, rows, run
from tests.support.marked_desk import CAME, YAML, fill, mark_all


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "ann")
    database = fill(tmp_path)
    yield database
    database.close()


def test_marks_are_labels() -> None:
    """They give the same score as their export."""
    mark_all()
    read_output("marks", "export", "marks.jsonl")
    assert rows("score", "--marks") == rows("score", "marks.jsonl")


def test_marks_without_words_are_counted() -> None:
    """They are left out of the score."""
    mark_all()
    read_output("articles", "forget", CAME[1][2], "--yes")
    assert run("score", "--marks").stderr == "1 mark left out, because the words were erased\n"
    assert [each["articles"] for each in rows("score", "--marks") if each["type"] == "total"] == [2]


@pytest.mark.parametrize("args", [("score",), ("score", "--marks", "labelled.jsonl")])
def test_either_marks_or_a_file_is_scored(args: tuple[str, ...]) -> None:
    """Nothing is measured that was not meant."""
    Path("labelled.jsonl").write_text("", encoding="utf-8")
    assert run(*args).exit_code == 2


def test_edited_rules_are_measured_on_the_marks() -> None:
    """Before they go live."""
    mark_all()
    Path("edited.yaml").write_text(YAML.replace("missile, missiles", "missiles"), encoding="utf-8")
    edited = rows("score", "--marks", "--rules", "edited.yaml", "-c", "monitor.yaml")
    assert [(each["right"], each["false_alarms"]) for each in edited if each.get("rule") == "launch"] == [(1, 0)] * 2
    listed = read_output("score", "--marks", "--list")
    assert "false alarm of launch" in listed
    assert "miss of floods" in listed


def test_score_shows_the_merges_and_splits() -> None:
    """What today's program makes of them, also if no rule has a mark."""
    assert str(run("score", "--marks").exception).startswith("nothing to score: no marks; `news-monitor mark")
    second, first = (each["id"] for each in rows("stories", "list"))
    read_output("stories", "merge", first, second)
    said = read_output("score", "--marks")
    assert f"stories {first} “{CAME[0][1]}”, {second} “{CAME[1][1]}”: disagrees, two today\n" in said
    assert said.endswith("1 pair merged: agrees with 0 of 1\n")
    pair, merges, splits = rows("score", "--marks")
    assert (pair["type"], pair["kind"], pair["joined"], pair["agrees"]) == ("identity", "merge", False, False)
    assert (merges["kind"], merges["marks"], merges["disagrees"]) == ("merge", 1, 1)
    assert (splits["kind"], splits["marks"]) == ("split", 0)
