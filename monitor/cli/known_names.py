"""Completes names in a shell: the ids of rules and sources, and the names of channels and routes, of the config.

The files are read only when such a name is completed. If they are missing or cannot be read, nothing is offered.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import click
from click.shell_completion import CompletionItem
from click.types import StringParamType

KINDS = ("rule", "source", "channel", "route")


class NameOf(StringParamType):
    """A text that names something in the config. `kind`: one of KINDS."""

    def __init__(self, kind: str) -> None:
        assert kind in KINDS
        self.kind = kind

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The names that begin so, without those that the command line has already."""
        given = ctx.params.get(param.name or "")
        taken = given if isinstance(given, tuple | list) else ()
        names = _list_names(self.kind, ctx.params.get("config"))
        return [CompletionItem(name) for name in names if name.startswith(incomplete) and name not in taken]


def _list_names(kind: str, config: str | None) -> Collection[str]:
    from monitor.cli.config_summary import load_summary
    from monitor.cli.paths import find_config, require_config
    from monitor.errors import MonitorError

    with suppress(MonitorError, OSError):  # a shell asks while somebody types: there is nobody to tell
        path = Path(config).expanduser() if config else find_config()
        require_config(path)
        loaded = load_summary(path)
        settings = loaded.settings
        known: dict[str, Collection[str]] = {"rule": loaded.rules, "source": loaded.sources}
        return sorted((known | {"channel": settings.channels, "route": settings.routes})[kind])
    return ()
