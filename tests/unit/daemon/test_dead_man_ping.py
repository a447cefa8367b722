"""The request that tells a service elsewhere that all is well."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from monitor.daemon.dead_man_ping import DeadManPing
from monitor.telemetry import LogEvent
from tests.conftest import FaultServer
from tests.support.ports import free_port


async def test_it_is_sent_only_while_all_is_well(faults: FaultServer) -> None:
    """What ends the requests is what the service waits for."""
    well = [True, False, True]
    ping = DeadManPing(lambda: faults.url("ok/alive", "http"), well.pop)
    for _ in range(3):
        await ping.ping()
    assert [(method, path) for method, path, _ in faults.received] == [("GET", "/ok/alive")] * 2
    await DeadManPing(lambda: None, lambda: True).ping()
    assert len(faults.received) == 2


@pytest.mark.parametrize("path", ["500/t0ken", "drop/t0ken", None])
async def test_a_failure_is_logged_once_and_without_the_address(faults: FaultServer, path: str | None) -> None:
    """Which is a secret; then that it is over."""
    address = f"http://127.0.0.1:{free_port()}/t0ken" if path is None else faults.url(path, "http")
    ping = DeadManPing(lambda: address, lambda: True)
    with capture_logs() as logs:
        for _ in range(2):
            await ping.ping()
        address = faults.url("ok/t0ken", "http")
        await ping.ping()
    assert [entry["event"] for entry in logs] == [LogEvent.PING_FAILED, LogEvent.PING_RECOVERED]
    assert "t0ken" not in str(logs)
