"""Commands that do not need what the rules match do not load them, once they know which rules there are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from monitor.cli import cli
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert

COMMANDS = (
    "status", "search 북한", "articles list", "articles list rule:north-korea-missile-launch", "articles show 1",
    "articles export", "matches list", "matches show 1", "matches export", "stories list", "alerts list",
    "alerts show ALERT", "marks list", "outbox list", "timeline", "sources list", "sources health",
    "channels list", "routes show",
)  # fmt: skip
# Runs commands one after the other in one process, and names the first that loads what reads or compiles rules.
RUN = """\
import sys
from monitor.cli import cli

heavy = ("monitor.config.loading.rule_files", "monitor.matching", "monitor.stories", "monitor.places", "alembic")
for command in sys.argv[1:]:
    cli(command.split(), standalone_mode=False)
    loaded = [name for name in heavy if name in sys.modules]
    assert not loaded, (command, loaded)
"""
FAULTY = "rule: broken\nlevel: [\n"


@pytest.fixture
def commands(lived_in: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands, in the folder of a config whose rules have been read once."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert CliRunner().invoke(cli, ["status"]).exit_code == 0
    with lived_in.reading() as connection:
        id_ = connection.execute(select(alert.c.id)).scalars().first()
    return [command.replace("ALERT", str(id_)) for command in COMMANDS]


def test_short_commands_do_not_load_the_rules(commands: list[str]) -> None:
    command = [sys.executable, "-c", RUN, *commands]
    ended = subprocess.run(command, capture_output=True, check=False, text=True, env=os.environ)
    assert ended.returncode == 0, ended.stderr[-500:]


def test_short_commands_answer_the_same_while_a_rule_is_faulty(commands: list[str], tmp_path: Path) -> None:
    """A command that prints the faults of the files still does."""
    before = [CliRunner().invoke(cli, command.split()) for command in commands]
    config = tmp_path / "monitor.yaml"
    (tmp_path / "broken.yaml").write_text(FAULTY, encoding="utf-8")
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("rules: [", "rules: [broken.yaml, ", 1), encoding="utf-8")
    assert config.read_text(encoding="utf-8") != text
    for command, ended in zip(commands, before, strict=True):
        now = CliRunner().invoke(cli, command.split())
        assert (command, now.exit_code) == (command, ended.exit_code) == (command, 0), now.output
        if command != "status":
            assert now.stdout == ended.stdout, command
        if command in {"status", "channels list", "routes show"}:
            assert "broken.yaml:" in now.output, command
