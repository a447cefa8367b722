"""The daemon's process with its workers, as /proc shows them: what they hold in memory, and what time they took."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.whole import ROOT

_TICKS = os.sysconf("SC_CLK_TCK")


def run(measuring: Coroutine[Any, Any, int]) -> int:
    """The exit code of a benchmark. SIGTERM ends it as Ctrl-C does, so that no server and no daemon is left behind."""
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    return asyncio.run(measuring)


async def started(folder: Path, log: str = "log") -> asyncio.subprocess.Process:
    """The daemon of the folder's monitor.yaml, as an operator starts it."""
    command = (sys.executable, "-m", "monitor", "run", "-c", "monitor.yaml")
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT)}
    with (folder / log).open("ab") as file:
        return await asyncio.create_subprocess_exec(*command, cwd=folder, env=surroundings, stdout=file, stderr=file)


async def killed(daemon: asyncio.subprocess.Process, folder: Path) -> None:
    """SIGKILL, at this moment. A daemon that has ended before has a fault of its own."""
    if daemon.returncode is not None:
        raise SystemExit(f"the daemon ended by itself with {daemon.returncode}:\n{_tail(folder / 'log')}")
    daemon.kill()
    await daemon.wait()


async def ended(daemon: asyncio.subprocess.Process) -> int:
    """Its exit code after SIGTERM. It is killed if that takes too long."""
    if daemon.returncode is None:
        daemon.send_signal(signal.SIGTERM)
    try:
        return await asyncio.wait_for(daemon.wait(), 15)
    except TimeoutError:
        daemon.kill()
        return await daemon.wait()


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8")[-2000:]


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    children = defaultdict(list)
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            children[int(_stat(int(folder.name))[1])].append(int(folder.name))
    found = [pid]
    for each in found:
        found.extend(children[each])
    return found


def memory(pid: int) -> float:
    """MiB that the whole family holds, what they share counted once (PSS)."""
    kib = 0
    for each in family(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii").splitlines()
            kib += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kib / 1024


def cpu(pid: int, *, without: frozenset[int] = frozenset()) -> float:
    """Seconds that the family has computed, `without` some of it; those that ended included, for whom the daemon or
    its fork server has waited."""
    ticks = 0
    for each in set(family(pid)) - without:
        with suppress(OSError):
            fields = _stat(each)
            ticks += sum(int(field) for field in fields[11:15])  # own, and of children that were waited for
    return ticks / _TICKS


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


@dataclass
class Samples:
    """Memory in MiB and the size of SQLite's WAL in MiB, taken every `every` seconds."""

    pid: int
    wal_file: Path
    every: float = 2.0
    memory: list[float] = field(default_factory=list)
    wal: list[float] = field(default_factory=list)

    async def take(self) -> None:
        """Until it is cancelled."""
        while True:
            self.memory.append(await asyncio.to_thread(memory, self.pid))
            self.wal.append(self.wal_file.stat().st_size / 2**20 if self.wal_file.exists() else 0.0)
            await asyncio.sleep(self.every)

    def fifth(self, number: int) -> list[float]:
        """The memory in this fifth of the time."""
        size = len(self.memory) / 5
        return self.memory[round((number - 1) * size) : round(number * size)]
