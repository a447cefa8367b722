"""Commands in a shell that does not have the secrets that the daemon has."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.store.engine.database import Database
from tests.e2e.whole import news_monitor, write_config

MISSING = "the environment variable NEWS_TOKEN is not set"


@pytest.fixture
def folder(lived_in: Database, tmp_path: Path) -> Path:
    """A config whose channel needs a token that is not here."""
    del lived_in
    write_config(
        tmp_path, {}, channels={"desk": "json://user:${env:NEWS_TOKEN}@127.0.0.1:9/in", "screen": "console://"}
    )
    return tmp_path


@pytest.mark.parametrize(
    "command",
    ["status", "matches list", "stories list", "why 1", "channels list", "outbox list", "alerts list", "sources list"],
)
async def test_what_sends_nothing_goes_without(command: str, folder: Path) -> None:
    """It says what it always says."""
    ended = await news_monitor(*command.split(), folder=folder)
    assert ended.out
    assert "Traceback" not in ended.err
    with_it = await news_monitor(*command.split(), folder=folder, env={"NEWS_TOKEN": "s3cr3t"})
    assert len(ended.out.splitlines()) >= len(with_it.out.splitlines())


async def test_the_status_names_what_is_missing(folder: Path) -> None:
    """Beside all else."""
    ended = await news_monitor("status", folder=folder)
    assert ended.code == 0
    assert f"fault: monitor.yaml:8:15: {MISSING}" in ended.out
    assert "matches     " in ended.out


@pytest.mark.parametrize("command", ["channels test desk", "check", "run --once"])
async def test_what_needs_the_secret_says_so(command: str, folder: Path) -> None:
    """A message without it would be refused, and another word in its place might be sent."""
    ended = await news_monitor(*command.split(), folder=folder)
    assert ended.code == 1
    assert MISSING in ended.out + ended.err


async def test_a_secret_of_the_database_is_needed(folder: Path) -> None:
    """Nothing could be shown."""
    config = folder / "monitor.yaml"
    config.write_text(config.read_text().replace("sqlite:///monitor.db", "sqlite:///${env:NEWS_TOKEN}.db"))
    for command in ("status", "matches list"):
        ended = await news_monitor(*command.split(), folder=folder)
        assert ended.code == 1
        assert MISSING in ended.err
