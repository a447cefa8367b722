"""`news-monitor sources`: the sources, their health, and the commands that edit their files."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from monitor import clock
from monitor.cli.config_summary import load_summary, load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    config_option,
    database_if_any,
    existing_database,
    format_local_time,
    json_option,
    print_faults,
    print_json,
)
from monitor.cli.output.source_report import trouble_to_row
from monitor.cli.output.tables import print_table
from monitor.config.editing.source_files import source_files
from monitor.config.loading.summary import ConfigSummary
from monitor.services.commands.sources import find_networks_without_source, remove_sources, retry_sources
from monitor.services.queries.sources import AssessedSource, SourceHealth, list_sources, select_unhealthy
from monitor.store.engine.daemons import is_daemon_running

_NEVER = {"next_at": None, "last_ok_at": None, "failing_since": None, "failures": 0, "problem": None, "articles": 0,
          "overlap": None, "troubles": (), "title": None}  # fmt: skip


@click.group(
    cls=LazyGroup,
    lazy={
        "add": ("monitor.cli.commands.source_add", "Add a source to a sources file; its comments stay."),
        "import": ("monitor.cli.commands.source_lists", "Add the feeds of a list (OPML)."),
        "export": ("monitor.cli.commands.source_lists", "Write the sources as a list of feeds (OPML 2.0)."),
        "show": ("monitor.cli.commands.source_show", "Show a source: its settings, its polls, and its articles."),
    },
)
def sources() -> None:
    """The sources: list, show, health, retry, add, remove, import, export."""


@sources.command("list")
@config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """List every source of the config, and its state.

    \b
    Example:
      news-monitor sources list
    """
    loaded = load_summary_to_read(config)
    rows = []
    for each in _list_sources(loaded):
        source, report = each.source, each.report
        facts = asdict(report) if report else _NEVER
        every = int(source.every.total_seconds())
        about = {"id": source.id, "name": each.name, "url": source.url, "language": source.language, "every": every}
        about["cron"] = source.cron
        rows.append({**facts, **about, "tags": list(source.tags), "health": each.health.health.value})
    if as_json:
        for row in rows:
            print_json(row)
        return
    zone = loaded.settings.timezone
    shown = [
        {**row, "last_ok_at": format_local_time(row["last_ok_at"], zone), "every": row["cron"] or row["every"]}
        for row in rows
    ]
    columns = ("id", "language", "every", "articles", "health", "last_ok_at", "problem", "url")
    heads = ("id", "lang", "every (s)", "articles", "health", "last good poll", "problem", "url")
    print_table(heads, [[row[c] for c in columns] for row in shown], whole=("id",))


@sources.command()
@config_option
@json_option
def health(config: Path, as_json: bool) -> None:
    """List the sources that need a person, the worst first, and print one command that removes the dead ones.

    \b
    dead        failing for a week, or for a day if no poll ever succeeded
    failing     its last poll failed: why, how many failed in a row, and when the next poll is
    unverified  not polled yet: it came with the program or was just added
    stale       no longer polled, or polled without errors and always empty
    troubled    it answers, but has a problem: which one, and what to do

    \b
    "known" is the share of a document's entries that the poll before already had, on average over the last polls. If it
    is low, entries may be missed.

    \b
    Example:
      news-monitor sources health

    The exit code is 0 even if sources fail, as with `status`.
    """
    loaded = load_summary_to_read(config)
    zone = loaded.settings.timezone
    every = _list_sources(loaded)
    unhealthy = select_unhealthy(every)
    rows = [_health_to_row(each) for each in unhealthy]
    if as_json:
        for row in rows:
            print_json(row)
    elif rows:
        shown = [
            {**row, "since": _format_time(row["since"], zone), "next_at": _format_time(row["next_at"], zone)}
            for row in rows
        ]
        shown = [{**row, "known": "" if row["overlap"] is None else f"{row['overlap']:.0%}"} for row in shown]
        columns = ("health", "id", "since", "failures", "known", "problem", "next_at", "url")
        heads = ("health", "id", "since", "failures", "known", "problem", "next try", "url")
        print_table(heads, [[row[c] for c in columns] for row in shown], whole=("id",))
        _print_troubles([each for row in rows for each in row["troubles"]], zone)
    click.echo(f"{len(every) - len(rows)} of {len(every)} sources are fine", err=as_json)
    if dead := [each.source.id for each in unhealthy if each.health.health is SourceHealth.DEAD]:
        click.echo(_advise_removal(dead, config) if len(rows) < len(every) else _OURS, err=as_json)


_OURS = "No source is fine: look at the network of this machine before you remove any."


@sources.command()
@config_option
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=NameOf("source"))
def retry(config: Path, ids: tuple[str, ...]) -> None:
    """Poll these sources now: the running daemon polls them within seconds.

    Use it after you have added, edited or repaired a source. Otherwise the daemon polls a source at its usual time, and
    waits for hours before it polls a source that has failed for long. `sources show ID` and `sources health` show the
    result. If a source is being polled just now, try again later (exit code 1): that poll may have begun before your
    edit.

    \b
    Example:
      news-monitor sources retry harbour-times
    """
    loaded = load_summary(config)
    print_faults(loaded.faults)
    database, now = existing_database(loaded.settings), clock.now()
    retries = retry_sources(database, loaded.sources, ids, now)
    when = _WITH_DAEMON if is_daemon_running(database, now) else _WITHOUT_DAEMON
    for source in retries:
        if source.is_due:
            click.echo(f"{source.id} is due now: {when if source.is_stored else _UNREAD}")
        else:
            click.echo(f"{source.id} is left as it is: {_BEING_POLLED}", err=True)
    if not all(source.is_due for source in retries):
        click.get_current_context().exit(1)


_WITH_DAEMON = "the daemon polls it within seconds"
_WITHOUT_DAEMON = "no daemon runs here; `news-monitor run` polls it as soon as it starts"
_UNREAD = "it is new, and is polled as soon as a daemon runs that has read its file (`news-monitor status`)"
_BEING_POLLED = "it is being polled just now, or was when its daemon was killed; try again in a minute"


@sources.command()
@config_option
@click.argument("ids", metavar="ID...", nargs=-1, required=True, type=NameOf("source"))
def remove(config: Path, ids: tuple[str, ...]) -> None:
    """Remove sources from their files. Comments that are also about other sources stay.

    Their stored articles stay in the database. If one of the IDs is unknown, none is removed. If network.allow in
    monitor.yaml still names one of them, the command says where: edit that too.

    \b
    Example:
      news-monitor sources remove old-wire old-blog
    """
    files = source_files(config)
    print_faults(files.faults)
    removed = remove_sources(files, ids)
    for source in removed:
        click.echo(f"removed {source.id} from {source.file}")
    if faults := find_networks_without_source(files, removed):
        print_faults(faults)
        click.echo("a daemon that runs polls the removed sources until network.allow no longer names them", err=True)


def _list_sources(loaded: ConfigSummary) -> list[AssessedSource]:
    """Every source with its health; the faults of the files are printed."""
    if loaded.is_complete:  # `load_summary_to_read` has printed them if monitor.yaml itself has a fault
        print_faults(loaded.faults)
    return list_sources(loaded, database_if_any(loaded.settings), clock.now())


def _health_to_row(assessed: AssessedSource) -> dict[str, Any]:
    source, report, found = assessed.source, assessed.report, assessed.health
    facts = asdict(report) if report else _NEVER
    kept = {key: facts[key] for key in ("failures", "next_at", "last_ok_at", "articles", "overlap")}
    troubles = [{"source": each.source, **trouble_to_row(each)} for each in found.troubles]
    return {
        "id": source.id,
        "health": found.health.value,
        "since": found.since,
        "problem": found.problem,
        **kept,
        "troubles": troubles,
        "url": source.url,
    }


def _print_troubles(troubles: list[dict[str, Any]], zone: str) -> None:
    """Under the table, as they are sentences."""
    for each in troubles:
        words = each["kind"].replace("_", " ")
        since = format_local_time(each["since"], zone)
        click.echo(f"{each['source']}: {words} since {since}: {each['detail']}. {each['todo']}")


def _format_time(moment: Any, zone: str) -> str:  # noqa: ANN401 - a cell of a row
    return format_local_time(moment, zone) if moment else ""


def _advise_removal(dead: list[str], config: Path) -> str:
    named = "" if config == Path("monitor.yaml") else f" -c {shlex.quote(str(config))}"
    return f"To remove the dead ones:\n  news-monitor sources remove{named} {' '.join(dead)}"
