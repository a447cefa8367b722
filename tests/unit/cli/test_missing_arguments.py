"""What is missing is named, with an example."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.cli.command_tree import PROGRAM
from tests.support.whole import write_config


@pytest.mark.parametrize(
    ("command", "error"),
    [
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
