"""`news-monitor channels canary`: a made-up article, all the way from a feed to the test addresses of the channels."""

from __future__ import annotations

import asyncio
import logging
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import click

from monitor import clock
from monitor.app import open_daemon
from monitor.cli.config_files import load_config_with_secrets
from monitor.cli.options import config_option, database_of, json_option, print_json
from monitor.config.language.secrets import secrets_of
from monitor.demo.canary import CANARY, make_outlet, write_canary_config
from monitor.demo.newsroom import Newsroom
from monitor.errors import InvalidRequest
from monitor.model import CANARY_WITHIN, Config, DeliveryState, Settings
from monitor.notices.canary import CanaryResult
from monitor.store.queries.reports import DeliveryReport, ReportQueries
from monitor.telemetry import configure_logging

_LOOK = 0.2  # s


@click.command()
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
        await asyncio.sleep(_LOOK)


def _build_result(channel: str, report: DeliveryReport | None, published: datetime) -> CanaryResult:
    if report is None:
        return CanaryResult(channel, None, "the article did not become an alert in time")
    if report.state == DeliveryState.ACCEPTED and report.ended_at is not None:
        return CanaryResult(channel, round((report.ended_at - published).total_seconds(), 1), None)
    return CanaryResult(channel, None, f"not accepted in time: {report.detail or 'it was not sent yet'}")
