"""`news-monitor init`: a set of files to edit."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.config.editing.starter import write_starter
from monitor.config.loading.packs import FIRST_PACK, shipped_packs
from monitor.config.loading.shipped import find_shipped_folder
from monitor.errors import InvalidRequest
from monitor.services.lookup import require_known


@click.command()
@click.option("--pack", "names", metavar="NAME[,NAME]", help="These packs of rules and sources, not east-asia.")
@click.option("--empty", is_flag=True, help="No rules and no sources.")
@click.argument("folder", metavar="[DIR]", default=Path(), type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path, names: str | None, *, empty: bool) -> None:
    """Write monitor.yaml, rules/ and seeds/ to edit into DIR (here, if none is given). Overwrites nothing.

    Without options it writes the pack east-asia: its rules, and the sources to poll for them. `rules packs` lists the
    others. A pack can be added later by a second `init --pack NAME`. The lists of words and the entities that rules may
    name are always written; --empty writes no rules and no sources beside them.

    \b
    Examples:
      news-monitor init
      news-monitor init /etc/news-monitor
      news-monitor init --pack disasters,health ~/news
      news-monitor init --empty ~/news
    """
    if empty and names is not None:
        raise InvalidRequest("give --pack or --empty, not both")
    asked = [] if empty else [name.strip() for name in (FIRST_PACK if names is None else names).split(",")]
    known = shipped_packs(find_shipped_folder())
    require_known("pack", asked, known)
    packs = [known[name] for name in dict.fromkeys(asked)]
    try:
        written, kept = write_starter(folder, find_shipped_folder(), packs)
    except OSError as error:
        raise InvalidRequest(
            f"{error.filename or folder}: {error.strerror}; init writes into a folder of yours"
        ) from error
    for path in written:
        click.echo(f"wrote {path}")
    for path in kept:
        click.echo(f"kept {path}, which was there", err=True)
    click.echo(
        f"\nNext: edit {folder / 'monitor.yaml'}, then `news-monitor check -c {folder / 'monitor.yaml'}`", err=True
    )
