"""`news-monitor rules`: what a rule would do, before it does."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import click

from monitor import clock
from monitor.cli.command_hints import SILENCING_HINTS
from monitor.cli.config_files import load_config
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import config_option, confirm, existing_database, json_option, print_faults, print_json
from monitor.cli.output.late_alerts import count_late_alerts, late_alert_rows, print_late_alerts
from monitor.cli.output.replay_report import print_comparison, track_progress
from monitor.cli.paths import InputPath
from monitor.config.loading.load import load_rules
from monitor.config.loading.rule_files import LoadedRules
from monitor.errors import InvalidRequest
from monitor.model import Config, RuleStatus
from monitor.services.commands.late_alerts import LateAlerts
from monitor.services.queries.rule_trial import find_failures_of_tried, list_tried_rules, try_rules
from monitor.store.engine.database import Database

_DAYS = 7


@click.group(
    cls=LazyGroup,
    hints=SILENCING_HINTS,
    lazy={
        "copy": ("monitor.cli.commands.rules_copy", "Write a rule of a pack into your files, to be edited."),
        "coverage": ("monitor.cli.commands.rules_coverage", "Show what a rule misses, and why."),
        "import": ("monitor.cli.commands.rules_import", "Make rules from keywords, Boolean queries and Google Alerts."),
        "list": ("monitor.cli.commands.rules_list", "List the rules, and their figures of the last 30 days."),
        "misses": ("monitor.cli.commands.rules_misses", "List stories that rules should have sent, and did not."),
        "packs": ("monitor.cli.commands.rules_list", "List the packs of rules that come with the program."),
        "show": ("monitor.cli.commands.rules_list", "Show one rule, and its figures of the last 30 days."),
        "test": ("monitor.cli.commands.rules_test", "Run headlines through all rules, and check what they match."),
    },
)
def rules() -> None:
    """The rules: list, show, test, try, copy, import, misses, coverage, packs.

    To silence a rule, write `status: off` in its file, or for a rule of a pack `packs: {PACK: {rules: {ID: off}}}` in
    monitor.yaml: the daemon applies that within seconds. With `status: shadow` it
    sends nothing either, but its matches are stored. To make it send again, write `status: live`.
    """


@rules.command("try")
@config_option
@click.option("--days", type=click.IntRange(1, 36_500), default=_DAYS, show_default=True, help="How many days back.")
@click.option("--send", is_flag=True, help="Send what rules of FILE would have sent and have not; it asks first.")
@click.option("--yes", is_flag=True, help="With --send: do not ask for confirmation.")
@json_option
@click.argument("file", type=InputPath())
def try_(*, config: Path, days: int, send: bool, yes: bool, as_json: bool, file: Path) -> None:
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

    With --send, the alerts that are missing are sent, after a question: of articles that the rules of FILE hit now and
    did not hit when they came, or only in shadow or as too old. The rules must be live in the config. The alerts are
    decided by the same steps as all others, so nothing is sent twice; an article counts as being as old as when it
    came. The daemon, or `run --once`, sends them.

    \b
    Examples:
      news-monitor rules try new-rule.yaml
      news-monitor rules try rules/port.yaml --send
      news-monitor rules try rules/taiwan-drills.yaml --days 30

    Exit code 1 if FILE, or another file of the config, has faults, or nothing is stored yet; 2 if a rule of FILE cannot
    send, or the question was not answered.
    """
    if yes and not send:
        raise InvalidRequest("--yes answers the question of --send: give both")
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
    if send:
        rules = _list_live_rules(running, tried, file)
        _send_late_alerts(running, database, rules, since, yes=yes, as_json=as_json)
        raise SystemExit(1 if loaded.faults else 0)
    track = partial(track_progress, printing=False)
    found = try_rules(running, database, tried, file, since=since, track=track)
    names = [rule.id for rule in list_tried_rules(tried, file)]
    print_comparison(found, running.settings.timezone, as_json=as_json, tried=names)
    raise SystemExit(1 if loaded.faults else 0)


def _send_late_alerts(
    config: Config, database: Database, rules: frozenset[str], since: datetime, *, yes: bool, as_json: bool
) -> None:
    """Decide, show, ask, and decide again, as the daemon may have worked meanwhile."""
    late = LateAlerts(config, database, rules)
    late.find(since, clock.now(), partial(track_progress, printing=False))
    planned = late.decide(clock.now(), commit=False)
    if not as_json:
        print_late_alerts(planned)
    if all(match.alert is None and match.pending is None for article in planned for match in article.decisions):
        click.echo("there is nothing to send", err=as_json)
        return
    if not (yes or confirm("Send them?", "nothing was sent", err=as_json)):
        click.echo("nothing was sent", err=as_json)
        return
    decided = late.decide(clock.now(), commit=True)
    if as_json:
        for row in late_alert_rows(decided):
            print_json(row)
    click.echo(f"{count_late_alerts(decided)}; the daemon sends them, or `news-monitor run --once`", err=as_json)


def _list_live_rules(config: Config, tried: LoadedRules, file: Path) -> frozenset[str]:
    """The ids of the rules of FILE, which must all be live in the config. Raises InvalidRequest."""
    found = list_tried_rules(config, file)
    if not found:
        same = [config.rules[rule.id] for rule in list_tried_rules(tried, file) if rule.id in config.rules]
        where = [f"put the new version of {rule.id} into {rule.place.file}, which has that rule" for rule in same]
        to_do = "; ".join(where) or "move the file to a folder that `rules` names"
        raise InvalidRequest(
            f"no rule of {file} is among the rules of monitor.yaml, and --send takes only these: {to_do}"
        )
    silent = [
        f"{rule.id} is {'in ' if rule.status is RuleStatus.SHADOW else ''}{rule.status}"
        for rule in found
        if rule.status is not RuleStatus.LIVE
    ]
    if silent:
        raise InvalidRequest(f"only live rules send: {', '.join(silent)}; write `status: live` first")
    return frozenset(rule.id for rule in found)
