"""`news-monitor rules`: what a rule would do, before it does."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import click

from monitor import clock
from monitor.cli.command_hints import SILENCING_HINTS
from monitor.cli.config_files import load_config
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import config_option, existing_database, json_option, print_faults
from monitor.cli.output.replay_report import print_comparison, track_progress
from monitor.cli.paths import InputPath
from monitor.config.loading.load import load_rules
from monitor.services.queries.rule_trial import find_failures_of_tried, list_tried_rules, try_rules

_DAYS = 7


@click.group(
    cls=LazyGroup,
    hints=SILENCING_HINTS,
    lazy={
        "coverage": ("monitor.cli.commands.rules_coverage", "Show what a rule misses, and why."),
        "import": ("monitor.cli.commands.rules_import", "Make rules from keywords, Boolean queries and Google Alerts."),
        "list": ("monitor.cli.commands.rules_list", "List the rules, and their figures of the last 30 days."),
        "misses": ("monitor.cli.commands.rules_misses", "List stories that rules should have sent, and did not."),
        "packs": ("monitor.cli.commands.rules_list", "List the packs of rules that come with the program."),
        "tune": ("monitor.cli.commands.rules_tune", "Propose changes that would improve a rule."),
        "show": ("monitor.cli.commands.rules_list", "Show one rule, and its figures of the last 30 days."),
        "test": ("monitor.cli.commands.rules_test", "Run headlines through all rules, and check what they match."),
    },
)
def rules() -> None:
    """The rules: list, show, test, try, import, misses, coverage, tune, packs.

    To silence a rule, write `status: off` in its file: the daemon applies that within seconds. With `status: shadow` it
    sends nothing either, but its matches are stored. To make it send again, write `status: live`.
    """


@rules.command("try")
@config_option
@click.option("--days", type=click.IntRange(1, 36_500), default=_DAYS, show_default=True, help="How many days back.")
@json_option
@click.argument("file", type=InputPath())
def try_(config: Path, days: int, as_json: bool, file: Path) -> None:
    """Try the rules in FILE on the stored articles of the last days, before they go live: print what they would have
    sent.

    The articles are replayed twice, as by `replay`: first with the rules that run, then with those of FILE added. A
    rule in FILE replaces the rule with the same id. A message that only the second run sends is gained, one that only
    the first sends is lost, and one that both send at different times is moved. FILE may have entities and lists too.
    Its rules are tried as live rules, whatever their status is. If FILE is one of the config's files, the first run
    leaves it out.

    The table has every rule of FILE; "hit" is the number of stored articles that it hits, sent or not. Tests of FILE
    that fail are printed too.

    Nothing is sent and nothing is stored. The daemon may run meanwhile.

    \b
    Examples:
      news-monitor rules try new-rule.yaml
      news-monitor rules try rules/east-asia/taiwan-drills.yaml --days 30

    Exit code 1 if FILE, or another file of the config, has faults, or nothing is stored yet.
    """
    loaded = load_config(config)
    running = loaded.config
    tried = load_rules([file], config)
    own = [fault for fault in tried.faults if Path(fault.place.file).is_relative_to(file)]
    print_faults(own or loaded.faults)
    if own:
        raise SystemExit(1)
    database = existing_database(running.settings)
    now = clock.now()
    print_faults(find_failures_of_tried(tried, file, now))
    since = now - timedelta(days=days)
    track = partial(track_progress, printing=False)
    found = try_rules(running, database, tried, file, since=since, track=track)
    names = [rule.id for rule in list_tried_rules(tried, file)]
    print_comparison(found, running.settings.timezone, as_json=as_json, tried=names)
    raise SystemExit(1 if loaded.faults else 0)
