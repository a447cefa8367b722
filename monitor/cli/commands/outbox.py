"""`news-monitor outbox`: what is to be sent, and what became of it; and the operator's word on what is stuck."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_summary import load_summary, load_summary_to_read
from monitor.cli.known_names import NameOf
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    config_option,
    existing_database,
    format_local_time,
    json_option,
    limit_option,
    print_json,
)
from monitor.cli.output.tables import print_table
from monitor.model import DeliveryState
from monitor.services.commands.outbox import (
    DeliveryChange,
    DeliverySelection,
    discard_deliveries,
    move_deliveries,
    retry_deliveries,
)
from monitor.services.queries.outbox import list_deliveries
from monitor.store.queries.reports import DeliveryReport

_LEFT = {
    DeliveryState.SENDING: "it is being sent just now; look again in a minute",
    DeliveryState.ACCEPTED: "its channel has accepted it",
    DeliveryState.DISCARDED: "it was discarded",
    None: "there is no such delivery; `news-monitor outbox list` shows them",
}


@click.group(cls=LazyGroup)
def outbox() -> None:
    """The deliveries: list, retry, discard, move."""


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
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="NAME",
    type=NameOf("channel"),
    help="Only deliveries on this channel.",
)
@limit_option()
def list_(config: Path, as_json: bool, states: tuple[str, ...], channels: tuple[str, ...], most: int) -> None:
    """List the deliveries, the newest first: one for each alert and channel.

    "committed" is when the alert was decided and stored. "due" is when a waiting delivery is sent next. While its
    channel fails or is paused, that is when the daemon tries the channel next. A delivery that waits for the hours of a
    route is "held": it is due when they begin.

    \b
    Examples:
      news-monitor outbox list
      news-monitor outbox list --state dead --state retry
      news-monitor outbox list --channel phone
    """
    settings, now = load_summary_to_read(config).settings, clock.now()
    found = list_deliveries(existing_database(settings), settings, map(DeliveryState, states), channels, most)
    if as_json:
        for delivery in found:
            print_json(asdict(delivery))
        return
    heads = ("id", "state", "channel", "committed", "due", "attempts", "alert", "rule", "title", "last answer")

    def show(moment: datetime | None) -> str:
        return "" if moment is None else format_local_time(moment, settings.timezone)

    rows = [
        (
            each.id, "held" if each.is_held(now) else each.state, each.channel, show(each.committed_at),
            show(each.due_at), each.attempts, each.alert, each.rule, each.title, _describe_answer(each, now, show),
        )
        for each in found
    ]  # fmt: skip
    print_table(heads, rows, whole=("id", "channel", "alert"))


def _describe_answer(delivery: DeliveryReport, now: datetime, show: Callable[[datetime | None], str]) -> str | None:
    """The last answer of the server; of a delivery that is held, until when and by what."""
    if delivery.is_held(now):
        return f"held until {show(delivery.not_before)} by {delivery.held_by}"
    return delivery.detail


_ids = click.argument("ids", nargs=-1, type=int, metavar="[ID]...")
_dead = click.option("--dead", is_flag=True, help="All dead deliveries.")
_channel = click.option(
    "--channel",
    metavar="NAME",
    help="All deliveries of this channel that are dead or wait; with --dead, only the dead ones.",
)


@outbox.command()
@config_option
@_ids
@_dead
@_channel
def retry(config: Path, ids: tuple[int, ...], dead: bool, channel: str | None) -> None:
    """Retry deliveries that are dead or wait: send them again at once, with all attempts as if they were new.

    If a delivery is dead because its channel accepted nothing, it is also sent without this command, when the channel
    next accepts a message. The record of earlier attempts stays. Deliveries that are being sent, were accepted or were
    discarded stay as they are (exit code 1). A delivery that is held by the hours of a route is sent before they begin
    only if you name its ID.

    \b
    Examples:
      news-monitor outbox retry 17 18
      news-monitor outbox retry --dead
      news-monitor outbox retry --channel desk
    """
    selection = DeliverySelection(ids, dead, channel)
    settings = load_summary(config).settings
    changes = retry_deliveries(existing_database(settings), settings, selection, clock.now())
    _print_changes(selection, changes, "is sent again at once")


@outbox.command()
@config_option
@_ids
@_dead
@_channel
def discard(config: Path, ids: tuple[int, ...], dead: bool, channel: str | None) -> None:
    """Discard deliveries that are dead or wait: never send them. The alert and the record of earlier attempts stay.

    Deliveries that are being sent or were accepted stay as they are (exit code 1).

    \b
    Examples:
      news-monitor outbox discard 17 18
      news-monitor outbox discard --dead --channel gone
    """
    selection = DeliverySelection(ids, dead, channel)
    settings = load_summary(config).settings
    changes = discard_deliveries(existing_database(settings), settings, selection, clock.now())
    _print_changes(selection, changes, "is discarded")


@outbox.command()
@config_option
@_ids
@_dead
@_channel
@click.option("--to", required=True, metavar="NAME", help="The channel (of monitor.yaml) that is to send them.")
def move(config: Path, ids: tuple[int, ...], dead: bool, channel: str | None, to: str) -> None:
    """Move deliveries that are dead or wait to another channel: send them there at once, with all attempts as if they
    were new.

    Use this if a channel was renamed or removed, or will not recover. If the other channel already has an alert, it
    does not get it twice. Deliveries that are being sent, were accepted or were discarded stay as they are (exit code
    1).

    \b
    Examples:
      news-monitor outbox move --channel old-phone --to phone
      news-monitor outbox move 17 18 --to desk
    """
    selection = DeliverySelection(ids, dead, channel)
    settings = load_summary(config).settings
    changes = move_deliveries(existing_database(settings), settings, selection, to, clock.now())
    _print_changes(selection, changes, f"is sent on {to} at once")


def _print_changes(selection: DeliverySelection, changes: Sequence[DeliveryChange], done: str) -> None:
    """Exit code 1 if a delivery was left as it is."""
    if not changes:
        on_channel = f" on {selection.channel}" if selection.channel else ""
        click.echo(f"nothing {'is dead' if selection.dead else 'waits'}{on_channel}", err=True)
    for change in changes:
        if change.is_changed:
            click.echo(f"{change.id} {done}")
        else:
            click.echo(f"{change.id} is left as it is: {_LEFT[change.found]}", err=True)
    if not all(change.is_changed for change in changes):
        raise SystemExit(1)
