"""Which daemons work on a database, from afar."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import RunningVersion
from monitor.store.engine.daemons import ALIVE_WINDOW, DaemonRecord, DaemonStatus, list_daemons
from monitor.store.engine.database import Database
from tests.support.building import HOUR, MINUTE, NOON

RUNS = RunningVersion(NOON, rules=3, sources=5)
EDITED = RunningVersion(
    NOON,
    rules=3,
    sources=5,
    edited_at=NOON + HOUR,
    faults=("a.yaml:1:1: a", "b.yaml:2:1: b"),
    restart_settings=("web",),
)
SECOND = timedelta(seconds=1)


def test_a_daemon_is_alive_as_long_as_it_beats(database: Database) -> None:
    """What it said last is what is known of it: its version, what it runs, its last turns."""
    one = DaemonRecord(database, "desk:17:aa")
    assert not one.record_heartbeat(RUNS, NOON, ticked=NOON, delivered=NOON)
    assert list_daemons(database) == []
    one.record_start("1.2", RUNS, NOON)
    (seen,) = list_daemons(database)
    assert (seen.name, seen.version, seen.started_at, seen.running) == ("process 17 on desk", "1.2", NOON, RUNS)
    assert (seen.ticked_at, seen.delivered_at, seen.stopped_at) == (None, None, None)
    assert seen.status_at(NOON + ALIVE_WINDOW) is DaemonStatus.ALIVE
    assert seen.status_at(NOON + ALIVE_WINDOW + SECOND) is DaemonStatus.GONE
    assert one.record_heartbeat(
        EDITED, NOON + MINUTE, ticked=NOON + MINUTE - SECOND, delivered=NOON + MINUTE - 2 * SECOND
    )
    (seen,) = list_daemons(database)
    assert (seen.seen_at, seen.started_at, seen.running) == (NOON + MINUTE, NOON, EDITED)
    assert (seen.ticked_at, seen.delivered_at) == (NOON + MINUTE - SECOND, NOON + MINUTE - 2 * SECOND)
    assert seen.status_at(NOON + MINUTE + ALIVE_WINDOW) is DaemonStatus.ALIVE


def test_a_stopped_daemon_is_not_a_dead_one(database: Database) -> None:
    """It said goodbye; others are not touched by it."""
    one, two = DaemonRecord(database, "desk:17:aa"), DaemonRecord(database, "fe80::1:18:bb")
    one.record_start("1.2", RUNS, NOON)
    two.record_start("1.3", RUNS, NOON + SECOND)
    one.record_stop(NOON + 2 * SECOND)
    newer, older = list_daemons(database)
    assert (newer.name, newer.status_at(NOON + HOUR)) == ("process 18 on fe80::1", DaemonStatus.GONE)
    assert (older.status_at(NOON + 2 * SECOND), older.status_at(NOON + HOUR)) == (
        DaemonStatus.STOPPED,
        DaemonStatus.STOPPED,
    )
    assert older.stopped_at == NOON + 2 * SECOND


def test_a_goodbye_of_one_that_never_started_is_nothing(database: Database) -> None:
    """As of `run --once`."""
    DaemonRecord(database, "desk:4:dd").record_stop(NOON)
    assert list_daemons(database) == []
