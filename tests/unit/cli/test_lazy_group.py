"""The group of commands that are imported when they are used."""

from __future__ import annotations

import re
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from monitor.cli import cli
from monitor.cli.lazy_group import LazyGroup

CONTEXT = click.Context(cli)


@pytest.mark.parametrize(
    "words", ["mute", "silence launch", "rules disable launch", "channels mute desk", "stories snooze S1"]
)
def test_who_tries_a_command_that_silences_reads_what_to_write(words: str) -> None:
    """It is wrong usage all the same. Other unknown names get no such hint."""
    result = CliRunner().invoke(cli, words.split())
    assert result.exit_code == 2
    assert "No such command" in result.output
    assert "To silence a story or event: `news-monitor stories mute ID`" in result.output
    assert "To silence a rule, write `status: off`" in result.output
    other = CliRunner().invoke(cli, ["frobnicate"])
    assert (other.exit_code, "silence" in other.output) == (2, False)


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("stat", "No such command 'stat'. Did you mean 'status'?"),
        ("rules lst", "No such command 'lst'. Did you mean 'list'?"),
        ("match list", "list: there is no such file; did you mean `news-monitor matches list`?"),
    ],
)
def test_a_command_that_is_nearly_right_is_suggested(words: str, wanted: str) -> None:
    result = CliRunner().invoke(cli, words.split())
    assert wanted in result.output or str(result.exception) == wanted


def test_every_command_is_there_under_its_name() -> None:
    """Of the program and of each of its groups; and it says what it does."""
    groups = [cli]
    while groups:
        group = groups.pop()
        for name in group.list_commands(CONTEXT):
            command = group.get_command(CONTEXT, name)
            assert command is not None
            assert command.name == name
            assert command.help
            if isinstance(command, LazyGroup):
                groups.append(command)


def test_help_imports_no_command() -> None:
    """So it is quick."""
    code = "import sys; from monitor.cli import cli; cli(['--help'], standalone_mode=False); print(*sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert "monitor.cli.commands." not in shown.stdout
    assert "sqlalchemy" not in shown.stdout


def test_groups_list_their_commands_with_whole_sentences() -> None:
    """None is cut off in the middle."""
    groups = {name: cli.get_command(CONTEXT, name) for name in cli.list_commands(CONTEXT)}
    for name, group in groups.items():
        if isinstance(group, click.Group):
            assert isinstance(group, LazyGroup)
            listed = CliRunner().invoke(cli, [name, "--help"]).output.partition("Commands:")[2]
            assert re.findall(r"\S+\.\.\.$", listed, re.MULTILINE) == []
            assert "  list " in listed or "list" not in group.list_commands(CONTEXT)
