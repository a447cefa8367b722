"""`news-monitor entities`: whom and what rules can name, and in which groups."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.inputs import load_selected_rules, rules_options
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import json_option, print_faults, print_json
from monitor.cli.output.entity_report import entity_to_row
from monitor.cli.output.tables import print_table
from monitor.services.queries.entities import list_entities, list_languages


@click.group(
    cls=LazyGroup,
    lazy={"show": ("monitor.cli.commands.entity_show", "Show an entity: its names, and which rules use it.")},
)
def entities() -> None:
    """The entities: list, show."""


@entities.command("list")
@rules_options
@click.option("--group", metavar="G", help="Only those in this group, for example central-banks.")
@click.option("--kind", metavar="K", help="Only those of this kind, for example country.")
@json_option
@click.argument("word", required=False)
def list_(
    *,
    config: Path | None,
    rules: tuple[Path, ...],
    group: str | None,
    kind: str | None,
    as_json: bool,
    word: str | None,
) -> None:
    """List the entities that rules can name: their ids, groups, and the languages of their names.

    WORD: only those with it, or with a word of which it is a part, in the id, the name or a spelling, in any language.

    \b
    Examples:
      news-monitor entities list korea
      news-monitor entities list --kind country --group africa
      news-monitor entities list --group central-banks --json
      news-monitor entities list --rules entities

    Without -c and --rules: the entities of ./monitor.yaml. Exit code 1 if some of them are faulty.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    shown = list_entities(loaded.entities.values(), group, kind, word)
    if as_json:
        for entity in shown:
            print_json(entity_to_row(entity))
    else:
        rows = [
            [each.id, each.kind, each.name, " ".join(each.groups), " ".join(list_languages(each))] for each in shown
        ]
        print_table(("id", "kind", "name", "groups", "languages"), rows, whole=("id",))
    raise SystemExit(1 if loaded.faults else 0)
