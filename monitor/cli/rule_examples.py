"""The articles by which `rules coverage` and `rules tune` judge a rule: of a file, or of the archive."""

from __future__ import annotations

from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.inputs import collect_usable, load_selected_rules, read_lines
from monitor.cli.options import existing_database, print_faults
from monitor.cli.paths import find_required_config
from monitor.config.loading.rule_files import LoadedRules
from monitor.errors import InvalidRequest
from monitor.lab import scoring
from monitor.services.queries.rule_improvement import RuleExamples, read_archive, read_labels


def read_rule_examples(
    config: Path | None, rules: tuple[Path, ...], rule: str, data: Path | None, most: int
) -> tuple[LoadedRules, RuleExamples, bool]:
    """The rules, the articles, and whether there were faulty files or unusable lines, which are printed."""
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    if data is not None:
        articles, problems = collect_usable(scoring.read_labeled(read_lines(data), clock.now()), data)
        return loaded, read_labels(articles, rule), problems or bool(loaded.faults)
    if rules:
        raise InvalidRequest("--rules names no database: give --data FILE, or -c FILE for the archive of a config")
    database = existing_database(load_summary(config or find_required_config()).settings)
    given = read_archive(database, rule, most)
    if given.stored is not None and given.stored > given.count:
        click.echo(f"the newest {given.count} of {given.stored} articles; --articles N reads more", err=True)
    return loaded, given, bool(loaded.faults)
