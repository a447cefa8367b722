"""A real MQTT broker (mosquitto) and a real XMPP server (prosody) on loopback, for tests: Debian's programs on PATH."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.patience import PATIENCE
from tests.support.ports import free_port

USER, PASSWORD = "desk", "s3cr3t/@"
ENCODED = "s3cr3t%2F%40"


class Unavailable(Exception):
    """Why this machine has no such server."""


@dataclass(frozen=True, slots=True)
class Mosquitto:
    """A broker where `USER` may use topics under news/ only."""

    port: int
    folder: Path

    def channel(self, topic: str, *, password: str = ENCODED, options: str = "") -> str:
        """An Apprise address of a topic."""
        return f"mqtt://{USER}:{password}@127.0.0.1:{self.port}/{topic}{options and '?' + options}"


@dataclass(frozen=True, slots=True)
class Prosody:
    """A server of the domain localhost, with the users `USER` and reader, and rooms at rooms.localhost."""

    port: int
    folder: Path

    def channel(self, recipient: str, *, password: str = ENCODED) -> str:
        """An Apprise address of a person or a room."""
        return f"xmpp://{USER}:{password}@localhost:{self.port}/{recipient}"

    def offline_messages(self) -> str:
        """What waits for reader, as the server stores it."""
        return "\n".join(
            file.read_text(encoding="utf-8", errors="replace")
            for file in (self.folder / "localhost" / "offline").glob("reader.l*")
        )


@contextmanager
def serving_mosquitto(folder: Path) -> Iterator[Mosquitto]:
    """A broker with its files in `folder`. Raises Unavailable."""
    program, passwords = _find("mosquitto"), _find("mosquitto_passwd")
    broker = Mosquitto(free_port(), folder)
    subprocess.run((passwords, "-b", "-c", folder / "passwords", USER, PASSWORD), check=True, capture_output=True)
    (folder / "acl").write_text(f"user {USER}\ntopic readwrite news/#\n", encoding="utf-8")
    (folder / "conf").write_text(
        f"user root\nlistener {broker.port} 127.0.0.1\nallow_anonymous false\n"
        f"password_file {folder / 'passwords'}\nacl_file {folder / 'acl'}\n",
        encoding="utf-8",
    )
    with _running((program, "-c", str(folder / "conf")), broker.port, folder / "log"):
        yield broker


@contextmanager
def serving_prosody(folder: Path) -> Iterator[Prosody]:
    """A server with its files in `folder`. Raises Unavailable."""
    program, control = _find("prosody"), _find("prosodyctl")
    server = Prosody(free_port(), folder)
    config = folder / "prosody.cfg.lua"
    config.write_text(
        f"""\
run_as_root = true
data_path = "{folder}"
pidfile = "{folder}/pid"
modules_enabled = {{ "saslauth"; "ping"; "offline" }}
modules_disabled = {{ "s2s"; "tls" }}
authentication = "internal_plain"
c2s_require_encryption = false
interfaces = {{ "127.0.0.1"; "::1" }}
c2s_ports = {{ {server.port} }}
c2s_direct_tls_ports = {{ }}
VirtualHost "localhost"
Component "rooms.localhost" "muc"
""",
        encoding="utf-8",
    )
    for user, password in ((USER, PASSWORD), ("reader", "other")):
        command = (control, "--config", config, "register", user, "localhost", password)
        subprocess.run(command, check=True, capture_output=True)
    with _running((program, "--config", str(config), "-F"), server.port, folder / "log"):
        yield server


def _find(program: str) -> str:
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin:/usr/bin")
    if found is None:
        raise Unavailable(f"{program} is not on PATH")
    return found


@contextmanager
def _running(command: tuple[str, ...], port: int, log: Path) -> Iterator[None]:
    with log.open("wb") as written:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=written, stderr=written)
    try:
        end = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
                    break
            except OSError:
                time.sleep(0.02)
        else:
            raise Unavailable(f"{command[0]} does not start: {log.read_text(encoding='utf-8')[-500:]}")
        yield
    finally:
        process.kill()
        process.wait()
