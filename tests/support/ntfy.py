"""A real ntfy server on loopback, for tests and benchmarks: Debian's program, on PATH or unpacked into this clone.

Nothing is installed: where PATH has none, apt downloads the package and dpkg unpacks it, as any user.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

from tests.support.patience import PATIENCE
from tests.support.ports import free_port

UNPACKED = Path(__file__).parents[2] / ".venv" / "tmp" / "ntfy"


class Unavailable(Exception):
    """Why this machine has no ntfy, and cannot get one."""


def program() -> Path:
    """Where ntfy is. Raises Unavailable."""
    found = shutil.which("ntfy") or shutil.which("ntfy", path=str(UNPACKED / "usr" / "bin"))
    return Path(found) if found else _unpacked()


def _unpacked() -> Path:
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Unavailable("ntfy is not on PATH, and there is no apt to get it by")
    debs, lists = UNPACKED / "debs", UNPACKED / "lists"
    for folder in (debs / "archives" / "partial", lists / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    # Lists and cache of its own: the system's may be missing or unreadable, and are not ours to fill.
    apt = ("apt-get", "-qq", "-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={debs}")
    for step in ((*apt, "update"), (*apt, "download", "ntfy")):
        ended = subprocess.run(step, cwd=debs, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise Unavailable(f"ntfy is not on PATH, and `{step[-2]} {step[-1]}` failed: {ended.stderr.strip()}")
    subprocess.run(("dpkg", "-x", *debs.glob("ntfy_*.deb"), UNPACKED), check=True)
    for folder in (debs, lists):
        shutil.rmtree(folder)
    return UNPACKED / "usr" / "bin" / "ntfy"


@dataclass(frozen=True, slots=True)
class Ntfy:
    """A server that runs. Everybody may read and write every topic, but for those that are `closed` to others."""

    port: int
    folder: Path
    program: Path

    def channel(self, topic: str, *, login: str = "", options: str = "") -> str:
        """An Apprise address of a topic; `login` is "user:password" or a token."""
        return f"ntfy://{login and login + '@'}127.0.0.1:{self.port}/{topic}{options and '?' + options}"

    def messages(self, topic: str, *, login: str = "") -> list[dict[str, Any]]:
        """What the server keeps of a topic, as its API gives it, in order. `login` is "user:password"."""
        request = Request(f"http://127.0.0.1:{self.port}/{quote(topic)}/json?poll=1")
        if login:
            request.add_header("Authorization", f"Basic {b64encode(login.encode()).decode()}")
        with urlopen(request, timeout=PATIENCE) as answer:
            return [json.loads(line) for line in answer]

    def user(self, name: str, password: str, *topics: str) -> str:
        """A user who alone may use these topics; a token of his."""
        self._run("user", "add", name, NTFY_PASSWORD=password)
        for topic in topics:
            self._run("access", "everyone", topic, "deny")
            self._run("access", name, topic, "read-write")
        said = self._run("token", "add", name)
        return next(word for word in said.split() if word.startswith("tk_"))

    def _run(self, command: str, *args: str, **environment: str) -> str:
        ended = subprocess.run(
            (self.program, command, "--config", self.folder / "server.yml", *args),
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=True,
        )
        return ended.stdout


@contextmanager
def serving(folder: Path, **settings: object) -> Iterator[Ntfy]:
    """A server with its files in `folder`; `settings` as its server.yml has them, "_" for "-". Raises Unavailable."""
    ntfy = Ntfy(free_port(), folder, program())
    whole = {
        "listen-http": f"127.0.0.1:{ntfy.port}",
        "base-url": f"http://127.0.0.1:{ntfy.port}",
        "cache-file": str(folder / "cache.db"),
        "auth-file": str(folder / "auth.db"),
        "visitor-request-limit-burst": 1_000_000,  # 60 by default: a test would be refused for what others sent
        "visitor-message-daily-limit": 1_000_000,
        **{key.replace("_", "-"): value for key, value in settings.items()},
    }
    (folder / "server.yml").write_text(json.dumps(whole), encoding="utf-8")  # JSON is YAML
    with (folder / "log").open("wb") as log:
        command = (ntfy.program, "serve", "--config", folder / "server.yml")
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _answers(ntfy, process)
        yield ntfy
    finally:
        process.kill()
        process.wait()


def _answers(ntfy: Ntfy, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with urlopen(f"http://127.0.0.1:{ntfy.port}/v1/health", timeout=PATIENCE):
                return
        except URLError:
            time.sleep(0.02)
    raise Unavailable(f"{ntfy.program} does not start: {(ntfy.folder / 'log').read_text(encoding='utf-8')[-500:]}")
