"""What every command prints is as it is recorded in `recorded/`, on SQLite and on PostgreSQL.

One newsroom is prepared: the program itself polls two feeds on loopback and sends to channels there, at fixed times.
Then the commands run in the order of the files: those that write come last.
`python -m tests.integration.golden` records anew.
"""

from __future__ import annotations

import asyncio
import difflib
import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from io import StringIO
from pathlib import Path
from xml.sax.saxutils import escape

import click
import pytest
import yaml
from click.testing import CliRunner, Result

from monitor import __version__
from monitor.app import open_daemon
from monitor.cli import cli
from monitor.config.loading.user_files import UserFiles
from monitor.delivery import Dispatcher
from monitor.errors import InvalidRequest, MonitorError
from monitor.telemetry import close_log, configure_logging
from tests.conftest import new_database
from tests.support.newsroom import loopback_site

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
BEGIN = datetime(2026, 1, 5, 0, 0, tzinfo=UTC)  # a Monday, 09:00 in Seoul
NOW = BEGIN + timedelta(hours=4)
"""When all recorded commands run."""
LEFT_OUT = {
    "demo": "its dates are of the moment; tests/e2e/test_demo.py runs it",
    "run": "the newsroom is prepared by its parts",
    "rules packs": "what is shipped changes often; tests/unit/cli/test_rules_list.py",
    "channels canary": "it runs a daemon process of its own; tests/integration/test_canary.py",
}
ON_SQLITE = "5-database.txt"
"""Each kind of database has its own care: this file is of SQLite's."""
VARYING = {
    r"(?m)^database    .*": "database    DATABASE",
    r'"database": \{[^}]*\}': '"database": "DATABASE"',
    r"(?m)^sandbox     .*": "sandbox     SANDBOX",
    r'"sandbox": \{[^}]*\}': '"sandbox": "SANDBOX"',
    r'(?<=feed: ")[0-9a-f]{40}': "SECRET",  # a new one each time
}
"""What differs from machine to machine."""


class _Handler(BaseHTTPRequestHandler):
    """`/ok/...` takes every message, `/N/...` answers N; another path is a file in `site`. No date: that is ours."""

    site: Path

    def do_GET(self) -> None:
        kind, file = self.path.split("/")[1], self.site / self.path.strip("/").replace("/", "-")
        body = file.read_bytes() if file.is_file() else b""
        self.send_response_only(int(kind) if kind.isdigit() else 200 if body or kind == "ok" else 404)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def print_all(folder: Path, database: str) -> dict[str, str]:
    """What each recorded file would be now: its commands, with what they print in a newsroom prepared in `folder`."""
    site, desk = folder / "site", folder / "desk"
    site.mkdir()
    shutil.copytree(HERE / "desk", desk)
    with loopback_site(type("Handler", (_Handler,), {"site": site})) as server, pytest.MonkeyPatch.context() as patch:
        patch.chdir(desk)
        patch.setenv("XDG_CACHE_HOME", str(folder))
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        patch.setenv("COLUMNS", "100")
        patch.setenv("LOGNAME", "ann")
        patch.setattr("sys.argv", ["news-monitor"])
        patch.delenv("NEWS_MONITOR_CONFIG", raising=False)
        # Messages go out once all sources are polled: what is in them must not depend on who is quicker.
        patch.setattr(Dispatcher, "wake", lambda _: None)
        for file in (path for path in desk.rglob("*") if path.is_file()):
            text = file.read_text(encoding="utf-8").replace("SERVER", server).replace("DATABASE", database)
            file.write_text(text, encoding="utf-8")
        configure_logging(stream=StringIO())
        _live_through_the_day(site, patch)
        close_log()
        patch.setattr("monitor.clock.now", lambda: NOW)
        plain = {re.escape(server): "SERVER", re.escape(str(desk)): "DESK", re.escape(__version__): "VERSION"}
        plain |= VARYING | {re.escape(database): "DATABASE"}
        names = {
            noun: [str(row["id"]) for row in _rows(noun)][::-1] for noun in ("alerts", "matches", "stories", "outbox")
        }
        printed = {}
        for recorded in sorted(RECORDED.glob("*.txt")):
            if recorded.name != ON_SQLITE or database.startswith("sqlite"):
                commands = [(line, line.replace("SERVER", server)) for line in _commands(recorded)]
                text = "\n".join(f"$ {line}\n{_print(command, names)}" for line, command in commands)
                for pattern, name in plain.items():
                    text = re.sub(pattern, name, text)
                printed[recorded.name] = text
        return printed


