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
