"""A program that tries every attack once, each in a process of its own, and prints what came of it as JSON.

    python -m tests.security.run_attacks PROFILE USER

`PROFILE`: parser, sender, or none: without a sandbox, to show that an attack would succeed. `USER`: the number of the
user that the attacked processes run as; another one than our own needs root.
"""

from __future__ import annotations

import ctypes
import errno
import gc
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.runtime.sandbox import PARSER, SENDER, SandboxProfile, enter_sandbox, prepare_paths
from tests.security.attacks import files, kernel, processes, sockets
from tests.security.attacks.scene import ATTACKS, SECRET, Attack, Scene, begin
from tests.security.kernel_headers import read_syscall_numbers

GROUPS = (files, kernel, processes, sockets)  # each registers its attacks
PROFILES: dict[str, SandboxProfile | None] = {"parser": PARSER, "sender": SENDER, "none": None}
HANGS = 20  # s
REFUSALS = (errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EMFILE, errno.ENOMEM, errno.EFBIG)


def main(profile: str, user: int) -> None:
    """Prints for each attack "succeeded", "refused: ...", or what is wrong with the attack itself."""
    prepare_paths()
    read_syscall_numbers(platform.machine())
    "x".encode("idna")  # an ordinary user may not reach the Python that runs this, to load it later
    gc.freeze()  # forks share more
    with set_scene(user) as scene:
        print(json.dumps({name: run_one(each, scene, PROFILES[profile], user) for name, each in ATTACKS.items()}))


@contextmanager
def set_scene(user: int) -> Iterator[Scene]:
    """Files, a process that has a secret in its environment and a file of it open, and servers."""
    folder = Path(tempfile.mkdtemp(prefix="attacked-"))
    for name in ("monitor.yaml", "monitor.db", "id_ed25519"):
        (folder / name).write_bytes(SECRET)
    (folder / "empty").mkdir()
    with (
        socket.create_server(("127.0.0.1", 0), backlog=200) as tcp,
        socket.socket(socket.AF_UNIX) as unix,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind(str(folder / "datagrams.path"))
        unix.bind(str(folder / "socket.path"))
        unix.listen(200)
        for path in (folder, *folder.iterdir()):
            os.chown(path, user, user if user != os.getuid() else -1)
        with (folder / "monitor.yaml").open() as opened:
            victim = subprocess.Popen(
                ["/bin/sleep", "1000"],
                env={"SECRET": SECRET.decode()},
                stdin=opened,
                user=user if user != os.getuid() else None,
                group=user if user != os.getuid() else None,
            )
        try:
            with socket.socket(socket.AF_UNIX) as abstract:
                abstract.bind(f"\0attack-{victim.pid}")
                abstract.listen(200)
                yield Scene(folder, victim.pid, _find_environment(victim.pid), tcp.getsockname()[1])
        finally:
            victim.kill()
            victim.wait()
            shutil.rmtree(folder)


def _find_environment(process: int) -> int:
    """Where the environment is in its memory: `env_start` of proc(5). The kernel sets it a moment after the start."""
    while SECRET not in Path(f"/proc/{process}/environ").read_bytes():
        time.sleep(0.01)
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[47])


def run_one(attack: Attack, scene: Scene, profile: SandboxProfile | None, user: int) -> str:
    """What came of it."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.dup2(writing, 1)
        os.dup2(writing, 2)
        os.close(reading)
        signal.alarm(HANGS)
        os.write(1, _attempt(attack, scene, profile, user).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read().decode()
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    return said.strip() or f"refused: killed by {signal.Signals(-status).name}"


def _attempt(attack: Attack, scene: Scene, profile: SandboxProfile | None, user: int) -> str:
    try:
        if user != os.getuid():
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # dumpable, as it would be if it had started as this user
        go_on = begin(attack, scene)
        if profile is not None and (missing := enter_sandbox(profile)):
            return f"broken: {missing}"
    except BaseException:
        return f"broken: {traceback.format_exc()}"
    try:
        go_on()
    except OSError as error:
        return f"{'refused' if error.errno in REFUSALS else 'broken'}: {error}"
    except BaseException:
        return f"broken: {traceback.format_exc()}"
    return "succeeded"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
