"""How long tests wait for what must come: so long that only what hangs is found, however slow or busy the machine.

Nothing that works comes near it. What a test bounds for its own sake (a server that falls silent, a call that must be
killed) has figures of its own, beside it. A test as a whole ends at pytest's `timeout` (pyproject.toml), some of these
waits later.
"""

from __future__ import annotations

from datetime import timedelta

PATIENCE = 180.0  # s
LONG = timedelta(seconds=PATIENCE)
