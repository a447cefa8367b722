"""`news-monitor rules list`, `rules show` and `rules packs`: the rules that there are, how they have done, and those
that come with the program."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from textwrap import wrap

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.inputs import load_selected_rules, rules_options
from monitor.cli.known_names import NameOf
from monitor.cli.options import (
    database_if_any,
    format_local_time,
    json_option,
    print_faults,
    print_json,
)
from monitor.cli.output.sparkline import draw_sparkline
from monitor.cli.output.tables import print_table
from monitor.cli.output.wrapped_lines import print_lines
from monitor.cli.paths import find_required_config
from monitor.errors import InvalidFiles
from monitor.model import Rule
from monitor.sanitize import sanitize_line
from monitor.services.queries.rules import (
    PackSummary,
    RuleSummary,
    find_summary,
    rank_by_health,
    summarize_packs,
    summarize_rules,
)
from monitor.store.queries.activity import RuleHealth, load_rule_health
from monitor.wording.alert_policy import describe_age_limit, describe_frequency
from monitor.wording.quantities import format_count

_HEADS = ("rule", "level", "status", "languages", "words", "tests", "owner", "title", "file")
_HEALTH_HEADS = ("rule", "level", "status", "matches", "alerts", "updates", "same", "noise", "last sent", "30 days")
_WIDE = 100
_INDENT = " " * 4


@click.command("list")
@rules_options
@json_option
def list_rules(config: Path | None, rules: tuple[Path, ...], *, as_json: bool) -> None:
    """List the rules, and their figures of the last 30 days: the noisy ones first, then those that match nothing.

    Matches are articles. Alerts are new messages; updates come after them. `same` counts the matches that were
    suppressed as repeats. Noise is the share of noise among the matches that people have marked (`mark`). The line of
    bars shows the matches of each day.

    With --rules, or before the first run, there are no figures. Then the list has the languages in which a rule can
    match (each part of its `match` has words or names in them), its numbers of words and tests, and its file.

    \b
    Examples:
      news-monitor rules list
      news-monitor rules list --json
      news-monitor rules list --rules rules

    Without -c and --rules: the rules of ./monitor.yaml. Exit code 1 if there are faulty rules.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    found = summarize_rules(loaded)
    health = None if rules else _load_health(config or find_required_config(), loaded.rules)
    if health is not None:
        found = rank_by_health(found, health)
    if as_json:
        for each in found:
            print_json(_rule_row(each, health))
    elif health is None:
        print_table(_HEADS, map(_rule_cells, found), whole=("rule",))
    else:
        rows = (_health_cells(each, health[each.rule.id], loaded.timezone) for each in found)
        print_table(_HEALTH_HEADS, rows, whole=("rule",))
    raise SystemExit(1 if loaded.faults else 0)


@click.command("show")
@rules_options
@json_option
@click.argument("rule", metavar="RULE", type=NameOf("rule"))
def show_rule(config: Path | None, rules: tuple[Path, ...], *, as_json: bool, rule: str) -> None:
    """Show a rule: its settings, where it sends and how often, and its figures of the last 30 days.

    With --rules there are no figures.

    \b
    Examples:
      news-monitor rules show port-strike
      news-monitor rules show port-strike --json
      news-monitor rules show port-strike --rules rules

    Without -c and --rules: the rules of ./monitor.yaml.
    """
    loaded = load_selected_rules(config, rules)
    print_faults(loaded.faults)
    found = find_summary(loaded, rule)
    health = None if rules else _load_health(config or find_required_config(), [rule])
    if as_json:
        print_json(_rule_row(found, health))
    else:
        print_lines(_format_rule(found))
        if not rules:
            print_lines(_format_health(None if health is None else health[rule], loaded.timezone))
    raise SystemExit(1 if loaded.faults else 0)


def _load_health(config: Path, rules: Iterable[str]) -> Mapping[str, RuleHealth] | None:
    """The health of the rules; None before the first run, or if monitor.yaml has faults, which is said."""
    try:
        settings = load_summary(config).settings
    except InvalidFiles:
        click.echo(f"no figures of the archive: {config} has faults (`news-monitor check` lists them)", err=True)
        return None
    database = database_if_any(settings)
    return None if database is None else load_rule_health(database, rules, clock.now(), settings.timezone)


def _rule_cells(each: RuleSummary) -> tuple[object, ...]:
    rule = each.rule
    languages = ", ".join(each.languages)
    return (
        *(rule.id, rule.level, rule.status, languages, each.word_count, each.test_count),
        *(rule.owner, rule.title, rule.place.file),
    )


