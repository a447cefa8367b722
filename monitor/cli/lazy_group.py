"""Our groups of commands. Commands may be imported only when they are used, so that `--help` and each command are
quick."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

from monitor.cli.usage_examples import add_example
from monitor.runtime.gc_tuning import paused

_WHOLE = 1000  # characters: more than any first sentence has


class LazyGroup(click.Group):
    """`lazy`: for each command the module that has it, and its summary in the list of commands. `hints`: what to do
    instead, for names of commands that people try and that do not exist."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - click's
        lazy: Mapping[str, tuple[str, str]] | None = None,
        hints: Mapping[str, str] | None = None,
        **more: Any,  # noqa: ANN401 - click's
    ) -> None:
        super().__init__(*args, **more)
        self._lazy = lazy or {}
        self._hints = hints or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the alphabet."""
        return sorted({*super().list_commands(ctx), *self._lazy})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in self._lazy:
            return super().get_command(ctx, cmd_name)
        name = self._lazy[cmd_name][0]
        if name not in sys.modules:
            with paused():  # modules make no garbage, and searching them again and again took a tenth of the time
                import_module(name)
        module = sys.modules[name]
        found = [each for each in vars(module).values() if isinstance(each, click.Command) and each.name == cmd_name]
        return found[0]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name. If there is none, the error says what to do instead, if that is
        known, or names the closest command."""
        name = args[0]
        if name in self._hints and self.get_command(ctx, name) is None:
            ctx.fail(f"No such command {name!r}. {self._hints[name]}")
        if self.get_command(ctx, name) is None and (close := get_close_matches(name, self.list_commands(ctx), n=1)):
            ctx.fail(f"No such command {name!r}. Did you mean {close[0]!r}?")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's
        """Run the command. If it lacks an argument or an option, the error has an example."""
        try:
            return super().invoke(ctx)
        except click.MissingParameter as error:
            raise add_example(error) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands with the whole first sentence of each, without importing them."""
        rows = []
        for name in self.list_commands(ctx):
            known = self._lazy.get(name)
            command = None if known else super().get_command(ctx, name)
            rows.append((name, known[1] if known else command.get_short_help_str(_WHOLE) if command else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)
