"""What the log tells of a database that cannot be used."""

from __future__ import annotations

from structlog.testing import capture_logs

from monitor.daemon.outage_log import DatabaseOutageLog
from monitor.errors import StoreFailed
from monitor.telemetry import LogEvent


def test_an_outage_is_told_now_and_then_and_at_its_end() -> None:
    """Two refusals a second for 150 s are three lines; a pause between two refusals is no end."""
    outage = DatabaseOutageLog()
    with capture_logs() as logs:
        for second in range(150):
            for _ in range(2):
                outage.record_refusal(StoreFailed("out of reach"), 1000.0 + second)
            outage.check_recovery(1000.0 + second)
        for second in range(150, 220):
            outage.check_recovery(1000.0 + second)
        outage.record_refusal(StoreFailed("again"), 2000.0)
    assert [entry["event"] for entry in logs] == [LogEvent.DATABASE_PROBLEM] * 3 + [
        LogEvent.DATABASE_RECOVERED,
        LogEvent.DATABASE_PROBLEM,
    ]
    assert logs[3]["seconds"] == 149
