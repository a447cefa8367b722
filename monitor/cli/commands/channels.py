"""`news-monitor channels`: where messages go, and whether they arrive. No address is ever shown: it is a secret."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

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
    database_of,
    existing_database,
    format_local_time,
    json_option,
    open_output,
    print_faults,
    print_json,
)
from monitor.cli.output.tables import print_table
from monitor.config.language.secrets import list_variables, secrets_of
from monitor.errors import InvalidFiles, InvalidRequest, StoreFailed
from monitor.model import CANARY_WITHIN, Config, DeliveryState, Level, Notice, Settings, list_channels_of
from monitor.notices.canary import CanaryResult
from monitor.notify.mail_urls import explain_mail_url
from monitor.services.commands.channels import add_channel, send_test_messages, start_drill
from monitor.services.queries.channels import MessagePreview, preview_alert, preview_samples
from monitor.store.engine.database import Database
from monitor.store.queries.reports import DeliveryReport, ReportQueries, WaitingForChannel
from monitor.store.queues.outbox import find_dead_letters

_LOOK = 0.5  # s, between two looks at a drill
_CANARY_LOOK = 0.2  # s


@click.group(cls=LazyGroup, hints=SILENCING_HINTS)
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
    database = database_if_any(settings)
    reports = ReportQueries(database) if database else None
    waiting = reports.oldest_pending(clock.now()) if reports else {}
    accepted = reports.last_accepted() if reports else {}
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "kind": channel.scheme if channel.scheme.isalnum() else "unknown",
            "routes": [route for route, steps in settings.routes.items() if name in list_channels_of(steps)],
            "operator": name in settings.operator,
            "waiting_since": waiting.get(name),
            "last_accepted": accepted.get(name),
        }
        for name, channel in settings.channels.items()
    ]
    if as_json:
        for row in rows:
            print_json(row)
        return
    zone, heads = settings.timezone, ("channel", "kind", "routes", "its oldest alert waits since", "last accepted")
    shown = (
        (row["name"], row["kind"], ", ".join([*row["routes"], *(["operator"] if row["operator"] else [])]) or "none",
         format_local_time(row["waiting_since"], zone) if row["waiting_since"] else "nothing waits",
         format_local_time(row["last_accepted"], zone))
        for row in rows
    )  # fmt: skip
    print_table(heads, shown, whole=("channel",))


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
        settings, made = add_channel(config, name, url, routes, os.environ, for_operator=for_operator)
    except InvalidFiles:
        click.echo(f"{name} was not added to {config}, because the file would have a fault:", err=True)
        raise
    named = list(dict.fromkeys(routes))
    to_routes = f" and to the route{'s' if len(named) > 1 else ''} {', '.join(named)}" if named else ""
    click.echo(f"added the channel {name} to {config}{to_routes}")
    if lacking := explain_mail_url(settings.channels[name].url):
        click.echo(f"advice: the address of {name} {'; '.join(lacking)}", err=True)
    if variables := list_variables(url):
        kind = "variables" if len(variables) > 1 else "variable"
        needed = f"a running daemon needs the {kind} {', '.join(variables)} in its own environment"
        click.echo(f"{needed}: `news-monitor status` shows whether it uses this edit", err=True)
    for route, similar in made.items():
        line = f"made the route {route}: alerts go there only if a rule names it, `to: [{route}]`"
        meant = f". Did you mean {similar}? Then put {name} into that one in {config}" if similar else ""
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
    announce_wait(f"sending a test message on {', '.join(names or settings.channels)}")
    accepted, are_all = asyncio.run(_print_tests(settings, names))
    _remind_of_unsent(settings, accepted)
    if not are_all:
        raise SystemExit(1)


async def _print_tests(settings: Settings, names: Collection[str]) -> tuple[list[str], bool]:
    """The channels that accepted their message, and whether all did."""
    receipts = {}
    async for name, receipt in send_test_messages(settings, names, clock.now()):
        click.echo(f"{name}: {receipt.kind}" + (f": {receipt.detail}" if receipt.detail != receipt.kind else ""))
        receipts[name] = receipt
    accepted = [name for name, receipt in receipts.items() if receipt.is_sent]
    return accepted, len(accepted) == len(receipts)


def _remind_of_unsent(settings: Settings, accepted: Collection[str]) -> None:
    """A test of a channel that works again sends nothing else: say so, and what does."""
    with suppress(StoreFailed):  # a test is of channels: `status` says what the database has
        if (database := database_if_any(settings)) is None:
            return
        for waiting in ReportQueries(database).waiting_for(accepted, clock.now()):
            if waiting.next_at > clock.now():
                click.echo(_describe_waiting(waiting, settings.timezone), err=True)
        for each in find_dead_letters(database):
            if each.channel in accepted:
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
    reports = _load_drill(database, notice)
    while clock.monotonic() < until and not all(report.ended_at for report in reports):
        time.sleep(_LOOK)
        reports = _load_drill(database, notice)
    for report in reports:
        click.echo(_describe_drill(report, notice.at))
    if any(report.state != DeliveryState.ACCEPTED for report in reports):
        raise SystemExit(1)


def _load_drill(database: Database, notice: Notice) -> list[DeliveryReport]:
    """Its deliveries in the order of its channels, as they are now. A fallback may have one more."""
    reports = {report.channel: report for report in ReportQueries(database).deliveries_of(notice.id)}
    return [reports[channel] for channel in notice.channels if channel in reports]


def _describe_drill(report: DeliveryReport, began: datetime) -> str:
    if report.state == DeliveryState.ACCEPTED and report.ended_at is not None:
        return f"{report.channel}: accepted after {(report.ended_at - began).total_seconds():.1f} s"
    answer = report.detail or "it has not been sent yet"
    return f"{report.channel}: {report.state}: {answer}; see `news-monitor outbox list --channel {report.channel}`"


# --- canary -----------------------------------------------------------------------------------------------------


@channels.command()
@config_option
@json_option
def canary(config: Path, as_json: bool) -> None:
    """Send a made-up article all the way from a feed to your channels, and print how long each channel took.

    A feed on this machine publishes the article. A separate daemon polls, matches and sends it, with the code and the
    libraries that your daemon runs, to the `test_url` of each channel that has one. Your database is not used. With
    `canary: {every: 6 hours}` in monitor.yaml, your daemon does this regularly, and sends the operator a notice if it
    fails. Exit code 1 if a channel has not accepted the message within `within` (default: 5 minutes).

    \b
    Example:
      news-monitor channels canary
    """
    from monitor.cli.config_files import load_config_with_secrets
    from monitor.telemetry import configure_logging

    loaded = load_config_with_secrets(config).config
    settings = loaded.settings
    if not any(channel.test for channel in settings.channels.values()):
        raise InvalidRequest("no channel has a test_url: write one into the channels that the canary is for")
    configure_logging(level=logging.CRITICAL, secrets=secrets_of(loaded))
    with tempfile.TemporaryDirectory(prefix="news-monitor-canary-") as folder:
        within = settings.canary.within if settings.canary else CANARY_WITHIN
        results = asyncio.run(_run_canary(Path(folder), settings, within))
    for result in results:
        if as_json:
            print_json(asdict(result))
        else:
            answer = result.problem or f"accepted {result.seconds:.1f} s after its publication"
            click.echo(f"{result.channel}: {answer}")
    if any(result.problem for result in results):
        raise SystemExit(1)


async def _run_canary(folder: Path, settings: Settings, within: timedelta) -> list[CanaryResult]:
    from monitor.app import open_daemon
    from monitor.demo.canary import CANARY, make_outlet, write_canary_config
    from monitor.demo.newsroom import Newsroom

    until = clock.monotonic() + within.total_seconds()
    newsroom = Newsroom((make_outlet(),))
    async with newsroom as origin:
        config = await asyncio.to_thread(write_canary_config, folder, origin, settings)
        async with open_daemon(config) as daemon:
            stop = asyncio.Event()
            running = asyncio.create_task(daemon.run(stop))
            reports = ReportQueries(database_of(config.settings))
            await _wait_until(lambda: newsroom.served[CANARY] > 0, until)  # what is there at first is no news
            newsroom.publish()
            published = clock.now()
            await _wait_until(lambda: _has_ended_everywhere(reports, config), until)
            stop.set()
            await running
        found = {report.channel: report for report in reports.deliveries([], len(config.settings.channels))}
    return [_build_result(name, found.get(name), published) for name in config.settings.channels]


def _has_ended_everywhere(reports: ReportQueries, config: Config) -> bool:
    found = reports.deliveries([], len(config.settings.channels))
    return len(found) == len(config.settings.channels) and all(report.ended_at for report in found)


async def _wait_until(holds: Callable[[], bool], until: float) -> None:
    """`until`: by the monotonic clock, in seconds."""
    while clock.monotonic() < until and not holds():  # noqa: ASYNC110 - it happens in another task, and in the database
        await asyncio.sleep(_CANARY_LOOK)


def _build_result(channel: str, report: DeliveryReport | None, published: datetime) -> CanaryResult:
    if report is None:
        return CanaryResult(channel, None, "the article did not become an alert in time")
    if report.state == DeliveryState.ACCEPTED and report.ended_at is not None:
        return CanaryResult(channel, round((report.ended_at - published).total_seconds(), 1), None)
    return CanaryResult(channel, None, f"not accepted in time: {report.detail or 'it was not sent yet'}")
