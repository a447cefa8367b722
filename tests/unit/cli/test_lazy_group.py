"""The group of commands that are imported when they are used."""

from __future__ import annotations

import subprocess
import sys

import click

from monitor.cli import cli
from monitor.cli.lazy_group import LazyGroup

CONTEXT = click.Context(cli)


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
