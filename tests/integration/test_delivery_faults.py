"""Deliveries while the network or the database fails: nothing is lost, and what may come twice says so."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from monitor.alerting import retry
from monitor.errors import StoreFailed
from monitor.store.engine.database import Database
from monitor.store.queries.reports import ReportQueries
from monitor.telemetry import LogEvent
from tests.conftest import FaultServer
from tests.support.proxy import proxy
from tests.support.sending import dispatching_in_threads, fill

MARK = "you may have this message already"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried again without a wait."""
    monkeypatch.setattr(retry, "FIRST_WAIT", timedelta(0))


def states(database: Database) -> dict[str, int]:
    return {state: count for state, count in ReportQueries(database).delivery_counts().items() if count}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("fault", "copies", "marked"),
    [
        ("delay", 1, 0),  # it only takes longer
        ("drip", 1, 0),
        ("refuse", 1, 1),  # the connection was there: nobody knows what came through
        ("cut request", 1, 1),
        ("cut answer", 2, 1),  # the server has it, and its answer was lost
    ],
)
async def test_a_network_that_fails_loses_nothing(
    database: Database, faults: FaultServer, fault: str, copies: int, marked: int
) -> None:
    """The message comes; twice only where its acceptance was lost, and then it says so."""
    fill(database, ["desk"])
    with proxy(faults.port) as between:
        between.plan.append(fault)
        async with dispatching_in_threads(database, {"desk": f"json://127.0.0.1:{between.port}/ok"}) as dispatcher:
            await dispatcher.send_all_due()
    assert states(database) == {"accepted": 1}
    bodies = faults.bodies("ok")
    assert (len(bodies), sum(MARK in body for body in bodies)) == (copies, marked)


def fill_up(database: Database) -> None:
    """The file may not grow any more, and has no page left."""
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE ballast (data BLOB)")
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with suppress(StoreFailed):
        while True:
            with database.writing() as connection:
                connection.exec_driver_sql("INSERT INTO ballast VALUES (zeroblob(3000))")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_full_disk_loses_nothing_and_repeats_nothing(database: Database, faults: FaultServer) -> None:
    """What cannot be claimed is not sent; when there is room again, it is."""
    urls = {"desk": faults.url("ok")}
    fill(database, urls, *(f"a{number}" for number in range(100)))
    fill_up(database)
    async with dispatching_in_threads(database, urls) as dispatcher:
        with capture_logs() as logs:
            sending = asyncio.create_task(dispatcher.send_all_due())
            while not any(entry["event"] == LogEvent.DATABASE_PROBLEM for entry in logs):  # noqa: ASYNC110 - the log is a list
                await asyncio.sleep(0.01)
        assert states(database)["pending"]
        assert len(faults.bodies("ok")) < 100
        with database.writing() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        await sending
        await dispatcher.send_all_due()
    assert states(database) == {"accepted": 100}
    assert len(faults.bodies("ok")) == 100


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_database_that_may_only_be_read_sends_nothing(database: Database, faults: FaultServer) -> None:
    """What cannot be claimed is not sent; when it may be written again, it is, once."""
    urls, read_only = {"desk": faults.url("ok")}, ["ON"]
    fill(database, urls)
    event.listen(
        database.write, "checkout", lambda connection, *_: connection.execute(f"PRAGMA query_only={read_only[0]}")
    )
    async with dispatching_in_threads(database, urls) as dispatcher:
        await dispatcher.send_all_due()
        assert states(database) == {"pending": 1}
        assert faults.bodies("ok") == []
        read_only[0] = "OFF"
        await dispatcher.send_all_due()
    assert states(database) == {"accepted": 1}
    assert len(faults.bodies("ok")) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_database_that_is_locked_does_not_make_us_forget_an_acceptance(
    database: Database, faults: FaultServer, tmp_path: Path
) -> None:
    """Another process writes for a while: the receipt waits for it, and nothing is sent twice."""
    urls = {"desk": faults.url("late/0.3")}
    fill(database, urls)
    async with dispatching_in_threads(database, urls) as dispatcher:
        sending = asyncio.create_task(dispatcher.send_all_due())
        while not faults.bodies("late/0.3"):  # noqa: ASYNC110 - the server is in another thread
            await asyncio.sleep(0.01)
        with closing(sqlite3.connect(tmp_path / "news.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.sleep(0.8)
            assert states(database) == {"sending": 1}
            other.execute("ROLLBACK")
        await sending
    assert states(database) == {"accepted": 1}
    assert len(faults.bodies("late/0.3")) == 1
