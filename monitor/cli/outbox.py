"""`news-monitor outbox`: what is to be sent, and what became of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from monitor.cli.options import config_option, json_option, load_config, print_json, print_table, reports
from monitor.model import DeliveryState


@click.group()
def outbox() -> None:
    """The deliveries: list."""


@outbox.command("list")
@config_option
@json_option
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in DeliveryState]),
    help="Only deliveries in this state.",
)
@click.option("--most", default=100, show_default=True, type=click.IntRange(1), help="So many, the newest first.")
def list_(config: Path, as_json: bool, states: tuple[str, ...], most: int) -> None:
    """The deliveries, the newest first: one for each alert and channel.

    \b
    Examples:
      news-monitor outbox list
      news-monitor outbox list --state dead --state retry
    """
    found = reports(load_config(config).config.settings).deliveries([DeliveryState(state) for state in states], most)
    if as_json:
        for delivery in found:
            print_json(asdict(delivery))
        return
    heads = ("id", "state", "channel", "attempts", "rule", "title", "last answer")
    print_table(heads, [[d.id, d.state, d.channel, d.attempts, d.rule, d.title, d.detail] for d in found])
