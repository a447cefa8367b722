"""What the daemon's own process does not load: only its workers use it, or nobody, and it would be held for good."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("alembic", "apprise", "feedparser", "lxml", "nh3", "protego", "pygments", "requests", "rich", "trafilatura")
# All that `news-monitor run` imports, before and while it runs.
RUN = """
import sys
import monitor.app, monitor.cli.commands.run, monitor.notify
from monitor.notify import in_worker as notifying
from monitor.sources.polling import in_worker as reading
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_the_daemon_loads_nothing_that_it_does_not_use() -> None:
    """Functions are sent to workers by names in light modules; what a library would load for looks is left out."""
    found = subprocess.run([sys.executable, "-c", RUN, *HEAVY], capture_output=True, check=True, text=True)
    assert found.stdout.split() == []


WORKER = """
import sys
import monitor.preloaded
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_workers_load_nothing_that_they_do_not_use() -> None:
    """They hold what the fork server has loaded. One of its libraries loads Pygments if that is installed."""
    unused = ("pygments", "rich")
    found = subprocess.run([sys.executable, "-c", WORKER, *unused], capture_output=True, check=True, text=True)
    assert found.stdout.split() == []


# What only other commands need.
UNUSED = (
    "aiohttp",
    "apscheduler",
    "cssselect",
    "monitor.config.loading.load",
    "monitor.config.loading.rule_files",
    "monitor.languages",
    "monitor.matching",
    "monitor.places",
    "monitor.identity",
    "prometheus_client",
    "pymorphy3",
    "sqlalchemy.dialects.postgresql",
)
STATUS = """
import sys
import monitor.cli.commands.status
print(*(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_status_loads_nothing_that_it_does_not_use() -> None:
    """Imports are most of what a command costs."""
    unused = (*HEAVY, *UNUSED)
    found = subprocess.run([sys.executable, "-c", STATUS, *unused], capture_output=True, check=True, text=True)
    assert found.stdout.split() == []


# First what takes longest to import: each fork then has it.
EACH_COMMAND = """
import os, pkgutil, traceback
import aiohttp, alembic, apprise, apscheduler, click, rich.console
import sqlalchemy.dialects.postgresql, sqlalchemy.dialects.sqlite
import monitor.config.language.settings, monitor.text.alignment
import monitor.cli.commands
for module in pkgutil.iter_modules(monitor.cli.commands.__path__, "monitor.cli.commands."):
    if not (child := os.fork()):
        try:
            __import__(module.name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        print(module.name)
"""


def test_each_command_loads_in_a_process_of_its_own() -> None:
    """Modules that import each other in a circle load or fail, depending on which one comes first. So none may rely on
    what another command, or a test, has loaded before."""
    found = subprocess.run([sys.executable, "-c", EACH_COMMAND], capture_output=True, check=True, text=True)
    assert found.stdout.split() == [], found.stderr[-2000:]
