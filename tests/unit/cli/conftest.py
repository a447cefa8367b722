"""A folder as a user has it after some days: monitor.yaml, and a database with matches and deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.queues.claims import Claims
from tests.building import HOUR, MINUTE, NOON, article, claimed, commit, rule, rules, sources
from tests.e2e.whole import write_config
from tests.newest import make_newest

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
