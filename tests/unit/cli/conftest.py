"""A folder as a user has it after some days: monitor.yaml, and a database with matches and deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from monitor import clock
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.tables import metadata
from monitor.store.queues.claims import Claims
from tests.support import busy_desk
from tests.support.building import HOUR, MINUTE, NOON, article, claimed, commit, rule, rules, sources
from tests.support.newest import make_newest
from tests.support.whole import write_config

RULES = rules(rule("launch", ["missiles", "발사"]), rule("korea", ["North Korea", "북한"], max_age=HOUR))


@pytest.fixture
def lived_in(tmp_path: Path) -> Iterator[Database]:
    """Its database, in `tmp_path`: two matches told to the desk at noon, two held ten minutes later."""
    write_config(tmp_path, {}, channels={"desk": "json://127.0.0.1:9/s3cr3t-place", "screen": "console://"})
    database = make_newest(tmp_path / "monitor.db")
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire", "other"), NOON)
    first = article("a", "북한 미사일 발사", "Seoul says so.\nMissiles flew.", url="https://x.test/1")
    commit(section, claimed(claims), first, ruleset=RULES)
    later = NOON + 10 * MINUTE
    again = article("b", "북한 미사일 발사", of="other", seen=later)
    commit(section, claimed(claims, "other", later), again, at=later, ruleset=RULES)
    yield database
    database.close()


NOW = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture(scope="module")
def filled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A busy desk at noon of today."""
    made = tmp_path_factory.mktemp("busy")
    busy_desk.fill(made, NOW).close()
    return made


@pytest.fixture
def busy_folder(filled_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, at that time, as the folder of the command."""
    monkeypatch.chdir(filled_folder)
    monkeypatch.setattr(clock, "now", lambda: NOW)
    return filled_folder


@pytest.fixture
def emptied_folder(busy_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Such a desk, from whose archive everything but its sources is gone, in place of `busy_folder`."""
    assert busy_folder != tmp_path
    database = busy_desk.fill(tmp_path, NOW)
    with database.writing() as connection:
        for table in reversed(metadata.sorted_tables):
            if table.name != "source":
                connection.execute(delete(table))
    monkeypatch.chdir(tmp_path)
    yield database
    database.close()
