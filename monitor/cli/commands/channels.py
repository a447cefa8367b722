"""`news-monitor channels`: where messages go, and whether they arrive. No address is ever shown: it is a secret."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import click

from monitor import clock
from monitor.cli.config_files import load_config
from monitor.cli.options import (
    config_option,
    database_if_any,
    existing_database,
    format_local_time,
    json_option,
    print_faults,
    print_json,
)
from monitor.cli.output.tables import print_table
from monitor.errors import InvalidRequest, StoreFailed
from monitor.model import Settings
from monitor.services.commands.channels import send_test_messages
from monitor.services.queries.channel_preview import MessagePreview, preview_alert, preview_samples
from monitor.services.queries.channels import ChannelReport, list_channels, list_dead_letters


@click.group()
def channels() -> None:
    """The channels that messages go to: list, preview, test."""


@channels.command("list")
@config_option
@json_option
def list_(config: Path, as_json: bool) -> None:
    """Every channel of the config: its kind, its routes, what waits for it, and when it last took a message.

    \b
    Example:
      news-monitor channels list
    """
    loaded = load_config(config)
    print_faults(loaded.faults)
    settings = loaded.config.settings
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
@click.argument("names", nargs=-1, metavar="[NAME]...")
def test(config: Path, names: tuple[str, ...]) -> None:
    """Send one real message on each of these channels (none named: on all), and print what its server answered.

    Exit code 1 if any was not accepted. Nothing is stored, and the daemon may run meanwhile. What is dead on a channel
    that accepts the test is named: the test does not send it. A server has its own time
    to accept a message, as with the daemon: 90 s; a mail server 10 minutes.

    \b
    Examples:
      news-monitor channels test
      news-monitor channels test phone desk
    """
    settings = load_config(config).config.settings
    results = asyncio.run(_print_tests(settings, names))
    _remind_of_dead(settings, [name for name, is_accepted in results.items() if is_accepted])
    if not all(results.values()):
        raise SystemExit(1)


def _remind_of_dead(settings: Settings, accepted: Collection[str]) -> None:
    """A channel that works again brings nothing back by a test: say so, and what does."""
    with suppress(StoreFailed):  # a test is of channels: `status` says what the database has
        for each in list_dead_letters(database_if_any(settings), accepted):
            click.echo(each.explain(format_local_time(each.since, settings.timezone)), err=True)


@channels.command()
@config_option
@json_option
@click.argument("name")
@click.option("--alert", metavar="ID", help="A stored alert or notice, in place of the samples.")
@click.option("--sample", metavar="NAME", help="Only this sample: new, update, possibly, digest or notice.")
@click.option(
    "--html",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write its HTML into this file, for a browser; of samples: `new`, unless --sample names another.",
)
def preview(
    config: Path, name: str, *, alert: str | None, sample: str | None, html: Path | None, as_json: bool
) -> None:
    """Show what a channel gets: samples of every kind of message, or a stored alert. Nothing is sent.

    Every message has the form and the length that this kind of channel takes, by the channel's template if it has one.
    Its length is given in the unit of the kind.

    \b
    Examples:
      news-monitor channels preview phone
      news-monitor channels preview desk --alert 207d7f56158b
      news-monitor channels preview mail --sample digest --html digest.html
    """
    loaded = load_config(config)
    print_faults(loaded.faults)
    settings = loaded.config.settings
    if alert is not None and sample is not None:
        raise click.UsageError("--alert and --sample exclude each other")
    if alert is None:
        shown = preview_samples(settings, name, sample or ("new" if html else None))
    else:
        shown = [preview_alert(settings, loaded.config.sources, existing_database(settings), name, alert)]
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
    file.write_text(message.body, encoding="utf-8")
    click.echo(f"{file} has what {channel} gets of {message.name}", err=True)


def _format_preview(message: MessagePreview) -> str:
    head = f"--- {message.name}: {message.form}, {message.size} of {message.limit} {message.unit}"
    return "\n".join([head, *([f"title: {message.title}"] if message.title else []), message.body, ""])


async def _print_tests(settings: Settings, names: Collection[str]) -> dict[str, bool]:
    """Whether each channel accepted its message."""
    results = {}
    async for test in send_test_messages(settings, names, clock.now()):
        kind, detail = test.receipt.kind, test.receipt.detail
        click.echo(f"{test.channel}: {kind}" + (f": {detail}" if detail != kind else ""))
        results[test.channel] = test.is_accepted
    return results
