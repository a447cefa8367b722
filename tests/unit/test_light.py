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
