"""`news-monitor outbox`: what is to be sent, and what became of it; and the operator's word on what is stuck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.options import (
    config_option,
    existing_database,
    json_option,
    load_config,
    open_reports,
    print_json,
    require_known,
)
from monitor.cli.output.tables import print_table
from monitor.errors import InvalidRequest
from monitor.model import DeliveryState
from monitor.store.queues.outbox import OPERATOR_STATES, Outbox

_LEFT = {
    DeliveryState.SENDING: "it is being sent just now; look again in a minute",
    DeliveryState.ACCEPTED: "its channel has accepted it",
    DeliveryState.DISCARDED: "it was discarded",
    None: "there is no such delivery; `news-monitor outbox list` shows them",
}


@click.group()
def outbox() -> None:
    """The deliveries: list, retry, discard."""


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
    found = open_reports(load_config(config).config.settings).deliveries(
        [DeliveryState(state) for state in states], most
    )
    if as_json:
        for delivery in found:
            print_json(asdict(delivery))
        return
    heads = ("id", "state", "channel", "attempts", "alert", "rule", "title", "last answer")
    rows = [(d.id, d.state, d.channel, d.attempts, d.alert, d.rule, d.title, d.detail) for d in found]
    print_table(heads, rows, whole=("id", "channel", "alert"))


_ids = click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
_dead = click.option("--dead", is_flag=True, help="All that are dead.")
_channel = click.option(
    "--channel", metavar="NAME", help="All that are dead or wait on this channel; with --dead: all dead ones."
)


@outbox.command()
@config_option
@_ids
@_dead
@_channel
def retry(config: Path, ids: tuple[int, ...], dead: bool, channel: str | None) -> None:
    """Send again, at once, what is dead or waits: with all its attempts, as if for the first time.

    What is dead because its channel took nothing is sent by itself when that accepts a message. What was tried before
    is kept. What is being sent, was accepted or was discarded is left alone (exit code 1).

    \b
    Examples:
      news-monitor outbox retry 17 18
      news-monitor outbox retry --dead
      news-monitor outbox retry --channel desk
    """
    asked, wanted = _select_deliveries(config, ids, dead, channel)
    _print_results(wanted, asked.retry(wanted, clock.now()), "is sent again at once")


@outbox.command()
@config_option
@_ids
@_dead
@_channel
def discard(config: Path, ids: tuple[int, ...], dead: bool, channel: str | None) -> None:
    """Never send what is dead or waits. What was tried is kept, and the alert too.

    What is being sent or was accepted is left alone (exit code 1).

    \b
    Examples:
      news-monitor outbox discard 17 18
      news-monitor outbox discard --dead --channel gone
    """
    asked, wanted = _select_deliveries(config, ids, dead, channel)
    _print_results(wanted, asked.discard(wanted, clock.now()), "is discarded")


def _select_deliveries(
    config: Path, ids: tuple[int, ...], dead: bool, channel: str | None
) -> tuple[Outbox, Sequence[int]]:
    """The outbox, and which deliveries are meant."""
    if bool(ids) == bool(dead or channel):
        raise InvalidRequest("say which: either IDs (`news-monitor outbox list`), or --dead, --channel NAME or both")
    settings = load_config(config).config.settings
    asked = Outbox(existing_database(settings), "operator")
    require_known("channel", [channel] if channel else [], settings.channels, asked.channels)
    wanted = ids or asked.ids([DeliveryState.DEAD] if dead else OPERATOR_STATES, channel)
    if not wanted:
        click.echo(f"nothing {'is dead' if dead else 'waits'}{f' on {channel}' if channel else ''}", err=True)
    return asked, wanted


def _print_results(wanted: Sequence[int], found: Mapping[int, DeliveryState], done: str) -> None:
    """Each of them, once; exit code 1 if any was left as it is."""
    left = [id_ for id_ in dict.fromkeys(wanted) if found.get(id_) in _LEFT]
    for id_ in dict.fromkeys(wanted):
        if id_ in left:
            click.echo(f"{id_} is left as it is: {_LEFT[found.get(id_)]}", err=True)
        else:
            click.echo(f"{id_} {done}")
    if left:
        raise SystemExit(1)
