"""Commands in a shell that does not have the secrets that the daemon has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor import clock
from monitor.model import RunningVersion
from monitor.store.engine.daemons import DaemonRecord
from monitor.store.engine.database import Database
from tests.support.whole import Ended, news_monitor, write_config

REFERENCE = "${env:NEWS_TOKEN}"
MISSING = "the environment variable NEWS_TOKEN is not set"
COMMANDS = (
    "status --json",
    "matches list --json",
    "search 북한 --json",
    "why 1 --json",
    "channels list --json",
    "channels preview desk --json",
    "alerts list --json",
    "sources list --json",
    "entities show north-korea --json",
)


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a config has a secret, and a value that suits there. `where`: the start of its fault."""

    where: str
    value: str
    desk: str = "json://127.0.0.1:9/in"
    more: str = ""
    source: str = "url: 'https://far.test/'"


def web(feed: str) -> str:
    return f"web: {{listen: '127.0.0.1:8787', feed: '{feed}'}}\n"


PLACES = {
    "feed of alerts": SecretPlace("monitor.yaml:", "s3cret-of-128-bits-or-more", more=web(REFERENCE)),
    "heartbeat": SecretPlace("monitor.yaml:", "https://ping.test/s3cret", more=f"heartbeat: {REFERENCE}\n"),
    "part of a heartbeat": SecretPlace("monitor.yaml:", "s3cret", more=f"heartbeat: https://ping.test/{REFERENCE}\n"),
    "whole channel": SecretPlace("monitor.yaml:", "json://127.0.0.1:9/s3cret", desk=REFERENCE),
    "part of a channel": SecretPlace("monitor.yaml:", "s3cret", desk=f"json://user:{REFERENCE}@127.0.0.1:9/in"),
    "token that has a form": SecretPlace("monitor.yaml:", "123456789:AAF_s3cret", desk=f"tgram://{REFERENCE}/12345/"),
    "source": SecretPlace("sources.yaml:", "s3cret", source=f"url: 'https://far.test/?token={REFERENCE}'"),
    "proxy": SecretPlace(
        "sources.yaml:", "http://me:s3cret@127.0.0.1:9", source=f"url: 'https://far.test/', proxy: '{REFERENCE}'"
    ),
    "part of a proxy": SecretPlace(
        "sources.yaml:", "s3cret", source=f"url: 'https://far.test/', proxy: 'http://me:{REFERENCE}@127.0.0.1:9'"
    ),
}


def write(folder: Path, place: SecretPlace) -> None:
    write_config(folder, {}, channels={"desk": place.desk, "screen": "console://"}, more=place.more)
    (folder / "sources.yaml").write_text(f"sources:\n  - {{id: far, {place.source}}}\n", encoding="utf-8")


async def run(command: str, folder: Path, env: Mapping[str, str] | None = None) -> Ended:
    return await news_monitor(*command.split(), folder=folder, env=env)


def hide_kind(ended: Ended, name: str) -> str:
    """What a command prints; of a channel whose whole address is secret, nobody knows the kind without it."""
    return ended.out.replace('"kind": "unknown"', '"kind": "json"') if name == "whole channel" else ended.out


@pytest.mark.parametrize("name", PLACES)
async def test_what_sends_nothing_goes_without(name: str, lived_in: Database, tmp_path: Path) -> None:
    """It prints the same rows and faults, and ends with the same code. `status` differs in the fault that it names, and
    in what that means for a start."""
    del lived_in
    place = PLACES[name]
    write(tmp_path, place)
    for command in COMMANDS:
        if command.startswith("channels preview") and name == "whole channel":
            continue  # it is refused: see below
        without = await run(command, tmp_path)
        with_it = await run(command, tmp_path, {"NEWS_TOKEN": place.value})
        assert with_it.out + with_it.err, command
        assert MISSING not in with_it.out + with_it.err
        if not command.startswith("status"):
            assert (command, without.code) == (command, with_it.code), without.err
            assert hide_kind(without, name) == hide_kind(with_it, name), command
            assert without.err == with_it.err, command
        assert "missing-secret" not in without.out + without.err


