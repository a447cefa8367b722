"""Runs the canary as often as monitor.yaml says, in a process of its own, and notifies the operator of a failure.

A process of its own, because the canary has its own daemon, whose state must not mix with ours. It has the time that
`canary: {within: ...}` gives its message, and the time to start and to end; then it is killed, which is a failure too.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from monitor import clock
from monitor.active_config import ActiveConfigHolder
from monitor.config.loading.settings_files import load_settings
from monitor.daemon.report_sender import ReportSender
from monitor.errors import InvalidFiles
from monitor.model import CanarySchedule, Settings
from monitor.notices.canary import CanaryResult, CanaryState, decide_canary_notice
from monitor.telemetry import LogEvent, log

LOOK_EVERY = timedelta(minutes=1)
_FIRST_AFTER = timedelta(minutes=5)  # a start has enough to do
_START_AND_END = timedelta(minutes=2)


class CanaryRuns:
    """The canary of one daemon."""

    def __init__(self, active: ActiveConfigHolder, reports: ReportSender) -> None:
        self._active = active
        self._reports = reports
        self._state = CanaryState()
        self._began = clock.now()
        self._last_run: datetime | None = None

    async def run_once(self, config: Path) -> None:
        """Run the canary if it is due. `config`: the path of monitor.yaml. Raises StoreFailed."""
        settings = self._active.current.config.settings
        if settings.canary is not None and self._is_due(settings.canary, clock.now()):
            self._last_run = clock.now()
            if await asyncio.to_thread(_is_usable, config):  # if not, there is a notice of that already
                await self._conclude(await run_canary(config, settings), settings)

    def _is_due(self, schedule: CanarySchedule, now: datetime) -> bool:
        if self._last_run is None:
            return now - self._began >= _FIRST_AFTER
        return now - self._last_run >= schedule.every

    async def _conclude(self, results: list[CanaryResult], settings: Settings) -> None:
        seconds = {result.channel: result.seconds for result in results if result.problem is None}
        problems = {result.channel: result.problem for result in results if result.problem is not None}
        write = log.error if problems else log.info
        write(LogEvent.CANARY, seconds=seconds, problems=problems)
        self._state, notice = decide_canary_notice(self._state, results, settings.operator, clock.now())
        if notice is not None and notice.channels:
            await self._reports.send([notice])


def _is_usable(config: Path) -> bool:
    """Whether monitor.yaml has no fault now. The canary's process reads it again."""
    try:
        return load_settings(config, os.environ).settings is not None
    except InvalidFiles:
        return False


async def run_canary(config: Path, settings: Settings) -> list[CanaryResult]:
    """The results of one run, by the command that people use too: one for every channel that has a `test_url`."""
    schedule = settings.canary
    assert schedule is not None
    command = (sys.executable, "-m", "monitor", "channels", "canary", "--json", "-c", str(config))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=asyncio.subprocess.DEVNULL, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout((schedule.within + _START_AND_END).total_seconds()):
            out, _ = await process.communicate()
    except TimeoutError:
        out = b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    found = {result.channel: result for result in map(_parse_result, out.splitlines()) if result is not None}
    broken = f"the canary ended without a result (exit code {process.returncode})"
    tested = [name for name, channel in settings.channels.items() if channel.test is not None]
    return [found.get(name) or CanaryResult(name, None, broken) for name in tested]


def _parse_result(line: bytes) -> CanaryResult | None:
    """A line of the command; None: it is something else, such as a message that a console:// channel has printed."""
    try:
        data = json.loads(line)
        return CanaryResult(str(data["channel"]), data["seconds"], data["problem"])
    except (ValueError, LookupError, TypeError):
        return None
