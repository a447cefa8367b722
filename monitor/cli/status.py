"""`news-monitor status`: how it is doing."""

from __future__ import annotations

from pathlib import Path

import click

from monitor.cli.options import config_option, json_option, load_config, local, print_faults, print_json, reports
from monitor.model import DeliveryState


@click.command()
@config_option
@json_option
def status(config: Path, as_json: bool) -> None:
    """Counts of sources, articles, matches, alerts and deliveries, and what needs a person.

    \b
    Example:
      news-monitor status --json
    """
    loaded = load_config(config)
    asked = reports(loaded.config.settings)
    deliveries = asked.delivery_counts()
    fared = asked.sources()
    failing = {id_: found for id_, found in fared.items() if id_ in loaded.config.sources and found.failures}
    waiting = asked.oldest_waiting()
    row = {
        "sources": len(loaded.config.sources),
        **asked.counts(),
        "deliveries": deliveries,
        "rules": len(loaded.config.rules),
        "faults": len(loaded.faults),
        "failing": {id_: found.problem for id_, found in failing.items()},
        "waiting": waiting,
        "last_fetch": asked.last_fetch_at(),
    }
    if as_json:
        print_faults(loaded.faults)
        print_json(row)
        return
    zone = loaded.config.settings.timezone
    for name in ("sources", "rules", "articles", "matches", "stories", "alerts"):
        click.echo(f"{name:<12}{row[name]}")
    click.echo(f"{'deliveries':<12}{', '.join(f'{n} {state}' for state, n in deliveries.items() if n) or 'none'}")
    click.echo(f"{'last fetch':<12}{local(asked.last_fetch_at(), zone)}")
    for fault in loaded.faults:
        click.echo(f"fault: {fault}")
    for id_, found in failing.items():
        then = local(found.next_at, zone)
        click.echo(f"failing: {id_}: {found.problem} ({found.failures} in a row; next try {then})")
    for channel, since in waiting.items():
        click.echo(f"waiting: {channel}: its oldest alert waits since {local(since, zone)}")
    if deliveries[DeliveryState.DEAD]:
        click.echo(
            f"dead: {deliveries[DeliveryState.DEAD]} deliveries; `news-monitor outbox list --state dead` lists them, "
            "`news-monitor outbox retry --dead` sends them again"
        )
