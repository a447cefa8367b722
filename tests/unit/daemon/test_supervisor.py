"""Work beside the clockwork outlives what it did not expect."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from structlog.testing import capture_logs

from monitor.daemon import supervisor
from monitor.daemon.supervisor import supervise
from monitor.telemetry import LogEvent


async def test_work_that_crashes_is_logged_and_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it died of; what ends it is to be cancelled, and then nothing of it is left."""
    monkeypatch.setattr(supervisor, "RESTART_AFTER", 0)
    works, ended = asyncio.Event(), asyncio.Event()
    crashes: list[BaseException] = [ZeroDivisionError("once"), asyncio.CancelledError(), KeyError("twice")]

    async def work() -> None:
        if crashes:
            raise crashes.pop(0)
        works.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with capture_logs() as logs:
        task = asyncio.create_task(supervise("a work", work))
        await works.wait()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    assert ended.is_set()
    assert [(line["event"], line["work"], type(line["exc_info"])) for line in logs] == [
        (LogEvent.TASK_RESTARTED, "a work", kind) for kind in (ZeroDivisionError, asyncio.CancelledError, KeyError)
    ]
