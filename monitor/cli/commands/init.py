"""`news-monitor init`: a set of files to edit."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.called_name import find_called_name
from monitor.config.editing.starter import MONITOR_YAML, write_starter
from monitor.config.loading.files import is_there
from monitor.config.loading.packs import FIRST_PACK, shipped_packs
from monitor.config.loading.shipped import find_shipped_folder
from monitor.errors import InvalidRequest
from monitor.services.lookup import require_known


@click.command()
@click.option("--pack", "names", metavar="NAME[,NAME]", help="Use these packs of rules and sources, not east-asia.")
@click.option("--empty", is_flag=True, help="Use no pack.")
@click.argument("folder", metavar="[DIR]", default=Path(), type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path, names: str | None, *, empty: bool) -> None:
    """Write monitor.yaml, a rule and a list of sources into DIR (here, if none is given), for you to edit. Overwrites
    nothing.

    `packs` in monitor.yaml names what is used of the rules and sources that come with the program: east-asia, if you
    give no option. `rules packs` lists all packs. They are not copied: an upgrade of the program brings better rules.
    `rules copy ID` and `sources copy ID` write one of them into your files, to be edited.

    \b
    Examples:
      news-monitor init
      news-monitor init /etc/news-monitor
      news-monitor init --pack disasters,health ~/news
      news-monitor init --empty ~/news
    """
    if empty and names is not None:
        raise InvalidRequest("give --pack or --empty, not both")
    known = shipped_packs(find_shipped_folder())
    packs = [] if empty else list(dict.fromkeys(name.strip() for name in (names or FIRST_PACK).split(",")))
    require_known("pack", packs, known)
    config = folder / MONITOR_YAML
    if is_there(config):
        raise InvalidRequest(f"{config} is there already; to use another pack, add its name to `packs` in it")
    try:
        written, kept = write_starter(folder, packs)
    except OSError as error:
        raise InvalidRequest(
            f"{error.filename or folder}: {error.strerror}; init writes into a folder of yours"
        ) from error
    for path in written:
        click.echo(f"wrote {path}")
    for path in kept:
        click.echo(f"kept {path}, which was there", err=True)
    used = f"the rules and sources of {', '.join(packs)}" if packs else "no pack"
    click.echo(f"\nIt uses {used}. `run` polls all its sources.", err=True)
    click.echo(f"Next: edit {config}, then `{find_called_name()} check -c {config}`", err=True)
