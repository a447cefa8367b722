"""What systemd is told, byte for byte, on real sockets."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.daemon import systemd
from tests.support.patience import PATIENCE

Told = Callable[[], bytes]


@pytest.fixture(params=["a path", "abstract"])
def told(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """The next datagram that systemd would get, on a socket of either kind."""
    name = str(tmp_path / "notify") if request.param == "a path" else f"@news-monitor-test-{os.getpid()}"
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(name.replace("@", "\0", 1))
        receiver.settimeout(PATIENCE)
        yield lambda: receiver.recv(4096)


@pytest.mark.parametrize(
    ("tell", "expected"),
    [
        (lambda: systemd.notify_ready("polling 212 sources"), b"READY=1\nSTATUS=polling 212 sources"),
        (lambda: systemd.notify_status("북한"), "STATUS=북한".encode()),
        # what stands in a user's file must not become a message of its own
        (lambda: systemd.notify_status("1 fault:\nREADY=1\r\n"), b"STATUS=1 fault: READY=1"),
        (systemd.notify_watchdog, b"WATCHDOG=1"),
        (systemd.notify_stopping, b"STOPPING=1"),
    ],
)
def test_each_message_is_one_datagram(told: Told, tell: Callable[[], bool], expected: bytes) -> None:
    """With its status in it, on one line."""
    assert tell()
    assert told() == expected


def test_a_reload_carries_its_time(told: Told) -> None:
    """In the same datagram, on the monotonic clock in microseconds: without it `systemctl reload` waits in vain."""
    before = time.monotonic_ns() // 1000
    assert systemd.notify_reloading()
    after = time.monotonic_ns() // 1000
    first, second = told().decode().split("\n")
    assert first == "RELOADING=1"
    name, _, value = second.partition("=")
    assert name == "MONOTONIC_USEC"
    assert before - 1 <= int(value) <= after


@pytest.mark.parametrize("address", [None, "", "vsock:2:1234", "/nowhere/notify", "@nobody-listens-here"])
def test_where_systemd_does_not_listen_nothing_happens(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    """On a terminal, under another supervisor, or when the socket has gone."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    if address is not None:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
    assert not systemd.notify_ready("polling")
    assert not systemd.notify_watchdog()


def test_a_systemd_that_does_not_read_holds_nothing_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its queue is full: a message that comes again is lost at once, and what comes once soon; the daemon goes on."""
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        assert [systemd.notify_watchdog() for _ in range(10_000)].count(False) > 0
        assert not any(
            [
                systemd.notify_status("slow"),
                systemd.notify_reloading(),
                systemd.notify_ready("slow"),
                systemd.notify_stopping(),
            ]
        )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"WATCHDOG_USEC": "90000000", "WATCHDOG_PID": str(os.getpid())}, timedelta(seconds=90)),
        ({"WATCHDOG_USEC": "90000000"}, timedelta(seconds=90)),
        # meant for the process that started us
        ({"WATCHDOG_USEC": "90000000", "WATCHDOG_PID": str(os.getppid())}, None),
        ({}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_interval_is_what_systemd_says(environment: dict[str, str], expected: timedelta | None) -> None:
    """And only if it says so to this process."""
    assert systemd.watchdog_interval(environment) == expected
