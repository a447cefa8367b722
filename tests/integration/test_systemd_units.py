"""The units, judged by systemd itself; and that the program lives with what they forbid."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE

UNITS = Path(__file__).parents[2] / "systemd"
SYSTEM, USER = UNITS / "news-monitor.service", UNITS / "user" / "news-monitor.service"
DROP_INS = sorted((UNITS / "drop-ins").glob("*.conf"))
EXPOSURE = 10  # tenths
# In CI it is installed, and a test that cannot be run there fails.
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None and not os.environ.get("CI"), reason="systemd-analyze is not installed"
)
COMBINED = [(SYSTEM, None), (USER, None), *((SYSTEM, each) for each in DROP_INS), (USER, DROP_INS[0])]


def installed(folder: Path, unit: Path, drop_in: Path | None = None) -> Path:
    """A copy of the unit whose program exists here, and of a drop-in of it."""
    copy = folder / unit.name
    copy.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", unit.read_text()))
    if drop_in:
        (folder / f"{unit.name}.d").mkdir()
        shutil.copy(drop_in, folder / f"{unit.name}.d")
    return copy


def analyze(folder: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    command = ["systemd-analyze", *map(str, args)]
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=PATIENCE, check=False)


def verified(folder: Path, unit: Path) -> subprocess.CompletedProcess[str]:
    manager = "--user" if unit == USER else "--system"
    return analyze(folder, "verify", "--man=no", manager, folder / unit.name)


@pytest.mark.parametrize("unit", [SYSTEM, USER, *DROP_INS], ids=lambda unit: f"{unit.parent.name} {unit.name}")
def test_the_tests_that_a_unit_names_are_there(unit: Path) -> None:
    """Its comments lead to what proves them."""
    named = re.findall(r"tests/[\w/]+\.py", unit.read_text())
    assert [name for name in named if not (UNITS.parent / name).exists()] == []


@needs_systemd
@pytest.mark.parametrize(("unit", "drop_in"), COMBINED)
def test_systemd_finds_nothing_to_complain_of(tmp_path: Path, unit: Path, drop_in: Path | None) -> None:
    """Alone, and with each of the drop-ins."""
    installed(tmp_path, unit, drop_in)
    done = verified(tmp_path, unit)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


@needs_systemd
@pytest.mark.parametrize("unit", [SYSTEM, USER])
def test_what_is_wrong_in_a_drop_in_is_found(tmp_path: Path, unit: Path) -> None:
    """The proof that the drop-ins are read at all."""
    wrong = tmp_path / "wrong.conf"
    wrong.write_text("[Service]\nProtectEverything=yes\n")
    installed(tmp_path, unit, wrong)
    assert "ProtectEverything" in verified(tmp_path, unit).stderr


@needs_systemd
@pytest.mark.parametrize("drop_in", [None, *DROP_INS])
def test_little_is_exposed(tmp_path: Path, drop_in: Path | None) -> None:
    """At most 1.0 of 10, with each of the drop-ins too."""
    unit = installed(tmp_path, SYSTEM, drop_in)
    done = analyze(tmp_path, "security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE}", unit)
    assert done.returncode == 0, done.stdout[-300:]
    assert "Overall exposure level" in done.stdout


@needs_systemd
def test_the_user_can_be_made(tmp_path: Path) -> None:
    """By the name that the unit runs as."""
    (tmp_path / "etc").mkdir()
    command = ["systemd-sysusers", "--dry-run", f"--root={tmp_path}", str(UNITS / "news-monitor.sysusers.conf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert "Creating user 'news-monitor'" in done.stderr
    assert "\nUser=news-monitor\n" in SYSTEM.read_text()


def allowed(unit: Path) -> list[IPv4Network | IPv6Network]:
    """The addresses that a unit or a drop-in allows, after it has forgotten all others."""
    lines = re.findall(r"(?m)^IPAddressAllow=(.*)$", unit.read_text())
    words = " ".join(lines).replace("localhost", "127.0.0.0/8 ::1/128").split()
    return [ip_network(word) for word in words]


def allows(unit: Path, address: str) -> bool:
    """Whether a packet for this address may leave."""
    return any(ip_address(address) in network for network in allowed(unit))


NEVER = [
    "169.254.169.254",
    "169.254.0.1",
    "169.254.255.255",
    "224.0.0.251",
    "239.255.255.250",
    "255.255.255.255",
    "240.0.0.1",
]
NEVER += ["fe90::1", "fe80:0:0:1::1", "ff02::fb", "::", "::ffff:169.254.169.254", "64:ff9b:1::1"]
PUBLIC = [
    "1.1.1.1",
    "93.184.215.14",
    "168.63.129.16",
    "169.253.255.255",
    "169.255.0.0",
    "223.255.255.255",
    "2606:4700::1111",
]
PRIVATE = [
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "100.64.0.1",
    "fd12::1",
]
ROUTERS = ["fe80::1", "fe80::ffff:ffff:ffff:ffff"]  # which announce themselves as name servers
LOOPBACK = ["127.0.0.1", "127.0.0.53", "::1"]


def test_what_nobody_needs_cannot_be_reached() -> None:
    """The metadata of clouds above all; the internet, private networks and the router as name server can."""
    assert "\nIPAddressDeny=any\n" in SYSTEM.read_text()
    assert [each for each in NEVER if allows(SYSTEM, each)] == []
    assert [each for each in (*PUBLIC, *PRIVATE, *ROUTERS, *LOOPBACK) if not allows(SYSTEM, each)] == []
    v4 = collapse_addresses(each for each in allowed(SYSTEM) if each.version == 4)
    left_out = [ip_network(each) for each in ("169.254.0.0/16", "224.0.0.0/3")]
    assert sum(each.num_addresses for each in v4) == 2**32 - sum(each.num_addresses for each in left_out)


def test_a_drop_in_leaves_the_internet_alone() -> None:
    """And this machine."""
    unit = UNITS / "drop-ins" / "public-networks.conf"
    assert "\nIPAddressAllow=\n" in unit.read_text()
    assert [each for each in (*NEVER, *PRIVATE, *ROUTERS) if allows(unit, each)] == []
    assert [each for each in (*PUBLIC, *LOOPBACK) if not allows(unit, each)] == []


@pytest.mark.parametrize("unit", [SYSTEM, USER])
def test_workers_may_lock_themselves_in(unit: Path) -> None:
    """No set of calls that the units name has these, so they name them, after what they take away."""
    lines = re.findall(r"(?m)^SystemCallFilter=(.*)$", unit.read_text())
    added = set(lines[-1].split())
    assert added == {"landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "seccomp"}
    assert lines[-2].startswith("~")


def test_every_line_of_the_system_unit_is_explained() -> None:
    """By a comment above it, or above the lines with which it stands."""
    lines = [line for line in SYSTEM.read_text().splitlines() if line]
    unexplained = [
        line for above, line in pairwise(lines) if re.match(r"\w+=", line) and above.startswith(("[", "# ---"))
    ]
    assert unexplained == []


# In a fresh process: a kernel that refuses memory to be both written and executed cannot be told otherwise again.
DENIED = """\
import ctypes, importlib.util, mmap, re, sys
from importlib.metadata import packages_distributions, requires

