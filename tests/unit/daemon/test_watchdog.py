"""When the watchdog is fed, and when it is not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.daemon.progress import LastRun, WorkKind
from monitor.daemon.watchdog import Watchdog

INTERVAL = timedelta(seconds=90)
MINUTE = 60
ALL = frozenset(WorkKind)


@pytest.fixture
def fed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """How often systemd's socket got WATCHDOG=1 since it was asked last, and nothing else."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.setblocking(False)

        def count() -> int:
            messages = []
            while True:
                try:
                    messages.append(receiver.recv(64))
                except BlockingIOError:
                    assert set(messages) <= {b"WATCHDOG=1"}
                    return len(messages)

        yield count


@pytest.mark.parametrize(
    ("done", "after", "missing"),
    [
        (ALL, 0, set()),
        # the thread that asks the database is stuck: the first thing seen, within half of WatchdogSec
        (ALL - {WorkKind.CALL}, 45, set()),
        (ALL - {WorkKind.CALL}, 46, {WorkKind.CALL}),
        # a turn that waits behind many slow commits, whose calls end
        (ALL - {WorkKind.TICK}, 5 * MINUTE, set()),
        (ALL - {WorkKind.TICK}, 5 * MINUTE + 1, {WorkKind.TICK}),
        (ALL - {WorkKind.DELIVERY}, 5 * MINUTE + 1, {WorkKind.DELIVERY}),
        # PostgreSQL is out of reach for ten minutes, and refuses at once
        (ALL - {WorkKind.DATABASE}, 10 * MINUTE, set()),
        (ALL - {WorkKind.DATABASE}, 15 * MINUTE + 1, {WorkKind.DATABASE}),
        (set(), 16 * MINUTE, ALL),
    ],
)
def test_it_is_fed_only_while_all_work_goes_on(
    fed: Callable[[], int], done: set[WorkKind], after: int, missing: set[WorkKind]
) -> None:
    """Work that was done just now, and the rest so many seconds ago."""
    turns = LastRun(1000)
    watchdog = Watchdog(INTERVAL, turns)
    for work in done:
        turns.record_run(work, 1000 + after)
    assert set(watchdog.overdue_work(1000 + after)) == missing
    assert watchdog.feed(1000 + after) is (not missing)
    assert fed() == (0 if missing else 1)


def test_feeding_begins_again_with_the_work(fed: Callable[[], int]) -> None:
    """What was slow and has ended is no reason to be restarted."""
    turns = LastRun(0)
    watchdog = Watchdog(INTERVAL, turns)
    assert not watchdog.feed(60)
    turns.record_run(WorkKind.CALL, 61)
    assert watchdog.feed(62)
    assert fed() == 1


def test_what_is_missing_is_said_once() -> None:
    """In the log, before systemd acts; and again when it is something else."""
    watchdog = Watchdog(INTERVAL, LastRun(0))
    with capture_logs() as lines:
        for now in (10, 46, 47, 48, 301, 302):
            watchdog.feed(now)
    call, turns = "a call to the database ended", ["the tick ran", "the delivery ran"]
    assert [line["missing"] for line in lines] == [[call], [call, *turns]]


def test_where_systemd_asks_for_no_proof_it_is_known_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """`status` and the health page tell people."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    watchdog = Watchdog(None, LastRun(0))
    assert not watchdog.feed(1)
    assert watchdog.overdue_work(46) == [WorkKind.CALL]
