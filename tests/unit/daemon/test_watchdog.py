"""When the watchdog is fed, and when it is not."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from monitor.daemon.turns import Turns, Work
from monitor.daemon.watchdog import Watchdog

INTERVAL = timedelta(seconds=90)
MINUTE = 60
ALL = frozenset(Work)


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
        (ALL - {Work.CALL}, 45, set()),
        (ALL - {Work.CALL}, 46, {Work.CALL}),
        # a turn that waits behind many slow commits, whose calls end
        (ALL - {Work.TICK}, 5 * MINUTE, set()),
        (ALL - {Work.TICK}, 5 * MINUTE + 1, {Work.TICK}),
        (ALL - {Work.DELIVERY}, 5 * MINUTE + 1, {Work.DELIVERY}),
        # PostgreSQL is out of reach for ten minutes, and refuses at once
        (ALL - {Work.DATABASE}, 10 * MINUTE, set()),
        (ALL - {Work.DATABASE}, 15 * MINUTE + 1, {Work.DATABASE}),
        (set(), 16 * MINUTE, ALL),
    ],
)
def test_it_is_fed_only_while_all_work_goes_on(
    fed: Callable[[], int], done: set[Work], after: int, missing: set[Work]
) -> None:
    """Work that was done just now, and the rest so many seconds ago."""
    turns = Turns(1000)
    watchdog = Watchdog(INTERVAL, turns)
    for work in done:
        turns.record_run(work, 1000 + after)
    assert set(watchdog.overdue_work(1000 + after)) == missing
    assert watchdog.feed(1000 + after) is (not missing)
    assert fed() == (0 if missing else 1)


def test_feeding_begins_again_with_the_work(fed: Callable[[], int]) -> None:
    """What was slow and has ended is no reason to be restarted."""
    turns = Turns(0)
    watchdog = Watchdog(INTERVAL, turns)
    assert not watchdog.feed(60)
    turns.record_run(Work.CALL, 61)
    assert watchdog.feed(62)
    assert fed() == 1


def test_what_is_missing_is_said_once() -> None:
    """In the log, before systemd acts; and again when it is something else."""
    watchdog = Watchdog(INTERVAL, Turns(0))
    with capture_logs() as lines:
        for now in (10, 46, 47, 48, 301, 302):
            watchdog.feed(now)
    call, turns = "a call to the database ended", ["the tick turned", "delivery turned"]
    assert [line["missing"] for line in lines] == [[call], [call, *turns]]


def test_where_systemd_asks_for_no_proof_it_is_known_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """`status` and the health page tell people."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    watchdog = Watchdog(None, Turns(0))
    assert not watchdog.feed(1)
    assert watchdog.overdue_work(46) == [Work.CALL]
