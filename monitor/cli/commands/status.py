"""`news-monitor status`: how it is doing. What needs a person comes first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary_reporting_missing_secrets
from monitor.cli.options import (
    existing_database,
    fault_row,
    json_option,
    possible_config_option,
    print_faults,
    print_json,
)
from monitor.cli.output.wrapped_lines import print_lines
from monitor.cli.paths import require_config
from monitor.errors import Fault, InvalidFiles, MonitorError, StoreFailed
from monitor.services.queries.status import ServiceStatus, add_channel_faults, find_faults, load_status
from monitor.services.queries.status_text import StatusText

_FAULTY = (
    "monitor.yaml has faults: a daemon that runs continues with the last good version, but none can start; "
    "`news-monitor check` lists all faults"
)
_WITHOUT_SECRETS = "no daemon can be started from here: secrets of monitor.yaml are missing"


@click.command()
@possible_config_option
@json_option
def status(config: Path, as_json: bool) -> None:
    """Show whether the daemon runs, what needs a person, and counts of sources, articles, matches, alerts and
    deliveries.

    If monitor.yaml has a fault, the rest of the file is used to show the status: a daemon that runs continues with the
    last good version, but it cannot be started. Exit code 1 if `run` could not start with this monitor.yaml (if a
    daemon runs, secrets may be missing here) or the database cannot be used, 2 if monitor.yaml is missing. With --json,
    `problem` and `fault_list` say why.

    \b
    Example:
      news-monitor status --json
    """
    try:
        require_config(config)
        loaded = load_summary_reporting_missing_secrets(config)
        settings = loaded.settings
        try:
            found = add_channel_faults(load_status(loaded, existing_database(settings), clock.now()), loaded)
        except StoreFailed as error:
            raise _WithoutDatabase(error, find_faults(loaded)) from None
    except MonitorError as error:
        if as_json:
            print_json(_problem_to_row(error))
        elif isinstance(error, _WithoutDatabase):
            print_faults(error.faults)
        raise
    problem = None if loaded.is_complete else _FAULTY
    if loaded.is_complete and loaded.lacks_secrets and not found.alive_daemons:  # one that runs has its own
        problem = _WITHOUT_SECRETS
    if as_json:
        print_faults(found.faults)
        why = {"problem": problem} if problem else {}
        print_json({"config": str(config.absolute()), **why, **_status_to_row(found)})
        raise SystemExit(1 if problem else 0)
    text = StatusText(found, settings.timezone, config.absolute())
    print_lines(text.warnings())
    print_lines(f"{name:<12}{line}" for name, line in text.summary())
    if problem:
        click.echo(problem, err=True)
        raise SystemExit(1)


class _WithoutDatabase(MonitorError):
    """The database cannot be used; the faults of the files are known."""

    def __init__(self, error: StoreFailed, faults: Sequence[Fault]) -> None:
        super().__init__(error)
        self.faults = faults


def _problem_to_row(error: MonitorError) -> dict[str, object]:
    """What a status says if there is none, because monitor.yaml or the database cannot be used."""
    faults = error.faults if isinstance(error, InvalidFiles | _WithoutDatabase) else ()
    return {"problem": str(error), **_faults_to_row(faults)}


def _faults_to_row(faults: Sequence[Fault]) -> dict[str, object]:
    return {"faults": len(faults), "fault_list": [fault_row(fault) for fault in faults]}


def _status_to_row(seen: ServiceStatus) -> dict[str, object]:
    return {
        "sources": seen.sources,
        **seen.counts,
        "muted": seen.muted,
        "corrected": [asdict(each) for each in seen.corrected],
        "told_later": asdict(seen.deferred),
        "deliveries": seen.deliveries,
        "rules": seen.rules,
        "shadow": {id_: asdict(would) for id_, would in seen.shadow.items()},
        **_faults_to_row(seen.faults),
        "failing": {id_: found.problem for id_, found in seen.failing.items()},
        "troubled": seen.troubled,
        "waiting": {channel: waits.since for channel, waits in seen.waiting.items()},
        "last_fetch": seen.last_fetch,
        "daemons": [
            {**asdict(daemon), "life": daemon.status_at(seen.now), "running": daemon.running.to_row()}
            for daemon in seen.daemons
        ],
        "unverified": list(seen.ages.unverified),
        "oldest_poll": seen.ages.oldest,
        "outbox": {channel: asdict(waits) for channel, waits in seen.waiting.items()},
        "last_answers": seen.last_answers,
        "held": {channel: asdict(held) for channel, held in seen.held.items()},
        "dead": [asdict(each) for each in seen.dead],
        "database": asdict(seen.database),
        "sandbox": {"complete": not seen.missing_protections, "missing": list(seen.missing_protections)},
    }
