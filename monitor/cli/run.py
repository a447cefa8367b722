"""`news-monitor run`: the daemon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import config_option, load_config

if TYPE_CHECKING:
    from monitor.model import Config


@click.command()
@config_option
@click.option("--once", is_flag=True, help="Poll every source once, due or not, deliver what is due, and end.")
def run(config: Path, once: bool) -> None:
    """Poll the sources, match the rules, send the alerts; until SIGTERM or Ctrl-C.

    \b
    Examples:
      news-monitor run
      news-monitor run -c /etc/news-monitor/monitor.yaml
      news-monitor run --once
    """
    import asyncio

    from monitor.telemetry import Event, configure, log

    loaded = load_config(config)
    configure(secrets=_secrets(loaded.config))
    for fault in loaded.faults:
        log.error(Event.FAULT, place=str(fault.place), what=fault.what, meant=fault.meant)
    asyncio.run(_run(loaded.config, once))


async def _run(config: Config, once: bool) -> None:
    import asyncio
    import signal

    from monitor.app import service
    from monitor.telemetry import Event, log

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with service(config) as daemon:
        log.info(Event.STARTED, once=once)
        await (daemon.once(stop) if once else daemon.run(stop))
    log.info(Event.STOPPED)


def _secrets(config: Config) -> list[str]:
    """What must never stand in a log: channel addresses as a whole and in their telling parts."""
    from urllib.parse import unquote, urlsplit

    secrets = []
    for channel in config.settings.channels.values():
        parts = urlsplit(channel.url)
        values = [value.partition("=")[2] for value in parts.query.split("&")]
        pieces = [channel.url, parts.username or "", parts.password or "", *parts.path.split("/"), *values]
        secrets += [*pieces, *map(unquote, pieces)]
    return secrets
