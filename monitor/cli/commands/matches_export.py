"""`news-monitor matches export`: the stored matches for other commands, or as evidence."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary
from monitor.cli.match_number import MatchNumber
from monitor.cli.options import (
    TIME_EXAMPLES,
    config_option,
    existing_database,
    json_line,
    match_row,
    open_output,
    parse_time_option,
    print_written,
    replacing_file,
    rules_filter_option,
    since_option,
)
from monitor.cli.paths import OutputPath
from monitor.errors import InvalidRequest
from monitor.services.queries.matches import ExportedMatch, MatchFilter, iter_matches
from monitor.store.engine.database import Database
from monitor.wording.quantities import format_count


@click.command()
@config_option
@rules_filter_option
@since_option
@click.option("--until", "--before", "until", metavar="TIME", help=f"Only before this time: {TIME_EXAMPLES}")
@click.option("--match", "ids", multiple=True, type=MatchNumber(1, 2**31 - 1), metavar="ID", help="Only this match.")
@click.option("--evidence", is_flag=True, help="Write an evidence bundle: a zip file with SHA256SUMS.")
@click.option("-o", "--output", type=OutputPath(), help="The same as FILE.")
@click.argument("file", type=OutputPath(), required=False)
def export(
    config: Path,
    *,
    rules: tuple[str, ...],
    since: str | None,
    until: str | None,
    ids: tuple[int, ...],
    evidence: bool,
    output: Path | None,
    file: Path | None,
) -> None:
    """Write the matches as JSON lines into FILE (default, or "-": standard output), in the order in which they were
    stored.

    `match`, `replay` and `score` read these lines. Each line has the article, in the version that matched. A mark on
    the match is a label for `score`.

    With --evidence, it writes a zip file to keep, with the texts, all times and their clocks, the rules, the decisions
    and the receipts; `sha256sum -c SHA256SUMS` checks it. The command prints the hash of the bundle. Note the hash
    elsewhere: it alone shows later that nothing was changed.

    \b
    Examples:
      news-monitor matches export matches.jsonl
      news-monitor matches export --rule taiwan-drills - | news-monitor replay -
      news-monitor matches export - | news-monitor score -
      news-monitor matches export --since 2026-01-01 --until 2026-02-01 | gzip > january.jsonl.gz
      news-monitor matches export --evidence --match 17 evidence.zip
    """
    if output is not None and file is not None:
        raise InvalidRequest("-o and FILE both name a file: give one of them")
    target = output or file or Path("-")
    if evidence and str(target) == "-":
        raise InvalidRequest("name a file: an evidence bundle is a zip file")
    loaded = load_summary(config)
    settings = loaded.settings
    database = existing_database(settings)
    zone, now = settings.timezone, clock.now()
    wanted = MatchFilter(
        rules, since=parse_time_option(since, now, zone), until=parse_time_option(until, now, zone), ids=ids
    )
    found = iter_matches(loaded, database, wanted)
    if evidence:
        _export_evidence(config, database, wanted, target)
        return
    count = 0
    with open_output(target) as out:
        for match in found:
            out.write(f"{json_line(_exported_row(match), out)}\n")
            count += 1
    print_written(format_count(count, "match"), target)


def _export_evidence(config: Path, database: Database, wanted: MatchFilter, file: Path) -> None:
    # Slow to import, and only needed where the rules are.
    from monitor.cli.config_files import load_config
    from monitor.services.evidence import write_evidence

    loaded = load_config(config)
    with replacing_file(file, may_exist=False) as out:  # the hash of an older one may be noted
        count, digest = write_evidence(out, loaded, database, wanted, clock.now())
    click.echo(f"{file}: {format_count(count, 'match')}")
    click.echo(f"SHA-256 of the whole bundle (note it elsewhere): {digest}")


def _exported_row(found: ExportedMatch) -> dict[str, object]:
    """A match as JSON has it, with all that `replay` and `score` need of its article."""
    words = {"text": found.text, "authors": list(found.authors), "tags": list(found.tags)}
    return {**match_row(found.match), "article": {**asdict(found.match.article), **words}}
