"""`rules try`: what a rule would have told of the stored articles, before it goes live."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.commands import run_in
from tests.support.whole import Ended, write_config

ALWAYS = ("--days", "36500")
RULE = "rule: {0}\ntitle: About {0}\nlevel: low\n{2}match: {{words: [{1}]}}\n"


@pytest.fixture
def folder(lived_in: object, tmp_path: Path) -> Path:
    """Stored articles, and a rule that runs: it told one of them, and held its reprint."""
    del lived_in
    (tmp_path / "rules").mkdir()
    written(tmp_path / "rules" / "launch.yaml", "launch", "발사")
    write_config(tmp_path, {"wire": "https://wire.test/feed"}, rules="rules", entities="rules")
    return tmp_path


def written(file: Path, rule: str, words: str, more: str = "") -> Path:
    file.write_text(RULE.format(rule, words, more), encoding="utf-8")
    return file


def tried(folder: Path, *options: str) -> Ended:
    return run_in(folder, "rules", "try", *options)


@pytest.mark.parametrize("status", ["live", "shadow", "off"])
def test_a_new_rule_is_tried_as_if_it_were_live(status: str, folder: Path) -> None:
    """What it would have told, with the sentence and the reason; the article by the name that `why` takes."""
    written(folder / "new.yaml", "seoul", "Seoul", f"status: {status}\n")
    ended = tried(folder, "new.yaml", *ALWAYS, "--json")
    assert ended.code == 0
    (gained,) = ended.rows
    assert (gained["type"], gained["rule"], gained["kind"], gained["articles"]) == (
        "gained",
        "seoul",
        "new",
        ["wire a"],
    )
    assert gained["sentence"] == "Seoul says so."
    assert gained["reason"].startswith("“Seoul” in the text")
    assert ended.told == ["1 gained, 0 lost, 1 as before, 0 moved, 0 by another article or at another level"]
    why = run_in(folder, "why", gained["articles"][0])
    assert why.code == 0, why.err


def test_a_rule_that_hits_nothing_is_in_the_table(folder: Path) -> None:
    """Its words may have a typing error. A test that shows it is printed too, and how to try more headlines."""
    tests = 'tests: {fires: ["The dockworkers strike"]}\n'
    ended = tried(folder, str(written(folder / "new.yaml", "port", "dokworkers", tests)), *ALWAYS)
    assert ended.code == 0
    rows = [line.split() for line in ended.out.splitlines()]
    assert ["port", "0", "0", "0", "0", "0", "0"] in rows
    assert "no hit among 2 articles: port; `news-monitor why --rules FILE -` tries a headline of yours" in ended.out
    assert "this test of port must fire" in ended.err


def test_a_file_that_runs_already_is_held_against_the_config_without_it(folder: Path) -> None:
    """By whatever name it is called."""
    for name in ("rules/launch.yaml", "rules/../rules/launch.yaml", "rules"):
        ended = tried(folder, name, *ALWAYS, "--json")
        assert [(row["type"], row["rule"]) for row in ended.rows] == [("gained", "launch")], ended.err


def test_only_the_last_days_are_asked(folder: Path) -> None:
    """Seven, if nothing else is said: what is stored here is older."""
    ended = tried(folder, str(written(folder / "new.yaml", "seoul", "Seoul")))
    assert ended.code == 0
    assert ended.out.splitlines()[-1].startswith("0 gained, 0 lost, 0 as before")


def test_it_leaves_the_database_as_it_was(folder: Path) -> None:
    """Every row."""

    def rows() -> list[str]:
        with closing(sqlite3.connect(folder / "monitor.db")) as connection:
            return list(connection.iterdump())

    before = rows()
    tried(folder, str(written(folder / "new.yaml", "seoul", "Seoul")), *ALWAYS)
    assert rows() == before


def test_a_faulty_file_is_told_and_not_tried(folder: Path) -> None:
    """At its place; of another file of the config it is told, and the rest is tried."""
    (folder / "new.yaml").write_text("rule: a\nmatsh: {}\n", encoding="utf-8")
    ended = tried(folder, "new.yaml", *ALWAYS)
    assert (ended.code, ended.out) == (1, "")
    assert ended.told[0].startswith("new.yaml:1:")
    (folder / "rules" / "other.yaml").write_text("rule: b\nmatsh: {}\n", encoding="utf-8")
    ended = tried(folder, str(written(folder / "new.yaml", "seoul", "Seoul")), *ALWAYS, "--json")
    assert (ended.code, len(ended.rows)) == (1, 1)
    assert ended.told[0].startswith("rules/other.yaml:1:")
