"""Keeps a background task running until the daemon ends, whatever fails in between.

It knows nothing of the work. The work catches the errors that it expects; all others are handled here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Never

from monitor.telemetry import LogEvent, log

RESTART_AFTER = 1  # s after a crash


async def supervise(name: str, work: Callable[[], Coroutine[Any, Any, object]]) -> Never:
    """Run `work` until this task is cancelled. If it ends or raises, log that and start it again."""
    while True:
        (crash,) = await asyncio.gather(work(), return_exceptions=True)
        log.error(LogEvent.TASK_RESTARTED, work=name, exc_info=crash)
        await asyncio.sleep(RESTART_AFTER)
