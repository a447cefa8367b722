"""The sandbox beneath the filters of others: the units' own, and containers that refuse what it needs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.security.outer_filter import read_all_names
from tests.support.fresh_python import run_program
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
UNITS = [ROOT / "systemd" / "news-monitor.service", ROOT / "systemd" / "user" / "news-monitor.service"]

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a sandbox"),
    pytest.mark.skipif(
        (shutil.which("systemd-analyze") is None or not Path("/usr/include/asm-generic/unistd.h").exists())
        and not os.environ.get("CI"),
        reason="needs systemd-analyze and the headers of the kernel",
    ),
]

# As the unit has it: without capabilities, in an ordinary user's place.
PROGRAM = """\
import json, os, sys
from monitor.runtime.sandbox import PARSER, SENDER, enter_sandbox, prepare_paths
from tests.security.outer_filter import refuse_calls
prepare_paths()
if os.getuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
refuse_calls(sys.argv[2:])
missing = enter_sandbox({"parser": PARSER, "sender": SENDER}[sys.argv[1]])
refused = []
for name, attempt in {
    "read": lambda: open("/etc/passwd"),
    "write": lambda: open(f"/tmp/attack-{os.getpid()}", "w"),
    "signal": lambda: os.kill(os.getppid(), 0),
    "run": lambda: os.execv("/bin/true", ["true"]),
}.items():
    try:
        attempt()
    except PermissionError:
        refused.append(name)
print(json.dumps([missing, refused]), flush=True)
"""


def enter(profile: str, *refused: str) -> str:
    """What the kernel lacks, and what is refused then, where these calls are refused from outside."""
    return run_program(PROGRAM, profile, *refused)


@cache
def expand(group: str) -> frozenset[str]:
    """The calls of one of systemd's groups."""
    done = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    names = [name for line in done.stdout.splitlines() for name in re.findall(r"^\s+([@\w-]+)", line)]
    return frozenset().union(*(expand(name) if name.startswith("@") else {name} for name in names))


# What systemd has in @system-service since 257 only; the unit is for older ones too.
SINCE_257 = {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"}


def calls_that_it_refuses(unit: Path) -> set[str]:
    """By its lines SystemCallFilter=, on systemd 254: the first allows, those with ~ take away."""
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
        names = frozenset().union(
            *(expand(name) - SINCE_257 if name.startswith("@") else {name} for name in line.lstrip("~").split())
        )
        allowed = allowed - names if line.startswith("~") else allowed | names
    return read_all_names() - allowed


@pytest.mark.parametrize("unit", UNITS, ids=["system", "user"])
@pytest.mark.parametrize("profile", ["parser", "sender"])
def test_a_unit_refuses_nothing_that_the_sandbox_needs(profile: str, unit: Path) -> None:
    """All is given up there too."""
    refused = calls_that_it_refuses(unit)
    assert {"capset", "bpf", "setrlimit"} <= refused
    assert enter(profile, *sorted(refused)) == '[[], ["read", "write", "signal", "run"]]\n'


def test_a_container_that_refuses_landlock_gets_the_rest() -> None:
    """It says so; files can be read then, as the user may, and nothing else."""
    names = ("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self")
    said = '[["Landlock: something refuses it, perhaps the container"], ["write", "signal", "run"]]\n'
    assert enter("parser", *names) == said


def test_a_container_that_refuses_to_lock_in_after_all() -> None:
    """It may know the calls that ask, and refuse the last one."""
    said = '[["Landlock: something refuses it, perhaps the container"], ["write", "signal", "run"]]\n'
    assert enter("parser", "landlock_restrict_self") == said


def test_a_container_that_refuses_prctl_gets_landlock() -> None:
    """Landlock alone guards files; no filter can be added."""
    said = enter("parser", "prctl")
    assert '"seccomp: something refuses it, perhaps the container"' in said
    assert "Landlock" not in said
    assert '["read", "write", "signal", "run"]' in said
