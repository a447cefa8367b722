"""`news-monitor sources show`: one source with all that is known of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.options import config_option, database_if_any, json_option, print_json
from monitor.cli.output.source_report import format_source, show_validators, trouble_to_row
from monitor.cli.output.wrapped_lines import print_lines
from monitor.services.queries.sources import AssessedSource, SourceDetails, show_source


@click.command("show")
@config_option
@json_option
@click.argument("id_", metavar="ID", type=NameOf("source"))
def show(config: Path, *, as_json: bool, id_: str) -> None:
    """Show a source: its settings, pace and state, its last polls, and how many articles it brought in 30 days. It also
    counts the articles that rules matched. Each line of bars has one bar for each day.

    Only polls that brought something new or had a problem are stored.

    \b
    Examples:
      news-monitor sources show harbour-times
      news-monitor sources show harbour-times --json
    """
    loaded = load_summary_to_read(config)
    assessed, activity = show_source(loaded, database_if_any(loaded.settings), id_, clock.now())
    if as_json:
        print_json(_source_to_row(assessed, activity))
        return
    print_lines(format_source(assessed, activity, loaded.settings.timezone))


def _source_to_row(assessed: AssessedSource, activity: SourceDetails | None) -> dict[str, object]:
    source, report, found = assessed.source, assessed.report, assessed.health
    row: dict[str, object] = {
        "id": source.id,
        "name": assessed.name,
        "url": source.url,
        "kind": source.kind,
        "language": source.language,
        "publisher": source.publisher,
        "wire": source.wire,
        "tags": list(source.tags),
        "every": int(source.every.total_seconds()),
        "cron": source.cron,
        "full_text": source.full_text,
        "health": found.health.value,
        "since": found.since,
        "problem": found.problem,
        "troubles": [trouble_to_row(each) for each in found.troubles],
    }
    if report is not None:
        kept = ("failures", "next_at", "last_ok_at", "articles", "overlap")
        row |= {key: value for key, value in asdict(report).items() if key in kept}
    if activity is not None:
        row |= {
            "first_at": activity.first_at,
            "polled_at": activity.polled_at,
            "rate": activity.rate,
            "quiet": activity.quiet.total_seconds() if activity.quiet else None,
            "validators": show_validators(source, activity),
            "daily_articles": activity.articles.counts,
            "daily_matches": activity.matches.counts,
            "polls": [asdict(poll) for poll in activity.polls],
        }
    return row
