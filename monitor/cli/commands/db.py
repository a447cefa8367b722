"""`news-monitor db`: the database."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary, load_summary_to_read
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import config_option, database_of, database_of_any_version, existing_database
from monitor.cli.output.replay_report import track_progress
from monitor.cli.paths import InputPath, OutputPath
from monitor.services.commands.db import (
    build_search_index,
    drop_search_index,
    prune_database,
    restore_backup,
)
from monitor.wording.quantities import format_count


@click.group(cls=LazyGroup)
def db() -> None:
    """The database: upgrade, backup, restore, check, prune, index."""


@db.command()
@config_option
def upgrade(config: Path) -> None:
    """Create the database if there is none, or check that this version can use it. `run` does this too.

    \b
    Example:
      news-monitor db upgrade
    """
    database = database_of(load_summary(config).settings)
    made = database.upgrade()
    click.echo(f"made a new database: {database.name}" if made else f"{database.name} is up to date")


@db.command()
@config_option
@click.argument("file", type=OutputPath())
def backup(config: Path, file: Path) -> None:
    """Copy the whole database to a new file. The daemon may run meanwhile.

    `db restore` restores the copy. PostgreSQL has its own tool: the command for it is printed (exit code 1: nothing was
    copied).

    \b
    Example:
      news-monitor db backup /backup/news-monitor-2026-01-05.db
    """
    database = database_of_any_version(load_summary_to_read(config).settings)
    database.backup(file)
    click.echo(f"{database.name} is copied to {file}")


@db.command()
@config_option
@click.argument("file", type=InputPath())
def restore(config: Path, file: Path) -> None:
    """Replace the database with a backup. Stop the daemon first.

    The command first reads the whole backup. It refuses a damaged one, or one of another version, and then changes
    nothing. The old database is kept under another name. The database then has no record of what was sent after the
    backup, so messages may come a second time. Those that wait in the backup say "you may have this message already".
    PostgreSQL has its own tool: the command for it is printed (exit code 1: nothing was changed).

    \b
    Example:
      news-monitor db restore /backup/news-monitor-2026-01-05.db
    """
    database = database_of(load_summary(config).settings)
    restored = restore_backup(database, file, clock.now())
    click.echo(f"{database.name} has the content of {file}")
    if restored.kept:
        click.echo(f"the database that was there is kept: {restored.kept}; delete it when all is well")
    click.echo("messages that were sent after the backup may be sent again: the backup has no record of them")
    if restored.unsent:
        click.echo(_describe_unsent(restored.unsent))


def _describe_unsent(number: int) -> str:
    see = "to see what waits: `news-monitor outbox list`"
    if number == 1:
        return f"1 message is not sent in the backup; it says that the reader may have it already; {see}"
    return f"{number} messages are not sent in the backup; they say that the reader may have them already; {see}"


@db.command()
@config_option
def check(config: Path) -> None:
    """Read the whole database, and look for damage. Exit code 1 if it is damaged.

    \b
    Example:
      news-monitor db check
    """
    database = existing_database(load_summary_to_read(config).settings)
    damaged = list(database.check())
    for line in damaged:
        click.echo(f"{database.name}: {line}", err=True)
    if damaged:
        click.echo("go back to the last good backup: `news-monitor db restore FILE`", err=True)
        raise SystemExit(1)
    click.echo(f"{database.name} is sound")


@db.command()
@config_option
@click.option("--dry-run", is_flag=True, help="Only count what would be deleted.")
def prune(config: Path, dry_run: bool) -> None:
    """Delete everything that is older than `retention` in monitor.yaml allows. `run` does this every hour.

    Alerts that are still to be delivered stay. The daemon may run meanwhile.

    \b
    Examples:
      news-monitor db prune --dry-run
      news-monitor db prune
    """
    settings = load_summary(config).settings
    gone = prune_database(existing_database(settings), settings.retention, clock.now(), dry_run=dry_run)
    click.echo(
        f"{'would be deleted' if dry_run else 'deleted'}: {gone.articles} articles, {gone.alerts} alerts, "
        f"{gone.fetches} polls, {gone.known} known entries"
    )


@db.command()
@config_option
def index(config: Path) -> None:
    """Add the stored articles to the search index, or delete the index if it is off. `run` does this too, more slowly.

    To switch the index off, write `archive: {search: off}` in monitor.yaml. You can interrupt the command; the next run
    continues where it stopped. The daemon may run meanwhile. Searches find everything even before the index is
    complete: they read every text until then.

    \b
    Example:
      news-monitor db index
    """
    settings = load_summary(config).settings
    database = existing_database(settings)
    if not settings.archive.search:
        dropped = drop_search_index(database)
        click.echo(f"the search index is off, and {'was deleted' if dropped else 'there is none'}")
        return
    missing, slices = build_search_index(database)
    added = sum(1 for _ in track_progress((one for count in slices for one in range(count)), missing, printing=False))
    click.echo(f"{format_count(added, 'article')} added; all are in the search index")
