"""The examples in the help of commands, for the errors of who left something out."""

from __future__ import annotations

import click


def find_example(ctx: click.Context) -> str | None:
    """The first example in the help of the command; None if it has none."""
    lines = (line.strip() for line in (ctx.command.help or "").splitlines())
    return next((line for line in lines if line.startswith(f"{ctx.command_path} ")), None)


def add_example(error: click.MissingParameter) -> click.UsageError:
    """The error with an example of the command that lacks the parameter."""
    example = find_example(error.ctx) if error.ctx else None
    return click.UsageError(f"{error.format_message()} For example: {example}", error.ctx) if example else error
