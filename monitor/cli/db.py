"""`news-monitor db`: the database."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.options import config_option, load_config


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
    from monitor.store.database import Database

    database = Database(load_config(config).config.settings.database)
    database.upgrade()
    click.echo(f"{database.path} is up to date")
