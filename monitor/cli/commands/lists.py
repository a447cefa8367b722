"""`news-monitor lists`: the words that rules share."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.config_files import load_config
from monitor.cli.inputs import load_selected_rules, rules_options
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import config_option, json_option, print_faults, print_json
from monitor.cli.output.list_report import format_list, list_to_row
from monitor.cli.output.tables import print_table
from monitor.cli.output.wrapped_lines import print_lines
from monitor.services.queries.entities import group_by_language
from monitor.services.queries.lists import list_lists, show_list


@click.group(cls=LazyGroup)
def lists() -> None:
    """The lists of words that rules share: list, show."""


@lists.command("list")
@rules_options
@json_option
def list_(*, config: Path | None, rules: tuple[Path, ...], as_json: bool) -> None:
    """List the lists of words that rules share: their ids, titles and languages, how many words they have, how many
    rules use them, and their files.

    A rule uses a list if it names it, or another list or an entity that names it.

    \b
    Examples:
      news-monitor lists list
      news-monitor lists list --json
      news-monitor lists list --rules rules/lists

    Without -c and --rules: the lists of ./monitor.yaml. Exit code 1 if there are faulty files.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    found = list_lists(loaded, loaded.documents)
    if as_json:
        for usage in found:
            print_json(list_to_row(usage))
    else:
        rows = [
            [
                usage.word_list.id,
                usage.word_list.title,
                " ".join(sorted(group_by_language(usage.word_list.terms))),
                str(len(usage.word_list.terms)),
                str(len(usage.rules)),
                str(usage.word_list.place.file),
            ]
            for usage in found
        ]
        print_table(("list", "title", "languages", "words", "rules", "file"), rows, whole=("list",))
    raise SystemExit(1 if loaded.faults else 0)


@lists.command("show")
@config_option
@json_option
@click.argument("id_", metavar="ID")
def show(config: Path, *, as_json: bool, id_: str) -> None:
    """Show a list: its words, the lists and entities whose words belong to it, its file, and the rules that use it.

    If a condition ignores the list, an occurrence near the words under `before` and `after` does not count.

    \b
    Examples:
      news-monitor lists show strikes
      news-monitor lists show strikes --json

    Exit code 1 if there are faulty files.
    """
    loaded = load_config(config)
    print_faults(loaded.faults)
    usage = show_list(loaded.config, loaded.documents, id_)
    if as_json:
        print_json(list_to_row(usage))
    else:
        print_lines(format_list(usage))
    raise SystemExit(1 if loaded.faults else 0)
