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
from monitor.errors import InvalidFiles
from monitor.store.engine.database import Database
from monitor.store.engine.tables import alert

COMMANDS = (
    "status", "search 북한", "articles list", "articles list rule:north-korea-missile-launch", "articles show 1",
    "articles export", "matches list", "matches show 1", "matches export", "stories list", "alerts list",
    "alerts show ALERT", "marks list", "outbox list", "report", "report --timeline", "sources list", "sources health",
    "channels list", "routes show",
)  # fmt: skip
# Runs commands one after the other in one process, and names the first that loads what reads or compiles rules.
RUN = """\
import sys
from monitor.cli import cli

heavy = ("monitor.config.loading.rule_files", "monitor.matching", "monitor.identity", "monitor.places", "alembic")
for command in sys.argv[1:]:
    cli(command.split(), standalone_mode=False)
    loaded = [name for name in heavy if name in sys.modules]
    assert not loaded, (command, loaded)
"""
FAULTY = "rule: broken\nlevel: [\n"
READING = (
    "search 북한", "articles list", "articles show 1", "matches list", "matches show 1", "stories list", "alerts list",
    "marks list", "outbox list", "report", "report --timeline", "sources list", "sources health", "why 1", "db check",
)  # fmt: skip


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


def replace_key(config: Path, key: str, line: str) -> int:
    """Put a line at the end of a config, in place of a key. Returns its number."""
    kept, is_other = [], True
    for each in config.read_text(encoding="utf-8").splitlines():
        is_other = is_other if each.startswith((" ", "-")) else not each.startswith(f"{key}:")
        if is_other:
            kept.append(each)
    config.write_text("\n".join([*kept, line]), encoding="utf-8")
    return len(kept) + 1


@pytest.mark.parametrize(
    "fault",
    [
        "routes: {default: [screen, email]}",  # a channel that there is not
        "operator: [email]",
        "web: {listen: nowhere}",
        "nosuch: 1",
        "channels: {mail: 3}",
    ],
)
def test_what_only_reads_goes_on_while_monitor_yaml_is_faulty(
    lived_in: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """As the daemon does, with the fault on stderr. What changes something, or may delete by other rules than those
    that were written, does not."""
    del lived_in
    monkeypatch.chdir(tmp_path)
    before = {command: CliRunner().invoke(cli, command.split()) for command in READING}
    place = f"monitor.yaml:{replace_key(tmp_path / 'monitor.yaml', fault.partition(':')[0], fault)}:"
    for command in READING:
        ended = CliRunner().invoke(cli, command.split())
        assert ended.stdout == before[command].stdout, (command, ended.output)
        assert ended.stderr.count(place) == 1, (command, ended.stderr)
    status = CliRunner().invoke(cli, ["status"])
    assert (status.exit_code, f"fault: {place}" in status.output, "articles    " in status.stdout) == (1, True, True)
    assert "a daemon that runs continues with the last good version" in status.stderr
    for command in ("db prune", "outbox retry --dead", "sources retry wire", "channels test"):
        error = CliRunner().invoke(cli, command.split()).exception
        assert (command, isinstance(error, InvalidFiles), place in str(error)) == (command, True, True)


@pytest.mark.parametrize("fault", ["database: 3", "databse: sqlite:///other.db", "routes: {default: [screen"])
def test_without_its_database_nothing_is_read(
    lived_in: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Also if `database` may be misspelt: the default would be another database."""
    del lived_in
    monkeypatch.chdir(tmp_path)
    line = replace_key(tmp_path / "monitor.yaml", "database", fault)
    for command in ("status", "matches list", "why 1"):
        ended = CliRunner().invoke(cli, command.split())
        assert (isinstance(ended.exception, InvalidFiles), ended.stdout) == (True, ""), ended.output
        assert f"monitor.yaml:{line}:" in str(ended.exception)


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
