"""What short commands cost, and a daemon that has nothing to do.

    ./dev bench command_cost [--times 7] [--seconds 30]

All run on the files that `init` writes and a new SQLite database; the daemon has no sources. CPU is user and system
time of all processes. The commands take turns, and of the runs of a command the best counts: whatever else the machine
does disturbs some of them only. The first `status` after an edit reads all rules, and is noted beside it; so is `rules
list`, which reads them each time. It demands:

    status, search, articles list, matches list, stories list, alerts list, outbox list,
    report --timeline                     at most 0.6 s CPU each
    idle                                  at most 8 ms CPU a second
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.world.figures import Figures
from bench.world.place import parser_of
from bench.world.process import cpu, ended, run, started
from tests.support.whole import ROOT, until

SHORT = (
    "status", "search strike", "articles list", "matches list", "stories list", "alerts list", "outbox list",
    "report --timeline",
)  # fmt: skip
NOTED = ("--help", "rules list")
START = 15.0  # s from the first tick of a daemon until it is at rest


def used_by(folder: Path, *arguments: str) -> float:
    """Seconds of CPU of one command."""
    command = (sys.executable, "-m", "monitor", *arguments)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / "cache")}
    subprocess.run(command, cwd=folder, env=surroundings, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def rested(folder: Path) -> None:
    """Wait until the folder's daemon has started, and is at rest."""
    await until(lambda: "daemon.started" in (folder / "log").read_text(encoding="utf-8"))
    await asyncio.sleep(START)


async def used_at_rest(folder: Path, seconds: float) -> float:
    """Seconds of CPU of a daemon in a second in which nothing is due."""
    daemon = await started(folder)
    try:
        await rested(folder)
        before = cpu(daemon.pid)
        await asyncio.sleep(seconds)
        return (cpu(daemon.pid) - before) / seconds
    finally:
        await ended(daemon)


def measure_commands(figures: Figures, folder: Path, times: int) -> None:
    """Run all commands in turns."""
    used = [{each: used_by(folder, *each.split()) for each in (*SHORT, *NOTED)} for _ in range(times)]
    for each in SHORT:
        figures.demand(f"{each}, CPU s", min(turn[each] for turn in used), most=0.6)
    for each in NOTED:
        figures.note(**{f"{each}, CPU s": min(turn[each] for turn in used)})


async def measure(times: int, seconds: float) -> int:
    """Print the figures; the exit code."""
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        used_by(folder, "init", ".")
        used_by(folder, "db", "upgrade")
        figures.note(**{"status after an edit, CPU s": used_by(folder, "status")})
        measure_commands(figures, folder, times)
        config = folder / "monitor.yaml"
        text = config.read_text(encoding="utf-8").replace("[east-asia]", "{east-asia: {sources: off}}")
        config.write_text(text, encoding="utf-8")
        figures.demand("idle, CPU ms a second", 1000 * await used_at_rest(folder, seconds), most=8.0)
    return figures.verdict()


def main() -> int:
    """From the command line."""
    parser = parser_of(__doc__)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    return run(measure(given.times, given.seconds))


if __name__ == "__main__":
    sys.exit(main())
