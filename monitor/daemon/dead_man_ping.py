"""Asks the address `heartbeat` of monitor.yaml once a minute, as long as all is well, so that a service elsewhere can
raise an alarm when the requests end: the machine is down, its network is, or /healthz has a problem. That works even if
no channel does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import aiohttp

from monitor.telemetry import LogEvent, log

PING_EVERY = timedelta(minutes=1)
_TIMEOUT = timedelta(seconds=20)


class DeadManPing:
    """`address`: returns that of now, which is a secret; None: there is none. `is_well`: whether the daemon has no
    problem now."""

    def __init__(self, address: Callable[[], str | None], is_well: Callable[[], bool]) -> None:
        self._address = address
        self._is_well = is_well
        self._is_failing = False

    async def ping(self) -> None:
        """Send the request if all is well. A failure is logged when it begins. It never raises for what the network or
        the server does."""
        address = self._address()
        if address is None or not self._is_well():
            return
        problem = await _request(address)
        if problem is not None and not self._is_failing:
            log.warning(LogEvent.PING_FAILED, problem=problem)
        elif problem is None and self._is_failing:
            log.info(LogEvent.PING_RECOVERED)
        self._is_failing = problem is not None


async def _request(address: str) -> str | None:
    """What went wrong; None: nothing. It never quotes the address."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT.total_seconds())) as session,
            session.get(address) as response,
        ):
            return None if response.status < 400 else f"the server answered {response.status}"
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        return f"no answer: {type(error).__name__}"
