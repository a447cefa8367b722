"""`news-monitor rules misses`: stories that rules should have sent, and did not, or not in time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.known_names import NameOf
from monitor.cli.options import (
    config_option,
    existing_database,
    format_local_time,
    json_option,
    limit_option,
    parse_duration_option,
    parse_time_option,
    print_faults,
    print_json,
)
from monitor.cli.output.replay_report import track_progress
from monitor.sanitize import sanitize_line
from monitor.services.queries.misses import Miss, MissLedger, MissLimits, MissPeriod, NotJudged, find_misses
from monitor.wording.quantities import duration_in_words, format_count

_PERIOD, _PUBLISHERS, _LATE, _MOST = "7 days", 3, "1 hour", 5
_MAX_NAMES = 5


@click.command("misses")
@config_option
@json_option
@click.option(
    "--since",
    default=_PERIOD,
    show_default=True,
    metavar="TIME",
    help="Stories whose last article came since then: '3 days' (ago), 2026-01-05.",
)
@click.option(
    "--publishers",
    default=_PUBLISHERS,
    show_default=True,
    type=click.IntRange(1),
    help="How many independent publishers must report a story.",
)
@click.option(
    "--late", default=_LATE, show_default=True, metavar="TIME", help="An alert that took longer than this is late."
)
@limit_option("How many to print for each rule.", default=_MOST)
@click.option(
    "--all",
    "all_stories",
    is_flag=True,
    help="Also stories that are not near to a rule, and those that another rule sent.",
)
@click.argument("rule", metavar="[RULE]", required=False, type=NameOf("rule"))
def misses(
    *,
    config: Path,
    as_json: bool,
    since: str,
    publishers: int,
    late: str,
    most: int,
    all_stories: bool,
    rule: str | None,
) -> None:
    """List the stories that RULE, or any rule that runs, should have sent, but did not send or sent late, and why.

    At least --publishers independent publishers report such a story (an agency's text counts once), and it names an
    entity of the rule's `match` in title or lead. It is a miss if no rule sent it and it is near to this rule: title
    and lead have more than half of what `match` asks for. If several rules are near, the nearest has missed it. --all
    also lists stories that are not near to a rule (often only the name is there), and those that another rule sent.

    A story is not a miss if it was sent with another story of the same event, if it goes into the daily digest as a
    mention or in doubt, if a rule in shadow would have sent it, if a person merged or split it, or if the rule was
    edited since and matches it now. A rule is not judged if it is off, or if its `match` names no entity: then nothing
    says what the rule is about. The last lines name these rules.

    Each story is printed with the command that shows more. `rules coverage RULE` shows what in the rule decides.

    \b
    Examples:
      news-monitor rules misses
      news-monitor rules misses taiwan-drills --since '30 days'
      news-monitor rules misses --publishers 5 --late '15 minutes' --json

    It reads only the articles of that time. The daemon may run meanwhile. If some rules cannot be read, the command
    names them and judges the others; then the exit code is 1.
    """
    loaded = load_config(config)
    print_faults(loaded.faults)
    zone, now = loaded.config.settings.timezone, clock.now()
    begin = parse_time_option(since, now, zone)
    assert begin is not None  # it has a default
    found = find_misses(
        loaded.config,
        existing_database(loaded.config.settings),
        MissPeriod(begin, now),
        MissLimits(publishers, parse_duration_option(late), all_stories),
        rule=rule,
        track=partial(track_progress, printing=False),
    )
    if as_json:
        for miss in (miss for of_rule in found.misses.values() for miss in of_rule[:most]):
            print_json(_miss_row(miss))
        for id_, why in found.not_judged.items():
            print_json({"type": "not judged", "rule": id_, "owner": loaded.config.rules[id_].owner, "why": why})
    else:
        for line in _format_ledger(found, most, zone):
            click.echo(line)
    raise SystemExit(1 if loaded.faults else 0)


def _miss_row(miss: Miss) -> dict[str, object]:
    return {
        "type": "miss",
        "rule": miss.rule,
        "owner": miss.owner,
        "story": miss.story,
        "source": miss.source,
        "uid": miss.uid,
        "title": miss.title,
        "url": miss.url,
        "first_seen": miss.first_seen,
        "publishers": miss.publishers,
        "why": miss.why,
        "share": miss.share,
        "unless": miss.is_excluded,
        "late_seconds": None if miss.late_by is None else round(miss.late_by.total_seconds()),
        "alert": miss.alert,
        "command": miss.command,
    }


def _format_ledger(found: MissLedger, most: int, zone: str) -> Iterator[str]:
    for rule, of_rule in found.misses.items():
        yield from _format_rule(rule, of_rule, most, zone)
        yield ""
    judged = f"{format_count(found.stories, 'story')} judged by {format_count(found.rules, 'rule')} with entities"
    yield f"{judged}: {format_count(found.count, 'miss')}"
    for why in NotJudged:
        if rules := [id_ for id_, found_why in found.not_judged.items() if found_why is why]:
            yield f"not judged, because {why}: {', '.join(rules)}"


def _format_rule(rule: str, of_rule: Sequence[Miss], most: int, zone: str) -> Iterator[str]:
    owner = next((sanitize_line(miss.owner) for miss in of_rule if miss.owner), None)
    yield f"{rule}{f' (owner: {owner})' if owner else ''}"
    for miss in of_rule[:most]:
        names = ", ".join(map(sanitize_line, miss.publishers[:_MAX_NAMES]))
        more = len(miss.publishers) - _MAX_NAMES
        said = "" if miss.late_by is None else f", {duration_in_words(miss.late_by)} late"
        yield f"  {sanitize_line(miss.title)}"
        yield f"    {format_local_time(miss.first_seen, zone)}{said}"
        count = format_count(len(miss.publishers), "publisher")
        yield f"    {count}: {names}{f' and {more} more' if more > 0 else ''}"
        yield f"    why: {sanitize_line(miss.why)}"
        yield f"    more: {sanitize_line(miss.command)}"
    if left := len(of_rule[most:]):
        yield f"  and {left} more: --limit {len(of_rule)} shows them"
    yield f"  what decides: news-monitor rules coverage {rule}"