def _live_through_the_day(site: Path, patch: pytest.MonkeyPatch) -> None:
    """The daemon polls and sends at each moment of `day.yaml`."""
    feeds: dict[str, str] = {}
    for moment in yaml.safe_load((HERE / "desk/day.yaml").read_text(encoding="utf-8")):
        at = BEGIN + timedelta(minutes=moment.pop("after"))
        for feed, entries in moment.items():
            for place, entry in enumerate(entries):
                url = f"https://{feed}.example/{at:%H%M}-{place}"
                feeds[feed] = (
                    f"<item><title>{escape(entry['title'])}</title><link>{url}</link><guid>{url}</guid>"
                    f"<description>{escape(entry['text'])}</description>"
                    f"<pubDate>{format_datetime(at - timedelta(minutes=entry['age']))}</pubDate></item>\n"
                ) + feeds.get(feed, "")
            channel = f"<title>{feed}</title><link>https://{feed}.example/</link>\n{feeds[feed]}"
            (site / f"{feed}.xml").write_text(
                f"<rss version='2.0'><channel>{channel}</channel></rss>", encoding="utf-8"
            )
        patch.setattr("monitor.clock.now", lambda at=at: at)
        asyncio.run(_poll_and_send())


async def _poll_and_send() -> None:
    """As `run --once` does, which would take this process's signals and streams."""
    files = UserFiles(Path("monitor.yaml"), os.environ)
    loaded = files.load()
    assert not loaded.faults, loaded.faults
    async with open_daemon(loaded.config, files, catches_up=True) as daemon:
        await daemon.run_once(asyncio.Event())


def _run(*args: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, args, input=stdin, prog_name="news-monitor")


def _rows(noun: str) -> list[dict[str, object]]:
    ended = _run(noun, "list", "--json")
    assert ended.exit_code == 0, (ended.output, ended.exc_info)
    return [json.loads(line) for line in ended.stdout.splitlines()]


def _commands(recorded: Path) -> list[str]:
    return [line[2:] for line in recorded.read_text(encoding="utf-8").splitlines() if line.startswith("$ ")]


def _print(command: str, names: dict[str, list[str]]) -> str:
    """What a command prints (`2>`: on standard error), and its exit code if it is not 0. In the command `$alerts1` is
    the id of the oldest alert, `$stories2` that of the second story, and `< FILE` gives standard input."""
    given, _, stdin = command.partition(" < ")
    given = re.sub(r"\$([a-z]+)(\d+)", lambda found: names[found[1]][int(found[2]) - 1], given)
    ended = _run(*shlex.split(given), stdin=Path(stdin).read_text(encoding="utf-8") if stdin else None)
    told, code = ended.stderr, ended.exit_code
    if isinstance(ended.exception, MonitorError):  # `main` prints it
        told, code = f"{told}{ended.exception}\n", 2 if isinstance(ended.exception, InvalidRequest) else 1
    elif ended.exception and not isinstance(ended.exception, SystemExit):
        raise ended.exception
    out = ended.stdout
    if out.lower().startswith("<!doctype html>"):  # its texts
        out = "\n".join(
            filter(None, map(str.strip, re.sub(r"(?s)<(style|script|svg)\b.*?</\1>|<[^>]+>", "\n", out).splitlines()))
        )
    lines = [*out.splitlines(), *(f"2> {line}" for line in told.splitlines()), *([f"= {code}"] if code else [])]
    return "".join(f"{line.rstrip()}\n" for line in lines)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_commands_print_what_is_recorded(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """A difference that is meant is recorded with `python -m tests.integration.golden`."""
    database = "sqlite:///monitor.db" if kind == "sqlite" else new_database(request, "template0")
    differing: list[str] = []
    for name, text in print_all(tmp_path, database).items():
        recorded = (RECORDED / name).read_text(encoding="utf-8").splitlines()
        differing += difflib.unified_diff(recorded, text.splitlines(), f"recorded/{name}", "now", n=4, lineterm="")
    assert not differing, "\n".join(differing)


def test_every_command_is_recorded_as_text_and_as_json() -> None:
    """A new command needs a line in `recorded/`, and one with --json where it has that option."""
    lines = [shlex.split(line) for recorded in RECORDED.glob("*.txt") for line in _commands(recorded)]
    missing = []
    for name, command in _find_commands(cli, ""):
        runs = [line for line in lines if line[: len(name.split())] == name.split()]
        json_given = {"--json" in line for line in runs}
        wanted = {False, True} if any("--json" in parameter.opts for parameter in command.params) else {False}
        missing += [] if name in LEFT_OUT or json_given >= wanted else [name]
    assert not missing


def _find_commands(group: click.Group, path: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _find_commands(command, f"{path}{name} ")
        else:
            yield f"{path}{name}", command
