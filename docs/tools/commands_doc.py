"""Writes what is made from the commands: their tree, for completion, and the manual page.

python -m docs.tools.commands_doc
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import click

from monitor.cli import cli
from monitor.cli.command_tree import PROGRAM, TREE_FILE, describe_command

MANUAL = Path(__file__).parents[1] / "news-monitor.1"
_SEE_ALSO = "docs/ of the source code: install.md, operate.md, rules.md, reference.md, sources.md, channels.md."


def format_tree() -> str:
    """The commands as JSON, a line for each command."""
    text = json.dumps(describe_command(cli), ensure_ascii=False)
    return re.sub(r'("[a-z-]+": \{"help")', r"\n\1", text) + "\n"


def format_manual() -> str:
    """The manual page: every command with its help, for `man`."""
    return "\n".join(_manual_lines()) + "\n"


def _manual_lines() -> Iterator[str]:
    yield f'.TH {PROGRAM.upper()} 1 "" "" "User commands"'
    yield from (".SH NAME", rf"{_escape(PROGRAM)} \- tells people, once and in time, of the news that matters to them")
    yield from (".SH SYNOPSIS", f".B {_escape(PROGRAM)}", r"COMMAND [ARGUMENTS] [\-\-help]")
    yield from (".SH DESCRIPTION", *_paragraphs(cli.help or ""))
    for command, context in _iter_commands(cli, click.Context(cli, info_name=PROGRAM)):
        yield f".SH {_escape(context.command_path.upper().removeprefix(PROGRAM.upper() + ' '))}"
        pieces = " ".join(command.collect_usage_pieces(context))
        yield from (f".B {_escape(context.command_path)}", _escape(pieces), ".PP", *_paragraphs(command.help or ""))
        for parameter in command.get_params(context):
            record = parameter.get_help_record(context)
            if record and "--help" not in parameter.opts:
                yield from (".TP", f".B {_escape(record[0])}", *_text(record[1]))
    yield from (".SH EXIT STATUS", "0: fine. 1: problems were found. 2: wrong usage.")
    yield from (".SH FILES", "monitor.yaml, and the rules, sources and entities that it names.")
    yield from (".SH SEE ALSO", *_text(_SEE_ALSO))


def _iter_commands(group: click.Group, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    """All commands that do something, with their contexts."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        below = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            yield from _iter_commands(command, below)
        else:
            yield command, below


def _paragraphs(text: str) -> Iterator[str]:
    """The help of a command. A paragraph that begins with a backspace keeps its lines."""
    for paragraph in inspect.cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b"):
            yield from (".PP", ".nf", *(_escape(line) for line in paragraph.split("\n")[1:]), ".fi")
        else:
            yield from (".PP", *_text(" ".join(paragraph.split())))


def _text(text: str) -> Iterator[str]:
    if text:
        yield _escape(text)


def _escape(text: str) -> str:
    """Text as roff prints it: a hyphen that can be copied, a backslash, and no request at the start of a line."""
    text = (
        text.replace("\\", r"\e").replace("-", r"\-").replace("~", r"\(ti").replace("^", r"\(ha").replace("`", r"\(ga")
    )
    return rf"\&{text}" if text.startswith((".", "'")) else text


if __name__ == "__main__":
    TREE_FILE.write_text(format_tree(), encoding="utf-8")
    MANUAL.write_text(format_manual(), encoding="utf-8")
