"""Completes commands, options, files and names in a shell, without importing any command: that takes a second.

`command_tree.json` has the names of all commands and options; Click completes from it.
`python -m docs.tools.commands_doc` writes it, and a test holds it against the commands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from click.shell_completion import shell_complete

from monitor.cli.known_names import NameOf

PROGRAM = "news-monitor"
VARIABLE = "_NEWS_MONITOR_COMPLETE"
"""The environment variable by which a shell asks."""
TREE_FILE = Path(__file__).with_name("command_tree.json")
_PATH = "path"

Described = dict[str, Any]
"""A command or parameter as JSON."""


def complete(instruction: str) -> int:
    """Print what fits behind the words that the shell has put into the environment. Returns the exit code."""
    described = json.loads(TREE_FILE.read_text(encoding="utf-8"))
    return shell_complete(_build_command(PROGRAM, described), {}, PROGRAM, VARIABLE, instruction)


def describe_command(command: click.Command) -> Described:
    """A command with all below it, as the file has it."""
    context = click.Context(command, info_name=command.name)
    described: Described = {"help": command.get_short_help_str(200)}
    described["params"] = [
        _describe_parameter(each) for each in command.get_params(context) if "--help" not in each.opts
    ]
    if isinstance(command, click.Group):
        found = {name: command.get_command(context, name) for name in command.list_commands(context)}
        described["commands"] = {name: describe_command(each) for name, each in found.items() if each is not None}
    return described


def _describe_parameter(parameter: click.Parameter) -> Described:
    described: Described = {"names": [*parameter.opts, *parameter.secondary_opts], "nargs": parameter.nargs}
    if isinstance(parameter.type, click.Choice):
        described["choices"] = [str(parameter.type.normalize_choice(each, None)) for each in parameter.type.choices]
    elif isinstance(parameter.type, NameOf):
        described["names_of"] = parameter.type.kind
    elif isinstance(parameter.type, click.Path):
        described["type"] = _PATH
    if isinstance(parameter, click.Option):
        described |= {"flag": parameter.is_flag, "multiple": parameter.multiple, "help": parameter.help or ""}
    return described


def _build_command(name: str, described: Mapping[str, Any]) -> click.Command:
    params = [_build_parameter(each) for each in described["params"]]
    names = {"help_option_names": ["-h", "--help"]}
    if "commands" not in described:
        return click.Command(name, params=params, help=described["help"], context_settings=names)
    commands = {below: _build_command(below, each) for below, each in described["commands"].items()}
    return click.Group(name, commands, params=params, help=described["help"], context_settings=names)


def _build_parameter(described: Mapping[str, Any]) -> click.Parameter:
    names, nargs = list(described["names"]), described["nargs"]
    kind: click.ParamType[Any] | None = click.Path() if described.get("type") == _PATH else None
    if "names_of" in described:
        kind = NameOf(described["names_of"])
    if "choices" in described:
        kind = click.Choice(described["choices"])
    if "flag" not in described:
        return click.Argument(names, type=kind, nargs=nargs)
    if described["flag"]:
        return click.Option(names, is_flag=True, multiple=described["multiple"], help=described["help"])
    return click.Option(names, type=kind, nargs=nargs, multiple=described["multiple"], help=described["help"])
