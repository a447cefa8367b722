"""`news-monitor run`: the daemon."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor.app import open_daemon
from monitor.cli.options import possible_config_option
from monitor.cli.paths import explain_missing_config, require_trusted_config
from monitor.config.language.secrets import secrets_of
from monitor.config.loading.files import is_there
from monitor.config.loading.load import LoadedConfig
from monitor.config.loading.user_files import UserFiles
from monitor.errors import MonitorError
from monitor.runtime import descriptors
from monitor.runtime.gc_tuning import relaxed
from monitor.runtime.malloc_tuning import limit_arenas
from monitor.runtime.sandbox import make_undumpable, missing_protections
from monitor.store.engine.ownership import act_as_owner
from monitor.telemetry import LogEvent, configure_logging, log


@click.command()
@possible_config_option
@click.option(
    "--once", is_flag=True, help="Poll every source once, even if it is not due, deliver what is due, and end."
)
def run(config: Path, once: bool) -> None:
    """Poll the sources, match the rules and send the alerts, until SIGTERM or Ctrl-C. Edits of the files are applied
    while it runs: a second after you save them, or at once on SIGHUP.

    \b
    Examples:
      news-monitor run
      news-monitor run -c /etc/news-monitor/monitor.yaml
      news-monitor run --once

    With --once, the exit code is 0 even if polls failed: the log says which, and `sources health` says why. Exit code 1
    if monitor.yaml is missing or has a fault: a supervisor may try again.
    """
    import asyncio
    import faulthandler
    import os
    import signal

    if not is_there(config):
        raise MonitorError(explain_missing_config(config))
    require_trusted_config(config)
    limit_arenas()
    descriptors.raise_limit()
    relaxed()
    make_undumpable()  # before secrets are read
    if not _has_terminal():
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # it may ask for a reload: what starts will read the files
    faulthandler.enable()  # systemd's watchdog ends us with SIGABRT: every thread then writes what it hung at
    files = UserFiles(config, os.environ)
    loaded = files.load()
    settings = loaded.config.settings
    configure_logging(secrets=secrets_of(loaded.config), zone=ZoneInfo(settings.timezone))
    if owner := act_as_owner(settings.database):
        log.warning(LogEvent.ACTING_AS, owner=owner)
    if missing := missing_protections():
        log.warning(LogEvent.SANDBOX_INCOMPLETE, missing=list(missing))
    _log_faults(loaded)
    asyncio.run(_run_daemon(loaded, files, once))


def _log_faults(loaded: LoadedConfig) -> None:
    """Log what is wrong with the files, and which rules do not run because of that."""
    for fault in loaded.faults:
        log.error(LogEvent.FAULT, fault=str(fault))
    for file, rules in loaded.left_out.items():
        command = shlex.join(("news-monitor", "rules", "try", file))
        see = f"after you have corrected it, `{command}` shows what it would have sent, also what was sent"
        log.warning(LogEvent.LEFT_OUT, file=file, rules=list(rules), see=see)


async def _run_daemon(loaded: LoadedConfig, files: UserFiles, once: bool) -> None:
    import asyncio
    import signal

    loop, stop, in_terminal = asyncio.get_running_loop(), asyncio.Event(), _has_terminal()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def on_hangup(reload: Callable[[], None]) -> None:
        def hung_up() -> None:
            if in_terminal and not _has_terminal():  # it was closed: nobody asks for a reload
                stop.set()
            else:
                reload()

        # a handler of the loop's own would be gone before the process is, and SIGHUP then kills
        signal.signal(signal.SIGHUP, lambda *_: loop.call_soon_threadsafe(hung_up))

    on_hangup(lambda: None)  # until there is a daemon that can apply edits
    async with open_daemon(
        loaded.config, files, loaded.faults, left_out=loaded.left_out, catches_up=not once
    ) as daemon:
        log.info(LogEvent.STARTED, once=once)
        on_hangup(daemon.request_reload)
        # Apprise takes most of a second to know its channels: the start does not wait for it.
        looking = asyncio.create_task(daemon.check_channels())
        await (daemon.run_once(stop) if once else daemon.run(stop))
        if stop.is_set():
            looking.cancel()
        await asyncio.wait((looking,))
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    log.info(LogEvent.STOPPED)


def _has_terminal() -> bool:
    """Whether there is a terminal that could still be written to."""
    import os

    try:
        os.close(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
