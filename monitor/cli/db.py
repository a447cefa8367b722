"""`news-monitor db`: the database."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.options import config_option, database_of, load_config


@click.group()
def db() -> None:
    """The database: upgrade."""


@db.command()
@config_option
def upgrade(config: Path) -> None:
    """Make the database, or bring it to this version's schema (`run` does so too).

    \b
    Example:
      news-monitor db upgrade
    """
    database = database_of(load_config(config).config.settings)
    database.upgrade()
    click.echo(f"{database.name} is up to date")
