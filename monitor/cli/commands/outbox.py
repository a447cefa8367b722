"""`news-monitor outbox`: what is to be sent, and what became of it; and the operator's word on what is stuck."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

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
from monitor.errors import InvalidRequest
from monitor.model import DeliveryState
from monitor.services.lookup import require_known
from monitor.store.queries.reports import DeliveryReport, ReportQueries
from monitor.store.queues.outbox import OPERATOR_STATES, Outbox

F = TypeVar("F", bound=Callable[..., object])
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
    database = existing_database(settings)
    require_known("channel", channels, settings.channels, Outbox(database, "operator").channels)
    found = ReportQueries(database).deliveries([*map(DeliveryState, states)], most, channels)
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


def _selecting(command: F) -> F:
    """The options that select deliveries; the command gives them to `_Selection`."""
    text = "All deliveries of this channel that are dead or wait; with --dead, only the dead ones."
    of_channel = click.option("--channel", metavar="NAME", help=text)
    dead = click.option("--dead", is_flag=True, help="All dead deliveries.")
    return config_option(click.argument("ids", nargs=-1, type=int, metavar="[ID]...")(dead(of_channel(command))))


class _Selection:
    """The deliveries that the options of `_selecting` name, and the outbox that has them. Raises InvalidRequest if they
    name none, or name them in both ways: nobody changes everything by mistake."""

    def __init__(self, config: Path, ids: Sequence[int], *, dead: bool, channel: str | None) -> None:
        if bool(ids) == bool(dead or channel):
            raise InvalidRequest(
                "name the deliveries: either IDs (`news-monitor outbox list`), or --dead, --channel NAME or both"
            )
        self._ids, self._dead, self._channel = ids, dead, channel
        self.settings = load_summary(config).settings
        self.database = existing_database(self.settings)
        self.outbox = Outbox(self.database, "operator")

    def load_ids(self, unheld_at: datetime | None = None) -> list[int]:
        """`unheld_at`: without those that the hours of a route hold at this time, unless their ids are given. Raises
        InvalidRequest for an unknown channel."""
        known = [self._channel] if self._channel else []
        require_known("channel", known, self.settings.channels, self.outbox.channels)
        states = [DeliveryState.DEAD] if self._dead else OPERATOR_STATES
        return list(dict.fromkeys(self._ids)) or self.outbox.ids(states, self._channel, unheld_at)

    def print_changes(self, ids: Sequence[int], found: Mapping[int, DeliveryState], done: str) -> None:
        """`found`: the state in which each delivery was. Exit code 1 if one was left as it is."""
        if not ids:
            on_channel = f" on {self._channel}" if self._channel else ""
            click.echo(f"nothing {'is dead' if self._dead else 'waits'}{on_channel}", err=True)
        left = [id_ for id_ in ids if found.get(id_) not in OPERATOR_STATES]
        for id_ in ids:
            if id_ in left:
                click.echo(f"{id_} is left as it is: {_LEFT[found.get(id_)]}", err=True)
            else:
                click.echo(f"{id_} {done}")
        if left:
            raise SystemExit(1)


@outbox.command()
@_selecting
def retry(config: Path, **selected: Any) -> None:  # noqa: ANN401 - see `_selecting`
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
    selection = _Selection(config, **selected)
    ids = selection.load_ids(unheld_at=clock.now())
    selection.print_changes(ids, selection.outbox.retry(ids, clock.now()), "is sent again at once")


@outbox.command()
@_selecting
def discard(config: Path, **selected: Any) -> None:  # noqa: ANN401 - see `_selecting`
    """Discard deliveries that are dead or wait: never send them. The alert and the record of earlier attempts stay.

    Deliveries that are being sent or were accepted stay as they are (exit code 1).

    \b
    Examples:
      news-monitor outbox discard 17 18
      news-monitor outbox discard --dead --channel gone
    """
    selection = _Selection(config, **selected)
    ids = selection.load_ids()
    selection.print_changes(ids, selection.outbox.discard(ids, clock.now()), "is discarded")


@outbox.command()
@_selecting
@click.option("--to", required=True, metavar="NAME", help="The channel (of monitor.yaml) that is to send them.")
def move(config: Path, *, to: str, **selected: Any) -> None:  # noqa: ANN401 - see `_selecting`
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
    selection = _Selection(config, **selected)
    require_known("channel", [to], selection.settings.channels)
    if selected["channel"] == to:
        raise InvalidRequest(f"'{to}' is the channel that they wait for; name another one after --to")
    ids = selection.load_ids()
    selection.print_changes(ids, selection.outbox.move(ids, to, clock.now()), f"is sent on {to} at once")
