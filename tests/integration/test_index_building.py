"""An existing archive is added to the search index while polls go on, in the thread that both share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.app import open_daemon
from monitor.config.loading.user_files import UserFiles
from monitor.daemon import index_building
from monitor.daemon.index_building import build_index
from monitor.errors import StoreFailed
from monitor.model import ArchiveSettings, Config
from monitor.store.commit.serial_section import SerialSection
from monitor.store.engine.database import Database
from monitor.store.engine.opening import open_database
from monitor.store.engine.store_thread import StoreThread
from monitor.store.queries.reports import ReportQueries
from monitor.store.queues.claims import Claims
from monitor.store.search import index
from monitor.store.search.index import IndexState, count_missing, load_index_state, switch_index
from monitor.telemetry import LogEvent
from tests.support.building import NOON, article, claimed, commit, config_of, sources
from tests.support.whole import write_config


@pytest.fixture
async def thread() -> AsyncIterator[StoreThread]:
    """The thread that speaks with the database."""
    made = StoreThread()
    yield made
    made.close()


def store(database: Database, count: int) -> None:
    claims, section = Claims(database, "here:1"), SerialSection(database)
    claims.register_sources(sources("wire"), NOON)
    commit(section, claimed(claims), *(article(str(n), f"Ferry {n}") for n in range(count)))


async def test_others_get_in_between_the_slices(
    database: Database, thread: StoreThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks for the thread while much is added waits for one slice, not for all."""
    monkeypatch.setattr(index, "_SLICE", 2)
    monkeypatch.setattr(index_building, "_PAUSE", 0)
    store(database, 20)
    switch_index(database, wanted=True)
    missing: set[int] = set()
    with capture_logs() as logs:
        building = asyncio.create_task(build_index(database, thread))
        while not building.done():
            missing.add(await thread.run(lambda: count_missing(database)))
    await building
    assert [entry for entry in logs if entry["event"] == LogEvent.INDEX_BUILT] == [
        {"event": LogEvent.INDEX_BUILT, "log_level": "info", "articles": 20}
    ]
    assert len(missing) > 5
    with capture_logs() as logs:
        await build_index(database, thread)
    assert logs == []


async def test_a_database_that_fails_meanwhile_loses_no_progress(
    database: Database, thread: StoreThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next run goes on from the last slice that was committed."""
    monkeypatch.setattr(index, "_SLICE", 2)
    monkeypatch.setattr(index_building, "_PAUSE", 0)
    store(database, 10)
    switch_index(database, wanted=True)
    enter, entered = type(database).enter_section, []

    def fail_at_the_third(self: Database, connection: object) -> None:
        entered.append(1)
        if len(entered) == 3:
            raise StoreFailed("the disk is full")
        enter(self, connection)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(type(database), "enter_section", fail_at_the_third)
        with pytest.raises(StoreFailed, match="the disk is full"):
            await build_index(database, thread)
    assert count_missing(database) == 6
    await build_index(database, thread)
    assert count_missing(database) == 0
    assert ReportQueries(database).counts()["articles"] == 10


@pytest.mark.parametrize("wanted", ["on", "off"])
async def test_a_daemon_keeps_an_index_as_monitor_yaml_says(database: Database, wanted: str) -> None:
    """From its start on, on either kind of database."""
    switch_index(database, wanted=wanted == "off")
    url = database.write.url.render_as_string(hide_password=False).replace("+pysqlite", "").replace("+psycopg", "")
    database.close()
    made = config_with(url, search=wanted == "on")
    async with open_daemon(made):
        pass
    opened = open_database(url)
    with opened.reading() as connection:
        assert load_index_state(connection) == IndexState(is_on=wanted == "on", indexed_from=0)
    opened.close()


def config_with(url: str, *, search: bool) -> Config:
    """A config without sources on this database."""
    config = config_of()
    settings = replace(config.settings, database=url, archive=ArchiveSettings(search=search))
    return replace(config, settings=settings, sources={})


async def test_an_edit_switches_the_index_while_the_daemon_runs(tmp_path: Path) -> None:
    """No restart is needed."""
    write_config(tmp_path, {})
    config = tmp_path / "monitor.yaml"
    files = UserFiles(config, {})
    loaded = files.load()
    async with open_daemon(loaded.config, files, loaded.faults) as daemon:
        config.write_text(f"{config.read_text(encoding='utf-8')}archive: {{search: off}}\n", encoding="utf-8")
        assert daemon._reload is not None
        await daemon._reload()
    opened = open_database(loaded.config.settings.database)
    with opened.reading() as connection:
        assert not load_index_state(connection).is_on
    opened.close()


async def test_an_edit_of_something_else_says_nothing_of_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SQLite that is too old for it is in the log once, at the start, and not at every edit."""
    write_config(tmp_path, {})
    config = tmp_path / "monitor.yaml"
    files = UserFiles(config, {})
    loaded = files.load()
    index._explain_sqlite.cache_clear()
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 40, 1))
    try:
        with capture_logs() as logged:
            async with open_daemon(loaded.config, files, loaded.faults) as daemon:
                for edit in ("weekly_misses: off\n", "retention: {fetches: 9 days}\n"):
                    config.write_text(f"{config.read_text(encoding='utf-8')}{edit}", encoding="utf-8")
                    assert daemon._reload is not None
                    await daemon._reload()
    finally:
        index._explain_sqlite.cache_clear()
    events = [line["event"] for line in logged]
    assert events.count("search.unsupported") == 1
    assert events.count("config.reloaded") == 2