@pytest.mark.parametrize("name", PLACES)
async def test_the_status_names_what_is_missing(name: str, lived_in: Database, tmp_path: Path) -> None:
    """Beside all else, and no other fault: nobody can say whether an address without its secret is right."""
    del lived_in
    write(tmp_path, PLACES[name])
    ended = await run("status", tmp_path)
    faults = [line for line in ended.out.splitlines() if line.lstrip().startswith("fault")]
    assert len(faults) == 1, faults
    assert f"{PLACES[name].where}" in faults[0]
    assert MISSING in faults[0]
    assert "matches     " in ended.out


@pytest.mark.parametrize("name", PLACES)
async def test_the_status_fails_where_run_would_not_start(name: str, lived_in: Database, tmp_path: Path) -> None:
    """For want of a secret of monitor.yaml; without that of a source, the daemon polls the others. While a daemon runs,
    it has the secrets, whatever this shell has."""
    place = PLACES[name]
    write(tmp_path, place)
    status, started = await run("status --json", tmp_path), await run("run --once", tmp_path)
    assert status.code == started.code == (1 if place.where == "monitor.yaml:" else 0)
    assert ("problem" in status.rows[0]) == bool(status.code)
    assert (await run("status", tmp_path)).code == status.code
    assert (await run("status", tmp_path, {"NEWS_TOKEN": place.value})).code == 0
    running = RunningVersion(clock.now(), rules=1, sources=1)
    DaemonRecord(lived_in, "desk:17:aa").record_start("1.2", running, clock.now())
    assert (await run("status", tmp_path)).code == 0


@pytest.mark.parametrize("command", ["channels test desk", "check", "run --once"])
@pytest.mark.parametrize("name", ["whole channel", "part of a channel", "heartbeat", "feed of alerts"])
async def test_what_needs_the_secret_says_so(command: str, name: str, lived_in: Database, tmp_path: Path) -> None:
    """A message without it would be refused, and another word in its place might be sent."""
    del lived_in
    write(tmp_path, PLACES[name])
    ended = await run(command, tmp_path)
    assert ended.code == 1
    assert MISSING in ended.out + ended.err


async def test_the_form_of_messages_needs_the_kind_of_their_channel(tmp_path: Path) -> None:
    """A preview for another kind would mislead."""
    place = PLACES["whole channel"]
    write(tmp_path, place)
    ended = await run("channels preview desk", tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert "the whole address of the channel desk is a secret that is not available here" in ended.err
    assert (await run("channels preview desk", tmp_path, {"NEWS_TOKEN": place.value})).code == 0


async def test_the_address_of_the_feeds_needs_its_secret(tmp_path: Path) -> None:
    """Another word in its place would be no address."""
    place = PLACES["feed of alerts"]
    write(tmp_path, place)
    ended = await run("alerts feed", tmp_path)
    assert (ended.code, ended.out) == (1, "")
    assert MISSING in ended.err
    ended = await run("alerts feed", tmp_path, {"NEWS_TOKEN": place.value})
    assert place.value in ended.out


async def test_a_secret_of_the_database_is_needed(lived_in: Database, tmp_path: Path) -> None:
    """Nothing could be shown without it. Where it is there, the others may be missing."""
    del lived_in
    write(tmp_path, PLACES["feed of alerts"])
    config = tmp_path / "monitor.yaml"
    config.write_text(config.read_text().replace("sqlite:///monitor.db", "sqlite:///${file:name}.db"))
    for command in ("status", "matches list"):
        ended = await run(command, tmp_path)
        assert ended.code == 1
        assert "the file name does not exist" in ended.err
        assert MISSING in ended.err
    (tmp_path / "name").write_text("monitor\n")
    for command in ("status", "matches list"):
        ended = await run(command, tmp_path)
        assert (ended.code, ended.out == "") == (1 if command == "status" else 0, False), ended.err


async def test_what_names_no_secret_is_still_a_fault(lived_in: Database, tmp_path: Path) -> None:
    """It is a mistake in the file, in every shell."""
    del lived_in
    write(tmp_path, SecretPlace("", "", desk="json://user:${NEWS_TOKEN}@127.0.0.1:9/in"))
    ended = await run("status", tmp_path, {"NEWS_TOKEN": "s3cret"})
    assert ended.code == 1
    assert "this '${' names no secret" in ended.out
