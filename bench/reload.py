"""An edit among 10,000 rules: the cold load, the time until the edit runs, and the loop's lag meanwhile.

A daemon of its own process runs, wired as always, with 10,000 rules in so many files. One file is edited by rename,
again and again at any moment between two looks; then all files at once. The lag of the loop is that of a clock that
should strike every 5 ms (a strike that a long one has swallowed counts as late as it was). It demands:

    the first load             at most 6 CPU s
    an edit of one file        in what `decide` uses within 2 s: each of the edits
    lag of the loop, p99       at most 200 ms, from the edit until it runs; the same while all files change at once

    ./dev bench reload [--files 200 10000] [--rules 10000] [--edits 10] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from bench.world.figures import Figures, resident, share
from bench.world.rule_files import write_rules
from bench.world.rules import rules
from monitor.app import open_daemon
from monitor.config.loading.user_files import UserFiles
from monitor.daemon import Daemon
from monitor.telemetry import configure_logging
from tests.support.whole import until

STRIKE = 0.005  # s
LONGEST = 60.0  # s that anything is waited for
CONFIG = """\
database: sqlite:///monitor.db
rules: [rules]
channels: {screen: {url: "console://"}}
routes: {default: [screen]}
"""


class Lag:
    """How late the loop was, strike by strike, since `begin`."""

    def __init__(self) -> None:
        self.late: list[float] = []

    def begin(self) -> None:
        self.late = []

    async def strike(self) -> None:
        """For as long as the loop runs."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += STRIKE
            await asyncio.sleep(due - loop.time())
            now = loop.time()
            self.late.append(now - due)
            while due + STRIKE <= now:
                due += STRIKE
                self.late.append(now - due)


def written(folder: Path, count: int, files: int, seed: int) -> None:
    """In a process of its own, so that what it leaves in memory is nobody's."""
    (folder / "monitor.yaml").write_text(CONFIG, encoding="utf-8")
    write_rules(folder / "rules", rules(count, seed), files)


def edit(file: Path, title: str) -> None:
    """The title of a file's first rule, by rename."""
    text = re.sub("^title: .*$", f"title: {title}", file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
    half = file.with_name(".half")
    half.write_text(text, encoding="utf-8")
    half.replace(file)


@asynccontextmanager
async def running(folder: Path, figures: Figures) -> AsyncIterator[Daemon]:
    """The daemon, at work."""
    files = UserFiles(folder / "monitor.yaml", {})
    began = time.process_time()
    loaded = files.load()
    figures.demand("the first load, CPU s", time.process_time() - began, most=6)
    assert not loaded.faults
    stop = asyncio.Event()
    async with open_daemon(loaded.config, files) as daemon:
        work = asyncio.create_task(daemon.run(stop))
        await asyncio.sleep(3)
        yield daemon
        stop.set()
        await work


async def measure(folder: Path, edits: int, seed: int, figures: Figures) -> None:
    """One layout of the files."""
    rng, lag = random.Random(seed), Lag()
    async with running(folder, figures) as daemon:
        files = sorted((folder / "rules").glob("*.yaml"))
        striking = asyncio.create_task(lag.strike())
        took, spent, late, memory = [], [], [], [resident() / 2**20]
        for number in range(edits):
            await asyncio.sleep(1 + 2 * rng.random())
            cpu = time.process_time()
            took.append(await lived(daemon, lag, f"Edit {number}", lambda title: edit(rng.choice(files), title)))
            spent.append(time.process_time() - cpu)
            late += lag.late
            memory.append(resident() / 2**20)
        figures.note(edits=edits, median_s_until_an_edit_runs=share(took, 0.5), CPU_s_of_it=share(spent, 0.5))
        figures.demand("longest s until an edit runs", max(took), most=2)
        figures.note(longest_lag_meanwhile_s=max(late))
        figures.note(MiB_before=memory[0], MiB_after_the_first_edit=memory[1], MiB_after_the_last=memory[-1])
        figures.demand("p99 of the lag meanwhile, s", share(late, 0.99), most=0.2)
        await asyncio.sleep(2)
        cpu = time.process_time()

        def all_of_them(title: str) -> None:
            for file in files:
                edit(file, title)

        figures.note(s_until_all_files_run=await lived(daemon, lag, "All", all_of_them))
        figures.note(CPU_s_until_all_files_run=time.process_time() - cpu, longest_lag_of_it_s=max(lag.late))
        figures.demand("p99 of the lag while all files change, s", share(lag.late, 0.99), most=0.2)
        striking.cancel()
        with suppress(asyncio.CancelledError):
            await striking


async def lived(daemon: Daemon, lag: Lag, title: str, change: Callable[[str], None]) -> float:
    """How long from the change until `decide` uses it."""
    await asyncio.to_thread(change, title)
    lag.begin()
    began = time.monotonic()
    before = daemon._active.current.rules
    await until(lambda: daemon._active.current.rules is not before, within=LONGEST)
    took = time.monotonic() - began
    assert any(rule.title == title for rule in daemon._active.current.rules.rules.values())
    return took


def one(files: int, given: Any) -> int:
    """The exit code for a layout."""
    configure_logging(level=logging.ERROR)
    figures = Figures()
    figures.note(rules=given.rules, files=files)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writing = multiprocessing.get_context("spawn").Process(
            target=written, args=(folder, given.rules, files, given.seed)
        )
        writing.start()
        writing.join()
        asyncio.run(measure(folder, given.edits, given.seed, figures))
    return figures.verdict()


def main() -> int:
    """Each layout in a process of its own: a cold load is the first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, nargs="+", default=[200, 10_000])
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--edits", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if len(given.files) == 1:
        return one(given.files[0], given)
    more = ["--rules", str(given.rules), "--edits", str(given.edits), "--seed", str(given.seed)]
    command = [sys.executable, "-m", "bench.reload", *more]
    return max(subprocess.run([*command, "--files", str(files)], check=False).returncode for files in given.files)


if __name__ == "__main__":
    sys.exit(main())
