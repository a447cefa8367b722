"""What people say of the rules is taken down, listed, and taken elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.cli.command_tree import PROGRAM
from monitor.errors import InvalidRequest, MonitorError
from monitor.store.engine.database import Database
from tests.support.commands import read_output, rows, run
from tests.support.marked_desk import CAME, fill, mark_all


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOGNAME", "ann")
    database = fill(tmp_path)
    yield database
    database.close()


def test_a_match_is_marked_and_shows_it() -> None:
    """The second time it says so; a change says what it replaces. Only lists with a mark have the column."""
    assert "mark" not in read_output("matches", "list").splitlines()[0]
    assert read_output("mark", "1", "2", "good") == (
        f"launch: “{CAME[0][1]}” (wire): marked good\nlaunch: “{CAME[1][1]}” (post): marked good\n"
    )
    assert read_output("mark", "2", "good") == f"launch: “{CAME[1][1]}” (post): you have marked it good already\n"
    assert read_output("mark", "2", "noise").endswith("(post): marked noise (before: good)\n")
    head, newest, _ = read_output("matches", "list").splitlines()
    assert ("mark" in head, "noise" in newest) == (True, True)
    assert [row["mark"] for row in rows("matches", "list")] == ["noise", "good"]
    assert "marked    noise\n" in read_output("matches", "show", "2")
    [row] = rows("matches", "show", "1")
    assert row["mark"] == "good"
    assert [json.loads(line)["mark"] for line in read_output("matches", "export").splitlines()] == ["good", "noise"]


def test_marks_are_listed_with_who_and_when() -> None:
    """The newest first; one that was replaced says so."""
    mark_all()
    read_output("mark", "1", "noise")
    found = rows("marks", "list")
    assert [(each["rule"], each["verdict"], each["replaced"]) for each in found] == [
        ("launch", "noise", False),
        ("floods", "missed", False),
        ("launch", "noise", False),
        ("launch", "good", True),
    ]
    assert {each["who"] for each in found} == {"ann"}
    assert [each["rule"] for each in rows("marks", "list", "--rule", "floods", "--since", "1 hour")] == ["floods"]
    assert "good, replaced" in read_output("marks", "list").splitlines()[-1]


def test_a_file_with_unusable_lines_is_imported_in_part() -> None:
    """Exit code 1, and the line says why; a file without marks is a problem too."""
    mark_all()
    lines = read_output("marks", "export").splitlines()
    Path("part.jsonl").write_text("\n".join([lines[0], '{"id": 1, "title": "a"}']), encoding="utf-8")
    ended = run("marks", "import", "part.jsonl")
    assert (ended.exit_code, ended.stderr) == (
        1,
        "part.jsonl: line 2: it has no marks; `news-monitor marks export` writes them\n",
    )
    assert ended.stdout == "0 marks imported; 1 were here already\n"
    Path("empty.jsonl").write_text("", encoding="utf-8")
    assert isinstance(run("marks", "import", "empty.jsonl").exception, MonitorError)


def test_erased_words_are_counted_and_left_out() -> None:
    """In the export; forgetting says that the marks stay."""
    mark_all()
    said = read_output("articles", "forget", CAME[1][2], "--yes")
    assert "1 article with marks, which stay without its words" in said
    ended = run("marks", "export")
    assert (len(ended.stdout.splitlines()), ended.stderr) == (
        2,
        "2 articles exported; 1 mark left out, because the words were erased\n",
    )
    assert "(forgotten)" in read_output("marks", "list")


def test_alerts_and_matches_are_marked_in_one_command() -> None:
    """A number is a match; one that does not exist stops all."""
    first = rows("alerts", "list")[1]["id"]
    assert isinstance(run("mark", first, "99", "good").exception, InvalidRequest)
    assert rows("marks", "list") == []
    assert read_output("mark", "2", first, "2", "noise").count(": marked noise\n") == 2
    assert sorted(each["match"] for each in rows("marks", "list")) == [1, 2]


def test_an_article_is_marked_good_only_for_a_rule_that_matched_it() -> None:
    """With --rule, an ID is an article."""
    assert read_output("mark", CAME[0][2], "good", "--rule", "launch").endswith("(wire): marked good\n")
    assert [(each["match"], each["verdict"]) for each in rows("marks", "list")] == [(1, "good")]
    refused = run("mark", "3", "good", "--rule", "floods").exception
    assert str(refused) == f"floods did not match “{CAME[2][1]}”; if it should have, mark it missed"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("mark", "For example: news-monitor mark 207d7f56158b noise"),
        ("mark good", "name what is good: the id of an alert, or the number of a match"),
        ("mark 1", "'1' is not one of 'good', 'noise', 'missed'"),
        ("mark a1 missed", "say with --rule which rule has missed the article"),
        ("mark 3 noise --rule floods --line 1", "--line is for a digest, and --rule is for articles"),
        ("marks import", "Missing argument 'FILE'"),
    ],
)
def test_wrong_usage_is_refused(line: str, said: str) -> None:
    """Nothing is marked that was not meant, and the error says what to write."""
    ended = CliRunner().invoke(cli, line.split(), prog_name=PROGRAM)
    assert (ended.exit_code, said in ended.stderr) == (2, True), ended.stderr
    assert rows("marks", "list") == []


def test_marks_outlive_their_articles(database: Database) -> None:
    """These articles of January leave the archive; their marks are still listed and exported."""
    mark_all()
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE delivery SET state = 'accepted'")
    with Path("monitor.yaml").open("a", encoding="utf-8") as config:
        config.write("retention: {articles: 7 days, alerts: 7 days, fetches: 7 days}\n")
    assert read_output("db", "prune").startswith("deleted: 3 articles")
    assert read_output("matches", "list").splitlines()[1:] == []
    assert [each["title"] for each in rows("marks", "list")] == [title for _, title, _ in reversed(CAME)]
    assert len(read_output("marks", "export").splitlines()) == 3
