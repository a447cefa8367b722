"""`news-monitor rules copy`: a rule of a pack, to be edited."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.known_names import NameOf
from monitor.cli.options import config_option
from monitor.config.editing.starter import copy_from_pack


@click.command()
@config_option
@click.argument("id_", metavar="ID", type=NameOf("rule"))
def copy(config: Path, id_: str) -> None:
    """Write a rule of a pack into your folder of rules, for you to edit. It takes the place of the rule of the pack.

    A list or an entity that comes with the program can be copied too, if monitor.yaml has `packs`, even `packs: []`. To
    only add words to one, write a document with `extends: ID` instead (docs/rules.md). If you delete your copy, the one
    of the pack counts again.

    \b
    Examples:
      news-monitor rules copy taiwan-drills
      news-monitor rules copy denials
    """
    target = copy_from_pack(config, id_)
    click.echo(f"wrote {target}; it takes the place of the pack's '{id_}'")
