"""What is missing is named, also where the first argument is a list."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.cli.command_tree import PROGRAM
from tests.e2e.whole import write_config


@pytest.mark.parametrize(
    ("command", "missing"),
    [
        ("articles mark 3 missed", "RULE"),
        ("articles mark 3 ferry-accident", "the word missed or noise"),
        ("articles mark 3", "RULE and the word missed or noise"),
        ("articles mark noise", "ARTICLE and RULE"),
        ("articles mark", "ARTICLE and RULE and the word missed or noise"),
        ("matches mark 17", "the word good or noise"),
        ("matches mark good", "ID"),
        ("alerts mark 207d7f56158b --line 2", "the word good or noise"),
    ],
)
def test_what_is_missing_is_named_with_an_example(command: str, missing: str) -> None:
    """As wrong usage, before any file is read."""
    words = command.split()
    ended = CliRunner().invoke(cli, words, prog_name=PROGRAM)
    assert ended.exit_code == 2
    assert f"Error: Missing: {missing}. For example: news-monitor {' '.join(words[:2])} " in ended.stderr


@pytest.mark.parametrize(
    ("command", "error"),
    [
        ("report", "Missing option '--html'. For example: news-monitor report --html report.html"),
        ("outbox move 17", "Missing option '--to'. For example: news-monitor outbox move --channel old-phone --to "),
        ("stories mute", "Missing argument 'ID'. For example: news-monitor stories mute S746401c3a4eecfd6"),
    ],
)
def test_every_command_gives_its_example(
    command: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an option and of an argument, for commands of all groups."""
    monkeypatch.chdir(tmp_path)
    write_config(tmp_path, {})
    ended = CliRunner().invoke(cli, command.split(), prog_name=PROGRAM)
    assert ended.exit_code == 2
    assert f"Error: {error}" in ended.stderr


def test_a_wrong_word_in_place_of_the_choice_is_named() -> None:
    """Nothing is missing then."""
    ended = CliRunner().invoke(cli, ["articles", "mark", "3", "ferry-accident", "bad"], prog_name=PROGRAM)
    assert "'bad' is not one of 'missed', 'noise'" in ended.stderr
