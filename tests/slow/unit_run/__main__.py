"""Boots systemd in namespaces, installs this checkout as systemd/README.md says, and has `inside` run the unit there.

It needs root, systemd and Linux with cgroup2, takes two minutes, and leaves nothing: what is written is in memory.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
BOOT_TIMEOUT = 60  # s
NAMESPACES = ("--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup")
PYTHON = "/opt/news-monitor/bin/python"


def main() -> int:
    """The exit code: 0 if the unit did all that `inside` asks of it."""
    if os.geteuid() or not Path("/usr/lib/systemd/systemd").exists():
        print("unit: needs root, and systemd (Debian and Ubuntu: apt-get install systemd)", file=sys.stderr)
        return 2
    with cgroup() as group, booted(group) as first:
        run = [*enter_namespaces(first), "env", "-i", "PATH=/usr/bin:/usr/sbin", "LC_ALL=C.UTF-8"]
        subprocess.run([*run, "/bin/sh", "-eu", "-c", INSTALL.format(version=sys.version_info)], check=True)
        done = subprocess.run(
            [*run, "PYTHONPATH=/opt/unit-run/checkout", PYTHON, "-m", "tests.slow.unit_run.inside"], check=False
        )
        if done.returncode:
            subprocess.run([*run, "journalctl", "--no-pager", "-u", "news-monitor", "-n", "60"], check=False)
        return done.returncode


# As systemd/README.md has it, but for the packages that it depends on, which are those of the checkout's venv.
INSTALL = """\
cd /opt
if ls unit-run/python/lib/libpython3*.so* >/dev/null 2>&1; then
    echo /opt/unit-run/python/lib >/etc/ld.so.conf.d/00-unit-run.conf
    ldconfig
fi
unit-run/python/bin/python{version.major}.{version.minor} -m venv --without-pip news-monitor
packages=$(echo /opt/news-monitor/lib/python3*/site-packages)
echo /opt/unit-run/packages >$packages/unit-run.pth
mkdir /tmp/checkout
cd unit-run/checkout
for name in *; do cp -r "$name" /tmp/checkout; done
cd /opt
install="news-monitor/bin/python -m pip install --quiet --no-index --no-deps --no-build-isolation --ignore-installed"
$install /tmp/checkout
cd $packages/monitor/_shipped/systemd
install -D -m 644 news-monitor.sysusers.conf /etc/sysusers.d/news-monitor.conf
systemd-sysusers /etc/sysusers.d/news-monitor.conf
install -m 644 news-monitor.service /etc/systemd/system/
mkdir -p /etc/systemd/system/news-monitor.service.d
install -m 644 drop-ins/credentials.conf /etc/systemd/system/news-monitor.service.d/
"""


@contextmanager
def cgroup() -> Iterator[Path]:
    """A control group below which systemd makes its own."""
    hierarchies = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))
    top = next(
        each for each in hierarchies if (each / "cgroup.procs").exists() and (each / "cgroup.controllers").exists()
    )
    group = top / f"unit-run-{os.getpid()}"
    group.mkdir()
    try:
        yield group
    finally:
        for folder in sorted(group.rglob("*/"), reverse=True):
            with suppress(OSError):  # gone by itself
                folder.rmdir()
        group.rmdir()


@contextmanager
def booted(group: Path) -> Iterator[int]:
    """The number of the process that is the first one of its namespaces, once it has started what it starts at boot."""
    base, packages = Path(sys.base_prefix), Path(sysconfig.get_path("purelib")).resolve()
    arguments = ("/bin/sh", str(HERE / "boot.sh"), str(base), str(packages), str(ROOT))
    enter = ("/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"', str(group / "cgroup.procs"))
    outer = subprocess.Popen([*enter, "unshare", *NAMESPACES, "--fork", "--kill-child", *arguments])
    try:
        yield _wait_until_booted(outer)
    finally:
        outer.send_signal(signal.SIGKILL)
        outer.wait()
        deadline = time.monotonic() + BOOT_TIMEOUT
        while "populated 1" in (group / "cgroup.events").read_text() and time.monotonic() < deadline:
            time.sleep(0.05)


def _wait_until_booted(outer: subprocess.Popen[bytes]) -> int:
    children = Path(f"/proc/{outer.pid}/task/{outer.pid}/children")
    deadline = time.monotonic() + BOOT_TIMEOUT
    while time.monotonic() < deadline:
        if outer.poll() is not None:
            raise SystemExit(f"unit: systemd cannot be started here (exit code {outer.returncode})")
        if (first := children.read_text().strip()) and _is_up(int(first)):
            return int(first)
        time.sleep(0.1)
    raise SystemExit("unit: systemd did not boot in time")


def enter_namespaces(first: int) -> list[str]:
    """The beginning of a command that runs there."""
    return ["nsenter", f"--target={first}", *NAMESPACES, "--root", "--wd=/"]


def _is_up(first: int) -> bool:
    command = [*enter_namespaces(first), "systemctl", "is-active", "--quiet", "basic.target"]
    return subprocess.run(command, stderr=subprocess.DEVNULL, check=False).returncode == 0


if __name__ == "__main__":
    raise SystemExit(main())
