"""`news-monitor init`: a set of files to edit."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", metavar="[DIR]", default=Path(), type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Write monitor.yaml, rules/ and seeds/ to edit into DIR (here, if none is given). Overwrites nothing.

    \b
    Examples:
      news-monitor init
      news-monitor init /etc/news-monitor
    """
    from monitor.config.shipped import shipped
    from monitor.config.starter import write_starter
    from monitor.errors import WrongUse

    try:
        written, kept = write_starter(folder, shipped())
    except OSError as error:
        raise WrongUse(f"{error.filename or folder}: {error.strerror}; init writes into a folder of yours") from error
    for path in written:
        click.echo(f"wrote {path}")
    for path in kept:
        click.echo(f"kept {path}, which was there", err=True)
    click.echo(
        f"\nNext: edit {folder / 'monitor.yaml'}, then `news-monitor check -c {folder / 'monitor.yaml'}`", err=True
    )
