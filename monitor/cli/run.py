"""`news-monitor run`: the daemon."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.cli.options import config_option, load_config

if TYPE_CHECKING:
    from monitor.errors import Fault
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
    from threading import Thread

    from monitor.config.secrets import telling_parts
    from monitor.notify import channel_faults
    from monitor.telemetry import configure

    loaded = load_config(config)
    channels = loaded.config.settings.channels.values()
    configure(secrets=[part for channel in channels for part in telling_parts(channel.url)])
    _tell(loaded.faults)
    # Apprise takes most of a second to know its channels: the start does not wait for it.
    Thread(target=lambda: _tell(channel_faults(channels)), name="channels").start()
    asyncio.run(_run(loaded.config, once))


def _tell(faults: Iterable[Fault]) -> None:
    from monitor.telemetry import Event, log

    for fault in faults:
        log.error(Event.FAULT, place=str(fault.place), what=fault.what, meant=fault.meant)


async def _run(config: Config, once: bool) -> None:
    import asyncio
    import signal

    from monitor.app import service
    from monitor.telemetry import Event, log

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with service(config) as daemon:
        log.info(Event.STARTED, once=once)
        await (daemon.once(stop) if once else daemon.run(stop))
    log.info(Event.STOPPED)
