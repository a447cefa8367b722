"""Runs where systemd is process 1: has the unit read the demo's newsroom, and looks at it as its operator would."""

from __future__ import annotations

import asyncio
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from monitor.config.loading.shipped import find_shipped_folder
from monitor.demo.newsroom import Newsroom, load_outlets
from monitor.demo.receivers import Mailbox, ReceivedMessage, WebhookReceiver

CONFIG = Path("/etc/news-monitor")
PROGRAM = "/opt/news-monitor/bin/news-monitor"
UNIT = "news-monitor"
PATIENCE = 180.0  # s
METADATA = "169.254.169.254"  # where clouds hand out the machine's keys


def output_of(*command: str) -> str:
    """What a command prints. Raises CalledProcessError."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def systemctl(*arguments: str) -> str:
    """What it prints. Raises CalledProcessError."""
    return output_of("systemctl", *arguments)


def show(name: str) -> str:
    """A property of the unit."""
    return systemctl("show", UNIT, "--value", "-p", name).strip()


def journal() -> str:
    """All that the unit has logged."""
    return output_of("journalctl", "--no-pager", "-o", "cat", "-u", UNIT)


def expect(what: str, *, holds: object) -> None:
    """Say that it is so, or end."""
    if not holds:
        raise SystemExit(f"unit: FAILED: {what}")
    print(f"unit: {what}", flush=True)


def wait_for(what: str, holds: Callable[[], object]) -> None:
    """Wait until it is so, and say it."""
    deadline = time.monotonic() + PATIENCE
    while not (result := holds()) and time.monotonic() < deadline:
        time.sleep(0.3)
    expect(what, holds=result)


class MetadataService:
    """A server at the address of a cloud's metadata. `asked`: how often it was reached."""

    def __init__(self) -> None:
        self.asked = 0

    async def answer(self, request: web.BaseRequest) -> web.Response:
        """Hand out a key."""
        del request
        self.asked += 1
        return web.Response(text="a key")

    async def start(self) -> None:
        """Listen, and prove that it can be reached from outside the unit."""
        loop = asyncio.get_running_loop()
        await loop.create_server(web.Server(self.answer), METADATA, 80)
        _, writer = await asyncio.open_connection(METADATA, 80)
        writer.close()


async def main() -> None:
    """Serve what the unit reads and sends to, while another thread operates it."""
    received: list[ReceivedMessage] = []
    newsroom, metadata = Newsroom(load_outlets()), MetadataService()
    async with newsroom as origin, Mailbox(received.append) as smtp, WebhookReceiver(received.append) as http:
        await metadata.start()
        write_config(newsroom, origin, smtp, http)
        await asyncio.to_thread(operate, newsroom, metadata, received)


def write_config(newsroom: Newsroom, origin: str, smtp: int, http: int) -> None:
    """As root does it: monitor.yaml, sources, and a secret in a file of its own."""
    CONFIG.mkdir(exist_ok=True)
    sources = "\n".join(
        f"  - {{id: {each.id}, url: '{origin}/{each.id}/feed', name: '{each.name}', "
        f"language: {each.language}, every: 5 s}}"
        for each in newsroom.outlets.values()
    )
    metadata = f"  - {{id: metadata, url: 'http://{METADATA}/latest', every: 5 s}}"
    (CONFIG / "sources.yaml").write_text(f"sources:\n{sources}\n{metadata}\n", encoding="utf-8")
    shipped = find_shipped_folder()
    (CONFIG / "monitor.yaml").write_text(
        f"""\
timezone: Asia/Seoul
database: sqlite:////var/lib/news-monitor/monitor.db
rules: ['{shipped / "rules"}']
entities: ['{shipped / "seeds" / "entities"}']
sources: [sources.yaml]
network: {{allow: [127.0.0.0/8, {METADATA}/32]}}
channels:
  desk: {{url: 'mailto://127.0.0.1:{smtp}?from=monitor@demo.example&to=desk@demo.example'}}
  hook: {{url: '${{credential:smtp-password}}'}}
routes: {{default: [desk, hook]}}
operator: [desk]
web: {{listen: "127.0.0.1:8787"}}
limits: {{connect: 3 s}}
""",
        encoding="utf-8",
    )
    secrets = CONFIG / "credentials"
    secrets.mkdir(mode=0o700, exist_ok=True)
    (secrets / "smtp-password").write_text(f"webhook://127.0.0.1:{http}/alerts\n", encoding="utf-8")
    (secrets / "smtp-password").chmod(0o600)