REFUSE = 65, 1  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN: what MemoryDenyWriteExecute= asks for
if ctypes.CDLL(None, use_errno=True).prctl(*REFUSE, 0, 0, 0):
    sys.exit(77)
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
except PermissionError:
    pass
else:
    sys.exit("nothing is denied: the rest would prove nothing")

def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()

wanted = {plain(re.match(r"[\\w.-]+", each)[0]) for each in requires("news-monitor")}
modules = {name for name, found in packages_distributions().items() if wanted & set(map(plain, found))}
for name in sorted({*modules, "ssl", "sqlite3"}):
    if importlib.util.find_spec(name):  # google-re2 names one that it keeps inside re2
        importlib.import_module(name)
number = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: 7)()
print(number, *sorted(modules))

from apprise import Apprise
door = Apprise()
door.add("json://127.0.0.1:9/?cto=2&rto=2")
print("sent" if door.notify(title="a", body="b") else "refused")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a rule of Linux")
def test_no_library_needs_memory_that_is_written_and_executed(tmp_path: Path) -> None:
    """Every one that we depend on is loaded, a callback from C is made, and a message is sent."""
    done = subprocess.run(
        [sys.executable, "-c", DENIED], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    if done.returncode == 77 and not os.environ.get("CI"):
        pytest.skip("the kernel is older than 6.3 and cannot deny it")
    assert done.returncode == 0, done.stderr[-2000:]
    loaded, sent = done.stdout.splitlines()
    assert loaded.startswith("7 ")
    assert {"aiohttp", "apprise", "feedparser", "psycopg", "sqlalchemy", "yaml"} <= set(loaded.split())
    assert sent == "refused"
