"""Half an hour of two thousand feeds: as `latency`, with twice the feeds and three times as long.

    ./dev bench soak [--feeds 2000] [--every 60] [--minutes 30] [--database sqlite|postgresql]

It demands what `latency` does (memory, WAL, no poll later than one interval, nothing lost), but of the latency only
that 95 of 100 alerts are with ntfy 5 s after the planned poll.
"""

from __future__ import annotations

import sys

from tests.bench.latency import main

if __name__ == "__main__":
    sys.exit(main(__doc__, feeds=2000, minutes=30, median=None, p95=5.0))
