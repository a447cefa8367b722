"""`news-monitor completion`: has the shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from monitor.cli.command_tree import PROGRAM, VARIABLE


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script with which SHELL completes commands, options, files and names of the config.

    For zsh, ~/.zshrc needs `fpath+=(~/.zfunc)` before `autoload -Uz compinit && compinit`.

    \b
    Examples:
      news-monitor completion bash > ~/.local/share/bash-completion/completions/news-monitor
      news-monitor completion zsh > ~/.zfunc/_news-monitor
      news-monitor completion fish > ~/.config/fish/completions/news-monitor.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(ctx.find_root().command, {}, PROGRAM, VARIABLE).source())
