"""`news-monitor db`: the database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import PAUSE, config_option, database_of, existing_database, load_config

if TYPE_CHECKING:
    from monitor.store.engine.database import Database


@click.group()
def db() -> None:
    """The database: upgrade, backup, check, prune."""


@db.command()
@config_option
@click.option("--no-copy", is_flag=True, help="Make no copy before: for who has one.")
def upgrade(config: Path, no_copy: bool) -> None:
    """Make the database, or bring it to this version's schema, after a copy (`run` does so too).

    \b
    Examples:
      news-monitor db upgrade
      news-monitor db upgrade --no-copy
    """
    from functools import partial

    from monitor.active_config import compile_config

    loaded = load_config(config).config
    database = database_of(loaded.settings)
    made = database.upgrade(copy=not no_copy, rules=partial(compile_config, loaded))
    click.echo(f"made a new database: {database.name}" if made else f"{database.name} is up to date")


@db.command()
@config_option
@click.argument("file", type=click.Path(path_type=Path))
def backup(config: Path, file: Path) -> None:
    """Write a whole copy of the database to a new file, while the daemon runs too.

    To go back to it, stop the daemon and put it in the place of the database. PostgreSQL has its own tool: the command
    for it is printed (exit code 1: nothing was copied).

    \b
    Example:
      news-monitor db backup /backup/news-monitor-2026-01-05.db
    """
    database = _open_existing_database(config)
    database.backup(file)
    click.echo(f"{database.name} is copied to {file}")


@db.command()
@config_option
def check(config: Path) -> None:
    """Read all of the database: is anything damaged? Exit code 1 if so.

    \b
    Example:
      news-monitor db check
    """
    database = existing_database(load_config(config).config.settings)
    damaged = list(database.check())
    for line in damaged:
        click.echo(f"{database.name}: {line}", err=True)
    if damaged:
        click.echo("put the last good backup in its place: `news-monitor db backup --help`", err=True)
        raise SystemExit(1)
    click.echo(f"{database.name} is sound")


@db.command()
@config_option
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
def prune(config: Path, dry_run: bool) -> None:
    """Let go what has been kept for as long as `retention` in monitor.yaml says (`run` does so every hour).

    What is still to be delivered stays. It may be done while the daemon runs.

    \b
    Examples:
      news-monitor db prune --dry-run
      news-monitor db prune
    """
    import time
    from collections import Counter

    from monitor import clock
    from monitor.store.lifecycle.retention import ArchivePruner

    settings = load_config(config).config.settings
    gone: Counter[str] = Counter()
    for slice_ in ArchivePruner(existing_database(settings), settings.retention).prune_slices(
        clock.now(), dry_run=dry_run
    ):
        gone += slice_
        time.sleep(0 if dry_run else PAUSE)
    counts = ", ".join(f"{gone[what]} {name}" for what, name in _PRUNED.items())
    click.echo(f"{'would go' if dry_run else 'gone'}: {counts}")


_PRUNED = {"articles": "articles", "alerts": "alerts", "fetches": "fetches", "known": "of what had left before"}


def _open_existing_database(config: Path) -> Database:
    """The database, of whatever version. Raises StoreFailed if there is none."""
    from monitor.errors import StoreFailed

    database = database_of(load_config(config).config.settings)
    if not database.exists():
        raise StoreFailed(f"{database.name} does not exist yet: `news-monitor run` makes it")
    return database