def operate(newsroom: Newsroom, metadata: MetadataService, received: list[ReceivedMessage]) -> None:
    """Start, alerts, status, watchdog, reload, what the kernel forbids, a crash, and the end."""
    systemctl("daemon-reload")
    systemctl("start", UNIT)
    expect("systemd says that it is active", holds=show("ActiveState") == "active")
    wait_for("every outlet was polled", lambda: all(newsroom.served[each] for each in newsroom.outlets))
    newsroom.publish()
    wait_for(
        "alerts came by e-mail and by webhook", lambda: {each.receiver for each in received} == {"e-mail", "webhook"}
    )
    look_at_it(newsroom)
    look_at_its_processes()
    wait_for("a source at the metadata address fails", lambda: "source=metadata" in journal())
    expect("and nothing reached it, though monitor.yaml allows it", holds=metadata.asked == 0)
    crash_it(newsroom)
    systemctl("stop", UNIT)
    result = [show(name) for name in ("ActiveState", "Result", "ExecMainStatus")]
    expect("it ends in good order", holds=result == ["inactive", "success", "0"])
    expect("its log has no traceback", holds="Traceback" not in journal())


def look_at_it(newsroom: Newsroom) -> None:
    """Status, watchdog and reload."""
    expect("its status says what it polls", holds=f"polling {len(newsroom.outlets) + 1} sources" in show("StatusText"))
    proof = show("WatchdogTimestampMonotonic")
    wait_for("it proves to the watchdog that it works", lambda: show("WatchdogTimestampMonotonic") != proof)
    text = (CONFIG / "sources.yaml").read_text(encoding="utf-8")
    (CONFIG / "sources.yaml").write_text(text.replace("name: '", "name: 'The ", 1), encoding="utf-8")
    systemctl("reload", UNIT)
    expect("a reload ends when the edit is applied", holds="config.reloaded" in journal())
    status = output_of(PROGRAM, "status", "-c", str(CONFIG / "monitor.yaml"))
    expect("`status`, by root, shows it", holds=f"process {show('MainPID')} on" in status)
    expect("it says nothing of a sandbox that lacks something", holds="sandbox.incomplete" not in journal())
    print(status)


def look_at_its_processes() -> None:
    """None has a privilege, a way to one, or all calls of the kernel."""
    pids = Path(f"/sys/fs/cgroup{show('ControlGroup')}/cgroup.procs").read_text(encoding="ascii").split()
    locked = {"NoNewPrivs": "1", "Seccomp": "2", "CapEff": "0" * 16, "CapBnd": "0" * 16}
    loose = [
        (pid, line)
        for pid in pids
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
        if (name := line.partition(":")[0]) in locked and line.split()[1] != locked[name]
    ]
    expect(f"its {len(pids)} processes are locked in: {loose or 'all of them'}", holds=len(pids) > 2 and not loose)


def crash_it(newsroom: Newsroom) -> None:
    """Killed, it is started again."""
    systemctl("kill", "--kill-whom=main", "--signal=KILL", UNIT)
    wait_for("killed, it is started again", lambda: show("NRestarts") == "1" and show("ActiveState") == "active")
    newsroom.served.clear()
    wait_for("and it polls again", lambda: all(newsroom.served[each] for each in newsroom.outlets))


if __name__ == "__main__":
    subprocess.run(["ip", "address", "add", f"{METADATA}/32", "dev", "lo"], check=True)
    asyncio.run(main())
