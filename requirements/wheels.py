"""Asks the package index whether all locked packages have wheels for our Pythons and machines:   ./dev wheels

For each Python from 3.11 to 3.14, and for Linux (glibc 2.28 and newer) on x86-64 and on arm64, pip itself chooses the
wheels of requirements/dev.txt, which includes those of requirements/lock.txt, and installs nothing. A wheel must also
be one of those whose hashes the lock holds. pip asks the index that it is set up for. It takes some minutes, because
pip reads the metadata of every wheel.

Exit code 1: a wheel is missing, or the lock does not hold it. An index that cannot be reached is no failure, because it
says nothing about the packages; the last line then begins with NOT ASKED.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from packaging.markers import Marker
from packaging.utils import canonicalize_name

LOCK = Path(__file__).with_name("dev.txt")
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")
AT_ONCE = 8  # runs of pip, which wait for the index most of the time
_GLIBC = range(28, 4, -1)  # 2.28: Debian 10, RHEL 8
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;]+)(?: ; ([^\\\n]+?))? \\\n((?: +--hash=.*\n)+)", re.MULTILINE)
_ABSENT = re.compile(r"No matching distribution found for ([A-Za-z0-9._-]+)==")
_UNREACHABLE = re.compile(r"Could not fetch URL \S+ (?!404 )(.*) - skipping")


@dataclass(frozen=True, slots=True)
class Pin:
    """A locked package. `hashes`: of all its files, SHA-256 in hex."""

    name: str
    version: str
    marker: str
    hashes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Target:
    """A Python ("3.14") on a machine ("aarch64")."""

    python: str
    machine: str

    def __str__(self) -> str:
        return f"Python {self.python} on {self.machine}"

    def needs(self, pin: Pin) -> bool:
        """Whether the lock has it installed here."""
        environment = {
            "python_version": self.python,
            "python_full_version": f"{self.python}.0",
            "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
            "sys_platform": "linux",
            "platform_system": "Linux",
            "platform_machine": self.machine,
        }
        return not pin.marker or Marker(pin.marker).evaluate(environment)

    def list_platforms(self) -> list[str]:
        """The tags of wheels that run here, best first."""
        newer = [f"manylinux_2_{minor}_{self.machine}" for minor in _GLIBC]
        return [*newer, *(f"manylinux{old}_{self.machine}" for old in ("2014", "2010", "1"))]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the index says for one target. `faults`: a line for each missing wheel; `problem`: why it was not asked."""

    target: Target
    packages: int
    faults: tuple[str, ...] = ()
    problem: str = ""


def read_lock(text: str) -> list[Pin]:
    """The packages of a lock file."""
    return [
        Pin(canonicalize_name(name), version, marker, frozenset(re.findall(r"[0-9a-f]{64}", hashes)))
        for name, version, marker, hashes in _PINNED.findall(text)
    ]


def ask_index(target: Target, pins: Sequence[Pin], options: Sequence[str]) -> Answer:
    """Have pip choose the wheels of all that a target needs. `options`: more of pip's own."""
    left = {pin.name: pin for pin in pins if target.needs(pin)}
    count = len(left)
    faults: list[str] = []
    while left:
        report, absent, problem = _run_pip(target, left.values(), options)
        if report is None and absent not in left:
            return Answer(target, count, tuple(faults), problem or f"pip says nothing of use: {absent}")
        if report is not None:
            faults += [
                f"{name}=={left[name].version}: its wheel is not in the lock" for name in _find_unlocked(report, left)
            ]
            break
        faults.append(f"{absent}=={left.pop(absent).version}: no wheel")
    return Answer(target, count, tuple(faults))


def _run_pip(target: Target, pins: Iterable[Pin], options: Sequence[str]) -> tuple[dict[str, Any] | None, str, str]:
    """The report of pip; or None, the first package without a wheel, and why the index could not be asked."""
    with tempfile.TemporaryDirectory() as folder:  # its cache too would else be in HOME
        wanted, report, log = (Path(folder, name) for name in ("wanted.txt", "report.json", "log.txt"))
        wanted.write_text("\n".join(f"{pin.name}=={pin.version}" for pin in pins), encoding="utf-8")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps"]
        command += ["--only-binary", ":all:", "--target", folder, "--cache-dir", folder, "--quiet"]
        command += ["--python-version", target.python, "--implementation", "cp"]
        command += [word for tag in target.list_platforms() for word in ("--platform", tag)]
        command += ["-r", str(wanted), "--report", str(report), "--log", str(log), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
            return found, "", ""
        unreachable = _UNREACHABLE.search(log.read_text(encoding="utf-8"))
    absent = _ABSENT.search(done.stderr)
    if unreachable is not None or absent is None:
        lines = done.stderr.strip().splitlines()
        return None, "", unreachable.group(1)[:200] if unreachable else lines[-1][:200] if lines else "no answer"
    return None, canonicalize_name(absent.group(1)), ""


def _find_unlocked(report: dict[str, Any], pins: dict[str, Pin]) -> list[str]:
    """The packages of which pip chose a file that the lock does not hold."""
    chosen = {
        canonicalize_name(each["metadata"]["name"]): each["download_info"]["archive_info"]["hashes"]["sha256"]
        for each in report["install"]
    }
    return [name for name, digest in chosen.items() if digest not in pins[name].hashes]


def report_answers(answers: Sequence[Answer]) -> int:
    """Print what is missing; the exit code."""
    faults = [f"{fault} for {answer.target}" for answer in answers for fault in answer.faults]
    for fault in faults:
        print(fault)
    asked = [answer for answer in answers if not answer.problem]
    wheels = sum(answer.packages for answer in asked)
    pairs = f"{len(asked)} of {len(answers)} pairs of Python and machine"
    print(f"wheels: {wheels} looked for, {len(faults)} missing; {pairs}")
    if left := [answer for answer in answers if answer.problem]:
        names = ", ".join(str(answer.target) for answer in left)
        print(f"wheels: NOT ASKED: {names}; {left[-1].problem}")
    return 1 if faults else 0


def main() -> int:
    """From the command line."""
    pins = read_lock(LOCK.read_text(encoding="utf-8"))
    targets = [Target(python, machine) for python, machine in product(PYTHONS, MACHINES)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda target: ask_index(target, pins, sys.argv[1:]), targets))
    return report_answers(answers)


if __name__ == "__main__":
    sys.exit(main())
