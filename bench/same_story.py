"""Two polls at the same instant that bring the same story make one alert: so many tries, and what came of them.

Two threads leave a barrier together, each with a serial section of its own on one SQLite file, as two processes would
have them: neither knows of the other but through the database. Each brings an article of another source under the
same headline. Exit code 1: some try made another number of alerts than one.

    ./dev bench same_story --tries 1000
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from threading import Barrier

from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.opening import open_database
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from tests.support.building import HEADLINE, NOON, alerts, article, claimed, commit, sources

SOURCES = ("wire", "post")


@dataclass
class Tally:
    """What came of the tries. `alerts`: how many tries made so many alerts; `first`: whose alert it was."""

    alerts: Counter[int] = field(default_factory=Counter)
    first: Counter[str] = field(default_factory=Counter)
    deliveries: int = 0
    seconds: float = 0

    @property
    def violations(self) -> int:
        """How many tries made another number of alerts than one."""
        return sum(count for number, count in self.alerts.items() if number != 1)


def race(url: str, tries: int) -> Tally:
    """So many tries on one new database."""
    tally, barrier, began = Tally(), Barrier(len(SOURCES)), time.monotonic()
    with ExitStack() as stack:
        databases = [open_database(url) for _ in SOURCES]
        for database in databases:
            stack.callback(database.close)
        databases[0].upgrade()
        sections = [SerialSection(database) for database in databases]
        claims = Claims(databases[0], "race")
        claims.register_sources(sources(*SOURCES), NOON)
        threads = stack.enter_context(ThreadPoolExecutor(len(SOURCES)))

        def poll(number: int, who: int) -> list[str]:
            now = NOON + timedelta(days=number)  # a day later the same headline is another story
            claim = claimed(claims, SOURCES[who], now)
            new = article(f"{number}", f"{HEADLINE}, number {number}", of=SOURCES[who], seen=now)
            barrier.wait()
            return [alert.article.source for alert in alerts(commit(sections[who], claim, new, at=now))]

        for number in range(tries):
            order = (0, 1) if number % 2 else (1, 0)  # who comes to the barrier last often leaves it first
            told = [one for each in threads.map(poll, [number] * len(order), order) for one in each]
            tally.alerts[len(told)] += 1
            tally.first.update(told)
        tally.deliveries = ReportQueries(databases[0]).delivery_counts()["pending"]
    tally.seconds = time.monotonic() - began
    return tally


def main() -> int:
    """Print the figures; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tries", type=int, default=1000)
    tries = parser.parse_args().tries
    with tempfile.TemporaryDirectory() as folder:
        tally = race(f"sqlite:///{Path(folder) / 'race.db'}", tries)
    firsts = ", ".join(f"{name} {count}" for name, count in sorted(tally.first.items()))
    print(f"{tries} tries in {tally.seconds:.1f} s: {tally.violations} violations, {tally.deliveries} deliveries")
    print(f"alerts a try: {dict(sorted(tally.alerts.items()))}; whose alert it was: {firsts}")
    return 1 if tally.violations or tally.deliveries != tries else 0


if __name__ == "__main__":
    sys.exit(main())