def _health_cells(each: RuleSummary, health: RuleHealth, timezone: str) -> tuple[object, ...]:
    rule = each.rule
    return (
        *(rule.id, rule.level, rule.status, health.matches, health.alerts, health.updates, health.same),
        *(_format_noise(health), _format_day(health.last_sent_at, timezone), draw_sparkline(health.daily)),
    )


def _format_noise(health: RuleHealth) -> str:
    return "" if health.noise_share is None else f"{health.noise} of {health.good + health.noise}"


def _format_day(moment: datetime | None, timezone: str) -> str:
    return "never" if moment is None else format_local_time(moment, timezone)[:16]


def _format_rule(each: RuleSummary) -> Iterator[str]:
    rule = each.rule
    yield f"rule       {rule.id}, {rule.level}, {rule.status}"
    yield f"title      {sanitize_line(rule.title)}"
    yield f"file       {rule.place}"
    if rule.owner:
        yield f"owner      {sanitize_line(rule.owner)}"
    if rule.why:
        yield f"why        {sanitize_line(rule.why)}"
    yield f"alerts     {'; '.join(_describe_alerts(rule))}"
    words, tests = format_count(each.word_count, "word"), format_count(each.test_count, "test")
    yield f"languages  {', '.join(each.languages)}; {words}, {tests}"


def _format_health(health: RuleHealth | None, timezone: str) -> Iterator[str]:
    if health is None:
        yield "figures    there is no archive yet"
        return
    yield f"30 days    {draw_sparkline(health.daily)}"
    matches, mentions = format_count(health.matches, "match"), format_count(health.mentions, "mention")
    alerts, updates = format_count(health.alerts, "alert"), format_count(health.updates, "update")
    yield f"           {matches}, of which {mentions}; {alerts}, {updates}; {health.same} suppressed as the same"
    yield f"last sent  {_format_day(health.last_sent_at, timezone)}"
    share = f" ({health.noise_share:.0%} noise)" if health.noise_share is not None else ""
    yield f"marks      {health.good} good, {health.noise} noise{share}"


def _describe_alerts(rule: Rule) -> Iterator[str]:
    to = ", ".join(rule.alert.to or ("default",))
    yield f"to {to}, once per {rule.alert.once_per}, {describe_age_limit(rule.max_age)}"
    yield from describe_frequency(rule.alert)


def _rule_row(each: RuleSummary, health: Mapping[str, RuleHealth] | None) -> dict[str, object]:
    rule = each.rule
    row: dict[str, object] = {
        "rule": rule.id,
        "title": rule.title,
        "level": rule.level,
        "status": rule.status,
        "owner": rule.owner,
        "languages": each.languages,
        "words": each.word_count,
        "tests": each.test_count,
        "file": rule.place.file,
        "line": rule.place.line,
    }
    if health is not None:
        found = health[rule.id]
        row |= asdict(found) | {"noise_share": found.noise_share}
    return row


@click.command("packs")
@json_option
def list_packs(*, as_json: bool) -> None:
    """List the packs of rules that come with the program, with their rules, languages and sources.

    To use one, add its name to `packs` in monitor.yaml.

    \b
    Examples:
      news-monitor rules packs
      news-monitor rules packs --json
    """
    found = summarize_packs()
    if as_json:
        for each in found:
            print_json(_pack_row(each))
        return
    print_lines("\n\n".join("\n".join(_pack_lines(each)) for each in found).splitlines())


def _pack_row(each: PackSummary) -> dict[str, object]:
    return {
        "pack": each.pack.name,
        "title": each.pack.title,
        "description": each.pack.description,
        "rules": [rule.rule.id for rule in each.rules],
        "languages": each.languages,
        "sources": [source.id for source in each.sources],
        "source_files": [file.name for file in each.pack.sources],
    }


def _pack_lines(each: PackSummary) -> Iterator[str]:
    yield f"{each.pack.name}: {each.pack.title}"
    if each.pack.description:
        yield from wrap(each.pack.description, _WIDE, initial_indent=_INDENT, subsequent_indent=_INDENT)
    rules = f"rules: {', '.join(rule.rule.id for rule in each.rules)}"
    yield from wrap(rules, _WIDE, initial_indent=_INDENT, subsequent_indent=_INDENT * 2, break_on_hyphens=False)
    files = ", ".join(file.name for file in each.pack.sources)
    yield f"{_INDENT}languages: {', '.join(each.languages)}"
    yield f"{_INDENT}{len(each.sources)} sources: {files}"
