"""`news-monitor channels`: where messages go, and whether they arrive. No address is ever shown: it is a secret."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from monitor import clock
from monitor.cli.command_hints import SILENCING_HINTS
from monitor.cli.config_summary import load_summary, load_summary_with_secrets
from monitor.cli.known_names import NameOf
from monitor.cli.lazy_group import LazyGroup
from monitor.cli.options import (
    announce_wait,
    config_option,
    database_if_any,
    existing_database,
    format_local_time,
    json_option,
    open_output,
    print_faults,
    print_json,
)
from monitor.cli.output.tables import print_table
from monitor.errors import InvalidFiles, InvalidRequest, StoreFailed
from monitor.model import DeliveryState, Level, Settings
from monitor.services.commands.channel_add import AddedChannel, add_channel
from monitor.services.commands.channels import send_test_messages
from monitor.services.commands.drill import load_drill, start_drill
from monitor.services.queries.channel_preview import MessagePreview, preview_alert, preview_samples
from monitor.services.queries.channels import ChannelReport, list_channels, list_dead_letters, list_waiting
from monitor.store.queries.reports import DeliveryReport, WaitingForChannel

_LOOK = 0.5  # s, between two looks at a drill


@click.group(
    cls=LazyGroup,
    hints=SILENCING_HINTS,
    lazy={"canary": ("monitor.cli.commands.channels_canary", "A made-up article, all the way to test addresses.")},
)
def channels() -> None:
    """The channels that messages go to: list, add, preview, test, drill, canary."""


@channels.command("list")
@config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """List the channels of the config: kind, routes, waiting messages, and when each last accepted a message.

    \b
    Example:
      news-monitor channels list
    """
    loaded = load_summary(config)
    print_faults(loaded.faults)
    settings = loaded.settings
    rows = list_channels(settings, database_if_any(settings), clock.now())
    if as_json:
        for row in rows:
            print_json(asdict(row))
        return
    heads = ("channel", "kind", "routes", "its oldest alert waits since", "last accepted")
    print_table(heads, [_row_to_cells(row, settings.timezone) for row in rows], whole=("channel",))


def _row_to_cells(row: ChannelReport, zone: str) -> list[str]:
    routes = [*row.routes, *(["operator"] if row.operator else [])]
    since = format_local_time(row.waiting_since, zone) if row.waiting_since else "nothing waits"
    return [row.name, row.kind, ", ".join(routes) or "none", since, format_local_time(row.last_accepted, zone)]


@channels.command()
@config_option
@click.argument("name")
@click.argument("url")
@click.option(
    "--route",
    "routes",
    multiple=True,
    metavar="NAME",
    help="Also add it to this route, or to a new one.",
)
@click.option("--operator", "for_operator", is_flag=True, help="Also send it messages about the service itself.")
def add(config: Path, name: str, url: str, routes: tuple[str, ...], for_operator: bool) -> None:
    """Add a channel to monitor.yaml. Comments and everything else in the file stay as they are.

    URL is an Apprise URL. Do not write a secret in it: everybody who can see your processes or your shell's history
    could read it. Write ${env:NAME}, ${file:/PATH} or ${credential:NAME} in its place, or give "-" as URL and type it
    (or pipe it in). If Apprise cannot use the URL, nothing is written. A running daemon uses the new channel at once.

    \b
    Examples:
      news-monitor channels add desk 'mailtos://me:${env:MAIL_PASSWORD}@example.org?to=desk@example.org' --route default
      news-monitor channels add phone - --route night
    """
    if url == "-":
        url = click.prompt("URL", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().strip()
    try:
        added = add_channel(config, name, url, routes, os.environ, for_operator=for_operator)
    except InvalidFiles:
        click.echo(f"{name} was not added to {config}, because the file would have a fault:", err=True)
        raise
    settings = added.settings
    named = list(dict.fromkeys(routes))
    to_routes = f" and to the route{'s' if len(named) > 1 else ''} {', '.join(named)}" if named else ""
    click.echo(f"added the channel {name} to {config}{to_routes}")
    for line in _describe_needs(added, name):
        click.echo(line, err=True)
    for new in added.new_routes:
        line = f"made the route {new.name}: alerts go there only if a rule names it, `to: [{new.name}]`"
        meant = f". Did you mean {new.similar}? Then put {name} into that one in {config}" if new.similar else ""
        click.echo(f"{line}{meant}", err=True)
    if not routes:
        click.echo(f"no alert goes there until a route names it: add {name} to a route in {config}", err=True)
    now = ", ".join(settings.operator) or "no channel"
    if name in settings.operator:
        click.echo(f"messages about the service itself go to {now}")
    else:
        line = f"messages about the service itself go to {now}: if {name} should get them too, add it to operator"
        click.echo(f"{line} in {config}", err=True)
    click.echo(f"try it: news-monitor channels test {name}")


def _describe_needs(added: AddedChannel, name: str) -> Iterator[str]:
    """What a new channel needs that only its user can give."""
    if added.advice:
        yield f"advice: the address of {name} {added.advice}"
    if added.variables:
        kind = "variables" if len(added.variables) > 1 else "variable"
        needed = f"a running daemon needs the {kind} {', '.join(added.variables)} in its own environment"
        yield f"{needed}: `news-monitor status` shows whether it uses this edit"


@channels.command()
@config_option
@click.argument("names", nargs=-1, metavar="[NAME]...", type=NameOf("channel"))
def test(config: Path, names: tuple[str, ...]) -> None:
    """Send one real message on each of these channels (default: all), and print what its server answered.

    Exit code 1 if a message was not accepted. Nothing is stored, and the daemon may run meanwhile. If a channel accepts
    the test and other messages wait for it or are dead, the command says how many, and how to send them. It does not
    send them. A server has as much time to accept the message as with the daemon: 90 s, or 10 minutes for a mail
    server.

    \b
    Examples:
      news-monitor channels test
      news-monitor channels test phone desk
    """
    settings = load_summary_with_secrets(config).settings
    results = asyncio.run(_print_tests(settings, names))
    _remind_of_unsent(settings, [name for name, is_accepted in results.items() if is_accepted])
    if not all(results.values()):
        raise SystemExit(1)


def _remind_of_unsent(settings: Settings, accepted: Collection[str]) -> None:
    """A test of a channel that works again sends nothing else: say so, and what does."""
    with suppress(StoreFailed):  # a test is of channels: `status` says what the database has
        database = database_if_any(settings)
        for waiting in list_waiting(database, accepted, clock.now()):
            click.echo(_describe_waiting(waiting, settings.timezone), err=True)
        for each in list_dead_letters(database, accepted):
            click.echo(each.explain(format_local_time(each.since, settings.timezone)), err=True)


def _describe_waiting(waiting: WaitingForChannel, zone: str) -> str:
    one = waiting.deliveries == 1
    wait = "1 message waits" if one else f"{waiting.deliveries} messages wait"
    return (
        f"channel {waiting.channel}: {wait}, and the daemon tries the channel next at "
        f"{format_local_time(waiting.next_at, zone)}; to send {'it' if one else 'them'} now: "
        f"`news-monitor outbox retry --channel {waiting.channel}`"
    )


@channels.command()
@config_option
@json_option
@click.argument("name", type=NameOf("channel"))
@click.option("--alert", metavar="ID", help="A stored alert or notice, in place of the samples.")
@click.option("--sample", metavar="NAME", help="Only this sample: new, update, possibly, digest or notice.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the HTML into this file, for a browser (of the samples: `new`, unless --sample names another).",
)
def preview(
    config: Path, name: str, *, alert: str | None, sample: str | None, html: Path | None, as_json: bool
) -> None:
    """Show what a channel gets: samples of every kind of message, or a stored alert. Nothing is sent.

    Each message is shown as this kind of channel gets it, or as the channel's template writes it. The length is in the
    unit in which this kind counts. A message in HTML is shown as text; --html writes the HTML to a file, and --json
    prints both.

    \b
    Examples:
      news-monitor channels preview phone
      news-monitor channels preview desk --alert 207d7f56158b
      news-monitor channels preview mail --sample digest --html digest.html
    """
    loaded = load_summary(config)
    print_faults(loaded.faults)
    settings = loaded.settings
    if alert is not None and sample is not None:
        raise click.UsageError("--alert and --sample exclude each other")
    if alert is None:
        shown = preview_samples(settings, name, sample or ("new" if html else None))
    else:
        shown = [preview_alert(settings, loaded.sources, existing_database(settings), name, alert)]
    if html is not None:
        _write_html(shown[0], name, html)
        return
    for message in shown:
        if as_json:
            print_json(asdict(message))
        else:
            click.echo(_format_preview(message))


def _write_html(message: MessagePreview, channel: str, file: Path) -> None:
    if message.form != "html":
        raise InvalidRequest(f"the channel {channel} shows no HTML: it gets {message.form} text")
    with open_output(file) as out:
        out.write(message.body)
    click.echo(f"{file} shows the message {message.name} as {channel} gets it", err=True)


def _format_preview(message: MessagePreview) -> str:
    head = f"--- {message.name}: {message.form}, {message.size} of {message.limit} {message.unit}"
    body = message.text if message.form == "html" else message.body
    return "\n".join([head, *([f"title: {message.title}"] if message.title else []), body, ""])


@channels.command()
@config_option
@click.argument("names", nargs=-1, metavar="[NAME]...", type=NameOf("channel"))
@click.option(
    "--level",
    default=Level.CRITICAL.value,
    show_default=True,
    type=click.Choice([level.value for level in Level]),
    help="The level of the message; each channel sends the highest level first.",
)
@click.option(
    "--wait",
    default=120,
    show_default=True,
    type=click.IntRange(1),
    metavar="SECONDS",
    help="How long to wait at most.",
)
def drill(config: Path, names: tuple[str, ...], level: str, wait: int) -> None:
    """Send a message through the running daemon on each of these channels (default: all), as an alert is sent.

    It prints how long each channel took, or why it has not accepted the message yet. Exit code 1 if a channel has not
    accepted it in time. The message then stays in the outbox, and is tried again.

    \b
    Examples:
      news-monitor channels drill
      news-monitor channels drill phone --level high --wait 30
    """
    settings = load_summary(config).settings
    database = existing_database(settings)
    notice = start_drill(database, settings, names, Level(level), clock.now())
    until = clock.monotonic() + wait
    reports = load_drill(database, notice)
    while clock.monotonic() < until and not all(report.ended_at for report in reports):
        time.sleep(_LOOK)
        reports = load_drill(database, notice)
    for report in reports:
        click.echo(_describe_drill(report, notice.at))
    if any(report.state != DeliveryState.ACCEPTED for report in reports):
        raise SystemExit(1)


def _describe_drill(report: DeliveryReport, began: datetime) -> str:
    if report.state == DeliveryState.ACCEPTED and report.ended_at is not None:
        return f"{report.channel}: accepted after {(report.ended_at - began).total_seconds():.1f} s"
    answer = report.detail or "it has not been sent yet"
    return f"{report.channel}: {report.state}: {answer}; see `news-monitor outbox list --channel {report.channel}`"


async def _print_tests(settings: Settings, names: Collection[str]) -> dict[str, bool]:
    """Whether each channel accepted its message."""
    announce_wait(f"sending a test message on {', '.join(names or settings.channels)}")
    results = {}
    async for test in send_test_messages(settings, names, clock.now()):
        kind, detail = test.receipt.kind, test.receipt.detail
        click.echo(f"{test.channel}: {kind}" + (f": {detail}" if detail != kind else ""))
        results[test.channel] = test.is_accepted
    return results
